//! The log's reading side: pages by position, streams, audit filters, the head.

use std::ops::RangeInclusive;
use std::time::Duration;

use tokio::sync::watch;
use uuid::Uuid;

use super::Store;
use super::append::{AppendError, Receipt};
use super::db::{Arg, Db, Row};
use super::error::{DbError, Result};
use super::pages::Pages;
use super::row::{COLUMNS, RecordedRow};
use crate::domain::actor::Actor;
use crate::domain::date::Instant;
use crate::domain::id::{CommandId, CorrelationId, Position, StreamId, StreamType, StreamVersion};

/// How often the database is asked whether other processes appended.
const ASK: Duration = Duration::from_millis(250);

/// How long a search may take: without an index it walks the whole log.
const SEARCH: Duration = Duration::from_secs(60);

/// The end of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// The position of the newest event; 0 when there is none.
    pub position: Position,
    /// Its hash; zeros when there is none.
    pub hash: [u8; 32],
    /// When it was recorded.
    pub recorded_at: Instant,
}

/// Which events an auditor wants to see. Everything set must match.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// The person concerned.
    pub subject: Option<Uuid>,
    /// Who issued the command.
    pub actor: Option<Actor>,
    /// What happened.
    pub event_type: Option<String>,
    /// One stream.
    pub stream: Option<StreamId>,
    /// Recorded then or later.
    pub recorded_from: Option<Instant>,
    /// Recorded before then.
    pub recorded_before: Option<Instant>,
    /// Before this position: the last of the page before, for the next page.
    pub before: Option<Position>,
}

/// The columns of the head row that [`Head`] holds.
pub(super) const SELECT_HEAD: &str = "SELECT position, hash, recorded_at FROM log_head WHERE id = 1";

/// Reads a row of [`SELECT_HEAD`].
pub(super) fn head_of(row: Option<Row>) -> Result<Head> {
    let row = row.ok_or(DbError::Shape("log_head has no row; run `emol migrate`"))?;
    Ok(Head {
        position: Position(row.int(0)?),
        hash: row.array(1)?,
        recorded_at: Instant::from_micros(row.int(2)?),
    })
}

/// The head as the database has it.
pub(super) async fn read_head(db: &Db) -> Result<Head> {
    head_of(db.fetch_optional(SELECT_HEAD, &[]).await?)
}

/// Publishes a head that is newer than the published one.
pub(super) fn publish(heads: &watch::Sender<Head>, head: Head) {
    heads.send_if_modified(|known| {
        let newer = head.position > known.position;
        if newer {
            *known = head;
        }
        newer
    });
}

/// Asks for the head of other processes while somebody watches.
pub(super) fn follow(db: Db, heads: watch::Sender<Head>) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(ASK).await;
            if heads.receiver_count() > 0
                && let Ok(head) = read_head(&db).await
            {
                publish(&heads, head);
            }
        }
    })
}

fn rows(rows: Vec<Row>) -> Result<Vec<RecordedRow>> {
    rows.iter().map(RecordedRow::read).collect()
}

/// The position of the newest row, whatever the head says; 0 when there is none.
pub(super) async fn newest(db: &Db) -> Result<Position> {
    let sql = "SELECT position FROM events ORDER BY position DESC LIMIT 1";
    db.fetch_optional(sql, &[]).await?.map_or(Ok(Position(0)), |row| row.int(0).map(Position))
}

impl Store {
    /// The head as the database has it now.
    ///
    /// # Errors
    /// The database.
    pub async fn head(&self) -> Result<Head> {
        read_head(self.db()).await
    }

    /// The events after a position, at most `limit`, in order. Nothing can
    /// appear later at or before the position of an event that was read.
    ///
    /// # Errors
    /// The database; [`DbError::Shape`] when a row was tampered with.
    pub async fn read_after(&self, position: Position, limit: i64) -> Result<Vec<RecordedRow>> {
        let sql = format!("SELECT {COLUMNS} FROM events WHERE position > ? ORDER BY position LIMIT ?");
        rows(self.db().fetch_all(sql, &[Arg::Int(position.0), Arg::Int(limit)]).await?)
    }

    /// The events after one position up to another, in order, read ahead.
    #[must_use]
    pub fn pages(&self, after: Position, through: Position) -> Pages<Vec<RecordedRow>> {
        Pages::new(self.db(), after, through, rows)
    }

    /// The same without the streams whose id ends in another byte: a rebuild that does
    /// not fit in memory reads the log in parts, each person's events in the same one.
    #[must_use]
    pub fn pages_of_part(&self, through: Position, last_byte: RangeInclusive<u8>) -> Pages<Vec<RecordedRow>> {
        self.pages(Position(0), through).of_streams(last_byte)
    }

    /// The event at a position.
    ///
    /// # Errors
    /// The database.
    pub async fn read_at(&self, position: Position) -> Result<Option<RecordedRow>> {
        let sql = format!("SELECT {COLUMNS} FROM events WHERE position = ?");
        self.db()
            .fetch_optional(sql, &[Arg::Int(position.0)])
            .await?
            .as_ref()
            .map(RecordedRow::read)
            .transpose()
    }

    /// The events of a stream after `from` (0: all), in order.
    ///
    /// # Errors
    /// The database.
    pub async fn read_stream(&self, stream: StreamId, from: StreamVersion) -> Result<Vec<RecordedRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM events WHERE stream_type = ? AND stream_id = ? AND stream_version > ? \
             ORDER BY stream_version"
        );
        let args = [Arg::Text(stream.kind.as_str()), Arg::Bytes(stream.id.as_bytes()), Arg::Int(from.0)];
        rows(self.db().fetch_all(sql, &args).await?)
    }

    /// All events of several streams, in the order of the log.
    ///
    /// # Errors
    /// The database.
    pub async fn read_streams(&self, streams: &[StreamId]) -> Result<Vec<RecordedRow>> {
        let mut all = Vec::new();
        for part in streams.chunks(64) {
            let shape = super::dialect::list_shape(part.len());
            let one = "(stream_type = ? AND stream_id = ?)";
            let sql = format!("SELECT {COLUMNS} FROM events WHERE {}", vec![one; shape].join(" OR "));
            let mut args = Vec::with_capacity(shape * 2);
            for i in 0..shape {
                let stream = &part[i.min(part.len() - 1)];
                args.extend([Arg::Text(stream.kind.as_str()), Arg::Bytes(stream.id.as_bytes())]);
            }
            all.extend(rows(self.db().fetch_all(sql, &args).await?)?);
        }
        all.sort_unstable_by_key(|row| row.position);
        all.dedup_by_key(|row| row.position);
        Ok(all)
    }

    /// The events of one command, in order.
    ///
    /// # Errors
    /// The database.
    pub async fn read_command(&self, command: CommandId) -> Result<Vec<RecordedRow>> {
        let sql = format!("SELECT {COLUMNS} FROM events WHERE command_id = ? ORDER BY position");
        rows(self.db().fetch_all(sql, &[Arg::Bytes(command.0.as_bytes())]).await?)
    }

    /// The events of one run or request after a position and up to another, in order: whoever asks says
    /// where to look, because nothing leads from a run to its events.
    ///
    /// # Errors
    /// The database.
    pub async fn read_run(
        &self,
        run: CorrelationId,
        after: Position,
        until: Position,
    ) -> Result<Vec<RecordedRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM events WHERE position > ? AND position <= ? AND correlation_id = ? \
             ORDER BY position"
        );
        let args = [Arg::Int(after.0), Arg::Int(until.0), Arg::Bytes(run.0.as_bytes())];
        rows(self.db().fetch_all(sql, &args).await?)
    }

    /// What a command came to, if it was recorded before.
    ///
    /// # Errors
    /// [`AppendError::CommandReused`] when its body was another one; [`DbError`].
    pub async fn recorded_command(
        &self,
        command: CommandId,
        body_hash: &[u8; 32],
    ) -> Result<Option<Receipt>, AppendError> {
        let sql = "SELECT c.body_hash, c.first_position, c.last_position, e.recorded_at \
                   FROM commands c JOIN events e ON e.position = c.last_position WHERE c.command_id = ?";
        let row = self.db().fetch_optional(sql, &[Arg::Bytes(command.0.as_bytes())]).await?;
        let Some(row) = row else { return Ok(None) };
        if row.bytes(0)? != body_hash {
            return Err(AppendError::CommandReused);
        }
        let (first, last) = (Position(row.int(1)?), Position(row.int(2)?));
        let recorded_at = Instant::from_micros(row.int(3)?);
        Ok(Some(Receipt { first, last, recorded_at, repeated: true }))
    }

    /// The events of some stream types after a position, in order: for types
    /// that have few events, which are read as a whole.
    ///
    /// # Errors
    /// [`DbError`].
    pub async fn read_kinds(&self, kinds: &[StreamType], after: Position) -> Result<Vec<RecordedRow>> {
        let sql = format!(
            "SELECT {COLUMNS} FROM events WHERE stream_type IN ({}) AND position > ? ORDER BY position",
            super::dialect::list_of(kinds.len())
        );
        let mut args: Vec<Arg<'_>> = kinds.iter().map(|kind| Arg::Text(kind.as_str())).collect();
        args.push(Arg::Int(after.0));
        rows(self.db().fetch_all(sql, &args).await?)
    }

    /// The events about a person, in order.
    ///
    /// # Errors
    /// The database.
    pub async fn read_subject(&self, subject: Uuid) -> Result<Vec<RecordedRow>> {
        let sql = format!("SELECT {COLUMNS} FROM events WHERE subject = ? ORDER BY position");
        rows(self.db().fetch_all(sql, &[Arg::Bytes(subject.as_bytes())]).await?)
    }

    /// The events that match, newest first, at most `limit`. The next page is
    /// the same filter with `before` set to the last position of this one.
    ///
    /// # Errors
    /// The database.
    pub async fn search(&self, filter: &EventFilter, limit: i64) -> Result<Vec<RecordedRow>> {
        let mut conditions = vec!["position < ?"];
        let mut before = filter.before.map_or(i64::MAX, |position| position.0);
        // An instant is a prefix of the log: times become positions, and no index on time is needed.
        let mut after = None;
        if let Some(until) = filter.recorded_before {
            let last = self.position_at(Instant::from_micros(until.micros() - 1)).await?;
            before = before.min(last.0 + 1);
        }
        if let Some(from) = filter.recorded_from {
            after = Some(self.position_at(Instant::from_micros(from.micros() - 1)).await?.0);
        }
        let mut args = vec![Arg::Int(before)];
        if let Some(after) = after {
            conditions.push("position > ?");
            args.push(Arg::Int(after));
        }
        if let Some(subject) = &filter.subject {
            conditions.push("subject = ?");
            args.push(Arg::Bytes(subject.as_bytes()));
        }
        let actor = filter.actor.as_ref().map(ToString::to_string);
        let texts = [actor.as_deref(), filter.event_type.as_deref()];
        if texts.into_iter().flatten().any(|text| !text.is_ascii()) {
            // The columns are ASCII: MySQL would call the comparison an error.
            return Ok(Vec::new());
        }
        if let Some(actor) = &actor {
            conditions.push("actor = ?");
            args.push(Arg::Text(actor));
        }
        if let Some(event_type) = filter.event_type.as_ref() {
            conditions.push("event_type = ?");
            args.push(Arg::Text(event_type));
        }
        if let Some(stream) = &filter.stream {
            conditions.push("stream_type = ? AND stream_id = ?");
            args.extend([Arg::Text(stream.kind.as_str()), Arg::Bytes(stream.id.as_bytes())]);
        }
        args.push(Arg::Int(limit));
        let sql = format!(
            "SELECT {COLUMNS} FROM events WHERE {} ORDER BY position DESC LIMIT ?",
            conditions.join(" AND ")
        );
        rows(self.db().clone().within(SEARCH).fetch_all(sql, &args).await?)
    }

    /// How many events of a kind were recorded since an instant.
    ///
    /// # Errors
    /// The database.
    pub async fn count_events(&self, event_type: &str, since: Instant) -> Result<usize> {
        let after = self.position_at(since).await?;
        let sql = "SELECT COUNT(*) FROM events WHERE event_type = ? AND position > ?";
        let row = self.db().fetch_optional(sql, &[Arg::Text(event_type), Arg::Int(after.0)]).await?;
        row.map_or(Ok(0), |row| row.int(0).map(|count| usize::try_from(count).unwrap_or(0)))
    }

    /// The last position that was recorded by then (at that instant or before); 0 when none was.
    ///
    /// # Errors
    /// The database.
    pub async fn position_at(&self, at: Instant) -> Result<Position> {
        let head = self.head().await?;
        if at >= head.recorded_at {
            return Ok(head.position);
        }
        // recorded_at never goes back along the log, and positions have no gaps.
        let (mut known, mut beyond) = (0, head.position.0 + 1);
        while beyond - known > 1 {
            let middle = known + (beyond - known) / 2;
            let row = self
                .db()
                .fetch_optional("SELECT recorded_at FROM events WHERE position = ?", &[Arg::Int(middle)])
                .await?
                .ok_or(DbError::Shape("a position that is missing; run `emol verify`"))?;
            if row.int(0)? <= at.micros() { known = middle } else { beyond = middle }
        }
        Ok(Position(known))
    }
}
