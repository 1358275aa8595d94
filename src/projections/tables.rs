//! The rows of `rm_documents`, one for each read model and person: written in
//! statements of fixed shapes, deleted in chunks.

use uuid::Uuid;

use super::Model;
use crate::domain::id::{CombatantId, Position};
use crate::store::dialect::{list_of, list_shape, padded, rows_of, shapes};
use crate::store::{Arg, Backend, ClaimKind, Db, DbError, Row, Tx};

/// Most bytes of documents in one statement.
const STATEMENT_BYTES: usize = 1 << 20;
/// How many rows go at once when a generation is deleted.
const CHUNK: i64 = 8000;
/// The same on SQLite, where the log's writer waits for the same lock.
const CHUNK_SQLITE: i64 = 1000;

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

/// A document and where it belongs.
pub(super) type Place<'d> = (Model, i64, &'d Document);

/// These documents of one read model, in that generation.
pub(super) fn places(model: Model, generation: i64, documents: &[Document]) -> Vec<Place<'_>> {
    documents.iter().map(|document| (model, generation, document)).collect()
}

async fn write(tx: &mut Tx, rows: &[Place<'_>], tail: &str) -> Result<(), DbError> {
    let mut rest = rows;
    while !rest.is_empty() {
        let mut count = shapes(rest.len()).next().unwrap_or(1);
        let size = |row: &Place<'_>| row.2.doc.as_ref().map_or(0, Vec::len) + 64;
        while count > 1 && rest[..count].iter().map(size).sum::<usize>() > STATEMENT_BYTES {
            count /= 2;
        }
        let (now, later) = rest.split_at(count);
        let sql = format!(
            "INSERT INTO rm_documents (model, generation, subject, position, doc) VALUES {}{tail}",
            rows_of(5, count)
        );
        let mut args = Vec::with_capacity(count * 5);
        for (model, generation, row) in now {
            args.extend([
                Arg::Text(model.as_str()),
                Arg::Int(*generation),
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
pub(super) async fn upsert(tx: &mut Tx, db: &Db, rows: &[Place<'_>]) -> Result<(), DbError> {
    let tail = db.backend().upsert("model, generation, subject", &["position", "doc"]);
    write(tx, rows, &tail).await
}

/// Writes rows of people who have none in that generation.
pub(super) async fn insert(tx: &mut Tx, rows: &[Place<'_>]) -> Result<(), DbError> {
    write(tx, rows, "").await
}

/// Whether readers find documents that this program does not read.
pub(super) async fn has_other_shapes(db: &Db, model: Model, generation: i64) -> Result<bool, DbError> {
    let sql = "SELECT position FROM rm_documents \
               WHERE model = ? AND generation = ? AND doc IS NOT NULL AND SUBSTR(doc, 1, 1) <> ? LIMIT 1";
    let args = [Arg::Text(model.as_str()), Arg::Int(generation), Arg::Bytes(&[model.shape()])];
    Ok(db.fetch_optional(sql, &args).await?.is_some())
}

/// The highest generation that has rows; 0 when none has.
pub(super) async fn newest_generation(db: &Db, model: Model) -> Result<i64, DbError> {
    let sql = "SELECT generation FROM rm_documents WHERE model = ? ORDER BY generation DESC LIMIT 1";
    db.fetch_optional(sql, &[Arg::Text(model.as_str())]).await?.map_or(Ok(0), |row| row.int(0))
}

/// Deletes, chunk by chunk, every generation before `before` except `keep`.
pub(super) async fn sweep(db: &Db, model: Model, keep: i64, before: i64) -> Result<(), DbError> {
    let name = Arg::Text(model.as_str());
    let chunk = if db.backend() == Backend::Sqlite { CHUNK_SQLITE } else { CHUNK };
    loop {
        let sql = "SELECT generation FROM rm_documents \
                   WHERE model = ? AND generation < ? AND generation <> ? ORDER BY generation LIMIT 1";
        let Some(row) = db.fetch_optional(sql, &[name, Arg::Int(before), Arg::Int(keep)]).await? else {
            return Ok(());
        };
        let generation = Arg::Int(row.int(0)?);
        let sql = format!(
            "SELECT subject FROM rm_documents WHERE model = ? AND generation = ? \
             ORDER BY subject LIMIT 1 OFFSET {chunk}"
        );
        if let Some(row) = db.fetch_optional(sql, &[name, generation]).await? {
            let sql = "DELETE FROM rm_documents WHERE model = ? AND generation = ? AND subject < ?";
            db.execute(sql, &[name, generation, Arg::Bytes(row.bytes(0)?)]).await?;
        } else {
            let sql = "DELETE FROM rm_documents WHERE model = ? AND generation = ?";
            db.execute(sql, &[name, generation]).await?;
        }
        tokio::task::yield_now().await;
    }
}

/// A person's document in the generation that readers use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    /// Whose.
    pub subject: CombatantId,
    /// The person's last event in it.
    pub position: Position,
    /// JSON.
    pub doc: Vec<u8>,
}

/// A person's document; none when the person is not, or no longer, there.
pub(super) async fn document(db: &Db, model: Model, subject: CombatantId) -> Result<Option<Found>, DbError> {
    // One statement: a rebuild may switch generations between two.
    let sql = "SELECT m.subject, m.position, m.doc FROM rm_checkpoint c \
               JOIN rm_documents m ON m.model = c.name AND m.generation = c.generation \
               WHERE c.name = ? AND m.subject = ?";
    let row = db.fetch_optional(sql, &[Arg::Text(model.as_str()), Arg::Bytes(subject.0.as_bytes())]).await?;
    row.as_ref().map_or(Ok(None), found)
}

/// The documents of whomever claims belong to, each with its claim's hash, in one
/// statement; at most as many as one statement takes. Claims that nobody has are left out.
pub(super) async fn claimed_documents(
    db: &Db,
    model: Model,
    kind: ClaimKind,
    hashes: &[[u8; 32]],
) -> Result<Vec<([u8; 32], Found)>, DbError> {
    let sql = format!(
        "SELECT m.subject, m.position, m.doc, k.hash FROM claims k \
         JOIN rm_checkpoint c ON c.name = ? \
         JOIN rm_documents m ON m.model = c.name AND m.generation = c.generation AND m.subject = k.owner \
         WHERE k.kind = ? AND k.hash IN ({})",
        list_of(list_shape(hashes.len()))
    );
    let mut args = vec![Arg::Text(model.as_str()), Arg::Text(kind.as_str())];
    args.extend(padded(hashes));
    let mut documents = Vec::with_capacity(hashes.len());
    for row in db.fetch_all(sql, &args).await? {
        if let Some(document) = found(&row)? {
            documents.push((row.array(3)?, document));
        }
    }
    Ok(documents)
}

fn found(row: &Row) -> Result<Option<Found>, DbError> {
    let (subject, position) = (CombatantId(row.uuid(0)?), Position(row.int(1)?));
    Ok(row.maybe_bytes(2)?.map(|doc| Found { subject, position, doc: doc.to_vec() }))
}
