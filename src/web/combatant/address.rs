//! `/my-address/<token>`: a new mail address, confirmed from there.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::link::{self, ByLink, Instead, SentByLink, fresh, message, page, refused};
use super::shown;
use crate::commands::bus::Along;
use crate::commands::combatant::confirm_address::ConfirmAddress;
use crate::web::error::AppError;
use crate::web::state::AppState;
use crate::web::views::{CommandForm, Link, MessageView, PersonalView, Tone};

/// The question.
///
/// # Errors
/// The database; a broken template.
pub async fn show(State(state): State<AppState>, by: ByLink) -> Result<Response, AppError> {
    ask(&state, &by, None, StatusCode::OK)
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
pub async fn confirm(State(state): State<AppState>, sent: SentByLink) -> Result<Response, Instead> {
    let again = |why| ask(&state, &sent.by, Some(why), StatusCode::UNPROCESSABLE_ENTITY);
    let command = ConfirmAddress { link: sent.by.id };
    sent.ask(&state, command.into(), Along::default(), again).await?;
    let view = MessageView {
        tone: Tone::Good,
        heading: "Your new address is on file".to_owned(),
        paragraphs: vec!["Mail goes there from now on.".to_owned()],
        button: None,
        next: vec![Link::new("/", "First page")],
    };
    Ok(message(&state, "Your new address is on file", view)?)
}
