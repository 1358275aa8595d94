//! What happens to one discipline and its types.

use crate::domain::id::Slug;

stream_events! {
    /// The events of a discipline's stream. Slugs never change.
    pub enum DisciplineEvent on Discipline {
        /// A martial activity was added.
        DisciplineFounded = 1 {
            /// Its name in addresses.
            slug: Slug,
            /// Its name on screens.
            name: String,
        }
        /// The discipline got another name on screens.
        DisciplineRenamed = 1 {
            /// The new name.
            name: String,
        }
        /// The discipline takes no new cards.
        DisciplineRetired = 1 {}
        /// The retired discipline takes new cards again.
        DisciplineResumed = 1 {}
        /// A competence was added.
        AuthorizationTypeAdded = 1 {
            /// Its name in addresses.
            slug: Slug,
            /// Its name on screens.
            name: String,
            /// Whether it stands first on cards (C6).
            primary: bool,
        }
        /// A competence got another name, or became primary or not.
        AuthorizationTypeChanged = 1 {
            /// Which.
            slug: Slug,
            /// Its name on screens.
            name: String,
            /// Whether it stands first on cards (C6).
            primary: bool,
        }
        /// A competence is no longer granted; who holds it keeps it.
        AuthorizationTypeRetired = 1 {
            /// Which.
            slug: Slug,
        }
        /// A kind of marshal was added.
        MarshalTypeAdded = 1 {
            /// Its name in addresses.
            slug: Slug,
            /// Its name on screens.
            name: String,
        }
        /// A kind of marshal got another name.
        MarshalTypeRenamed = 1 {
            /// Which.
            slug: Slug,
            /// Its name on screens.
            name: String,
        }
        /// A kind of marshal is no longer warranted; who holds it keeps it.
        MarshalTypeRetired = 1 {
            /// Which.
            slug: Slug,
        }
    }
}
