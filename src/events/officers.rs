//! What happens to officers and what they may do.

use crate::domain::id::{CombatantId, OfficerId};
use crate::domain::permission::Grant;
use crate::domain::personal::Personal;

stream_events! {
    /// The events of the officers' one stream: one, so that the last holder of
    /// `write_officer_info` cannot be removed by two at once (A2).
    pub enum OfficersEvent on Officers {
        /// Somebody was put on the officers' list.
        OfficerInvited = 1 {
            /// The officer.
            officer: OfficerId,
            /// The address they sign in with, sealed with the officer's own key.
            email: Personal,
            /// What other officers know them by, sealed.
            label: Personal,
        }
        /// A permission was given.
        PermissionGranted = 1 {
            /// To whom.
            officer: OfficerId,
            /// Which, and where.
            grant: Grant,
        }
        /// A permission was taken back.
        PermissionWithdrawn = 1 {
            /// From whom.
            officer: OfficerId,
            /// Which, and where.
            grant: Grant,
        }
        /// The officer can no longer sign in; open sessions end.
        OfficerDisabled = 1 {
            /// Who.
            officer: OfficerId,
        }
        /// The officer may sign in again.
        OfficerEnabled = 1 {
            /// Who.
            officer: OfficerId,
        }
        /// The officer is this combatant, and may not change their own record (A3).
        OfficerLinked = 1 {
            /// Who.
            officer: OfficerId,
            /// The combatant; none undoes the link.
            combatant: Option<CombatantId>,
        }
    }
}
