//! The rows of `rm_<name>`: written in statements of fixed shapes, deleted in chunks.

use uuid::Uuid;

use super::Model;
use crate::domain::id::{CombatantId, Position};
use crate::store::dialect::{rows_of, shapes};
use crate::store::{Arg, Db, DbError, Tx};

/// Most bytes of documents in one statement.
const STATEMENT_BYTES: usize = 1 << 20;
/// How many rows go at once when a generation is deleted.
const CHUNK: i64 = 1000;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Document {
    /// Whose.
    pub subject: Uuid,
    /// The person's last event in it.
    pub position: i64,
    /// JSON; nothing when the person is no longer there.
    pub doc: Option<Vec<u8>>,
}

fn head(model: Model) -> String {
    format!("INSERT INTO rm_{model} (generation, subject, position, doc) VALUES ")
}

async fn write(
    tx: &mut Tx,
    model: Model,
    generation: i64,
    rows: &[Document],
    tail: &str,
) -> Result<(), DbError> {
    let mut rest = rows;
    while !rest.is_empty() {
        let mut count = shapes(rest.len()).next().unwrap_or(1);
        let size = |row: &Document| row.doc.as_ref().map_or(0, Vec::len) + 64;
        while count > 1 && rest[..count].iter().map(size).sum::<usize>() > STATEMENT_BYTES {
            count /= 2;
        }
        let (now, later) = rest.split_at(count);
        let sql = format!("{}{}{tail}", head(model), rows_of(4, count));
        let mut args = Vec::with_capacity(count * 4);
        for row in now {
            args.extend([
                Arg::Int(generation),
                Arg::Bytes(row.subject.as_bytes()),
                Arg::Int(row.position),
                Arg::MaybeBytes(row.doc.as_deref()),
            ]);
        }
        tx.execute(sql, &args).await?;
        rest = later;
    }
    Ok(())
}

/// Writes rows, whether or not the people have one already.
pub(super) async fn upsert(
    tx: &mut Tx,
    db: &Db,
    model: Model,
    generation: i64,
    rows: &[Document],
) -> Result<(), DbError> {
    let tail = db.backend().upsert("generation, subject", &["position", "doc"]);
    write(tx, model, generation, rows, &tail).await
}

/// Writes rows of people who have none in that generation.
pub(super) async fn insert(
    tx: &mut Tx,
    model: Model,
    generation: i64,
    rows: &[Document],
) -> Result<(), DbError> {
    write(tx, model, generation, rows, "").await
}

/// The highest generation that has rows; 0 when none has.
pub(super) async fn newest_generation(db: &Db, model: Model) -> Result<i64, DbError> {
    let sql = format!("SELECT generation FROM rm_{model} ORDER BY generation DESC LIMIT 1");
    db.fetch_optional(sql, &[]).await?.map_or(Ok(0), |row| row.int(0))
}

/// Deletes, chunk by chunk, every generation before `before` except `keep`.
pub(super) async fn sweep(db: &Db, model: Model, keep: i64, before: i64) -> Result<(), DbError> {
    loop {
        let sql = format!(
            "SELECT generation FROM rm_{model} WHERE generation < ? AND generation <> ? \
             ORDER BY generation LIMIT 1"
        );
        let Some(row) = db.fetch_optional(sql, &[Arg::Int(before), Arg::Int(keep)]).await? else {
            return Ok(());
        };
        let generation = row.int(0)?;
        let sql = format!(
            "SELECT subject FROM rm_{model} WHERE generation = ? ORDER BY subject LIMIT 1 OFFSET {CHUNK}"
        );
        if let Some(row) = db.fetch_optional(sql, &[Arg::Int(generation)]).await? {
            let sql = format!("DELETE FROM rm_{model} WHERE generation = ? AND subject < ?");
            db.execute(sql, &[Arg::Int(generation), Arg::Bytes(row.bytes(0)?)]).await?;
        } else {
            let sql = format!("DELETE FROM rm_{model} WHERE generation = ?");
            db.execute(sql, &[Arg::Int(generation)]).await?;
        }
        // The log's writer waits for the same lock on SQLite.
        tokio::task::yield_now().await;
    }
}

/// A person's document in the generation that readers use, with its position.
pub(super) async fn document(
    db: &Db,
    model: Model,
    subject: CombatantId,
) -> Result<Option<(Position, Vec<u8>)>, DbError> {
    // One statement: a rebuild may switch generations between two.
    let sql = format!(
        "SELECT m.position, m.doc FROM rm_checkpoint c JOIN rm_{model} m ON m.generation = c.generation \
         WHERE c.name = ? AND m.subject = ?"
    );
    let args = [Arg::Text(model.as_str()), Arg::Bytes(subject.0.as_bytes())];
    let Some(row) = db.fetch_optional(sql, &args).await? else { return Ok(None) };
    let position = Position(row.int(0)?);
    Ok(row.maybe_bytes(1)?.map(|doc| (position, doc.to_vec())))
}
