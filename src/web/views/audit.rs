//! `/audit`: the log, one event in full, and the past as it was and as it was known.

use serde::Serialize;

use super::card::CardView;
use super::forms::Field;
use super::marshals::MarshalsView;
use super::merge::Candidate;
use super::parts::{Badge, Day, Detail, Link, Moment};
use super::register::RegisterView;

/// The log. Template `audit_log`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditLogView {
    /// Filters: `person`, `officer`, `kind`, `from`, `to`.
    pub filters: Vec<Field>,
    /// Whom to choose from, where several people were found.
    pub candidates: Vec<Candidate>,
    /// True when anything is filtered.
    pub filtered: bool,
    /// Events in the log, written with thin spaces.
    pub total: String,
    /// The newest position and hash.
    pub head: Option<EventLink>,
    /// Events of this page, newest first.
    pub rows: Vec<AuditRow>,
    /// Newer events.
    pub newer: Option<String>,
    /// Older events.
    pub older: Option<String>,
}

/// An event by its place and hash.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventLink {
    /// Its position.
    pub position: i64,
    /// Its hash, hexadecimal.
    pub hash: String,
    /// The event in full.
    pub href: String,
}

/// One event in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditRow {
    /// Its position.
    pub position: i64,
    /// The event in full.
    pub href: String,
    /// Its type: `authorization_granted`.
    pub kind: String,
    /// What happened, in words.
    pub text: String,
    /// The person concerned, if any.
    pub subject: Option<Subject>,
    /// Who did it: a name or `process:…`, `operator:…`.
    pub actor: String,
    /// The day it takes effect.
    pub effective: Option<Day>,
    /// The instant it was recorded.
    pub recorded: Moment,
}

/// A person in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subject {
    /// The display name, or the pseudonym when sealed or erased.
    pub label: String,
    /// Whether the name could be opened.
    pub seal: Seal,
    /// The log filtered to this person.
    pub href: String,
}

/// What became of a sealed field (V5, V6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Seal {
    /// Never was personal.
    Plain,
    /// Personal, opened for this reading, which is recorded (V7).
    Opened,
    /// Personal, and closed to this reader.
    Sealed,
    /// Personal, and the key was destroyed.
    Erased,
}

/// One field of a payload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PayloadField {
    /// Its name in the payload.
    pub name: String,
    /// Its value; `None` when sealed or erased.
    pub value: Option<String>,
    /// What became of it.
    pub seal: Seal,
}

/// One event in full. Template `audit_event`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditEventView {
    /// Its position.
    pub position: i64,
    /// Its type.
    pub kind: String,
    /// What happened, in words.
    pub text: String,
    /// The day it takes effect; `None` where there is no civil effect.
    pub effective: Option<Day>,
    /// The instant it was recorded.
    pub recorded: Moment,
    /// The person concerned, if any.
    pub subject: Option<Subject>,
    /// Who did it.
    pub actor: String,
    /// Identifiers: event, stream, version, schema version, command, correlation, causation.
    pub ids: Vec<Detail>,
    /// The fields of the payload.
    pub payload: Vec<PayloadField>,
    /// The fields of the metadata.
    pub metadata: Vec<PayloadField>,
    /// This event's hash, hexadecimal.
    pub hash: String,
    /// The hash before, hexadecimal.
    pub prev_hash: String,
    /// Whether the hash was recomputed and matches: `Hash verified`, `Hash does not match`.
    pub check: Badge,
    /// The event before in the log.
    pub previous: Option<String>,
    /// The event after in the log.
    pub next: Option<String>,
    /// Other events of the same command or correlation.
    pub related: Vec<AuditRow>,
}

/// The past, by two clocks (D4). Template `audit_asof`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AsOfView {
    /// The form (GET): `what` (card, marshals, register), `person`, `on` (a day), `known_at` (an instant).
    pub fields: Vec<Field>,
    /// What is wrong with what was asked.
    pub errors: Vec<super::forms::FieldError>,
    /// Whom to choose from, where several people were found.
    pub candidates: Vec<Candidate>,
    /// What was found; `None` before asking.
    pub result: Option<AsOfResult>,
}

/// What was so on a day, as it was known at an instant. Exactly one of
/// `card`, `marshals`, `register` and `nothing` is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AsOfResult {
    /// The day: what had taken effect by then.
    pub on: Day,
    /// The instant: what had been recorded by then.
    pub known_at: Moment,
    /// The last position recorded by that instant.
    pub position: i64,
    /// The same question as it is known now, when that is another.
    pub now: Option<Link>,
    /// A person's card page; its `today` is `on`, and its verdict speaks of that
    /// day (`Could fight that day`), not of today.
    pub card: Option<CardView>,
    /// The marshal list.
    pub marshals: Option<MarshalsView>,
    /// The public register.
    pub register: Option<RegisterView>,
    /// Why there is nothing to show: `Nobody of that id was on file.`
    pub nothing: Option<String>,
}

/// What was removed, and by which rule. Template `audit_removals`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AuditRemovalsView {
    /// What was removed, the newest first.
    pub rows: Vec<RemovalRow>,
    /// How many lines there are at most, where there may be more.
    pub most: Option<String>,
    /// Every rule: what goes, and when.
    pub rules: Vec<Detail>,
}

/// Something that was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RemovalRow {
    /// When.
    pub at: Moment,
    /// What, in words.
    pub what: String,
    /// How much of it.
    pub count: String,
    /// The rule.
    pub rule: String,
}
