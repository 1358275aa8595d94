//! What holds for everyone, kept in memory and read again where it grew. A
//! command about a person guards on the versions of what its decision reads: the
//! officers, the rulebook, its discipline, and what it names itself
//! (`CombatantCommand::reads`). There an outdated copy costs a second try and no
//! wrong decision. What is not guarded on is as old as this copy: names in
//! messages, and the time zone that says which day it is.

use std::sync::{Arc, RwLock};

use super::BusError;
use super::records::opened;
use crate::domain::id::{Position, StreamId, StreamType, StreamVersion};
use crate::events::evolve::{Catalogue, Officers};
use crate::events::{Event, Fact};
use crate::store::Store;

/// The streams that this keeps.
const KINDS: [StreamType; 7] = [
    StreamType::Discipline,
    StreamType::Regions,
    StreamType::Rulebook,
    StreamType::Officers,
    StreamType::Switches,
    StreamType::Kingdom,
    StreamType::Policies,
];

/// What the kingdom has decided and who its officers are, at one moment.
#[derive(Debug, Clone, Default)]
pub struct KingdomState {
    /// Disciplines, regions, rulebook, switches, description, privacy policy.
    pub catalogue: Arc<Catalogue>,
    /// The officers, their addresses opened.
    pub officers: Arc<Officers>,
    /// The last event of these streams that was read; changes when, and only when, something here does.
    pub position: Position,
}

impl KingdomState {
    /// The version of a stream of the catalogue, to guard on.
    pub(super) fn guard(&self, stream: StreamId) -> (StreamId, StreamVersion) {
        (stream, self.catalogue.version_of(stream))
    }

    /// The version of the officers' stream, to guard on.
    pub(super) fn officers_guard(&self) -> (StreamId, StreamVersion) {
        (StreamId::only(StreamType::Officers), self.officers.version)
    }
}

/// The copy that is kept.
pub(super) struct Kingdom {
    now: RwLock<Arc<KingdomState>>,
    reading: tokio::sync::Mutex<()>,
}

impl Kingdom {
    pub(super) async fn load(store: &Store) -> Result<Self, BusError> {
        let kingdom = Self { now: RwLock::default(), reading: tokio::sync::Mutex::new(()) };
        kingdom.refresh(store).await?;
        Ok(kingdom)
    }

    pub(super) fn now(&self) -> Arc<KingdomState> {
        let now = self.now.read().unwrap_or_else(std::sync::PoisonError::into_inner);
        Arc::clone(&now)
    }

    pub(super) async fn refresh(&self, store: &Store) -> Result<Arc<KingdomState>, BusError> {
        let _one_at_a_time = self.reading.lock().await;
        let old = self.now();
        let rows = store.read_kinds(&KINDS, old.position).await?;
        let Some(last) = rows.last() else { return Ok(old) };
        let mut state = KingdomState::clone(&old);
        state.position = last.position;
        let mut facts = Vec::with_capacity(rows.len());
        for row in &rows {
            let event = Event::decode(row.stream.kind, &row.event_type, row.schema_version, &row.payload)?;
            facts.push(Fact { id: row.event_id, effective_on: row.effective_on, event });
        }
        opened(store.keyring(), &mut facts).await?;
        let catalogue = Arc::make_mut(&mut state.catalogue);
        let officers = Arc::make_mut(&mut state.officers);
        for (row, fact) in rows.iter().zip(facts) {
            match fact.event {
                Event::Officers(event) => {
                    officers.take(&Fact { id: fact.id, effective_on: fact.effective_on, event });
                }
                _ => catalogue.take(row.stream, &fact),
            }
        }
        let state = Arc::new(state);
        *self.now.write().unwrap_or_else(std::sync::PoisonError::into_inner) = Arc::clone(&state);
        Ok(state)
    }
}
