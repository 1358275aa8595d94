//! The officers and what they may do.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::id::{CombatantId, OfficerId, StreamVersion};
use crate::domain::permission::{Grants, Permission};
use crate::domain::personal::Personal;
use crate::events::{Fact, OfficersEvent};

/// All officers, folded from their one stream.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Officers {
    /// How many events the stream has.
    pub version: StreamVersion,
    /// Everyone who was ever invited.
    pub all: BTreeMap<OfficerId, OfficerState>,
}

/// One officer.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct OfficerState {
    /// The address they sign in with.
    pub email: Personal,
    /// What other officers know them by.
    pub label: Personal,
    /// What they may do, while enabled.
    pub grants: Grants,
    /// Whether they may sign in.
    pub enabled: bool,
    /// The combatant they are (A3).
    pub combatant: Option<CombatantId>,
    /// The stream's version after the last event about them: who saw that one or a later one has
    /// seen them as they are (P5).
    pub changed: StreamVersion,
}

impl Officers {
    /// Takes the stream's next event.
    pub fn take(&mut self, fact: &Fact<OfficersEvent>) {
        self.version.0 += 1;
        match &fact.event {
            OfficersEvent::OfficerInvited(e) => {
                let state = OfficerState {
                    email: e.email.clone(),
                    label: e.label.clone(),
                    grants: Grants::default(),
                    enabled: true,
                    combatant: None,
                    changed: self.version,
                };
                self.all.insert(e.officer, state);
            }
            OfficersEvent::PermissionGranted(e) => self.change(e.officer, |o| {
                o.grants.insert(e.grant.clone());
            }),
            OfficersEvent::PermissionWithdrawn(e) => self.change(e.officer, |o| {
                o.grants.remove(&e.grant);
            }),
            OfficersEvent::OfficerDisabled(e) => self.change(e.officer, |o| o.enabled = false),
            OfficersEvent::OfficerEnabled(e) => self.change(e.officer, |o| o.enabled = true),
            OfficersEvent::OfficerLinked(e) => self.change(e.officer, |o| o.combatant = e.combatant),
        }
    }

    fn change(&mut self, officer: OfficerId, change: impl FnOnce(&mut OfficerState)) {
        let version = self.version;
        if let Some(state) = self.all.get_mut(&officer) {
            change(state);
            state.changed = version;
        }
    }

    /// The officer of that id, while enabled.
    #[must_use]
    pub fn enabled(&self, officer: OfficerId) -> Option<&OfficerState> {
        self.all.get(&officer).filter(|state| state.enabled)
    }

    /// How many enabled officers hold a kingdom-wide permission.
    #[must_use]
    pub fn holders(&self, permission: Permission) -> usize {
        self.all.values().filter(|o| o.enabled && o.grants.allows(permission, None)).count()
    }
}

#[cfg(test)]
#[path = "officers_tests.rs"]
mod tests;
