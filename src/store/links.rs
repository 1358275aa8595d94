//! One-time links. The token is an HMAC of the link's id ([`super::Keyring::link_token`]),
//! so the database holds nothing that opens a link.

use uuid::Uuid;

use super::Store;
use super::append::{NewLink, OutboxRow};
use super::db::Arg;
use super::db::Tx;
use super::error::{DbError, Result};
use super::group::insert_rows;
use crate::domain::date::Instant;
use crate::domain::id::{CommandId, Position};
use crate::domain::mail::LinkPurpose;

/// One link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Its id.
    pub id: Uuid,
    /// What it is for; ASCII, at most 32 bytes.
    pub purpose: String,
    /// The person it is about.
    pub subject: Uuid,
    /// Until when it works.
    pub expires_at: Instant,
    /// When it was used, if it was.
    pub consumed_at: Option<Instant>,
}

impl Link {
    /// Whether it may still be used for that.
    #[must_use]
    pub fn is_open(&self, purpose: LinkPurpose, now: Instant) -> bool {
        self.is_for(purpose) && self.consumed_at.is_none() && self.expires_at > now
    }

    /// Whether it is for that.
    #[must_use]
    pub fn is_for(&self, purpose: LinkPurpose) -> bool {
        self.purpose == purpose.as_str()
    }
}

/// Makes links.
pub(super) async fn insert(tx: &mut Tx, links: impl Iterator<Item = &NewLink>) -> Result<()> {
    let rows = links.map(|link| {
        vec![
            Arg::Bytes(link.id.as_bytes()),
            Arg::Text(link.purpose.as_str()),
            Arg::Bytes(link.subject.as_bytes()),
            Arg::Int(link.expires_at.micros()),
            Arg::MaybeInt(None),
        ]
    });
    let head = "INSERT INTO links (id, purpose, subject, expires_at, consumed_at) VALUES ";
    insert_rows(tx, head, 5, rows.collect()).await
}

/// Uses a link up; `false` when it was used before, has expired or does not exist (L1).
pub(super) async fn consume(tx: &mut Tx, id: Uuid, now: Instant) -> Result<bool> {
    let sql = "UPDATE links SET consumed_at = ? WHERE id = ? AND consumed_at IS NULL AND expires_at > ?";
    let now = now.micros();
    Ok(tx.execute(sql, &[Arg::Int(now), Arg::Bytes(id.as_bytes()), Arg::Int(now)]).await? == 1)
}

impl Store {
    /// Puts mail into the outbox that tells of no fact, such as a link that somebody asked for, together
    /// with its links: all of it, or nothing.
    ///
    /// # Errors
    /// The database.
    pub async fn post(&self, links: &[NewLink], mails: &[OutboxRow], now: Instant) -> Result<()> {
        let mut tx = self.db().begin().await?;
        let written = async {
            insert(&mut tx, links.iter()).await?;
            super::outbox::insert(&mut tx, mails.iter(), now).await
        }
        .await;
        tx.settle(written).await
    }

    /// Makes a link.
    ///
    /// # Errors
    /// The database.
    pub async fn create_link(
        &self,
        id: Uuid,
        purpose: &'static str,
        subject: Uuid,
        expires_at: Instant,
    ) -> Result<()> {
        self.db()
            .execute(
                "INSERT INTO links (id, purpose, subject, expires_at, consumed_at) VALUES (?, ?, ?, ?, NULL)",
                &[
                    Arg::Bytes(id.as_bytes()),
                    Arg::Text(purpose),
                    Arg::Bytes(subject.as_bytes()),
                    Arg::Int(expires_at.micros()),
                ],
            )
            .await
            .map(drop)
    }

    /// A link by its id; whether it may still be used is for the caller to say.
    ///
    /// # Errors
    /// The database.
    pub async fn find_link(&self, id: Uuid) -> Result<Option<Link>> {
        let row = self
            .db()
            .fetch_optional(
                "SELECT purpose, subject, expires_at, consumed_at FROM links WHERE id = ?",
                &[Arg::Bytes(id.as_bytes())],
            )
            .await?;
        row.map(|row| {
            Ok(Link {
                id,
                purpose: row.text(0)?.to_owned(),
                subject: row.uuid(1)?,
                expires_at: Instant::from_micros(row.int(2)?),
                consumed_at: row.maybe_int(3)?.map(Instant::from_micros),
            })
        })
        .transpose()
    }

    /// Uses a link up for a command that writes no event (L1), and remembers the command as of an event that there
    /// is; `false` when the link was used before, has expired or does not exist.
    ///
    /// # Errors
    /// [`DbError::DuplicateKey`] when the command was recorded before; the database.
    pub async fn use_link(
        &self,
        id: Uuid,
        command: CommandId,
        body_hash: &[u8; 32],
        as_of: Position,
        now: Instant,
    ) -> Result<bool> {
        let mut tx = self.db().begin().await?;
        let used = async {
            if !consume(&mut tx, id, now).await? {
                return Ok(false);
            }
            let sql = "INSERT INTO commands (command_id, body_hash, first_position, last_position) \
                       VALUES (?, ?, ?, ?)";
            let at = Arg::Int(as_of.0);
            tx.execute(sql, &[Arg::Bytes(command.0.as_bytes()), Arg::Bytes(body_hash), at, at]).await?;
            Ok(true)
        }
        .await;
        tx.settle_if(used).await
    }

    /// Notes that something which is not kept here was used; `false` when it was before. The note
    /// must last as long as the thing could be used again.
    ///
    /// # Errors
    /// The database.
    pub async fn use_once(
        &self,
        id: Uuid,
        purpose: &'static str,
        now: Instant,
        until: Instant,
    ) -> Result<bool> {
        let made = self
            .db()
            .execute(
                "INSERT INTO links (id, purpose, subject, expires_at, consumed_at) VALUES (?, ?, ?, ?, ?)",
                &[
                    Arg::Bytes(id.as_bytes()),
                    Arg::Text(purpose),
                    Arg::Bytes(id.as_bytes()),
                    Arg::Int(until.micros()),
                    Arg::Int(now.micros()),
                ],
            )
            .await;
        match made {
            Ok(_) => Ok(true),
            Err(DbError::DuplicateKey) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Deletes the links and notes of a purpose that have expired; returns how many.
    ///
    /// # Errors
    /// The database.
    pub async fn sweep_links(&self, purpose: &'static str, now: Instant) -> Result<u64> {
        let args = [Arg::Text(purpose), Arg::Int(now.micros())];
        self.db().execute("DELETE FROM links WHERE purpose = ? AND expires_at <= ?", &args).await
    }
}
