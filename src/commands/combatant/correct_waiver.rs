//! Correcting a waiver's date.

use super::judged;
use crate::commands::refusal::reason;
use crate::commands::{Context, Refusal};
use crate::domain::date::CivilDate;
use crate::events::combatant::WaiverCorrected;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Correct the date of the waiver last signed, with a reason (D4).
#[derive(Debug, Clone)]
pub struct CorrectWaiver {
    /// The day it was really signed.
    pub signed_on: CivilDate,
    /// Why.
    pub reason: String,
}

impl CorrectWaiver {
    /// # Errors
    /// D4: the day cannot be one. C10: there is no waiver, or it has that date. C5: no reason.
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let signed_on = context.effective(self.signed_on)?;
        let reason = reason(&self.reason)?;
        let last = record.standing_entries().filter(|fact| {
            matches!(fact.event, CombatantEvent::WaiverRecorded(_) | CombatantEvent::WaiverCorrected(_))
        });
        let corrects = last.last().map(|fact| fact.id);
        let corrects = corrects
            .ok_or_else(|| Refusal::rule("C10", "there is no waiver whose date could be corrected"))?;
        let held = record.civil(None)?.waiver;
        if held.is_some_and(|held| held.signed_on == signed_on) {
            return Err(Refusal::rule("C10", format!("the waiver is already dated {signed_on}")));
        }
        let book = context.catalogue.rulebook_on(signed_on);
        let event = WaiverCorrected {
            signed_on,
            expires_on: book.rules.waiver_expiry(signed_on),
            rulebook: book.version,
            corrects,
            reason,
        };
        judged(record, vec![Fact::on(signed_on, event.into())])
    }
}
