//! `/desk/people/<id>/merge`.

use serde::Serialize;

use super::forms::{CommandForm, Field};

/// Two records of one person, to be joined: first the other one is found, then both are seen side by
/// side. Template `desk_merge`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskMergeView {
    /// Display name of the record that this began with.
    pub name: String,
    /// That record.
    pub record_href: String,
    /// Where the search asks.
    pub action: String,
    /// The search box, name `q`.
    pub search: Field,
    /// True when something was searched for.
    pub searched: bool,
    /// Who may be the same person.
    pub candidates: Vec<Candidate>,
    /// Both records, once the other one is chosen.
    pub pair: Option<Pair>,
}

/// Somebody who may be the same person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// Both side by side, or where nothing is joined yet, their record.
    pub href: String,
    /// Display name.
    pub name: String,
    /// Legal name.
    pub legal_name: String,
    /// Home group.
    pub branch: Option<String>,
    /// What speaks for it: `the same legal name`.
    pub why: Option<String>,
}

/// Both records side by side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pair {
    /// Display name of the record that goes on.
    pub stays: String,
    /// That record.
    pub stays_href: String,
    /// Display name of the record that ends.
    pub ends: String,
    /// That record.
    pub ends_href: String,
    /// The same the other way round.
    pub swap_href: String,
    /// What each of them says.
    pub rows: Vec<PairRow>,
    /// Asks whose dates to keep, and joins them.
    pub form: CommandForm,
    /// What happens, in sentences.
    pub consequences: Vec<String>,
}

/// One line of the comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PairRow {
    /// What it is about.
    pub label: String,
    /// What the record says that goes on.
    pub stays: Option<String>,
    /// What the record says that ends.
    pub ends: Option<String>,
    /// True where they say different things.
    pub differs: bool,
    /// True where what the ending record says is lost: it stays in its history only.
    pub lost: bool,
}
