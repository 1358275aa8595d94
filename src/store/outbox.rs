//! The outbox: mail that was written with the facts it tells of and waits to be handed over.

use super::Store;
use super::append::OutboxRow;
use super::db::{Arg, Tx};
use super::error::Result;
use super::group::insert_rows;
use crate::domain::date::Instant;

/// The state of a mail that nobody tries to hand over any more.
pub const DEAD: &str = "dead";

/// Puts mails into the outbox, to be handed over when they are due.
pub(super) async fn insert(tx: &mut Tx, mails: impl Iterator<Item = &OutboxRow>, now: Instant) -> Result<()> {
    let rows = mails.map(|mail| {
        vec![
            Arg::Bytes(mail.id.as_bytes()),
            Arg::Text(mail.template),
            Arg::MaybeBytes(mail.subject.as_ref().map(|id| id.as_bytes().as_slice())),
            Arg::Bytes(&mail.params),
            Arg::Int(now.micros()),
            Arg::Int(mail.due_at.micros()),
            Arg::Text("waiting"),
            Arg::Int(0),
            Arg::Bytes(mail.correlation_id.0.as_bytes()),
        ]
    });
    let head = "INSERT INTO outbox (id, template, subject, params, created_at, due_at, state, attempts, \
                correlation) VALUES ";
    insert_rows(tx, head, 9, rows.collect()).await
}

impl Store {
    /// How many mails could not be handed over and are not tried again (M3).
    ///
    /// # Errors
    /// The database.
    pub async fn dead_letters(&self) -> Result<usize> {
        let row = self
            .db()
            .fetch_optional("SELECT COUNT(*) FROM outbox WHERE state = ?", &[Arg::Text(DEAD)])
            .await?;
        row.map_or(Ok(0), |row| row.int(0).map(|count| usize::try_from(count).unwrap_or(0)))
    }
}
