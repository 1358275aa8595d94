//! What is looked up before a group is written: the head, versions, guards, and
//! who is guilty. All of it under the head row, except the first look at versions.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use super::append::{AppendError, ClaimKind, Receipt};
use super::db::{Arg, Db, Row, Tx};
use super::dialect::{MOST_ROWS, list_of, list_shape, padded};
use super::error::{DbError, Result};
use super::feed::{self, Head};
use super::writer::Job;
use crate::domain::date::Instant;
use crate::domain::id::{Position, StreamId, StreamType};

/// Most streams in one SELECT.
const STREAMS: usize = 64;

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
///
/// One look at the end of the unique key for each: a GROUP BY over them reads every version that
/// there is, and a reader's stream grows with each list that is read (V7).
async fn versions(mut on: On<'_>, mut streams: Vec<StreamId>) -> Result<HashMap<StreamId, i64>> {
    const NEWEST: &str = "(SELECT MAX(stream_version) FROM events WHERE stream_type = ? AND stream_id = ?)";
    streams.sort_unstable();
    streams.dedup();
    let mut found = HashMap::with_capacity(streams.len());
    for part in streams.chunks(STREAMS) {
        let shape = list_shape(part.len());
        let sql = format!("SELECT {}", vec![NEWEST; shape].join(", "));
        let mut args = Vec::with_capacity(shape * 2);
        for i in 0..shape {
            let stream = &part[i.min(part.len() - 1)];
            args.extend([Arg::Text(stream.kind.as_str()), Arg::Bytes(stream.id.as_bytes())]);
        }
        let rows = on.fetch_all(sql, &args).await?;
        let row = rows.first().ok_or(DbError::Shape("the newest versions of streams"))?;
        for (column, stream) in part.iter().enumerate() {
            if let Some(version) = row.maybe_int(column)? {
                found.insert(*stream, version);
            }
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

/// Whether nobody who gets a key is erased, every guarded stream has its version and every expected version
/// exists. (That an expected version is the newest is found by a unique key.)
/// `settled` are newest versions that are known to be right under this head: those are not looked up.
pub(super) async fn guards_hold(tx: &mut Tx, jobs: &[Job], settled: &HashMap<StreamId, i64>) -> Result<bool> {
    if !erased(tx, jobs).await?.is_empty() {
        return Ok(false);
    }
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
    let mut points: Vec<&(StreamId, i64)> = Vec::new();
    for (point, must_exist) in &wanted {
        match settled.get(&point.0) {
            Some(newest) if (point.1 <= *newest) != *must_exist => return Ok(false),
            Some(_) => {}
            None => points.push(point),
        }
    }
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

/// An answer for each job that cannot be written, under the head. `now` is what the jobs will be recorded at.
pub(super) async fn verdicts(
    tx: &mut Tx,
    jobs: &[Job],
    now: Instant,
) -> Result<Vec<Option<Result<Receipt, AppendError>>>> {
    let recorded = recorded_commands(tx, jobs).await?;
    let streams = jobs.iter().flat_map(|job| job.append.expects.iter().chain(&job.append.guards));
    let versions = versions(On::Tx(tx), streams.map(|(stream, _)| *stream).collect()).await?;
    let claimed = claimed(tx, jobs).await?;
    let keyed = keyed(tx, jobs).await?;
    let erased = erased(tx, jobs).await?;
    let open = open_links(tx, jobs, now).await?;
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
        } else if let Some(key) = append.keys.iter().find(|key| erased.contains(&key.owner)) {
            Some(Err(AppendError::Erased(key.owner)))
        } else if append.uses.iter().any(|link| !open.contains(link)) {
            Some(Err(AppendError::LinkSpent))
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
            args.extend(padded(part));
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

/// Which of the links that the jobs use may still be used (L1).
async fn open_links(tx: &mut Tx, jobs: &[Job], now: Instant) -> Result<HashSet<Uuid>> {
    let links: Vec<Uuid> = jobs.iter().flat_map(|job| &job.append.uses).copied().collect();
    let mut found = HashSet::new();
    for part in links.chunks(MOST_ROWS) {
        let sql = format!(
            "SELECT id FROM links WHERE consumed_at IS NULL AND expires_at > ? AND id IN ({})",
            list_of(list_shape(part.len()))
        );
        let mut args = vec![Arg::Int(now.micros())];
        args.extend(padded(part));
        for row in tx.fetch_all(sql, &args).await? {
            found.insert(row.uuid(0)?);
        }
    }
    Ok(found)
}

/// Which owners of new keys are erased.
async fn erased(tx: &mut Tx, jobs: &[Job]) -> Result<HashSet<Uuid>> {
    let owners: Vec<Uuid> = jobs.iter().flat_map(|job| &job.append.keys).map(|key| key.owner).collect();
    let mut found = HashSet::new();
    for part in owners.chunks(MOST_ROWS) {
        let shape = list_shape(part.len());
        let sql = format!("SELECT owner FROM erasures WHERE owner IN ({})", list_of(shape));
        let id = |i: usize| Arg::Bytes(part[i.min(part.len() - 1)].as_bytes());
        let args: Vec<Arg<'_>> = (0..shape).map(id).collect();
        for row in tx.fetch_all(sql, &args).await? {
            found.insert(row.uuid(0)?);
        }
    }
    Ok(found)
}
