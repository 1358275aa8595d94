//! Giving the card page an address.

use crate::commands::{Context, Refusal};
use crate::domain::card_id::CardId;
use crate::domain::personal::Personal;
use crate::events::combatant::CardIdAssigned;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Give the card page an address (P4): a new one in place of a guessable one,
/// or an old one that people bookmarked. Earlier ones keep working.
#[derive(Debug, Clone)]
pub struct AssignCardId {
    /// The address.
    pub card_id: CardId,
}

impl AssignCardId {
    /// Nothing is recorded where the card page has that address already.
    ///
    /// # Errors
    /// V1: the person has not accepted the privacy policy, or not a version that is enough today (V4).
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        if !context.catalogue.accepts(record.acceptance(), context.today) {
            return Err(Refusal::rule("V1", "there is no card page until the privacy policy is accepted"));
        }
        if record.card_ids.iter().any(|(held, _)| held.text() == Some(self.card_id.as_str())) {
            return Ok(Vec::new());
        }
        let card_id = Personal::open(self.card_id.as_str());
        Ok(vec![Fact::plain(CardIdAssigned { card_id, form: self.card_id.form() }.into())])
    }
}
