//! Putting a person on file.

use crate::commands::{Context, Refusal};
use crate::domain::details::RawDetails;
use crate::domain::personal::Personal;
use crate::domain::validate::validate;
use crate::events::combatant::{CombatantRegistered, Source};
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Put a person on file (P1). From the desk, the welcome mail goes out (V1).
#[derive(Debug, Clone)]
pub struct Register {
    /// The details as typed.
    pub details: RawDetails,
    /// Where the person comes from.
    pub source: Source,
    /// A roster's own name for the person.
    pub roster_ref: Option<String>,
}

impl Register {
    /// # Errors
    /// [`Refusal::Fields`] with everything that is wrong with the details (P2, P3).
    pub fn decide(&self, _: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let details = validate(&self.details, &context.catalogue.regions, context.today)
            .map_err(Refusal::Fields)?
            .into_details();
        let roster_ref = self.roster_ref.as_deref().map(Personal::open);
        let event = CombatantRegistered { details, source: self.source, roster_ref };
        Ok(vec![Fact::plain(event.into())])
    }
}
