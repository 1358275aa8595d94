//! The way of every form that does something: read, asked of the bus, waited
//! for, and then either on to the record with a word of what changed, or the
//! form again with what is wrong and everything typed (P3).

use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::flash::Done;
use super::forms::Back;
use super::open;
use super::verbs::{Asking, NotAsked, Read};
use crate::commands::bus::{BusError, Request};
use crate::commands::{Command, Refusal};
use crate::domain::id::{CommandId, Position, StreamVersion};
use crate::domain::permission::Permission;
use crate::events::evolve::Standing;
use crate::web::error::AppError;
use crate::web::form::{NotAForm, Sent, capital};
use crate::web::reading::correlation;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;

/// How long the next page waits until the read models show what was done.
const PATIENCE: Duration = Duration::from_secs(2);

impl From<NotAForm> for AppError {
    fn from(why: NotAForm) -> Self {
        Self::Bad(why.to_string())
    }
}

/// Does one thing to a person.
///
/// # Errors
/// [`AppError`]; what is wrong with the form itself is shown in it instead.
pub async fn act(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
    read: Read,
) -> Result<Response, AppError> {
    // Whoever may not see a record learns nothing about it from what it refuses (A4).
    officer.require(Permission::ReadCombatantInfo, None)?;
    let id = open::person(&id)?;
    let sent = Sent::read(&body)?;
    let command_id = sent.command_id()?;
    let record = state.bus().record(id).await?;
    if record.standing == Standing::Unknown {
        return Err(AppError::NotFound);
    }
    let asking =
        Asking { command_id, person: id, record: &record, officer: Some(officer.id), ids: state.bus().ids() };
    let asked = match read(&asking, &sent) {
        Ok(asked) => asked,
        Err(NotAsked::NotOurs) => {
            return Err(AppError::Bad("this form is not one of this page; open the page again".to_owned()));
        }
        Err(NotAsked::Wrong(form, errors)) => {
            let errors = errors.into_iter().map(|(field, why)| (field.to_owned(), why)).collect();
            let back = Back { form, sent, errors, message: None, renew: false };
            return open::refused(&state, &officer, id, &back, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    let command = Command::Combatant { combatant: id, command: asked.command };
    let request = request(&state, &officer, uri.path(), &sent, command_id, None, command);
    match state.bus().execute(request).await {
        Ok(receipt) => {
            let to = format!("/desk/people/{id}{}", asked.done.anchor());
            done(&state, receipt.last, &asked.done, &to).await
        }
        Err(error) => {
            let (status, back) = back(error, &asked.form, asked.day, sent)?;
            open::refused(&state, &officer, id, &back, status).await
        }
    }
}

/// A form as the bus takes it. Its body is the address and the bytes that were
/// sent: the same form at another address is not the same command.
pub(super) fn request(
    state: &AppState,
    officer: &CurrentOfficer,
    path: &str,
    sent: &Sent,
    command_id: CommandId,
    seen: Option<StreamVersion>,
    command: Command,
) -> Request {
    let body = [path.as_bytes(), b"\n", sent.body()].concat();
    Request { command_id, actor: officer.actor(), correlation_id: correlation(state), body, seen, command }
}

/// On to the next page, once the read models show what was done.
pub(super) async fn done(
    state: &AppState,
    last: Position,
    done: &Done,
    to: &str,
) -> Result<Response, AppError> {
    let shown = super::wait_for(state, last, PATIENCE).await;
    let cookie = if shown { done.cookie()? } else { Done::plain("soon").cookie()? };
    let mut answer = Redirect::to(to).into_response();
    answer.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(answer)
}

/// What is wrong, by field, where a form can show it; everything else is an error page.
pub(in crate::web) fn back(
    error: BusError,
    form: &str,
    day: &str,
    sent: Sent,
) -> Result<(StatusCode, Back), AppError> {
    let mut back = Back { form: form.to_owned(), sent, errors: Vec::new(), message: None, renew: false };
    let status = match error {
        BusError::Refused(refusal) => {
            let text = capital(&refusal.to_string());
            let changed_meanwhile = matches!(refusal, Refusal::Rule { rule: "P5", .. });
            match refusal {
                Refusal::Fields(errors) => {
                    back.errors = errors
                        .into_iter()
                        .map(|e| {
                            let message = format!("{}; {}", capital(&e.problem), e.remedy);
                            (e.field.as_str().to_owned(), message)
                        })
                        .collect();
                }
                Refusal::Rule { rule: "D4" | "C4", .. } | Refusal::Later { .. } if !day.is_empty() => {
                    back.errors.push((day.to_owned(), text));
                }
                Refusal::Rule { .. } | Refusal::Later { .. } => back.message = Some(text),
            }
            if changed_meanwhile { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY }
        }
        BusError::CommandReused => {
            back.message = Some(
                "This form was already sent with other contents. Look at what is on file, then send it again if it is still needed"
                    .to_owned(),
            );
            back.renew = true;
            StatusCode::CONFLICT
        }
        BusError::Taken(_) | BusError::Stale { .. } | BusError::NotYet(_) => {
            back.message = Some(capital(&error.to_string()));
            StatusCode::CONFLICT
        }
        other => return Err(other.into()),
    };
    Ok((status, back))
}
