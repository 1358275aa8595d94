//! The receipts of commands that were recorded: sending one twice does it once.

use super::Store;
use super::append::{AppendError, Receipt};
use super::db::Arg;
use crate::domain::date::Instant;
use crate::domain::id::{CommandId, Position};

impl Store {
    /// The receipt of a command that was recorded before; none where it was not.
    ///
    /// # Errors
    /// [`AppendError::CommandReused`] when its body was another one; the database.
    pub async fn recorded_command(
        &self,
        id: CommandId,
        body_hash: [u8; 32],
    ) -> Result<Option<Receipt>, AppendError> {
        let sql = "SELECT c.body_hash, c.first_position, c.last_position, e.recorded_at \
                   FROM commands c JOIN events e ON e.position = c.last_position WHERE c.command_id = ?";
        let Some(row) = self.db().fetch_optional(sql, &[Arg::Bytes(id.0.as_bytes())]).await? else {
            return Ok(None);
        };
        if row.array(0)? != body_hash {
            return Err(AppendError::CommandReused);
        }
        Ok(Some(Receipt {
            first: Position(row.int(1)?),
            last: Position(row.int(2)?),
            recorded_at: Instant::from_micros(row.int(3)?),
            repeated: true,
        }))
    }
}
