//! People's records as decisions need them: folded and opened. A small cache
//! by version saves reading a stream again; whether it is the newest, the log
//! says when the append is tried. What was opened before keys were destroyed is
//! opened again: a record whose own stream says nothing of it may be among them (V6, P6).

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use super::BusError;
use crate::domain::id::{CombatantId, StreamId, StreamVersion};
use crate::domain::personal::{Personal, Sealed};
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Event, Fact};
use crate::store::{Keyring, RecordedRow, Store};

/// How many records are kept.
const KEPT: usize = 4_000;
/// How many are read with one question.
const AT_ONCE: usize = 512;

pub(super) struct Records {
    kept: quick_cache::sync::Cache<CombatantId, Kept>,
    /// The key epoch that was looked up last.
    epoch: AtomicI64,
}

/// A record that is kept, and the key epoch from before it was opened.
#[derive(Clone)]
struct Kept {
    record: Arc<Record>,
    epoch: i64,
}

impl Records {
    pub(super) fn new() -> Self {
        Self { kept: quick_cache::sync::Cache::new(KEPT), epoch: AtomicI64::new(-1) }
    }

    /// The key epoch; with another one than before, nothing that is kept counts any more.
    async fn epoch(&self, store: &Store) -> Result<i64, BusError> {
        let epoch = store.keyring().epoch().await?;
        if self.epoch.swap(epoch, Ordering::AcqRel) != epoch {
            self.kept.clear();
        }
        Ok(epoch)
    }

    fn kept(&self, id: CombatantId, epoch: i64) -> Option<Arc<Record>> {
        self.kept.get(&id).filter(|kept| kept.epoch == epoch).map(|kept| kept.record)
    }

    /// The record as last seen, or as the log has it now where `fresh` is asked for.
    pub(super) async fn get(
        &self,
        store: &Store,
        id: CombatantId,
        fresh: bool,
    ) -> Result<Arc<Record>, BusError> {
        if !fresh && let Some(record) = self.kept(id, self.epoch(store).await?) {
            return Ok(record);
        }
        self.fresh(store, id).await
    }

    /// The record as the log has it now.
    pub(super) async fn fresh(&self, store: &Store, id: CombatantId) -> Result<Arc<Record>, BusError> {
        let epoch = self.epoch(store).await?;
        let mut record = self.kept(id, epoch).unwrap_or_default();
        let rows = store.read_stream(StreamId::combatant(id), record.version).await?;
        if rows.is_empty() {
            return Ok(record);
        }
        let known = Arc::make_mut(&mut record);
        for (_, fact) in read(store.keyring(), &rows).await? {
            known.take(fact);
        }
        self.kept.insert(id, Kept { record: Arc::clone(&record), epoch });
        Ok(record)
    }

    /// The same without keeping anything of it: for whoever is about to destroy its keys.
    pub(super) async fn once(&self, store: &Store, id: CombatantId) -> Result<Record, BusError> {
        let rows = store.read_streams(&[StreamId::combatant(id)]).await?;
        let facts = read(store.keyring(), &rows).await?;
        Ok(Record::of(facts.into_iter().map(|(_, fact)| fact)))
    }

    /// The records that were joined to one, and those that were joined to them, as the log has them now (P6).
    pub(super) async fn joined(&self, store: &Store, record: &Record) -> Result<Vec<Arc<Record>>, BusError> {
        let (mut all, mut next) = (Vec::new(), record.merged.clone());
        while !next.is_empty() {
            let records = self.many(store, &next, true).await?;
            next = records.iter().flat_map(|record| record.merged.iter().copied()).collect();
            all.extend(records);
        }
        Ok(all)
    }

    /// Many records, in the order asked for: as last seen, or as the log has them now where `fresh` is
    /// asked for. Nobody's record is an empty one.
    pub(super) async fn many(
        &self,
        store: &Store,
        ids: &[CombatantId],
        fresh: bool,
    ) -> Result<Vec<Arc<Record>>, BusError> {
        let epoch = self.epoch(store).await?;
        let mut known: HashMap<CombatantId, Arc<Record>> = HashMap::with_capacity(ids.len());
        if !fresh {
            known.extend(ids.iter().filter_map(|id| Some((*id, self.kept(*id, epoch)?))));
        }
        let mut missing: Vec<CombatantId> =
            ids.iter().filter(|id| !known.contains_key(id)).copied().collect();
        missing.sort_unstable();
        missing.dedup();
        for part in missing.chunks(AT_ONCE) {
            let streams: Vec<StreamId> = part.iter().copied().map(StreamId::combatant).collect();
            let rows = store.read_streams(&streams).await?;
            let mut read_now: HashMap<CombatantId, Record> = HashMap::with_capacity(part.len());
            for (id, fact) in read(store.keyring(), &rows).await? {
                read_now.entry(id).or_default().take(fact);
            }
            for (id, record) in read_now {
                let record = Arc::new(record);
                self.kept.insert(id, Kept { record: Arc::clone(&record), epoch });
                known.insert(id, record);
            }
        }
        Ok(ids.iter().map(|id| known.get(id).cloned().unwrap_or_default()).collect())
    }

    /// Takes what was just appended, if the cache knows the version before it, or there was none.
    pub(super) fn advance(&self, id: CombatantId, before: &Record, facts: Vec<Fact<CombatantEvent>>) {
        let new = before.version == StreamVersion(0);
        let new = new.then(|| Kept { record: Arc::default(), epoch: self.epoch.load(Ordering::Acquire) });
        let kept = self.kept.get(&id).filter(|kept| kept.record.version == before.version);
        let Some(mut kept) = kept.or(new) else { return self.forget(id) };
        let known = Arc::make_mut(&mut kept.record);
        for fact in facts {
            known.take(fact);
        }
        self.kept.insert(id, kept);
    }

    pub(super) fn forget(&self, id: CombatantId) {
        self.kept.remove(&id);
    }

    /// Forgets everybody: keys were destroyed.
    pub(super) fn forget_all(&self) {
        self.kept.clear();
    }
}

/// What rows of people's streams say, opened, and of whom.
async fn read(
    keyring: &Keyring,
    rows: &[RecordedRow],
) -> Result<Vec<(CombatantId, Fact<CombatantEvent>)>, BusError> {
    let mut facts = Vec::with_capacity(rows.len());
    for row in rows {
        let event = Event::decode(row.stream.kind, &row.event_type, row.schema_version, &row.payload)?;
        facts.push(Fact { id: row.event_id, effective_on: row.effective_on, event });
    }
    opened(keyring, &mut facts).await?;
    let of_people = rows.iter().zip(facts).filter_map(|(row, fact)| match fact.event {
        Event::Combatant(event) => {
            Some((CombatantId(row.stream.id), Fact { id: fact.id, effective_on: fact.effective_on, event }))
        }
        _ => None,
    });
    Ok(of_people.collect())
}

/// Opens every personal value of the facts; those whose key is destroyed are gone.
pub(super) async fn opened(keyring: &Keyring, facts: &mut [Fact<Event>]) -> Result<(), BusError> {
    let mut sealed: Vec<(&'static str, Sealed)> = Vec::new();
    for fact in facts.iter_mut() {
        fact.event.each_personal(&mut |field, _, value| {
            if let Personal::Sealed(bytes) = value {
                sealed.push((field, bytes.clone()));
            }
        });
    }
    let wanted: Vec<_> = sealed.iter().map(|(field, bytes)| (*field, bytes)).collect();
    let mut texts = keyring.open_many(&wanted).await?.into_iter();
    for fact in facts {
        fact.event.each_personal(&mut |_, _, value| {
            if matches!(value, Personal::Sealed(_)) {
                *value = texts.next().flatten().map_or(Personal::Gone, |text| Personal::open(&text));
            }
        });
    }
    Ok(())
}
