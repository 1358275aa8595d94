//! Walks the whole log and recomputes its chain.

use std::collections::HashMap;

use super::chain::{self, Columns};
use super::db::{Db, Row};
use super::error::{DbError, Result};
use super::feed::{self, Head};
use super::pages::Pages;
use crate::domain::date::Instant;
use crate::domain::id::{Position, StreamType};

/// What the walk found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// How many events are in order, from the first.
    pub events: i64,
    /// The end of the log as its rows have it.
    pub head: Head,
    /// What is wrong, in the order of the log; empty when nothing is.
    pub findings: Vec<Finding>,
    /// Where the hash that was asked for stands in this log.
    pub against: Against,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub position: Position,
    /// What.
    pub problem: Problem,
}

/// What can be wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Its columns do not have its hash: it was changed.
    Hash,
    /// It does not follow from the row before it.
    Chain,
    /// It is missing.
    Missing,
    /// Its stream version does not follow from the one before it.
    StreamVersion,
    /// It was recorded before the row before it.
    Time,
    /// A column cannot be read at all.
    Unreadable,
    /// The head row says something else than the last event.
    Head,
}

/// What a head kept outside the database says of this log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Against {
    /// No head was given.
    NotAsked,
    /// The log passed through that head, at this position.
    Ancestor(Position),
    /// The log never had that head: somebody rewrote its tail, or it is another log.
    Fork,
}

impl VerifyReport {
    /// Whether nothing is wrong (a fork is).
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.against != Against::Fork
    }
}

/// After so many findings the walk ends.
const ENOUGH: usize = 100;

/// Walks all rows up to the head. Stops after 100 findings.
///
/// # Errors
/// The database.
pub async fn verify(db: &Db, against: Option<[u8; 32]>) -> Result<VerifyReport> {
    let mut walk = Walk::new(against);
    loop {
        let through = feed::newest(db).await?;
        let mut pages = Pages::new(db, Position(walk.last), through, Ok::<Vec<Row>, DbError>);
        while let Some((page, _)) = pages.next().await? {
            walk = tokio::task::spawn_blocking(move || {
                for row in &page {
                    walk.step(row);
                }
                walk
            })
            .await
            .map_err(|_| DbError::Shape("the walk was interrupted"))?;
            if walk.findings.len() >= ENOUGH {
                break;
            }
        }
        // The head is read after the rows: what was appended under way is walked as well.
        let head = feed::read_head(db).await?;
        let enough = walk.findings.len() >= ENOUGH;
        if enough || walk.last >= head.position.0 || !walk.moved() {
            return Ok(walk.report(head, enough));
        }
    }
}

/// The cells of a row of the log, by the index of their column.
pub(super) trait Cells {
    /// A number.
    fn int(&self, at: usize) -> Result<i64>;
    /// A number, or nothing.
    fn maybe_int(&self, at: usize) -> Result<Option<i64>>;
    /// Bytes, or nothing.
    fn maybe_bytes(&self, at: usize) -> Result<Option<&[u8]>>;
    /// Text.
    fn text(&self, at: usize) -> Result<&str>;

    /// Bytes.
    fn bytes(&self, at: usize) -> Result<&[u8]> {
        self.maybe_bytes(at)?.ok_or(DbError::Shape("a column that is missing"))
    }

    /// Bytes of a fixed length: 16 for ids, 32 for hashes.
    fn array<const N: usize>(&self, at: usize) -> Result<[u8; N]> {
        self.bytes(at)?.try_into().map_err(|_| DbError::Shape("an id or a hash of another length"))
    }
}

impl Cells for Row {
    fn int(&self, at: usize) -> Result<i64> {
        self.int(at)
    }

    fn maybe_int(&self, at: usize) -> Result<Option<i64>> {
        self.maybe_int(at)
    }

    fn maybe_bytes(&self, at: usize) -> Result<Option<&[u8]>> {
        self.maybe_bytes(at)
    }

    fn text(&self, at: usize) -> Result<&str> {
        self.text(at)
    }
}

/// How far a walk is: of the log as a database has it, or of rows on their way into one.
pub(super) struct Walk {
    last: i64,
    /// `last` at the end of the round before.
    round: i64,
    events: i64,
    hash: [u8; 32],
    recorded_at: i64,
    versions: HashMap<(StreamType, [u8; 16]), i64>,
    against: Option<[u8; 32]>,
    found: Option<Position>,
    findings: Vec<Finding>,
}

impl Walk {
    pub fn new(against: Option<[u8; 32]>) -> Self {
        Self {
            last: 0,
            round: -1,
            events: 0,
            hash: chain::GENESIS,
            recorded_at: i64::MIN,
            versions: HashMap::new(),
            found: (against == Some(chain::GENESIS)).then_some(Position(0)),
            against,
            findings: Vec::new(),
        }
    }

    fn moved(&mut self) -> bool {
        std::mem::replace(&mut self.round, self.last) != self.last
    }

    fn note(&mut self, position: i64, problem: Problem) {
        self.findings.push(Finding { position: Position(position), problem });
    }

    /// Takes the next row.
    pub fn step<C: Cells + ?Sized>(&mut self, row: &C) {
        let position = row.int(0).unwrap_or(self.last + 1);
        if position != self.last + 1 {
            self.note(self.last + 1, Problem::Missing);
        }
        self.last = position;
        self.events += 1;
        if self.check(row, position).is_err() {
            self.note(position, Problem::Unreadable);
        }
        // The walk goes on from what is stored, so that one changed row is one finding.
        self.hash = row.array(17).unwrap_or(self.hash);
        if self.against == Some(self.hash) {
            self.found = Some(Position(position));
        }
    }

    fn check<C: Cells + ?Sized>(&mut self, row: &C, position: i64) -> Result<()> {
        let kind = StreamType::parse(row.text(2)?).ok_or(DbError::Shape("events.stream_type"))?;
        let (stream_id, stream_version, recorded_at) = (row.array(3)?, row.int(4)?, row.int(7)?);
        let prev_hash = row.array(16)?;
        let columns = Columns {
            position,
            event_id: &row.array(1)?,
            stream_type: row.text(2)?,
            stream_id: &stream_id,
            stream_version,
            event_type: row.text(5)?,
            schema_version: row.int(6)?,
            recorded_at,
            effective_on: row.maybe_int(8)?,
            subject: row.maybe_bytes(9)?,
            actor: row.text(10)?,
            command_id: &row.array(11)?,
            correlation_id: &row.array(12)?,
            causation_id: row.maybe_bytes(13)?,
            payload: row.bytes(14)?,
            metadata: row.bytes(15)?,
            prev_hash: &prev_hash,
        };
        if columns.hash() != row.array::<32>(17)? {
            self.note(position, Problem::Hash);
        }
        if prev_hash != self.hash {
            self.note(position, Problem::Chain);
        }
        let version = self.versions.entry((kind, stream_id)).or_insert(0);
        *version += 1;
        if *version != stream_version {
            *version = stream_version;
            self.note(position, Problem::StreamVersion);
        }
        if recorded_at < self.recorded_at {
            self.note(position, Problem::Time);
        }
        self.recorded_at = recorded_at;
        Ok(())
    }

    /// What was found, where the log should end at that head.
    pub fn report(mut self, head: Head, incomplete: bool) -> VerifyReport {
        let recorded_at = if self.last == 0 { head.recorded_at.micros() } else { self.recorded_at };
        let walked = Head {
            position: Position(self.last),
            hash: self.hash,
            recorded_at: Instant::from_micros(recorded_at),
        };
        if !incomplete && walked != head {
            self.note(head.position.0, Problem::Head);
        }
        let against = match (self.against, self.found) {
            (None, _) => Against::NotAsked,
            (Some(_), Some(position)) => Against::Ancestor(position),
            (Some(_), None) => Against::Fork,
        };
        VerifyReport { events: self.events, head: walked, findings: self.findings, against }
    }
}
