//! `/my-record/…`: everything that is held about oneself, who changed it, who looked and why (V7), and
//! what can be done about it: take it along, have it corrected, be listed or not, withdraw.
//!
//! The link opens it once; then the browser keeps it open for half an hour ([`super::visit`]).

use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use std::sync::Arc;

use super::held::{Back, view};
use super::link::{self, fresh, page};
use super::visit::{self, Visit};
use super::{export, personal, shown};
use crate::commands::Command;
use crate::commands::bus::{BusError, Read, Reading, Request};
use crate::commands::combatant::CombatantCommand;
use crate::commands::combatant::ask_correction::{self, AskCorrection};
use crate::commands::combatant::erase::Erase;
use crate::commands::combatant::set_listing::SetListing;
use crate::domain::actor::Actor;
use crate::domain::id::Slug;
use crate::domain::mail::LinkPurpose;
use crate::events::combatant::ErasureCause;
use crate::events::evolve::{Record, Standing};
use crate::store::Receipt;
use crate::web::error::AppError;
use crate::web::form::{Sent, capital};
use crate::web::reading::correlation;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{Audience, CommandForm, Field, Kind, Link, PersonalView};

const PURPOSES: &[LinkPurpose] = &[LinkPurpose::MyRecord];
/// The page of the record that is open.
const SHOW: &str = "/my-record/show";

/// The door: the link opens nothing by itself.
///
/// # Errors
/// The database; a broken template.
pub async fn door(State(state): State<AppState>, Path(token): Path<String>) -> Result<Response, AppError> {
    let by = match link::open(&state, &token, PURPOSES).await? {
        Ok(by) => by,
        Err(gone) => return Ok(gone),
    };
    let form = CommandForm::new("open", &by.path, "Open my record", fresh(&state), Vec::new())
        .note("This uses the link up. The record stays open in this browser for half an hour.");
    let view = PersonalView {
        heading: "Your record".to_owned(),
        lead: Some(
            "Everything that the register holds about you, who changed it, and who looked at it.".to_owned(),
        ),
        paragraphs: Vec::new(),
        policy: None,
        form: Some(form),
        next: Vec::new(),
    };
    page(&state, "Your record", view, StatusCode::OK)
}

/// Opens it: a reading, which the history shows like any other.
///
/// # Errors
/// The database.
pub async fn open(State(state): State<AppState>, Path(token): Path<String>) -> Result<Response, AppError> {
    let by = match link::open(&state, &token, PURPOSES).await? {
        Ok(by) => by,
        Err(gone) => return Ok(gone),
    };
    let reading = Reading {
        actor: by.actor(),
        correlation_id: correlation(&state),
        screen: Slug::parse("my-record").map_err(|why| AppError::Internal(why.to_string()))?,
        what: Read::Record(by.person),
        reason: None,
    };
    match state.bus().record_reading_by_link(reading, by.id).await {
        Ok(_) => {
            let mut answer = personal(Redirect::to(SHOW).into_response());
            let cookie = visit::keep_record(&state, Visit { link: by.id, person: by.person })?;
            answer.headers_mut().append(header::SET_COOKIE, cookie);
            Ok(answer)
        }
        Err(error) => by.failed(&state, error),
    }
}

/// Whose record the browser has open; or the page that offers another link.
async fn visitor(
    state: &AppState,
    headers: &HeaderMap,
) -> Result<Result<(Visit, Arc<Record>), Response>, AppError> {
    let Some(visit) = visit::record(state, headers) else {
        return link::gone(state, LinkPurpose::MyRecord).map(Err);
    };
    let record = state.bus().record(visit.person).await?;
    if record.standing != Standing::Active {
        return link::gone(state, LinkPurpose::MyRecord).map(Err);
    }
    Ok(Ok((visit, record)))
}

/// The record.
///
/// # Errors
/// The database; a broken template.
pub async fn show(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, AppError> {
    match visitor(&state, &headers).await? {
        Ok((visit, record)) => shown_record(&state, visit, &record, None, StatusCode::OK).await,
        Err(gone) => Ok(gone),
    }
}

/// The record as a file.
///
/// # Errors
/// The database.
pub async fn export(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, AppError> {
    let (visit, record) = match visitor(&state, &headers).await? {
        Ok(visitor) => visitor,
        Err(gone) => return Ok(gone),
    };
    let entries = state.bus().history(visit.person).await?;
    let body = export::json(visit.person, &record, &entries, &state.kingdom())
        .map_err(|why| AppError::Internal(why.to_string()))?;
    let kind = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"my-record.json\""),
    ];
    Ok(personal((kind, body).into_response()))
}

async fn shown_record(
    state: &AppState,
    visit: Visit,
    record: &Record,
    back: Option<Back>,
    status: StatusCode,
) -> Result<Response, AppError> {
    let entries = state.bus().history(visit.person).await?;
    let view = view(state, record, &entries, back.as_ref());
    let page = state.public_page(Audience::Public, "/", "My record", view);
    Ok(personal((status, state.render(&page, Templates::my_record)?).into_response()))
}

/// Asks for something about the record that is open.
async fn ask(
    state: &AppState,
    visit: Visit,
    path: &str,
    sent: &Sent,
    command: CombatantCommand,
) -> Result<Receipt, BusError> {
    let request = Request {
        command_id: sent.command_id().map_err(|why| BusError::Internal(why.to_string()))?,
        actor: Actor::LinkHolder(visit.link),
        correlation_id: correlation(state),
        body: [path.as_bytes(), b"\n", sent.body()].concat(),
        seen: None,
        command: Command::Combatant { combatant: visit.person, command },
    };
    state.bus().execute(request).await
}

/// Back to the record, or to the form with what is wrong.
async fn answer(
    state: &AppState,
    visit: Visit,
    record: &Record,
    asked: Result<Receipt, BusError>,
    form: &'static str,
    typed: &str,
) -> Result<Response, AppError> {
    match asked {
        Ok(receipt) => {
            shown::wait(state, receipt.last).await;
            Ok(personal(Redirect::to(SHOW).into_response()))
        }
        Err(BusError::Refused(refusal)) => {
            let why = capital(&refusal.to_string());
            let back = Back { form, typed: typed.to_owned(), why };
            shown_record(state, visit, record, Some(back), StatusCode::UNPROCESSABLE_ENTITY).await
        }
        Err(error) => Err(error.into()),
    }
}

/// Asks for a correction: it waits on the desk.
///
/// # Errors
/// The database.
pub async fn correction(
    State(state): State<AppState>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    let (visit, record) = match visitor(&state, &headers).await? {
        Ok(visitor) => visitor,
        Err(gone) => return Ok(gone),
    };
    let sent = Sent::read(&body)?;
    sent.command_id()?;
    let typed = sent.text("text");
    if let Err(why) = ask_correction::read(typed) {
        let back = Back { form: "correction", typed: typed.to_owned(), why: capital(&why) };
        return shown_record(&state, visit, &record, Some(back), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let command = AskCorrection { text: typed.to_owned() };
    let asked = ask(&state, visit, uri.path(), &sent, command.into()).await;
    answer(&state, visit, &record, asked, "correction", typed).await
}

/// Is listed publicly, or no longer (V8).
///
/// # Errors
/// The database.
pub async fn listing(
    State(state): State<AppState>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    let (visit, record) = match visitor(&state, &headers).await? {
        Ok(visitor) => visitor,
        Err(gone) => return Ok(gone),
    };
    let sent = Sent::read(&body)?;
    sent.command_id()?;
    let listed = match sent.text("listed") {
        "yes" => true,
        "no" => false,
        _ => return Err(AppError::Bad("this form is not one of this page; open the page again".to_owned())),
    };
    let asked = ask(&state, visit, uri.path(), &sent, SetListing { listed }.into()).await;
    answer(&state, visit, &record, asked, "listing", "").await
}

/// What withdrawing leads to, before it is done.
///
/// # Errors
/// The database; a broken template.
pub async fn doubt(State(state): State<AppState>, headers: HeaderMap) -> Result<Response, AppError> {
    match visitor(&state, &headers).await? {
        Ok((_, record)) => doubting(&state, &record, None, StatusCode::OK),
        Err(gone) => Ok(gone),
    }
}

fn doubting(
    state: &AppState,
    record: &Record,
    why: Option<String>,
    status: StatusCode,
) -> Result<Response, AppError> {
    let sure = Field::new(Kind::Check, "sure", "I understand what goes and what stays").error(why);
    let form = CommandForm::new(
        "withdraw",
        "/my-record/withdraw",
        "Withdraw and erase me",
        fresh(state),
        vec![sure],
    )
    .dangerous();
    let view = PersonalView {
        heading: "Withdraw your consent?".to_owned(),
        lead: Some("Without it nothing may be kept about you. This is what happens then:".to_owned()),
        paragraphs: shown::consequences(state, record),
        policy: None,
        form: Some(form),
        next: vec![Link::new(SHOW, "Back to my record")],
    };
    page(state, "Withdraw your consent?", view, status)
}

/// Withdraws: the person is erased (V6).
///
/// # Errors
/// The database.
pub async fn withdraw(
    State(state): State<AppState>,
    headers: HeaderMap,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    let (visit, record) = match visitor(&state, &headers).await? {
        Ok(visitor) => visitor,
        Err(gone) => return Ok(gone),
    };
    let sent = Sent::read(&body)?;
    sent.command_id()?;
    if sent.text("sure") != "yes" {
        let why = "Tick this to show that you mean it".to_owned();
        return doubting(&state, &record, Some(why), StatusCode::UNPROCESSABLE_ENTITY);
    }
    let command = Erase { cause: ErasureCause::Withdrawn };
    match ask(&state, visit, uri.path(), &sent, command.into()).await {
        Ok(_) => {
            let mut answer = shown::erased(&state)?;
            answer.headers_mut().append(header::SET_COOKIE, visit::close_record(&state)?);
            Ok(answer)
        }
        Err(BusError::Refused(refusal)) => {
            doubting(&state, &record, Some(capital(&refusal.to_string())), StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(error) => Err(error.into()),
    }
}
