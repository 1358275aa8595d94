//! Renewing a card.

use super::{discipline, from_merge_on, judged};
use crate::commands::{Context, Refusal};
use crate::domain::date::CivilDate;
use crate::domain::id::Slug;
use crate::events::combatant::CardRenewed;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Renew a card: a new issue date after the old one (C4).
#[derive(Debug, Clone)]
pub struct RenewCard {
    /// The discipline.
    pub discipline: Slug,
    /// From when the renewed card runs.
    pub issued_on: CivilDate,
}

impl RenewCard {
    /// # Errors
    /// D4: the day cannot be one. C4, C5: no card, or not later than the one there is.
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        discipline(context, &self.discipline)?;
        let issued_on = context.effective(self.issued_on)?;
        let book = context.catalogue.rulebook_on(issued_on);
        let event = CardRenewed {
            discipline: self.discipline.clone(),
            issued_on,
            expires_on: book.rules.card_expiry(&self.discipline, issued_on),
            rulebook: book.version,
        };
        let on = from_merge_on(record, &self.discipline, issued_on);
        judged(record, context, vec![Fact::on(on, event.into())])
    }
}
