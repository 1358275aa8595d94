//! What a command brings along that is no fact: the one-time link that it uses up, a PIN's hash.

use uuid::Uuid;

use super::{Bus, BusError, Reading};
use crate::domain::id::CombatantId;
use crate::store::Receipt;

/// Written in the transaction of the command's facts, or not at all.
#[derive(Debug, Clone, Default)]
pub struct Along {
    /// The one-time link that it uses up (L1): used before, or too late, and nothing happens.
    pub uses: Option<Uuid>,
    /// The hash of the PIN that a person gets (L3).
    pub pin: Option<(CombatantId, Vec<u8>)>,
}

impl Along {
    /// A command by whoever holds a one-time link.
    #[must_use]
    pub const fn using(link: Uuid) -> Self {
        Self { uses: Some(link), pin: None }
    }
}

impl Bus {
    /// Records a reading that uses up a one-time link: whoever opens their own record (V7).
    ///
    /// # Errors
    /// [`BusError::LinkSpent`]; then nothing may be shown.
    pub async fn record_reading_by_link(&self, reading: Reading, link: Uuid) -> Result<Receipt, BusError> {
        let proposal = self.reading(reading);
        self.append_along(proposal, &Along::using(link)).await.map_err(|ended| match ended {
            super::Attempt::Overtaken => BusError::Busy,
            super::Attempt::Failed(error) => error,
        })
    }
}
