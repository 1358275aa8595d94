//! `/check/{code}`: what a card's QR code leads to. A name and whether this person may fight today, so that a
//! marshal can ask the register and need not believe a picture. The code is none of the card page's addresses
//! and opens nothing else; no PIN is asked for it.

use axum::extract::{Path, State};
use axum::response::Response;

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
use crate::web::views::{Audience, CardNotFoundView, CheckSquare, CheckView};

/// The check page, kept. Codes cannot be guessed, so a right one is let in however many others guess.
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
    let Some(code) = state.services.store.keyring().read_check(&text) else {
        return no_code(&state, from, id);
    };
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

/// A code that is not, or no longer, anybody's.
fn no_code(state: &AppState, from: ClientAddress, id: RequestId) -> Result<Response, AppError> {
    miss(state, from, CardNotFoundView { check: true, request_id: id.text() })
}

/// The whole address of somebody's check page.
#[must_use]
pub fn address(state: &AppState, card: &CardView) -> String {
    let code = CheckCode { owner: card.id.0, renewal: card.check_renewals };
    format!("{}/check/{}", state.config.base_url, state.services.store.keyring().check_text(code))
}

/// The QR code for somebody's card page.
#[must_use]
pub fn square(state: &AppState, card: &CardView) -> Option<CheckSquare> {
    let href = address(state, card);
    let code = Qr::of(&href)?;
    let href = href[state.config.base_url.len()..].to_owned();
    Some(CheckSquare { href, side: code.side(), path: code.path() })
}
