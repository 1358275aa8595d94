//! A card page that is locked for a while.

use crate::commands::{Context, Refusal};
use crate::events::combatant::PinLocked;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Record that the card page was locked, and tell the person (L4).
#[derive(Debug, Clone, Copy)]
pub struct LockPin;

impl LockPin {
    /// # Errors
    /// L4: there is no PIN.
    pub fn decide(&self, record: &Record, _: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        if !record.pin {
            return Err(Refusal::rule("L4", "there is no PIN"));
        }
        Ok(vec![Fact::plain(PinLocked {}.into())])
    }
}
