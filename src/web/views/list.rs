//! `/desk/people`: everybody on file, for officers.

use serde::Serialize;

use super::forms::{Action, Field};
use super::parts::{Badge, Html, Pager};

/// The list. Template `desk_list`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskListView {
    /// The search box: name `q`.
    pub search: Field,
    /// Filters: selects and ticks, such as `state` (expired, lapsing, no waiver,
    /// not accepted, minors), `discipline`, `branch`.
    pub filters: Vec<Field>,
    /// True when anything is searched or filtered.
    pub filtered: bool,
    /// Sent along unseen with a search, so that the order stays: `sort`, `dir`.
    pub hidden: Vec<super::forms::Hidden>,
    /// The columns: the SCA name, and those that were chosen.
    pub columns: Vec<Column>,
    /// Which columns to show.
    pub pick: Field,
    /// The search that the choice of columns keeps.
    pub pick_hidden: Vec<super::forms::Hidden>,
    /// The people of this page: the lines that [`DeskRow`] makes, one after the other.
    pub rows: Html,
    /// Where in the list this page is.
    pub pager: Pager,
    /// Choosing people to do something with; nothing for those who may not.
    pub choose: Option<Choose>,
    /// The list as a file.
    pub export: Option<Action>,
    /// Where to register a person, for those who may.
    pub register_href: Option<String>,
}

/// Choosing people of a list: each row is a tick.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choose {
    /// Sent along unseen: the search that found them.
    pub hidden: Vec<super::forms::Hidden>,
    /// The button that takes those ticked.
    pub ticked: String,
    /// The button that takes all of them, not this page alone.
    pub all: Option<String>,
}

/// How a column is sorted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Not by this column.
    None,
    /// Smallest first.
    Ascending,
    /// Largest first.
    Descending,
}

/// A column's heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    /// Its words.
    pub label: String,
    /// Sorts by it; `None` where that makes no sense.
    pub href: Option<String>,
    /// How it is sorted now.
    pub order: Order,
}

/// One person. Template `desk_row`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskRow {
    /// Whether the line can be ticked.
    pub tick: bool,
    /// What a tick sends.
    pub id: String,
    /// The record.
    pub href: String,
    /// Display name.
    pub name: String,
    /// SCA name.
    pub sca_name: Option<String>,
    /// What the columns beside it say.
    pub cells: Vec<Cell>,
}

/// What one column says of a person: a text, or states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// The column.
    pub label: String,
    /// The text.
    pub text: Option<String>,
    /// The states.
    pub badges: Vec<Badge>,
    /// True where an empty cell is left out on a phone.
    pub bare: bool,
}

impl Cell {
    /// A text, if there is one.
    #[must_use]
    pub fn text(label: &str, text: Option<String>) -> Self {
        Self { label: label.to_owned(), text, badges: Vec::new(), bare: false }
    }

    /// States.
    #[must_use]
    pub fn badges(label: &str, badges: Vec<Badge>) -> Self {
        Self { label: label.to_owned(), text: None, badges, bare: false }
    }

    /// States that there need not be any of.
    #[must_use]
    pub fn notes(label: &str, badges: Vec<Badge>) -> Self {
        Self { bare: badges.is_empty(), ..Self::badges(label, badges) }
    }
}
