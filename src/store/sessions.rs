//! Sessions of signed-in officers. The browser has a random token, the
//! database its hash. That somebody signed in is an event; this is the row behind it.

use sha2::{Digest, Sha256};

use super::Store;
use super::db::{Arg, Row};
use super::error::Result;
use crate::domain::date::Instant;
use crate::domain::id::OfficerId;

/// One session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// Whose it is.
    pub officer: OfficerId,
    /// Since when.
    pub created_at: Instant,
    /// When it was last used.
    pub seen_at: Instant,
    /// Until when it lasts at most.
    pub expires_at: Instant,
}

fn hash(token: &[u8]) -> [u8; 32] {
    Sha256::digest(token).into()
}

fn read(row: &Row) -> Result<Session> {
    Ok(Session {
        officer: OfficerId(row.uuid(0)?),
        created_at: Instant::from_micros(row.int(1)?),
        seen_at: Instant::from_micros(row.int(2)?),
        expires_at: Instant::from_micros(row.int(3)?),
    })
}

impl Store {
    /// Begins a session for whoever holds `token` (at least 32 random bytes).
    ///
    /// # Errors
    /// The database.
    pub async fn create_session(
        &self,
        token: &[u8],
        officer: OfficerId,
        now: Instant,
        expires_at: Instant,
    ) -> Result<()> {
        self.db()
            .execute(
                "INSERT INTO sessions (hash, officer, created_at, seen_at, expires_at) VALUES (?, ?, ?, ?, ?)",
                &[
                    Arg::Bytes(&hash(token)),
                    Arg::Bytes(officer.0.as_bytes()),
                    Arg::Int(now.micros()),
                    Arg::Int(now.micros()),
                    Arg::Int(expires_at.micros()),
                ],
            )
            .await
            .map(drop)
    }

    /// The session of a token, if it has not ended and not expired.
    ///
    /// # Errors
    /// The database.
    pub async fn find_session(&self, token: &[u8], now: Instant) -> Result<Option<Session>> {
        let row = self
            .db()
            .fetch_optional(
                "SELECT officer, created_at, seen_at, expires_at FROM sessions WHERE hash = ? AND expires_at > ?",
                &[Arg::Bytes(&hash(token)), Arg::Int(now.micros())],
            )
            .await?;
        row.as_ref().map(read).transpose()
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// The database.
    pub async fn touch_session(&self, token: &[u8], now: Instant) -> Result<()> {
        self.db()
            .execute(
                "UPDATE sessions SET seen_at = ? WHERE hash = ?",
                &[Arg::Int(now.micros()), Arg::Bytes(&hash(token))],
            )
            .await
            .map(drop)
    }

    /// Ends one session.
    ///
    /// # Errors
    /// The database.
    pub async fn end_session(&self, token: &[u8]) -> Result<()> {
        self.db().execute("DELETE FROM sessions WHERE hash = ?", &[Arg::Bytes(&hash(token))]).await.map(drop)
    }

    /// Ends all sessions of an officer; returns how many there were.
    ///
    /// # Errors
    /// The database.
    pub async fn end_sessions_of(&self, officer: OfficerId) -> Result<u64> {
        self.db().execute("DELETE FROM sessions WHERE officer = ?", &[Arg::Bytes(officer.0.as_bytes())]).await
    }

    /// Deletes what has expired; returns how many.
    ///
    /// # Errors
    /// The database.
    pub async fn sweep_sessions(&self, now: Instant) -> Result<u64> {
        self.db().execute("DELETE FROM sessions WHERE expires_at <= ?", &[Arg::Int(now.micros())]).await
    }
}
