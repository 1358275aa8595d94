//! One event as the log holds it. The store knows rows and bytes; what a
//! payload says is the business of `events`.

use uuid::Uuid;

use super::db::Row;
use super::error::{DbError, Result};
use crate::domain::actor::Actor;
use crate::domain::date::{CivilDate, Instant};
use crate::domain::id::{CommandId, CorrelationId, EventId, Position, StreamId, StreamType, StreamVersion};

/// An event that shall be appended. Position, version, time, actor, command
/// and hash come from the append that carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvent {
    /// Its id; UUID version 7.
    pub event_id: EventId,
    /// The stream it belongs to.
    pub stream: StreamId,
    /// The person concerned, if any.
    pub subject: Option<Uuid>,
    /// The civil day of its effect; nothing where there is no civil effect (D4).
    pub effective_on: Option<CivilDate>,
    /// What happened, like `AuthorizationGranted`; ASCII, at most 64 bytes.
    pub event_type: &'static str,
    /// The version of the payload's shape, from 1.
    pub schema_version: i64,
    /// The exact bytes of the payload; at most 16 MiB.
    pub payload: Vec<u8>,
}

/// An event of the log, with every column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedRow {
    /// Its place in the log.
    pub position: Position,
    /// Its id.
    pub event_id: EventId,
    /// The stream it belongs to.
    pub stream: StreamId,
    /// Its place in the stream, from 1.
    pub stream_version: StreamVersion,
    /// What happened.
    pub event_type: Box<str>,
    /// The version of the payload's shape.
    pub schema_version: i64,
    /// When it was recorded; never earlier than the event before it.
    pub recorded_at: Instant,
    /// The civil day of its effect.
    pub effective_on: Option<CivilDate>,
    /// The person concerned.
    pub subject: Option<Uuid>,
    /// Who issued the command.
    pub actor: Actor,
    /// The command that caused it.
    pub command_id: CommandId,
    /// What the command belongs to.
    pub correlation_id: CorrelationId,
    /// The event that caused the command, if one did.
    pub causation_id: Option<EventId>,
    /// The exact bytes of the payload.
    pub payload: Vec<u8>,
    /// The exact bytes of the metadata.
    pub metadata: Vec<u8>,
    /// The hash of the event before it; zeros for the first.
    pub prev_hash: [u8; 32],
    /// Its own hash, see [`super::chain`].
    pub hash: [u8; 32],
}

/// The columns in written order, as every SELECT of [`RecordedRow`]s names them.
pub(super) const COLUMNS: &str = "position, event_id, stream_type, stream_id, stream_version, event_type, \
     schema_version, recorded_at, effective_on, subject, actor, command_id, correlation_id, causation_id, \
     payload, metadata, prev_hash, hash";

/// How many columns [`COLUMNS`] names.
pub(super) const COLUMN_COUNT: usize = 18;

impl RecordedRow {
    /// Reads a row selected with [`COLUMNS`].
    pub(super) fn read(row: &Row) -> Result<Self> {
        let kind = StreamType::parse(row.text(2)?).ok_or(DbError::Shape("events.stream_type"))?;
        let effective_on = match row.maybe_int(8)? {
            Some(day) => Some(CivilDate::from_day_number(day).ok_or(DbError::Shape("events.effective_on"))?),
            None => None,
        };
        Ok(Self {
            position: Position(row.int(0)?),
            event_id: EventId(row.uuid(1)?),
            stream: StreamId { kind, id: row.uuid(3)? },
            stream_version: StreamVersion(row.int(4)?),
            event_type: row.text(5)?.into(),
            schema_version: row.int(6)?,
            recorded_at: Instant::from_micros(row.int(7)?),
            effective_on,
            subject: row.maybe_uuid(9)?,
            actor: row.text(10)?.parse().map_err(|_| DbError::Shape("events.actor"))?,
            command_id: CommandId(row.uuid(11)?),
            correlation_id: CorrelationId(row.uuid(12)?),
            causation_id: row.maybe_uuid(13)?.map(EventId),
            payload: row.bytes(14)?.to_vec(),
            metadata: row.bytes(15)?.to_vec(),
            prev_hash: row.array(16)?,
            hash: row.array(17)?,
        })
    }
}
