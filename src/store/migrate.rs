//! Brings the tables of a database to what this program needs.

use super::db::Db;
use super::error::Result;

/// What [`migrate`] did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MigrationReport {
    /// The names of the migrations that were run.
    pub applied: Vec<String>,
    /// What could not be done and what to do about it; nothing that stops `serve`.
    pub warnings: Vec<String>,
}

/// How a database's tables compare to what this program needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaState {
    /// As needed.
    UpToDate,
    /// So many migrations are missing: run `emol migrate`.
    Behind(usize),
    /// A newer emol has migrated it: install that one.
    Newer,
    /// A migration that was run differs from the one of this program.
    Changed,
}

/// Runs what is missing.
///
/// # Errors
/// The database.
pub async fn migrate(_db: &Db) -> Result<MigrationReport> {
    unimplemented!("comes next")
}

/// Compares.
///
/// # Errors
/// The database.
pub async fn schema_state(_db: &Db) -> Result<SchemaState> {
    unimplemented!("comes next")
}
