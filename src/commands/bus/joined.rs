//! Records that became one (P6): whose they are, and what has to be known of those that ended.

use std::borrow::Cow;

use super::{Bus, BusError, KingdomState};
use crate::commands::Context;
use crate::commands::authorize::Requirement;
use crate::commands::combatant::CombatantCommand;
use crate::commands::combatant::destroy_evidence::DestroyEvidence;
use crate::commands::combatant::erase::Erase;
use crate::domain::actor::Actor;
use crate::domain::id::CombatantId;
use crate::events::evolve::{Record, Standing};

impl Bus {
    /// The records that are an officer's own: the one that their grant is linked to, and those that it was
    /// joined to since, one after the other (A3, P6). Whoever asks about a record reads that one first: a merge
    /// that comes between is either seen here, or changes the version of that record.
    ///
    /// # Errors
    /// [`BusError`] when the log cannot be read.
    pub async fn own_records(
        &self,
        actor: &Actor,
        kingdom: &KingdomState,
    ) -> Result<Vec<CombatantId>, BusError> {
        let Actor::Officer(id) = actor else { return Ok(Vec::new()) };
        let mut next = kingdom.officers.enabled(*id).and_then(|officer| officer.combatant);
        let mut own = Vec::new();
        while let Some(id) = next {
            own.push(id);
            next = match self.record(id).await?.standing {
                Standing::MergedInto(into) => Some(into),
                _ => None,
            };
        }
        Ok(own)
    }

    /// Whether none of the actor's own records is among those that must not be (A3).
    pub(super) async fn spares_own(
        &self,
        actor: &Actor,
        needs: &Requirement,
        kingdom: &KingdomState,
    ) -> Result<(), BusError> {
        if needs.not_own.is_empty() {
            return Ok(());
        }
        Ok(needs.spares(&self.own_records(actor, kingdom).await?)?)
    }

    /// What has to be known of the other records of the same person before the evidence of a record's waivers
    /// is destroyed: of the one that goes on, and of all that were joined to it (V6, P6).
    ///
    /// # Errors
    /// [`BusError`] when the log cannot be read.
    pub async fn destroying_evidence(
        &self,
        record: &Record,
        context: &Context,
    ) -> Result<DestroyEvidence, BusError> {
        let mut into = match record.standing {
            Standing::MergedInto(into) => into,
            _ if record.merged.is_empty() => return Ok(DestroyEvidence::default()),
            _ => return Ok(DestroyEvidence::of_one(record, &self.family(record).await?, context)?),
        };
        loop {
            let survivor = self.record(into).await?;
            match survivor.standing {
                Standing::MergedInto(next) => into = next,
                _ => return Ok(DestroyEvidence::of_one(record, &self.family(&survivor).await?, context)?),
            }
        }
    }

    /// A command with what its decision has to know of the records that were joined to the one it is about:
    /// whoever is erased is erased in all of them (P6).
    pub(super) async fn knowing<'c>(
        &self,
        command: &'c CombatantCommand,
        record: &Record,
        context: &Context,
    ) -> Result<Cow<'c, CombatantCommand>, BusError> {
        match command {
            CombatantCommand::Erase(erase) if !record.merged.is_empty() => {
                let known = Erase::of_all(erase.cause, &self.family(record).await?, context)?;
                Ok(Cow::Owned(known.into()))
            }
            _ => Ok(Cow::Borrowed(command)),
        }
    }

    /// A record that goes on, and all that were joined to it.
    async fn family(&self, record: &Record) -> Result<Vec<Record>, BusError> {
        let joined = self.0.records.joined(&self.0.store, record).await?;
        Ok(std::iter::once(record.clone()).chain(joined.iter().map(|one| Record::clone(one))).collect())
    }
}
