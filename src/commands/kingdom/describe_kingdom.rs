//! Describing the kingdom.

use super::one;
use crate::commands::{Context, Refusal};
use crate::domain::arms::Arms;
use crate::domain::id::{StreamId, StreamType};
use crate::domain::kingdom::{KingdomSettings, RawKingdom};
use crate::events::evolve::Catalogue;
use crate::events::kingdom::{BadgeChosen, KingdomDescribed};
use crate::events::{Event, Fact, KingdomEvent};

/// Set the kingdom's name, time zone, colours, badge and addresses.
#[derive(Debug, Clone)]
pub struct DescribeKingdom(pub RawKingdom);

impl DescribeKingdom {
    pub(super) fn stream(&self) -> StreamId {
        StreamId::only(StreamType::Kingdom)
    }

    /// Nothing is recorded where nothing changes.
    pub(super) fn decide(&self, catalogue: &Catalogue, _: &Context) -> Result<Vec<Fact<Event>>, Refusal> {
        let (settings, arms) = match (KingdomSettings::parse(&self.0), Arms::parse(&self.0, catalogue.arms)) {
            (Ok(settings), Ok(arms)) => (settings, arms),
            (settings, arms) => {
                let errors = settings.err().into_iter().chain(arms.err()).flatten();
                let texts: Vec<_> = errors.map(|error| error.to_string()).collect();
                return Err(Refusal::rule("§1", texts.join("; ")));
            }
        };
        let mut facts = Vec::new();
        if settings != catalogue.kingdom || catalogue.version_of(self.stream()).0 == 0 {
            facts.extend(one(KingdomEvent::from(KingdomDescribed { settings })));
        }
        if arms != catalogue.arms {
            let Arms { charge, colour } = arms;
            facts.extend(one(KingdomEvent::from(BadgeChosen { charge, colour })));
        }
        Ok(facts)
    }
}
