//! How a subcommand ends when it does not end well. The codes are part of the
//! interface: they never change their meaning.

use std::process::ExitCode;

use crate::commands::bus::BusError;
use crate::config::{ConfigError, SecretsError};
use crate::store::{DbError, KeyError, OpenError};

/// Why a subcommand did not do what was asked. The command line itself being
/// wrong ends with 2, which clap says.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// 1: refused by a rule, or something was found. The text may be empty
    /// where everything was said already.
    #[error("{0}")]
    Refused(String),
    /// 2: the arguments make no sense together.
    #[error("{0}")]
    Usage(String),
    /// 3: settings or keys.
    #[error("{0}")]
    Config(String),
    /// 4: the database is away or busy; nothing was saved.
    #[error("{0}")]
    Database(String),
    /// 5: the tables are not those that this program needs.
    #[error("{0}")]
    Schema(String),
    /// 6: something that should not happen.
    #[error("{0}")]
    Internal(String),
    /// 7: AWS's Parameter Store did not answer; nothing was begun.
    #[error("{0}")]
    Secrets(String),
}

impl Failure {
    /// The exit code.
    #[must_use]
    pub const fn code(&self) -> u8 {
        match self {
            Self::Refused(_) => 1,
            Self::Usage(_) => 2,
            Self::Config(_) => 3,
            Self::Database(_) => 4,
            Self::Schema(_) => 5,
            Self::Internal(_) => 6,
            Self::Secrets(_) => 7,
        }
    }

    /// Says it on standard error and gives the code.
    #[must_use]
    pub fn report(&self) -> ExitCode {
        let text = self.to_string();
        if !text.is_empty() {
            super::output::complain(&text);
        }
        ExitCode::from(self.code())
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Config(error.to_string())
    }
}

impl From<SecretsError> for Failure {
    fn from(error: SecretsError) -> Self {
        match error {
            SecretsError::Config(error) => error.into(),
            SecretsError::Away(text) => Self::Secrets(text),
        }
    }
}

/// MySQL and MariaDB: wrong user or password, no right to the database, no such database.
const LOGIN: [u16; 3] = [1045, 1044, 1049];

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        let number = error.mysql_number();
        match &error {
            DbError::Setting(text) => Self::Config(text.clone()),
            DbError::Busy => {
                Self::Database("the database is busy; nothing was saved. Try again in a moment".to_owned())
            }
            DbError::Unreachable(why) => {
                Self::Database(format!("the database in DATABASE_URL cannot be reached ({})", cause(why)))
            }
            DbError::Denied(_) | DbError::Other(_) if number.is_some_and(|n| LOGIN.contains(&n)) => {
                Self::Config(
                    "the server refuses the user, the password or the database in DATABASE_URL: check all three, \
                     and the account's rights (setup_files/mysql-grants.sql)"
                        .to_owned(),
                )
            }
            DbError::Denied(_) => Self::Config(format!("{error}: see setup_files/mysql-grants.sql")),
            DbError::UnknownCommitOutcome => Self::Database(error.to_string()),
            DbError::Other(why) if why.to_string().contains("readonly database") => Self::Config(
                "the file in DATABASE_URL, or its folder, may not be written by this account: run emol as its owner, or \
                 give it to this account with chown"
                    .to_owned(),
            ),
            DbError::Other(why) if why.to_string().contains("file is not a database") => {
                Self::Config("the file in DATABASE_URL is no SQLite database: name another".to_owned())
            }
            DbError::Other(why) if why.to_string().contains("unable to open database file") => Self::Config(
                "the file in DATABASE_URL cannot be opened: check that its folder exists and may be written"
                    .to_owned(),
            ),
            DbError::Other(why) => Self::Internal(format!("{error} ({why})")),
            DbError::DuplicateKey | DbError::Shape(_) => Self::Internal(error.to_string()),
        }
    }
}

/// The kind of a connection error, without what it may tell of the address.
fn cause(error: &dyn std::error::Error) -> String {
    let mut innermost = error;
    while let Some(next) = innermost.source() {
        innermost = next;
    }
    innermost.to_string()
}

impl From<KeyError> for Failure {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Db(error) => error.into(),
            KeyError::MasterKeyMissing(_) => Self::Config(error.to_string()),
            KeyError::Erased(_) => Self::Refused(error.to_string()),
            KeyError::Damaged { .. } => Self::Internal(error.to_string()),
        }
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Db(error) => error.into(),
            OpenError::Key(error) => error.into(),
        }
    }
}

impl From<BusError> for Failure {
    fn from(error: BusError) -> Self {
        match &error {
            BusError::Refused(crate::commands::Refusal::Fields(fields)) => {
                let lines: Vec<_> = fields.iter().map(ToString::to_string).collect();
                Self::Refused(lines.join("\n"))
            }
            BusError::Refused(_)
            | BusError::Denied(_)
            | BusError::Stale { .. }
            | BusError::Taken(_)
            | BusError::LinkSpent
            | BusError::CommandReused
            | BusError::NotYet(_)
            | BusError::Clock(_) => Self::Refused(error.to_string()),
            BusError::Busy | BusError::OutcomeUnknown => Self::Database(error.to_string()),
            BusError::Internal(_) => Self::Internal(error.to_string()),
        }
    }
}
