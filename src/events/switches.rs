//! What happens to the switches.

use crate::domain::id::{CombatantId, Slug};
use crate::domain::kingdom::SwitchMode;

stream_events! {
    /// The events of the switches' one stream.
    pub enum SwitchesEvent on Switches {
        /// A switch was turned.
        SwitchSet = 1 {
            /// Which.
            switch: Slug,
            /// For whom it is on.
            mode: SwitchMode,
            /// The combatants it is on for, where it is on for listed ones.
            listed: Vec<CombatantId>,
        }
    }
}
