//! Signing in and out: `/auth`.
//!
//! Officers sign in at an OpenID Connect provider ([`provider`]): `/auth/login`
//! begins ([`begun`]) and leads there, `/auth/callback` is where they come back
//! ([`callback`]); what the provider says is believed when its token passes
//! [`id_token`]. Whatever goes wrong on the way is a page that says what to do
//! ([`pages`]).
//!
//! The demo's sign-in, where anybody picks an officer, exists only where the
//! program was started as a demo and listens on this machine alone. Nothing
//! that `serve` can be told turns it on.

pub mod ask;
pub mod begun;
mod callback;
pub mod id_token;
mod pages;
pub mod provider;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Router, http::HeaderValue};

use self::begun::Begun;
use self::provider::Provider;
use super::error::AppError;
use super::form::Sent;
use super::guard::ClientAddress;
use super::pass::RequestId;
use super::session::{MaybeOfficer, SessionToken};
use super::state::AppState;
use super::templates::Templates;
use super::views::{Audience, Hidden, Persona, SignInView};
use crate::commands::bus::Visit;
use crate::domain::demo::DEMO_OFFICERS;
use crate::domain::id::{OfficerId, Slug};

/// Where officers arrive who were on their way to no other page.
const FIRST: &str = "/desk";

/// The routes of this room.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/auth/login", get(show).post(sign_in))
        .route("/auth/callback", get(callback::callback))
        .route("/auth/logout", get(ask_to_sign_out).post(sign_out))
}

/// Whether the demo's sign-in exists here.
fn demo(state: &AppState) -> bool {
    state.config.demo.is_some() && state.config.listen.ip().is_loopback()
}

/// The provider to sign in at; a demo has none, whatever it was told.
fn provider(state: &AppState) -> Option<&Provider> {
    state.provider.as_ref().filter(|_| !demo(state))
}

/// A path of this site to come back to; never another site.
fn local(next: &str) -> Option<&str> {
    let path = next.len() <= 2_000
        && next.starts_with('/')
        && !next.starts_with("//")
        && !next.starts_with("/auth/")
        && next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    path.then_some(next)
}

/// Leads to the provider; in a demo, shows whom one can be.
async fn show(
    State(state): State<AppState>,
    address: ClientAddress,
    MaybeOfficer(officer): MaybeOfficer,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    let sent = Sent::read(query.unwrap_or_default().as_bytes())?;
    let next = local(sent.text("next"));
    let Some(provider) = provider(&state) else {
        let reason = next.map(|_| "Sign in to see that page; you will be brought back to it.");
        return picker(&state, next, reason, None);
    };
    let another = sent.filled("another").is_some();
    if officer.is_some() && !another {
        return Ok(Redirect::to(next.unwrap_or(FIRST)).into_response());
    }
    state.sign_ins.take(address.counted)?;
    let services = &state.services;
    let now = services.clock.now();
    let begun = Begun::now(services.ids.uuid_at(now), now, next);
    let keyring = services.store.keyring();
    match provider.way_there(&begun.secrets(keyring), another).await {
        Ok(way) => {
            let mut answer = Redirect::to(&way).into_response();
            let cookie = begun.cookie(keyring, state.sessions.cookies())?;
            answer.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(answer)
        }
        Err(fault) => pages::of_fault(&state, &fault, next),
    }
}

/// The page to sign in on; without the demo's sign-in it says that there is none.
fn picker(
    state: &AppState,
    next: Option<&str>,
    reason: Option<&str>,
    status: Option<StatusCode>,
) -> Result<Response, AppError> {
    let demo = demo(state);
    let personas = DEMO_OFFICERS.iter().map(|officer| Persona {
        key: officer.key.to_owned(),
        name: officer.name.to_owned(),
        may: officer.may.to_owned(),
    });
    let view = SignInView {
        action: "/auth/login".to_owned(),
        hidden: next
            .map(|next| Hidden { name: "next".to_owned(), value: next.to_owned() })
            .into_iter()
            .collect(),
        reason: reason.map(ToOwned::to_owned),
        personas: if demo { personas.collect() } else { Vec::new() },
    };
    let page = state.public_page(Audience::Public, "/auth/login", "Sign in", view);
    let status = if demo { status.unwrap_or(StatusCode::OK) } else { StatusCode::NOT_FOUND };
    let mut answer = (status, state.render(&page, Templates::sign_in)?).into_response();
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(answer)
}

/// The demo's sign-in.
async fn sign_in(
    State(state): State<AppState>,
    id: RequestId,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, AppError> {
    if !demo(&state) {
        return picker(&state, None, None, None);
    }
    let sent = Sent::read(&body)?;
    let next = local(sent.text("next"));
    let chosen = DEMO_OFFICERS.iter().find(|officer| officer.key == sent.text("persona"));
    let chosen = chosen.filter(|chosen| state.kingdom().officers.enabled(chosen.officer()).is_some());
    let Some(chosen) = chosen else {
        let reason = "Pick one of these officers.";
        return picker(&state, next, Some(reason), Some(StatusCode::UNPROCESSABLE_ENTITY));
    };
    let first = if chosen.key == "auditor" { "/audit" } else { FIRST };
    let old = state.sessions.token_of(&headers);
    begin_session(&state, id, old, chosen.officer(), "demo", next.unwrap_or(first)).await
}

/// Begins a session with a new secret, whatever the browser had before, once it is recorded that
/// the officer signed in; and leads on.
async fn begin_session(
    state: &AppState,
    id: RequestId,
    old: Option<SessionToken>,
    officer: OfficerId,
    how: &str,
    next: &str,
) -> Result<Response, AppError> {
    if let Some(old) = old {
        state.sessions.end(old).await?;
    }
    let how = Slug::parse(how).map_err(|why| AppError::Internal(why.to_string()))?;
    state.bus().record_visit(officer, id.correlation(), Visit::Begins { how }).await?;
    let cookie = state.sessions.begin(officer).await?;
    let mut answer = Redirect::to(next).into_response();
    answer.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(answer)
}

/// Asks whether to: following a link changes nothing.
async fn ask_to_sign_out(
    State(state): State<AppState>,
    MaybeOfficer(officer): MaybeOfficer,
) -> Result<Response, AppError> {
    if officer.is_none() {
        return Ok(Redirect::to("/").into_response());
    }
    pages::sign_out(&state)
}

/// Ends this session; or, with `everywhere`, all of the officer's.
async fn sign_out(
    State(state): State<AppState>,
    id: RequestId,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, AppError> {
    let mut answer = Redirect::to("/").into_response();
    let Some(token) = state.sessions.token_of(&headers) else { return Ok(answer) };
    let everywhere = Sent::read(&body)?.filled("everywhere").is_some();
    let officer = state.sessions.officer(token).await?;
    let (ended, cookie) = match &officer {
        Some(officer) if everywhere => state.sessions.end_all(officer.id).await?,
        _ => (1, state.sessions.end(token).await?),
    };
    answer.headers_mut().append(header::SET_COOKIE, cookie);
    if let Some(officer) = officer {
        record_end(&state, id, officer.id, ended).await;
    }
    Ok(answer)
}

/// Records that an officer ended sessions. They have ended whether or not that can be recorded.
pub async fn record_end(state: &AppState, id: RequestId, officer: OfficerId, sessions: u64) {
    let sessions = u32::try_from(sessions).unwrap_or(u32::MAX);
    let visit = Visit::Ends { sessions };
    if let Err(error) = state.bus().record_visit(officer, id.correlation(), visit).await {
        tracing::warn!(%error, "sessions ended, and it could not be recorded");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_leads_to_pages_of_this_site_only() {
        for good in ["/desk", "/desk/people?q=a%20b&page=2", "/"] {
            assert_eq!(local(good), Some(good));
        }
        for bad in
            ["", "//evil.example", "/\\evil.example", "https://evil.example", "desk", "/a b", "/auth/logout"]
        {
            assert_eq!(local(bad), None, "{bad}");
        }
    }
}
