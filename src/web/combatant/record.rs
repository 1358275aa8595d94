//! `/my-record/…`: everything that is held about oneself, who changed it, who looked and why (V7), and
//! what can be done about it: take it along, have it corrected, be listed or not, withdraw.
//!
//! The link opens it once; then the browser keeps it open for half an hour ([`super::visit`]).

use std::sync::Arc;

use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::held::{Back, view};
use super::link::{ByLink, Instead, SentByLink, fresh, page};
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
use crate::web::form::{NotAForm, Sent, capital};
use crate::web::reading::correlation;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{Audience, CommandForm, Field, Kind, Link, PersonalView};

/// The page of the record that is open.
const SHOW: &str = "/my-record/show";
/// Where a correction is asked for.
const CORRECTION: &str = "/my-record/correction";
/// Where one is listed, or no longer.
const LISTING: &str = "/my-record/listing";
/// Where consent is withdrawn.
const WITHDRAW: &str = "/my-record/withdraw";

/// The door: the link opens nothing by itself.
///
/// # Errors
/// The database; a broken template.
pub async fn door(State(state): State<AppState>, by: ByLink) -> Result<Response, AppError> {
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
pub async fn open(State(state): State<AppState>, sent: SentByLink) -> Result<Response, Instead> {
    let by = &sent.by;
    let reading = Reading {
        actor: by.actor(),
        correlation_id: correlation(&state),
        screen: Slug::parse("my-record").map_err(|why| AppError::Internal(why.to_string()))?,
        what: Read::Record(by.person),
        reason: None,
    };
    let read = state.bus().record_reading_by_link(reading, by.id).await;
    read.map_err(|error| by.failed(&state, error))?;
    let mut answer = personal(Redirect::to(SHOW).into_response());
    let cookie = visit::keep_record(&state, Visit { link: by.id, person: by.person })?;
    answer.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(answer)
}

/// Somebody whose browser has their own record open. As an argument of a handler it answers everybody else with the
/// page that offers another link.
pub struct Visitor {
    visit: Visit,
    record: Arc<Record>,
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = Instead;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Instead> {
        let gone = || Instead::gone(state, LinkPurpose::MyRecord);
        let visit = visit::record(state, &parts.headers).ok_or_else(gone)?;
        let record = state.bus().record(visit.person).await?;
        if record.standing == Standing::Active { Ok(Self { visit, record }) } else { Err(gone()) }
    }
}

impl Visitor {
    /// Asks for something about the record that is open. Where a rule stands against it, the page is shown `again`
    /// with what the rule says.
    async fn ask(
        &self,
        state: &AppState,
        path: &str,
        sent: &Sent,
        command: CombatantCommand,
        again: impl AsyncFnOnce(String) -> Result<Response, AppError>,
    ) -> Result<Receipt, Instead> {
        let request = Request {
            command_id: sent.command_id()?,
            actor: Actor::LinkHolder(self.visit.link),
            correlation_id: correlation(state),
            body: [path.as_bytes(), b"\n", sent.body()].concat(),
            seen: None,
            command: Command::Combatant { combatant: self.visit.person, command },
        };
        match state.bus().execute(request).await {
            Err(BusError::Refused(refusal)) => Err(Instead::page(again(capital(&refusal.to_string())).await)),
            answer => Ok(answer?),
        }
    }

    /// The record, with what is wrong with a form of it, where something is.
    async fn page(&self, state: &AppState, back: Option<Back>) -> Result<Response, AppError> {
        let status = if back.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let entries = state.bus().history(self.visit.person).await?;
        let view = view(state, &self.record, &entries, back.as_ref());
        let page = state.public_page(Audience::Public, "/", "My record", view);
        Ok(personal((status, state.render(&page, Templates::my_record)?).into_response()))
    }
}

/// The record.
///
/// # Errors
/// The database; a broken template.
pub async fn show(State(state): State<AppState>, visitor: Visitor) -> Result<Response, AppError> {
    visitor.page(&state, None).await
}

/// The record as a file.
///
/// # Errors
/// The database.
pub async fn export(State(state): State<AppState>, visitor: Visitor) -> Result<Response, AppError> {
    let entries = state.bus().history(visitor.visit.person).await?;
    let body = export::json(visitor.visit.person, &visitor.record, &entries, &state.kingdom())
        .map_err(|why| AppError::Internal(why.to_string()))?;
    let kind = [
        (header::CONTENT_TYPE, "application/json; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"my-record.json\""),
    ];
    Ok(personal((kind, body).into_response()))
}

/// Back to the record, once it shows what was done.
async fn back_to_it(state: &AppState, receipt: Receipt) -> Response {
    shown::wait(state, receipt.last).await;
    personal(Redirect::to(SHOW).into_response())
}

/// Asks for a correction: it waits on the desk.
///
/// # Errors
/// The database.
pub async fn correction(
    State(state): State<AppState>,
    visitor: Visitor,
    sent: Sent,
) -> Result<Response, Instead> {
    sent.command_id()?;
    let typed = sent.text("text");
    let again = async |why| {
        let back = Back { form: "correction", typed: typed.to_owned(), why };
        visitor.page(&state, Some(back)).await
    };
    if let Err(why) = ask_correction::read(typed) {
        return Ok(again(capital(&why)).await?);
    }
    let command = AskCorrection { text: typed.to_owned() };
    let receipt = visitor.ask(&state, CORRECTION, &sent, command.into(), again).await?;
    Ok(back_to_it(&state, receipt).await)
}

/// Is listed publicly, or no longer (V8).
///
/// # Errors
/// The database.
pub async fn listing(
    State(state): State<AppState>,
    visitor: Visitor,
    sent: Sent,
) -> Result<Response, Instead> {
    let listed = match sent.text("listed") {
        "yes" => true,
        "no" => false,
        _ => return Err(NotAForm::OddTick.into()),
    };
    let again = async |why| {
        let back = Back { form: "listing", typed: String::new(), why };
        visitor.page(&state, Some(back)).await
    };
    let receipt = visitor.ask(&state, LISTING, &sent, SetListing { listed }.into(), again).await?;
    Ok(back_to_it(&state, receipt).await)
}

/// What withdrawing leads to, before it is done.
///
/// # Errors
/// The database; a broken template.
pub async fn doubt(State(state): State<AppState>, visitor: Visitor) -> Result<Response, AppError> {
    doubting(&state, &visitor.record, None, StatusCode::OK)
}

fn doubting(
    state: &AppState,
    record: &Record,
    why: Option<String>,
    status: StatusCode,
) -> Result<Response, AppError> {
    let sure = Field::new(Kind::Check, "sure", "I understand what goes and what stays").error(why);
    let form =
        CommandForm::new("withdraw", WITHDRAW, "Withdraw and erase me", fresh(state), vec![sure]).dangerous();
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
    visitor: Visitor,
    sent: Sent,
) -> Result<Response, Instead> {
    let again = async |why| doubting(&state, &visitor.record, Some(why), StatusCode::UNPROCESSABLE_ENTITY);
    sent.command_id()?;
    if !sent.ticked("sure")? {
        return Ok(again("Tick this to show that you mean it".to_owned()).await?);
    }
    let command = Erase::by(ErasureCause::Withdrawn);
    visitor.ask(&state, WITHDRAW, &sent, command.into(), again).await?;
    let mut answer = shown::erased(&state)?;
    answer.headers_mut().append(header::SET_COOKIE, visit::close_record(&state)?);
    Ok(answer)
}
