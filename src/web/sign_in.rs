//! Signing in and out: `/auth`.
//!
//! The demo's sign-in, where anybody picks an officer, exists only where the
//! program was started as a demo and listens on this machine alone. Nothing
//! that `serve` can be told turns it on.

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Router, http::HeaderValue};

use super::error::AppError;
use super::form::Sent;
use super::state::AppState;
use super::templates::Templates;
use super::views::{Audience, Hidden, Link, MessageView, Persona, SignInView, Tone};
use crate::domain::demo::DEMO_OFFICERS;

/// The routes of this room.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/auth/login", get(show).post(sign_in))
        .route("/auth/callback", get(callback))
        .route("/auth/logout", post(sign_out))
}

/// Whether the demo's sign-in exists here.
fn demo(state: &AppState) -> bool {
    state.config.demo.is_some() && state.config.listen.ip().is_loopback()
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

async fn show(State(state): State<AppState>, RawQuery(query): RawQuery) -> Result<Response, AppError> {
    let sent = Sent::read(query.unwrap_or_default().as_bytes())?;
    let next = local(sent.text("next"));
    picker(&state, next, next.map(|_| "Sign in to see that page; you will be brought back to it."), None)
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

/// Begins a session with a new secret, whatever the browser had before.
async fn sign_in(
    State(state): State<AppState>,
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
    if let Some(old) = state.sessions.token_of(&headers) {
        state.sessions.end(old).await?;
    }
    let cookie = state.sessions.begin(chosen.officer()).await?;
    let first = if chosen.key == "auditor" { "/audit" } else { "/desk" };
    let mut answer = Redirect::to(next.unwrap_or(first)).into_response();
    answer.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(answer)
}

async fn sign_out(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, AppError> {
    let mut answer = Redirect::to("/").into_response();
    if let Some(token) = state.sessions.token_of(&headers) {
        answer.headers_mut().append(header::SET_COOKIE, state.sessions.end(token).await?);
    }
    Ok(answer)
}

/// Where an identity provider sends people back to; none is set up.
async fn callback(State(state): State<AppState>) -> Result<Response, AppError> {
    let view = MessageView {
        tone: Tone::Off,
        heading: "No sign-in is set up".to_owned(),
        paragraphs: vec![
            "This server knows no identity provider, so nobody can come back from one.".to_owned(),
        ],
        next: vec![Link::new("/", "First page")],
    };
    let page = state.public_page(Audience::Public, "/auth/callback", "Sign in", view);
    Ok((StatusCode::NOT_FOUND, state.render(&page, Templates::message)?).into_response())
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
