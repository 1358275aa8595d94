//! The auditors' side: `/audit`. The only room of the site that reads the log
//! itself. Names and reasons are opened for whoever holds `read_history`, and
//! every page that does so is recorded as a reading first (V7).

mod asof;
mod event;
mod log;
mod payload;
mod removals;
pub mod when;
mod whom;

use axum::Router;
use axum::routing::get;
use uuid::Uuid;

use super::error::AppError;
use super::session::CurrentOfficer;
use super::state::AppState;
use super::views::{AuditRow, Moment, Seal, Subject, href};
use super::words;
use crate::commands::bus::Entry;
use crate::domain::id::{CombatantId, OfficerId};
use crate::events::evolve::Standing;

/// The routes of this room.
pub fn routes() -> Router<AppState> {
    Router::new()
        // The log, and one event in full.
        .route("/audit", get(log::show))
        .route("/audit/events/{position}", get(event::show))
        // The past, by two clocks.
        .route("/audit/as-of", get(asof::show))
        // What is kept no longer.
        .route("/audit/removals", get(removals::show))
}

/// The address of one event.
fn address(position: i64) -> String {
    format!("/audit/events/{position}")
}

/// The person an event concerns: a combatant by name where it can be opened, an
/// officer by what other officers know them by.
async fn subject(state: &AppState, officer: &CurrentOfficer, id: Uuid) -> Result<Subject, AppError> {
    let href = href("/audit", &[("person", &id.to_string())]);
    if let Some(found) = officer.kingdom.officers.all.get(&OfficerId(id)) {
        let seal = if found.label.text().is_some() { Seal::Opened } else { Seal::Erased };
        let label = found.label.text().unwrap_or("An officer").to_owned();
        return Ok(Subject { label, seal, href });
    }
    let record = state.bus().record(CombatantId(id)).await?;
    let name = super::desk::record::display_name(&record);
    let short: String = id.simple().to_string().chars().skip(20).take(6).collect();
    let (label, seal) = match record.standing {
        Standing::Erased => (format!("Person {short}"), Seal::Erased),
        Standing::Unknown => (format!("Person {short}"), Seal::Sealed),
        Standing::Active | Standing::MergedInto(_) => (name.to_owned(), Seal::Opened),
    };
    Ok(Subject { label, seal, href })
}

/// One event as a line, with whom it is about.
async fn row(state: &AppState, officer: &CurrentOfficer, entry: &Entry) -> Result<AuditRow, AppError> {
    let subject = match entry.row.subject {
        Some(id) => Some(subject(state, officer, id).await?),
        None => None,
    };
    Ok(AuditRow { subject, ..line(officer, entry) })
}

/// One event as a line that names nobody whom it is about: nothing is opened for it.
fn line(officer: &CurrentOfficer, entry: &Entry) -> AuditRow {
    let kingdom = &officer.kingdom;
    AuditRow {
        position: entry.row.position.0,
        href: address(entry.row.position.0),
        kind: entry.row.event_type.to_string(),
        text: words::entry(entry, kingdom).text,
        subject: None,
        actor: words::actor(&entry.row.actor, kingdom),
        effective: entry.row.effective_on.map(Into::into),
        recorded: Moment::new(entry.row.recorded_at, kingdom.catalogue.kingdom.zone.tz()),
    }
}
