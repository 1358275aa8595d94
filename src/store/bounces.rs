//! Addresses that a mail server refused for good. Not an event: it is what another machine said of an address at
//! some moment, is taken back by the next mail that arrives, and nobody decided it (decision 10).

use uuid::Uuid;

use super::Store;
use super::db::{Arg, Row};
use super::error::Result;
use crate::domain::date::Instant;

/// That a person's address was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounce {
    /// Whose.
    pub subject: Uuid,
    /// The address, as [`super::Keyring::address_hash`]: of another one it says nothing.
    pub address: [u8; 32],
    /// When.
    pub at: Instant,
    /// What the mail server answered.
    pub code: u16,
}

fn read(row: &Row) -> Result<Bounce> {
    Ok(Bounce {
        subject: row.uuid(0)?,
        address: row.array(1)?,
        at: Instant::from_micros(row.int(2)?),
        code: u16::try_from(row.int(3)?).unwrap_or(0),
    })
}

impl Store {
    /// Notes that a person's address was refused for good.
    ///
    /// # Errors
    /// The database.
    pub async fn mark_bounced(&self, bounce: &Bounce) -> Result<()> {
        let tail = self.db().backend().upsert("subject", &["address", "refused_at", "code"]);
        let args = [
            Arg::Bytes(bounce.subject.as_bytes()),
            Arg::Bytes(&bounce.address),
            Arg::Int(bounce.at.micros()),
            Arg::Int(i64::from(bounce.code)),
        ];
        let sql =
            format!("INSERT INTO bounces (subject, address, refused_at, code) VALUES (?, ?, ?, ?){tail}");
        self.db().execute(sql, &args).await.map(drop)
    }

    /// What is noted of a person's address.
    ///
    /// # Errors
    /// The database.
    pub async fn bounce_of(&self, subject: Uuid) -> Result<Option<Bounce>> {
        let sql = "SELECT subject, address, refused_at, code FROM bounces WHERE subject = ?";
        self.db().fetch_optional(sql, &[Arg::Bytes(subject.as_bytes())]).await?.as_ref().map(read).transpose()
    }

    /// Everything that is noted.
    ///
    /// # Errors
    /// The database.
    pub async fn bounces(&self) -> Result<Vec<Bounce>> {
        let sql = "SELECT subject, address, refused_at, code FROM bounces";
        self.db().fetch_all(sql, &[]).await?.iter().map(read).collect()
    }
}
