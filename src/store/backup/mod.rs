//! Backups: the log and what belongs to it in one file, the person keys in
//! another, and the list of the erased in a third (V6).
//!
//! - [`read`] takes everything from a running database, as of one position;
//!   [`write`] puts it into an empty one. Both speak in [`Piece`]s, so a copy
//!   from one database to another is a backup without a file.
//! - [`folder`] makes whole backups, and knows what a folder of them holds.
//! - [`file`] makes pieces a file: packed (gzip) and sealed to public keys
//!   ([`age`], the format of the `age` tool: `age -d -i KEY FILE | gunzip` opens it).
//!
//! Read models are not in it: they follow from the log. Nor are sessions, links
//! and mail on its way ([`LEFT_OUT`]): people sign in again, ask for another
//! link, and are not written to twice.
//!
//! # Adding a table
//! To [`TABLES`], or to [`LEFT_OUT`] with the reason above. A test compares both with the migrations.

pub mod age;
pub mod file;
pub mod folder;
pub mod read;
mod rows;
pub mod write;

use serde::{Deserialize, Serialize};

use super::error::DbError;
pub use rows::Rows;

/// The shape of what is in a backup.
pub const FORMAT: u32 = 1;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Int,
    Bytes,
    Text,
}

/// A table that is backed up.
#[derive(Debug)]
pub(super) struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: &'static [(&'static str, Kind)],
    /// The columns of its primary key: rows are read in their order.
    pub key: &'static [usize],
    /// Which rows, as a condition; all when empty.
    pub only: &'static str,
    /// In which of the two files.
    pub part: Part,
}

/// Which of the two files: the keys are kept apart, for 30 days at most (V6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Part {
    /// The log, and what is needed to go on with it.
    Log,
    /// The keys of people.
    Keys,
}

use Kind::{Bytes, Int, Text};

const KEY_COLUMNS: &[(&str, Kind)] =
    &[("key_id", Bytes), ("owner", Bytes), ("purpose", Text), ("wrapped", Bytes)];

/// What is backed up; a row names its table by its place in this list, so new ones stand at the end.
pub(super) const TABLES: [Table; 10] = [
    Table {
        name: "erasures",
        columns: &[("owner", Bytes), ("erased_at", Int)],
        key: &[0],
        only: "",
        part: Part::Log,
    },
    // The log's own secret is nobody's: without it no claim could be checked and no link made.
    Table {
        name: "person_keys",
        columns: KEY_COLUMNS,
        key: &[0],
        only: "owner = x'00000000000000000000000000000000'",
        part: Part::Log,
    },
    Table {
        name: "claims",
        columns: &[("kind", Text), ("hash", Bytes), ("owner", Bytes)],
        key: &[0, 1],
        only: "",
        part: Part::Log,
    },
    Table {
        name: "commands",
        columns: &[
            ("command_id", Bytes),
            ("body_hash", Bytes),
            ("first_position", Int),
            ("last_position", Int),
        ],
        key: &[0],
        only: "",
        part: Part::Log,
    },
    Table { name: "events", columns: EVENT_COLUMNS, key: &[0], only: "", part: Part::Log },
    Table {
        name: "person_keys",
        columns: KEY_COLUMNS,
        key: &[0],
        only: "owner <> x'00000000000000000000000000000000'",
        part: Part::Keys,
    },
    // Without them a card page would no longer ask.
    Table {
        name: "pins",
        columns: &[
            ("person", Bytes),
            ("hash", Bytes),
            ("set_at", Int),
            ("failures", Int),
            ("locked_until", Int),
        ],
        key: &[0],
        only: "",
        part: Part::Log,
    },
    // Nothing is announced twice (M2).
    Table {
        name: "announcements",
        columns: &[("subject", Bytes), ("what", Bytes), ("day", Int), ("threshold", Int), ("mail", Bytes)],
        key: &[0, 1, 2, 3],
        only: "",
        part: Part::Log,
    },
    Table {
        name: "bounces",
        columns: &[("subject", Bytes), ("address", Bytes), ("refused_at", Int), ("code", Int)],
        key: &[0],
        only: "",
        part: Part::Log,
    },
    Table {
        name: "removals",
        columns: &[("removed_at", Int), ("what", Text), ("count", Int)],
        key: &[0, 1],
        only: "",
        part: Part::Log,
    },
];

/// The place of the events in [`TABLES`]: they are read in their own way.
pub(super) const EVENTS: usize = 4;

/// The columns in the order of [`super::row::COLUMNS`].
const EVENT_COLUMNS: &[(&str, Kind)] = &[
    ("position", Int),
    ("event_id", Bytes),
    ("stream_type", Text),
    ("stream_id", Bytes),
    ("stream_version", Int),
    ("event_type", Text),
    ("schema_version", Int),
    ("recorded_at", Int),
    ("effective_on", Int),
    ("subject", Bytes),
    ("actor", Text),
    ("command_id", Bytes),
    ("correlation_id", Bytes),
    ("causation_id", Bytes),
    ("payload", Bytes),
    ("metadata", Bytes),
    ("prev_hash", Bytes),
    ("hash", Bytes),
];

/// Tables that no backup holds: what follows from the log, what the database makes itself, and what should not
/// come back: sessions, one-time links, mail on its way.
pub const LEFT_OUT: [&str; 10] = [
    "migrations",
    "log_head",
    "log_format",
    "outbox",
    "outbox_tries",
    "jobs",
    "sessions",
    "links",
    "rm_checkpoint",
    "rm_documents",
];

/// Every table that is in a backup, for the test that compares with the migrations.
pub fn tables() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|table| table.name)
}

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The shape of what follows: [`FORMAT`].
    pub format: u32,
    /// Log or keys.
    pub part: Part,
    /// The version of the program that made it.
    pub version: String,
    /// The highest log format that the log allows.
    pub log_format: i64,
    /// The position of its last event.
    pub position: i64,
    /// The hash of that event, in hexadecimal.
    pub head: String,
    /// When that event was recorded: microseconds since 1970.
    pub recorded_at: i64,
    /// How often keys were destroyed.
    pub key_epoch: i64,
    /// When the backup was made: microseconds since 1970.
    pub made_at: i64,
}

/// A part of a backup on its way.
#[derive(Debug)]
pub enum Piece {
    /// Comes first.
    Begin(Manifest),
    /// Rows of one table.
    Rows(Rows),
    /// Comes last: without it, something is missing.
    End {
        /// How many rows there were.
        rows: u64,
    },
}

/// How many pieces may be on their way.
pub(super) const AHEAD: usize = 4;

/// Why a backup was not made, or not brought back.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The file.
    #[error("{0}")]
    File(String),
    /// The database that it should go into is not empty.
    #[error("{0}")]
    NotEmpty(&'static str),
    /// What is in the file is no backup of this kind, or it is damaged.
    #[error("{0}")]
    Content(String),
}

impl From<std::io::Error> for BackupError {
    fn from(error: std::io::Error) -> Self {
        Self::File(error.to_string())
    }
}
