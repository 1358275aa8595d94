//! `/desk/sessions`.

use serde::Serialize;

use super::parts::{Badge, Moment};

/// Where an officer is signed in. Template `desk_sessions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskSessionsView {
    /// The sessions, the one used last first.
    pub rows: Vec<SessionRow>,
    /// Whether there is another one than this.
    pub others: bool,
    /// The time zone of the times: `America/Toronto`.
    pub zone: String,
    /// After how long without use a session ends: `12 hours`.
    pub idle: String,
    /// After how long it ends in any case: `7 days`.
    pub absolute: String,
}

/// One session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SessionRow {
    /// What is posted to end it.
    pub key: String,
    /// When the officer signed in.
    pub since: Moment,
    /// When it was last used, to five minutes.
    pub seen: Moment,
    /// When it ends in any case.
    pub until: Moment,
    /// Marks the one that shows the page.
    pub here: Option<Badge>,
}
