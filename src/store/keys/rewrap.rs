//! A change of master keys: what another one wraps is wrapped by the first. No event is rewritten.

use super::{KeyError, KeyId, Keyring};
use crate::store::db::{Arg, Row};
use crate::store::seal;

/// Keys read at once.
const PAGE: i64 = 1000;

impl Keyring {
    /// How many keys another master key than the first wraps, the log's secret among them.
    ///
    /// # Errors
    /// The database.
    pub async fn wrapped_by_others(&self) -> Result<u64, KeyError> {
        let (mut after, mut count) = (Vec::new(), 0);
        while let Some((rows, last)) = self.wrapped_after(&after).await? {
            for row in &rows {
                count += u64::from(!self.0.master.is_current(row.bytes(3)?));
            }
            after = last;
        }
        Ok(count)
    }

    /// Wraps every key with the first master key that another one wraps; returns
    /// how many. The account needs UPDATE on `person_keys`.
    ///
    /// # Errors
    /// [`KeyError::MasterKeyMissing`] when a key cannot be opened.
    pub async fn rewrap(&self) -> Result<u64, KeyError> {
        let (mut after, mut done) = (Vec::new(), 0);
        while let Some((rows, last)) = self.wrapped_after(&after).await? {
            for row in &rows {
                done += self.rewrap_one(row).await?;
            }
            after = last;
        }
        Ok(done)
    }

    async fn rewrap_one(&self, row: &Row) -> Result<u64, KeyError> {
        let old = row.bytes(3)?;
        if self.0.master.is_current(old) {
            return Ok(0);
        }
        let id = KeyId(row.uuid(0)?);
        let place = seal::key_place(id, row.uuid(1)?, row.text(2)?);
        let key = self.0.master.unwrap(old, &place).map_err(KeyError::MasterKeyMissing)?;
        let new = self.0.master.wrap(&key, &place, self.0.ids.as_ref());
        // A key that was destroyed meanwhile stays destroyed.
        let sql = "UPDATE person_keys SET wrapped = ? WHERE key_id = ? AND wrapped = ?";
        let args = [Arg::Bytes(&new), Arg::Bytes(id.0.as_bytes()), Arg::Bytes(old)];
        Ok(self.0.db.execute(sql, &args).await?)
    }

    /// The next keys in the order of their ids, and the last id; at first after nothing, which is
    /// shorter than any id and so stands before the nil id of the log's secret.
    async fn wrapped_after(&self, after: &[u8]) -> Result<Option<(Vec<Row>, Vec<u8>)>, KeyError> {
        let sql = format!(
            "SELECT key_id, owner, purpose, wrapped FROM person_keys WHERE key_id > ? ORDER BY key_id LIMIT {PAGE}"
        );
        let rows = self.0.db.fetch_all(sql, &[Arg::Bytes(after)]).await?;
        let last = rows.last().map(|row| row.bytes(0).map(<[u8]>::to_vec)).transpose()?;
        Ok(last.map(|last| (rows, last)))
    }
}
