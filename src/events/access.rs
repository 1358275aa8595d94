//! Who read what (V7), and who came and went.

use crate::domain::id::Slug;
use crate::domain::personal::Personal;

stream_events! {
    /// The events of an access stream: one per person (or, for lists and
    /// sessions, per officer) and month, appended at any version.
    pub enum AccessEvent on Access {
        /// An officer opened one person's sealed record, or what is on file about an officer.
        RecordRead = 1 {
            /// Through which screen.
            screen: Slug,
            /// Why, sealed; exports and evidence need it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            reason: Option<Personal>,
        }
        /// An officer opened a list of people.
        ListRead = 1 {
            /// Through which screen.
            screen: Slug,
            /// What was searched and filtered for, sealed.
            query: Personal,
            /// How many people it showed.
            count: u32,
            /// Why, sealed; exports need it.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            reason: Option<Personal>,
        }
        /// An officer signed in.
        SignedIn = 1 {
            /// How: `openid-connect`, or `demo`.
            how: Slug,
        }
        /// An officer ended sessions of their own.
        SignedOut = 1 {
            /// How many ended.
            sessions: u32,
        }
    }
}
