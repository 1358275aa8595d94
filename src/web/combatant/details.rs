//! `/my-details/<token>`: one's own details, with the desk's fields and messages (P1 to P3, P5).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::link::{ByLink, Instead, SentByLink, fresh, message};
use super::{personal, shown};
use crate::commands::bus::{Along, BusError, link_of};
use crate::commands::combatant::change_own_details::ChangeOwnDetails;
use crate::domain::id::Position;
use crate::domain::mail::LinkPurpose;
use crate::events::evolve::Record;
use crate::web::desk::act::back;
use crate::web::desk::person::{conflicting, filled, typed};
use crate::web::desk::sheet::{self, Sheet};
use crate::web::error::AppError;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{Audience, Link, MessageView, Tone};

/// The form with what is on file.
///
/// # Errors
/// The database; a broken template.
pub async fn show(State(state): State<AppState>, by: ByLink) -> Result<Response, AppError> {
    form(&state, sheet_of(&state, &by, &by.record).typed(filled(&by.record)), StatusCode::OK)
}

fn sheet_of(state: &AppState, by: &ByLink, record: &Record) -> Sheet {
    Sheet::of(fresh(state), by.person, shown::name(record), record.version).own(&by.path)
}

fn form(state: &AppState, sheet: Sheet, status: StatusCode) -> Result<Response, AppError> {
    let view = sheet.view(&state.kingdom().catalogue.regions);
    let page = state.public_page(Audience::Public, "/", "My details", view);
    Ok(personal((status, state.render(&page, Templates::my_details)?).into_response()))
}

/// Changes what is on file.
///
/// # Errors
/// The database; what the log does not allow.
pub async fn change(State(state): State<AppState>, sent: SentByLink) -> Result<Response, Instead> {
    let by = &sent.by;
    let seen = sent.form.seen().ok_or_else(|| {
        AppError::Bad("the form came without the version it was opened at; open it again".to_owned())
    })?;
    let confirming = link_of(sent.command_id, LinkPurpose::ConfirmAddress, by.person);
    let ask = |seen| {
        let command = ChangeOwnDetails { details: typed(&sent.form), link: confirming };
        sent.attempt(&state, Some(seen), command.into(), Along::default())
    };
    let mut answer = ask(seen).await;
    if let Err(BusError::Stale { seen, now }) = answer {
        match conflicting(&state, by.person, &sent.form, seen, now).await? {
            // Something else about the person changed: nothing that this form would overwrite.
            None => answer = ask(now).await,
            Some((kept, conflicts)) => {
                by.still_works(&state).await?;
                let current = state.bus().record(by.person).await?;
                let sheet = sheet_of(&state, by, &current).typed(kept).conflicting(conflicts);
                return Ok(form(&state, sheet, StatusCode::CONFLICT)?);
            }
        }
    }
    match answer {
        Ok(receipt) => changed(&state, receipt.last, confirming).await,
        Err(error @ BusError::LinkSpent) => Err(by.failed(&state, error)),
        Err(error) => {
            by.still_works(&state).await?;
            let (status, back) = back(error, sheet::FORM, "", sent.form.clone())?;
            let typed = typed(&back.sent);
            Ok(form(&state, sheet_of(&state, by, &by.record).typed(typed).refused(&back), status)?)
        }
    }
}

async fn changed(state: &AppState, last: Position, confirming: uuid::Uuid) -> Result<Response, Instead> {
    shown::wait(state, last).await;
    let mut paragraphs =
        vec!["What was there before stays in the history, which only you and officers can see.".to_owned()];
    if state.services.store.find_link(confirming).await?.is_some() {
        paragraphs.insert(
            0,
            "One thing is left: we wrote to your new e-mail address. Until you follow the link in that mail, the \
             old one stays."
                .to_owned(),
        );
    }
    let view = MessageView {
        tone: Tone::Good,
        heading: "Your details are saved".to_owned(),
        paragraphs,
        button: None,
        next: vec![Link::new("/", "First page")],
    };
    Ok(message(state, "Your details are saved", view)?)
}
