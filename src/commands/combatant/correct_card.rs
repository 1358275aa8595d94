//! Correcting a card's dates.

use super::judged;
use crate::commands::refusal::reason;
use crate::commands::{Context, Refusal};
use crate::domain::date::CivilDate;
use crate::domain::date_text::long_date;
use crate::domain::id::{EventId, Slug};
use crate::events::combatant::CardDatesCorrected;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Correct the date of the entry that set a card's present dates, with a reason (C4).
#[derive(Debug, Clone)]
pub struct CorrectCard {
    /// The discipline.
    pub discipline: Slug,
    /// The issue date that was seen to be wrong: it must still be the card's (P5). None where the record's version
    /// was seen instead.
    pub seen: Option<CivilDate>,
    /// From when the card really runs.
    pub issued_on: CivilDate,
    /// Why.
    pub reason: String,
}

impl CorrectCard {
    /// # Errors
    /// D4: the day cannot be one, or a later entry would make no sense. C4: there
    /// is no card, or it has that date already. C5: no reason. P5: its date changed since it was seen.
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let issued_on = context.effective(self.issued_on)?;
        let reason = reason(&self.reason)?;
        let name = context.catalogue.discipline_name(&self.discipline);
        let dating = dating_entry(record, &self.discipline).ok_or_else(|| {
            Refusal::rule("C4", format!("there is no card in {name} whose date could be corrected"))
        })?;
        dating.still(self.seen, &format!("card in {name}"))?;
        if dating.dated == issued_on {
            return Err(Refusal::rule(
                "C4",
                format!("the card in {name} already has the issue date {}", long_date(issued_on)),
            ));
        }
        let book = context.catalogue.rulebook_on(issued_on);
        let event = CardDatesCorrected {
            discipline: self.discipline.clone(),
            issued_on,
            expires_on: book.rules.card_expiry(&self.discipline, issued_on),
            rulebook: book.version,
            corrects: dating.id,
            reason,
        };
        judged(record, context, vec![Fact::on(dating.effective(issued_on)?, event.into())])
    }
}

/// The entry that set the dates in question, and what a correction of it has to
/// know. Where the dates were picked in a merge, the merge is corrected, again
/// and again if need be, and the correction takes effect with it (P6).
pub(super) struct Dating {
    /// The entry to name.
    pub id: EventId,
    /// The date that it set.
    pub dated: CivilDate,
    /// The last merge before it about the same dates, or itself if it is one.
    pub merge: Option<(EventId, CivilDate)>,
}

impl Dating {
    /// Whether the date is still the one that was seen, where one was.
    ///
    /// # Errors
    /// P5: it is another one by now.
    pub fn still(&self, seen: Option<CivilDate>, what: &str) -> Result<(), Refusal> {
        match seen.filter(|seen| *seen != self.dated) {
            None => Ok(()),
            Some(seen) => Err(Refusal::rule(
                "P5",
                format!(
                    "the {what} was dated {} when you opened this form, and is dated {} now: somebody renewed or \
                     corrected it. Send this again only if the date it has now is the one that is wrong",
                    long_date(seen),
                    long_date(self.dated)
                ),
            )),
        }
    }

    /// The day on which a correction to that date takes effect.
    ///
    /// # Errors
    /// C4: what came along with a merge would be dated after it.
    pub fn effective(&self, date: CivilDate) -> Result<CivilDate, Refusal> {
        match self.merge {
            None => Ok(date),
            Some((id, joined)) if id == self.id && date > joined => Err(Refusal::rule(
                "C4",
                format!(
                    "this came along with a record joined on {} and cannot be of a later date",
                    long_date(joined)
                ),
            )),
            Some((_, joined)) => Ok(joined.max(date)),
        }
    }

    /// The dating that follows this one by an entry that sets a date.
    pub fn next(last: Option<&Self>, id: EventId, dated: CivilDate, corrects: Option<EventId>) -> Self {
        let merge = last.and_then(|last| last.merge);
        let id = merge.map(|(merge, _)| merge).filter(|merge| corrects == Some(*merge)).unwrap_or(id);
        Self { id, dated, merge }
    }
}

/// The last entry on the timeline that set the card's dates.
fn dating_entry(record: &Record, discipline: &Slug) -> Option<Dating> {
    let mut last: Option<Dating> = None;
    for fact in record.standing_entries() {
        let (dated, corrects) = match &fact.event {
            CombatantEvent::CardIssued(e) if e.discipline == *discipline => (e.issued_on, None),
            CombatantEvent::CardRenewed(e) if e.discipline == *discipline => (e.issued_on, None),
            CombatantEvent::CardDatesCorrected(e) if e.discipline == *discipline => {
                (e.issued_on, Some(e.corrects))
            }
            CombatantEvent::CombatantMerged(e) => {
                if let Some(card) = e.cards.iter().find(|card| card.discipline == *discipline) {
                    let merge = fact.effective_on.map(|day| (fact.id, day));
                    last = Some(Dating { id: fact.id, dated: card.issued_on, merge });
                }
                continue;
            }
            _ => continue,
        };
        last = Some(Dating::next(last.as_ref(), fact.id, dated, corrects));
    }
    last
}
