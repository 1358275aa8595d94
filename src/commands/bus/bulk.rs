//! Reading many people at once, for imports.

use std::collections::HashMap;

use super::records::opened;
use super::{Bus, BusError};
use crate::domain::id::{CombatantId, StreamId};
use crate::events::{CombatantEvent, Event, Fact};
use crate::store::ClaimKind;

impl Bus {
    /// Whom a roster's names for people already belong to; those that are new are left out.
    ///
    /// # Errors
    /// [`BusError`] when the log cannot be read.
    pub async fn roster_owners<'r>(
        &self,
        refs: &[&'r str],
    ) -> Result<HashMap<&'r str, CombatantId>, BusError> {
        let store = self.store();
        let kind = ClaimKind::RosterRef;
        let hashes: Vec<[u8; 32]> = refs.iter().map(|name| store.keyring().claim_hash(kind, name)).collect();
        let owners = store.claim_owners(kind, &hashes).await?;
        let owned = refs.iter().zip(&hashes);
        Ok(owned.filter_map(|(name, hash)| Some((*name, CombatantId(*owners.get(hash)?)))).collect())
    }

    /// Everything that happened to these people, opened, each in order.
    ///
    /// # Errors
    /// [`BusError`] when the log cannot be read.
    pub async fn histories(
        &self,
        people: &[CombatantId],
    ) -> Result<HashMap<CombatantId, Vec<Fact<CombatantEvent>>>, BusError> {
        let streams: Vec<StreamId> = people.iter().copied().map(StreamId::combatant).collect();
        let rows = self.store().read_streams(&streams).await?;
        let mut facts = Vec::with_capacity(rows.len());
        for row in &rows {
            let event = Event::decode(row.stream.kind, &row.event_type, row.schema_version, &row.payload)?;
            facts.push(Fact { id: row.event_id, effective_on: row.effective_on, event });
        }
        opened(self.store().keyring(), &mut facts).await?;
        let mut histories: HashMap<_, Vec<_>> = HashMap::with_capacity(people.len());
        for (row, fact) in rows.iter().zip(facts) {
            if let Event::Combatant(event) = fact.event {
                let fact = Fact { id: fact.id, effective_on: fact.effective_on, event };
                histories.entry(CombatantId(row.stream.id)).or_default().push(fact);
            }
        }
        Ok(histories)
    }
}
