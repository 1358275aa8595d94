//! What is done once a day or once a week, at the kingdom's hour, on whichever server comes first.
//!
//! A job is due from the hour on, by the kingdom's clocks, for every day until it is done for that day: what was
//! missed while no server ran is caught up once, with what is true then. The hour is looked at, never waited for, so a
//! night without that hour (daylight saving) only makes it later, and one that has it twice changes nothing. A server takes
//! a job for some minutes; where it ends meanwhile, another one takes it after that.

use std::time::Duration;

use chrono::{Datelike, Timelike};
use tokio::sync::watch;
use tokio::time::sleep;
use uuid::Uuid;

use super::upkeep::{self, Upkeep};
use super::{Tools, digest, housekeeping, reminders};
use crate::commands::bus::BusError;
use crate::domain::date::{CivilDate, Instant};
use crate::store::OutboxRow;
use crate::store::announcements::{Announced, Announcement};

/// How often the clock is looked at.
const LOOK: Duration = Duration::from_secs(30);
/// For how long a server takes a job, in seconds.
const LEASE: i64 = 900;
/// How long to wait after a failure, in seconds, for each one so far.
const AFTER_FAILURE: i64 = 300;
/// The hour from which on the night's backup is made.
const NIGHT: u32 = 3;
/// So many failures in a row are worth a mail.
const TELL_AFTER: i64 = 3;

/// What there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Job {
    /// Who is reminded of what, daily.
    Reminders,
    /// The week for the Minister of the Lists, on Mondays.
    Digest,
    /// What is used up goes, daily.
    Housekeeping,
    /// A backup, every night, where there is a folder for it.
    Backup,
    /// Whether backups arrive elsewhere and the certificate is good, daily.
    Watch,
}

/// Why a job was not done.
#[derive(Debug, thiserror::Error)]
enum JobError {
    /// The register.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// Something around it, in words that may go into a mail.
    #[error("{0}")]
    Around(String),
}

impl From<crate::store::DbError> for JobError {
    fn from(error: crate::store::DbError) -> Self {
        Self::Bus(error.into())
    }
}

impl Job {
    /// Every job.
    pub const ALL: [Self; 5] = [Self::Reminders, Self::Digest, Self::Housekeeping, Self::Backup, Self::Watch];

    /// Its name in the database and in mails; ASCII, at most 16 bytes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Reminders => "reminders",
            Self::Digest => "digest",
            Self::Housekeeping => "housekeeping",
            Self::Backup => "backup",
            Self::Watch => "watch",
        }
    }

    /// The last day for which it should be done by a moment of the kingdom's clocks.
    #[must_use]
    pub fn due(self, today: CivilDate, hour: u32, daily_hour: u32) -> CivilDate {
        let from = if self == Self::Backup { NIGHT } else { daily_hour };
        let day = if hour >= from { today } else { today.day_before() };
        match self {
            Self::Digest => day.plus_days(-i64::from(day.naive().weekday().num_days_from_monday())),
            Self::Reminders | Self::Housekeeping | Self::Backup | Self::Watch => day,
        }
    }
}

/// Does what is due.
pub struct Scheduler {
    tools: Tools,
    server: Uuid,
    daily_hour: u32,
    upkeep: Upkeep,
}

impl Scheduler {
    /// A scheduler that answers to that name among the servers.
    #[must_use]
    pub fn new(tools: Tools, server: Uuid, daily_hour: u32) -> Self {
        Self { tools, server, daily_hour, upkeep: Upkeep::default() }
    }

    /// The same, which also looks after backups and the certificate.
    #[must_use]
    pub fn looking_after(mut self, upkeep: Upkeep) -> Self {
        self.upkeep = upkeep;
        self
    }

    /// Whether there is anything to do for a job here.
    const fn concerns(&self, job: Job) -> bool {
        match job {
            Job::Reminders | Job::Digest | Job::Housekeeping => true,
            Job::Backup => self.upkeep.backups.is_some(),
            Job::Watch => self.upkeep.backups.is_some() || self.upkeep.certificate.is_some(),
        }
    }

    /// Works until it is told to end.
    pub async fn run(self, mut ends: watch::Receiver<bool>) {
        while !*ends.borrow() {
            self.step().await;
            tokio::select! {
                () = sleep(LOOK) => {}
                _ = ends.changed() => {}
            }
        }
    }

    /// Does what is due now; returns which jobs this server did.
    pub async fn step(&self) -> Vec<Job> {
        let mut done = Vec::new();
        for job in Job::ALL.into_iter().filter(|job| self.concerns(*job)) {
            match self.attempt(job).await {
                Ok(true) => done.push(job),
                Ok(false) => {}
                Err(error) => tracing::error!(job = job.as_str(), %error, "a job failed; it is tried again"),
            }
        }
        done
    }

    async fn attempt(&self, job: Job) -> Result<bool, JobError> {
        let Tools { store, bus, .. } = &self.tools;
        let (now, name) = (bus.now(), job.as_str());
        let zone = bus.kingdom().catalogue.kingdom.zone.tz();
        let due = job.due(bus.today(), hour(now, zone), self.daily_hour);
        let Some(seen) = store.job(name).await? else {
            // A register that was just set up has missed nothing, but has no backup yet.
            let done = if job == Job::Backup { due.day_before() } else { due };
            store.first_job(name, done, now).await?;
            return Ok(false);
        };
        // Done for a day that has not come: a clock was wrong then, and nothing may wait for that day.
        let ahead = seen.done_day > bus.today();
        if (seen.done_day >= due && !ahead) || seen.lease_until > now {
            return Ok(false);
        }
        if !store.take_job(name, self.server, &seen, now, now.plus_seconds(LEASE)).await? {
            return Ok(false);
        }
        match self.perform(job, due).await {
            Ok(mails) => Ok(store.finish_job(name, self.server, due, now, &mails).await?),
            Err(error) => {
                metrics::counter!("jobs_failed_total", "job" => name).increment(1);
                let after = AFTER_FAILURE * (seen.failures + 1).min(12);
                let failures = store.fail_job(name, self.server, now.plus_seconds(after)).await?;
                if failures >= TELL_AFTER {
                    self.tell(job, failures, &error).await?;
                }
                Err(error)
            }
        }
    }

    /// Does a job; what it returns goes into the outbox as the job is noted as done.
    async fn perform(&self, job: Job, due: CivilDate) -> Result<Vec<OutboxRow>, JobError> {
        match job {
            Job::Reminders => reminders::run(&self.tools).await.map(drop)?,
            Job::Digest => return Ok(digest::of_week(&self.tools, due).await?.into_iter().collect()),
            Job::Housekeeping => housekeeping::run(&self.tools).await.map(drop)?,
            Job::Backup => {
                if let Some(backups) = &self.upkeep.backups {
                    upkeep::back_up(&self.tools, backups).await.map_err(JobError::Around)?;
                }
            }
            Job::Watch => return self.look().await,
        }
        Ok(Vec::new())
    }

    /// A mail for each thing that is not as it should be; every day, until it is.
    async fn look(&self) -> Result<Vec<OutboxRow>, JobError> {
        let Tools { store, bus, post, .. } = &self.tools;
        let backed_up = store.job(Job::Backup.as_str()).await?.map(|job| job.done_day);
        let found = upkeep::look(&self.upkeep, backed_up, bus.today(), bus.now()).await;
        let found = found.map_err(JobError::Around)?;
        for what in &found {
            tracing::warn!(what, "something needs whoever runs this site");
        }
        let told = found.iter().filter(|_| post.knows_an_operator());
        Ok(told.map(|what| upkeep::concern(&self.tools, what)).collect())
    }

    /// Tells whoever runs the site that a job fails, once a day.
    async fn tell(&self, job: Job, failures: i64, error: &JobError) -> Result<(), JobError> {
        let Tools { store, bus, post, .. } = &self.tools;
        if !post.knows_an_operator() {
            return Ok(());
        }
        let what = match error {
            JobError::Around(what) => Some(what),
            // What a database says stays in the log.
            JobError::Bus(_) => None,
        };
        let params = serde_json::json!({ "job": job.as_str(), "failures": failures, "what": what });
        let mail = upkeep::mail(&self.tools, &params);
        let mut what = [0; 16];
        what[..job.as_str().len()].copy_from_slice(job.as_str().as_bytes());
        let claim = Announcement {
            subject: Uuid::nil(),
            what: Uuid::from_bytes(what),
            day: bus.today(),
            threshold: 0,
        };
        store.announce(&[Announced { mail, claims: vec![claim] }], bus.now()).await?;
        Ok(())
    }
}

/// The hour that the clocks of a zone show.
fn hour(at: Instant, zone: chrono_tz::Tz) -> u32 {
    let utc = chrono::DateTime::from_timestamp_micros(at.micros()).unwrap_or_default();
    utc.with_timezone(&zone).hour()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> CivilDate {
        CivilDate::parse(text).unwrap()
    }

    #[test]
    fn a_day_s_work_is_due_from_the_hour_on_and_yesterday_s_until_then() {
        assert_eq!(Job::Reminders.due(day("2026-05-03"), 8, 9), day("2026-05-02"));
        assert_eq!(Job::Reminders.due(day("2026-05-03"), 9, 9), day("2026-05-03"));
        assert_eq!(Job::Reminders.due(day("2026-05-03"), 0, 0), day("2026-05-03"));
    }

    #[test]
    fn the_backup_is_the_night_s_whatever_the_hour_of_the_mails() {
        assert_eq!(Job::Backup.due(day("2026-05-03"), 2, 9), day("2026-05-02"));
        assert_eq!(Job::Backup.due(day("2026-05-03"), 3, 9), day("2026-05-03"));
        assert_eq!(Job::Watch.due(day("2026-05-03"), 3, 9), day("2026-05-02"));
    }

    #[test]
    fn the_week_is_told_on_mondays() {
        // 2026-05-04 is a Monday.
        assert_eq!(Job::Digest.due(day("2026-05-04"), 8, 9), day("2026-04-27"));
        assert_eq!(Job::Digest.due(day("2026-05-04"), 9, 9), day("2026-05-04"));
        assert_eq!(Job::Digest.due(day("2026-05-10"), 23, 9), day("2026-05-04"));
    }

    #[test]
    fn a_night_without_the_hour_makes_it_later_and_one_that_has_it_twice_changes_nothing() {
        let zone = chrono_tz::America::Toronto;
        // 2026-03-08: two o'clock does not exist. 06:59Z is 1:59, 07:00Z is 3:00.
        let at = |text: &str| {
            let at = chrono::DateTime::parse_from_rfc3339(text).unwrap();
            hour(Instant::from_micros(at.timestamp_micros()), zone)
        };
        let due = |hour| Job::Reminders.due(day("2026-03-08"), hour, 2);
        assert_eq!(due(at("2026-03-08T06:59:00Z")), day("2026-03-07"));
        assert_eq!(due(at("2026-03-08T07:00:00Z")), day("2026-03-08"));
        // 2026-11-01: one o'clock comes twice, and is due both times for the same day.
        let due = |hour| Job::Reminders.due(day("2026-11-01"), hour, 1);
        assert_eq!(due(at("2026-11-01T05:30:00Z")), day("2026-11-01"));
        assert_eq!(due(at("2026-11-01T06:30:00Z")), day("2026-11-01"));
    }
}
