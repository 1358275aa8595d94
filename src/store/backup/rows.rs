//! Rows on their way, in the bytes that a file holds: cell after cell, each as a tag (0 nothing, 1 integer, 2 bytes,
//! 3 text), a length of 4 bytes for bytes and text, and 8 bytes or so many. They are never taken apart into values of
//! their own: a statement's arguments point into them.

use std::io::{Error, Read, Result as IoResult};

use super::{BackupError, Kind, TABLES};
use crate::store::db::{Arg, Row};
use crate::store::error::{DbError, Result};
use crate::store::verify::Cells;

/// Longest cell: more is no backup.
const MOST_CELL: usize = 32 << 20;

/// Rows of one table.
#[derive(Debug)]
pub struct Rows {
    /// Its place in [`TABLES`].
    pub(super) table: usize,
    /// How many rows.
    pub(super) count: usize,
    /// Their cells.
    pub(super) bytes: Vec<u8>,
}

impl Rows {
    /// None yet, of a table that is known.
    pub(super) const fn of(table: usize) -> Self {
        Self { table, count: 0, bytes: Vec::new() }
    }

    /// What the database answered.
    pub(super) fn read(table: usize, answer: &[Row]) -> Result<Self> {
        let mut rows = Self::of(table);
        for row in answer {
            rows.push(row)?;
        }
        Ok(rows)
    }

    /// Adds a row.
    pub(super) fn push(&mut self, row: &Row) -> Result<()> {
        for (at, (_, kind)) in TABLES[self.table].columns.iter().enumerate() {
            match kind {
                Kind::Int => match row.maybe_int(at)? {
                    None => self.bytes.push(0),
                    Some(value) => {
                        self.bytes.push(1);
                        self.bytes.extend_from_slice(&value.to_be_bytes());
                    }
                },
                Kind::Bytes => self.put(2, row.maybe_bytes(at)?)?,
                Kind::Text => self.put(3, row.maybe_text(at)?.map(str::as_bytes))?,
            }
        }
        self.count += 1;
        Ok(())
    }

    fn put(&mut self, tag: u8, value: Option<&[u8]>) -> Result<()> {
        let Some(value) = value else {
            self.bytes.push(0);
            return Ok(());
        };
        let length = u32::try_from(value.len()).map_err(|_| DbError::Shape("a value of 4 GiB"))?;
        self.bytes.push(tag);
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.extend_from_slice(value);
        Ok(())
    }

    /// Takes so many rows from a file.
    pub(super) fn take(input: &mut impl Read, table: usize, count: usize) -> IoResult<Self> {
        let columns = TABLES.get(table).ok_or_else(|| {
            Error::other("it holds a table that this version does not know: use a newer emol")
        })?;
        let mut rows = Self { table, count, bytes: Vec::with_capacity(count.min(1 << 13) * 64) };
        for _ in 0..count * columns.columns.len() {
            rows.take_cell(input)?;
        }
        Ok(rows)
    }

    fn take_cell(&mut self, input: &mut impl Read) -> IoResult<()> {
        let mut head = [0; 5];
        input.read_exact(&mut head[..1])?;
        let (head, length) = match head[0] {
            0 => (1, 0),
            1 => (1, 8),
            2 | 3 => {
                input.read_exact(&mut head[1..])?;
                let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
                let length = usize::try_from(length).unwrap_or(usize::MAX);
                if length > MOST_CELL {
                    return Err(Error::other("a value is longer than any column"));
                }
                self.bytes.push(head[0]);
                self.bytes.extend_from_slice(&head[1..]);
                (0, length)
            }
            _ => return Err(Error::other("a value is of no known kind")),
        };
        if head == 1 {
            self.bytes.push(u8::from(length == 8));
        }
        let at = self.bytes.len();
        self.bytes.resize(at + length, 0);
        input.read_exact(&mut self.bytes[at..])
    }

    /// Every cell, row after row.
    pub(super) fn cells(&self) -> Result<Vec<Arg<'_>>, BackupError> {
        let wrong = || BackupError::Content("a row of it makes no sense".to_owned());
        let mut cells = Vec::with_capacity(self.count * TABLES[self.table].columns.len());
        let mut rest = self.bytes.as_slice();
        while let Some((tag, after)) = rest.split_first() {
            let length = match tag {
                0 => 0,
                1 => 8,
                _ => 4,
            };
            let (head, after) = after.split_at_checked(length).ok_or_else(wrong)?;
            rest = after;
            cells.push(match tag {
                0 => Arg::MaybeInt(None),
                1 => Arg::Int(i64::from_be_bytes(head.try_into().map_err(|_| wrong())?)),
                tag => {
                    let length = u32::from_be_bytes(head.try_into().map_err(|_| wrong())?);
                    let length = usize::try_from(length).map_err(|_| wrong())?;
                    let (value, after) = after.split_at_checked(length).ok_or_else(wrong)?;
                    rest = after;
                    match tag {
                        2 => Arg::Bytes(value),
                        3 => Arg::Text(std::str::from_utf8(value).map_err(|_| wrong())?),
                        _ => return Err(wrong()),
                    }
                }
            });
        }
        Ok(cells)
    }
}

/// A row as arguments; it stands in for the row that the database will hold.
impl Cells for [Arg<'_>] {
    fn int(&self, at: usize) -> Result<i64> {
        self.maybe_int(at)?.ok_or(DbError::Shape("a number that is missing"))
    }

    fn maybe_int(&self, at: usize) -> Result<Option<i64>> {
        match self.get(at) {
            Some(Arg::Int(value)) => Ok(Some(*value)),
            Some(Arg::MaybeInt(None)) => Ok(None),
            _ => Err(DbError::Shape("a column of another type")),
        }
    }

    fn maybe_bytes(&self, at: usize) -> Result<Option<&[u8]>> {
        match self.get(at) {
            Some(Arg::Bytes(value)) => Ok(Some(value)),
            Some(Arg::MaybeInt(None)) => Ok(None),
            _ => Err(DbError::Shape("a column of another type")),
        }
    }

    fn text(&self, at: usize) -> Result<&str> {
        match self.get(at) {
            Some(Arg::Text(value)) => Ok(value),
            _ => Err(DbError::Shape("a column of another type")),
        }
    }
}
