//! What handlers work with.

use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

use axum::body::Bytes;
use axum::extract::FromRef;

use super::assets::Assets;
use super::combatant::limits::Counters;
use super::error::AppError;
use super::followed::Followed;
use super::guard::Misses;
use super::pages::{Now, Pages};
use super::pass::RequestIds;
use super::session::Sessions;
use super::sign_in::provider::Provider;
use super::templates::Templates;
use super::theme::{Theme, charge_paths, favicon_svg, theme_css, theme_href};
use super::views::{Audience, Banner, Page, Site};
use crate::app::{Services, StartError, WebConfig};
use crate::clock::civil_date;
use crate::commands::bus::{Bus, KingdomState};
use crate::domain::date::CivilDate;
use crate::domain::date_text::long_date;
use crate::domain::id::{OfficerId, Position};
use crate::processes::mail::Post;
use crate::projections::Indexes;
use crate::projections::lately::Lately;
use crate::projections::reports::Histories;
use crate::telemetry::RequestMetrics;

/// The state of the site; extract it with `State<AppState>`. Cheap to clone,
/// and everything in [`Parts`] is reached straight through it.
#[derive(Clone)]
pub struct AppState(Arc<Parts>);

/// What the state consists of.
pub struct Parts {
    /// The log, the bus, the read models, the clock.
    pub services: Services,
    /// How the site is served.
    pub config: WebConfig,
    /// The pages' layout.
    pub templates: Templates,
    /// Stylesheet, script, drawings.
    pub assets: Assets,
    /// Who is signed in.
    pub sessions: Sessions,
    /// Writes mails, for officers who look at one.
    pub post: Post,
    /// Finished pages.
    pub pages: Pages,
    /// Lines of the desk's list.
    pub desk_rows: super::desk::rows::Rows,
    /// Who changed when, as far as this server followed the log.
    pub followed: Followed,
    /// What happened today.
    pub lately: Lately,
    /// Everybody's cards over time, once a report was asked for.
    pub histories: Histories,
    /// Unknown card ids that were tried.
    pub misses: Misses,
    /// Who asks for mail, and tries PINs.
    pub visitors: Counters,
    /// Who says who an officer is.
    pub provider: Option<Provider>,
    /// Sign-ins that were begun or ended.
    pub sign_ins: Misses,
    /// Sign-ins of each account.
    pub accounts: Misses<OfficerId>,
    /// Searches by name in public.
    pub searches: Misses,
    /// Searches of each officer at the desk.
    pub desk_searches: Misses<OfficerId>,
    /// What is being done to many people.
    pub runs: super::desk::many::Runs,
    /// Request ids.
    pub request_ids: RequestIds,
    /// Requests, counted.
    pub metrics: RequestMetrics,
    site: RwLock<Arc<SiteParts>>,
}

/// What follows from the kingdom's settings, made again when they change.
#[derive(Debug, Clone)]
pub struct SiteParts {
    /// The position of the kingdom's streams that this was made from.
    pub position: Position,
    /// Whether a read model was paused when these were made.
    paused: bool,
    /// The chrome of every page.
    pub site: Site,
    /// `/theme.css`.
    pub theme_css: Bytes,
    /// `/favicon.svg`.
    pub favicon: Bytes,
}

impl Deref for AppState {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl FromRef<AppState> for Services {
    fn from_ref(state: &AppState) -> Self {
        state.services.clone()
    }
}

impl FromRef<AppState> for Bus {
    fn from_ref(state: &AppState) -> Self {
        state.services.bus.clone()
    }
}

impl FromRef<AppState> for Templates {
    fn from_ref(state: &AppState) -> Self {
        state.templates.clone()
    }
}

impl FromRef<AppState> for Assets {
    fn from_ref(state: &AppState) -> Self {
        state.assets.clone()
    }
}

impl AppState {
    /// The state of a site on these services.
    ///
    /// # Errors
    /// A template does not parse: a broken build.
    pub fn new(services: Services, config: WebConfig) -> Result<Self, StartError> {
        let assets = Assets::load();
        let templates = Templates::new(&assets);
        let post = Post::new(services.store.clone(), services.bus.clone(), &config.base_url)?
            .operated_by(config.operator.clone());
        let sessions = Sessions::new(services.clone(), &config);
        let provider = config
            .provider
            .clone()
            .map(|provider| Provider::new(provider, config.come_back_to(), Arc::clone(&services.clock)));
        let site = RwLock::new(Arc::new(SiteParts::of(
            &services.bus.kingdom(),
            &config,
            services.projections.paused(),
        )));
        Ok(Self(Arc::new(Parts {
            pages: Pages::default(),
            desk_rows: super::desk::rows::Rows::default(),
            followed: Followed::from(services.store.watch().borrow().position),
            lately: Lately::default(),
            histories: Histories::default(),
            misses: Misses::new(config.card_misses),
            visitors: Counters::new(config.requests, config.wrong_pins),
            provider,
            sign_ins: Misses::new(config.sign_ins),
            accounts: Misses::new(config.accounts),
            searches: Misses::new(config.searches),
            desk_searches: Misses::new(config.desk_searches),
            runs: super::desk::many::Runs::default(),
            request_ids: RequestIds::new(services.ids.as_ref()),
            metrics: RequestMetrics::default(),
            services,
            config,
            templates,
            post,
            assets,
            sessions,
            site,
        })))
    }
}

impl Parts {
    /// The bus.
    #[must_use]
    pub fn bus(&self) -> &Bus {
        &self.services.bus
    }

    /// What the kingdom has decided and who its officers are.
    #[must_use]
    pub fn kingdom(&self) -> Arc<KingdomState> {
        self.services.bus.kingdom()
    }

    /// Today in the kingdom's time zone (D1).
    #[must_use]
    pub fn today(&self) -> CivilDate {
        self.services.bus.today()
    }

    /// The lists in memory.
    ///
    /// # Errors
    /// [`AppError::Busy`] until they were read for the first time: an empty list would
    /// say that nobody may fight.
    pub fn lists(&self) -> Result<&Indexes, AppError> {
        let lists = &self.services.indexes;
        if lists.ready() { Ok(lists) } else { Err(AppError::Busy) }
    }

    /// What kept pages are judged by.
    #[must_use]
    pub fn now(&self) -> Now<'_> {
        let kingdom = self.kingdom();
        let day = civil_date(self.services.clock.now(), kingdom.catalogue.kingdom.zone.tz());
        let paused = self.services.projections.paused();
        Now { day, kingdom: kingdom.position, paused, followed: &self.followed }
    }

    /// What follows from the kingdom's settings as they are now.
    #[must_use]
    pub fn site(&self) -> Arc<SiteParts> {
        let kingdom = self.kingdom();
        let kept = Arc::clone(&self.site.read().unwrap_or_else(PoisonError::into_inner));
        let paused = self.services.projections.paused();
        if kept.position == kingdom.position && kept.paused == paused {
            return kept;
        }
        let made = Arc::new(SiteParts::of(&kingdom, &self.config, paused));
        *self.site.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&made);
        made
    }

    /// A public page of this site.
    #[must_use]
    pub fn public_page<T>(&self, audience: Audience, path: &str, title: &str, body: T) -> Page<T> {
        Page::public(&self.site().site, audience, path, title, body)
    }

    /// Renders a page: `state.render(&page, Templates::home)`.
    ///
    /// # Errors
    /// [`AppError::Internal`] for a broken template.
    pub fn render<T>(
        &self,
        page: &Page<T>,
        template: fn(&Templates, &Page<T>) -> Result<String, handlebars::RenderError>,
    ) -> Result<axum::response::Html<String>, AppError> {
        Ok(axum::response::Html(template(&self.templates, page)?))
    }
}

impl SiteParts {
    fn of(kingdom: &KingdomState, config: &WebConfig, paused: bool) -> Self {
        let settings = &kingdom.catalogue.kingdom;
        let theme = Theme::of(settings, kingdom.catalogue.arms);
        let demo = config.demo.as_ref().map(|demo| Banner {
            word: "DEMO".to_owned(),
            text: format!("Invented people. Here it is always {}.", long_date(demo.today())),
        });
        let test = config.test_site.then(|| Banner {
            word: "TEST".to_owned(),
            text: "Only for trying things: nothing here counts, and nothing here is kept.".to_owned(),
        });
        let late = paused.then(|| Banner {
            word: "NOT UP TO DATE".to_owned(),
            text: "What was recorded lately does not show on these pages yet. Ask to see somebody’s papers, or the \
                   Minister of the Lists."
                .to_owned(),
        });
        Self {
            position: kingdom.position,
            paused,
            site: Site {
                kingdom: settings.title.clone(),
                version: crate::VERSION.to_owned(),
                theme_href: theme_href(&theme),
                charge: charge_paths(theme.arms.charge),
                website: settings.website.clone(),
                banners: [demo, test, late].into_iter().flatten().collect(),
            },
            theme_css: Bytes::from(theme_css(&theme)),
            favicon: Bytes::from(favicon_svg(&theme)),
        }
    }
}
