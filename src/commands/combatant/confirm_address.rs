//! Confirming a new e-mail address from there.

use std::collections::BTreeMap;

use uuid::Uuid;

use crate::commands::{Context, Refusal};
use crate::domain::details::DetailField;
use crate::events::combatant::{AddressConfirmed, DetailsChanged};
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Confirm the address that was asked for last. From then on mail goes there, and the old one is told.
#[derive(Debug, Clone, Copy)]
pub struct ConfirmAddress {
    /// The one-time link that was mailed there.
    pub link: Uuid,
}

impl ConfirmAddress {
    /// # Errors
    /// L1: another address was asked for since, or this one was confirmed.
    pub fn decide(&self, record: &Record, _: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let Some((_, email)) = record.asked_address.as_ref().filter(|(link, _)| *link == self.link) else {
            return Err(Refusal::rule("L1", "another address was asked for since, or this one is confirmed"));
        };
        let changed = BTreeMap::from([(DetailField::Email, Some(email.clone()))]);
        Ok(vec![
            Fact::plain(DetailsChanged { changed }.into()),
            Fact::plain(AddressConfirmed { link: self.link }.into()),
        ])
    }
}
