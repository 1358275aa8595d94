//! People's records as decisions need them: folded and opened. A small cache
//! by version saves reading a stream again; whether it is the newest, the log
//! says when the append is tried.

use std::collections::HashMap;
use std::sync::Arc;

use super::BusError;
use crate::domain::id::{CombatantId, StreamId};
use crate::domain::personal::{Personal, Sealed};
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Event, Fact};
use crate::store::{Keyring, Store};

/// How many records are kept.
const KEPT: usize = 4_000;
/// How many are read with one question.
const AT_ONCE: usize = 512;

pub(super) struct Records(quick_cache::sync::Cache<CombatantId, Arc<Record>>);

impl Records {
    pub(super) fn new() -> Self {
        Self(quick_cache::sync::Cache::new(KEPT))
    }

    /// The record as last seen, or as the log has it now where `fresh` is asked for.
    pub(super) async fn get(
        &self,
        store: &Store,
        id: CombatantId,
        fresh: bool,
    ) -> Result<Arc<Record>, BusError> {
        match self.0.get(&id) {
            Some(record) if !fresh => Ok(record),
            _ => self.fresh(store, id).await,
        }
    }

    /// The record as the log has it now.
    pub(super) async fn fresh(&self, store: &Store, id: CombatantId) -> Result<Arc<Record>, BusError> {
        let mut record = self.0.get(&id).unwrap_or_default();
        let rows = store.read_stream(StreamId::combatant(id), record.version).await?;
        if rows.is_empty() {
            return Ok(record);
        }
        let mut facts = Vec::with_capacity(rows.len());
        for row in &rows {
            let event = Event::decode(row.stream.kind, &row.event_type, row.schema_version, &row.payload)?;
            facts.push(Fact { id: row.event_id, effective_on: row.effective_on, event });
        }
        opened(store.keyring(), &mut facts).await?;
        let known = Arc::make_mut(&mut record);
        for fact in facts {
            if let Event::Combatant(event) = fact.event {
                known.take(Fact { id: fact.id, effective_on: fact.effective_on, event });
            }
        }
        self.0.insert(id, Arc::clone(&record));
        Ok(record)
    }

    /// Many records, in the order asked for: as last seen, or as the log has them now where `fresh` is
    /// asked for. Nobody's record is an empty one.
    pub(super) async fn many(
        &self,
        store: &Store,
        ids: &[CombatantId],
        fresh: bool,
    ) -> Result<Vec<Arc<Record>>, BusError> {
        let mut known: HashMap<CombatantId, Arc<Record>> = HashMap::with_capacity(ids.len());
        if !fresh {
            known.extend(ids.iter().filter_map(|id| Some((*id, self.0.get(id)?))));
        }
        let mut missing: Vec<CombatantId> =
            ids.iter().filter(|id| !known.contains_key(id)).copied().collect();
        missing.sort_unstable();
        missing.dedup();
        for part in missing.chunks(AT_ONCE) {
            let streams: Vec<StreamId> = part.iter().copied().map(StreamId::combatant).collect();
            let rows = store.read_streams(&streams).await?;
            let mut facts = Vec::with_capacity(rows.len());
            for row in &rows {
                let kind = row.stream.kind;
                let event = Event::decode(kind, &row.event_type, row.schema_version, &row.payload)?;
                facts.push(Fact { id: row.event_id, effective_on: row.effective_on, event });
            }
            opened(store.keyring(), &mut facts).await?;
            let mut read: HashMap<CombatantId, Record> = HashMap::with_capacity(part.len());
            for (row, fact) in rows.iter().zip(facts) {
                if let Event::Combatant(event) = fact.event {
                    let fact = Fact { id: fact.id, effective_on: fact.effective_on, event };
                    read.entry(CombatantId(row.stream.id)).or_default().take(fact);
                }
            }
            for (id, record) in read {
                let record = Arc::new(record);
                self.0.insert(id, Arc::clone(&record));
                known.insert(id, record);
            }
        }
        Ok(ids.iter().map(|id| known.get(id).cloned().unwrap_or_default()).collect())
    }

    /// Takes what was just appended, if the cache knows the version before it.
    pub(super) fn advance(&self, id: CombatantId, before: Arc<Record>, facts: Vec<Fact<CombatantEvent>>) {
        let mut record = before;
        let known = Arc::make_mut(&mut record);
        for fact in facts {
            known.take(fact);
        }
        self.0.insert(id, record);
    }

    pub(super) fn forget(&self, id: CombatantId) {
        self.0.remove(&id);
    }
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
