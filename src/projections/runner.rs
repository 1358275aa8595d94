//! Keeps the read models up to date: one task per process, any number of
//! processes. Whoever moves a checkpoint first writes; the others see that and go on.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, broadcast, watch};
use tokio::task::JoinHandle;

use super::Model;
use super::checkpoint::{self, ModelState, State, Stop};
use super::page::{self, Page};
use super::people::People;
use super::tables::Document;
use crate::domain::id::Position;
use crate::store::{Backend, DbError, Store};

/// Most events in one transaction.
const PAGE: i64 = 5000;
/// The same on SQLite, where the log's writer waits for the same lock.
const PAGE_SQLITE: i64 = 1000;
/// How often the checkpoints are looked at when nothing happens: another
/// process may have rebuilt a read model.
const LOOK: Duration = Duration::from_secs(1);
/// Steps that a follower may be behind before it has to look at the tables.
const STEPS: usize = 64;
/// The longest pause between tries while the database is away.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The read models as this process keeps them. Cloning is cheap; the task ends with the last clone.
#[derive(Clone)]
pub struct Projections(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    task: Option<JoinHandle<()>>,
}

struct Shared {
    store: Store,
    runner: Mutex<Runner>,
    written: broadcast::Sender<Arc<Written>>,
    states: watch::Sender<Arc<Vec<ModelState>>>,
}

/// What one step of this process wrote: followers need not read it back.
#[derive(Debug)]
pub(super) struct Written {
    /// The read models that took the events in.
    pub group: Vec<ModelState>,
    /// After which event the step began.
    pub after: Position,
    /// The last event that it took in.
    pub to: Position,
    /// What it wrote, read model by read model.
    pub documents: Vec<(Model, Vec<Document>)>,
}

/// What one step did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// There was nothing to do.
    Idle,
    /// Something was written; there may be more.
    Advanced,
    /// Another process was faster, or a read model was paused; there may be more.
    Again,
}

struct Runner {
    people: People,
    /// Where the read models are, as far as this process knows.
    known: Option<Vec<ModelState>>,
    /// Paused read models that this process tried again: this program may know
    /// what the one that paused them did not.
    tried: Vec<(Model, i64, Position)>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

impl Projections {
    /// Starts the task that follows the log. Must be called within a tokio runtime.
    #[must_use]
    pub fn start(store: Store) -> Self {
        let shared = Shared::new(store);
        let task = tokio::spawn(follow(Arc::clone(&shared)));
        Self(Arc::new(Inner { shared, task: Some(task) }))
    }

    /// Without the task: only [`Projections::run_once`] does anything. For tests and commands that end.
    #[must_use]
    pub fn by_hand(store: Store) -> Self {
        Self(Arc::new(Inner { shared: Shared::new(store), task: None }))
    }

    /// Takes in one page of events, at most.
    ///
    /// # Errors
    /// The database; nothing is lost, the next step tries again.
    pub async fn run_once(&self) -> Result<Progress, DbError> {
        self.0.shared.step().await
    }

    /// Takes in everything there is.
    ///
    /// # Errors
    /// The database.
    pub async fn run_to_end(&self) -> Result<(), DbError> {
        while self.run_once().await? != Progress::Idle {}
        Ok(())
    }

    /// Waits until all read models have taken in an event. False when that
    /// takes longer, or when one of them is paused before it.
    pub async fn wait_for(&self, position: Position, timeout: Duration) -> bool {
        self.wait(&Model::ALL, position, timeout).await
    }

    /// [`Projections::wait_for`] for one read model.
    pub async fn wait_for_model(&self, model: Model, position: Position, timeout: Duration) -> bool {
        self.wait(&[model], position, timeout).await
    }

    async fn wait(&self, models: &[Model], position: Position, timeout: Duration) -> bool {
        let mut states = self.0.shared.states.subscribe();
        let wanted = |states: &Arc<Vec<ModelState>>| {
            let mut answer = (!states.is_empty()).then_some(true);
            for state in states.iter().filter(|state| models.contains(&state.model)) {
                if state.position < position {
                    if state.state == State::Paused {
                        return Some(false);
                    }
                    answer = None;
                }
            }
            answer
        };
        let arrived = states.wait_for(|states| wanted(states).is_some());
        match tokio::time::timeout(timeout, arrived).await {
            Ok(Ok(states)) => wanted(&states).unwrap_or(false),
            _ => false,
        }
    }

    /// The last event that every read model has taken in.
    #[must_use]
    pub fn position(&self) -> Position {
        self.states().iter().map(|state| state.position).min().unwrap_or_default()
    }

    /// Whether one of the read models is paused: what is shown is not up to date.
    #[must_use]
    pub fn paused(&self) -> bool {
        self.0.shared.states.borrow().iter().any(|at| at.state == State::Paused)
    }

    /// Where each read model is, in the order of [`Model::ALL`]; empty until the
    /// database answered for the first time.
    #[must_use]
    pub fn states(&self) -> Arc<Vec<ModelState>> {
        self.0.shared.states.borrow().clone()
    }

    /// Tells of what this process writes, before [`Projections::watch`] does.
    pub(super) fn written(&self) -> broadcast::Receiver<Arc<Written>> {
        self.0.shared.written.subscribe()
    }

    /// Tells of every change of [`Projections::states`].
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Arc<Vec<ModelState>>> {
        self.0.shared.states.subscribe()
    }
}

/// Steps whenever the log has grown.
async fn follow(shared: Arc<Shared>) {
    let mut heads = shared.store.watch();
    let mut pause = Duration::from_millis(20);
    loop {
        heads.borrow_and_update();
        match shared.step().await {
            Ok(Progress::Idle) => {
                pause = Duration::from_millis(20);
                if tokio::time::timeout(LOOK, heads.changed()).await.is_err() {
                    shared.forget().await;
                }
            }
            Ok(Progress::Advanced | Progress::Again) => {
                pause = Duration::from_millis(20);
                tokio::task::yield_now().await;
            }
            Err(error) => {
                tracing::warn!(%error, "the read models wait for the database");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }
}

impl Shared {
    fn new(store: Store) -> Arc<Self> {
        let runner = Runner { people: People::new(), known: None, tried: Vec::new() };
        Arc::new(Self {
            store,
            runner: Mutex::new(runner),
            written: broadcast::Sender::new(STEPS),
            states: watch::Sender::new(Arc::default()),
        })
    }

    async fn forget(&self) {
        self.runner.lock().await.known = None;
    }

    async fn step(&self) -> Result<Progress, DbError> {
        let mut runner = self.runner.lock().await;
        let done = runner.step(&self.store, &self.written).await;
        if done.is_err() {
            runner.known = None;
        } else if let Some(known) = &runner.known {
            self.states.send_if_modified(|states| {
                let differs = **states != *known;
                if differs {
                    *states = Arc::new(known.clone());
                }
                differs
            });
        }
        done
    }
}

impl Runner {
    async fn step(
        &mut self,
        store: &Store,
        written: &broadcast::Sender<Arc<Written>>,
    ) -> Result<Progress, DbError> {
        if self.known.is_none() {
            self.known = Some(checkpoint::read(store.db()).await?);
        }
        let known = self.known.as_deref().unwrap_or_default();
        let rests = |at: &ModelState| {
            at.state == State::Paused && self.tried.contains(&(at.model, at.generation, at.position))
        };
        // Those at the same place go together; those that are behind go first.
        let Some(first) = known.iter().filter(|at| !rests(at)).min_by_key(|at| (at.position, at.model))
        else {
            return Ok(Progress::Idle);
        };
        let group: Vec<ModelState> = known
            .iter()
            .filter(|at| !rests(at))
            .filter(|at| (at.position, at.state) == (first.position, first.state))
            .cloned()
            .collect();
        let limit = if store.db().backend() == Backend::Sqlite { PAGE_SQLITE } else { PAGE };
        let mut page = page::read(store, first.position, limit).await?;
        if page.is_empty() && page.stop.is_none() {
            return self.reached(store, &group).await;
        }
        let models: Vec<Model> = group.iter().map(|at| at.model).collect();
        let outcome = self.people.outcome(store, &mut page, &models).await?;
        if page.is_empty() {
            if let Some(stop) = &page.stop {
                self.pause(store, &group, stop).await?;
            }
            return Ok(Progress::Again);
        }
        let (mut tx, moved) = store.db().begin_with(&checkpoint::advance(&group, page.to)).await?;
        if moved != group.len() as u64 {
            tx.rollback().await;
            let before = self.known.take();
            self.known = Some(checkpoint::read(store.db()).await?);
            // Should nothing have moved, the rows are not what they seem: do not spin.
            if before == self.known {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            return Ok(Progress::Again);
        }
        if let Err(error) = outcome.write(&mut tx, store.db(), &group).await {
            tx.rollback().await;
            return Err(error);
        }
        tx.commit().await?;
        let documents = self.people.remember(outcome);
        self.moved(&group, &page);
        // Nobody may follow: then there is nobody to tell.
        let _ = written.send(Arc::new(Written { group, after: page.after, to: page.to, documents }));
        Ok(Progress::Advanced)
    }

    fn moved(&mut self, group: &[ModelState], page: &Page) {
        for at in self.known.iter_mut().flatten() {
            if group.iter().any(|moved| moved.model == at.model) {
                at.position = page.to;
                if at.state == State::Paused {
                    at.state = State::Live;
                    at.stopped_by = None;
                }
            }
        }
    }

    /// The group has taken in everything.
    async fn reached(&mut self, store: &Store, group: &[ModelState]) -> Result<Progress, DbError> {
        let mut changed = false;
        for at in group.iter().filter(|at| at.state == State::Building) {
            checkpoint::reached(store.db(), at).await?;
            changed = true;
        }
        for at in self.known.iter_mut().flatten().filter(|at| at.state == State::Building) {
            if group.iter().any(|done| done.model == at.model) {
                at.state = State::Live;
            }
        }
        let end = self.known.iter().flatten().map(|at| at.position).max();
        let behind =
            self.known.iter().flatten().any(|at| at.state != State::Paused && Some(at.position) < end);
        Ok(if changed || behind { Progress::Again } else { Progress::Idle })
    }

    async fn pause(&mut self, store: &Store, group: &[ModelState], stop: &Stop) -> Result<(), DbError> {
        for at in group {
            if at.state != State::Paused || at.stopped_by.as_ref() != Some(stop) {
                tracing::error!(
                    read_model = at.model.as_str(),
                    position = stop.position.0,
                    why = %stop.why,
                    "a read model is paused; its last state stays served"
                );
                checkpoint::pause(store.db(), at, stop).await?;
            }
            self.tried.retain(|(model, ..)| *model != at.model);
            self.tried.push((at.model, at.generation, at.position));
        }
        self.known = Some(checkpoint::read(store.db()).await?);
        Ok(())
    }
}
