//! What happens to the privacy policy. All of it is written to be published:
//! nothing here is personal.

use uuid::Uuid;

use crate::domain::date::CivilDate;
use crate::domain::policy::PolicyVersion;

stream_events! {
    /// The events of the privacy policy's one stream.
    pub enum PolicyEvent on Policies {
        /// A draft of the privacy policy was begun (V4, V9).
        PolicyDraftBegun = 1 {
            /// The Markdown it begins with.
            text: String,
            /// The version that it began as a copy of; none when it began otherwise.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            based_on: Option<PolicyVersion>,
        }
        /// The draft of the privacy policy was changed (V4).
        PolicyDraftEdited = 1 {
            /// The whole Markdown, as it is from now on.
            text: String,
            /// What it will change, as far as that is written yet.
            change_log: String,
        }
        /// The draft of the privacy policy was discarded (V4).
        PolicyDraftDiscarded = 1 {}
        /// The draft of the privacy policy can be read by whoever has its link.
        PolicyDraftShared = 1 {
            /// What the link's token is made from. It does not open the link.
            link: Uuid,
        }
        /// The link to the draft of the privacy policy no longer works.
        PolicyDraftUnshared = 1 {}
        /// The draft was approved: from its day on it is the privacy policy (V4).
        PolicyApproved = 1 {
            /// Its number.
            version: PolicyVersion,
            /// The Markdown, never changed again; `[DATE]` stands for the day of approval.
            text: String,
            /// What changed against the version before.
            change_log: String,
            /// The day of approval.
            approved_on: CivilDate,
        }
        /// Who accepted only an older version counts as not having accepted, from a day on (V4).
        AcceptanceRequired = 1 {
            /// The version that has to be accepted, or a newer one.
            version: PolicyVersion,
            /// From which day.
            from: CivilDate,
        }
        /// Nobody has to accept that version again after all (V4).
        AcceptanceNotRequired = 1 {
            /// The version.
            version: PolicyVersion,
        }
    }
}
