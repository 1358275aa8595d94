//! Puts the rooms together: from a database and keys to a site that answers.
//! Used by `main` and by the tests alike; port 0 gives a test a free port.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::clock::{Clock, IdSource};
use crate::commands::bus::{Bus, BusError};
use crate::domain::date::CivilDate;
use crate::projections::{Indexes, Projections};
use crate::store::{Db, MasterKeys, OpenError, Store};
use crate::web::templates::TemplatesError;

/// What the rooms need of each other, opened once. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// The log.
    pub store: Store,
    /// Where commands go.
    pub bus: Bus,
    /// What keeps the read models up to date.
    pub projections: Projections,
    /// The read models' names and states in memory.
    pub indexes: Indexes,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Ids and random bytes.
    pub ids: Arc<dyn IdSource>,
}

/// How the site is served.
#[derive(Debug, Clone)]
pub struct WebConfig {
    /// The address that people use, without a slash at the end: `https://emol.example.org`.
    pub base_url: String,
    /// Where to listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Set where everything is invented.
    pub demo: Option<DemoConfig>,
    /// How long somebody stays signed in.
    pub sessions: SessionLimits,
    /// Whether this server sends mail; where it does not, the request forms say so (L2).
    pub sends_mail: bool,
    /// How many unknown card ids may be tried (P4).
    pub card_misses: MissLimits,
}

/// A demonstration: invented people, a fixed day, sign-in by choosing somebody.
#[derive(Debug, Clone)]
pub struct DemoConfig {
    /// Its today, shown in the banner.
    pub today: CivilDate,
}

/// How long somebody stays signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Without using it.
    pub idle: Duration,
    /// At most.
    pub absolute: Duration,
}

/// How many unknown card ids may be tried within a minute (P4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MissLimits {
    /// From one address.
    pub per_address: u32,
    /// From everywhere together.
    pub in_total: u32,
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

impl WebConfig {
    /// A site on this machine only, over plain http.
    #[must_use]
    pub fn loopback(listen: SocketAddr) -> Self {
        Self {
            base_url: format!("http://{listen}"),
            listen,
            trusted_proxies: Vec::new(),
            demo: None,
            sessions: SessionLimits::default(),
            sends_mail: false,
            card_misses: MissLimits::default(),
        }
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
    Templates(#[from] TemplatesError),
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
        let store = Store::open(db, master, Arc::clone(&clock), Arc::clone(&ids)).await?;
        let bus = Bus::open(store.clone(), Arc::clone(&clock), Arc::clone(&ids)).await?;
        let projections = Projections::start(store.clone());
        let indexes = Indexes::start(store.clone(), projections.clone());
        Ok(Self { store, bus, projections, indexes, clock, ids })
    }
}
