//! `/desk/officers`: who may sign in, and what they may do.

use serde::Serialize;

use super::desk::Conflict;
use super::forms::{Action, CommandForm, Field, FieldError};
use super::parts::{Badge, Detail, Link, Moment};
use super::record::HistoryRow;

/// The officers. Template `desk_officers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskOfficersView {
    /// Everybody on the officers' list, those who may sign in first.
    pub rows: Vec<OfficerRow>,
    /// Where to invite another one.
    pub invite_href: String,
    /// The time zone of the times.
    pub zone: String,
}

/// One officer in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfficerRow {
    /// Their page.
    pub href: String,
    /// What other officers know them by.
    pub name: String,
    /// The address they sign in with.
    pub email: String,
    /// `Invited`, `Active`, `Disabled`.
    pub state: Badge,
    /// What they may do, in short: `Cards in Fencing`.
    pub grants: Vec<String>,
    /// When they last signed in.
    pub seen: Option<Moment>,
}

/// The form to invite somebody. Template `desk_officer_new`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskOfficerNewView {
    /// Command id, action, button and error summary; its own fields are shown too.
    pub form: CommandForm,
    /// What they may do.
    pub matrix: GrantMatrix,
}

impl DeskOfficerNewView {
    /// Adds what is wrong with ticks to the error summary.
    #[must_use]
    pub fn with_summary(mut self) -> Self {
        self.form.errors.extend(self.matrix.errors());
        self
    }
}

/// One officer. Template `desk_officer`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskOfficerView {
    /// What other officers know them by.
    pub name: String,
    /// `Invited`, `Active`, `Disabled`.
    pub state: Badge,
    /// Address, last sign-in.
    pub facts: Vec<Detail>,
    /// What to send to somebody who has never signed in.
    pub invitation: Option<Invitation>,
    /// Why some of the ticks cannot be set, in a sentence.
    pub limits: Option<String>,
    /// Command id, version, action, button and error summary of the form with the matrix.
    pub form: CommandForm,
    /// What they may do.
    pub matrix: GrantMatrix,
    /// What saving would change, when that was asked; `None` before.
    pub preview: Option<Preview>,
    /// Somebody else changed the officer meanwhile: what differs (P5).
    pub conflicts: Vec<Conflict>,
    /// Who the officer is on file (A3).
    pub person: PersonOf,
    /// Disable or enable.
    pub access: Vec<Action>,
    /// What happened to their rights, newest first.
    pub changes: Vec<HistoryRow>,
    /// All of that, for auditors.
    pub changes_more: Option<Link>,
    /// What they did lately, newest first, without anybody's name.
    pub deeds: Vec<HistoryRow>,
    /// How often they read something lately: `Read 12 lists or records.`
    pub readings: Option<String>,
    /// All of that, for auditors.
    pub deeds_more: Option<Link>,
    /// The time zone of the times.
    pub zone: String,
}

impl DeskOfficerView {
    /// Adds what is wrong with ticks to the error summary.
    #[must_use]
    pub fn with_summary(mut self) -> Self {
        self.form.errors.extend(self.matrix.errors());
        self
    }
}

/// What to send to somebody who was invited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invitation {
    /// Why the reader has to send it, or why it would not help yet.
    pub why: String,
    /// Where they sign in.
    pub address: String,
    /// The text to copy.
    pub text: String,
    /// The same text in the reader's own mail program.
    pub mail_href: String,
}

/// What saving would change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// What would be given.
    pub gives: Vec<String>,
    /// What would be taken away.
    pub takes: Vec<String>,
}

/// Which person on file the officer is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonOf {
    /// The linked person, in words; `None` when nobody is linked.
    pub name: Option<String>,
    /// Their record, for those who may see it.
    pub href: Option<String>,
    /// Finding the person by name, for those who may: a search that leads back here.
    pub find: Option<Field>,
    /// Where the search is sent.
    pub find_action: String,
    /// Link, and undo the link; empty on the reader's own page.
    pub actions: Vec<Action>,
    /// Why there is nothing to do here.
    pub locked: Option<String>,
}

/// Permissions and where they reach. Ticks are sent as `grant`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GrantMatrix {
    /// Permissions that belong together.
    pub groups: Vec<GrantGroup>,
}

impl GrantMatrix {
    /// The ticks that are wrong, in their order.
    #[must_use]
    pub fn errors(&self) -> Vec<FieldError> {
        let rows = self.groups.iter().flat_map(|group| &group.rows);
        let cells = rows.flat_map(|row| &row.cells);
        cells
            .filter_map(|cell| Some(FieldError { target: cell.id.clone(), message: cell.error.clone()? }))
            .collect()
    }
}

/// Permissions that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GrantGroup {
    /// What they are about.
    pub legend: String,
    /// Where they can reach: the whole kingdom, and for those about a discipline each of them.
    pub columns: Vec<String>,
    /// The permissions.
    pub rows: Vec<GrantRow>,
}

/// One permission.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GrantRow {
    /// In a few words: `Cards`.
    pub title: String,
    /// Its name in the log and on the command line.
    pub name: String,
    /// What it allows.
    pub allows: String,
    /// One for each column.
    pub cells: Vec<GrantCell>,
}

/// One tick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GrantCell {
    /// Unique on the page.
    pub id: String,
    /// What is sent: `write_marshal@discipline:fencing`.
    pub value: String,
    /// The column's words, for small screens: `Fencing`.
    pub place: String,
    /// The tick in words, for whoever does not see the table: `Cards in Fencing`.
    pub label: String,
    /// True when ticked.
    pub ticked: bool,
    /// True when the officer holds it now.
    pub held: bool,
    /// True when the reader cannot give it and the officer does not hold it.
    pub locked: bool,
    /// What is wrong with it.
    pub error: Option<String>,
}
