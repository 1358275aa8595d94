//! `/my-address/<token>`: a new mail address, confirmed from there.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::link::{self, ByLink, fresh, message, page, refused};
use super::shown;
use crate::commands::bus::{Along, BusError};
use crate::commands::combatant::confirm_address::ConfirmAddress;
use crate::domain::mail::LinkPurpose;
use crate::web::error::AppError;
use crate::web::form::{Sent, capital};
use crate::web::state::AppState;
use crate::web::views::{CommandForm, Link, MessageView, PersonalView, Tone};

const PURPOSES: &[LinkPurpose] = &[LinkPurpose::ConfirmAddress];

/// The question.
///
/// # Errors
/// The database; a broken template.
pub async fn show(State(state): State<AppState>, Path(token): Path<String>) -> Result<Response, AppError> {
    match link::open(&state, &token, PURPOSES).await? {
        Ok(by) => ask(&state, &by, None, StatusCode::OK),
        Err(gone) => Ok(gone),
    }
}

fn ask(state: &AppState, by: &ByLink, why: Option<String>, status: StatusCode) -> Result<Response, AppError> {
    // An older address that was asked for: another one took its place.
    let Some((_, email)) = by.record.asked_address.as_ref().filter(|(link, _)| *link == by.id) else {
        return link::gone(state, by.purpose);
    };
    let form = CommandForm::new("confirm", &by.path, "Yes, write to me here", fresh(state), Vec::new());
    let view = PersonalView {
        heading: "Is this your address?".to_owned(),
        lead: Some(format!(
            "From now on mail for {} goes to {}.",
            shown::name(&by.record),
            shown::open(email).unwrap_or_default()
        )),
        paragraphs: vec!["The address that was used until now is told.".to_owned()],
        policy: None,
        form: Some(refused(form, why)),
        next: Vec::new(),
    };
    page(state, "Is this your address?", view, status)
}

/// Confirms it.
///
/// # Errors
/// The database; what the log does not allow.
pub async fn confirm(
    State(state): State<AppState>,
    Path(token): Path<String>,
    body: Bytes,
) -> Result<Response, AppError> {
    let by = match link::sent(&state, &token, PURPOSES).await? {
        Ok(by) => by,
        Err(gone) => return Ok(gone),
    };
    let sent = Sent::read(&body)?;
    let command_id = sent.command_id()?;
    let command = ConfirmAddress { link: by.id };
    match by.ask(&state, command_id, sent.body(), None, command.into(), Along::default()).await {
        Ok(_) => {
            let view = MessageView {
                tone: Tone::Good,
                heading: "Your new address is on file".to_owned(),
                paragraphs: vec!["Mail goes there from now on.".to_owned()],
                next: vec![Link::new("/", "First page")],
            };
            message(&state, "Your new address is on file", view)
        }
        Err(BusError::Refused(refusal)) if !by.spent => {
            ask(&state, &by, Some(capital(&refusal.to_string())), StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(error) => by.failed(&state, error),
    }
}
