//! Revoking an authorization.

use super::{after, keeps_a_primary, not_before_merge};
use crate::commands::refusal::reason;
use crate::commands::{Context, Refusal};
use crate::domain::date::CivilDate;
use crate::domain::id::Slug;
use crate::events::combatant::AuthorizationRevoked;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Revoke an authorization, with a reason (C5). The card and its dates stay (C3).
/// Retired types can be revoked: who holds one must be able to lose it.
#[derive(Debug, Clone)]
pub struct RevokeAuthorization {
    /// The discipline.
    pub discipline: Slug,
    /// The authorization type.
    pub authorization: Slug,
    /// The day it takes effect.
    pub on: CivilDate,
    /// Why.
    pub reason: String,
}

impl RevokeAuthorization {
    /// # Errors
    /// D4: the day cannot be one, or a later entry would make no sense. C5: not held, or no reason.
    /// C6: a secondary one would be left alone, where the rulebook forbids that.
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let on = not_before_merge(record, context, &self.discipline, context.effective(self.on)?)?;
        let event = AuthorizationRevoked {
            discipline: self.discipline.clone(),
            authorization: self.authorization.clone(),
            reason: reason(&self.reason)?,
        };
        let facts = vec![Fact::on(on, event.into())];
        keeps_a_primary(record, &after(record, context, &facts)?, context, &self.discipline)?;
        Ok(facts)
    }
}
