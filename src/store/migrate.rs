//! Brings the tables of a database to what this program needs. Forward only,
//! one statement a file: MySQL commits each by itself, so each can be run twice.
//!
//! Not `sqlx::migrate`: it keeps times in a column type of each database's own,
//! and locks with `GET_LOCK`, which on Galera locks nothing.

use sha2::{Digest, Sha256};

use super::db::{Arg, Backend, Db};
use super::error::{DbError, Result};
use crate::clock::Clock;

/// One step. Its checksum is remembered: a file that was run never changes again.
struct Migration {
    number: i64,
    name: &'static str,
    sql: &'static str,
}

macro_rules! migrations {
    ($folder:literal: $($number:literal $name:literal),* $(,)?) => {
        &[$(Migration {
            number: $number,
            name: $name,
            sql: include_str!(concat!("../../migrations/", $folder, "/", $name, ".sql")),
        }),*]
    };
}

const MYSQL: &[Migration] = migrations!("mysql":
    1 "0001_log_head", 2 "0002_log_head_row", 3 "0003_log_format", 4 "0004_log_format_row",
    5 "0005_events", 6 "0006_commands", 7 "0007_claims", 8 "0008_person_keys", 9 "0009_erasures",
    10 "0010_outbox", 11 "0011_sessions", 12 "0012_links", 13 "0013_rm_checkpoint", 14 "0014_rm_documents",
    15 "0015_rm_documents_unfollowed", 16 "0016_outbox_tries", 17 "0017_announcements", 18 "0018_jobs",
    19 "0019_bounces", 20 "0020_removals", 21 "0021_pins", 22 "0022_links_by_subject",
);

const SQLITE: &[Migration] = migrations!("sqlite":
    1 "0001_log_head", 2 "0002_log_head_row", 3 "0003_log_format", 4 "0004_log_format_row",
    5 "0005_events", 6 "0006_commands", 7 "0007_claims", 8 "0008_person_keys", 9 "0009_erasures",
    10 "0010_outbox", 11 "0011_sessions", 12 "0012_links", 13 "0013_rm_checkpoint", 14 "0014_rm_documents",
    15 "0015_events_by_subject", 16 "0016_events_by_actor", 17 "0017_events_by_type",
    18 "0018_events_by_command", 19 "0019_events_no_update", 20 "0020_events_no_delete",
    21 "0021_outbox_due", 22 "0022_sessions_by_officer", 23 "0023_rm_documents_followed",
    24 "0024_rm_documents_unfollowed", 25 "0025_outbox_tries", 26 "0026_announcements", 27 "0027_jobs",
    28 "0028_bounces", 29 "0029_removals", 30 "0030_announcements_by_day", 31 "0031_pins",
    32 "0032_links_by_subject",
);

/// The migrations that make the triggers by which SQLite keeps events from being changed, by the names of their files.
pub fn trigger_migrations() -> impl Iterator<Item = &'static str> {
    SQLITE.iter().filter(|migration| migration.sql.contains("CREATE TRIGGER")).map(|migration| migration.name)
}

/// Triggers that only an account with special rights may make on MySQL; tried at every `migrate`.
const MYSQL_TRIGGERS: [&str; 2] = [
    include_str!("../../migrations/mysql/triggers/events_no_update.sql"),
    include_str!("../../migrations/mysql/triggers/events_no_delete.sql"),
];

const MYSQL_TABLE: &str = "CREATE TABLE IF NOT EXISTS migrations (number BIGINT NOT NULL PRIMARY KEY, \
    name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL, checksum BINARY(32) NOT NULL, \
    applied_at BIGINT NOT NULL) ENGINE=InnoDB";
const SQLITE_TABLE: &str = "CREATE TABLE IF NOT EXISTS migrations (number INTEGER NOT NULL PRIMARY KEY, \
    name TEXT NOT NULL, checksum BLOB NOT NULL, applied_at INTEGER NOT NULL) STRICT";

/// What [`migrate`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MigrationReport {
    /// The names of the migrations that were run.
    pub applied: Vec<String>,
    /// What could not be done and what to do about it; nothing that stops `serve`.
    pub warnings: Vec<String>,
}

/// How a database's tables compare to what this program needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SchemaState {
    /// As needed.
    UpToDate,
    /// So many migrations are missing: run `emol migrate`.
    Behind(usize),
    /// A newer emol has migrated it up to this number; this program may still
    /// work, as migrations only add, if the newer one's notes say so.
    Newer(i64),
    /// The named migration was run with another text than this program has.
    Changed(String),
}

const fn list(backend: Backend) -> &'static [Migration] {
    match backend {
        Backend::MySql | Backend::MariaDb => MYSQL,
        Backend::Sqlite => SQLITE,
    }
}

fn checksum(migration: &Migration) -> [u8; 32] {
    Sha256::digest(migration.sql.as_bytes()).into()
}

/// Whether the error says that a table does not exist.
fn is_missing_table(error: &DbError) -> bool {
    let DbError::Other(source) = error else { return false };
    error.mysql_number() == Some(1146) || source.to_string().contains("no such table")
}

/// Refuses a database that holds tables, but none of ours: it is another program's.
///
/// # Errors
/// [`DbError::Setting`] names a few of the tables; or the database.
pub async fn not_another_programs(db: &Db) -> Result<()> {
    let sql = match db.backend() {
        Backend::Sqlite => {
            "SELECT CAST(name AS TEXT) FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' ORDER BY name"
        }
        Backend::MySql | Backend::MariaDb => {
            "SELECT CAST(table_name AS CHAR(64) CHARACTER SET ascii) FROM information_schema.tables \
             WHERE table_schema = DATABASE() ORDER BY table_name"
        }
    };
    let mut names = Vec::new();
    for row in db.fetch_all(sql, &[]).await? {
        names.push(row.text(0)?.to_owned());
    }
    // This one is made before all others.
    if names.is_empty() || names.iter().any(|name| name == "migrations") {
        return Ok(());
    }
    names.truncate(3);
    Err(DbError::Setting(format!(
        "the database in DATABASE_URL is another program's: it holds tables ({}, …) and none of emol's. Nothing was \
         changed; name a database of emol's own",
        names.join(", ")
    )))
}

/// Runs what is missing, with an account that may create tables.
///
/// # Errors
/// The database, which may be another program's; a step that failed is named in [`DbError::Setting`] where the account lacks the right.
pub async fn migrate(db: &Db, clock: &dyn Clock) -> Result<MigrationReport> {
    let mut report = MigrationReport::default();
    let mysql = db.backend() != Backend::Sqlite;
    not_another_programs(db).await?;
    db.raw(if mysql { MYSQL_TABLE } else { SQLITE_TABLE }).await.map_err(|error| match error {
        DbError::Denied(_) => DbError::Setting(
            "this account may not create tables: run `emol migrate` with the owner's account, \
             see setup_files/mysql-grants.sql"
                .to_owned(),
        ),
        other => other,
    })?;
    let applied = applied(db).await?;
    for migration in list(db.backend()) {
        if applied.iter().any(|(number, _)| *number == migration.number) {
            continue;
        }
        match db.raw(migration.sql).await {
            // 1091: what it drops is gone already; 1061: the key it adds is there. MySQL has no words for
            // "if it exists" and "if it does not" there.
            Err(error) if matches!(error.mysql_number(), Some(1091 | 1061)) => {}
            done => done?,
        }
        let sql = format!(
            "{} migrations (number, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
            db.backend().insert_ignore()
        );
        let args = [
            Arg::Int(migration.number),
            Arg::Text(migration.name),
            Arg::Bytes(&checksum(migration)),
            Arg::Int(clock.now().micros()),
        ];
        db.execute(sql, &args).await?;
        report.applied.push(migration.name.to_owned());
    }
    if mysql {
        for sql in MYSQL_TRIGGERS {
            match db.raw(sql).await {
                Ok(()) => {}
                // 1359: it is there already; 1235: older servers allow one trigger per moment, ours is there.
                Err(error) if matches!(error.mysql_number(), Some(1359 | 1235)) => {}
                Err(error) if matches!(error.mysql_number(), Some(1419 | 1142 | 1227)) => {
                    report.warnings.push(trigger_warning());
                    break;
                }
                Err(error) => return Err(error),
            }
        }
    }
    Ok(report)
}

fn trigger_warning() -> String {
    "the triggers that keep events from being changed could not be made, because the binary log is on and \
     this account is no administrator (error 1419). The grants of setup_files/mysql-grants.sql protect the \
     events all the same. To have both, let an administrator run `emol migrate`, or set \
     log_bin_trust_function_creators = 1 while it runs."
        .to_owned()
}

/// Whether the triggers that keep events from being changed exist. For `doctor`;
/// on MySQL an account without the TRIGGER right sees none.
///
/// # Errors
/// The database.
pub async fn has_append_only_triggers(db: &Db) -> Result<bool> {
    let sql = match db.backend() {
        Backend::Sqlite => {
            "SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger' AND name IN \
             ('events_no_update', 'events_no_delete')"
        }
        Backend::MySql | Backend::MariaDb => {
            "SELECT COUNT(*) FROM information_schema.triggers WHERE trigger_schema = DATABASE() \
             AND trigger_name IN ('events_no_update', 'events_no_delete')"
        }
    };
    Ok(db.fetch_optional(sql, &[]).await?.map(|row| row.int(0)).transpose()? == Some(2))
}

async fn applied(db: &Db) -> Result<Vec<(i64, [u8; 32])>> {
    let rows = db.fetch_all("SELECT number, checksum FROM migrations ORDER BY number", &[]).await?;
    rows.iter().map(|row| Ok((row.int(0)?, row.array(1)?))).collect()
}

/// Compares the database's tables with what this program needs, by the list of migrations.
///
/// # Errors
/// The database.
pub async fn schema_state(db: &Db) -> Result<SchemaState> {
    let known = list(db.backend());
    let applied = match applied(db).await {
        Ok(applied) => applied,
        Err(error) if is_missing_table(&error) => Vec::new(),
        Err(error) => return Err(error),
    };
    for migration in known {
        let run = applied.iter().find(|(number, _)| *number == migration.number);
        if run.is_some_and(|(_, sum)| *sum != checksum(migration)) {
            return Ok(SchemaState::Changed(migration.name.to_owned()));
        }
    }
    let missing = known
        .iter()
        .filter(|migration| applied.iter().all(|(number, _)| *number != migration.number))
        .count();
    if missing > 0 {
        return Ok(SchemaState::Behind(missing));
    }
    let newest = known.last().map_or(0, |migration| migration.number);
    Ok(match applied.last() {
        Some((number, _)) if *number > newest => SchemaState::Newer(*number),
        _ => SchemaState::UpToDate,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_migration_is_one_statement_and_numbered_by_its_name() {
        for folder in [MYSQL, SQLITE] {
            for (i, migration) in folder.iter().enumerate() {
                assert_eq!(migration.number, i64::try_from(i).unwrap() + 1);
                assert!(
                    migration.name.starts_with(&format!("{:04}_", migration.number)),
                    "{}",
                    migration.name
                );
                let statement = migration.sql.lines().filter(|line| !line.starts_with("--"));
                let ends: usize = statement.map(|line| line.matches(';').count()).sum();
                assert!(ends == 1 || migration.sql.contains("BEGIN"), "{}", migration.name);
            }
        }
    }
}
