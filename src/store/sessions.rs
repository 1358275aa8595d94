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

/// What the database knows a session by; it opens nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionHash(pub [u8; 32]);

impl SessionHash {
    /// The hash of a token.
    #[must_use]
    pub fn of(token: &[u8]) -> Self {
        Self(Sha256::digest(token).into())
    }
}

fn hash(token: &[u8]) -> [u8; 32] {
    SessionHash::of(token).0
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

    /// The sessions of an officer that have not expired, the one used last first.
    ///
    /// # Errors
    /// The database.
    pub async fn sessions_of(&self, officer: OfficerId, now: Instant) -> Result<Vec<(SessionHash, Session)>> {
        let rows = self
            .db()
            .fetch_all(
                "SELECT officer, created_at, seen_at, expires_at, hash FROM sessions \
                 WHERE officer = ? AND expires_at > ? ORDER BY seen_at DESC, created_at DESC, hash",
                &[Arg::Bytes(officer.0.as_bytes()), Arg::Int(now.micros())],
            )
            .await?;
        rows.iter().map(|row| Ok((SessionHash(row.array(4)?), read(row)?))).collect()
    }

    /// Ends one session of an officer; `false` when they have no such session.
    ///
    /// # Errors
    /// The database.
    pub async fn end_session_of(&self, officer: OfficerId, session: SessionHash) -> Result<bool> {
        let args = [Arg::Bytes(&session.0), Arg::Bytes(officer.0.as_bytes())];
        let ended = self.db().execute("DELETE FROM sessions WHERE hash = ? AND officer = ?", &args).await?;
        Ok(ended > 0)
    }

    /// Ends all sessions of an officer but one; returns how many there were.
    ///
    /// # Errors
    /// The database.
    pub async fn end_sessions_but(&self, officer: OfficerId, kept: SessionHash) -> Result<u64> {
        let args = [Arg::Bytes(officer.0.as_bytes()), Arg::Bytes(&kept.0)];
        self.db().execute("DELETE FROM sessions WHERE officer = ? AND hash <> ?", &args).await
    }

    /// Deletes what has expired; returns how many.
    ///
    /// # Errors
    /// The database.
    pub async fn sweep_sessions(&self, now: Instant) -> Result<u64> {
        self.db().execute("DELETE FROM sessions WHERE expires_at <= ?", &[Arg::Int(now.micros())]).await
    }
}
