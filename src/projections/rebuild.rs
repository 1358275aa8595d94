//! Makes read models again from nothing, beside the ones in use: the next
//! generation of their tables is filled, then readers are switched over, then
//! the old one is deleted in chunks. Readers notice nothing.
//!
//! A rebuild under way is a row `<name> next` of `rm_checkpoint`. A later one
//! takes that row over, and the earlier one stops; one that was killed leaves
//! rows behind, which the next sweeps away.

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::checkpoint::{self, ModelState, State, Stop};
use super::gather::{self, GatherError, Gathered};
use super::page;
use super::people::People;
use super::tables::{self, Document};
use super::{Model, Person};
use crate::domain::id::Position;
use crate::store::{Arg, Backend, Db, DbError, Store, Tx};

/// Most people in one transaction.
const BATCH: usize = 2048;
/// The same on SQLite, where the log's writer waits for the same lock.
const BATCH_SQLITE: usize = 512;
/// Events taken in at once while catching up.
const CATCH_UP: i64 = 1000;

/// How far a rebuild is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Events read so far; the log may be read several times.
    pub read: i64,
    /// Events to read in all, as far as that can be said.
    pub of: i64,
}

/// What a rebuild did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RebuildReport {
    /// Up to which event.
    pub position: Position,
    /// Events about people that were folded.
    pub events: usize,
    /// How many people were folded.
    pub people: usize,
    /// How often the log was read.
    pub passes: usize,
    /// The read models with the generation that readers use now, and its number of documents.
    pub models: Vec<(Model, i64, usize)>,
}

/// Why a read model could not be rebuilt. The old one is still in use.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// The log, or the database.
    #[error(transparent)]
    Gather(#[from] GatherError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// Another rebuild of the same read model began meanwhile.
    #[error("another rebuild of {0} began meanwhile; this one gave way")]
    Overtaken(Model),
    /// A person's record makes no sense.
    #[error("the log cannot be folded: {0}")]
    Stopped(Stop),
}

/// Rebuilds one read model, or all, within the usual budget of memory.
///
/// # Errors
/// [`RebuildError`]; the old read models stay in use.
pub async fn rebuild(
    store: &Store,
    which: Option<Model>,
    progress: impl FnMut(Progress) + Send,
) -> Result<RebuildReport, RebuildError> {
    rebuild_within(store, which, gather::BUDGET, progress).await
}

/// [`rebuild`] with so many bytes for events at a time.
///
/// # Errors
/// As [`rebuild`].
pub async fn rebuild_within(
    store: &Store,
    which: Option<Model>,
    budget: usize,
    mut progress: impl FnMut(Progress) + Send,
) -> Result<RebuildReport, RebuildError> {
    let models: Vec<Model> = which.map_or_else(|| Model::ALL.to_vec(), |model| vec![model]);
    let mut next = Next::begin(store, &models).await?;
    let through = store.head().await?.position;
    let parts = gather::parts(store, through, budget).await?;
    let span = u8::try_from(256usize.div_ceil(parts) - 1).unwrap_or(u8::MAX);
    let mut report = RebuildReport { position: through, events: 0, people: 0, passes: 0, models: Vec::new() };
    let mut first = 0u8;
    loop {
        let range = first..=first.saturating_add(span);
        let done = i64::try_from(report.passes).unwrap_or(0) * through.0;
        let of = i64::try_from(parts).unwrap_or(1) * through.0;
        let (gathered, last) = gather::gather(store, through, range, budget, |read| {
            progress(Progress { read: done + read, of: of.max(done + through.0) });
        })
        .await?;
        report.events += gathered.len();
        report.passes += 1;
        report.people += next.fill(gathered).await?;
        match last.checked_add(1) {
            Some(more) => first = more,
            None => break,
        }
    }
    next.finish(through, report).await
}

/// The next generations, being filled.
struct Next<'s> {
    store: &'s Store,
    models: Vec<ModelState>,
    rows: Vec<usize>,
}

/// Documents of some people, read model by read model.
type Batch = Vec<Vec<Document>>;

impl<'s> Next<'s> {
    /// Takes the rows `<name> next`, and sweeps away what others left.
    async fn begin(store: &'s Store, models: &[Model]) -> Result<Self, RebuildError> {
        let db = store.db();
        let mut next = Vec::new();
        for at in checkpoint::read(db).await?.into_iter().filter(|at| models.contains(&at.model)) {
            let name = format!("{} next", at.model);
            let taken = db
                .fetch_optional("SELECT generation FROM rm_checkpoint WHERE name = ?", &[Arg::Text(&name)])
                .await?;
            let taken = taken.map_or(Ok(0), |row| row.int(0))?;
            let newest = tables::newest_generation(db, at.model).await?;
            let generation = newest.max(taken).max(at.generation) + 1;
            let sql = format!(
                "INSERT INTO rm_checkpoint (name, generation, position, state, detail) \
                 VALUES (?, ?, 0, 'building', ?){}",
                db.backend().upsert("name", &["generation", "position"])
            );
            db.execute(sql, &[Arg::Text(&name), Arg::Int(generation), Arg::Bytes(b"")]).await?;
            tables::sweep(db, at.model, at.generation, generation).await?;
            next.push(ModelState { generation, position: Position(0), ..at });
        }
        let rows = vec![0; next.len()];
        Ok(Self { store, models: next, rows })
    }

    /// Folds people and writes their documents; how many people.
    async fn fill(&mut self, gathered: Gathered) -> Result<usize, RebuildError> {
        let most = if self.store.db().backend() == Backend::Sqlite { BATCH_SQLITE } else { BATCH };
        let models: Vec<Model> = self.models.iter().map(|at| at.model).collect();
        let (sender, mut batches) = mpsc::channel::<Batch>(2);
        let folding = tokio::task::spawn_blocking(move || fold(gathered, &models, most, &sender));
        let mut failed = None;
        while let Some(batch) = batches.recv().await {
            if let Err(error) = self.write(batch).await {
                failed = Some(error);
                break;
            }
        }
        drop(batches);
        let people = folding.await.map_err(|_| GatherError::Ending)?;
        match failed {
            Some(error) => Err(error),
            None => people,
        }
    }

    /// Writes a batch, the read models side by side.
    async fn write(&mut self, batch: Batch) -> Result<(), RebuildError> {
        let mut writing = JoinSet::new();
        for ((at, rows), documents) in self.models.iter().zip(&mut self.rows).zip(batch) {
            *rows += documents.len();
            writing.spawn(write(self.store.db().clone(), at.clone(), documents));
        }
        all(writing).await
    }

    /// Takes in what was appended meanwhile and switches readers over.
    async fn finish(
        mut self,
        through: Position,
        mut report: RebuildReport,
    ) -> Result<RebuildReport, RebuildError> {
        let people = People::new();
        for at in &mut self.models {
            at.position = through;
        }
        for i in 0..self.models.len() {
            loop {
                while self.catch_up(i, &people).await? {}
                if self.switch(i).await? {
                    break;
                }
            }
            let at = &self.models[i];
            report.models.push((at.model, at.generation, self.rows[i]));
            report.position = report.position.max(at.position);
        }
        let mut sweeping = JoinSet::new();
        for at in self.models {
            let db = self.store.db().clone();
            sweeping
                .spawn(async move { Ok(tables::sweep(&db, at.model, at.generation, at.generation).await?) });
        }
        all(sweeping).await?;
        Ok(report)
    }

    /// Takes in one page; whether there was one.
    async fn catch_up(&mut self, i: usize, people: &People) -> Result<bool, RebuildError> {
        let at = &mut self.models[i];
        let mut page = page::read(self.store, at.position, CATCH_UP).await?;
        let outcome = people.outcome(self.store, &mut page, &[at.model]).await?;
        if let Some(stop) = page.stop.take_if(|_| page.to == page.after) {
            return Err(RebuildError::Stopped(stop));
        }
        if page.is_empty() {
            return Ok(false);
        }
        let mut tx = self.store.db().begin().await?;
        let done = match still_ours(&mut tx, at).await {
            Ok(()) => outcome
                .write(&mut tx, self.store.db(), std::slice::from_ref(at))
                .await
                .map_err(RebuildError::from),
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            tx.rollback().await;
            return Err(error);
        }
        tx.commit().await?;
        people.remember(outcome);
        at.position = page.to;
        Ok(true)
    }

    /// Points readers at the new generation, unless the old one is ahead of it.
    async fn switch(&mut self, i: usize) -> Result<bool, RebuildError> {
        let at = &self.models[i];
        let name = at.model.as_str();
        let mut tx = self.store.db().begin().await?;
        let moved = tx
            .execute(
                "UPDATE rm_checkpoint SET generation = ?, position = ?, state = ?, detail = ? \
                 WHERE name = ? AND generation < ? AND position <= ?",
                &[
                    Arg::Int(at.generation),
                    Arg::Int(at.position.0),
                    Arg::Text(State::Live.as_str()),
                    Arg::Bytes(b""),
                    Arg::Text(name),
                    Arg::Int(at.generation),
                    Arg::Int(at.position.0),
                ],
            )
            .await?;
        let ours = tx
            .execute(
                "DELETE FROM rm_checkpoint WHERE name = ? AND generation = ?",
                &[Arg::Text(&format!("{name} next")), Arg::Int(at.generation)],
            )
            .await?;
        if ours == 0 {
            tx.rollback().await;
            return Err(RebuildError::Overtaken(at.model));
        }
        if moved == 0 {
            tx.rollback().await;
            return Ok(false);
        }
        tx.commit().await?;
        Ok(true)
    }
}

/// Waits for all; the first error, if there is one, ends the others.
async fn all(mut tasks: JoinSet<Result<(), RebuildError>>) -> Result<(), RebuildError> {
    while let Some(done) = tasks.join_next().await {
        done.map_err(|_| GatherError::Ending)??;
    }
    Ok(())
}

/// Writes documents of one read model in one transaction.
async fn write(db: Db, at: ModelState, documents: Vec<Document>) -> Result<(), RebuildError> {
    let rows = tables::places(at.model, at.generation, &documents);
    let mut tries = 0;
    while !rows.is_empty() {
        let mut tx = db.begin().await?;
        let done = match still_ours(&mut tx, &at).await {
            Ok(()) => tables::insert(&mut tx, &rows).await.map_err(RebuildError::from),
            Err(error) => Err(error),
        };
        match done {
            Ok(()) => return Ok(tx.commit().await?),
            Err(RebuildError::Db(DbError::Busy)) if tries < 20 => tx.rollback().await,
            Err(error) => {
                tx.rollback().await;
                return Err(error);
            }
        }
        tries += 1;
    }
    Ok(())
}

/// Holds the row `<name> next` for this transaction.
async fn still_ours(tx: &mut Tx, at: &ModelState) -> Result<(), RebuildError> {
    let name = format!("{} next", at.model);
    let found = tx
        .execute(
            "UPDATE rm_checkpoint SET position = position + 1 WHERE name = ? AND generation = ?",
            &[Arg::Text(&name), Arg::Int(at.generation)],
        )
        .await?;
    if found == 1 { Ok(()) } else { Err(RebuildError::Overtaken(at.model)) }
}

/// Folds people and hands their documents over in batches; how many people.
fn fold(
    gathered: Gathered,
    models: &[Model],
    most: usize,
    batches: &mpsc::Sender<Batch>,
) -> Result<usize, RebuildError> {
    let mut people = 0;
    let empty = || vec![Vec::new(); models.len()];
    let mut batch: Batch = empty();
    gathered.fold(|who, position, record| {
        people += 1;
        let person = Person::now(who, &record).map_err(|clash| {
            RebuildError::Stopped(Stop {
                position,
                event: Some(clash.event),
                event_type: Some(clash.event_type.to_owned()),
                why: format!("the person's record makes no sense on {}: {}", clash.on, clash.why),
            })
        })?;
        for (i, model) in models.iter().enumerate() {
            let doc = model.render(&person).map_err(|_| DbError::Shape("an open personal value"))?;
            if doc.is_some() {
                batch[i].push(Document { subject: who.0, position: position.0, doc });
            }
        }
        if people % most == 0 {
            let full = std::mem::replace(&mut batch, empty());
            batches.blocking_send(full).map_err(|_| GatherError::Ending)?;
        }
        Ok::<(), RebuildError>(())
    })?;
    batches.blocking_send(batch).map_err(|_| GatherError::Ending)?;
    Ok(people)
}
