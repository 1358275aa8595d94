//! The officers of the sample kingdom: whom one can be in `emol demo`. Data
//! alone; they exist only where the demo invites them.

use uuid::Uuid;

use super::id::OfficerId;
use super::permission::{Grant, NotAGrant};

/// The name space of the demo's officers.
const DEMO: Uuid = Uuid::from_u128(0x0f5c_5d0a_7c55_4f2e_8d3b_6a1d_e301_de30);

/// An officer of the demo.
#[derive(Debug, Clone, Copy)]
pub struct DemoOfficer {
    /// What is posted: `list-minister`.
    pub key: &'static str,
    /// What other officers know them by.
    pub name: &'static str,
    /// What they may do, in a sentence.
    pub may: &'static str,
    /// Their grants, written `permission` or `permission@discipline:slug`.
    pub grants: &'static [&'static str],
}

/// Whom one can be in the demo.
pub const DEMO_OFFICERS: [DemoOfficer; 6] = [
    DemoOfficer {
        key: "list-minister",
        name: "Minister of the Lists",
        may: "Registers people, records waivers, issues cards and grants authorizations everywhere.",
        grants: &[
            "read_combatant_info",
            "export_sealed",
            "write_combatant_info",
            "write_waiver_date",
            "write_card_date",
            "write_authorizations",
            "write_marshal",
            "warrant_roster",
            "can_import",
            "can_initiate_pin_reset",
            "can_edit_privacy_policy",
        ],
    },
    DemoOfficer {
        key: "fencing-deputy",
        name: "Deputy for Fencing",
        may: "Sees everybody; changes cards, authorizations and warrants in Fencing alone.",
        grants: &[
            "read_combatant_info",
            "write_card_date@discipline:fencing",
            "write_authorizations@discipline:fencing",
            "write_marshal@discipline:fencing",
            "warrant_roster@discipline:fencing",
        ],
    },
    DemoOfficer {
        key: "seneschal",
        name: "Seneschal",
        may: "Sees everybody, and looks after the privacy policy.",
        grants: &["read_combatant_info", "can_edit_privacy_policy"],
    },
    DemoOfficer {
        key: "auditor",
        name: "Auditor",
        may: "Reads the log, and the register as it was on any day.",
        grants: &["read_history"],
    },
    DemoOfficer {
        key: "administrator",
        name: "Administrator",
        may: "Manages officers, disciplines and the rulebook; sees nobody’s record.",
        grants: &["write_officer_info", "manage_kingdom"],
    },
    DemoOfficer {
        key: "earl-marshal",
        name: "Earl Marshal",
        may: "Sees everybody, grants authorizations and warrants everywhere, and invites deputies for that.",
        grants: &[
            "read_combatant_info",
            "write_card_date",
            "write_authorizations",
            "write_marshal",
            "warrant_roster",
            "write_officer_info",
        ],
    },
];

impl DemoOfficer {
    /// The officer's id, the same in every demo.
    #[must_use]
    pub fn officer(&self) -> OfficerId {
        OfficerId(Uuid::new_v5(&DEMO, self.key.as_bytes()))
    }

    /// The grants, read.
    ///
    /// # Errors
    /// [`NotAGrant`]: a mistake in the list above, which a test would find.
    pub fn grants(&self) -> Result<Vec<Grant>, NotAGrant> {
        self.grants.iter().map(|text| text.parse()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_demos_officers_have_grants_that_exist_and_ids_of_their_own() {
        let mut ids: Vec<_> = DEMO_OFFICERS.iter().map(DemoOfficer::officer).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), DEMO_OFFICERS.len());
        for officer in DEMO_OFFICERS {
            assert_eq!(officer.grants().unwrap().len(), officer.grants.len(), "{}", officer.key);
        }
    }
}
