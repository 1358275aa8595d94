//! What happens to the regions a combatant may live in.

stream_events! {
    /// The events of the regions' one stream.
    pub enum RegionsEvent on Regions {
        /// A province or state was added.
        RegionAdded = 1 {
            /// Its code of two letters; never changes.
            code: String,
            /// Its name on screens.
            name: String,
            /// Its country, which decides the form of postal codes (P2).
            country: String,
            /// A sample of its postal codes, shown as a hint.
            postal_format: String,
            /// Whether people may be registered there.
            active: bool,
        }
        /// A region was renamed, or opened or closed for new entries.
        RegionChanged = 1 {
            /// Which.
            code: String,
            /// Its name on screens.
            name: String,
            /// Its country.
            country: String,
            /// A sample of its postal codes.
            postal_format: String,
            /// Whether people may be registered there.
            active: bool,
        }
    }
}
