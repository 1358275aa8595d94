//! Looking after a correction that was asked for.

use crate::commands::{Context, Refusal};
use crate::domain::id::EventId;
use crate::events::combatant::CorrectionSettled;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Say that a correction was looked after: made, or not needed.
#[derive(Debug, Clone, Copy)]
pub struct SettleCorrection {
    /// The event that asked for it.
    pub asked: EventId,
}

impl SettleCorrection {
    /// Nothing is recorded where somebody else looked after it already.
    ///
    /// # Errors
    /// Never.
    #[expect(clippy::unnecessary_wraps, reason = "every decision answers alike")]
    pub fn decide(&self, record: &Record, _: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        if !record.corrections.iter().any(|(asked, _)| *asked == self.asked) {
            return Ok(Vec::new());
        }
        Ok(vec![Fact::plain(CorrectionSettled { asked: self.asked }.into())])
    }
}
