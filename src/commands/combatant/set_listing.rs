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
    /// V1: the person has not accepted the privacy policy.
    pub fn decide(&self, record: &Record, _: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        if self.listed == record.listed {
            return Ok(Vec::new());
        }
        if self.listed && !record.accepted() {
            return Err(Refusal::rule(
                "V1",
                "the privacy policy has to be accepted before anything is listed",
            ));
        }
        Ok(vec![Fact::plain(ListingChanged { listed: self.listed }.into())])
    }
}
