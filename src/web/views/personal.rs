//! Pages by a personal link.

use serde::Serialize;

use super::forms::CommandForm;
use super::parts::{Day, Detail, Link, Moment};
use super::record::HistoryRow;
use crate::web::markdown::SafeHtml;

/// A question that somebody with a link is asked: the policy, a PIN, an address. Template `personal`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PersonalView {
    /// The heading.
    pub heading: String,
    /// What it is about.
    pub lead: Option<String>,
    /// More of that.
    pub paragraphs: Vec<String>,
    /// The policy that is to be read.
    pub policy: Option<PolicyText>,
    /// The question; `None` where there is nothing to answer just now.
    pub form: Option<CommandForm>,
    /// Other ways to go.
    pub next: Vec<Link>,
}

/// A privacy policy to be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyText {
    /// `2026.1`.
    pub version: String,
    /// The day of its approval.
    pub approved_on: Day,
    /// What it says.
    pub text: SafeHtml,
}

/// Everything that is held about somebody, for them. Template `my_record`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MyRecordView {
    /// Display name.
    pub name: String,
    /// The card page, when there is one.
    pub card: Option<Link>,
    /// Name, contact, birth, membership.
    pub details: Vec<Detail>,
    /// Policy, listing, PIN, waiver.
    pub standing: Vec<Detail>,
    /// Cards with what they hold.
    pub cards: Vec<HeldCard>,
    /// Corrections that wait.
    pub waiting: Vec<String>,
    /// What happened, newest first.
    pub changes: Vec<HistoryRow>,
    /// Who looked, newest first.
    pub readings: Vec<ReadingRow>,
    /// Asks for a correction.
    pub correct: CommandForm,
    /// Is listed, or no longer.
    pub listing: CommandForm,
    /// Where to write.
    pub contact: Option<String>,
}

/// One discipline's card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HeldCard {
    /// The discipline's name.
    pub name: String,
    /// Its dates.
    pub facts: Vec<Detail>,
    /// Authorizations and warrants.
    pub holds: Vec<String>,
}

/// Somebody who looked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReadingRow {
    /// When.
    pub at: Moment,
    /// Who.
    pub by: String,
    /// Through which screen.
    pub screen: String,
    /// Why, where a reason had to be given.
    pub reason: Option<String>,
}
