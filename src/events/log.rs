//! What happens to the log itself.

use crate::domain::id::Position;

stream_events! {
    /// The events of the log's own stream.
    pub enum LogEvent on Log {
        /// The log was restored from a backup.
        LogRestored = 1 {
            /// The last position that the backup held.
            through: Position,
            /// The hash of that position, in hexadecimal.
            head: String,
        }
    }
}
