//! What can go wrong between us and the database, sorted by what to do about it.

use std::sync::Arc;

use super::db::Backend;

/// Why a statement or a transaction failed. The text of the database itself is
/// kept as the source, for the log; it is never part of what a user reads.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DbError {
    /// Deadlock, lock wait timeout or a busy file: nothing was saved, try again.
    #[error("the database is busy; nothing was saved")]
    Busy,
    /// No connection, or it was lost before anything was committed.
    #[error("the database cannot be reached")]
    Unreachable(#[source] Arc<sqlx::Error>),
    /// A unique key is taken. Which one is found out by looking, not from the message.
    #[error("a unique key is already taken")]
    DuplicateKey,
    /// The connection was lost while COMMIT was under way.
    #[error("it is not known yet whether the change was saved")]
    UnknownCommitOutcome,
    /// The account may not do this (MySQL), or a trigger forbids it.
    #[error("the database refuses this to the account that emol uses")]
    Denied(#[source] Arc<sqlx::Error>),
    /// A row does not have the shape that the migrations gave it.
    #[error("a stored value has an unexpected shape: {0}")]
    Shape(&'static str),
    /// A setting is wrong, for example the database URL.
    #[error("{0}")]
    Setting(String),
    /// Anything else.
    #[error("the database could not do what was asked")]
    Other(#[source] Arc<sqlx::Error>),
}

/// Results of the store's statements.
pub type Result<T, E = DbError> = std::result::Result<T, E>;

/// MySQL and MariaDB: deadlock, lock wait timeout, and a certification failure of Galera.
const MYSQL_BUSY: [u16; 3] = [1205, 1213, 1020];
/// MySQL and MariaDB: no connection left, shutting down, not a primary, killed, read only for now.
const MYSQL_AWAY: [u16; 9] = [1040, 1047, 1053, 1077, 1079, 1158, 1159, 1160, 1927];
/// MySQL and MariaDB: command, table or column denied; special privilege needed; SIGNAL of our triggers.
const MYSQL_DENIED: [u16; 6] = [1044, 1142, 1143, 1227, 1370, 1644];
/// SQLite: RAISE(ABORT) in a trigger, and a read-only database.
const SQLITE_DENIED: [&str; 2] = ["1811", "8"];

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match &error {
            E::Database(db) => {
                if db.is_unique_violation() {
                    return Self::DuplicateKey;
                }
                if let Some(my) = db.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
                    let number = my.number();
                    if MYSQL_BUSY.contains(&number) {
                        return Self::Busy;
                    }
                    if MYSQL_AWAY.contains(&number) {
                        return Self::Unreachable(Arc::new(error));
                    }
                    if MYSQL_DENIED.contains(&number) {
                        return Self::Denied(Arc::new(error));
                    }
                    return Self::Other(Arc::new(error));
                }
                // SQLite gives its extended code in decimal; the low byte is the primary code.
                let code = db.code().unwrap_or_default();
                let primary = code.parse::<u32>().map_or(0, |code| code & 0xff);
                if primary == 5 || primary == 6 {
                    return Self::Busy;
                }
                if SQLITE_DENIED.contains(&code.as_ref()) {
                    return Self::Denied(Arc::new(error));
                }
                Self::Other(Arc::new(error))
            }
            E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::Protocol(_) => {
                Self::Unreachable(Arc::new(error))
            }
            E::Configuration(why) => Self::Setting(format!("the database URL cannot be used: {why}")),
            _ => Self::Other(Arc::new(error)),
        }
    }
}

impl Backend {
    /// What a statement that was given up came to.
    pub(super) fn gave_no_answer(self) -> DbError {
        match self {
            // Somebody else holds the file.
            Self::Sqlite => DbError::Busy,
            Self::MySql | Self::MariaDb => DbError::Unreachable(Arc::new(sqlx::Error::PoolTimedOut)),
        }
    }
}

impl DbError {
    /// The server's error number, where the server is MySQL or MariaDB and gave one.
    #[must_use]
    pub fn mysql_number(&self) -> Option<u16> {
        let (Self::Unreachable(error) | Self::Denied(error) | Self::Other(error)) = self else {
            return None;
        };
        let sqlx::Error::Database(db) = error.as_ref() else { return None };
        db.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>().map(sqlx::mysql::MySqlDatabaseError::number)
    }
}
