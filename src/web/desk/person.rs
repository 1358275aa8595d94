//! `/desk/people/new` and `/desk/people/<id>/edit`: the form for a person (P1–P3, P5).

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::act::{back, done, request};
use super::flash::Done;
use super::open::person;
use super::record::display_name;
use super::sheet::{self, DESPITE, Sheet};
use crate::commands::Command;
use crate::commands::bus::BusError;
use crate::commands::combatant::change_details::ChangeDetails;
use crate::commands::combatant::register::Register;
use crate::domain::contact::Phone;
use crate::domain::details::{DetailField, PlainDetails, RawDetails};
use crate::domain::id::{CombatantId, StreamVersion};
use crate::domain::permission::Permission;
use crate::domain::validate::validate;
use crate::events::combatant::Source;
use crate::events::evolve::{Record, Standing};
use crate::events::{CombatantEvent, Event};
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{Candidate, Conflict, Page};

/// How many records are shown at most as perhaps the same person.
const MOST_ALIKE: usize = 20;

/// The empty form.
pub async fn new(State(state): State<AppState>, officer: CurrentOfficer) -> Result<Response, AppError> {
    officer.require(Permission::WriteCombatantInfo, None)?;
    show(&state, &officer, Sheet::new(fresh(&state)), "/desk/people/new", StatusCode::OK)
}

/// Puts a person on file. Who they are follows from the command's id, so that
/// a re-sent form is the same person.
pub async fn register(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    officer.require(Permission::WriteCombatantInfo, None)?;
    let sent = Sent::read(&body)?;
    let command_id = sent.command_id()?;
    let id = CombatantId(Uuid::new_v5(&command_id.0, b"combatant"));
    if let Some(alike) = alike(&state, &officer, id, &sent).await? {
        let sheet = Sheet::new(command_id.to_string()).typed(typed(&sent)).alike(alike);
        return show(&state, &officer, sheet, "/desk/people/new", StatusCode::CONFLICT);
    }
    let command = Register { details: typed(&sent), source: Source::Desk, roster_ref: None };
    let command = Command::Combatant { combatant: id, command: command.into() };
    let request = request(&state, &officer, uri.path(), &sent, command_id, None, command);
    match state.bus().execute(request).await {
        Ok(receipt) => {
            let sees = officer.may(Permission::ReadCombatantInfo, None);
            let to = if sees { format!("/desk/people/{id}") } else { "/desk".to_owned() };
            let invited = state.kingdom().catalogue.policies.in_force_on(state.today()).is_some();
            let said = Done::plain(if invited { "registered" } else { "registered-uninvited" });
            done(&state, receipt.last, &said, &to).await
        }
        Err(error) => {
            let (status, back) = back(error, sheet::FORM, "", sent)?;
            let id = if back.renew { fresh(&state) } else { command_id.to_string() };
            let sheet = Sheet::new(id).typed(typed(&back.sent)).refused(&back);
            show(&state, &officer, sheet, "/desk/people/new", status)
        }
    }
}

/// Who may be the person that a form would register, where somebody may be who was not asked about yet (P6).
/// Whoever may not see records is not asked.
async fn alike(
    state: &AppState,
    officer: &CurrentOfficer,
    id: CombatantId,
    sent: &Sent,
) -> Result<Option<Vec<(CombatantId, Candidate)>>, AppError> {
    if !officer.may(Permission::ReadCombatantInfo, None) {
        return Ok(None);
    }
    // While the lists are being read, people are registered all the same.
    let Ok(lists) = state.lists() else { return Ok(None) };
    let kingdom = state.kingdom();
    let Ok(valid) = validate(&typed(sent), &kingdom.catalogue.regions, state.today()) else {
        return Ok(None);
    };
    let mut found = lists.desk().alike_to(valid.texts(), id);
    found.truncate(MOST_ALIKE);
    let known = |id: &CombatantId| sent.all(DESPITE).any(|seen| seen == id.to_string());
    if found.iter().all(|(entry, _)| known(&entry.id)) {
        return Ok(None);
    }
    let name = sent.text(DetailField::LegalName.as_str()).to_owned();
    reading::of_list(state, officer, "desk-register", name, found.len()).await?;
    let candidates = found.into_iter().map(|(entry, why)| {
        let candidate = Candidate {
            href: format!("/desk/people/{}", entry.id),
            name: entry.display_name().to_owned(),
            legal_name: entry.legal_name.to_string(),
            branch: entry.branch.as_deref().map(ToOwned::to_owned),
            why: Some(why.text().to_owned()),
        };
        (entry.id, candidate)
    });
    Ok(Some(candidates.collect()))
}

/// The form with what is on file.
pub async fn edit(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(id): Path<String>,
) -> Result<Response, AppError> {
    let (id, record) = record(&state, &officer, &id).await?;
    let shown = filled(&record);
    let sheet = Sheet::of(fresh(&state), id, display_name(&record), record.version).typed(shown);
    show_of(&state, &officer, id, sheet, StatusCode::OK).await
}

/// Changes what is on file; shows what changed meanwhile where somebody else was first (P5).
pub async fn change(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    let (id, before) = record(&state, &officer, &id).await?;
    let sent = Sent::read(&body)?;
    let command_id = sent.command_id()?;
    let seen = sent.seen().ok_or_else(|| {
        AppError::Bad("the form came without the version it was opened at; open it again".to_owned())
    })?;
    let ask = |seen| {
        let command = ChangeDetails { details: typed(&sent) }.into();
        let command = Command::Combatant { combatant: id, command };
        request(&state, &officer, uri.path(), &sent, command_id, Some(seen), command)
    };
    let mut answer = state.bus().execute(ask(seen)).await;
    if let Err(BusError::Stale { seen, now }) = answer {
        match conflicting(&state, id, &sent, seen, now).await? {
            // Something else about the person changed: nothing that this form would overwrite.
            None => answer = state.bus().execute(ask(now)).await,
            Some((kept, conflicts)) => {
                let current = state.bus().record(id).await?;
                let sheet = Sheet::of(fresh(&state), id, display_name(&current), current.version);
                let sheet = sheet.typed(kept).conflicting(conflicts);
                return show_of(&state, &officer, id, sheet, StatusCode::CONFLICT).await;
            }
        }
    }
    match answer {
        Ok(receipt) => {
            let same = receipt.repeated && state.bus().record(id).await?.version == before.version;
            let said = Done::plain(if same { "unchanged" } else { "changed" });
            done(&state, receipt.last, &said, &format!("/desk/people/{id}")).await
        }
        Err(error) => {
            let (status, back) = back(error, sheet::FORM, "", sent)?;
            let command = if back.renew { fresh(&state) } else { command_id.to_string() };
            let sheet =
                Sheet::of(command, id, display_name(&before), seen).typed(typed(&back.sent)).refused(&back);
            show_of(&state, &officer, id, sheet, status).await
        }
    }
}

/// What is on file, as the form shows it.
#[must_use]
pub fn filled(record: &Record) -> RawDetails {
    let shown = RawDetails(on_file(record));
    match Phone::parse(shown.get(DetailField::Phone)) {
        Ok(phone) => shown.with(DetailField::Phone, &phone.display()),
        Err(_) => shown,
    }
}

/// What a form that was filled in at version `seen` would overwrite, now that the record has version `now`:
/// the form as typed, with what is on file now in fields that were not touched, and the fields that changed
/// meanwhile. None where no detail changed (P5).
///
/// # Errors
/// The database.
pub async fn conflicting(
    state: &AppState,
    id: CombatantId,
    sent: &Sent,
    seen: StreamVersion,
    now: StreamVersion,
) -> Result<Option<(RawDetails, Vec<Conflict>)>, AppError> {
    let (then, current) = (as_of(state, id, seen).await?, state.bus().record(id).await?);
    let (then, on_file) = (on_file(&then), on_file(&current));
    if current.version == now && then == on_file {
        return Ok(None);
    }
    Ok(Some(conflict(state, sent, &then, &on_file)))
}

fn conflict(
    state: &AppState,
    sent: &Sent,
    then: &PlainDetails,
    now: &PlainDetails,
) -> (RawDetails, Vec<Conflict>) {
    let raw = typed(sent);
    let kingdom = state.kingdom();
    let valid = validate(&raw, &kingdom.catalogue.regions, state.today()).ok();
    let text = |details: &PlainDetails, field| details.get(&field).cloned().unwrap_or_default();
    let mut kept = raw.clone();
    let mut conflicts = Vec::new();
    for field in DetailField::ALL {
        let (old, new) = (text(then, field), text(now, field));
        if old == new {
            continue;
        }
        let mine = match &valid {
            Some(valid) => valid.get(field).unwrap_or_default().to_owned(),
            None => raw.get(field).trim().to_owned(),
        };
        if mine == new {
            continue;
        }
        let on_file = if new.is_empty() { "nothing".to_owned() } else { new.clone() };
        let yours = if mine == old {
            kept.0.insert(field, new);
            "not changed by you: what is on file now stays".to_owned()
        } else if mine.is_empty() {
            "nothing".to_owned()
        } else {
            raw.get(field).to_owned()
        };
        let label = field.label().to_owned();
        conflicts.push(Conflict { label, on_file, yours, target: field.as_str().to_owned() });
    }
    (kept, conflicts)
}

/// The record, for whoever may see and change it.
async fn record(
    state: &AppState,
    officer: &CurrentOfficer,
    id: &str,
) -> Result<(CombatantId, std::sync::Arc<Record>), AppError> {
    officer.require(Permission::ReadCombatantInfo, None)?;
    officer.require(Permission::WriteCombatantInfo, None)?;
    let id = person(id)?;
    let record = state.bus().record(id).await?;
    match record.standing {
        Standing::Active => Ok((id, record)),
        _ => Err(AppError::NotFound),
    }
}

/// The record as it was at a version.
async fn as_of(state: &AppState, id: CombatantId, version: StreamVersion) -> Result<Record, AppError> {
    let entries = state.bus().history(id).await?;
    let events = entries.into_iter().filter(|entry| entry.row.stream_version <= version);
    let facts = events.filter_map(|entry| match entry.event {
        Some(Event::Combatant(event)) => Some(crate::events::Fact::<CombatantEvent> {
            id: entry.row.event_id,
            effective_on: entry.row.effective_on,
            event,
        }),
        _ => None,
    });
    Ok(Record::of(facts))
}

fn on_file(record: &Record) -> PlainDetails {
    let open = record.details.iter().filter_map(|(field, value)| Some((*field, value.text()?.to_owned())));
    open.collect()
}

/// The details as a form sent them.
#[must_use]
pub fn typed(sent: &Sent) -> RawDetails {
    let fields = DetailField::ALL.into_iter().map(|field| (field, sent.text(field.as_str()).to_owned()));
    RawDetails(fields.collect::<BTreeMap<_, _>>())
}

fn fresh(state: &AppState) -> String {
    state.bus().ids().uuid_at(state.bus().now()).to_string()
}

/// The form of a record: a reading, recorded first (V7).
async fn show_of(
    state: &AppState,
    officer: &CurrentOfficer,
    id: CombatantId,
    sheet: Sheet,
    status: StatusCode,
) -> Result<Response, AppError> {
    reading::of_record(state, officer, "desk-edit", id).await?;
    show(state, officer, sheet, &format!("/desk/people/{id}/edit"), status)
}

fn show(
    state: &AppState,
    officer: &CurrentOfficer,
    sheet: Sheet,
    path: &str,
    status: StatusCode,
) -> Result<Response, AppError> {
    let regions = &state.kingdom().catalogue.regions;
    let view = sheet.view(regions);
    let title = view.heading.clone();
    let page = Page::desk(&state.site().site, &officer.chrome(), path, &title, view);
    Ok((status, state.render(&page, Templates::desk_person)?).into_response())
}
