//! What was announced to whom: each thing once, decided by a row that only one can insert, in the transaction
//! that puts the mail into the outbox (M2).

use std::collections::HashSet;

use uuid::Uuid;

use super::Store;
use super::append::OutboxRow;
use super::db::{Arg, Tx};
use super::error::{DbError, Result};
use super::group::insert_rows;
use super::outbox;
use crate::domain::date::{CivilDate, Instant};

/// Mails that are written in one transaction.
const AT_ONCE: usize = 200;

/// One thing that is announced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Announcement {
    /// To whom.
    pub subject: Uuid,
    /// What: a discipline's stream for its card, or another fixed id.
    pub what: Uuid,
    /// The day it is about: of an expiry.
    pub day: CivilDate,
    /// How many days before.
    pub threshold: u32,
}

/// A mail and what it announces.
#[derive(Debug, Clone)]
pub struct Announced {
    /// The mail.
    pub mail: OutboxRow,
    /// Everything it announces; none of it may have been announced before.
    pub claims: Vec<Announcement>,
}

impl Store {
    /// Puts mails into the outbox that announce what nobody announced yet; one that announces anything
    /// which was announced meanwhile is left out. Returns how many were written.
    ///
    /// # Errors
    /// The database; those written before stay.
    pub async fn announce(&self, all: &[Announced], now: Instant) -> Result<usize> {
        let mut written = 0;
        for part in all.chunks(AT_ONCE) {
            if self.announce_together(part, now).await? {
                written += part.len();
                continue;
            }
            for one in part {
                written += usize::from(self.announce_together(std::slice::from_ref(one), now).await?);
            }
        }
        Ok(written)
    }

    async fn announce_together(&self, part: &[Announced], now: Instant) -> Result<bool> {
        let mut tx = self.db().begin().await?;
        let written = insert(&mut tx, part, now).await;
        match tx.settle(written).await {
            Ok(()) => Ok(true),
            Err(DbError::DuplicateKey) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Everything that was announced about days from one to another, both included.
    ///
    /// # Errors
    /// The database.
    pub async fn announced(&self, from: CivilDate, to: CivilDate) -> Result<HashSet<Announcement>> {
        let sql = "SELECT subject, what, day, threshold FROM announcements WHERE day >= ? AND day <= ?";
        let (first, last) = (from.day_number(), to.day_number());
        let mut all = HashSet::new();
        // Week by week: rows on their way take ten times what is kept of them.
        for day in (first..=last).step_by(7) {
            let args = [Arg::Int(day), Arg::Int((day + 6).min(last))];
            for row in self.db().fetch_all(sql, &args).await? {
                let (day, threshold) = (row.int(2)?, row.int(3)?);
                all.insert(Announcement {
                    subject: row.uuid(0)?,
                    what: row.uuid(1)?,
                    day: CivilDate::from_day_number(day).ok_or(DbError::Shape("a day"))?,
                    threshold: u32::try_from(threshold).map_err(|_| DbError::Shape("a threshold"))?,
                });
            }
        }
        Ok(all)
    }

    /// Deletes what was announced about days before one; returns how many.
    ///
    /// # Errors
    /// The database.
    pub async fn sweep_announcements(&self, before: CivilDate) -> Result<u64> {
        self.db().execute("DELETE FROM announcements WHERE day < ?", &[Arg::Int(before.day_number())]).await
    }
}

async fn insert(tx: &mut Tx, part: &[Announced], now: Instant) -> Result<()> {
    let rows = part.iter().flat_map(|one| {
        one.claims.iter().map(|claim| {
            vec![
                Arg::Bytes(claim.subject.as_bytes()),
                Arg::Bytes(claim.what.as_bytes()),
                Arg::Int(claim.day.day_number()),
                Arg::Int(i64::from(claim.threshold)),
                Arg::Bytes(one.mail.id.as_bytes()),
            ]
        })
    });
    let head = "INSERT INTO announcements (subject, what, day, threshold, mail) VALUES ";
    insert_rows(tx, head, 5, rows.collect()).await?;
    outbox::insert(tx, part.iter().map(|one| &one.mail), now).await
}
