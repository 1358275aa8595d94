//! Issuing a first card in a discipline.

use super::{card_issued, discipline, from_merge_on, judged};
use crate::commands::{Context, Refusal};
use crate::domain::date::CivilDate;
use crate::domain::id::Slug;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Issue a card in a discipline where the person has none (C1).
#[derive(Debug, Clone)]
pub struct IssueCard {
    /// The discipline.
    pub discipline: Slug,
    /// From when the card runs.
    pub issued_on: CivilDate,
}

impl IssueCard {
    /// # Errors
    /// D4: the day cannot be one. C5: the discipline is unknown or retired, or there is a card.
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        discipline(context, &self.discipline)?;
        let day = context.effective(self.issued_on)?;
        let mut issued = card_issued(context, &self.discipline, day);
        issued.effective_on = Some(from_merge_on(record, &self.discipline, day));
        judged(record, context, vec![issued])
    }
}
