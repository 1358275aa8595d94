//! What happens to the rulebook.

use crate::domain::date::CivilDate;
use crate::domain::rulebook::Rules;

stream_events! {
    /// The events of the rulebook's one stream.
    pub enum RulebookEvent on Rulebook {
        /// A version of the rulebook was adopted (D5). Old dates do not move.
        RulebookAdopted = 1 {
            /// 1 for the first, counting up.
            version: u32,
            /// From when it is in force.
            in_force_from: CivilDate,
            /// The rules.
            rules: Rules,
            /// The law or decision it rests on.
            law: String,
        }
    }
}
