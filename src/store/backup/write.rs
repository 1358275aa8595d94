//! Putting a backup into an empty database.

use std::collections::HashSet;
use std::sync::Arc;

use tokio::sync::mpsc::Receiver;
use tokio::task::{JoinSet, spawn_blocking};

use super::{BackupError, EVENTS, FORMAT, Manifest, Part, Piece, Rows, TABLES, Table};
use crate::domain::date::Instant;
use crate::domain::id::Position;
use crate::domain::personal::Purpose;
use crate::store::db::{Arg, Backend, Db, Tx};
use crate::store::dialect::{rows_of, shapes};
use crate::store::error::{DbError, Result};
use crate::store::feed::{Head, newest, read_head};
use crate::store::verify::{VerifyReport, Walk};

/// Most bytes in one statement.
const STATEMENT_BYTES: usize = 1 << 20;
/// Transactions at once, where there is more than one writer.
const WRITERS: usize = 3;
/// How often a transaction is tried that another one stood in the way of.
const TRIES: usize = 5;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// How many rows there were.
    pub rows: u64,
    /// How many keys of the erased were left out.
    pub left_out: u64,
    /// What a walk along the events found, as they were written, each hash computed again. Of the keys: nothing.
    pub chain: VerifyReport,
}

/// Refuses a database that anything was recorded in. Its tables must be there.
///
/// # Errors
/// [`BackupError::NotEmpty`], or the database.
pub async fn check_empty(db: &Db) -> Result<(), BackupError> {
    if read_head(db).await?.position.0 != 0 {
        let what = "this database holds a log already, and a restore goes into an empty one only: make a new \
             database and name it in DATABASE_URL";
        return Err(BackupError::NotEmpty(what));
    }
    let keys = db.fetch_optional("SELECT 1 FROM person_keys LIMIT 1", &[]).await?;
    if newest(db).await?.0 != 0 || keys.is_some() {
        let what =
            "a restore into this database was broken off: drop it, make it again empty, and restore again";
        return Err(BackupError::NotEmpty(what));
    }
    Ok(())
}

/// Writes the pieces of one part into a database that [`check_empty`] let pass. The head comes last: until then
/// the database counts as broken off. Keys of the erased are left out, those of waivers excepted (V6).
///
/// # Errors
/// [`BackupError::Content`] where the pieces are of another part, or something is missing.
pub async fn write(db: &Db, part: Part, mut pieces: Receiver<Piece>) -> Result<Written, BackupError> {
    let Some(Piece::Begin(manifest)) = pieces.recv().await else {
        return Err(BackupError::Content("there is no beginning".to_owned()));
    };
    check(&manifest, part)?;
    let head = head(&manifest)?;
    let writers = if db.backend() == Backend::Sqlite { 1 } else { WRITERS };
    let erased = Arc::new(if part == Part::Keys { erased(db).await? } else { HashSet::new() });
    let (mut writing, mut walk) = (JoinSet::new(), Walk::new(None));
    let (mut rows, mut left_out, mut whole) = (0, 0, false);
    while let Some(piece) = pieces.recv().await {
        match piece {
            Piece::Begin(_) => return Err(BackupError::Content("there are two beginnings".to_owned())),
            Piece::Rows(some) => {
                rows += some.count as u64;
                let some = Arc::new(some);
                if writing.len() == writers {
                    left_out += joined(writing.join_next().await)?;
                }
                writing.spawn(insert(db.clone(), Arc::clone(&some), Arc::clone(&erased)));
                if some.table == EVENTS {
                    walk = walked(walk, some).await?;
                }
            }
            Piece::End { rows: told } => whole = told == rows,
        }
    }
    while !writing.is_empty() {
        left_out += joined(writing.join_next().await)?;
    }
    if !whole {
        return Err(BackupError::Content("its end is missing: the file was cut off".to_owned()));
    }
    if part == Part::Log {
        set_head(db, &manifest, &head).await?;
    }
    let chain = walk.report(head, part == Part::Keys);
    Ok(Written { manifest, rows, left_out, chain })
}

/// How many rows a finished transaction left out.
fn joined(
    done: Option<Result<Result<u64, BackupError>, tokio::task::JoinError>>,
) -> Result<u64, BackupError> {
    done.unwrap_or(Ok(Ok(0))).map_err(|_| interrupted())?
}

fn interrupted() -> BackupError {
    BackupError::File("the restore was interrupted".to_owned())
}

/// Goes on along the chain, beside the writing.
async fn walked(mut walk: Walk, events: Arc<Rows>) -> Result<Walk, BackupError> {
    let task = spawn_blocking(move || {
        for row in events.cells()?.chunks(TABLES[EVENTS].columns.len()) {
            walk.step(row);
        }
        Ok(walk)
    });
    task.await.map_err(|_| interrupted())?
}

/// Where the log should end.
fn head(manifest: &Manifest) -> Result<Head, BackupError> {
    let hash =
        from_hex(&manifest.head).ok_or_else(|| BackupError::Content("its head is no hash".to_owned()))?;
    let (position, recorded_at) = (Position(manifest.position), Instant::from_micros(manifest.recorded_at));
    Ok(Head { position, hash, recorded_at })
}

fn check(manifest: &Manifest, part: Part) -> Result<(), BackupError> {
    if manifest.format != FORMAT {
        return Err(BackupError::Content(format!(
            "it is of format {}, made by emol {}; this one reads format {FORMAT}",
            manifest.format, manifest.version
        )));
    }
    match (part, manifest.part) {
        (Part::Log, Part::Keys) => {
            Err(BackupError::Content("it holds person keys, where the log was expected".to_owned()))
        }
        (Part::Keys, Part::Log) => {
            Err(BackupError::Content("it holds the log, where person keys were expected".to_owned()))
        }
        _ => Ok(()),
    }
}

/// The owners on the list of the erased.
async fn erased(db: &Db) -> Result<HashSet<Vec<u8>>> {
    let rows = db.fetch_all("SELECT owner FROM erasures", &[]).await?;
    rows.iter().map(|row| Ok(row.bytes(0)?.to_vec())).collect()
}

/// Whether a row of `person_keys` is what erasing somebody destroys.
fn is_of_the_erased(row: &[Arg<'_>], erased: &HashSet<Vec<u8>>) -> bool {
    let [_, Arg::Bytes(owner), Arg::Text(purpose), _] = row else { return false };
    *purpose != Purpose::Waiver.as_str() && erased.contains(*owner)
}

/// Writes some rows in one transaction; how many keys of the erased it left out.
async fn insert(db: Db, rows: Arc<Rows>, erased: Arc<HashSet<Vec<u8>>>) -> Result<u64, BackupError> {
    let table = &TABLES[rows.table];
    let mut cells = rows.cells()?;
    let columns = table.columns.len();
    if cells.len() != rows.count * columns {
        return Err(BackupError::Content(format!("a row of {} has another number of columns", table.name)));
    }
    if !erased.is_empty() {
        let kept = cells.chunks(columns).filter(|row| !is_of_the_erased(row, &erased));
        cells = kept.flatten().copied().collect();
    }
    let left_out = (rows.count - cells.len() / columns) as u64;
    let mut tries = 0;
    loop {
        tries += 1;
        let mut tx = db.begin().await?;
        let done = statements(&mut tx, rows.table, &cells).await;
        match tx.settle(done).await {
            Err(DbError::Busy) if tries < TRIES => {}
            done => return Ok(done.map(|()| left_out)?),
        }
    }
}

async fn statements(tx: &mut Tx, table: usize, mut cells: &[Arg<'_>]) -> Result<()> {
    let Table { name, columns, .. } = &TABLES[table];
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    let head = format!("INSERT INTO {name} ({}) VALUES ", names.join(", "));
    while !cells.is_empty() {
        let mut count = shapes(cells.len() / columns.len()).next().unwrap_or(1);
        let size = |count: usize| cells[..count * columns.len()].iter().map(size).sum::<usize>();
        while count > 1 && size(count) > STATEMENT_BYTES {
            count /= 2;
        }
        let (now, later) = cells.split_at(count * columns.len());
        tx.execute(format!("{head}{}", rows_of(columns.len(), count)), now).await?;
        cells = later;
    }
    Ok(())
}

const fn size(cell: &Arg<'_>) -> usize {
    match cell {
        Arg::Bytes(bytes) => bytes.len() + 8,
        Arg::Text(text) => text.len() + 8,
        _ => 8,
    }
}

async fn set_head(db: &Db, manifest: &Manifest, head: &Head) -> Result<()> {
    // Other processes look at the epoch to see whether what they remember of keys still holds.
    let args = [
        Arg::Int(manifest.position),
        Arg::Bytes(&head.hash),
        Arg::Int(manifest.recorded_at),
        Arg::Int(manifest.key_epoch + 1),
    ];
    let sql = "UPDATE log_head SET position = ?, hash = ?, recorded_at = ?, key_epoch = ? WHERE id = 1";
    let mut tx = db.begin().await?;
    tx.execute(sql, &args).await?;
    let format = [Arg::Int(manifest.log_format)];
    tx.execute("UPDATE log_format SET format = ? WHERE id = 1", &format).await?;
    tx.commit().await?;
    Ok(())
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).ok()?;
    }
    Some(bytes)
}

/// Whether the database holds as many events as the backup names, and its last one.
///
/// # Errors
/// The database.
pub async fn is_whole(db: &Db, manifest: &Manifest) -> Result<bool> {
    let row = db.fetch_optional("SELECT COUNT(*) FROM events", &[]).await?;
    let count = row.map_or(Ok(0), |row| row.int(0))?;
    Ok(count == manifest.position && newest(db).await?.0 == manifest.position)
}

/// Writes somebody who was erased after the backup, and of whom it knows nothing, on the list.
///
/// # Errors
/// The database.
pub async fn remember_erased(db: &Db, owner: uuid::Uuid, at: Instant) -> Result<()> {
    let sql = format!("{} erasures (owner, erased_at) VALUES (?, ?)", db.backend().insert_ignore());
    db.execute(sql, &[Arg::Bytes(owner.as_bytes()), Arg::Int(at.micros())]).await?;
    db.execute(
        "DELETE FROM person_keys WHERE owner = ? AND purpose = 'details'",
        &[Arg::Bytes(owner.as_bytes())],
    )
    .await?;
    Ok(())
}

/// Whether the list of the erased has somebody.
///
/// # Errors
/// The database.
pub async fn is_erased(db: &Db, owner: uuid::Uuid) -> Result<bool, DbError> {
    let sql = "SELECT 1 FROM erasures WHERE owner = ?";
    Ok(db.fetch_optional(sql, &[Arg::Bytes(owner.as_bytes())]).await?.is_some())
}
