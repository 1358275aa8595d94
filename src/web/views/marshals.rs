//! `/marshals`: who holds an active warrant (C9).

use serde::Serialize;

use super::parts::Day;

/// The marshal list. Template `marshals`; its body is the partial `marshals_body`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MarshalsView {
    /// The day that "active" means.
    pub today: Day,
    /// Disciplines that have marshals, alphabetically.
    pub disciplines: Vec<MarshalsDiscipline>,
}

/// The marshals of one discipline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MarshalsDiscipline {
    /// The slug, for the anchor.
    pub slug: String,
    /// The discipline's name.
    pub name: String,
    /// How many, for the contents.
    pub count: usize,
    /// The marshals, by name.
    pub marshals: Vec<MarshalRow>,
}

/// One active warrant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MarshalRow {
    /// SCA name, or the legal name with consent (C9).
    pub name: String,
    /// Home group.
    pub branch: Option<String>,
    /// Marshal type.
    pub kind: String,
    /// The last day of the warrant's term; `None` for a warrant without end.
    pub until: Option<Day>,
}
