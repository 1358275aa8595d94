//! `/desk/people`: everybody on file, for officers.

use serde::Serialize;

use super::forms::{Action, Field};
use super::parts::{Badge, Pager};

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
    /// The columns: SCA name, legal name, branch, cards, waiver, flags.
    pub columns: Vec<Column>,
    /// The people of this page.
    pub rows: Vec<DeskRow>,
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

/// One person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskRow {
    /// What a tick sends.
    pub id: String,
    /// The record.
    pub href: String,
    /// SCA name.
    pub sca_name: Option<String>,
    /// Legal name.
    pub legal_name: String,
    /// Home group.
    pub branch: Option<String>,
    /// One per card: the word is the discipline with its state: `Fencing, expired`.
    pub cards: Vec<Badge>,
    /// The waiver's state.
    pub waiver: Badge,
    /// What else to know: `Minor`, `Not accepted`, `Old link`.
    pub flags: Vec<Badge>,
}
