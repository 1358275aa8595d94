//! Correcting a waiver's date.

use super::correct_card::Dating;
use super::judged;
use crate::commands::refusal::reason;
use crate::commands::{Context, Refusal};
use crate::domain::date::CivilDate;
use crate::domain::date_text::long_date;
use crate::events::combatant::WaiverCorrected;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Correct the date of the waiver last signed, with a reason (D4).
#[derive(Debug, Clone)]
pub struct CorrectWaiver {
    /// The date that was seen to be wrong: it must still be the waiver's (P5).
    pub seen: Option<CivilDate>,
    /// The day it was really signed.
    pub signed_on: CivilDate,
    /// Why.
    pub reason: String,
}

impl CorrectWaiver {
    /// # Errors
    /// D4: the day cannot be one. C10: there is no waiver, or it has that date. C5: no reason.
    /// P5: its date changed since it was seen.
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let signed_on = context.effective(self.signed_on)?;
        let reason = reason(&self.reason)?;
        let dating = dating_entry(record)
            .ok_or_else(|| Refusal::rule("C10", "there is no waiver whose date could be corrected"))?;
        dating.still(self.seen, "waiver")?;
        if dating.dated == signed_on {
            return Err(Refusal::rule(
                "C10",
                format!("the waiver is already dated {}", long_date(signed_on)),
            ));
        }
        let book = context.catalogue.rulebook_on(signed_on);
        let event = WaiverCorrected {
            signed_on,
            expires_on: book.rules.waiver_expiry(signed_on),
            rulebook: book.version,
            corrects: dating.id,
            reason,
        };
        judged(record, context, vec![Fact::on(dating.effective(signed_on)?, event.into())])
    }
}

/// The entry of the waiver that counts: the one signed last, or picked in a merge.
fn dating_entry(record: &Record) -> Option<Dating> {
    let mut last: Option<Dating> = None;
    for fact in record.standing_entries() {
        let (dated, corrects) = match &fact.event {
            CombatantEvent::WaiverRecorded(e) => (e.signed_on, None),
            CombatantEvent::WaiverCorrected(e) => (e.signed_on, Some(e.corrects)),
            CombatantEvent::CombatantMerged(e) => {
                if let Some(waiver) = e.waiver {
                    let merge = fact.effective_on.map(|day| (fact.id, day));
                    last = Some(Dating { id: fact.id, dated: waiver.signed_on, merge });
                }
                continue;
            }
            _ => continue,
        };
        let next = Dating::next(last.as_ref(), fact.id, dated, corrects);
        let again = next.merge.is_some_and(|(merge, _)| merge == next.id);
        if again || last.as_ref().is_none_or(|last| last.dated < dated) {
            last = Some(next);
        }
    }
    last
}
