//! The outbox: mail that was written with the facts it tells of and waits to be handed over.

use super::Store;
use super::db::Arg;
use super::error::Result;

/// The state of a mail that nobody tries to hand over any more.
pub const DEAD: &str = "dead";

impl Store {
    /// How many mails could not be handed over and are not tried again (M3).
    ///
    /// # Errors
    /// The database.
    pub async fn dead_letters(&self) -> Result<usize> {
        let row = self
            .db()
            .fetch_optional("SELECT COUNT(*) FROM outbox WHERE state = ?", &[Arg::Text(DEAD)])
            .await?;
        row.map_or(Ok(0), |row| row.int(0).map(|count| usize::try_from(count).unwrap_or(0)))
    }
}
