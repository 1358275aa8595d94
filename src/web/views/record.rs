//! `/desk/people/<id>`: one person's record, for officers.

use serde::Serialize;

use super::forms::{Action, CommandForm};
use super::parts::{Badge, Day, Detail, Link, Moment, Verdict};

/// One person: details, waiver, each discipline, history, on one page with
/// sections, so that everything works without JavaScript. Template `desk_record`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskRecordView {
    /// Display name.
    pub name: String,
    /// Legal name, when the display name is another.
    pub legal_name: Option<String>,
    /// Home group.
    pub branch: Option<String>,
    /// What else to know: `Minor`, `Not accepted`.
    pub flags: Vec<Badge>,
    /// May this person fight today?
    pub verdict: Verdict,
    /// The card page, when there is one.
    pub card_href: Option<String>,
    /// The sections of this page, in order.
    pub sections: Vec<SectionLink>,
    /// Name, contact, birth, membership.
    pub details: Vec<Detail>,
    /// Consent and listing.
    pub consent: Vec<Detail>,
    /// The form to change details, for those who may.
    pub edit_href: Option<String>,
    /// Joins it with another record of the same person, for those who may (P6).
    pub merge_href: Option<String>,
    /// What may be done with the person as a whole: send links, list, erase.
    pub person_actions: Vec<Action>,
    /// Corrections that the person asked for and nobody has looked after.
    pub corrections: Vec<CorrectionRow>,
    /// The waiver.
    pub waiver: WaiverPanel,
    /// One panel per discipline with a card.
    pub disciplines: Vec<DisciplinePanel>,
    /// Begin in a discipline without a card.
    pub begin: Vec<Action>,
    /// What happened, newest first.
    pub history: Vec<HistoryRow>,
    /// The rest of the history.
    pub history_more: Option<Link>,
}

/// A correction that a person asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CorrectionRow {
    /// In the person's words.
    pub text: String,
    /// Says that it was looked after; for those who may.
    pub done: Option<CommandForm>,
}

/// A section of the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SectionLink {
    /// Its anchor: `details`, `waiver`, a discipline's slug prefixed `d-`, `begin`, `history`.
    pub anchor: String,
    /// Its words.
    pub label: String,
    /// Its state, where it has one.
    pub state: Option<Badge>,
}

/// The waiver and what may be done with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WaiverPanel {
    /// `On file`, `Lapsed`, `Missing`.
    pub state: Badge,
    /// One sentence.
    pub text: String,
    /// Signed on, good through, kept until.
    pub facts: Vec<Detail>,
    /// What may be done; empty without the permission.
    pub actions: Vec<Action>,
    /// The missing permission, in a sentence.
    pub locked: Option<String>,
}

/// One discipline of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DisciplinePanel {
    /// The slug; the anchor is `d-<slug>`.
    pub slug: String,
    /// The discipline's name.
    pub name: String,
    /// Valid or not, and why (C11).
    pub verdict: Verdict,
    /// Issued, good through, expires.
    pub facts: Vec<Detail>,
    /// Issue, renew, correct; grant; warrant.
    pub actions: Vec<Action>,
    /// Every authorization type, primary first, held or not.
    pub authorizations: Vec<AuthorizationRow>,
    /// Warrants, present and past.
    pub warrants: Vec<WarrantRow>,
    /// Missing permissions for this discipline, in a sentence.
    pub locked: Option<String>,
}

/// An authorization type on the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuthorizationRow {
    /// The type's name.
    pub name: String,
    /// True for a primary type.
    pub primary: bool,
    /// `Held`, `Not held`, `Retired type`.
    pub state: Badge,
    /// Since when it is held.
    pub since: Option<Day>,
    /// Grant or revoke, for those who may.
    pub action: Option<Action>,
}

/// A warrant on the desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WarrantRow {
    /// Marshal type.
    pub kind: String,
    /// `Active`, `Not yet`, `Ended`, `Suspended`.
    pub state: Badge,
    /// First day.
    pub starts: Option<Day>,
    /// Last day; `None` for a warrant without end.
    pub ends: Option<Day>,
    /// Who granted it, as recorded.
    pub granted_by: Option<String>,
    /// End it, for those who may.
    pub action: Option<Action>,
}

/// One line of a person's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HistoryRow {
    /// What happened: `Heavy Rapier granted`.
    pub text: String,
    /// More: a reason, old and new dates.
    pub more: Option<String>,
    /// The day it takes effect (D4).
    pub effective: Option<Day>,
    /// The instant it was recorded (D4).
    pub recorded: Moment,
    /// Who recorded it.
    pub by: String,
    /// What a later entry did to it: `corrected later`.
    pub superseded: Option<&'static str>,
    /// The event in full, for auditors.
    pub href: Option<String>,
    /// Takes it back, for who may.
    pub undo: Option<Action>,
}
