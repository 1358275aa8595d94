//! `/my-pin/<token>`: a PIN for the card page, or another one (L3, L5).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::link::{ByLink, Instead, SentByLink, fresh, message, page, refused};
use super::shown;
use crate::commands::bus::Along;
use crate::commands::combatant::set_pin::SetPin;
use crate::domain::pin::Pin;
use crate::web::error::AppError;
use crate::web::form::capital;
use crate::web::state::AppState;
use crate::web::views::{CommandForm, Field, Kind, Link, MessageView, PersonalView, Tone, Width};

/// The form.
///
/// # Errors
/// The database; a broken template.
pub async fn show(State(state): State<AppState>, by: ByLink) -> Result<Response, AppError> {
    form(&state, &by, None, &[], StatusCode::OK)
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
pub async fn set(State(state): State<AppState>, sent: SentByLink) -> Result<Response, Instead> {
    let SentByLink { by, form: typed, .. } = &sent;
    if sent.done.is_some() {
        // The form that set it, once more: whatever digits it holds now, nothing is set anew.
        return Ok(is_set(&state, by)?);
    }
    let rules = state.kingdom().catalogue.rulebook_on(state.today()).rules.pin;
    let mut wrong = Vec::new();
    let chosen =
        Pin::choose(typed.text("pin"), rules).map_err(|why| wrong.push(("pin", capital(&why.to_string()))));
    if typed.text("again").trim() != typed.text("pin").trim() {
        wrong.push(("again", "The two are not the same: type it once more".to_owned()));
    }
    let again = |why, wrong: &[_]| form(&state, by, why, wrong, StatusCode::UNPROCESSABLE_ENTITY);
    let Some(pin) = chosen.ok().filter(|_| wrong.is_empty()) else { return Ok(again(None, &wrong)?) };
    let hash = {
        let _turn = state.visitors.hash_turn().await?;
        let (keyring, ids) = (state.services.store.keyring().clone(), state.services.ids.clone());
        let hashed = tokio::task::spawn_blocking(move || keyring.hash_pin(&pin, ids.as_ref())).await;
        hashed.map_err(|why| AppError::Internal(why.to_string()))??
    };
    let along = Along { pin: Some((by.person, hash)), ..Along::default() };
    let command = SetPin { person: by.person }.into();
    let receipt = sent.ask(&state, command, along, |why| again(Some(why), &[])).await?;
    shown::wait(&state, receipt.last).await;
    Ok(is_set(&state, by)?)
}

fn is_set(state: &AppState, by: &ByLink) -> Result<Response, AppError> {
    let view = MessageView {
        tone: Tone::Good,
        heading: "Your PIN is set".to_owned(),
        paragraphs: vec![
            "Your card page asks for it from now on. Nobody here can read it; if you forget it, the Minister of the \
             Lists mails you a link to set another one."
                .to_owned(),
        ],
        button: None,
        next: shown::card_link(&by.record).into_iter().chain([Link::new("/", "First page")]).collect(),
    };
    message(state, "Your PIN is set", view)
}
