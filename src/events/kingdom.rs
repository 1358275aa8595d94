//! What happens to the kingdom's own description.

use crate::domain::arms::Charge;
use crate::domain::kingdom::{Colour, KingdomSettings};

stream_events! {
    /// The events of the kingdom's one stream.
    pub enum KingdomEvent on Kingdom {
        /// The kingdom's name, time zone, colours and addresses were set.
        KingdomDescribed = 1 {
            /// All of them, as they are from now on.
            settings: KingdomSettings,
        }
        /// The kingdom's badge was chosen.
        BadgeChosen = 1 {
            /// What is drawn on the shield.
            charge: Charge,
            /// In which colour.
            colour: Colour,
        }
    }
}
