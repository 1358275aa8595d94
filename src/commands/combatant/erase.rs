//! Erasing a person.

use super::destroy_evidence::{kept_until, kept_until_by_all};
use crate::commands::{Context, Refusal};
use crate::domain::date::CivilDate;
use crate::events::combatant::{CombatantErased, ErasureCause};
use crate::events::evolve::{Clash, Record};
use crate::events::{CombatantEvent, Fact};

/// Erase a person: the key is destroyed with the entry (V6).
#[derive(Debug, Clone, Copy)]
pub struct Erase {
    /// What led to it.
    pub cause: ErasureCause,
    /// Until when the evidence of the records that were joined to this one has to be kept, see [`Erase::of_all`].
    pub not_before: Option<CivilDate>,
}

impl Erase {
    /// Of one record.
    #[must_use]
    pub const fn by(cause: ErasureCause) -> Self {
        Self { cause, not_before: None }
    }

    /// Of all the records of a person: what one of them knows holds for the evidence of each (P6).
    ///
    /// # Errors
    /// Only a timeline that makes no sense, which no decision lets happen.
    pub fn of_all(cause: ErasureCause, family: &[Record], context: &Context) -> Result<Self, Clash> {
        let mut not_before = None;
        for record in family {
            not_before = not_before.max(kept_until_by_all(record, family, context)?);
        }
        Ok(Self { cause, not_before })
    }

    /// # Errors
    /// Only a timeline that makes no sense, which no decision lets happen.
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let evidence_until = kept_until(record, record, context)?.max(self.not_before);
        Ok(vec![Fact::plain(CombatantErased { cause: self.cause, evidence_until }.into())])
    }
}
