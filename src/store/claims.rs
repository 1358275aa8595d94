//! Who has what only one can have.

use uuid::Uuid;

use super::Store;
use super::append::ClaimKind;
use super::db::Arg;
use super::dialect::{MOST_ROWS, list_of, list_shape, padded};
use super::error::Result;

impl Store {
    /// Whose a claimed thing is, by its keyed hash.
    ///
    /// # Errors
    /// The database.
    pub async fn claim_owner(&self, kind: ClaimKind, hash: &[u8; 32]) -> Result<Option<Uuid>> {
        let args = [Arg::Text(kind.as_str()), Arg::Bytes(hash)];
        let row =
            self.db().fetch_optional("SELECT owner FROM claims WHERE kind = ? AND hash = ?", &args).await?;
        row.map(|row| row.uuid(0)).transpose()
    }

    /// Whose claimed things are, for many at once; hashes that nobody claimed are left out.
    ///
    /// # Errors
    /// The database.
    pub async fn claim_owners(
        &self,
        kind: ClaimKind,
        hashes: &[[u8; 32]],
    ) -> Result<std::collections::HashMap<[u8; 32], Uuid>> {
        let mut owners = std::collections::HashMap::with_capacity(hashes.len());
        for part in hashes.chunks(MOST_ROWS) {
            let shape = list_shape(part.len());
            let sql =
                format!("SELECT hash, owner FROM claims WHERE kind = ? AND hash IN ({})", list_of(shape));
            let mut args = vec![Arg::Text(kind.as_str())];
            args.extend(padded(part));
            for row in self.db().fetch_all(sql, &args).await? {
                owners.insert(row.array(0)?, row.uuid(1)?);
            }
        }
        Ok(owners)
    }
}
