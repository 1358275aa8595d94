//! Erasing a person.

use crate::commands::{Context, Refusal};
use crate::domain::date::CivilDate;
use crate::domain::details::DetailField;
use crate::domain::personal::Personal;
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
        let born = record.details.get(&DetailField::DateOfBirth).and_then(Personal::text);
        let born = born.and_then(|text| CivilDate::parse(text).ok());
        let rules = context.catalogue.rulebook_on(context.today).rules;
        let waiver = record.civil(None)?.waiver;
        let evidence_until = waiver.map(|waiver| rules.waiver_kept_until(waiver.expires_on, born));
        Ok(vec![Fact::plain(CombatantErased { cause: self.cause, evidence_until }.into())])
    }
}
