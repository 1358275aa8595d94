//! What the scheduler does once a day or a week, on whichever server comes first: up to which day each job is
//! done, and who does it now. Also what housekeeping removed.

use uuid::Uuid;

use super::Store;
use super::append::OutboxRow;
use super::db::Arg;
use super::error::{DbError, Result};
use super::outbox;
use crate::domain::date::{CivilDate, Instant};

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The last day it is done for.
    pub done_day: CivilDate,
    /// When it was done.
    pub done_at: Instant,
    /// Until when somebody does it.
    pub lease_until: Instant,
    /// How often it failed since.
    pub failures: i64,
}

impl Store {
    /// How far a job is; none where it never began.
    ///
    /// # Errors
    /// The database.
    pub async fn job(&self, name: &str) -> Result<Option<Job>> {
        let sql = "SELECT done_day, done_at, lease_until, failures FROM jobs WHERE name = ?";
        let row = self.db().fetch_optional(sql, &[Arg::Text(name)]).await?;
        row.map(|row| {
            Ok(Job {
                done_day: CivilDate::from_day_number(row.int(0)?).ok_or(DbError::Shape("a day"))?,
                done_at: Instant::from_micros(row.int(1)?),
                lease_until: Instant::from_micros(row.int(2)?),
                failures: row.int(3)?,
            })
        })
        .transpose()
    }

    /// Notes a job that never began as done for a day, unless another server just did.
    ///
    /// # Errors
    /// The database.
    pub async fn first_job(&self, name: &str, day: CivilDate, now: Instant) -> Result<()> {
        let sql = format!(
            "{} jobs (name, done_day, done_at, lease_until, server, failures) VALUES (?, ?, ?, 0, ?, 0)",
            self.db().backend().insert_ignore()
        );
        let nobody = Uuid::nil();
        let args = [
            Arg::Text(name),
            Arg::Int(day.day_number()),
            Arg::Int(now.micros()),
            Arg::Bytes(nobody.as_bytes()),
        ];
        self.db().execute(sql, &args).await.map(drop)
    }

    /// Takes a job until an instant; `false` when somebody else does it, or has done it.
    ///
    /// # Errors
    /// The database.
    pub async fn take_job(
        &self,
        name: &str,
        server: Uuid,
        seen: &Job,
        now: Instant,
        until: Instant,
    ) -> Result<bool> {
        let sql = "UPDATE jobs SET lease_until = ?, server = ? WHERE name = ? AND done_day = ? AND done_at = ? \
                   AND lease_until <= ?";
        let args = [
            Arg::Int(until.micros()),
            Arg::Bytes(server.as_bytes()),
            Arg::Text(name),
            Arg::Int(seen.done_day.day_number()),
            Arg::Int(seen.done_at.micros()),
            Arg::Int(now.micros()),
        ];
        Ok(self.db().execute(sql, &args).await? == 1)
    }

    /// Notes a job that this server took as done for a day, and puts what comes of it into the outbox: both or
    /// neither. `false` when somebody else has it by now.
    ///
    /// # Errors
    /// The database.
    pub async fn finish_job(
        &self,
        name: &str,
        server: Uuid,
        day: CivilDate,
        now: Instant,
        mails: &[OutboxRow],
    ) -> Result<bool> {
        let mut tx = self.db().begin().await?;
        let sql = "UPDATE jobs SET done_day = ?, done_at = ?, lease_until = 0, failures = 0 WHERE name = ? \
                   AND server = ? AND lease_until > 0";
        let args = [
            Arg::Int(day.day_number()),
            Arg::Int(now.micros()),
            Arg::Text(name),
            Arg::Bytes(server.as_bytes()),
        ];
        let done = match tx.execute(sql, &args).await {
            Ok(1) => outbox::insert(&mut tx, mails.iter(), now).await.map(|()| true),
            Ok(_) => Ok(false),
            Err(error) => Err(error),
        };
        tx.settle_if(done).await
    }

    /// Notes that a job failed; it may be taken again from `until` on. Returns how often it has failed since it was done.
    ///
    /// # Errors
    /// The database.
    pub async fn fail_job(&self, name: &str, server: Uuid, until: Instant) -> Result<i64> {
        let sql = "UPDATE jobs SET failures = failures + 1, lease_until = ? WHERE name = ? AND server = ?";
        let args = [Arg::Int(until.micros()), Arg::Text(name), Arg::Bytes(server.as_bytes())];
        self.db().execute(sql, &args).await?;
        Ok(self.job(name).await?.map_or(0, |job| job.failures))
    }

    /// Notes what housekeeping removed.
    ///
    /// # Errors
    /// The database.
    pub async fn note_removal(&self, what: &str, count: u64, now: Instant) -> Result<()> {
        let sql = format!(
            "{} removals (removed_at, what, count) VALUES (?, ?, ?)",
            self.db().backend().insert_ignore()
        );
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        self.db().execute(sql, &[Arg::Int(now.micros()), Arg::Text(what), Arg::Int(count)]).await.map(drop)
    }

    /// What housekeeping removed lately, the newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn removals(&self, most: i64) -> Result<Vec<(Instant, String, i64)>> {
        let sql = "SELECT removed_at, what, count FROM removals ORDER BY removed_at DESC, what LIMIT ?";
        let rows = self.db().fetch_all(sql, &[Arg::Int(most)]).await?;
        rows.iter()
            .map(|row| Ok((Instant::from_micros(row.int(0)?), row.text(1)?.to_owned(), row.int(2)?)))
            .collect()
    }

    /// Deletes one-time links that stopped working before an instant; returns how many.
    ///
    /// # Errors
    /// The database.
    pub async fn sweep_old_links(&self, before: Instant) -> Result<u64> {
        self.db().execute("DELETE FROM links WHERE expires_at <= ?", &[Arg::Int(before.micros())]).await
    }
}
