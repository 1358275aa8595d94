//! `/my-pin/<token>`: a PIN for the card page, or another one (L3, L5).

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::link::{self, ByLink, fresh, message, page, refused};
use super::shown;
use crate::commands::bus::{Along, BusError};
use crate::commands::combatant::set_pin::SetPin;
use crate::domain::mail::LinkPurpose;
use crate::domain::pin::Pin;
use crate::web::error::AppError;
use crate::web::form::{Sent, capital};
use crate::web::state::AppState;
use crate::web::views::{CommandForm, Field, Kind, Link, MessageView, PersonalView, Tone, Width};

const PURPOSES: &[LinkPurpose] = &[LinkPurpose::SetPin, LinkPurpose::ResetPin];

/// The form.
///
/// # Errors
/// The database; a broken template.
pub async fn show(State(state): State<AppState>, Path(token): Path<String>) -> Result<Response, AppError> {
    match link::open(&state, &token, PURPOSES).await? {
        Ok(by) => form(&state, &by, None, &[], StatusCode::OK),
        Err(gone) => Ok(gone),
    }
}

fn form(
    state: &AppState,
    by: &ByLink,
    why: Option<String>,
    wrong: &[(&str, String)],
    status: StatusCode,
) -> Result<Response, AppError> {
    let rules = state.kingdom().catalogue.rulebook_on(state.today()).rules.pin;
    // What was typed is not shown again.
    let field = |name: &str, label: &str| {
        let error = wrong.iter().find(|(field, _)| *field == name).map(|(_, why)| why.clone());
        Field::new(Kind::Password, name, label)
            .required()
            .autocomplete("new-password")
            .at_most(rules.max_digits)
            .width(Width::Short)
            .error(error)
    };
    let first = field("pin", "PIN").hint(format!(
        "{} to {} digits; not all the same, and not in a row",
        rules.min_digits, rules.max_digits
    ));
    let fields = vec![first, field("again", "The same once more")];
    let form = CommandForm::new("set-pin", &by.path, "Set the PIN", fresh(state), fields);
    let (heading, lead) = if by.record.pin {
        ("Set another PIN", "Your card page goes on asking for the old PIN until you have set this one.")
    } else {
        ("Set a PIN", "Your card page asks for it before it shows anything. Nothing else does.")
    };
    let view = PersonalView {
        heading: heading.to_owned(),
        lead: Some(lead.to_owned()),
        paragraphs: Vec::new(),
        policy: None,
        form: Some(refused(form, why)),
        next: Vec::new(),
    };
    page(state, heading, view, status)
}

/// Sets it.
///
/// # Errors
/// [`AppError::TooMany`] while others are being set; the database.
pub async fn set(
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
    let rules = state.kingdom().catalogue.rulebook_on(state.today()).rules.pin;
    let mut wrong = Vec::new();
    let chosen =
        Pin::choose(sent.text("pin"), rules).map_err(|why| wrong.push(("pin", capital(&why.to_string()))));
    if sent.text("again").trim() != sent.text("pin").trim() {
        wrong.push(("again", "The two are not the same: type it once more".to_owned()));
    }
    let Some(pin) = chosen.ok().filter(|_| wrong.is_empty()) else {
        return form(&state, &by, None, &wrong, StatusCode::UNPROCESSABLE_ENTITY);
    };
    let hash = {
        let _turn = state.visitors.hash_turn().await?;
        let (keyring, ids) = (state.services.store.keyring().clone(), state.services.ids.clone());
        let hashed = tokio::task::spawn_blocking(move || keyring.hash_pin(&pin, ids.as_ref())).await;
        hashed.map_err(|why| AppError::Internal(why.to_string()))??
    };
    // The digits are no part of what is remembered of the form, under whatever hash.
    let along = Along { pin: Some((by.person, hash)), ..Along::default() };
    match by.ask(&state, command_id, b"pin", None, SetPin { person: by.person }.into(), along).await {
        Ok(receipt) => {
            shown::wait(&state, receipt.last).await;
            let view = MessageView {
                tone: Tone::Good,
                heading: "Your PIN is set".to_owned(),
                paragraphs: vec![
                    "Your card page asks for it from now on. Nobody here can read it; if you forget it, the \
                     Minister of the Lists mails you a link to set another one."
                        .to_owned(),
                ],
                next: shown::card_link(&by.record)
                    .into_iter()
                    .chain([Link::new("/", "First page")])
                    .collect(),
            };
            message(&state, "Your PIN is set", view)
        }
        Err(BusError::Refused(refusal)) if !by.spent => {
            form(&state, &by, Some(capital(&refusal.to_string())), &[], StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(error) => by.failed(&state, error),
    }
}
