//! `/check/{code}`: what a card's QR code leads to. A name and whether this person may fight today, so that a
//! marshal can ask the register and need not believe a picture. The code is none of the card page's addresses
//! and opens nothing else; no PIN is asked for it. `/check/{code}.svg` is the QR code itself.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::card::{SECRET, miss, position};
use super::card_view::card_view;
use crate::projections::card::{self, CardView};
use crate::store::CheckCode;
use crate::web::error::AppError;
use crate::web::guard::ClientAddress;
use crate::web::pages::{IfNoneMatch, Kept, Key, Shows};
use crate::web::pass::RequestId;
use crate::web::qr::Qr;
use crate::web::state::AppState;
use crate::web::views::{Audience, CardNotFoundView, CheckView};

/// The check page, kept; with `.svg` behind the address, the QR code that leads there. Codes cannot be guessed, so a right one is let in however many others guess.
///
/// # Errors
/// [`AppError::TooMany`] after too many misses; the database; a broken template.
pub async fn show(
    State(state): State<AppState>,
    Path(text): Path<String>,
    from: ClientAddress,
    has: IfNoneMatch,
    id: RequestId,
) -> Result<Response, AppError> {
    let (text, picture) = match text.strip_suffix(".svg") {
        Some(text) => (text, true),
        None => (text.as_str(), false),
    };
    let Some(code) = state.services.store.keyring().read_check(text) else {
        return no_code(&state, from, id);
    };
    if picture {
        return drawn(&state, text);
    }
    let now = state.now();
    let key = Key { route: "check", what: text.into(), audience: Audience::Public };
    if let Some(answer) = state.pages.hit(&key, &now, &has) {
        return Ok(answer);
    }
    // Asked before the document is read: what the page shows is at least this new.
    let people = position(&state.services.projections);
    let catalogue = &state.kingdom().catalogue;
    let required = catalogue.policies.required_on(now.day);
    let Some(card) = card::checked(&state.services.store, code, required).await? else {
        return no_code(&state, from, id);
    };
    let made = now.made(Shows::Person(card.id), people);
    let whole = card_view(&card, now.day, catalogue);
    let view =
        CheckView { name: whole.name, today: whole.today, verdict: whole.verdict, fights: whole.fights };
    let title = format!("{}: {}", view.name, view.verdict.word);
    let page = state.public_page(Audience::Public, "/", &title, view);
    let kept = Kept::new(made, state.templates.check(&page)?).with_headers(&SECRET);
    Ok(state.pages.keep(key, kept, &has))
}

/// The QR code as a picture of its own. It says its own address and nothing that could change, so nobody is asked
/// for it again; that of a renewed code is a picture of a page that is not found.
fn drawn(state: &AppState, text: &str) -> Result<Response, AppError> {
    let qr = code(state, &format!("/check/{text}"));
    let qr = qr.ok_or_else(|| AppError::Internal("the base URL is too long for a QR code".to_owned()))?;
    let headers = HeaderMap::from_iter([
        (header::CONTENT_TYPE, HeaderValue::from_static("image/svg+xml")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable")),
    ]);
    let mut answer = (headers, qr.svg()).into_response();
    answer.headers_mut().extend(SECRET.clone());
    Ok(answer)
}

/// A code that is not, or no longer, anybody's.
fn no_code(state: &AppState, from: ClientAddress, id: RequestId) -> Result<Response, AppError> {
    miss(state, from, CardNotFoundView { check: true, request_id: id.text() })
}

/// Somebody's check page, within this site.
#[must_use]
pub fn path(state: &AppState, card: &CardView) -> String {
    let code = CheckCode { owner: card.id.0, renewal: card.check_renewals };
    format!("/check/{}", state.services.store.keyring().check_text(code))
}

/// The QR code for the check page at that path.
#[must_use]
pub fn code(state: &AppState, path: &str) -> Option<Qr> {
    Qr::of(&format!("{}{path}", state.config.base_url))
}
