//! Putting a backup into an empty database.

use std::collections::HashSet;

use tokio::sync::mpsc::Receiver;

use super::{BackupError, Cell, EVENTS, FORMAT, Manifest, Part, Piece, Rows, TABLES};
use crate::domain::personal::Purpose;
use crate::store::db::{Arg, Db};
use crate::store::dialect::{rows_of, shapes};
use crate::store::error::{DbError, Result};
use crate::store::feed::{newest, read_head};

/// Most bytes in one statement.
const STATEMENT_BYTES: usize = 1 << 20;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// What the backup says of itself.
    pub manifest: Manifest,
    /// How many rows there were.
    pub rows: u64,
    /// How many keys of the erased were left out.
    pub left_out: u64,
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
    let erased = erased(db).await?;
    let (mut rows, mut left_out, mut whole) = (0, 0, false);
    while let Some(piece) = pieces.recv().await {
        match piece {
            Piece::Begin(_) => return Err(BackupError::Content("there are two beginnings".to_owned())),
            Piece::Rows(mut some) => {
                rows += some.rows.len() as u64;
                if part == Part::Keys {
                    let before = some.rows.len();
                    some.rows.retain(|row| !is_of_the_erased(row, &erased));
                    left_out += (before - some.rows.len()) as u64;
                }
                insert(db, &some).await?;
            }
            Piece::End { rows: told } => whole = told == rows,
        }
    }
    if !whole {
        return Err(BackupError::Content("its end is missing: the file was cut off".to_owned()));
    }
    if part == Part::Log {
        set_head(db, &manifest).await?;
    }
    Ok(Written { manifest, rows, left_out })
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
fn is_of_the_erased(row: &[Cell], erased: &HashSet<Vec<u8>>) -> bool {
    let [_, Cell::Bytes(owner), Cell::Text(purpose), _] = row else { return false };
    purpose != Purpose::Waiver.as_str().as_bytes() && erased.contains(owner)
}

async fn insert(db: &Db, rows: &Rows) -> Result<(), BackupError> {
    let table = TABLES.get(rows.table).ok_or_else(|| {
        BackupError::Content("it holds a table that this version does not know: use a newer emol".to_owned())
    })?;
    let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let head = format!("INSERT INTO {} ({}) VALUES ", table.name, columns.join(", "));
    if rows.rows.iter().any(|row| row.len() != columns.len()) {
        return Err(BackupError::Content(format!("a row of {} has another number of columns", table.name)));
    }
    let mut tx = db.begin().await?;
    let mut rest = rows.rows.as_slice();
    while !rest.is_empty() {
        let mut count = shapes(rest.len()).next().unwrap_or(1);
        if rows.table == EVENTS {
            while count > 1 && rest[..count].iter().map(|row| size(row)).sum::<usize>() > STATEMENT_BYTES {
                count /= 2;
            }
        }
        let (now, later) = rest.split_at(count);
        let args: Vec<Arg<'_>> = now.iter().flatten().map(Cell::arg).collect::<Result<_>>()?;
        tx.execute(format!("{head}{}", rows_of(columns.len(), count)), &args).await?;
        rest = later;
    }
    tx.commit().await?;
    Ok(())
}

fn size(row: &[Cell]) -> usize {
    let one = |cell: &Cell| match cell {
        Cell::Null | Cell::Int(_) => 8,
        Cell::Bytes(bytes) | Cell::Text(bytes) => bytes.len() + 8,
    };
    row.iter().map(one).sum()
}

async fn set_head(db: &Db, manifest: &Manifest) -> Result<(), BackupError> {
    let hash =
        from_hex(&manifest.head).ok_or_else(|| BackupError::Content("its head is no hash".to_owned()))?;
    // Other processes look at the epoch to see whether what they remember of keys still holds.
    let args = [
        Arg::Int(manifest.position),
        Arg::Bytes(&hash),
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

/// Writes somebody who was erased after the backup, and of whom it knows nothing, on the list.
///
/// # Errors
/// The database.
pub async fn remember_erased(db: &Db, owner: uuid::Uuid, at: crate::domain::date::Instant) -> Result<()> {
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
