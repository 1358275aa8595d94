//! Correcting a card's dates.

use super::judged;
use crate::commands::refusal::reason;
use crate::commands::{Context, Refusal};
use crate::domain::date::CivilDate;
use crate::domain::id::{EventId, Slug};
use crate::events::combatant::CardDatesCorrected;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Correct the date of the entry that set a card's present dates, with a reason (C4).
#[derive(Debug, Clone)]
pub struct CorrectCard {
    /// The discipline.
    pub discipline: Slug,
    /// From when the card really runs.
    pub issued_on: CivilDate,
    /// Why.
    pub reason: String,
}

impl CorrectCard {
    /// # Errors
    /// D4: the day cannot be one, or a later entry would make no sense. C4: there
    /// is no card, or it has that date already. C5: no reason.
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let issued_on = context.effective(self.issued_on)?;
        let reason = reason(&self.reason)?;
        let (corrects, dated) = dating_entry(record, &self.discipline).ok_or_else(|| {
            Refusal::rule(
                "C4",
                format!("there is no card in {} whose date could be corrected", self.discipline),
            )
        })?;
        if dated == issued_on {
            return Err(Refusal::rule("C4", format!("the card already has the issue date {issued_on}")));
        }
        let book = context.catalogue.rulebook_on(issued_on);
        let event = CardDatesCorrected {
            discipline: self.discipline.clone(),
            issued_on,
            expires_on: book.rules.card_expiry(&self.discipline, issued_on),
            rulebook: book.version,
            corrects,
            reason,
        };
        judged(record, vec![Fact::on(issued_on, event.into())])
    }
}

/// The last entry on the timeline that set the card's dates.
fn dating_entry(record: &Record, discipline: &Slug) -> Option<(EventId, CivilDate)> {
    record
        .standing_entries()
        .filter_map(|fact| match &fact.event {
            CombatantEvent::CardIssued(e) if e.discipline == *discipline => Some((fact.id, e.issued_on)),
            CombatantEvent::CardRenewed(e) if e.discipline == *discipline => Some((fact.id, e.issued_on)),
            CombatantEvent::CardDatesCorrected(e) if e.discipline == *discipline => {
                Some((fact.id, e.issued_on))
            }
            _ => None,
        })
        .last()
}
