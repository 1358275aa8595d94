//! `/desk`: the officer's first page, and the form for a person.

use serde::Serialize;

use super::forms::{CommandForm, Field};
use super::merge::Candidate;
use super::parts::{Badge, Day, Link};

/// What waits, and a search box. Template `desk_home`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskHomeView {
    /// The kingdom's civil day.
    pub today: Day,
    /// The search box, name `q`; `None` without `read_combatant_info`.
    pub search: Option<Field>,
    /// What waits, the most pressing first; those with nothing in them too, so
    /// that the page keeps its shape.
    pub waiting: Vec<Waiting>,
    /// The kingdom in numbers: `("people", "3 000")`.
    pub counts: Vec<Link>,
    /// What stands in the way of ordinary work, such as no approved policy (V9).
    pub notices: Vec<String>,
    /// What this officer may begin here.
    pub begin: Vec<Link>,
    /// What was done today; none for whoever may look at nothing.
    pub done: Option<Today>,
}

/// What was done today. Nobody on file is named in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Today {
    /// What, the latest first.
    pub deeds: Vec<Deed>,
    /// What is not shown: `and 12 more kinds of changes`.
    pub rest: Option<String>,
    /// Why nothing is shown, when that is so.
    pub nothing: String,
    /// All of it.
    pub all: Option<Link>,
}

/// What an officer did today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Deed {
    /// When it was last done: `14:05`.
    pub time: String,
    /// The same for programs.
    pub iso: String,
    /// `Card renewed in Fencing`.
    pub text: String,
    /// How often, where it was more than once: `200 times`.
    pub times: Option<String>,
    /// Who did it.
    pub by: String,
    /// Whose record it was, where it was one and the officer may open it.
    pub href: Option<String>,
}

/// A pile of work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Waiting {
    /// Word, shape and colour: `Lapsing`.
    pub state: Badge,
    /// How many, written with thin spaces.
    pub count: String,
    /// True when there is nothing in it.
    pub none: bool,
    /// What they are: `cards lapse within 60 days`.
    pub text: String,
    /// The list of them.
    pub href: String,
}

/// The form to register or change a person. Template `desk_person`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskPersonView {
    /// `Register a person`, or `Change details`.
    pub heading: String,
    /// Whose record, when there is one.
    pub name: Option<String>,
    /// Command id, version, action, button and error summary. Its own `fields`
    /// are not shown: they are grouped in `groups`.
    pub form: CommandForm,
    /// The fields, grouped (P1).
    pub groups: Vec<FieldGroup>,
    /// Somebody else saved meanwhile: what differs (P5).
    pub conflicts: Vec<Conflict>,
    /// Who may be the same person (P6).
    pub alike: Vec<Candidate>,
    /// The way back.
    pub cancel_href: String,
}

impl DeskPersonView {
    /// Fills the error summary from the grouped fields.
    #[must_use]
    pub fn with_summary(mut self) -> Self {
        for group in &self.groups {
            self.form.errors.extend(super::forms::FieldError::of(&group.fields));
        }
        self
    }
}

/// Fields that belong together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldGroup {
    /// What they are about.
    pub legend: String,
    /// What to know about them.
    pub hint: Option<String>,
    /// The fields.
    pub fields: Vec<Field>,
}

/// A field that two officers changed at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// The field's label.
    pub label: String,
    /// What is on file now.
    pub on_file: String,
    /// What this officer typed.
    pub yours: String,
    /// The id of the field, where the choice is made.
    pub target: String,
}
