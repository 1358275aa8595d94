//! Turning a switch.

use super::one;
use crate::commands::{Context, Refusal};
use crate::domain::id::{CombatantId, Slug, StreamId, StreamType};
use crate::domain::kingdom::SwitchMode;
use crate::events::evolve::Catalogue;
use crate::events::switches::SwitchSet;
use crate::events::{Event, Fact, SwitchesEvent};

/// Turn a switch off, on for everyone, or on for listed combatants.
#[derive(Debug, Clone)]
pub struct SetSwitch {
    /// Which.
    pub switch: Slug,
    /// For whom it is on.
    pub mode: SwitchMode,
    /// The combatants it is on for, where it is on for listed ones.
    pub listed: Vec<CombatantId>,
}

impl SetSwitch {
    pub(super) fn stream(&self) -> StreamId {
        StreamId::only(StreamType::Switches)
    }

    /// Nothing is recorded where nothing changes.
    pub(super) fn decide(&self, catalogue: &Catalogue, _: &Context) -> Result<Vec<Fact<Event>>, Refusal> {
        if self.mode != SwitchMode::Listed && !self.listed.is_empty() {
            return Err(Refusal::rule(
                "L3",
                "combatants are listed only where a switch is on for listed ones",
            ));
        }
        let now = catalogue.switches.get(&self.switch);
        if now.is_some_and(|(mode, listed)| *mode == self.mode && *listed == self.listed) {
            return Ok(Vec::new());
        }
        let event = SwitchSet { switch: self.switch.clone(), mode: self.mode, listed: self.listed.clone() };
        Ok(one(SwitchesEvent::from(event)))
    }
}
