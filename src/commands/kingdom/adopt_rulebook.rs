//! Adopting a version of the rulebook.

use super::{name, one};
use crate::commands::{Context, Refusal};
use crate::domain::date::CivilDate;
use crate::domain::id::{StreamId, StreamType};
use crate::domain::rulebook::Rules;
use crate::events::evolve::Catalogue;
use crate::events::rulebook::RulebookAdopted;
use crate::events::{Event, Fact, RulebookEvent};

/// Adopt a version of the rulebook from a day, which may lie ahead. Dates
/// already computed do not move (D5).
#[derive(Debug, Clone)]
pub struct AdoptRulebook {
    /// From when it is in force.
    pub in_force_from: CivilDate,
    /// The rules.
    pub rules: Rules,
    /// The law or decision it rests on.
    pub law: String,
}

impl AdoptRulebook {
    pub(super) fn stream(&self) -> StreamId {
        StreamId::only(StreamType::Rulebook)
    }

    pub(super) fn decide(
        &self,
        catalogue: &Catalogue,
        context: &Context,
    ) -> Result<Vec<Fact<Event>>, Refusal> {
        self.rules.check().map_err(|faults| Refusal::rule("D5", faults.join("; ")))?;
        let event = RulebookAdopted {
            version: catalogue.rulebooks.last().map_or(0, |book| book.version) + 1,
            in_force_from: context.within_time(self.in_force_from)?,
            rules: self.rules.clone(),
            law: name(&self.law, "law it rests on")?,
        };
        Ok(one(RulebookEvent::from(event)))
    }
}
