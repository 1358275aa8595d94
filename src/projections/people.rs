//! The records of the people a page is about, and their documents.

use std::collections::BTreeMap;
use std::sync::Arc;

use quick_cache::sync::Cache;

use super::checkpoint::{ModelState, Stop};
use super::page::{Page, Step};
use super::tables::{self, Document};
use super::{Model, Person};
use crate::domain::id::{CombatantId, Position, StreamId};
use crate::events::evolve::{Clash, Record};
use crate::store::{Db, DbError, Store, Tx};

/// How many records are remembered; a few kilobytes each.
const REMEMBERED: usize = 4_096;

/// A record as of its last event.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub record: Record,
    pub position: Position,
}

/// Records that were folded lately, so that the next event of the same person
/// needs no look at the log.
#[derive(Clone)]
pub(super) struct People(Arc<Cache<CombatantId, Arc<Known>>>);

/// What a page comes to.
#[derive(Default)]
pub(super) struct Outcome {
    /// The people's records.
    people: Vec<(CombatantId, Arc<Known>)>,
    /// Their documents, read model by read model.
    pub documents: Vec<(Model, Vec<Document>)>,
}

impl People {
    pub fn new() -> Self {
        Self(Arc::new(Cache::new(REMEMBERED)))
    }

    /// Remembers the records of an outcome that was written, and leaves its documents.
    pub fn remember(&self, outcome: Outcome) -> Vec<(Model, Vec<Document>)> {
        for (id, known) in outcome.people {
            self.0.insert(id, known);
        }
        outcome.documents
    }

    /// The documents that follow from a page. A page whose events make no sense
    /// is shortened to before the first of them.
    pub async fn outcome(
        &self,
        store: &Store,
        page: &mut Page,
        models: &[Model],
    ) -> Result<Outcome, DbError> {
        loop {
            match self.attempt(store, page, models).await? {
                Ok(outcome) => return Ok(outcome),
                Err((position, stop)) => page.cut_before(position, stop),
            }
        }
    }

    /// One try; `Err` is from where on the page cannot be used, and why.
    async fn attempt(
        &self,
        store: &Store,
        page: &Page,
        models: &[Model],
    ) -> Result<Result<Outcome, (Position, Stop)>, DbError> {
        let mut steps: BTreeMap<CombatantId, Vec<&Step>> = BTreeMap::new();
        for step in &page.steps {
            steps.entry(step.who).or_default().push(step);
        }
        let mut outcome = Outcome::default();
        outcome.documents.extend(models.iter().map(|model| (*model, Vec::with_capacity(steps.len()))));
        let mut unknown = Vec::new();
        let mut found: BTreeMap<CombatantId, Record> = BTreeMap::new();
        for (&who, steps) in &steps {
            match self.before(who, steps[0]) {
                Some(record) => drop(found.insert(who, record)),
                None => unknown.push(who),
            }
        }
        for part in unknown.chunks(256) {
            let streams: Vec<StreamId> = part.iter().map(|who| StreamId::combatant(*who)).collect();
            for who in part {
                found.insert(*who, Record::default());
            }
            for row in store.read_streams(&streams).await? {
                let who = CombatantId(row.stream.id);
                let (Some(record), Some(steps)) = (found.get_mut(&who), steps.get(&who)) else { continue };
                if row.stream_version >= steps[0].version {
                    continue;
                }
                match Step::read(&row) {
                    Ok(step) => record.take(step.fact),
                    Err(stop) => return Ok(Err((steps[0].position, stop))),
                }
            }
        }
        for (who, steps) in steps {
            let mut record = found.remove(&who).unwrap_or_default();
            let before = record.clone();
            for step in &steps {
                record.take(step.fact.clone());
            }
            let position = steps[steps.len() - 1].position;
            let person = match Person::now(who, &record) {
                Ok(person) => person,
                Err(clash) => return Ok(Err(culprit(who, before, &steps, &clash))),
            };
            for (model, documents) in &mut outcome.documents {
                let doc = model.render(&person).map_err(|_| DbError::Shape("an open personal value"))?;
                documents.push(Document { subject: who.0, position: position.0, doc });
            }
            drop(person);
            outcome.people.push((who, Arc::new(Known { record, position })));
        }
        Ok(Ok(outcome))
    }

    /// The record right before a step, where it is known without asking.
    fn before(&self, who: CombatantId, step: &Step) -> Option<Record> {
        if step.version.0 == 1 {
            return Some(Record::default());
        }
        let known = self.0.get(&who)?;
        (known.record.version.0 + 1 == step.version.0 && known.position < step.position)
            .then(|| known.record.clone())
    }
}

/// The first decision after which the record makes no sense.
fn culprit(who: CombatantId, mut record: Record, steps: &[&Step], clash: &Clash) -> (Position, Stop) {
    let why = |clash: &Clash| {
        format!(
            "after it, the person's record makes no sense: {} of {} cannot be, as {}",
            clash.event_type, clash.on, clash.why
        )
    };
    let mut first = steps[0];
    for (i, step) in steps.iter().enumerate() {
        if step.command != first.command {
            first = step;
        }
        record.take(step.fact.clone());
        let ends = steps.get(i + 1).is_none_or(|next| next.command != step.command);
        if ends && let Err(clash) = Person::now(who, &record) {
            return (first.position, first.stop(why(&clash)));
        }
    }
    (steps[0].position, steps[0].stop(why(clash)))
}

impl Outcome {
    /// Writes the documents of those read models that are in the group.
    pub async fn write(&self, tx: &mut Tx, db: &Db, group: &[ModelState]) -> Result<(), DbError> {
        let mut rows = Vec::new();
        for at in group {
            for (_, documents) in self.documents.iter().filter(|(model, _)| *model == at.model) {
                rows.extend(tables::places(at.model, at.generation, documents));
            }
        }
        tables::upsert(tx, db, &rows).await
    }
}
