//! `/desk/outbox`.

use serde::Serialize;

use super::forms::CommandForm;
use super::parts::{Badge, Link, Moment};
use super::reports::Tab;

/// The mails. Template `desk_outbox`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskOutboxView {
    /// What keeps mail from leaving.
    pub notices: Vec<String>,
    /// All, and each state with its number.
    pub tabs: Vec<Tab>,
    /// The mails, the newest first.
    pub rows: Vec<OutboxRow>,
    /// The page of older ones.
    pub older: Option<String>,
}

/// One mail in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OutboxRow {
    /// Its page.
    pub href: String,
    /// Which mail: `Reminder`.
    pub what: String,
    /// Whom it is about.
    pub about: Option<String>,
    /// Their record.
    pub about_href: Option<String>,
    /// When it was written.
    pub written: Moment,
    /// How far it came.
    pub state: Badge,
    /// When it goes next, or when that was.
    pub more: Option<String>,
}

/// One mail. Template `desk_mail`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskMailView {
    /// Which mail: `Reminder`.
    pub heading: String,
    /// Whom it is about.
    pub about: Option<String>,
    /// Their record.
    pub about_href: Option<String>,
    /// When it was written.
    pub written: Moment,
    /// How far it came.
    pub state: Badge,
    /// When it goes next, or when that was.
    pub more: Option<String>,
    /// Its subject, where it can be written.
    pub subject: Option<String>,
    /// What it says, as of now.
    pub text: Option<String>,
    /// Why there is nothing to say.
    pub why: Option<String>,
    /// Whether its one-time links are left out.
    pub hidden: bool,
    /// What became of each try, the first one first.
    pub tries: Vec<TryRow>,
    /// Sends it again, for those who may, where it came to its end unsent.
    pub again: Option<CommandForm>,
    /// Back to the list.
    pub back: Link,
}

/// One try to hand it over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TryRow {
    /// When.
    pub at: Moment,
    /// What came of it.
    pub what: String,
    /// What the mail server answered.
    pub code: Option<String>,
}
