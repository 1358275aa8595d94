//! Follows the read models' tables and keeps what searches need in memory,
//! names opened. An erased person vanishes with the next step.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::checkpoint::ModelState;
use super::runner::Written;
use super::sorted::{DocOf, Held, Indexed};
use super::{Model, Projections, ReadModel, State, desk, document, marshals, register};
use crate::domain::id::{CombatantId, Position};
use crate::store::{Arg, DbError, KeyError, Row, Store};

/// Most rows of one table, or most events, in one step.
const ROWS: i64 = 250;
/// How often the tables are looked at when nobody says that they changed.
const LOOK: Duration = Duration::from_millis(500);

/// The indexes of this process. Cloning is cheap; they follow until the last clone is dropped.
#[derive(Clone)]
pub struct Indexes(Arc<Inner>);

struct Inner {
    all: watch::Receiver<Arc<All>>,
    task: JoinHandle<()>,
}

/// All indexes at one moment.
#[derive(Debug, Default)]
struct All {
    register: Arc<register::Index>,
    marshals: Arc<marshals::Index>,
    desk: Arc<desk::Index>,
    ready: bool,
}

impl All {
    fn position(&self) -> Position {
        self.register.version().min(self.marshals.version()).min(self.desk.version())
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Why the tables could not be followed; the next step tries again.
#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error("a row of the read model {0} has an old shape; run `emol rebuild {0}`")]
    Shape(Model),
}

impl Indexes {
    /// Begins to read the tables; until that is done the indexes are empty, see
    /// [`Indexes::ready`]. Must be called within a tokio runtime.
    #[must_use]
    pub fn start(store: Store, projections: Projections) -> Self {
        let (sender, all) = watch::channel(Arc::default());
        let task = tokio::spawn(follow(store, projections, sender));
        Self(Arc::new(Inner { all, task }))
    }

    /// The public register.
    #[must_use]
    pub fn register(&self) -> Arc<register::Index> {
        Arc::clone(&self.0.all.borrow().register)
    }

    /// The marshal list.
    #[must_use]
    pub fn marshals(&self) -> Arc<marshals::Index> {
        Arc::clone(&self.0.all.borrow().marshals)
    }

    /// The desk's list.
    #[must_use]
    pub fn desk(&self) -> Arc<desk::Index> {
        Arc::clone(&self.0.all.borrow().desk)
    }

    /// The last event that all of them have taken in.
    #[must_use]
    pub fn position(&self) -> Position {
        self.0.all.borrow().position()
    }

    /// Whether they were read at least once.
    #[must_use]
    pub fn ready(&self) -> bool {
        self.0.all.borrow().ready
    }

    /// Waits until all of them have taken in an event; false when that takes longer.
    pub async fn wait_for(&self, position: Position, timeout: Duration) -> bool {
        let mut all = self.0.all.clone();
        let arrived = all.wait_for(|all| all.ready && all.position() >= position);
        matches!(tokio::time::timeout(timeout, arrived).await, Ok(Ok(_)))
    }
}

async fn follow(store: Store, projections: Projections, sender: watch::Sender<Arc<All>>) {
    let mut states = projections.watch();
    let mut written = projections.written();
    drop(projections);
    let mut follower = Follower::new(store);
    loop {
        // A paused read model tells of no erasure any more; then the list of the erased does.
        let lame = is_lame(&states.borrow_and_update());
        match follower.step(lame).await {
            Ok(true) => follower.publish(&sender),
            Ok(false) => {}
            Err(error) => tracing::warn!(%error, "the indexes wait"),
        }
        // What this process wrote itself is taken from where it was written; anything else from the tables.
        loop {
            let taken = tokio::select! {
                biased;
                step = written.recv() => match step {
                    Ok(step) if !lame => follower.take_written(&step).await,
                    Err(RecvError::Closed) => return,
                    _ => break,
                },
                changed = states.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    let states = states.borrow_and_update();
                    if is_lame(&states) || !follower.has_reached(&states) {
                        break;
                    }
                    continue;
                }
                () = tokio::time::sleep(LOOK) => break,
            };
            match taken {
                Ok(true) => follower.publish(&sender),
                Ok(false) => break,
                Err(error) => {
                    tracing::warn!(%error, "the indexes wait");
                    break;
                }
            }
        }
    }
}

fn is_lame(states: &[ModelState]) -> bool {
    states.iter().any(|at| at.state == State::Paused)
}

struct Follower {
    store: Store,
    register: Following<register::Entry>,
    marshals: Following<marshals::Entry>,
    desk: Following<desk::Entry>,
}

struct Following<E> {
    held: Held<E>,
    /// What the last published step left; unchanged ones are not copied.
    published: Arc<super::sorted::View<E>>,
    generation: i64,
    /// Everything that happened up to here is taken in, once nobody is left `unread`.
    position: i64,
    /// Where to go on with reading everybody; none when that is done.
    unread: Option<Uuid>,
}

impl<E> Following<E> {
    fn new() -> Self {
        Self { held: Held::default(), published: Arc::default(), generation: -1, position: -1, unread: None }
    }
}

impl Follower {
    fn new(store: Store) -> Self {
        Self { store, register: Following::new(), marshals: Following::new(), desk: Following::new() }
    }

    /// Takes in what is new; whether anything was.
    async fn step(&mut self, lame: bool) -> Result<bool, FollowError> {
        let mut changed = false;
        loop {
            let rows = self.read().await?;
            let Self { store, register, marshals, desk } = self;
            let more = [
                register.take(store, &rows, 0).await?,
                marshals.take(store, &rows, 1).await?,
                desk.take(store, &rows, 2).await?,
            ];
            // Pages are made by the same threads, and a hundred thousand people are to be opened after a rebuild.
            tokio::task::yield_now().await;
            changed |= more.iter().any(|(changed, _)| *changed);
            if !more.iter().any(|(_, more)| *more) {
                break;
            }
        }
        if lame {
            for (owner, _) in self.store.keyring().erasures().await? {
                let id = CombatantId(owner);
                let before = self.register.held.len() + self.marshals.held.len() + self.desk.held.len();
                self.register.held.forget(id);
                self.marshals.held.forget(id);
                self.desk.held.forget(id);
                changed |=
                    before != self.register.held.len() + self.marshals.held.len() + self.desk.held.len();
            }
        }
        Ok(changed)
    }

    /// Takes in what this process just wrote; false when something else has to be read first.
    async fn take_written(&mut self, step: &Written) -> Result<bool, FollowError> {
        let Self { store, register, marshals, desk } = self;
        if !(register.follows(step) && marshals.follows(step) && desk.follows(step)) {
            return Ok(false);
        }
        register.take_written(store, step).await?;
        marshals.take_written(store, step).await?;
        desk.take_written(store, step).await?;
        Ok(true)
    }

    /// Whether everything is taken in that the read models have.
    fn has_reached(&self, states: &[ModelState]) -> bool {
        states.iter().all(|at| match at.model {
            Model::Register => self.register.has_reached(at),
            Model::Marshals => self.marshals.has_reached(at),
            Model::Desk => self.desk.has_reached(at),
            Model::Card => true,
        })
    }

    /// Checkpoints and new rows of all three read models, in one statement and so of one moment.
    async fn read(&self) -> Result<Vec<Row>, DbError> {
        let mut sql = String::from(
            "SELECT CASE name WHEN 'register' THEN 10 WHEN 'marshals' THEN 11 ELSE 12 END AS kind, \
             generation AS g, position AS p, NULL AS s, NULL AS d \
             FROM rm_checkpoint WHERE name IN ('register', 'marshals', 'desk')",
        );
        let mut args = Vec::with_capacity(12);
        let places = [
            (Model::Register, self.register.place()),
            (Model::Marshals, self.marshals.place()),
            (Model::Desk, self.desk.place()),
        ];
        for (kind, (model, (generation, position, unread))) in places.iter().enumerate() {
            use std::fmt::Write;
            let (name, generation) = (Arg::Text(model.as_str()), Arg::Int(*generation));
            let from = if let Some(unread) = unread {
                args.extend([name, generation, Arg::Bytes(unread.as_bytes())]);
                format!(
                    "SELECT {kind} AS kind, generation AS g, position AS p, subject AS s, doc AS d FROM rm_documents \
                     WHERE model = ? AND generation = ? AND subject > ? ORDER BY subject LIMIT {ROWS}"
                )
            } else {
                // The log says who has changed.
                args.extend([Arg::Int(*position), Arg::Int(position + ROWS), name, generation]);
                format!(
                    "SELECT {kind} AS kind, m.generation AS g, m.position AS p, e.stream_id AS s, m.doc AS d FROM \
                     (SELECT DISTINCT stream_id FROM events \
                     WHERE position > ? AND position <= ? AND stream_type = 'combatant') AS e \
                     LEFT JOIN rm_documents m ON m.model = ? AND m.generation = ? AND m.subject = e.stream_id"
                )
            };
            let _ = write!(sql, " UNION ALL SELECT * FROM ({from}) AS t{kind}");
        }
        self.store.db().fetch_all(sql, &args).await
    }

    fn publish(&mut self, sender: &watch::Sender<Arc<All>>) {
        let all = All {
            register: self.register.publish(),
            marshals: self.marshals.publish(),
            desk: self.desk.publish(),
            ready: true,
        };
        sender.send_replace(Arc::new(all));
    }
}

impl<E: Indexed> Following<E> {
    /// Takes in the rows of its kind; whether anything changed, and whether there is more.
    async fn take(&mut self, store: &Store, rows: &[Row], kind: i64) -> Result<(bool, bool), FollowError> {
        let mut checkpoint = None;
        let mut own = Vec::new();
        for row in rows {
            match row.int(0)? {
                other if other == kind => own.push(row),
                other if other == kind + 10 => checkpoint = Some((row.int(1)?, row.int(2)?)),
                _ => {}
            }
        }
        let Some((generation, reached)) = checkpoint else { return Ok((false, false)) };
        if generation != self.generation {
            // Rebuilt: everybody is read anew. What was published stays until that is done.
            let published = Arc::clone(&self.published);
            *self =
                Self { published, generation, position: reached, unread: Some(Uuid::nil()), ..Self::new() };
            return Ok((true, true));
        }
        let mut docs = Vec::with_capacity(own.len());
        let mut last = Uuid::nil();
        for row in &own {
            let who = row.uuid(3)?;
            last = last.max(who);
            docs.push((CombatantId(who), document::<E>(row.maybe_bytes(4)?)?));
        }
        let taken = !docs.is_empty();
        self.held.take(store.keyring(), docs).await?;
        if self.unread.is_some() {
            self.unread = i64::try_from(own.len()).is_ok_and(|count| count == ROWS).then_some(last);
            return Ok((true, true));
        }
        let position = reached.min(self.position + ROWS).max(self.position);
        let moved = position != self.position;
        self.position = position;
        Ok((taken || moved, position < reached))
    }

    /// Where to read on: generation, position, and who is unread.
    fn place(&self) -> (i64, i64, Option<Uuid>) {
        (self.generation, self.position, self.unread)
    }

    /// Whether a step leads on from here, or is about other read models.
    fn follows(&self, step: &Written) -> bool {
        let mut ours = step.group.iter().filter(|at| at.model == E::Model::MODEL);
        ours.all(|at| self.is_complete(at.generation) && step.after.0 <= self.position)
    }

    fn has_reached(&self, at: &ModelState) -> bool {
        self.is_complete(at.generation) && at.position.0 <= self.position
    }

    /// Whether everybody of a generation was read.
    fn is_complete(&self, generation: i64) -> bool {
        self.generation == generation && self.unread.is_none()
    }

    async fn take_written(&mut self, store: &Store, step: &Written) -> Result<(), FollowError> {
        let ours = step.group.iter().any(|at| at.model == E::Model::MODEL);
        if !ours || step.to.0 <= self.position {
            return Ok(());
        }
        let mut docs = Vec::new();
        for (_, written) in step.documents.iter().filter(|(model, _)| *model == E::Model::MODEL) {
            for row in written {
                docs.push((CombatantId(row.subject), document::<E>(row.doc.as_deref())?));
            }
        }
        self.held.take(store.keyring(), docs).await?;
        self.position = step.to.0;
        Ok(())
    }

    fn publish(&mut self) -> Arc<super::sorted::View<E>> {
        self.held.reached(Position(self.position.max(0)));
        self.published = Arc::new(self.held.snapshot());
        Arc::clone(&self.published)
    }
}

fn document<E: Indexed>(bytes: Option<&[u8]>) -> Result<Option<DocOf<E>>, FollowError> {
    bytes
        .map(|bytes| document::decode::<E::Model>(bytes).ok_or(FollowError::Shape(E::Model::MODEL)))
        .transpose()
}
