//! Describing the kingdom.

use super::one;
use crate::commands::{Context, Refusal};
use crate::domain::id::{StreamId, StreamType};
use crate::domain::kingdom::{KingdomSettings, RawKingdom};
use crate::events::evolve::Catalogue;
use crate::events::kingdom::KingdomDescribed;
use crate::events::{Event, Fact, KingdomEvent};

/// Set the kingdom's name, time zone, colours and addresses.
#[derive(Debug, Clone)]
pub struct DescribeKingdom(pub RawKingdom);

impl DescribeKingdom {
    pub(super) fn stream(&self) -> StreamId {
        StreamId::only(StreamType::Kingdom)
    }

    /// Nothing is recorded where nothing changes.
    pub(super) fn decide(&self, catalogue: &Catalogue, _: &Context) -> Result<Vec<Fact<Event>>, Refusal> {
        let settings = KingdomSettings::parse(&self.0).map_err(|errors| {
            let texts: Vec<_> = errors.iter().map(ToString::to_string).collect();
            Refusal::rule("§1", texts.join("; "))
        })?;
        if settings == catalogue.kingdom && catalogue.version_of(self.stream()).0 > 0 {
            return Ok(Vec::new());
        }
        Ok(one(KingdomEvent::from(KingdomDescribed { settings })))
    }
}
