//! Being listed publicly, or not.

use crate::commands::{Context, Refusal};
use crate::events::combatant::ListingChanged;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Say whether the public register may show the person (V8).
#[derive(Debug, Clone, Copy)]
pub struct SetListing {
    /// Whether it may.
    pub listed: bool,
}

impl SetListing {
    /// Nothing is recorded where nothing changes.
    ///
    /// # Errors
    /// V1: the person has not accepted the privacy policy, or not a version that is enough today (V4).
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        if self.listed == record.listed {
            return Ok(Vec::new());
        }
        if self.listed && !context.catalogue.accepts(record.acceptance(), context.today) {
            return Err(Refusal::rule(
                "V1",
                "the privacy policy has to be accepted before anything is listed",
            ));
        }
        Ok(vec![Fact::plain(ListingChanged { listed: self.listed }.into())])
    }
}
