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
use uuid::Uuid;

use super::error::AppError;
use super::form::Sent;
use super::state::AppState;
use super::templates::Templates;
use super::views::{Audience, Hidden, Link, MessageView, Persona, SignInView, Tone};
use crate::domain::id::OfficerId;

/// The name space of the demo's officers.
const DEMO: Uuid = Uuid::from_u128(0x0f5c_5d0a_7c55_4f2e_8d3b_6a1d_e301_de30);

/// An officer of the demo.
#[derive(Debug, Clone, Copy)]
pub struct DemoOfficer {
    /// What is posted: `list-minister`.
    pub key: &'static str,
    /// What other officers know them by.
    pub name: &'static str,
    /// What they may do, in a sentence.
    pub may: &'static str,
    /// Their grants, written `permission` or `permission@discipline:slug`.
    pub grants: &'static [&'static str],
}

/// Whom one can be in the demo.
pub const DEMO_OFFICERS: [DemoOfficer; 5] = [
    DemoOfficer {
        key: "list-minister",
        name: "Minister of the Lists",
        may: "Registers people, records waivers, issues cards and grants authorizations everywhere.",
        grants: &[
            "read_combatant_info",
            "export_sealed",
            "write_combatant_info",
            "write_waiver_date",
            "write_card_date",
            "write_authorizations",
            "write_marshal",
            "warrant_roster",
            "can_import",
            "can_initiate_pin_reset",
            "can_edit_privacy_policy",
        ],
    },
    DemoOfficer {
        key: "fencing-deputy",
        name: "Deputy for Fencing",
        may: "Sees everybody; changes cards, authorizations and warrants in Fencing alone.",
        grants: &[
            "read_combatant_info",
            "write_card_date@discipline:fencing",
            "write_authorizations@discipline:fencing",
            "write_marshal@discipline:fencing",
            "warrant_roster@discipline:fencing",
        ],
    },
    DemoOfficer {
        key: "seneschal",
        name: "Seneschal",
        may: "Sees everybody, changes nothing.",
        grants: &["read_combatant_info"],
    },
    DemoOfficer {
        key: "auditor",
        name: "Auditor",
        may: "Reads the log, and the register as it was on any day.",
        grants: &["read_history"],
    },
    DemoOfficer {
        key: "administrator",
        name: "Administrator",
        may: "Manages officers, disciplines and the rulebook; sees nobody’s record.",
        grants: &["write_officer_info", "manage_kingdom"],
    },
];

impl DemoOfficer {
    /// The officer's id, the same in every demo.
    #[must_use]
    pub fn officer(&self) -> OfficerId {
        OfficerId(Uuid::new_v5(&DEMO, self.key.as_bytes()))
    }
}

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
    use crate::domain::permission::Grant;

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

    #[test]
    fn the_demos_officers_hold_grants_that_exist() {
        for officer in DEMO_OFFICERS {
            for grant in officer.grants {
                assert!(grant.parse::<Grant>().is_ok(), "{grant}");
            }
        }
    }
}
