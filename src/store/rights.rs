//! What the database lets this account do: the log is kept from being changed
//! by rights, so too many of them are worth knowing. For `doctor`.

use super::db::{Backend, Db};
use super::error::{DbError, Result};

/// What the account may do beyond its needs, and what it may not but must.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rights {
    /// Rights with which events could be changed.
    pub too_many: Vec<String>,
    /// Tables that cannot be read.
    pub missing: Vec<String>,
}

/// Statements that change nothing, and that `serve` must not be allowed.
const MUST_FAIL: [(&str, &str); 2] = [
    ("UPDATE on events", "UPDATE events SET position = position WHERE position < 0"),
    ("DELETE on events", "DELETE FROM events WHERE position < 0"),
];
/// Rights that pass the triggers by: TRUNCATE needs DROP.
const NEVER: [&str; 4] = ["CREATE", "DROP", "ALTER", "TRIGGER"];
const TABLES: [&str; 15] = [
    "events",
    "commands",
    "log_head",
    "claims",
    "person_keys",
    "erasures",
    "outbox",
    "outbox_tries",
    "announcements",
    "jobs",
    "bounces",
    "removals",
    "sessions",
    "links",
    "pins",
];

/// The account's rights to the server or to this database as a whole.
const WIDE: &str = "SELECT CAST(PRIVILEGE_TYPE AS CHAR) FROM information_schema.USER_PRIVILEGES \
     WHERE GRANTEE = CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''') UNION \
     SELECT CAST(PRIVILEGE_TYPE AS CHAR) FROM information_schema.SCHEMA_PRIVILEGES \
     WHERE GRANTEE = CONCAT('''', REPLACE(CURRENT_USER(), '@', '''@'''), '''') \
     AND DATABASE() LIKE TABLE_SCHEMA";

/// Tries and asks. SQLite knows no accounts: its file's owner may do anything,
/// and the triggers keep the events.
///
/// # Errors
/// The database.
pub async fn rights(db: &Db) -> Result<Rights> {
    let mut rights = Rights::default();
    if db.backend() == Backend::Sqlite {
        return Ok(rights);
    }
    for (name, sql) in MUST_FAIL {
        match db.execute(sql, &[]).await {
            Ok(_) => rights.too_many.push(name.to_owned()),
            Err(DbError::Denied(_)) => {}
            Err(error) => return Err(error),
        }
    }
    for row in db.fetch_all(WIDE, &[]).await? {
        let right = row.text(0)?;
        if NEVER.contains(&right) {
            rights.too_many.push(right.to_owned());
        }
    }
    for table in TABLES {
        match db.fetch_optional(format!("SELECT 1 FROM {table} LIMIT 1"), &[]).await {
            Ok(_) => {}
            Err(DbError::Denied(_)) => rights.missing.push(table.to_owned()),
            Err(error) => return Err(error),
        }
    }
    Ok(rights)
}
