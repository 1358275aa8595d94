//! The outbox: mail that was written with the facts it tells of and waits to be handed over.
//!
//! Any number of servers may work on it. A mail is taken by changing its row from the state and the number of
//! tries that were seen ([`Store::claim_mails`]), until an instant: whoever took it and did not come back by then
//! is taken to have lost the answer, so the mail is *unclear* and goes again. Acceptance is written whoever holds
//! the row by then, so that what is known to be accepted is never handed over again (M2, M3).

use uuid::Uuid;

use super::Store;
use super::append::OutboxRow;
use super::db::{Arg, Row, Tx};
use super::error::{DbError, Result};
use super::group::insert_rows;
use crate::domain::date::Instant;
use crate::domain::id::CorrelationId;
use crate::domain::mail::{MailState, TryOutcome};

/// Columns that [`StoredMail`] holds.
const COLUMNS: &str = "id, template, subject, params, created_at, due_at, state, attempts, correlation";
/// The states that wait to be handed over; those that were taken and not given back come first.
const OPEN: [MailState; 3] = [MailState::Sending, MailState::Unclear, MailState::Waiting];

/// A mail of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredMail {
    /// Its id, from which its Message-ID follows.
    pub id: Uuid,
    /// The name of the mail.
    pub template: String,
    /// Whom it is about, if it is about one.
    pub subject: Option<Uuid>,
    /// Parameters: JSON without anything personal.
    pub params: Vec<u8>,
    /// When it was written.
    pub created_at: Instant,
    /// Not before; while it is being handed over, until when that may take; after the end, when that was.
    pub due_at: Instant,
    /// How far it came.
    pub state: MailState,
    /// How often it was taken, or put back by hand.
    pub attempts: i64,
    /// What it belongs to.
    pub correlation_id: CorrelationId,
}

/// How a try ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TryEnd {
    /// What came of it.
    pub outcome: TryOutcome,
    /// What the mail server answered, where it did.
    pub code: Option<u16>,
    /// The mail's state from now on.
    pub state: MailState,
    /// When it is tried again, where it is; now otherwise.
    pub due_at: Instant,
}

/// A try of the past.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Try {
    /// Which, from 1.
    pub attempt: i64,
    /// When it ended.
    pub at: Instant,
    /// What came of it.
    pub outcome: TryOutcome,
    /// What the mail server answered, where it did.
    pub code: Option<u16>,
}

/// Which mails to list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MailFilter {
    /// In that state.
    pub state: Option<MailState>,
    /// About that person or officer.
    pub subject: Option<Uuid>,
    /// Written before that one, for the next page.
    pub before: Option<Uuid>,
}

/// Inserts mails.
pub(super) async fn insert<'m>(
    tx: &mut Tx,
    mails: impl Iterator<Item = &'m OutboxRow>,
    now: Instant,
) -> Result<()> {
    let rows = mails.map(|mail| {
        vec![
            Arg::Bytes(mail.id.as_bytes()),
            Arg::Text(mail.template),
            Arg::MaybeBytes(mail.subject.as_ref().map(|id| id.as_bytes().as_slice())),
            Arg::Bytes(&mail.params),
            Arg::Int(now.micros()),
            Arg::Int(mail.due_at.micros()),
            Arg::Text(MailState::Waiting.as_str()),
            Arg::Int(0),
            Arg::Bytes(mail.correlation_id.0.as_bytes()),
        ]
    });
    let head = "INSERT INTO outbox (id, template, subject, params, created_at, due_at, state, attempts, \
                correlation) VALUES ";
    insert_rows(tx, head, 9, rows.collect()).await
}

fn read(row: &Row) -> Result<StoredMail> {
    Ok(StoredMail {
        id: row.uuid(0)?,
        template: row.text(1)?.to_owned(),
        subject: row.maybe_uuid(2)?,
        params: row.bytes(3)?.to_vec(),
        created_at: Instant::from_micros(row.int(4)?),
        due_at: Instant::from_micros(row.int(5)?),
        state: MailState::parse(row.text(6)?).ok_or(DbError::Shape("a state of a mail"))?,
        attempts: row.int(7)?,
        correlation_id: CorrelationId(row.uuid(8)?),
    })
}

impl Store {
    /// Whether a mail is due.
    ///
    /// # Errors
    /// The database.
    pub async fn mail_is_due(&self, now: Instant) -> Result<bool> {
        for state in OPEN {
            let sql = "SELECT 1 FROM outbox WHERE state = ? AND due_at <= ? LIMIT 1";
            let args = [Arg::Text(state.as_str()), Arg::Int(now.micros())];
            if self.db().fetch_optional(sql, &args).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes at most so many mails that are due, until an instant, in the order in which they are due. One that
    /// somebody took and did not come back for is noted as unclear.
    ///
    /// # Errors
    /// The database; then none is taken.
    pub async fn claim_mails(
        &self,
        server: Uuid,
        now: Instant,
        until: Instant,
        most: usize,
    ) -> Result<Vec<StoredMail>> {
        let mut found = Vec::new();
        for state in OPEN {
            let left = most.saturating_sub(found.len());
            let sql = format!(
                "SELECT {COLUMNS} FROM outbox WHERE state = ? AND due_at <= ? ORDER BY due_at, id LIMIT ?"
            );
            let limit = i64::try_from(left).unwrap_or(i64::MAX);
            let args = [Arg::Text(state.as_str()), Arg::Int(now.micros()), Arg::Int(limit)];
            for row in self.db().fetch_all(sql, &args).await? {
                found.push(read(&row)?);
            }
        }
        if found.is_empty() {
            return Ok(found);
        }
        let mut tx = self.db().begin().await?;
        let taken = take(&mut tx, found, server, now, until).await;
        tx.settle(taken).await
    }

    /// Writes down how a try of a mail that was taken ended; `false` when somebody else has it by now. That it was
    /// accepted is written in any case, and the address counts as good again.
    ///
    /// # Errors
    /// The database.
    pub async fn end_try(&self, mail: &StoredMail, server: Uuid, now: Instant, end: TryEnd) -> Result<bool> {
        let mut tx = self.db().begin().await?;
        let done = self.end_in(&mut tx, mail, server, now, end).await;
        tx.settle_if(done).await
    }

    async fn end_in(
        &self,
        tx: &mut Tx,
        mail: &StoredMail,
        server: Uuid,
        now: Instant,
        end: TryEnd,
    ) -> Result<bool> {
        let accepted = end.outcome == TryOutcome::Accepted;
        let fence = if accepted { "" } else { " AND state = 'sending' AND attempts = ?" };
        let sql = format!("UPDATE outbox SET state = ?, due_at = ? WHERE id = ?{fence}");
        let args = [
            Arg::Text(end.state.as_str()),
            Arg::Int(end.due_at.micros()),
            Arg::Bytes(mail.id.as_bytes()),
            Arg::Int(mail.attempts),
        ];
        if tx.execute(sql, if accepted { &args[..3] } else { &args }).await? == 0 {
            return Ok(false);
        }
        if let (true, Some(subject)) = (accepted, mail.subject) {
            tx.execute("DELETE FROM bounces WHERE subject = ?", &[Arg::Bytes(subject.as_bytes())]).await?;
        }
        self.note_try(tx, mail.id, mail.attempts, now, end.outcome, end.code, server).await?;
        Ok(true)
    }

    #[expect(clippy::too_many_arguments, reason = "they are the columns of one row")]
    async fn note_try(
        &self,
        tx: &mut Tx,
        mail: Uuid,
        attempt: i64,
        now: Instant,
        outcome: TryOutcome,
        code: Option<u16>,
        who: Uuid,
    ) -> Result<()> {
        let head = "INSERT INTO outbox_tries (mail, attempt, tried_at, outcome, code, who) VALUES (?, ?, ?, ?, ?, ?)";
        let tail = self.db().backend().upsert("mail, attempt", &["tried_at", "outcome", "code", "who"]);
        let args = [
            Arg::Bytes(mail.as_bytes()),
            Arg::Int(attempt),
            Arg::Int(now.micros()),
            Arg::Text(outcome.as_str()),
            Arg::MaybeInt(code.map(i64::from)),
            Arg::Bytes(who.as_bytes()),
        ];
        tx.execute(format!("{head}{tail}"), &args).await.map(drop)
    }

    /// Gives back a mail that was taken and not touched.
    ///
    /// # Errors
    /// The database.
    pub async fn release_mail(&self, mail: &StoredMail, now: Instant) -> Result<()> {
        // What was unclear before stays so.
        let state = if mail.state == MailState::Waiting { MailState::Waiting } else { MailState::Unclear };
        let args = [
            Arg::Text(state.as_str()),
            Arg::Int(now.micros()),
            Arg::Bytes(mail.id.as_bytes()),
            Arg::Int(mail.attempts),
        ];
        let sql =
            "UPDATE outbox SET state = ?, due_at = ? WHERE id = ? AND state = 'sending' AND attempts = ?";
        self.db().execute(sql, &args).await.map(drop)
    }

    /// Puts a mail that is not tried any more back, for another round of tries; `false` where there is none such.
    /// What was accepted is never put back.
    ///
    /// # Errors
    /// The database.
    pub async fn send_again(&self, id: Uuid, who: Uuid, now: Instant) -> Result<bool> {
        let Some(mail) = self.mail(id).await? else { return Ok(false) };
        let mut tx = self.db().begin().await?;
        let args = [
            Arg::Int(now.micros()),
            Arg::Int(mail.attempts + 1),
            Arg::Bytes(id.as_bytes()),
            Arg::Int(mail.attempts),
        ];
        let sql = "UPDATE outbox SET state = 'waiting', due_at = ?, attempts = ? WHERE id = ? AND attempts = ? \
                   AND state IN ('dead', 'moot')";
        let done = match tx.execute(sql, &args).await {
            Ok(1) => {
                let outcome = TryOutcome::Again;
                self.note_try(&mut tx, id, mail.attempts + 1, now, outcome, None, who).await.map(|()| true)
            }
            Ok(_) => Ok(false),
            Err(error) => Err(error),
        };
        tx.settle_if(done).await
    }

    /// A mail.
    ///
    /// # Errors
    /// The database.
    pub async fn mail(&self, id: Uuid) -> Result<Option<StoredMail>> {
        let sql = format!("SELECT {COLUMNS} FROM outbox WHERE id = ?");
        let row = self.db().fetch_optional(sql, &[Arg::Bytes(id.as_bytes())]).await?;
        row.as_ref().map(read).transpose()
    }

    /// The mails that match, the newest first, at most so many.
    ///
    /// # Errors
    /// The database.
    pub async fn mails(&self, filter: &MailFilter, most: i64) -> Result<Vec<StoredMail>> {
        let mut sql = format!("SELECT {COLUMNS} FROM outbox WHERE id < ?");
        // Ids are of the moment they were made, so their order is that of time.
        let before = filter.before.unwrap_or(Uuid::max());
        let mut args = vec![Arg::Bytes(before.as_bytes())];
        if let Some(state) = filter.state {
            sql.push_str(" AND state = ?");
            args.push(Arg::Text(state.as_str()));
        }
        if let Some(subject) = &filter.subject {
            sql.push_str(" AND subject = ?");
            args.push(Arg::Bytes(subject.as_bytes()));
        }
        sql.push_str(" ORDER BY id DESC LIMIT ?");
        args.push(Arg::Int(most));
        self.db().fetch_all(sql, &args).await?.iter().map(read).collect()
    }

    /// What became of each try of a mail, the first one first.
    ///
    /// # Errors
    /// The database.
    pub async fn tries_of(&self, mail: Uuid) -> Result<Vec<Try>> {
        let sql = "SELECT attempt, tried_at, outcome, code FROM outbox_tries WHERE mail = ? ORDER BY attempt";
        let rows = self.db().fetch_all(sql, &[Arg::Bytes(mail.as_bytes())]).await?;
        rows.iter()
            .map(|row| {
                Ok(Try {
                    attempt: row.int(0)?,
                    at: Instant::from_micros(row.int(1)?),
                    outcome: TryOutcome::parse(row.text(2)?).ok_or(DbError::Shape("an outcome of a try"))?,
                    code: row.maybe_int(3)?.and_then(|code| u16::try_from(code).ok()),
                })
            })
            .collect()
    }

    /// How many mails are in each state.
    ///
    /// # Errors
    /// The database.
    pub async fn mail_counts(&self) -> Result<Vec<(MailState, usize)>> {
        let rows = self.db().fetch_all("SELECT state, COUNT(*) FROM outbox GROUP BY state", &[]).await?;
        rows.iter()
            .map(|row| {
                let state = MailState::parse(row.text(0)?).ok_or(DbError::Shape("a state of a mail"))?;
                Ok((state, usize::try_from(row.int(1)?).unwrap_or(0)))
            })
            .collect()
    }

    /// How many mails could not be handed over and are not tried again (M3).
    ///
    /// # Errors
    /// The database.
    pub async fn dead_letters(&self) -> Result<usize> {
        let dead = [Arg::Text(MailState::Dead.as_str())];
        let row = self.db().fetch_optional("SELECT COUNT(*) FROM outbox WHERE state = ?", &dead).await?;
        row.map_or(Ok(0), |row| row.int(0).map(|count| usize::try_from(count).unwrap_or(0)))
    }

    /// Deletes mails that came to an end before an instant, with their tries; returns how many.
    ///
    /// # Errors
    /// The database.
    pub async fn sweep_mails(&self, before: Instant) -> Result<u64> {
        let ended = "SELECT id FROM outbox WHERE state IN ('sent', 'moot', 'dead') AND due_at <= ? LIMIT 500";
        let mut swept = 0;
        loop {
            let rows = self.db().fetch_all(ended, &[Arg::Int(before.micros())]).await?;
            for row in &rows {
                let id = row.uuid(0)?;
                let args = [Arg::Bytes(id.as_bytes())];
                self.db().execute("DELETE FROM outbox_tries WHERE mail = ?", &args).await?;
                swept += self.db().execute("DELETE FROM outbox WHERE id = ?", &args).await?;
            }
            if rows.is_empty() {
                return Ok(swept);
            }
        }
    }
}

/// Takes those of `found` that are still as they were.
async fn take(
    tx: &mut Tx,
    found: Vec<StoredMail>,
    server: Uuid,
    now: Instant,
    until: Instant,
) -> Result<Vec<StoredMail>> {
    let mut taken = Vec::with_capacity(found.len());
    let mut lost = Vec::new();
    for mut mail in found {
        let args = [
            Arg::Int(until.micros()),
            Arg::Int(mail.attempts + 1),
            Arg::Bytes(mail.id.as_bytes()),
            Arg::Text(mail.state.as_str()),
            Arg::Int(mail.attempts),
        ];
        let sql = "UPDATE outbox SET state = 'sending', due_at = ?, attempts = ? WHERE id = ? AND state = ? AND attempts = ?";
        if tx.execute(sql, &args).await? == 1 {
            if mail.state == MailState::Sending {
                lost.push((mail.id, mail.attempts));
            }
            mail.attempts += 1;
            taken.push(mail);
        }
    }
    let rows = lost.iter().map(|(id, attempt)| {
        vec![
            Arg::Bytes(id.as_bytes()),
            Arg::Int(*attempt),
            Arg::Int(now.micros()),
            Arg::Text(TryOutcome::Unclear.as_str()),
            Arg::Bytes(server.as_bytes()),
        ]
    });
    let head = "INSERT INTO outbox_tries (mail, attempt, tried_at, outcome, who) VALUES ";
    insert_rows(tx, head, 5, rows.collect()).await?;
    Ok(taken)
}
