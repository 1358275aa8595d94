//! Destroying the evidence of waivers at its date.

use crate::commands::{Context, Refusal};
use crate::domain::date::CivilDate;
use crate::domain::details::DetailField;
use crate::domain::personal::Personal;
use crate::events::combatant::EvidenceDestroyed;
use crate::events::evolve::{Clash, Record, Standing};
use crate::events::{CombatantEvent, Fact};

/// Destroy the key of the evidence of a record's waivers, once it need not be kept any more: 7 years after the
/// last of them lapsed, and not before 7 years after its signer came of age (V6). Of records that were erased or
/// joined to others too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DestroyEvidence {
    /// What the other records of the same person say, see [`DestroyEvidence::of_one`].
    pub not_before: Option<CivilDate>,
}

impl DestroyEvidence {
    /// For one of the records of a person, which are all in `family`: any of them may know the date of birth, or,
    /// where it was erased, the date that was fixed then (P6).
    ///
    /// # Errors
    /// Only a timeline that makes no sense, which no decision lets happen.
    pub fn of_one(record: &Record, family: &[Record], context: &Context) -> Result<Self, Clash> {
        Ok(Self { not_before: kept_until_by_all(record, family, context)? })
    }

    /// # Errors
    /// V6: it has to be kept for longer, or there is none.
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let own = match record.standing {
            Standing::Erased => record.evidence_until,
            _ => kept_until(record, record, context)?,
        };
        let Some(kept_until) = own.max(self.not_before) else {
            return Err(Refusal::rule("V6", "there is no waiver on this record, so no evidence of one"));
        };
        if context.today < kept_until {
            let message = format!("the evidence of this record’s waiver has to be kept until {kept_until}");
            return Err(Refusal::rule("V6", message));
        }
        Ok(vec![Fact::plain(EvidenceDestroyed { kept_until }.into())])
    }
}

/// The first day on which the evidence of a record's waivers need not be kept any more, by the rules of today and by
/// the date of birth that `who` knows; none where there is no waiver.
pub(super) fn kept_until(
    record: &Record,
    who: &Record,
    context: &Context,
) -> Result<Option<CivilDate>, Clash> {
    let born = who.details.get(&DetailField::DateOfBirth).and_then(Personal::text);
    let born = born.and_then(|text| CivilDate::parse(text).ok());
    let rules = context.catalogue.rulebook_on(context.today).rules;
    Ok(record.waivers_end()?.map(|end| rules.waiver_kept_until(end, born)))
}

/// The same by what all the records of a person know: the latest of the days.
pub(super) fn kept_until_by_all(
    record: &Record,
    family: &[Record],
    context: &Context,
) -> Result<Option<CivilDate>, Clash> {
    let mut latest = None;
    for who in family {
        latest = latest.max(match who.standing {
            Standing::Erased => who.evidence_until,
            _ => kept_until(record, who, context)?,
        });
    }
    Ok(latest)
}
