//! What one group of appends looks like as rows, and the statements that check
//! and write it. The order of things is in [`super::writer`].

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::append::{Append, AppendError, ClaimKind, Receipt};
use super::chain::Columns;
use super::db::{Arg, Backend, Db, Row, Tx};
use super::dialect::{MOST_ROWS, list_of, list_shape, rows_of, shapes};
use super::error::{DbError, Result};
use super::feed::{self, Head};
use super::row::{COLUMN_COUNT, COLUMNS, NewEvent};
use super::writer::Job;
use crate::domain::date::{CivilDate, Instant};
use crate::domain::id::{Position, StreamId, StreamType};

/// How far the clock may be behind the newest event.
const CLOCK_TOLERANCE: i64 = 60;
/// Most bytes of payload in one statement.
const STATEMENT_BYTES: usize = 1 << 20;
/// Most bytes of one payload: it must fit a server's packet.
const PAYLOAD_BYTES: usize = 4 << 20;
/// Most bytes of a BLOB column.
const BLOB_BYTES: usize = 65_535;
/// Most streams in one SELECT.
const STREAMS: usize = 64;

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
        Ok(Self { before, head, receipts, destroys_keys, stamps })
    }

    /// Moves the head row, if it still is where the plan begins.
    pub async fn move_head(&self, tx: &mut Tx) -> Result<bool> {
        let moved = tx
            .execute(
                "UPDATE log_head SET position = ?, hash = ?, recorded_at = ?, key_epoch = key_epoch + ? \
                 WHERE id = 1 AND position = ?",
                &[
                    Arg::Int(self.head.position.0),
                    Arg::Bytes(&self.head.hash),
                    Arg::Int(self.head.recorded_at.micros()),
                    Arg::Int(i64::from(self.destroys_keys)),
                    Arg::Int(self.before.position.0),
                ],
            )
            .await?;
        Ok(moved == 1)
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
        let mails = jobs.iter().flat_map(|job| &job.append.outbox).map(|mail| {
            vec![
                Arg::Bytes(mail.id.as_bytes()),
                Arg::Text(mail.template),
                Arg::MaybeBytes(mail.subject.as_ref().map(|id| id.as_bytes().as_slice())),
                Arg::Bytes(&mail.params),
                Arg::Int(self.head.recorded_at.micros()),
                Arg::Int(mail.due_at.micros()),
                Arg::Text("waiting"),
                Arg::Int(0),
                Arg::Bytes(mail.correlation_id.0.as_bytes()),
            ]
        });
        let head = "INSERT INTO outbox (id, template, subject, params, created_at, due_at, state, attempts, \
                    correlation) VALUES ";
        insert_rows(tx, head, 9, mails.collect()).await
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

async fn insert_rows(tx: &mut Tx, head: &'static str, columns: usize, rows: Vec<Vec<Arg<'_>>>) -> Result<()> {
    let mut rest = rows.as_slice();
    for count in shapes(rows.len()) {
        let (now, later) = rest.split_at(count);
        tx.execute(format!("{head}{}", rows_of(columns, count)), &now.concat()).await?;
        rest = later;
    }
    Ok(())
}

/// Takes the head row for this transaction and reads it.
pub(super) async fn take_head(tx: &mut Tx) -> Result<Head> {
    tx.execute("UPDATE log_head SET position = position WHERE id = 1", &[]).await?;
    feed::head_of(tx.fetch_optional(feed::SELECT_HEAD, &[]).await?)
}

/// Where a SELECT runs.
pub(super) enum On<'a> {
    /// By itself.
    Db(&'a Db),
    /// In a transaction.
    Tx(&'a mut Tx),
}

impl On<'_> {
    async fn fetch_all(&mut self, sql: String, args: &[Arg<'_>]) -> Result<Vec<Row>> {
        match self {
            Self::Db(db) => db.fetch_all(sql, args).await,
            Self::Tx(tx) => tx.fetch_all(sql, args).await,
        }
    }
}

/// The versions of these streams; those without events are left out.
async fn versions(mut on: On<'_>, mut streams: Vec<StreamId>) -> Result<HashMap<StreamId, i64>> {
    streams.sort_unstable();
    streams.dedup();
    let mut found = HashMap::with_capacity(streams.len());
    for part in streams.chunks(STREAMS) {
        let shape = list_shape(part.len());
        let conditions = vec!["(stream_type = ? AND stream_id = ?)"; shape].join(" OR ");
        let sql = format!(
            "SELECT stream_type, stream_id, MAX(stream_version) FROM events WHERE {conditions} \
             GROUP BY stream_type, stream_id"
        );
        let mut args = Vec::with_capacity(shape * 2);
        for i in 0..shape {
            let stream = &part[i.min(part.len() - 1)];
            args.extend([Arg::Text(stream.kind.as_str()), Arg::Bytes(stream.id.as_bytes())]);
        }
        for row in on.fetch_all(sql, &args).await? {
            found.insert(stream_of(&row)?, row.int(2)?);
        }
    }
    Ok(found)
}

fn stream_of(row: &Row) -> Result<StreamId> {
    let kind = StreamType::parse(row.text(0)?).ok_or(DbError::Shape("events.stream_type"))?;
    Ok(StreamId { kind, id: row.uuid(1)? })
}

/// The versions of the streams that the jobs write without expecting one.
pub(super) async fn any_versions(on: On<'_>, jobs: &[Job]) -> Result<HashMap<StreamId, i64>> {
    let mut streams = Vec::new();
    for Job { append, .. } in jobs {
        let expected: HashSet<StreamId> = append.expects.iter().map(|(stream, _)| *stream).collect();
        streams.extend(append.events.iter().map(|e| e.stream).filter(|stream| !expected.contains(stream)));
    }
    if streams.is_empty() { Ok(HashMap::new()) } else { versions(on, streams).await }
}

/// Whether every guarded stream has its version and every expected version
/// exists. (That an expected version is the newest is found by a unique key.)
pub(super) async fn guards_hold(tx: &mut Tx, jobs: &[Job]) -> Result<bool> {
    let mut wanted: HashMap<(StreamId, i64), bool> = HashMap::new();
    for Job { append, .. } in jobs {
        let known = append.expects.iter().chain(&append.guards).filter(|(_, version)| version.0 > 0);
        for (stream, version) in known {
            if wanted.insert((*stream, version.0), true) == Some(false) {
                return Ok(false);
            }
        }
        for (stream, version) in &append.guards {
            if wanted.insert((*stream, version.0 + 1), false) == Some(true) {
                return Ok(false);
            }
        }
    }
    let points: Vec<&(StreamId, i64)> = wanted.keys().collect();
    for part in points.chunks(STREAMS) {
        let shape = list_shape(part.len());
        let conditions =
            vec!["(stream_type = ? AND stream_id = ? AND stream_version = ?)"; shape].join(" OR ");
        let sql = format!("SELECT stream_type, stream_id, stream_version FROM events WHERE {conditions}");
        let mut args = Vec::with_capacity(shape * 3);
        for i in 0..shape {
            let (stream, version) = part[i.min(part.len() - 1)];
            args.extend([
                Arg::Text(stream.kind.as_str()),
                Arg::Bytes(stream.id.as_bytes()),
                Arg::Int(*version),
            ]);
        }
        let rows = tx.fetch_all(sql, &args).await?;
        let must_exist = part.iter().filter(|point| wanted[**point]).count();
        if rows.len() != must_exist {
            return Ok(false);
        }
        for row in &rows {
            if wanted.get(&(stream_of(row)?, row.int(2)?)) != Some(&true) {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// An answer for each job that cannot be written, under the head.
pub(super) async fn verdicts(tx: &mut Tx, jobs: &[Job]) -> Result<Vec<Option<Result<Receipt, AppendError>>>> {
    let recorded = recorded_commands(tx, jobs).await?;
    let streams = jobs.iter().flat_map(|job| job.append.expects.iter().chain(&job.append.guards));
    let versions = versions(On::Tx(tx), streams.map(|(stream, _)| *stream).collect()).await?;
    let claimed = claimed(tx, jobs).await?;
    let keyed = keyed(tx, jobs).await?;
    let mut verdicts = Vec::with_capacity(jobs.len());
    for Job { append, sent, .. } in jobs {
        let verdict = if let Some((body_hash, receipt)) = recorded.get(&append.command_id.0) {
            if *body_hash == append.body_hash {
                Some(Ok(Receipt { repeated: !sent, ..*receipt }))
            } else {
                Some(Err(AppendError::CommandReused))
            }
        } else if let Some((stream, _)) = append
            .expects
            .iter()
            .chain(&append.guards)
            .find(|(stream, version)| versions.get(stream).copied().unwrap_or(0) != version.0)
        {
            Some(Err(AppendError::StreamConflict(*stream)))
        } else if let Some(claim) = append.claims.iter().find(|claim| {
            claimed.get(&(claim.kind, claim.hash)).is_some_and(|owner| {
                !append
                    .releases
                    .iter()
                    .any(|gone| (gone.kind, gone.hash, gone.owner) == (claim.kind, claim.hash, *owner))
            })
        }) {
            Some(Err(AppendError::ClaimTaken(claim.kind)))
        } else {
            let lost = append.keys.iter().find(|key| {
                keyed.iter().any(|(owner, purpose)| *owner == key.owner && purpose == key.purpose.as_str())
                    && !append
                        .destroy
                        .iter()
                        .any(|(owner, p)| *owner == key.owner && p.is_none_or(|p| p == key.purpose))
            });
            lost.map(|key| Err(AppendError::KeyTaken(key.owner)))
        };
        verdicts.push(verdict);
    }
    Ok(verdicts)
}

type Recorded = HashMap<Uuid, ([u8; 32], Receipt)>;

async fn recorded_commands(tx: &mut Tx, jobs: &[Job]) -> Result<Recorded> {
    let shape = list_shape(jobs.len());
    let sql = format!(
        "SELECT c.command_id, c.body_hash, c.first_position, c.last_position, e.recorded_at \
         FROM commands c JOIN events e ON e.position = c.last_position WHERE c.command_id IN ({})",
        list_of(shape)
    );
    let id = |i: usize| Arg::Bytes(jobs[i.min(jobs.len() - 1)].append.command_id.0.as_bytes());
    let args: Vec<Arg<'_>> = (0..shape).map(id).collect();
    let mut found = HashMap::new();
    for row in tx.fetch_all(sql, &args).await? {
        let receipt = Receipt {
            first: Position(row.int(2)?),
            last: Position(row.int(3)?),
            recorded_at: Instant::from_micros(row.int(4)?),
            repeated: true,
        };
        found.insert(row.uuid(0)?, (row.array(1)?, receipt));
    }
    Ok(found)
}

async fn claimed(tx: &mut Tx, jobs: &[Job]) -> Result<HashMap<(ClaimKind, [u8; 32]), Uuid>> {
    let mut found = HashMap::new();
    for kind in ClaimKind::ALL {
        let claims = jobs.iter().flat_map(|job| &job.append.claims).filter(|claim| claim.kind == kind);
        let hashes: Vec<&[u8; 32]> = claims.map(|claim| &claim.hash).collect();
        for part in hashes.chunks(MOST_ROWS) {
            let shape = list_shape(part.len());
            let sql =
                format!("SELECT hash, owner FROM claims WHERE kind = ? AND hash IN ({})", list_of(shape));
            let mut args = vec![Arg::Text(kind.as_str())];
            args.extend((0..shape).map(|i| Arg::Bytes(part[i.min(part.len() - 1)])));
            for row in tx.fetch_all(sql, &args).await? {
                found.insert((kind, row.array(0)?), row.uuid(1)?);
            }
        }
    }
    Ok(found)
}

async fn keyed(tx: &mut Tx, jobs: &[Job]) -> Result<Vec<(Uuid, String)>> {
    let owners: Vec<Uuid> = jobs.iter().flat_map(|job| &job.append.keys).map(|key| key.owner).collect();
    let mut found = Vec::new();
    for part in owners.chunks(MOST_ROWS) {
        let shape = list_shape(part.len());
        let sql = format!("SELECT owner, purpose FROM person_keys WHERE owner IN ({})", list_of(shape));
        let id = |i: usize| Arg::Bytes(part[i.min(part.len() - 1)].as_bytes());
        let args: Vec<Arg<'_>> = (0..shape).map(id).collect();
        for row in tx.fetch_all(sql, &args).await? {
            found.push((row.uuid(0)?, row.text(1)?.to_owned()));
        }
    }
    Ok(found)
}
