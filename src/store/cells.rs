//! Rows of an answer, and what their cells hold.

use sqlx::Row as _;
use sqlx::mysql::MySqlRow;
use sqlx::sqlite::SqliteRow;

use super::error::{DbError, Result};

/// One row of an answer, read by the index of its column.
#[derive(Debug)]
pub enum Row {
    /// From MySQL or MariaDB.
    MySql(MySqlRow),
    /// From SQLite.
    Sqlite(SqliteRow),
}

macro_rules! cell {
    ($row:expr, $i:expr) => {
        match $row {
            Row::MySql(row) => row.try_get_unchecked($i),
            Row::Sqlite(row) => row.try_get_unchecked($i),
        }
        .map_err(|_| DbError::Shape("a column that is missing, NULL or of another type"))
    };
}

impl Row {
    /// A BIGINT.
    ///
    /// # Errors
    /// [`DbError::Shape`] when the column is something else.
    pub fn int(&self, column: usize) -> Result<i64> {
        cell!(self, column)
    }

    /// A BIGINT or NULL.
    ///
    /// # Errors
    /// [`DbError::Shape`] when the column is something else.
    pub fn maybe_int(&self, column: usize) -> Result<Option<i64>> {
        cell!(self, column)
    }

    /// Bytes.
    ///
    /// # Errors
    /// [`DbError::Shape`] when the column is something else.
    pub fn bytes(&self, column: usize) -> Result<&[u8]> {
        cell!(self, column)
    }

    /// Bytes or NULL.
    ///
    /// # Errors
    /// [`DbError::Shape`] when the column is something else.
    pub fn maybe_bytes(&self, column: usize) -> Result<Option<&[u8]>> {
        cell!(self, column)
    }

    /// Text.
    ///
    /// # Errors
    /// [`DbError::Shape`] when the column is something else.
    pub fn text(&self, column: usize) -> Result<&str> {
        cell!(self, column)
    }

    /// Text or NULL.
    ///
    /// # Errors
    /// [`DbError::Shape`] when the column is something else.
    pub fn maybe_text(&self, column: usize) -> Result<Option<&str>> {
        cell!(self, column)
    }

    /// Bytes of a fixed length: 16 for ids, 32 for hashes.
    ///
    /// # Errors
    /// [`DbError::Shape`] when the column is something else.
    pub fn array<const N: usize>(&self, column: usize) -> Result<[u8; N]> {
        self.bytes(column)?.try_into().map_err(|_| DbError::Shape("an id or a hash of another length"))
    }

    /// A UUID in 16 bytes.
    ///
    /// # Errors
    /// [`DbError::Shape`] when the column is something else.
    pub fn uuid(&self, column: usize) -> Result<uuid::Uuid> {
        self.array(column).map(uuid::Uuid::from_bytes)
    }

    /// A UUID in 16 bytes, or NULL.
    ///
    /// # Errors
    /// [`DbError::Shape`] when the column is something else.
    pub fn maybe_uuid(&self, column: usize) -> Result<Option<uuid::Uuid>> {
        self.maybe_bytes(column)?
            .map(|bytes| {
                uuid::Uuid::from_slice(bytes).map_err(|_| DbError::Shape("an id that is not 16 bytes long"))
            })
            .transpose()
    }
}
