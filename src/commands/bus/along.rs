//! What a command brings along that is no fact: the one-time link that it uses up, a PIN's hash.

use uuid::Uuid;

use super::{Bus, BusError, Proposal, Reading};
use crate::domain::id::CombatantId;
use crate::store::{DbError, Receipt};

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
    /// Uses up the link of a command that changes nothing (L1). The command is remembered, so that the same form sent
    /// again gets the same answer.
    pub(super) async fn use_up(&self, proposal: &Proposal, link: Uuid) -> Result<Receipt, BusError> {
        let receipt = self.nothing_to_record();
        let (store, command) = (self.store(), proposal.command_id);
        let body_hash = store.keyring().body_hash(&proposal.body);
        let now = self.now().max(receipt.recorded_at);
        match store.use_link(link, command, &body_hash, receipt.last, now).await {
            Ok(true) => Ok(receipt),
            Ok(false) | Err(DbError::DuplicateKey) => {
                store.recorded_command(command, &body_hash).await?.ok_or(BusError::LinkSpent)
            }
            Err(error) => Err(error.into()),
        }
    }

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
