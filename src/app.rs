//! Puts the rooms together: from a database and keys to a site that answers.
//! Used by `main` and by the tests alike; port 0 gives a test a free port.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::serve::ListenerExt;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::clock::{Clock, IdSource};
use crate::commands::bus::{Bus, BusError};
use crate::config::ProviderConfig;
use crate::domain::contact::Email;
use crate::domain::date::CivilDate;
use crate::domain::id::Position;
use crate::processes::Tools;
use crate::processes::mail::templates::TemplateError;
use crate::processes::mail::{Post, Status};
use crate::projections::{Indexes, Projections, card};
use crate::store::{Db, MasterKeys, OpenError, Store};
use crate::web::state::AppState;
use crate::web::{followed, router};

/// How long a start waits for the lists in memory.
const STARTING: Duration = Duration::from_secs(3);
/// How long one statement may take while somebody waits for a page: a write says
/// "busy" within five seconds, so what comes before it must fail earlier.
const STATEMENT: Duration = Duration::from_secs(4);

/// What the rooms need of each other, opened once. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// The log.
    pub store: Store,
    /// Where commands go.
    pub bus: Bus,
    /// The read models, kept up to date.
    pub projections: Projections,
    /// What of them is in memory.
    pub indexes: Indexes,
    /// Who finds card pages by their addresses.
    pub cards: card::Finder,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Ids and random bytes.
    pub ids: Arc<dyn IdSource>,
}

/// How the site is served.
#[derive(Clone)]
pub struct WebConfig {
    /// The address that people use, without a slash at the end: `https://emol.example.org`.
    pub base_url: String,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Whether it is only for trying things: every page says so, and its cookies have names of their own.
    pub test_site: bool,
    /// The folder with backups, where there is one: `/health/ready` says when the last one was made.
    pub backups: Option<PathBuf>,
    /// Whether somebody sends them away from there: then it says when the last one was.
    pub backups_are_sent: bool,
    /// Who is told what fails, where that is not the Minister of the Lists.
    pub operator: Option<Email>,
    /// Set where everything is invented.
    pub demo: Option<DemoConfig>,
    /// Who says who an officer is; nobody can sign in without, but in a demonstration.
    pub provider: Option<ProviderConfig>,
    /// How long somebody stays signed in.
    pub sessions: SessionLimits,
    /// How often somebody may begin or end a sign-in.
    pub sign_ins: MissLimits,
    /// How many unknown card ids may be tried (P4).
    pub card_misses: MissLimits,
    /// How often one account may sign in.
    pub accounts: MissLimits,
    /// How often names may be searched for in public, by address.
    pub searches: MissLimits,
    /// How often an officer may search at the desk, by account.
    pub desk_searches: MissLimits,
    /// How often mail may be asked for (L2).
    pub requests: RequestLimits,
    /// How many wrong PINs may be tried (L4).
    pub wrong_pins: MissLimits,
    /// How this server gets on with the mail server; none where there is none.
    pub mail: Option<Arc<Status>>,
    /// The numbers that `/health/metrics` shows to this machine.
    pub metrics: Option<PrometheusHandle>,
}

/// A demonstration: invented people, a fixed day, sign-in by choosing somebody.
/// Made by `emol demo` only, and only for this machine's own addresses.
#[derive(Debug, Clone)]
pub struct DemoConfig {
    today: CivilDate,
}

impl DemoConfig {
    /// A demonstration that answers on `listen`; none where that is no address of this machine alone.
    #[must_use]
    pub fn on_loopback(listen: SocketAddr, today: CivilDate) -> Option<Self> {
        listen.ip().is_loopback().then_some(Self { today })
    }

    /// Its today, shown in the banner.
    #[must_use]
    pub const fn today(&self) -> CivilDate {
        self.today
    }
}

/// How long somebody stays signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Without using it.
    pub idle: Duration,
    /// At most.
    pub absolute: Duration,
}

/// How often something may be tried within a minute: unknown card ids (P4), sign-ins, searches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissLimits {
    /// From one address, or by one account.
    pub per_address: u32,
    /// From everywhere together.
    pub in_total: u32,
}

/// How often mail may be asked for, whether or not anybody has the mailbox (L2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestLimits {
    /// Within a minute.
    pub asked: MissLimits,
    /// For one mailbox within an hour.
    pub per_mailbox: u32,
}

impl Default for RequestLimits {
    /// Ten a minute from one address, as many people share one at an event; 300 in total; five an hour for a mailbox.
    fn default() -> Self {
        Self { asked: MissLimits { per_address: 10, in_total: 300 }, per_mailbox: 5 }
    }
}

impl Default for SessionLimits {
    /// Twelve hours without use, a week at most.
    fn default() -> Self {
        Self { idle: Duration::from_secs(12 * 3600), absolute: Duration::from_secs(7 * 24 * 3600) }
    }
}

impl Default for MissLimits {
    /// Ten a minute from one address, 120 in total: all old ids take nearly three hours even from everywhere.
    fn default() -> Self {
        Self { per_address: 10, in_total: 120 }
    }
}

impl MissLimits {
    /// For signing in, which is two steps: thirty a minute from one address, so that the officers
    /// of an event can share one, and many in total, so that nobody can lock out everybody.
    pub const SIGN_INS: Self = Self { per_address: 30, in_total: 3000 };
    /// Of one account: more sign-ins than anybody has devices.
    pub const ACCOUNTS: Self = Self { per_address: 10, in_total: 3000 };
    /// By name, in public: an event's phones may share one address.
    pub const SEARCHES: Self = Self { per_address: 600, in_total: 60_000 };
    /// Of one officer: faster than anybody types.
    pub const DESK_SEARCHES: Self = Self { per_address: 300, in_total: 60_000 };
    /// For wrong PINs: twenty a minute from one address, which is four cards locked.
    pub const WRONG_PINS: Self = Self { per_address: 20, in_total: 600 };
}

impl WebConfig {
    /// A site on this machine only, over plain http.
    #[must_use]
    pub fn loopback(listen: SocketAddr) -> Self {
        Self {
            base_url: format!("http://{listen}"),
            listen,
            trusted_proxies: Vec::new(),
            test_site: false,
            backups: None,
            backups_are_sent: false,
            operator: None,
            demo: None,
            provider: None,
            sessions: SessionLimits::default(),
            sign_ins: MissLimits::SIGN_INS,
            card_misses: MissLimits::default(),
            accounts: MissLimits::ACCOUNTS,
            searches: MissLimits::SEARCHES,
            desk_searches: MissLimits::DESK_SEARCHES,
            requests: RequestLimits::default(),
            wrong_pins: MissLimits::WRONG_PINS,
            mail: None,
            metrics: None,
        }
    }

    /// Where the provider sends people back to, as it must be told.
    #[must_use]
    pub fn come_back_to(&self) -> String {
        format!("{}/auth/callback", self.base_url)
    }

    /// Whether people reach the site by https.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }
}

/// Why the program cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The log.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What the kingdom has decided.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// A broken build.
    #[error(transparent)]
    Mails(#[from] TemplateError),
}

impl Services {
    /// Opens everything on a migrated database.
    ///
    /// # Errors
    /// [`StartError`] says what is missing.
    pub async fn open(
        db: Db,
        master: MasterKeys,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Self, StartError> {
        let store = Store::open(db.within(STATEMENT), master, Arc::clone(&clock), Arc::clone(&ids)).await?;
        let bus = Bus::open(store.clone(), Arc::clone(&clock), Arc::clone(&ids)).await?;
        let projections = Projections::start(store.clone());
        let indexes = Indexes::start(store.clone(), projections.clone());
        let cards = card::Finder::new(store.clone());
        Ok(Self { store, bus, projections, indexes, cards, clock, ids })
    }

    /// What the processes work with; the links in mails lead to pages below `base_url`.
    ///
    /// # Errors
    /// A mail's template does not parse: a broken build.
    pub fn tools(&self, base_url: &str) -> Result<Tools, TemplateError> {
        let (store, bus) = (self.store.clone(), self.bus.clone());
        let post = Post::new(store.clone(), bus.clone(), base_url)?;
        Ok(Tools { store, bus, indexes: self.indexes.clone(), post })
    }
}

/// The site, ready to answer.
pub struct Application {
    state: AppState,
    router: Router,
    follower: JoinHandle<()>,
}

impl Drop for Application {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

impl Application {
    /// A site on these services; from now on it follows the log. Must be
    /// called within a tokio runtime.
    ///
    /// # Errors
    /// A template does not parse: a broken build.
    pub fn build(services: Services, config: WebConfig) -> Result<Self, StartError> {
        let state = AppState::new(services, config)?;
        let router = router::router(&state);
        let follower = tokio::spawn(followed::follow(state.clone()));
        Ok(Self { state, router, follower })
    }

    /// The whole site as a service; needs `ConnectInfo<SocketAddr>` to know who asks.
    pub fn router(&self) -> Router {
        self.router.clone()
    }

    /// What the handlers work with.
    #[must_use]
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Listens where the configuration says.
    ///
    /// # Errors
    /// The address is taken, or may not be listened on.
    pub async fn listen(&self) -> std::io::Result<TcpListener> {
        TcpListener::bind(self.state.config.listen).await
    }

    /// Serves until `shutdown` is done, then lets what has begun end.
    ///
    /// # Errors
    /// The listener fails, or is open to other machines while this is a demonstration.
    pub async fn run(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()> + Send + 'static,
    ) -> std::io::Result<()> {
        if self.state.config.demo.is_some() && !listener.local_addr()?.ip().is_loopback() {
            return Err(std::io::Error::other("a demonstration answers on this machine only"));
        }
        // Who comes first waits for the lists, and not for long: without them most pages can say only that.
        self.state.services.indexes.wait_for(Position(0), STARTING).await;
        // Answers are whole when they are written: nothing is gained by waiting for more.
        let listener = listener.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "could not turn off Nagle's algorithm");
            }
        });
        let service = self.router.clone().into_make_service_with_connect_info::<SocketAddr>();
        axum::serve(listener, service).with_graceful_shutdown(shutdown).await
    }
}
