//! Recording that an officer reads sealed data (V7): done before anything is shown.

use super::error::AppError;
use super::session::CurrentOfficer;
use super::state::AppState;
use crate::commands::bus::{Read, Reading};
use crate::domain::id::{CombatantId, CorrelationId, Slug};

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
    record(state, officer, screen, Read::Record(id)).await
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
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    record(state, officer, screen, Read::List { query, count }).await
}

async fn record(
    state: &AppState,
    officer: &CurrentOfficer,
    screen: &str,
    what: Read,
) -> Result<(), AppError> {
    let screen = Slug::parse(screen).map_err(|why| AppError::Internal(why.to_string()))?;
    let reading =
        Reading { actor: officer.actor(), correlation_id: correlation(state), screen, what, reason: None };
    state.bus().record_reading(reading).await?;
    Ok(())
}
