//! Who is signed in.
//!
//! The browser holds a random token in a cookie, `__Host-emol` under https and
//! `emol` on plain http; the database holds the token's hash. What the
//! database said is kept for a minute, so that a command costs no query more:
//! a session ended on another server lives on here for at most that long. An
//! officer who was disabled is out as soon as this server has followed the log
//! (a quarter of a second), because that is asked of the officers' list each time.

use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use quick_cache::sync::Cache;

use super::cookies::{Cookies, find};
use super::error::AppError;
use super::state::AppState;
use super::views::{Audience, Officer, Room};
use crate::app::{Services, SessionLimits, WebConfig};
use crate::commands::authorize::Denied;
use crate::commands::bus::KingdomState;
use crate::domain::actor::Actor;
use crate::domain::date::Instant;
use crate::domain::id::{OfficerId, Slug};
use crate::domain::permission::Permission;
use crate::events::evolve::OfficerState;
use crate::store::DbError;
use crate::store::sessions::{Session, SessionHash};

/// How long the database's answer about a session is kept.
const KEEP: Duration = Duration::from_secs(60);
/// How often the database is told that a session is in use.
const TOUCH: Duration = Duration::from_secs(300);
/// Most sessions that are kept in memory.
const MOST: usize = 10_000;

/// The secret in the cookie.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionToken([u8; 32]);

/// The sessions of this site.
pub struct Sessions {
    services: Services,
    limits: SessionLimits,
    cookies: Cookies,
    kept: Cache<SessionToken, (Session, Moment)>,
}

/// The signed-in officer of this request. Extracting it sends whoever is not
/// signed in to sign in, and back to the page afterwards (A4).
#[derive(Clone)]
pub struct CurrentOfficer {
    /// Who.
    pub id: OfficerId,
    /// The kingdom as it was known when the request came; the officer is in its list, enabled.
    pub kingdom: Arc<KingdomState>,
    /// The session's secret, to end it.
    pub token: SessionToken,
}

/// The signed-in officer, where there is one.
#[derive(Clone)]
pub struct MaybeOfficer(pub Option<CurrentOfficer>);

impl SessionToken {
    fn read(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        (length == bytes.len()).then_some(Self(bytes))
    }
}

impl Sessions {
    /// The sessions of a site.
    #[must_use]
    pub fn new(services: Services, config: &WebConfig) -> Self {
        let cookies = Cookies::new(config.is_https(), config.test_site);
        Self { services, limits: config.sessions, cookies, kept: Cache::new(MOST) }
    }

    /// How this site sets and reads cookies.
    #[must_use]
    pub const fn cookies(&self) -> Cookies {
        self.cookies
    }

    /// How long sessions last.
    #[must_use]
    pub const fn limits(&self) -> SessionLimits {
        self.limits
    }

    /// Begins a session; the answer is the `Set-Cookie` to send.
    ///
    /// # Errors
    /// The database.
    pub async fn begin(&self, officer: OfficerId) -> Result<HeaderValue, AppError> {
        let mut token = [0; 32];
        self.services.ids.fill(&mut token);
        let now = self.services.clock.now();
        let expires = later(now, self.limits.absolute);
        self.services.store.create_session(&token, officer, now, expires).await?;
        self.cookies.set_session(&URL_SAFE_NO_PAD.encode(token), self.limits.absolute)
    }

    /// Ends a session here and in the database; the answer is the `Set-Cookie` to send.
    ///
    /// # Errors
    /// The database: then the session may still be alive.
    pub async fn end(&self, token: SessionToken) -> Result<HeaderValue, AppError> {
        self.services.store.end_session(&token.0).await?;
        self.kept.remove(&token);
        self.cookies.set_session("", Duration::ZERO)
    }

    /// Ends all sessions of an officer, here and in the database; how many there were, and the
    /// `Set-Cookie` to send.
    ///
    /// # Errors
    /// The database: then sessions may still be alive.
    pub async fn end_all(&self, officer: OfficerId) -> Result<(u64, HeaderValue), AppError> {
        let ended = self.services.store.end_sessions_of(officer).await?;
        self.forget(officer, |_| true);
        Ok((ended, self.cookies.set_session("", Duration::ZERO)?))
    }

    /// The officer's sessions, the one used last first, and which of them this one is.
    ///
    /// # Errors
    /// The database.
    pub async fn own(&self, officer: &CurrentOfficer) -> Result<Vec<(SessionHash, Session, bool)>, AppError> {
        let now = self.services.clock.now();
        let this = SessionHash::of(&officer.token.0);
        let all = self.services.store.sessions_of(officer.id, now).await?;
        let alive = all.into_iter().filter(|(_, session)| later(session.seen_at, self.limits.idle) > now);
        Ok(alive.map(|(hash, session)| (hash, session, hash == this)).collect())
    }

    /// Ends one of the officer's own sessions; `false` when they have no such session.
    ///
    /// # Errors
    /// The database: then it may still be alive.
    pub async fn end_own(&self, officer: OfficerId, session: SessionHash) -> Result<bool, AppError> {
        let ended = self.services.store.end_session_of(officer, session).await?;
        self.forget(officer, |token| SessionHash::of(&token.0) == session);
        Ok(ended)
    }

    /// Ends the officer's sessions but this one; how many there were.
    ///
    /// # Errors
    /// The database: then they may still be alive.
    pub async fn end_others(&self, officer: &CurrentOfficer) -> Result<u64, AppError> {
        let this = SessionHash::of(&officer.token.0);
        let ended = self.services.store.end_sessions_but(officer.id, this).await?;
        self.forget(officer.id, |token| *token != officer.token);
        Ok(ended)
    }

    /// Forgets what the database said about an officer's sessions.
    fn forget(&self, officer: OfficerId, which: impl Fn(&SessionToken) -> bool) {
        self.kept.retain(|token, (session, _)| session.officer != officer || !which(token));
    }

    /// The token that the browser sent, if it sent one.
    #[must_use]
    pub fn token_of(&self, headers: &HeaderMap) -> Option<SessionToken> {
        find(headers, self.cookies.session()).find_map(SessionToken::read)
    }

    /// The enabled officer whose session this is.
    ///
    /// # Errors
    /// The database, where the session is not in memory.
    pub async fn officer(&self, token: SessionToken) -> Result<Option<CurrentOfficer>, AppError> {
        let now = self.services.clock.now();
        let kept = self.kept.get(&token).filter(|(_, since)| since.elapsed() < KEEP);
        let session = if let Some((kept, _)) = kept {
            kept
        } else {
            let Some(mut found) = self.services.store.find_session(&token.0, now).await? else {
                return Ok(None);
            };
            if later(found.seen_at, self.limits.idle) <= now {
                self.services.store.end_session(&token.0).await?;
                return Ok(None);
            }
            if later(found.seen_at, TOUCH) <= now {
                self.touch(token, now);
                found.seen_at = now;
            }
            self.kept.insert(token, (found, Moment::now()));
            found
        };
        if session.expires_at <= now {
            self.kept.remove(&token);
            return Ok(None);
        }
        let kingdom = self.services.bus.kingdom();
        let enabled = kingdom.officers.enabled(session.officer).is_some();
        Ok(enabled.then_some(CurrentOfficer { id: session.officer, kingdom, token }))
    }

    /// Only the idle limit suffers when this fails or takes long; the request need not.
    fn touch(&self, token: SessionToken, now: Instant) {
        let store = self.services.store.clone();
        tokio::spawn(async move {
            if let Err(error) = store.touch_session(&token.0, now).await {
                tracing::warn!(%error, "could not note that a session is in use");
            }
        });
    }
}

fn later(at: Instant, by: Duration) -> Instant {
    at.plus_seconds(i64::try_from(by.as_secs()).unwrap_or(i64::MAX / 2_000_000))
}

impl CurrentOfficer {
    /// The officer's entry in the list, where they still have one.
    ///
    /// # Errors
    /// [`Denied::NoOfficer`].
    pub fn state(&self) -> Result<&OfficerState, AppError> {
        self.kingdom.officers.enabled(self.id).ok_or(AppError::Denied(Denied::NoOfficer))
    }

    /// As whom commands are issued.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        Actor::Officer(self.id)
    }

    /// Whether the officer has a permission; for one about a discipline, there.
    #[must_use]
    pub fn may(&self, permission: Permission, discipline: Option<&Slug>) -> bool {
        self.state().is_ok_and(|state| state.grants.allows(permission, discipline))
    }

    /// Stops whoever lacks a permission with the page that names it (A4).
    ///
    /// # Errors
    /// [`AppError::Denied`].
    pub fn require(&self, permission: Permission, discipline: Option<&Slug>) -> Result<(), AppError> {
        if self.may(permission, discipline) {
            return Ok(());
        }
        Err(AppError::Denied(Denied::Lacking { permission, discipline: discipline.cloned() }))
    }

    /// The officer as the header of their pages shows them, with the rooms that their grants open.
    #[must_use]
    pub fn chrome(&self) -> Officer {
        let label = self.state().ok().and_then(|state| state.label.text()).unwrap_or("Officer");
        let mut rooms = Vec::new();
        if self.may(Permission::ReadCombatantInfo, None) {
            rooms.extend([Room::Desk, Room::People, Room::Forecast, Room::Reports, Room::Outbox]);
        }
        if self.may(Permission::WriteCombatantInfo, None) {
            rooms.push(Room::RegisterPerson);
        }
        if self.state().is_ok_and(|state| state.grants.allows_somewhere(Permission::WarrantRoster)) {
            rooms.extend([Room::Desk, Room::Warrants]);
        }
        if self.may(Permission::WriteOfficerInfo, None) {
            rooms.extend([Room::Desk, Room::Officers]);
        }
        if self.may(Permission::ManageKingdom, None) {
            rooms.extend([Room::Desk, Room::Kingdom]);
        }
        if self.may(Permission::CanEditPrivacyPolicy, None) {
            rooms.extend([Room::Desk, Room::Policies]);
        }
        if self.may(Permission::ReadHistory, None) {
            rooms.extend([Room::Audit, Room::AsOf, Room::Removals]);
        }
        Officer { name: label.to_owned(), rooms }
    }
}

impl OptionalFromRequestParts<AppState> for CurrentOfficer {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Option<Self>, AppError> {
        match state.sessions.token_of(&parts.headers) {
            Some(token) => state.sessions.officer(token).await,
            None => Ok(None),
        }
    }
}

impl FromRequestParts<AppState> for CurrentOfficer {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        let found = <Self as OptionalFromRequestParts<AppState>>::from_request_parts(parts, state).await?;
        found.ok_or_else(|| {
            // A form that was sent cannot be sent again by following a link: begin at the desk.
            let here = parts.uri.path_and_query().map_or("/desk", |path| path.as_str());
            let next = if parts.method == Method::GET { here } else { "/desk" };
            AppError::SignIn { next: next.to_owned() }
        })
    }
}

impl FromRequestParts<AppState> for MaybeOfficer {
    type Rejection = std::convert::Infallible;

    /// A public page is shown also when the database cannot say who asks.
    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Self::Rejection> {
        let found =
            <CurrentOfficer as OptionalFromRequestParts<AppState>>::from_request_parts(parts, state).await;
        Ok(Self(found.ok().flatten()))
    }
}

impl From<DbError> for AppError {
    fn from(error: DbError) -> Self {
        crate::commands::bus::BusError::from(error).into()
    }
}

impl MaybeOfficer {
    /// The class of readers that kept pages know.
    #[must_use]
    pub const fn audience(&self) -> Audience {
        if self.0.is_some() { Audience::Officer } else { Audience::Public }
    }
}
