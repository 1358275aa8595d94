//! The privacy policy, to everybody and to whoever writes it.

use serde::Serialize;

use super::forms::{Action, CommandForm};
use super::parts::{Badge, Day, Link, Moment};
use crate::web::markdown::SafeHtml;

/// The privacy policy, one of its versions, or that there is none yet (V9). Template `privacy_policy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrivacyPolicyView {
    /// The version that is shown; `None` while no policy is approved.
    pub shown: Option<ShownPolicy>,
    /// The version in force, where another one is shown.
    pub newest: Option<Link>,
    /// Every version, the newest first.
    pub versions: Vec<VersionLine>,
    /// Where to write.
    pub contact: Option<String>,
}

/// One approved version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownPolicy {
    /// `2026.1`.
    pub version: String,
    /// The day of its approval.
    pub approved_on: Day,
    /// What it says.
    pub text: SafeHtml,
    /// What it changed.
    pub change_log: SafeHtml,
    /// From when everybody has to have accepted it.
    pub required_from: Option<Day>,
}

/// One version in the list of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VersionLine {
    /// Its page.
    pub href: String,
    /// `2026.1`.
    pub version: String,
    /// The day of its approval.
    pub approved_on: Day,
    /// What it changed.
    pub change_log: SafeHtml,
    /// True for the version that is shown.
    pub current: bool,
}

/// A draft, to whoever has its link. Template `privacy_draft`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrivacyDraftView {
    /// What it says so far.
    pub text: SafeHtml,
    /// What it will change, where that is written.
    pub change_log: Option<SafeHtml>,
    /// Where to write about it.
    pub contact: Option<String>,
}

/// What differs between two texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// `3 lines added, 1 line taken away.`
    pub summary: String,
    /// The lines around what differs.
    pub lines: Vec<DiffLine>,
}

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiffLine {
    /// `same`, `added`, `removed`, or `gap` for lines that are left out.
    pub kind: &'static str,
    /// What it says.
    pub text: String,
}

/// `/desk/policies`. Template `desk_policies`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskPoliciesView {
    /// What to watch out for: that none is approved, or that everybody has to accept again.
    pub notes: Vec<String>,
    /// The draft, if there is one.
    pub draft: Option<DraftLine>,
    /// Beginning one, if there is none.
    pub begin: Option<CommandForm>,
    /// Every approved version, the newest first.
    pub versions: Vec<PolicyRow>,
    /// How many people accepted a version that nobody knows, if anybody did.
    pub unknown: Option<String>,
}

/// The draft in a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DraftLine {
    /// Where it is written.
    pub href: String,
    /// Where it is approved.
    pub approve_href: String,
    /// What it began as.
    pub based_on: String,
    /// When it was last changed.
    pub changed: Option<Moment>,
    /// By whom.
    pub by: String,
    /// Shared by a link, or not.
    pub state: Badge,
}

/// One approved version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyRow {
    /// `2026.1`.
    pub version: String,
    /// Its page at the desk.
    pub href: String,
    /// In force, or replaced.
    pub state: Badge,
    /// The day of its approval.
    pub approved_on: Day,
    /// When that was recorded.
    pub recorded: Option<Moment>,
    /// By whom.
    pub by: String,
    /// What it changed.
    pub change_log: SafeHtml,
    /// How many people on file accepted it, and no newer one.
    pub accepted: String,
    /// From when everybody has to have accepted it.
    pub required_from: Option<Day>,
}

/// `/desk/policies/draft`. Template `desk_policy_draft`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskPolicyDraftView {
    /// What the draft began as, or what became of it.
    pub lead: String,
    /// The text and what it will change.
    pub form: CommandForm,
    /// How the text looks.
    pub preview: SafeHtml,
    /// True when the form holds something that is not saved.
    pub unsaved: bool,
    /// What differs from the version in force.
    pub difference: Option<Difference>,
    /// The version that it differs from.
    pub against: String,
    /// What somebody else saved meanwhile (P5).
    pub conflict: Option<DraftConflict>,
    /// The link that it is shared by.
    pub link: Option<String>,
    /// Sharing it or not, discarding it.
    pub actions: Vec<Action>,
    /// Where it is approved; `None` where there is no draft any more.
    pub approve_href: Option<String>,
}

/// What somebody else saved while this officer wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DraftConflict {
    /// When.
    pub changed: Option<Moment>,
    /// Who.
    pub by: String,
    /// From theirs to what the form holds.
    pub difference: Difference,
    /// Whether the text of the form is theirs, because this officer had not touched it.
    pub text_is_theirs: bool,
    /// What they wrote as change log, where it is another one.
    pub change_log: Option<String>,
}

/// `/desk/policies/draft/approve`. Template `desk_policy_approve`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskPolicyApproveView {
    /// The number that it will have.
    pub version: String,
    /// The change log and the day; what is wrong.
    pub form: CommandForm,
    /// Whom it concerns that everybody accepts again.
    pub concerned: String,
    /// What will be published.
    pub text: SafeHtml,
    /// What differs from the version in force; `None` for the first version.
    pub difference: Option<Difference>,
    /// The version that it differs from.
    pub against: String,
    /// Where it is written.
    pub edit_href: String,
}

/// `/desk/policies/<version>`. Template `desk_policy`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskPolicyView {
    /// The version.
    pub row: PolicyRow,
    /// What it says.
    pub text: SafeHtml,
    /// What differs from the version before; `None` for the first one.
    pub difference: Option<Difference>,
    /// The version before.
    pub against: String,
    /// Taking back that everybody has to accept it.
    pub actions: Vec<Action>,
    /// Its public page.
    pub public_href: String,
}
