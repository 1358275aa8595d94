//! From rows of the log to facts.

use crate::domain::id::StreamId;
use crate::events::{CombatantEvent, DecodeError, Event, Fact, StreamEvent};
use crate::store::RecordedRow;

/// Reads a row of any stream.
///
/// # Errors
/// [`DecodeError`] when this program does not know the event, or its payload is damaged.
pub fn decode(row: &RecordedRow) -> Result<(StreamId, Fact<Event>), DecodeError> {
    let event = Event::decode(row.stream.kind, &row.event_type, row.schema_version, &row.payload)?;
    Ok((row.stream, Fact { id: row.event_id, effective_on: row.effective_on, event }))
}

/// Reads a row of a combatant's stream.
///
/// # Errors
/// As [`decode`].
pub fn decode_combatant(row: &RecordedRow) -> Result<Fact<CombatantEvent>, DecodeError> {
    let event = CombatantEvent::decode(&row.event_type, row.schema_version, &row.payload)?;
    Ok(Fact { id: row.event_id, effective_on: row.effective_on, event })
}
