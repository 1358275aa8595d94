//! Who has keys, and whose are destroyed.

use uuid::Uuid;

use super::{KeyError, Keyring};
use crate::domain::date::Instant;
use crate::domain::personal::Purpose;
use crate::store::db::Arg;

impl Keyring {
    /// Who has a key for a purpose, in the order of their ids, at most so many after one of them.
    ///
    /// # Errors
    /// The database.
    pub async fn owners_of(&self, purpose: Purpose, after: Uuid, most: i64) -> Result<Vec<Uuid>, KeyError> {
        let sql = "SELECT owner FROM person_keys WHERE owner > ? AND purpose = ? ORDER BY owner LIMIT ?";
        let args = [Arg::Bytes(after.as_bytes()), Arg::Text(purpose.as_str()), Arg::Int(most)];
        let rows = self.0.db.fetch_all(sql, &args).await?;
        rows.iter().map(|row| Ok(row.uuid(0)?)).collect()
    }

    /// Whose details are destroyed, and since when: the list that outlives backups.
    ///
    /// # Errors
    /// The database.
    pub async fn erasures(&self) -> Result<Vec<(Uuid, Instant)>, KeyError> {
        let rows =
            self.0.db.fetch_all("SELECT owner, erased_at FROM erasures ORDER BY erased_at", &[]).await?;
        rows.iter().map(|row| Ok((row.uuid(0)?, Instant::from_micros(row.int(1)?)))).collect()
    }
}
