//! Reading everything that is backed up, as of one position, while the log goes on.

use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::JoinHandle;

use super::{AHEAD, BackupError, EVENTS, FORMAT, Manifest, Part, Piece, Rows, TABLES, Table};
use crate::clock::Clock;
use crate::domain::date::Instant;
use crate::domain::id::Position;
use crate::store::chain::hex;
use crate::store::db::{Arg, Db, Row, Tx};
use crate::store::error::{DbError, Result};
use crate::store::feed::{SELECT_HEAD, head_of};
use crate::store::pages::Pages;

/// Rows read at once.
const PAGE: usize = 5_000;
/// Events read at once, several times side by side: few, because a server makes backups beside its work.
const PAGE_OF_EVENTS: i64 = 2_000;

/// What is read: pieces as they come, and whether the reading ended well.
#[derive(Debug)]
pub struct Reading {
    /// The log and what belongs to it.
    pub log: Receiver<Piece>,
    /// The person keys.
    pub keys: Receiver<Piece>,
    /// Ends when everything is handed over.
    pub task: JoinHandle<Result<Manifest, BackupError>>,
}

/// Begins to read. Everything but the events is read in one snapshot; the events before its head never change,
/// so they are read beside it. Both channels must be emptied at the same time.
pub fn begin(db: &Db, clock: &dyn Clock) -> Reading {
    let (log_sender, log) = channel(AHEAD);
    let (keys_sender, keys) = channel(AHEAD);
    let (db, now) = (db.clone(), clock.now().micros());
    let task = tokio::spawn(async move {
        let mut log = Out { sender: log_sender, rows: 0 };
        let mut keys = Out { sender: keys_sender, rows: 0 };
        let mut snapshot = db.snapshot().await?;
        let manifest = manifest(&mut snapshot, now).await?;
        log.send(Piece::Begin(manifest.clone())).await?;
        keys.send(Piece::Begin(Manifest { part: Part::Keys, ..manifest.clone() })).await?;
        for (at, table) in TABLES.iter().enumerate().filter(|(at, _)| *at != EVENTS) {
            let out = if table.part == Part::Keys { &mut keys } else { &mut log };
            read_table(&mut snapshot, at, table, out).await?;
        }
        snapshot.rollback().await;
        let read = |rows: Vec<Row>| Rows::read(EVENTS, &rows);
        let mut pages = Pages::new(&db, Position(0), Position(manifest.position), read).of(PAGE_OF_EVENTS);
        while let Some((rows, _)) = pages.next().await? {
            log.rows(rows).await?;
        }
        keys.end().await?;
        log.end().await?;
        Ok(manifest)
    });
    Reading { log, keys, task }
}

/// Where pieces go, and how many rows went there.
struct Out {
    sender: Sender<Piece>,
    rows: u64,
}

impl Out {
    async fn send(&self, piece: Piece) -> Result<(), BackupError> {
        let gone = |_| BackupError::File("the backup could not be written to its end".to_owned());
        self.sender.send(piece).await.map_err(gone)
    }

    async fn rows(&mut self, rows: Rows) -> Result<(), BackupError> {
        self.rows += rows.count as u64;
        self.send(Piece::Rows(rows)).await
    }

    async fn end(&self) -> Result<(), BackupError> {
        self.send(Piece::End { rows: self.rows }).await
    }
}

async fn manifest(snapshot: &mut Tx, made_at: i64) -> Result<Manifest> {
    let head = head_of(snapshot.fetch_optional(SELECT_HEAD, &[]).await?)?;
    let row = snapshot.fetch_optional("SELECT key_epoch FROM log_head WHERE id = 1", &[]).await?;
    let key_epoch = row.ok_or(DbError::Shape("log_head has no row; run `emol migrate`"))?.int(0)?;
    let row = snapshot.fetch_optional("SELECT format FROM log_format WHERE id = 1", &[]).await?;
    let log_format = row.ok_or(DbError::Shape("log_format has no row; run `emol migrate`"))?.int(0)?;
    Ok(Manifest {
        format: FORMAT,
        part: Part::Log,
        version: crate::VERSION.to_owned(),
        log_format,
        position: head.position.0,
        head: hex(&head.hash),
        recorded_at: head.recorded_at.micros(),
        key_epoch,
        made_at,
    })
}

/// Reads one table in the order of its key, page by page.
async fn read_table(snapshot: &mut Tx, at: usize, table: &Table, out: &mut Out) -> Result<(), BackupError> {
    let columns: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
    let key: Vec<&str> = table.key.iter().map(|at| columns[*at]).collect();
    let key = key.join(", ");
    let mut last: Option<Rows> = None;
    loop {
        let marks = vec!["?"; table.key.len()].join(", ");
        let after = last.as_ref().map(|_| format!("({key}) > ({marks})"));
        let only = (!table.only.is_empty()).then(|| table.only.to_owned());
        let conditions: Vec<String> = only.into_iter().chain(after).collect();
        let such = if conditions.is_empty() {
            String::new()
        } else {
            format!(" WHERE {}", conditions.join(" AND "))
        };
        let sql =
            format!("SELECT {} FROM {}{such} ORDER BY {key} LIMIT {PAGE}", columns.join(", "), table.name);
        let cells = last.as_ref().map_or(Ok(Vec::new()), Rows::cells)?;
        let args: Vec<Arg<'_>> = table.key.iter().filter_map(|at| cells.get(*at).copied()).collect();
        let answer = snapshot.fetch_all(sql, &args).await?;
        let Some(newest) = answer.last() else { return Ok(()) };
        last = Some(Rows::read(at, std::slice::from_ref(newest))?);
        out.rows(Rows::read(at, &answer)?).await?;
        if answer.len() < PAGE {
            return Ok(());
        }
    }
}

/// Whose details are destroyed, and since when: the list that outlives backups. Needs no keys.
///
/// # Errors
/// The database.
pub async fn erasures(db: &Db) -> Result<Vec<(uuid::Uuid, Instant)>> {
    let rows = db.fetch_all("SELECT owner, erased_at FROM erasures ORDER BY erased_at, owner", &[]).await?;
    rows.iter().map(|row| Ok((row.uuid(0)?, Instant::from_micros(row.int(1)?)))).collect()
}
