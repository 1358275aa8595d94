//! What one group of appends looks like as rows, and the statements that write
//! it. What is checked is in [`super::checks`], the order of things in [`super::writer`].

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::append::{Append, AppendError, Receipt};
use super::chain::{Columns, hex};
use super::db::{Arg, Backend, Tx};
use super::dialect::{rows_of, shapes};
use super::error::{DbError, Result};
use super::feed::Head;
use super::outbox;
use super::row::{COLUMN_COUNT, COLUMNS, NewEvent};
use super::writer::Job;
use crate::domain::date::{CivilDate, Instant};
use crate::domain::id::{Position, StreamId};

/// How far the clock may be behind the newest event.
const CLOCK_TOLERANCE: i64 = 60;
/// Most bytes of payload in one statement.
const STATEMENT_BYTES: usize = 1 << 20;
/// Most bytes of one payload: it must fit a server's packet.
const PAYLOAD_BYTES: usize = 4 << 20;
/// Most bytes of a BLOB column.
const BLOB_BYTES: usize = 65_535;
/// Most bytes of a PIN's hash.
const PIN_BYTES: usize = 255;

/// Most streams whose newest version is remembered from one group to the next.
const MOST_SETTLED: usize = 16_384;

/// Why a group was not written.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Somebody in it is guilty: find out who.
    Conflict,
    /// Everybody gets this answer.
    Refuse(AppendError),
    /// The database.
    Db(DbError),
}

impl From<DbError> for Trouble {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

/// Refuses an append that cannot become rows.
pub(super) fn check(append: &Append) -> Result<(), AppendError> {
    let ascii = |text: &str, most| !text.is_empty() && text.len() <= most && text.is_ascii();
    let written: HashSet<StreamId> = append.events.iter().map(|event| event.stream).collect();
    let problem = if append.events.is_empty() {
        "it has no events"
    } else if !ascii(&append.actor.to_string(), 80) {
        "its actor is not at most 80 ASCII characters"
    } else if append.metadata.len() > BLOB_BYTES {
        "its metadata is longer than 64 KiB"
    } else if append.events.iter().any(|event| !ascii(event.event_type, 64)) {
        "an event type is not 1 to 64 ASCII characters"
    } else if append.events.iter().any(|event| event.payload.len() > PAYLOAD_BYTES) {
        "a payload is longer than 4 MiB"
    } else if append.outbox.iter().any(|row| !ascii(row.template, 64) || row.params.len() > BLOB_BYTES) {
        "a mail's template is not 1 to 64 ASCII characters, or its parameters are longer than 64 KiB"
    } else if append.pins.iter().any(|pin| pin.hash.len() > PIN_BYTES) {
        "a PIN's hash is longer than 255 bytes"
    } else if repeats(append.uses.iter()) {
        "it uses one link twice"
    } else if append.expects.iter().any(|(stream, _)| !written.contains(stream)) {
        "it expects a version of a stream that it does not write; that is a guard"
    } else if repeats(append.expects.iter().map(|(stream, _)| *stream)) {
        "it expects two versions of one stream"
    } else if repeats(append.claims.iter().map(|claim| (claim.kind, claim.hash))) {
        "it claims the same thing twice"
    } else {
        return Ok(());
    };
    Err(AppendError::Malformed(problem))
}

fn repeats<T: std::hash::Hash + Eq>(mut items: impl Iterator<Item = T>) -> bool {
    let mut seen = HashSet::new();
    !items.all(|item| seen.insert(item))
}

/// What is known about one event only when its place is.
struct Stamp {
    position: i64,
    version: i64,
    prev_hash: [u8; 32],
    hash: [u8; 32],
}

/// A group as rows, hashed onto a head.
pub(super) struct Plan {
    /// The head that this group follows.
    before: Head,
    /// The head after it.
    pub head: Head,
    /// One for each job.
    pub receipts: Vec<Receipt>,
    /// Whether keys go away.
    pub destroys_keys: bool,
    /// The newest versions of the streams it writes, and of others that were looked at under the head.
    pub settled: HashMap<StreamId, i64>,
    stamps: Vec<Stamp>,
}

/// One event on its way into a row.
#[derive(Clone, Copy)]
struct Line<'a> {
    job: &'a Job,
    event: &'a NewEvent,
    stamp: &'a Stamp,
}

impl Plan {
    /// Hashes the jobs' events onto `before`. `versions` holds those of the streams
    /// for which no version is expected.
    pub fn make(
        jobs: &[Job],
        before: Head,
        now: Instant,
        versions: &HashMap<StreamId, i64>,
    ) -> Result<Self, Trouble> {
        if now.plus_seconds(CLOCK_TOLERANCE) < before.recorded_at {
            return Err(Trouble::Refuse(AppendError::ClockBehind { clock: now, head: before.recorded_at }));
        }
        let recorded_at = now.max(before.recorded_at);
        let mut versions = versions.clone();
        let mut head = Head { recorded_at, ..before };
        let mut stamps = Vec::new();
        let mut receipts = Vec::with_capacity(jobs.len());
        for Job { append, actor, .. } in jobs {
            versions.extend(append.expects.iter().map(|(stream, version)| (*stream, version.0)));
            let first = Position(head.position.0 + 1);
            for event in &append.events {
                let version = versions.entry(event.stream).or_insert(0);
                *version += 1;
                let position = head.position.0 + 1;
                let hash = Columns {
                    position,
                    event_id: event.event_id.0.as_bytes(),
                    stream_type: event.stream.kind.as_str(),
                    stream_id: event.stream.id.as_bytes(),
                    stream_version: *version,
                    event_type: event.event_type,
                    schema_version: event.schema_version,
                    recorded_at: recorded_at.micros(),
                    effective_on: event.effective_on.map(CivilDate::day_number),
                    subject: event.subject.as_ref().map(|id| id.as_bytes().as_slice()),
                    actor,
                    command_id: append.command_id.0.as_bytes(),
                    correlation_id: append.correlation_id.0.as_bytes(),
                    causation_id: append.causation_id.as_ref().map(|id| id.0.as_bytes().as_slice()),
                    payload: &event.payload,
                    metadata: &append.metadata,
                    prev_hash: &head.hash,
                }
                .hash();
                stamps.push(Stamp { position, version: *version, prev_hash: head.hash, hash });
                head = Head { position: Position(position), hash, recorded_at };
            }
            receipts.push(Receipt { first, last: head.position, recorded_at, repeated: false });
        }
        let destroys_keys = jobs.iter().any(|job| !job.append.destroy.is_empty());
        Ok(Self { before, head, receipts, destroys_keys, settled: versions, stamps })
    }

    /// The statement that moves the head row, if it still is where the plan begins.
    /// Its values are never the same twice: it is sent as text.
    pub fn move_head(&self) -> String {
        format!(
            "UPDATE log_head SET position = {}, hash = x'{}', recorded_at = {}, key_epoch = key_epoch + {} \
             WHERE id = 1 AND position = {}",
            self.head.position.0,
            hex(&self.head.hash),
            self.head.recorded_at.micros(),
            u8::from(self.destroys_keys),
            self.before.position.0,
        )
    }

    /// Adds what was known before and what the jobs' guards, which hold, say.
    pub fn settle(&mut self, mut before: HashMap<StreamId, i64>, jobs: &[Job]) {
        if before.len() > MOST_SETTLED {
            before.clear();
        }
        before.extend(jobs.iter().flat_map(|job| &job.append.guards).map(|(stream, at)| (*stream, at.0)));
        before.extend(self.settled.drain());
        self.settled = before;
    }

    /// Uses up the jobs' one-time links; false when one of them was used before or has expired (L1).
    pub async fn use_links(&self, tx: &mut Tx, jobs: &[Job]) -> Result<bool> {
        for link in jobs.iter().flat_map(|job| &job.append.uses) {
            if !super::links::consume(tx, *link, self.head.recorded_at).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Writes everything that the jobs brought.
    pub async fn insert(&self, tx: &mut Tx, backend: Backend, jobs: &[Job]) -> Result<()> {
        self.insert_events(tx, jobs).await?;
        let rows = jobs.iter().zip(&self.receipts).map(|(job, receipt)| {
            vec![
                Arg::Bytes(job.append.command_id.0.as_bytes()),
                Arg::Bytes(&job.append.body_hash),
                Arg::Int(receipt.first.0),
                Arg::Int(receipt.last.0),
            ]
        });
        let head = "INSERT INTO commands (command_id, body_hash, first_position, last_position) VALUES ";
        insert_rows(tx, head, 4, rows.collect()).await?;
        for (owner, purpose) in jobs.iter().flat_map(|job| &job.append.destroy) {
            self.destroy(tx, backend, *owner, *purpose).await?;
        }
        let keys = jobs.iter().flat_map(|job| &job.append.keys).map(|key| {
            vec![
                Arg::Bytes(key.id.0.as_bytes()),
                Arg::Bytes(key.owner.as_bytes()),
                Arg::Text(key.purpose.as_str()),
                Arg::Bytes(&key.wrapped),
            ]
        });
        let head = "INSERT INTO person_keys (key_id, owner, purpose, wrapped) VALUES ";
        insert_rows(tx, head, 4, keys.collect()).await?;
        for claim in jobs.iter().flat_map(|job| &job.append.releases) {
            tx.execute(
                "DELETE FROM claims WHERE kind = ? AND hash = ? AND owner = ?",
                &[
                    Arg::Text(claim.kind.as_str()),
                    Arg::Bytes(&claim.hash),
                    Arg::Bytes(claim.owner.as_bytes()),
                ],
            )
            .await?;
        }
        let claims = jobs.iter().flat_map(|job| &job.append.claims).map(|claim| {
            vec![Arg::Text(claim.kind.as_str()), Arg::Bytes(&claim.hash), Arg::Bytes(claim.owner.as_bytes())]
        });
        insert_rows(tx, "INSERT INTO claims (kind, hash, owner) VALUES ", 3, claims.collect()).await?;
        let mails = jobs.iter().flat_map(|job| &job.append.outbox);
        outbox::insert(tx, mails, self.head.recorded_at).await?;
        super::links::insert(tx, jobs.iter().flat_map(|job| &job.append.links)).await?;
        for pin in jobs.iter().flat_map(|job| &job.append.pins) {
            super::pins::set(tx, pin, self.head.recorded_at).await?;
        }
        Ok(())
    }

    async fn insert_events(&self, tx: &mut Tx, jobs: &[Job]) -> Result<()> {
        let mut stamps = self.stamps.iter();
        let mut lines: Vec<Line<'_>> = Vec::with_capacity(self.stamps.len());
        for job in jobs {
            for (event, stamp) in job.append.events.iter().zip(&mut stamps) {
                lines.push(Line { job, event, stamp });
            }
        }
        let mut rest = lines.as_slice();
        while !rest.is_empty() {
            let mut count = shapes(rest.len()).next().unwrap_or(1);
            let size = |line: &Line<'_>| line.event.payload.len() + line.job.append.metadata.len() + 512;
            while count > 1 && rest[..count].iter().map(size).sum::<usize>() > STATEMENT_BYTES {
                count /= 2;
            }
            let (now, later) = rest.split_at(count);
            let sql = format!("INSERT INTO events ({COLUMNS}) VALUES {}", rows_of(COLUMN_COUNT, count));
            let mut args = Vec::with_capacity(count * COLUMN_COUNT);
            for line in now {
                line.bind(&mut args, self.head.recorded_at);
            }
            tx.execute(sql, &args).await?;
            rest = later;
        }
        Ok(())
    }

    async fn destroy(
        &self,
        tx: &mut Tx,
        backend: Backend,
        owner: Uuid,
        purpose: Option<crate::domain::personal::Purpose>,
    ) -> Result<()> {
        use crate::domain::personal::Purpose;
        let owner = owner.as_bytes();
        if let Some(purpose) = purpose {
            let args = [Arg::Bytes(owner), Arg::Text(purpose.as_str())];
            tx.execute("DELETE FROM person_keys WHERE owner = ? AND purpose = ?", &args).await?;
        } else {
            tx.execute("DELETE FROM person_keys WHERE owner = ?", &[Arg::Bytes(owner)]).await?;
        }
        if purpose != Some(Purpose::Waiver) {
            // Nothing of theirs opens any more, and no PIN is asked for.
            tx.execute("DELETE FROM links WHERE subject = ?", &[Arg::Bytes(owner)]).await?;
            tx.execute("DELETE FROM pins WHERE person = ?", &[Arg::Bytes(owner)]).await?;
            tx.execute("DELETE FROM bounces WHERE subject = ?", &[Arg::Bytes(owner)]).await?;
            let sql = format!("{} erasures (owner, erased_at) VALUES (?, ?)", backend.insert_ignore());
            tx.execute(sql, &[Arg::Bytes(owner), Arg::Int(self.head.recorded_at.micros())]).await?;
        }
        Ok(())
    }
}

impl<'a> Line<'a> {
    /// The columns in the order of [`COLUMNS`].
    fn bind(&self, args: &mut Vec<Arg<'a>>, recorded_at: Instant) {
        let Self { job, event, stamp } = *self;
        args.extend([
            Arg::Int(stamp.position),
            Arg::Bytes(event.event_id.0.as_bytes()),
            Arg::Text(event.stream.kind.as_str()),
            Arg::Bytes(event.stream.id.as_bytes()),
            Arg::Int(stamp.version),
            Arg::Text(event.event_type),
            Arg::Int(event.schema_version),
            Arg::Int(recorded_at.micros()),
            Arg::MaybeInt(event.effective_on.map(CivilDate::day_number)),
            Arg::MaybeBytes(event.subject.as_ref().map(|id| id.as_bytes().as_slice())),
            Arg::Text(&job.actor),
            Arg::Bytes(job.append.command_id.0.as_bytes()),
            Arg::Bytes(job.append.correlation_id.0.as_bytes()),
            Arg::MaybeBytes(job.append.causation_id.as_ref().map(|id| id.0.as_bytes().as_slice())),
            Arg::Bytes(&event.payload),
            Arg::Bytes(&job.append.metadata),
            Arg::Bytes(&stamp.prev_hash),
            Arg::Bytes(&stamp.hash),
        ]);
    }
}

/// Inserts rows by statements of a few fixed shapes.
pub(super) async fn insert_rows(
    tx: &mut Tx,
    head: &'static str,
    columns: usize,
    rows: Vec<Vec<Arg<'_>>>,
) -> Result<()> {
    let mut rest = rows.as_slice();
    for count in shapes(rows.len()) {
        let (now, later) = rest.split_at(count);
        tx.execute(format!("{head}{}", rows_of(columns, count)), &now.concat()).await?;
        rest = later;
    }
    Ok(())
}
