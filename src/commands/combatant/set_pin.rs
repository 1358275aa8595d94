//! A PIN for the card page.

use crate::commands::{Context, Refusal};
use crate::domain::id::CombatantId;
use crate::events::combatant::PinSet;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Set a PIN, or another one in its place (L3, L5). Its hash goes beside the log.
#[derive(Debug, Clone, Copy)]
pub struct SetPin {
    /// Whose, as the switches list people.
    pub person: CombatantId,
}

impl SetPin {
    /// # Errors
    /// L3: no PIN is asked for. V1: there is no card page that it could guard.
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        if !context.catalogue.asks_pin(self.person) {
            return Err(Refusal::rule("L3", "card pages ask for no PIN any more: you need none"));
        }
        if !context.catalogue.accepts(record.acceptance(), context.today) {
            return Err(Refusal::rule("V1", "there is no card page until the privacy policy is accepted"));
        }
        Ok(vec![Fact::plain(PinSet {}.into())])
    }
}
