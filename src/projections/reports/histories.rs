//! Everybody's life in memory, for reports. Nothing is read until the first report is asked for; from
//! then on, what is new in the log is taken in by the next report.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono_tz::Tz;
use tokio::sync::Mutex;

use super::life::{Codes, Life};
use crate::clock::civil_date;
use crate::domain::date::CivilDate;
use crate::domain::id::{CombatantId, Position, StreamId, StreamType, StreamVersion};
use crate::events::evolve::{Clash, Record, Standing};
use crate::projections::asof::AsOfError;
use crate::projections::gather::{self, GatherError};
use crate::projections::page::Step;
use crate::store::Store;

/// More people than this who changed, and everything is read anew.
const MOST_CHANGED: usize = 5_000;
/// People whose streams are read at once.
const AT_ONCE: usize = 256;

/// Everybody's life up to a position.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The last event taken in.
    pub position: Position,
    /// The lives, in the order of ids.
    pub lives: Vec<Arc<Life>>,
    /// What their numbers mean.
    pub codes: Codes,
}

/// Keeps what is known. Cloning is cheap.
#[derive(Clone, Default)]
pub struct Histories(Arc<Inner>);

#[derive(Default)]
struct Inner {
    known: RwLock<Arc<Known>>,
    /// Held by whoever reads.
    working: Mutex<()>,
}

impl Known {
    /// The lives of these records; the day of their erasure comes with the erased.
    ///
    /// # Errors
    /// [`Clash`] when a timeline makes no sense.
    pub fn of<'r>(
        records: impl IntoIterator<Item = (CombatantId, &'r Record, Option<CivilDate>)>,
    ) -> Result<Self, Clash> {
        let mut known = Self::default();
        for (id, record, erased_on) in records {
            known.take(id, record, erased_on)?;
        }
        known.lives.sort_unstable_by_key(|life| life.id);
        Ok(known)
    }

    /// The life of a person.
    #[must_use]
    pub fn life(&self, id: CombatantId) -> Option<&Life> {
        let at = self.lives.binary_search_by_key(&id, |life| life.id).ok()?;
        Some(&self.lives[at])
    }

    /// The record that speaks for another one by now: itself, or what it was joined to (P6).
    #[must_use]
    pub fn survivor(&self, life: &Life) -> CombatantId {
        let (mut id, mut into) = (life.id, life.left.and_then(|left| left.into));
        for _ in 0..16 {
            let Some(next) = into else { break };
            id = next;
            into = self.life(next).and_then(|life| life.left?.into);
        }
        id
    }

    /// Adds a life at the end.
    fn take(&mut self, id: CombatantId, record: &Record, erased_on: Option<CivilDate>) -> Result<(), Clash> {
        self.lives.extend(Life::of(id, record, erased_on, &mut self.codes)?.map(Arc::new));
        Ok(())
    }

    /// Puts a life in its place.
    fn replace(
        &mut self,
        id: CombatantId,
        record: &Record,
        erased_on: Option<CivilDate>,
    ) -> Result<(), Clash> {
        let Some(life) = Life::of(id, record, erased_on, &mut self.codes)?.map(Arc::new) else {
            return Ok(());
        };
        match self.lives.binary_search_by_key(&id, |life| life.id) {
            Ok(at) => self.lives[at] = life,
            Err(at) => self.lives.insert(at, life),
        }
        Ok(())
    }
}

impl Histories {
    /// Everybody's life up to the log's end; none when that takes longer than `patience`: reading goes
    /// on all the same, and whoever asks again gets it. `zone` tells on which day an erasure was.
    ///
    /// # Errors
    /// [`AsOfError`].
    pub async fn current(
        &self,
        store: &Store,
        zone: Tz,
        patience: Duration,
    ) -> Result<Option<Arc<Known>>, AsOfError> {
        let head = store.watch().borrow().position;
        let known = self.known();
        if known.position >= head {
            return Ok(Some(known));
        }
        // A task of its own: it outlives the request that began it.
        let (this, store) = (self.clone(), store.clone());
        let reading = tokio::spawn(async move { this.read(&store, zone, head).await });
        match tokio::time::timeout(patience, reading).await {
            Ok(Ok(read)) => read.map(Some),
            Ok(Err(_)) => Err(GatherError::Ending.into()),
            Err(_) => Ok(None),
        }
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.0.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    async fn read(&self, store: &Store, zone: Tz, head: Position) -> Result<Arc<Known>, AsOfError> {
        let _working = self.0.working.lock().await;
        let known = self.known();
        if known.position >= head {
            return Ok(known);
        }
        let erased = Erased::read(store, zone).await?;
        let changed = if known.position.0 == 0 { None } else { changed(store, known.position, head).await? };
        let read = match changed {
            Some(changed) => update(store, &known, &changed, head, &erased).await?,
            None => whole(store, head, erased).await?,
        };
        let read = Arc::new(read);
        *self.0.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&read);
        Ok(read)
    }
}

/// On which day whom was erased.
struct Erased(HashMap<CombatantId, CivilDate>);

impl Erased {
    async fn read(store: &Store, zone: Tz) -> Result<Self, AsOfError> {
        let all = store.keyring().erasures().await?;
        Ok(Self(all.into_iter().map(|(id, at)| (CombatantId(id), civil_date(at, zone))).collect()))
    }

    fn day(&self, id: CombatantId, record: &Record) -> Option<CivilDate> {
        (record.standing == Standing::Erased).then(|| self.0.get(&id).copied()).flatten()
    }
}

/// Who changed; none when too many did.
async fn changed(
    store: &Store,
    after: Position,
    through: Position,
) -> Result<Option<BTreeSet<CombatantId>>, AsOfError> {
    let mut changed = BTreeSet::new();
    let mut pages = store.pages(after, through);
    while let Some((rows, _)) = pages.next().await? {
        let people = rows.iter().filter(|row| row.stream.kind == StreamType::Combatant);
        changed.extend(people.map(|row| CombatantId(row.stream.id)));
        if changed.len() > MOST_CHANGED {
            return Ok(None);
        }
    }
    Ok(Some(changed))
}

async fn update(
    store: &Store,
    known: &Known,
    changed: &BTreeSet<CombatantId>,
    head: Position,
    erased: &Erased,
) -> Result<Known, AsOfError> {
    let mut read = known.clone();
    let streams: Vec<StreamId> = changed.iter().map(|id| StreamId::combatant(*id)).collect();
    for part in streams.chunks(AT_ONCE) {
        let mut records: HashMap<CombatantId, Record> = HashMap::new();
        for row in store.read_streams(part).await? {
            let step = Step::read(&row).map_err(AsOfError::Stopped)?;
            let record = records.entry(step.who).or_default();
            // In order, and none twice.
            if step.version == StreamVersion(record.version.0 + 1) {
                record.take(step.fact);
            }
        }
        for (id, record) in records {
            read.replace(id, &record, erased.day(id, &record))?;
        }
    }
    read.position = head;
    Ok(read)
}

/// Everybody, part by part.
async fn whole(store: &Store, head: Position, erased: Erased) -> Result<Known, AsOfError> {
    let parts = gather::parts(store, head, gather::BUDGET).await?;
    let span = u8::try_from(256 / parts - 1).unwrap_or(u8::MAX);
    let mut known = Known::default();
    let mut erased = erased;
    let mut first = 0u8;
    loop {
        let range = first..=first.saturating_add(span);
        let (gathered, last) = gather::gather(store, head, range, gather::BUDGET, |_| {}).await?;
        let folding = tokio::task::spawn_blocking(move || {
            gathered.fold(|id, _, record| {
                Ok::<(), AsOfError>(known.take(id, &record, erased.day(id, &record))?)
            })?;
            Ok::<_, AsOfError>((known, erased))
        });
        (known, erased) = folding.await.map_err(|_| GatherError::Ending)??;
        match last.checked_add(1) {
            Some(more) => first = more,
            None => break,
        }
    }
    known.lives.sort_unstable_by_key(|life| life.id);
    known.position = head;
    Ok(known)
}
