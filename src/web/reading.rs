//! Recording that an officer reads sealed data (V7): done before anything is shown.

use super::error::AppError;
use super::session::CurrentOfficer;
use super::state::AppState;
use crate::commands::bus::{Read, Reading};
use crate::domain::id::{CombatantId, CorrelationId, OfficerId, Slug};

/// A fresh id for what one request causes.
#[must_use]
pub fn correlation(state: &AppState) -> CorrelationId {
    let bus = state.bus();
    CorrelationId(bus.ids().uuid_at(bus.now()))
}

/// Records that the officer opens one person's record on that screen.
///
/// # Errors
/// Then nothing may be shown.
pub async fn of_record(
    state: &AppState,
    officer: &CurrentOfficer,
    screen: &str,
    id: CombatantId,
) -> Result<(), AppError> {
    record(state, officer, screen, Read::Record(id), None).await
}

/// Records that the officer opens what is on file about one of the officers.
///
/// # Errors
/// Then nothing may be shown.
pub async fn of_officer(
    state: &AppState,
    officer: &CurrentOfficer,
    screen: &str,
    id: OfficerId,
) -> Result<(), AppError> {
    record(state, officer, screen, Read::Officer(id), None).await
}

/// Records that the officer opens a list on that screen, with what was asked
/// and how many people it shows.
///
/// # Errors
/// Then nothing may be shown.
pub async fn of_list(
    state: &AppState,
    officer: &CurrentOfficer,
    screen: &str,
    query: String,
    count: usize,
) -> Result<(), AppError> {
    record(state, officer, screen, list(query, count), None).await
}

/// Records that the officer takes a list along, with what was asked, how many people it holds, and why.
///
/// # Errors
/// Then nothing may leave.
pub async fn of_export(
    state: &AppState,
    officer: &CurrentOfficer,
    screen: &str,
    query: String,
    count: usize,
    reason: &str,
) -> Result<(), AppError> {
    record(state, officer, screen, list(query, count), Some(reason.trim().to_owned())).await
}

fn list(query: String, count: usize) -> Read {
    Read::List { query, count: u32::try_from(count).unwrap_or(u32::MAX) }
}

async fn record(
    state: &AppState,
    officer: &CurrentOfficer,
    screen: &str,
    what: Read,
    reason: Option<String>,
) -> Result<(), AppError> {
    let screen = Slug::parse(screen).map_err(|why| AppError::Internal(why.to_string()))?;
    let reading =
        Reading { actor: officer.actor(), correlation_id: correlation(state), screen, what, reason };
    state.bus().record_reading(reading).await?;
    Ok(())
}
