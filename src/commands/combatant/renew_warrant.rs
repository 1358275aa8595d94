//! Renewing a warrant.

use super::grant_warrant::GrantWarrant;
use crate::commands::{Context, Refusal};
use crate::domain::date::CivilDate;
use crate::domain::id::{OfficerId, Slug, WarrantId};
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Renew a warrant: one more of the same type, from the day after its last (C8). Only one that has not
/// ended is renewed; what an officer ended, or what ran out, is granted anew by whoever may grant.
#[derive(Debug, Clone)]
pub struct RenewWarrant {
    /// The discipline, which the permission is for; it must be the warrant's (A1).
    pub discipline: Slug,
    /// Which warrant.
    pub warrant: WarrantId,
    /// The id of the warrant that follows it.
    pub renewal: WarrantId,
    /// The last day of the new term.
    pub ends_on: CivilDate,
    /// The officer who grants it, where one is named.
    pub granted_by: Option<OfficerId>,
}

impl RenewWarrant {
    /// # Errors
    /// C5: no such warrant in that discipline, or its type is retired. C8: it has no end, it is over, or it
    /// runs that long already.
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let civil = record.civil(None)?;
        let card = civil.cards.get(&self.discipline);
        let held = card.and_then(|card| card.warrants.iter().find(|held| held.id == self.warrant));
        let held = held.ok_or_else(|| {
            Refusal::rule(
                "C5",
                format!(
                    "there is no such warrant in {}",
                    context.catalogue.discipline_name(&self.discipline)
                ),
            )
        })?;
        let Some(last) = held.ends_on else {
            return Err(Refusal::rule("C8", "this warrant has no end: there is nothing to renew"));
        };
        if !held.runs_on_or_after(context.today) {
            return Err(Refusal::rule("C8", format!("this warrant ended on {last}: grant a new one")));
        }
        if self.ends_on <= last {
            return Err(Refusal::rule("C8", format!("this warrant already runs to {last}")));
        }
        let next = GrantWarrant {
            warrant: self.renewal,
            discipline: self.discipline.clone(),
            marshal: held.marshal.clone(),
            starts_on: last.plus_days(1),
            ends_on: Some(self.ends_on),
            granted_by: self.granted_by,
        };
        next.decide(record, context)
    }
}
