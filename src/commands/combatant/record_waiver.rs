//! Filing a waiver.

use super::judged;
use crate::commands::{Context, Refusal};
use crate::domain::date::CivilDate;
use crate::domain::details::DetailField;
use crate::domain::personal::Personal;
use crate::events::combatant::{Evidence, WaiverRecorded};
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// File a signed waiver (C1). The name it was signed with is kept as evidence (V6).
#[derive(Debug, Clone, Copy)]
pub struct RecordWaiver {
    /// The day it was signed.
    pub signed_on: CivilDate,
}

impl RecordWaiver {
    /// # Errors
    /// D4: the day cannot be one. C10: that signature is on file already.
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let signed_on = context.effective(self.signed_on)?;
        let signer = record.details.get(&DetailField::LegalName).and_then(Personal::text);
        let signer =
            signer.ok_or_else(|| Refusal::rule("P1", "the record has no legal name to sign with"))?;
        let book = context.catalogue.rulebook_on(signed_on);
        let event = WaiverRecorded {
            signed_on,
            expires_on: book.rules.waiver_expiry(signed_on),
            rulebook: book.version,
            signer: Evidence(Personal::open(signer)),
        };
        // A merge picked among the waivers of its day; one filed later is compared with the pick (P6).
        let on = record.waiver_joined_on().map_or(signed_on, |joined| joined.max(signed_on));
        judged(record, context, vec![Fact::on(on, event.into())])
    }
}
