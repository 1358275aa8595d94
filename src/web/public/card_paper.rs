//! `/card/{card_id}.pdf?size=wallet|letter`: the card on paper, by the same link and the same rules as its page.

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::header::{self, HeaderValue};
use axum::response::{IntoResponse, Response};

use super::card::{SECRET, missed};
use super::card_view::card_view;
use super::check;
use crate::domain::card_id::{CardId, CardIdForm};
use crate::web::combatant::asking::{self, Guarded};
use crate::web::error::AppError;
use crate::web::guard::ClientAddress;
use crate::web::paper::{self, Letterhead, PaperError, Size};
use crate::web::pass::RequestId;
use crate::web::state::AppState;
use crate::web::theme::charge_paths;
use crate::web::views::Papers;

/// Where a card is to be had on paper.
#[must_use]
pub fn papers(card_id: &CardId) -> Papers {
    let at = |size| format!("/card/{}.pdf?size={size}", card_id.as_str());
    Papers { wallet: at("wallet"), letter: at("letter") }
}

/// The card as a PDF, made for whoever asks: it is kept nowhere.
///
/// # Errors
/// [`AppError::Bad`] for a size that there is not; those of the card page.
pub async fn show(
    state: &AppState,
    card_id: &CardId,
    query: Option<&str>,
    from: ClientAddress,
    id: RequestId,
    headers: &HeaderMap,
) -> Result<Response, AppError> {
    let size = size(query)?;
    let kingdom = state.kingdom();
    let day = state.now().day;
    let required = kingdom.catalogue.policies.required_on(day);
    let Some(card) = state.services.cards.find(card_id, required).await? else {
        return missed(state, from, id);
    };
    if let Guarded::Ask(question) = asking::guard(state, &card, card_id, headers).await? {
        return Ok(question);
    }
    let view = card_view(&card, day, &kingdom.catalogue);
    let (settings, arms) = (&kingdom.catalogue.kingdom, kingdom.catalogue.arms);
    let long = card.reached_by == Some(CardIdForm::Long);
    let head = Letterhead {
        kingdom: &settings.title,
        shield: settings.accent.rgb(),
        charge: arms.colour.rgb(),
        charges: charge_paths(arms.charge),
        code: long.then(|| check::path(state, &card)).and_then(|path| check::code(state, &path)),
    };
    let file = paper::card(&view, &head, size)?;
    let mut answer = Body::from(file).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    // No name in it: downloads are lists that others see.
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline; filename=\"card.pdf\""));
    for (name, value) in &SECRET {
        headers.insert(name, value.clone());
    }
    Ok(answer)
}

fn size(query: Option<&str>) -> Result<Size, AppError> {
    let asked = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("size="));
    asked.map_or(Some(Size::Letter), Size::parse).ok_or_else(|| {
        AppError::Bad("the card can be printed in two sizes: ?size=wallet and ?size=letter".to_owned())
    })
}

impl From<PaperError> for AppError {
    fn from(error: PaperError) -> Self {
        Self::Internal(error.to_string())
    }
}
