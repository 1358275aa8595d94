//! Erasing a person.

use super::destroy_evidence::kept_until;
use crate::commands::{Context, Refusal};
use crate::events::combatant::{CombatantErased, ErasureCause};
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Erase a person: the key is destroyed with the entry (V6).
#[derive(Debug, Clone, Copy)]
pub struct Erase {
    /// What led to it.
    pub cause: ErasureCause,
}

impl Erase {
    /// # Errors
    /// Only a timeline that makes no sense, which no decision lets happen.
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let evidence_until = kept_until(record, record, context)?;
        Ok(vec![Fact::plain(CombatantErased { cause: self.cause, evidence_until }.into())])
    }
}
