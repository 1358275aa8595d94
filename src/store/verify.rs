//! Walks the whole log and recomputes its chain.

use super::db::Db;
use super::error::Result;
use super::feed::Head;
use crate::domain::id::Position;

/// What the walk found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyReport {
    /// How many events are in order, from the first.
    pub events: i64,
    /// The end of the log as its rows have it.
    pub head: Head,
    /// What is wrong, in the order of the log; empty when nothing is.
    pub findings: Vec<Finding>,
    /// With `against`: where that hash stands in this log; `None` inside means
    /// nowhere: this log is a fork of the one that had it, or was rewritten.
    pub against: Option<Option<Position>>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where.
    pub position: Position,
    /// What.
    pub problem: Problem,
}

/// What can be wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// Its columns do not have its hash: it was changed.
    Hash,
    /// It does not follow from the row before it.
    Chain,
    /// It is missing.
    Missing,
    /// Its stream version does not follow from the one before it.
    StreamVersion,
    /// It was recorded before the row before it.
    Time,
    /// A column cannot be read at all.
    Unreadable,
    /// The head row says something else than the last event.
    Head,
}

impl VerifyReport {
    /// Whether nothing is wrong (a fork is).
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.against != Some(None)
    }
}

/// Walks all rows up to the head. Stops after 100 findings.
///
/// # Errors
/// The database.
pub async fn verify(_db: &Db, _against: Option<[u8; 32]>) -> Result<VerifyReport> {
    unimplemented!("comes next")
}
