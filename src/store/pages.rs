//! Reads a stretch of the log ahead of whoever works on it: a page is worked on
//! while the next ones are on their way.

use std::collections::VecDeque;
use std::ops::RangeInclusive;

use tokio::task::JoinHandle;

use super::db::{Arg, Db, Row};
use super::error::{DbError, Result};
use super::row::COLUMNS;
use crate::domain::id::Position;

/// Positions in a page, where nothing else is said.
const PAGE: i64 = 5_000;
/// Pages on their way at once, each on a connection and a task of its own.
const AHEAD: usize = 3;

/// A stretch of the log, page by page, in order. What is on its way when it is dropped is read to its end.
#[derive(Debug)]
pub struct Pages<T> {
    db: Db,
    /// Only streams whose id ends in a byte of that range.
    last_byte: Option<RangeInclusive<u8>>,
    /// How rows are read, on the task that fetched them.
    read: fn(Vec<Row>) -> Result<T>,
    /// Positions in a page.
    size: i64,
    /// After which position the next page begins that is asked for.
    after: Position,
    through: Position,
    on_their_way: VecDeque<JoinHandle<Result<Fetched<T>>>>,
}

/// A page as it came.
#[derive(Debug)]
struct Fetched<T> {
    to: Position,
    empty: bool,
    page: T,
}

impl<T: Send + 'static> Pages<T> {
    pub(super) fn new(db: &Db, after: Position, through: Position, read: fn(Vec<Row>) -> Result<T>) -> Self {
        Self {
            db: db.clone(),
            last_byte: None,
            read,
            size: PAGE,
            after,
            through,
            on_their_way: VecDeque::new(),
        }
    }

    /// Pages of so many positions.
    pub(super) const fn of(mut self, size: i64) -> Self {
        self.size = size;
        self
    }

    /// Leaves out the streams whose id ends in another byte.
    pub(super) fn of_streams(mut self, last_byte: RangeInclusive<u8>) -> Self {
        self.last_byte = Some(last_byte).filter(|range| *range != (0..=u8::MAX));
        self
    }

    /// The next page, and up to which position it brings the reading; none at the end.
    ///
    /// # Errors
    /// The database; [`DbError::Shape`] when a row was tampered with.
    pub async fn next(&mut self) -> Result<Option<(T, Position)>> {
        while self.on_their_way.len() < AHEAD && self.after < self.through {
            let to = Position((self.after.0 + self.size).min(self.through.0));
            let page = fetch(self.db.clone(), self.after, to, self.last_byte.clone(), self.read);
            self.on_their_way.push_back(tokio::spawn(page));
            self.after = to;
        }
        let Some(page) = self.on_their_way.pop_front() else { return Ok(None) };
        let Fetched { to, empty, page } =
            page.await.map_err(|_| DbError::Shape("the reading was interrupted"))??;
        if empty && to < self.through {
            // A position that somebody made up may be far away: no pages of nothing up to there.
            let next = self.first_after(to).await?.map_or(self.through, |next| Position(next.0 - 1));
            if next > self.after {
                self.on_their_way.clear();
                self.after = next.min(self.through);
            }
        }
        Ok(Some((page, to)))
    }

    async fn first_after(&self, position: Position) -> Result<Option<Position>> {
        let sql = "SELECT position FROM events WHERE position > ? ORDER BY position LIMIT 1";
        let row = self.db.fetch_optional(sql, &[Arg::Int(position.0)]).await?;
        row.map(|row| row.int(0).map(Position)).transpose()
    }
}

async fn fetch<T>(
    db: Db,
    after: Position,
    to: Position,
    last_byte: Option<RangeInclusive<u8>>,
    read: fn(Vec<Row>) -> Result<T>,
) -> Result<Fetched<T>> {
    // Only `position` can be looked up in an index: the log is read in its own order.
    let streams = if last_byte.is_some() {
        " AND SUBSTR(stream_id, 16, 1) >= ? AND SUBSTR(stream_id, 16, 1) <= ?"
    } else {
        ""
    };
    let sql = format!(
        "SELECT {COLUMNS} FROM events WHERE position > ? AND position <= ?{streams} ORDER BY position"
    );
    let bounds = last_byte.map(|range| [[*range.start()], [*range.end()]]);
    let mut args = vec![Arg::Int(after.0), Arg::Int(to.0)];
    args.extend(bounds.iter().flatten().map(|bound| Arg::Bytes(bound)));
    let rows = db.fetch_all(sql, &args).await?;
    Ok(Fetched { to, empty: rows.is_empty(), page: read(rows)? })
}
