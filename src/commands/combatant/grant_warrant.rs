//! Granting a warrant as marshal.

use super::{discipline, from_merge_on, grantable, granted};
use crate::commands::{Context, Refusal};
use crate::domain::date::CivilDate;
use crate::domain::id::{OfficerId, Slug, WarrantId};
use crate::events::combatant::WarrantGranted;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Grant a warrant with a start, which may lie in the future (D4), and an
/// optional end, its last day (C8). Where there is no card, one is issued with it (C2).
#[derive(Debug, Clone)]
pub struct GrantWarrant {
    /// The warrant's id.
    pub warrant: WarrantId,
    /// The discipline.
    pub discipline: Slug,
    /// The marshal type.
    pub marshal: Slug,
    /// The first day of its term.
    pub starts_on: CivilDate,
    /// The last day of its term; none for an open end.
    pub ends_on: Option<CivilDate>,
    /// The officer who grants it, where one is named.
    pub granted_by: Option<OfficerId>,
}

impl GrantWarrant {
    /// # Errors
    /// C5: unknown or retired type, one that covers part of the term already, or an id that was
    /// given before. C8: ends before it starts.
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let state = discipline(context, &self.discipline)?;
        grantable(&state.marshals, &self.marshal, state)?;
        let starts_on = context.within_time(self.starts_on)?;
        let ends_on = self.ends_on.map(|end| context.within_time(end)).transpose()?;
        if ends_on.is_some_and(|end| end < starts_on) {
            return Err(Refusal::rule("C8", "the warrant would end before it starts"));
        }
        let civil = record.civil(None)?;
        let given = civil.cards.values().flat_map(|card| &card.warrants).map(|held| &held.id);
        if given.chain(civil.united.keys()).any(|id| *id == self.warrant) {
            return Err(Refusal::rule("C5", "this warrant was already granted"));
        }
        let on = from_merge_on(record, &self.discipline, starts_on);
        let card_day = on.min(context.today);
        let event = WarrantGranted {
            warrant: self.warrant,
            discipline: self.discipline.clone(),
            marshal: self.marshal.clone(),
            starts_on,
            ends_on,
            granted_by: self.granted_by,
        };
        granted(record, context, &self.discipline, card_day, Fact::on(on, event.into()))
    }
}
