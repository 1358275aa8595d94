//! The one task per process that writes the log. Appends wait in a bounded
//! queue; those that do not touch each other go into one transaction, up to
//! [`MOST_APPENDS`] at a time.
//!
//! The usual way through ([`Writer::append`] → [`Task::write`] → [`Task::prepare`]):
//! the rows are hashed against the remembered head, before any lock. The
//! transaction begins with a compare-and-set of the head row; where another
//! process wrote in between, the head is taken, read and the rows are hashed
//! again. One SELECT checks the guards; unique keys find everything else. When
//! something is wrong, all is rolled back and tried *carefully*: under the head,
//! SELECTs find the guilty commands, which are answered and leave; the rest is written.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant as Moment, timeout, timeout_at};
use uuid::Uuid;

use super::append::{Append, AppendError, ClaimKind, Receipt};
use super::checks;
use super::db::{Backend, Db, Tx};
use super::error::DbError;
use super::feed::{self, Head};
use super::group::{self, Plan, Trouble};
use super::keys::Keyring;
use crate::clock::Clock;
use crate::domain::id::{CommandId, StreamId};

/// Most appends in one transaction.
pub const MOST_APPENDS: usize = 64;
/// Most events in one transaction, unless a single append has more.
const MOST_EVENTS: usize = 2048;
/// Most appends that wait; further callers wait for a place, and not for long.
const QUEUE: usize = 1024;
/// How long an append tries before it answers "busy".
const PATIENCE: Duration = Duration::from_millis(4500);
/// How long a caller waits for its append to be taken up.
const QUEUE_PATIENCE: Duration = Duration::from_millis(4800);
/// How long an append with more than [`MOST_EVENTS`] events may take.
const LARGE_PATIENCE: Duration = Duration::from_secs(120);
/// How long a COMMIT may take before its outcome counts as unknown.
const COMMIT_PATIENCE: Duration = Duration::from_secs(5);

/// One append that waits for its answer.
pub(super) struct Job {
    pub append: Append,
    /// The actor as the row holds it.
    pub actor: String,
    /// Whether a COMMIT with it was sent and its outcome got lost.
    pub sent: bool,
    since: Moment,
    /// Set by whoever comes first: the task that takes the job up, or the caller who gives up.
    taken: Arc<AtomicBool>,
    answer: oneshot::Sender<Result<Receipt, AppendError>>,
}

impl Job {
    pub fn answer(self, answer: Result<Receipt, AppendError>) {
        // A caller who went away needs no answer.
        let _ = self.answer.send(answer);
    }
}

/// The way to the writing task; it ends when this is dropped and the queue is empty.
pub struct Writer {
    queue: mpsc::Sender<Job>,
}

impl Writer {
    pub(super) fn start(db: Db, clock: Arc<dyn Clock>, keyring: Keyring, heads: watch::Sender<Head>) -> Self {
        let (queue, jobs) = mpsc::channel(QUEUE);
        let task = Task { db, clock, keyring, heads, known: None };
        tokio::spawn(task.run(jobs));
        Self { queue }
    }

    pub(super) async fn append(&self, append: Append) -> Result<Receipt, AppendError> {
        group::check(&append)?;
        let since = Moment::now();
        let taken = Arc::new(AtomicBool::new(false));
        let (answer, mut answered) = oneshot::channel();
        let actor = append.actor.to_string();
        let job = Job { append, actor, sent: false, since, taken: Arc::clone(&taken), answer };
        let deadline = since + QUEUE_PATIENCE;
        match timeout_at(deadline, self.queue.send(job)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return Err(AppendError::Busy),
        }
        let answer = match timeout_at(deadline, &mut answered).await {
            Ok(answer) => answer,
            Err(_) if !taken.swap(true, Ordering::AcqRel) => return Err(AppendError::Busy),
            Err(_) => answered.await,
        };
        // The task only goes away without an answer when the whole runtime is shut down.
        answer.unwrap_or(Err(AppendError::OutcomeUnknown))
    }
}

struct Task {
    db: Db,
    clock: Arc<dyn Clock>,
    keyring: Keyring,
    heads: watch::Sender<Head>,
    /// What our last append left behind; nothing when it is unknown.
    known: Option<Known>,
}

/// The end of the log as this process left it. It is believed only in a transaction that
/// moved the head on from there: then nobody else wrote since.
struct Known {
    head: Head,
    /// The newest versions of some streams, under that head.
    versions: HashMap<StreamId, i64>,
}

impl Task {
    async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        let mut waiting = VecDeque::new();
        loop {
            if waiting.is_empty() {
                match jobs.recv().await {
                    Some(job) => waiting.push_back(job),
                    None => return,
                }
            }
            // Whoever was just answered, or is about to ask, gets a turn first: larger groups cost hardly more.
            tokio::task::yield_now().await;
            while waiting.len() < 2 * MOST_APPENDS {
                match jobs.try_recv() {
                    Ok(job) => waiting.push_back(job),
                    Err(_) => break,
                }
            }
            let group = take_group(&mut waiting);
            if !group.is_empty() {
                self.write(group).await;
            }
        }
    }

    /// Writes a group and answers each of its jobs.
    async fn write(&mut self, mut group: Vec<Job>) {
        let events: usize = group.iter().map(|job| job.append.events.len()).sum();
        let patience = if events > MOST_EVENTS { LARGE_PATIENCE } else { PATIENCE };
        let since = group.iter().map(|job| job.since).min().unwrap_or_else(Moment::now);
        let deadline = since + patience;
        let mut careful = false;
        for attempt in 1.. {
            let trouble = match timeout_at(deadline, self.prepare(&mut group, careful)).await {
                Ok(Ok(None)) => return,
                Ok(Ok(Some((tx, plan)))) => match timeout(COMMIT_PATIENCE, tx.commit()).await {
                    Ok(Ok(())) => return self.written(group, plan),
                    Ok(Err(error)) => Trouble::Db(error),
                    Err(_) => Trouble::Db(DbError::UnknownCommitOutcome),
                },
                Ok(Err(trouble)) => trouble,
                Err(_) => Trouble::Db(DbError::Busy),
            };
            self.known = None;
            match trouble {
                Trouble::Conflict => careful = true,
                Trouble::Refuse(error) => return refuse(group, &error),
                Trouble::Db(DbError::UnknownCommitOutcome) => {
                    tracing::warn!(attempt, appends = group.len(), "connection lost during COMMIT");
                    careful = true;
                    for job in &mut group {
                        job.sent = true;
                    }
                }
                Trouble::Db(error @ (DbError::Busy | DbError::Unreachable(_))) => {
                    tracing::debug!(attempt, %error, "append is tried again");
                }
                Trouble::Db(error) => {
                    let source = std::error::Error::source(&error).map(ToString::to_string);
                    tracing::error!(%error, source, "append failed");
                    return refuse(group, &AppendError::Store(error));
                }
            }
            let pause = if careful && attempt == 1 { 0 } else { jitter(&group, attempt) };
            if Moment::now() + Duration::from_millis(pause) >= deadline {
                return give_up(group);
            }
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
    }

    /// Everything up to the COMMIT. Jobs that are found guilty are answered and
    /// leave the group; `None` when none is left.
    async fn prepare(&mut self, jobs: &mut Vec<Job>, careful: bool) -> Result<Option<(Tx, Plan)>, Trouble> {
        let prepared =
            if careful { self.prepare_carefully(jobs).await } else { self.prepare_fast(jobs).await };
        let (mut tx, plan) = match prepared {
            Ok(Some(prepared)) => prepared,
            Ok(None) => return Ok(None),
            Err(trouble) => return Err(trouble),
        };
        match plan.use_links(&mut tx, jobs).await {
            Ok(true) => {}
            // Who is guilty is found under the head, by the same moment.
            Ok(false) => {
                tx.rollback().await;
                return Err(Trouble::Conflict);
            }
            Err(error) => {
                tx.rollback().await;
                return Err(Trouble::Db(error));
            }
        }
        match plan.insert(&mut tx, self.db.backend(), jobs).await {
            Ok(()) => Ok(Some((tx, plan))),
            Err(error) => {
                tx.rollback().await;
                Err(match error {
                    DbError::DuplicateKey if !careful => Trouble::Conflict,
                    other => Trouble::Db(other),
                })
            }
        }
    }

    async fn prepare_fast(&mut self, jobs: &[Job]) -> Result<Option<(Tx, Plan)>, Trouble> {
        let mut known = match self.known.take() {
            Some(known) => known,
            None => Known { head: feed::read_head(&self.db).await?, versions: HashMap::new() },
        };
        let versions = checks::any_versions(checks::On::Db(&self.db), jobs).await?;
        let mut plan = Plan::make(jobs, known.head, self.clock.now(), &versions)?;
        let (mut tx, moved) = self.db.begin_with(&plan.move_head()).await?;
        let outcome = async {
            if moved == 0 {
                // Another process wrote: take the row, read it again, hash again.
                let head = checks::take_head(&mut tx).await?;
                known = Known { head, versions: HashMap::new() };
                plan = Plan::make(jobs, head, self.clock.now(), &versions)?;
                tx.raw(&plan.move_head()).await?;
            }
            if !checks::guards_hold(&mut tx, jobs, &known.versions).await? {
                return Err(Trouble::Conflict);
            }
            plan.settle(known.versions, jobs);
            Ok(())
        }
        .await;
        match outcome {
            Ok(()) => Ok(Some((tx, plan))),
            Err(trouble) => {
                tx.rollback().await;
                Err(trouble)
            }
        }
    }

    async fn prepare_carefully(&mut self, jobs: &mut Vec<Job>) -> Result<Option<(Tx, Plan)>, Trouble> {
        let mut tx = self.db.begin().await?;
        let outcome = async {
            let head = checks::take_head(&mut tx).await?;
            // One moment for both, and never before the head's: so a link that counts as open here can be used below.
            let now = self.clock.now();
            let mut verdicts = checks::verdicts(&mut tx, jobs, now.max(head.recorded_at)).await?;
            let mut innocent = Vec::with_capacity(jobs.len());
            for job in jobs.drain(..).rev() {
                match verdicts.pop().flatten() {
                    Some(verdict) => job.answer(verdict),
                    None => innocent.push(job),
                }
            }
            jobs.extend(innocent.into_iter().rev());
            // The head is ours and the command ids were looked up: what was sent and is not there never will be.
            for job in jobs.iter_mut() {
                job.sent = false;
            }
            if jobs.is_empty() {
                return Ok(None);
            }
            let versions = checks::any_versions(checks::On::Tx(&mut tx), jobs).await?;
            let plan = Plan::make(jobs, head, now, &versions)?;
            tx.raw(&plan.move_head()).await?;
            Ok(Some(plan))
        }
        .await;
        match outcome {
            Ok(Some(plan)) => Ok(Some((tx, plan))),
            Ok(None) => {
                tx.rollback().await;
                Ok(None)
            }
            Err(trouble) => {
                tx.rollback().await;
                Err(trouble)
            }
        }
    }

    /// What follows a commit.
    fn written(&mut self, group: Vec<Job>, plan: Plan) {
        let head = plan.head;
        self.known = Some(Known { head, versions: plan.settled });
        if plan.destroys_keys {
            self.keyring.distrust();
            if self.db.backend() == Backend::Sqlite {
                // The destroyed keys also leave the write-ahead log; if a reader is in the way, later.
                let db = self.db.clone();
                tokio::spawn(async move { db.raw("PRAGMA wal_checkpoint(TRUNCATE)").await });
            }
        }
        feed::publish(&self.heads, head);
        for (job, receipt) in group.into_iter().zip(plan.receipts) {
            job.answer(Ok(receipt));
        }
    }
}

fn refuse(group: Vec<Job>, error: &AppendError) {
    for job in group {
        let error = if job.sent { AppendError::OutcomeUnknown } else { error.clone() };
        job.answer(Err(error));
    }
}

fn give_up(group: Vec<Job>) {
    tracing::warn!(appends = group.len(), "appends were given up: the database is busy or away");
    refuse(group, &AppendError::Busy);
}

/// Milliseconds until the next attempt. Processes differ by the ids of their commands.
fn jitter(group: &[Job], attempt: u32) -> u64 {
    let spice = group.first().map_or(0, |job| u64::from(job.append.command_id.0.as_bytes()[15]));
    let most = 10 << attempt.min(5);
    most / 2 + (spice * 31 + u64::from(attempt) * 17) % (most / 2)
}

/// What the jobs of a group touch. Two jobs that touch the same never share a transaction.
#[derive(Default)]
struct Touched {
    commands: HashSet<CommandId>,
    expected: HashSet<StreamId>,
    written: HashSet<StreamId>,
    claims: HashSet<(ClaimKind, [u8; 32])>,
    owners: HashSet<Uuid>,
    links: HashSet<Uuid>,
}

impl Touched {
    /// Adds a job, unless it touches what another one does.
    fn admit(&mut self, append: &Append) -> bool {
        let claims = || append.claims.iter().chain(&append.releases).map(|claim| (claim.kind, claim.hash));
        let owners = || {
            append
                .keys
                .iter()
                .map(|k| k.owner)
                .chain(append.destroy.iter().map(|(o, _)| *o))
                .chain(append.pins.iter().map(|pin| pin.person))
        };
        let apart = !self.commands.contains(&append.command_id)
            && append.expects.iter().chain(&append.guards).all(|(stream, _)| !self.written.contains(stream))
            && append.events.iter().all(|event| !self.expected.contains(&event.stream))
            && claims().all(|claim| !self.claims.contains(&claim))
            && owners().all(|owner| !self.owners.contains(&owner))
            && append.uses.iter().all(|link| !self.links.contains(link));
        if apart {
            self.commands.insert(append.command_id);
            self.expected.extend(append.expects.iter().map(|(stream, _)| *stream));
            self.written.extend(append.events.iter().map(|event| event.stream));
            self.claims.extend(claims());
            self.owners.extend(owners());
            self.links.extend(&append.uses);
        }
        apart
    }
}

/// Takes the first waiting job and those after it that go with it.
fn take_group(waiting: &mut VecDeque<Job>) -> Vec<Job> {
    let mut group = Vec::new();
    let mut later = VecDeque::new();
    let mut touched = Touched::default();
    let mut events = 0;
    while let Some(job) = waiting.pop_front() {
        let more = events + job.append.events.len();
        let fits = group.len() < MOST_APPENDS && (more <= MOST_EVENTS || group.is_empty());
        if !(fits && touched.admit(&job.append)) {
            later.push_back(job);
        } else if !job.taken.swap(true, Ordering::AcqRel) {
            events = more;
            group.push(job);
        }
    }
    *waiting = later;
    group
}
