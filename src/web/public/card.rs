//! `/card/{card_id}`: one person's cards, by a link that is a secret (P4).
//!
//! Misses are counted per address and in total. Ids of the original can be
//! guessed, so who missed too often gets no answer for any of them, right or
//! wrong. A long id cannot be guessed: who has one is let in however many
//! others guess, and a wrong one counts as a miss.

use axum::extract::{Path, RawQuery, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};

use super::card_paper;
use super::card_view::card_view;
use super::check;
use crate::domain::card_id::{CardId, CardIdForm};
use crate::domain::id::Position;
use crate::projections::card::CardError;
use crate::projections::{Model, Projections};
use crate::store::KeyError;
use crate::web::combatant::{self, asking, asking::Guarded};
use crate::web::error::AppError;
use crate::web::guard::ClientAddress;
use crate::web::pages::{IfNoneMatch, Kept, Key, Now, Shows};
use crate::web::pass::RequestId;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{Audience, CardNotFoundView};

/// The link is a secret: it goes to no other site and into no index.
pub(super) static SECRET: [(HeaderName, HeaderValue); 2] = [
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow")),
];

/// The card page, kept; with `.pdf` behind the address, the card on paper.
///
/// # Errors
/// [`AppError::TooMany`] after too many misses; the database; a broken template.
pub async fn show(
    State(state): State<AppState>,
    Path(text): Path<String>,
    RawQuery(query): RawQuery,
    from: ClientAddress,
    has: IfNoneMatch,
    id: RequestId,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let (text, paper) = match text.strip_suffix(".pdf") {
        Some(text) => (text, true),
        None => (text.as_str(), false),
    };
    let Ok(card_id) = CardId::parse(text) else { return missed(&state, from, id) };
    if card_id.form() == CardIdForm::Legacy {
        state.misses.check(&from.counted)?;
    }
    if paper {
        return Box::pin(card_paper::show(&state, &card_id, query.as_deref(), from, id, &headers)).await;
    }
    let now = state.now();
    let key = Key { route: "card", what: card_id.as_str().into(), audience: Audience::Public };
    match state.pages.hit(&key, &now, &has) {
        Some(answer) => Ok(answer),
        // Boxed: whoever gets a kept page need not carry the way to a new one about.
        None => Box::pin(made(&state, &now, &card_id, key, (from, id), &has, &headers)).await,
    }
}

/// The card page, made.
async fn made(
    state: &AppState,
    now: &Now<'_>,
    card_id: &CardId,
    key: Key,
    (from, id): (ClientAddress, RequestId),
    has: &IfNoneMatch,
    headers: &HeaderMap,
) -> Result<Response, AppError> {
    // Asked before the document is read: what the page shows is at least this new.
    let people = position(&state.services.projections);
    let required = state.kingdom().catalogue.policies.required_on(now.day);
    let Some(card) = state.services.cards.find(card_id, required).await? else {
        return missed(state, from, id);
    };
    let guarded = asking::guard(state, &card, card_id, headers).await?;
    if let Guarded::Ask(question) = guarded {
        return Ok(question);
    }
    let made = now.made(Shows::Person(card.id), people);
    let mut view = card_view(&card, now.day, &state.kingdom().catalogue);
    if view.old_link.is_none() {
        view.check = Some(check::path(state, &card));
    }
    view.papers = Some(card_paper::papers(card_id));
    let title = view.name.clone();
    let page = state.public_page(Audience::Public, "/", &title, view);
    if matches!(guarded, Guarded::Passed) {
        // For this browser alone: kept nowhere.
        return Ok(combatant::personal(Html(state.templates.card(&page)?).into_response()));
    }
    let kept = Kept::new(made, state.templates.card(&page)?).with_headers(&SECRET);
    Ok(state.pages.keep(key, kept, has))
}

/// Up to which event the card pages are known to be.
pub(super) fn position(projections: &Projections) -> Position {
    let states = projections.watch();
    let states = states.borrow();
    states.iter().find(|at| at.model == Model::Card).map(|at| at.position).unwrap_or_default()
}

/// The same answer for every miss, until there were too many.
pub(in crate::web) fn missed(
    state: &AppState,
    from: ClientAddress,
    id: RequestId,
) -> Result<Response, AppError> {
    miss(state, from, CardNotFoundView { check: false, request_id: id.text() })
}

/// Counts a miss, and answers it.
pub(super) fn miss(
    state: &AppState,
    from: ClientAddress,
    view: CardNotFoundView,
) -> Result<Response, AppError> {
    state.misses.check(&from.counted)?;
    state.misses.note(from.counted);
    let page = state.public_page(Audience::Public, "/", "No card here", view);
    let mut answer = (StatusCode::NOT_FOUND, state.render(&page, Templates::card_not_found)?).into_response();
    for (name, value) in &SECRET {
        answer.headers_mut().insert(name, value.clone());
    }
    Ok(answer)
}

impl From<CardError> for AppError {
    fn from(error: CardError) -> Self {
        match error {
            CardError::Db(error) | CardError::Key(KeyError::Db(error)) => error.into(),
            error @ (CardError::Key(_) | CardError::Shape) => Self::Internal(error.to_string()),
        }
    }
}
