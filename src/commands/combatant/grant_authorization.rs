//! Granting an authorization.

use super::{discipline, grantable, granted, not_before_merge};
use crate::commands::{Context, Refusal};
use crate::domain::date::CivilDate;
use crate::domain::id::Slug;
use crate::events::combatant::AuthorizationGranted;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Grant an authorization (C5). Where there is no card, one is issued with it (C2).
#[derive(Debug, Clone)]
pub struct GrantAuthorization {
    /// The discipline.
    pub discipline: Slug,
    /// The authorization type.
    pub authorization: Slug,
    /// The day it took effect: the day of the bout.
    pub on: CivilDate,
}

impl GrantAuthorization {
    /// # Errors
    /// D4: the day cannot be one, or a later entry would make no sense. C5: unknown,
    /// retired or already held. C6: a primary one is needed first, where the rulebook says so.
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let state = discipline(context, &self.discipline)?;
        let kind = grantable(&state.authorizations, &self.authorization, state)?;
        let on = not_before_merge(record, context, &self.discipline, context.effective(self.on)?)?;
        if context.catalogue.rulebook_on(on).rules.secondary_needs_primary && !kind.primary {
            let civil = record.civil(Some(on))?;
            let held = civil.cards.get(&self.discipline).map(|card| &card.authorizations);
            let primary = held
                .into_iter()
                .flat_map(|held| held.keys())
                .any(|slug| state.authorizations.get(slug).is_some_and(|kind| kind.primary));
            if !primary {
                let message = format!("{} needs a primary authorization of {} first", kind.name, state.name);
                return Err(Refusal::rule("C6", message));
            }
        }
        let event = AuthorizationGranted {
            discipline: self.discipline.clone(),
            authorization: self.authorization.clone(),
        };
        granted(record, context, &self.discipline, on, Fact::on(on, event.into()))
    }
}
