//! `/desk/people/many`: one thing done to many people.

use serde::Serialize;

use super::forms::{Action, CommandForm, Field, FieldError, Hidden};
use super::parts::{Badge, Link, Moment, Pager};

/// What to do, then what it would come to. Template `desk_many`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskManyView {
    /// The heading.
    pub heading: String,
    /// Who is meant: `12 people, ticked in the list`.
    pub whom: String,
    /// A step back.
    pub back_href: String,
    /// Where the acts ask.
    pub action: String,
    /// Who is meant, sent along with each act.
    pub hidden: Vec<Hidden>,
    /// Why there is nothing to choose from: nobody is meant, or too many are.
    pub none: Option<String>,
    /// What can be done.
    pub acts: Vec<ManyAct>,
    /// What it would come to, once an act is chosen.
    pub preview: Option<ManyPreview>,
}

/// Something that can be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ManyAct {
    /// Unique on the page, and what is sent as `act`.
    pub id: String,
    /// Its words.
    pub label: String,
    /// What it does, in a sentence.
    pub about: String,
    /// True where it is asked for already.
    pub open: bool,
    /// What is wrong with it.
    pub errors: Vec<FieldError>,
    /// What it asks.
    pub fields: Vec<Field>,
}

/// What an act would come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ManyPreview {
    /// The act.
    pub title: String,
    /// Its day, in a sentence.
    pub day: String,
    /// How many change.
    pub changes: String,
    /// What is said of them: `would change`.
    pub would: &'static str,
    /// How many cannot; nothing where all can.
    pub cannot: Option<String>,
    /// What is said of them.
    pub would_not: &'static str,
    /// Why not, and how often.
    pub why: Vec<ManyWhy>,
    /// Who, of this page.
    pub rows: Vec<ManyRow>,
    /// Where among them this page is.
    pub pager: Pager,
    /// Does it; nothing where nobody would change.
    pub form: Option<CommandForm>,
}

/// One reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ManyWhy {
    /// For how many.
    pub count: String,
    /// The sentence.
    pub text: String,
}

/// One person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ManyRow {
    /// What to call them.
    pub name: String,
    /// The real name, where it is another one.
    pub legal_name: Option<String>,
    /// The record, where there is one.
    pub href: Option<String>,
    /// `Changes`, `Cannot`, `Changed`, `Not changed`, or the same of a mail.
    pub state: Badge,
    /// What was there.
    pub from: Option<String>,
    /// What is there then.
    pub to: Option<String>,
    /// Why nothing changes.
    pub why: Option<String>,
}

/// What became of it. Template `desk_many_done`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskManyDoneView {
    /// The act.
    pub heading: String,
    /// Its day, in a sentence.
    pub day: Option<String>,
    /// How far it is, while it is under way.
    pub progress: Option<ManyProgress>,
    /// How many changed.
    pub changed: String,
    /// What is said of them: `changed`.
    pub did: &'static str,
    /// How many did not; nothing where all did.
    pub unchanged: Option<String>,
    /// What is said of them.
    pub did_not: &'static str,
    /// When it ended.
    pub when: Option<Moment>,
    /// Who, of this page.
    pub rows: Vec<ManyRow>,
    /// Where among them this page is.
    pub pager: Pager,
    /// What one would do next.
    pub next: Vec<Link>,
    /// The result as a file.
    pub export: Option<Action>,
}

/// How far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ManyProgress {
    /// How many are done.
    pub done: usize,
    /// Of how many.
    pub of: usize,
    /// In words.
    pub text: String,
}
