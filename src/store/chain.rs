//! The chain of hashes: what makes a change of the past visible.
//!
//! `hash = SHA-256(format byte ‖ every column but hash, in written order)`. A
//! column is written as a tag, its length and its bytes:
//!
//! | tag | what | length | bytes |
//! | --- | --- | --- | --- |
//! | 0 | NULL | none | none |
//! | 1 | integer | 4 bytes, big-endian: 8 | 8 bytes, big-endian, two's complement |
//! | 2 | bytes | 4 bytes, big-endian | as they are |
//! | 3 | text | 4 bytes, big-endian | ASCII |
//!
//! This cannot be changed later. A new column means a new format byte; it must
//! be NOT NULL in rows of the new format and NULL in older ones, which is how
//! `verify` knows which format a row has. Older rows go on hashing as before.

use sha2::{Digest, Sha256};

use super::row::RecordedRow;

/// The format of the rows that this program writes.
pub const FORMAT: u8 = 1;

/// What the first event has for the hash before it.
pub const GENESIS: [u8; 32] = [0; 32];

/// The columns of one row but `hash`, borrowed: rows that are about to be
/// written and rows that were read hash by the same code.
pub(super) struct Columns<'a> {
    pub position: i64,
    pub event_id: &'a [u8; 16],
    pub stream_type: &'a str,
    pub stream_id: &'a [u8; 16],
    pub stream_version: i64,
    pub event_type: &'a str,
    pub schema_version: i64,
    pub recorded_at: i64,
    pub effective_on: Option<i64>,
    pub subject: Option<&'a [u8]>,
    pub actor: &'a str,
    pub command_id: &'a [u8; 16],
    pub correlation_id: &'a [u8; 16],
    pub causation_id: Option<&'a [u8]>,
    pub payload: &'a [u8],
    pub metadata: &'a [u8],
    pub prev_hash: &'a [u8; 32],
}

struct Writer(Sha256);

impl Writer {
    fn tagged(&mut self, tag: u8, bytes: &[u8]) {
        // No column holds 4 GiB: the largest is a MEDIUMBLOB.
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
        self.0.update([tag, length[0], length[1], length[2], length[3]]);
        self.0.update(bytes);
    }

    fn null(&mut self) {
        self.0.update([0]);
    }

    fn int(&mut self, value: i64) {
        self.tagged(1, &value.to_be_bytes());
    }

    fn bytes(&mut self, value: &[u8]) {
        self.tagged(2, value);
    }

    fn text(&mut self, value: &str) {
        self.tagged(3, value.as_bytes());
    }

    fn maybe_bytes(&mut self, value: Option<&[u8]>) {
        match value {
            Some(value) => self.bytes(value),
            None => self.null(),
        }
    }
}

impl Columns<'_> {
    /// The hash of the row.
    pub fn hash(&self) -> [u8; 32] {
        let mut out = Writer(Sha256::new());
        out.0.update([FORMAT]);
        out.int(self.position);
        out.bytes(self.event_id);
        out.text(self.stream_type);
        out.bytes(self.stream_id);
        out.int(self.stream_version);
        out.text(self.event_type);
        out.int(self.schema_version);
        out.int(self.recorded_at);
        match self.effective_on {
            Some(day) => out.int(day),
            None => out.null(),
        }
        out.maybe_bytes(self.subject);
        out.text(self.actor);
        out.bytes(self.command_id);
        out.bytes(self.correlation_id);
        out.maybe_bytes(self.causation_id);
        out.bytes(self.payload);
        out.bytes(self.metadata);
        out.bytes(self.prev_hash);
        out.0.finalize().into()
    }
}

/// The hash that a recorded row must have.
#[must_use]
pub fn hash(row: &RecordedRow) -> [u8; 32] {
    Columns {
        position: row.position.0,
        event_id: row.event_id.0.as_bytes(),
        stream_type: row.stream.kind.as_str(),
        stream_id: row.stream.id.as_bytes(),
        stream_version: row.stream_version.0,
        event_type: &row.event_type,
        schema_version: row.schema_version,
        recorded_at: row.recorded_at.micros(),
        effective_on: row.effective_on.map(crate::domain::date::CivilDate::day_number),
        subject: row.subject.as_ref().map(|id| id.as_bytes().as_slice()),
        actor: &row.actor.to_string(),
        command_id: row.command_id.0.as_bytes(),
        correlation_id: row.correlation_id.0.as_bytes(),
        causation_id: row.causation_id.as_ref().map(|id| id.0.as_bytes().as_slice()),
        payload: &row.payload,
        metadata: &row.metadata,
        prev_hash: &row.prev_hash,
    }
    .hash()
}

/// A hash as hexadecimal digits.
#[must_use]
pub fn hex(hash: &[u8; 32]) -> String {
    use std::fmt::Write;
    hash.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::actor::Actor;
    use crate::domain::date::{CivilDate, Instant};
    use crate::domain::id::{
        CommandId, CorrelationId, EventId, Position, StreamId, StreamType, StreamVersion,
    };

    /// Every column set, and every column that may be NULL left out; the hashes
    /// were computed by another program from the table at the top of this file.
    #[test]
    fn golden_vectors_never_change() {
        let id = Uuid::from_u128;
        let mut row = RecordedRow {
            position: Position(1),
            event_id: EventId(id(1)),
            stream: StreamId { kind: StreamType::Combatant, id: id(2) },
            stream_version: StreamVersion(1),
            event_type: "AuthorizationGranted".into(),
            schema_version: 1,
            recorded_at: Instant::from_micros(1_777_809_600_000_000),
            effective_on: CivilDate::from_day_number(20_576),
            subject: Some(id(3)),
            actor: Actor::Process("test".into()),
            command_id: CommandId(id(4)),
            correlation_id: CorrelationId(id(5)),
            causation_id: Some(EventId(id(6))),
            payload: (0..=255).collect(),
            metadata: b"{}".to_vec(),
            prev_hash: GENESIS,
            hash: GENESIS,
        };
        row.hash = hash(&row);
        assert_eq!(hex(&row.hash), "7a8bdf82d260956dd0f06fb185d036dafa9bdb4df97fde51b9729d3f5f9814ac");
        let next = RecordedRow {
            position: Position(2),
            event_id: EventId(id(7)),
            stream: StreamId { kind: StreamType::Log, ..row.stream },
            event_type: "LogRestored".into(),
            schema_version: 3,
            recorded_at: Instant::from_micros(-1),
            effective_on: None,
            subject: None,
            actor: Actor::Operator("ubuntu".into()),
            causation_id: None,
            payload: Vec::new(),
            metadata: Vec::new(),
            prev_hash: row.hash,
            ..row
        };
        assert_eq!(hex(&hash(&next)), "8c7786fcbd2711a94c5a3dd2f39b66cfb13981c50e3f83b09a0af088c805fb87");
    }
}
