//! The log's format: which kinds of events may be written yet.
//!
//! While two releases run side by side, the older one must be able to read what the newer one
//! writes. So a release reads new kinds of events one release before any writes them, and the
//! row of `log_format` holds the highest format that may be written. It is raised by hand, with
//! `emol migrate --raise-log-format`, once every server runs a release that reads it.

use std::sync::atomic::{AtomicI64, Ordering};

use super::append::AppendError;
use super::db::{Arg, Db};
use super::error::{DbError, Result};

/// What may be written, as far as this process knows.
#[derive(Debug)]
pub(super) struct Allowed(AtomicI64);

impl Allowed {
    pub async fn read(db: &Db) -> Result<Self> {
        Ok(Self(AtomicI64::new(read(db).await?)))
    }

    /// Lets an append of that format pass. The row is asked only when it seems too new:
    /// formats are raised, never lowered.
    pub async fn check(&self, db: &Db, needed: i64) -> Result<(), AppendError> {
        if needed <= self.0.load(Ordering::Relaxed) {
            return Ok(());
        }
        let allowed = read(db).await?;
        self.0.store(allowed, Ordering::Relaxed);
        if needed <= allowed { Ok(()) } else { Err(AppendError::NotYet { needed, allowed }) }
    }
}

/// The highest format that may be written.
///
/// # Errors
/// The database.
pub async fn read(db: &Db) -> Result<i64> {
    let row = db.fetch_optional("SELECT format FROM log_format WHERE id = 1", &[]).await?;
    row.ok_or(DbError::Shape("log_format has no row; run `emol migrate`"))?.int(0)
}

/// Lets events up to that format be written in a log that holds none yet: nobody reads it but this release.
///
/// # Errors
/// The database.
pub async fn raise_unused(db: &Db, to: i64) -> Result<()> {
    let sql =
        "UPDATE log_format SET format = ? WHERE id = 1 AND format < ? AND NOT EXISTS (SELECT 1 FROM events)";
    db.execute(sql, &[Arg::Int(to), Arg::Int(to)]).await?;
    Ok(())
}

/// Lets events up to that format be written from now on; never lowers it. Needs the rights of
/// the account that migrates. Returns what was allowed before.
///
/// # Errors
/// The database.
pub async fn raise(db: &Db, to: i64) -> Result<i64> {
    let before = read(db).await?;
    let args = [Arg::Int(to), Arg::Int(to)];
    db.execute("UPDATE log_format SET format = ? WHERE id = 1 AND format < ?", &args).await?;
    Ok(before)
}
