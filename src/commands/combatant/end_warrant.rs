//! Ending a warrant.

use super::{judged, not_before_merge};
use crate::commands::refusal::reason;
use crate::commands::{Context, Refusal};
use crate::domain::date::CivilDate;
use crate::domain::id::WarrantId;
use crate::events::combatant::WarrantEnded;
use crate::events::evolve::{Record, Senseless};
use crate::events::{CombatantEvent, Fact};

/// End a warrant, with a reason: from that day it is not active (C8). One that
/// has not begun is ended on its start, and so was never active.
#[derive(Debug, Clone)]
pub struct EndWarrant {
    /// The discipline, which the permission is for; it must be the warrant's (A1).
    pub discipline: crate::domain::id::Slug,
    /// Which warrant.
    pub warrant: WarrantId,
    /// The first day without it.
    pub on: CivilDate,
    /// Why.
    pub reason: String,
}

impl EndWarrant {
    /// # Errors
    /// C5: no such warrant in that discipline, or it is over. D4: the day cannot be one.
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let civil = record.civil(None)?;
        let held = civil
            .cards
            .get(&self.discipline)
            .and_then(|card| card.warrants.iter().find(|w| w.id == self.warrant));
        let held = held.ok_or_else(|| {
            Refusal::rule(
                "C5",
                format!(
                    "there is no such warrant in {}",
                    context.catalogue.discipline_name(&self.discipline)
                ),
            )
        })?;
        let on = context.effective(self.on)?.max(held.starts_on);
        let on = not_before_merge(record, context, &self.discipline, on)?;
        if !held.runs_on_or_after(on) {
            let (discipline, marshal) = (self.discipline.clone(), held.marshal.clone());
            let over = Senseless::NoWarrant { discipline, marshal };
            return Err(Refusal::rule(over.rule(), over.told(&context.catalogue)));
        }
        let event = WarrantEnded {
            warrant: self.warrant,
            discipline: self.discipline.clone(),
            marshal: held.marshal.clone(),
            reason: reason(&self.reason)?,
        };
        judged(record, context, vec![Fact::on(on, event.into())])
    }
}
