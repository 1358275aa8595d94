//! Where the databases differ, and the few fixed shapes that statements of
//! many rows have: a statement that was never seen before costs a round trip
//! to prepare, so there are few of them.

use std::fmt::Write as _;

use super::db::{Arg, Backend};

/// What every MySQL and MariaDB session is told first.
pub(super) const MYSQL_SESSION: [&str; 3] = [
    "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
    "SET SESSION innodb_lock_wait_timeout = 3",
    "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')",
];

/// Most rows in one statement.
pub const MOST_ROWS: usize = 256;

impl Backend {
    /// The head of an INSERT that leaves an existing row alone.
    #[must_use]
    pub const fn insert_ignore(self) -> &'static str {
        match self {
            Self::MySql | Self::MariaDb => "INSERT IGNORE INTO",
            Self::Sqlite => "INSERT OR IGNORE INTO",
        }
    }

    /// The tail of an INSERT that takes the new values of `columns` where a row
    /// with the same `key` exists.
    #[must_use]
    pub fn upsert(self, key: &str, columns: &[&str]) -> String {
        let mut sql = match self {
            Self::MySql | Self::MariaDb => String::from(" ON DUPLICATE KEY UPDATE "),
            Self::Sqlite => format!(" ON CONFLICT ({key}) DO UPDATE SET "),
        };
        for (i, column) in columns.iter().enumerate() {
            let comma = if i == 0 { "" } else { ", " };
            // VALUES() is old in MySQL 8, but the only spelling that MariaDB knows as well.
            let _ = match self {
                Self::MySql | Self::MariaDb => write!(sql, "{comma}{column} = VALUES({column})"),
                Self::Sqlite => write!(sql, "{comma}{column} = excluded.{column}"),
            };
        }
        sql
    }
}

/// Cuts `rows` into the numbers of rows for which statements exist: up to 32
/// any number, above that powers of two up to [`MOST_ROWS`].
pub fn shapes(mut rows: usize) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let shape = match rows {
            0 => return None,
            1..=32 => rows,
            33..=63 => 32,
            64..=127 => 64,
            128..=255 => 128,
            _ => MOST_ROWS,
        };
        rows -= shape;
        Some(shape)
    })
}

/// The next larger number of values for which a list statement exists: powers
/// of two. Lists are filled up by repeating their last value.
#[must_use]
pub fn list_shape(values: usize) -> usize {
    values.next_power_of_two().min(MOST_ROWS)
}

/// `(?, ?, …), (?, ?, …), …` for so many rows of so many columns.
#[must_use]
pub fn rows_of(columns: usize, rows: usize) -> String {
    let mut sql = String::with_capacity(rows * (columns * 3 + 4));
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            sql.push_str(if column == 0 { "?" } else { ", ?" });
        }
        sql.push(')');
    }
    sql
}

/// `?, ?, …` so many times.
#[must_use]
pub fn list_of(values: usize) -> String {
    let mut sql = String::with_capacity(values * 3);
    for value in 0..values {
        sql.push_str(if value == 0 { "?" } else { ", ?" });
    }
    sql
}

/// A list's values as arguments, filled up to the shape of its statement ([`list_shape`]).
#[must_use]
pub fn padded<T: AsRef<[u8]>>(values: &[T]) -> Vec<Arg<'_>> {
    let mut args: Vec<Arg<'_>> = values.iter().map(|value| Arg::Bytes(value.as_ref())).collect();
    if let Some(&last) = args.last() {
        args.resize(list_shape(values.len()), last);
    }
    args
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_rows_is_cut_into_shapes_that_add_up() {
        for rows in 0..2000 {
            assert_eq!(shapes(rows).sum::<usize>(), rows);
            assert!(shapes(rows).all(|shape| shape <= 32 || shape.is_power_of_two()));
        }
    }

    #[test]
    fn a_statement_of_two_rows_reads_as_expected() {
        assert_eq!(rows_of(3, 2), "(?, ?, ?), (?, ?, ?)");
        assert_eq!(list_of(3), "?, ?, ?");
        assert_eq!((list_shape(1), list_shape(3), list_shape(999)), (1, 4, 256));
    }
}
