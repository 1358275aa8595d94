//! `/desk/kingdom`: what holds for everyone.

use serde::Serialize;

use super::chrome::NavItem;
use super::desk::{Conflict, FieldGroup};
use super::forms::{Action, CommandForm};
use super::parts::{Badge, Day, Link, Moment};

/// What every page of the kingdom's settings begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KingdomFrame {
    /// The page above, on pages of one thing.
    pub back: Option<Link>,
    /// What the page is about.
    pub heading: String,
    /// Its state, such as retired.
    pub state: Option<Badge>,
    /// What to know about it, in a sentence.
    pub lead: String,
    /// The pages of these settings.
    pub sections: Vec<NavItem>,
    /// What somebody else saved meanwhile, and this officer was about to overwrite (P5).
    pub conflicts: Vec<Conflict>,
}

/// The kingdom itself. Template `desk_kingdom`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskKingdomView {
    /// The page's beginning.
    pub frame: KingdomFrame,
    /// Command id, version, action, button and error summary; its fields are in `groups`.
    pub form: CommandForm,
    /// The fields, grouped.
    pub groups: Vec<FieldGroup>,
    /// How the colours look.
    pub preview: ThemePreview,
}

/// How colours look before they are saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ThemePreview {
    /// True when they are not saved yet.
    pub unsaved: bool,
    /// The badge's shield, `#rrggbb`.
    pub field: String,
    /// The colour of what is on it.
    pub colour: String,
    /// What is on it, as SVG paths.
    pub charge: &'static [&'static str],
    /// Words and buttons on light and dark paper.
    pub swatches: Vec<Swatch>,
    /// What is too faint, and what is done about it; or that all can be read.
    pub notes: Vec<PreviewNote>,
}

/// A piece of paper with words on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Swatch {
    /// What it shows: `Links on light`.
    pub label: String,
    /// The paper's colour.
    pub paper: String,
    /// The words' colour.
    pub ink: String,
    /// The contrast: `8.1 to 1`.
    pub contrast: String,
}

/// What is to be known about the colours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PreviewNote {
    /// Good, or too faint.
    pub state: Badge,
    /// Why, and what becomes of it.
    pub text: String,
}

/// Disciplines, one discipline, regions, switches. Template `desk_kingdom_list`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskKingdomListView {
    /// The page's beginning.
    pub frame: KingdomFrame,
    /// What can be done to the thing as a whole.
    pub actions: Vec<Action>,
    /// What there is.
    pub groups: Vec<SettingGroup>,
}

/// Things of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettingGroup {
    /// Where links lead to.
    pub anchor: String,
    /// What they are.
    pub heading: String,
    /// What to know about them.
    pub hint: Option<String>,
    /// The things.
    pub lines: Vec<SettingLine>,
    /// What to say where there are none.
    pub none: String,
    /// Adding another.
    pub actions: Vec<Action>,
}

/// One thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SettingLine {
    /// Its name.
    pub name: String,
    /// Its page, if it has one.
    pub href: Option<String>,
    /// Its name in addresses, which never changes.
    pub code: String,
    /// More about it.
    pub note: Option<String>,
    /// Further links, such as the people a switch is on for.
    pub links: Vec<Link>,
    /// In use, retired, on or off.
    pub state: Badge,
    /// What can be done to it.
    pub actions: Vec<Action>,
}

/// The rulebook. Template `desk_rulebook`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskRulebookView {
    /// The page's beginning.
    pub frame: KingdomFrame,
    /// The kingdom's civil day.
    pub today: Day,
    /// What to watch out for, such as a version that is yet to come into force.
    pub notes: Vec<String>,
    /// Every rule as it is today, and what it will be.
    pub terms: Vec<TermRow>,
    /// Every version that was adopted, the newest first.
    pub books: Vec<BookRow>,
    /// Adopting another; its fields are in `groups`.
    pub form: CommandForm,
    /// What the form begins with: `The form holds the rules in force today.`
    pub base: String,
    /// The fields, grouped.
    pub groups: Vec<FieldGroup>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TermRow {
    /// `A card lasts`.
    pub label: String,
    /// `24 months`.
    pub today: String,
    /// Since when it is so; none for what held before any rulebook.
    pub since: Option<Day>,
    /// The law it rests on.
    pub law: String,
    /// What it will be.
    pub coming: Vec<ComingTerm>,
}

/// What a rule will be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ComingTerm {
    /// `36 months`.
    pub text: String,
    /// From when.
    pub from: Day,
    /// The law it rests on.
    pub law: String,
}

/// One version of the rulebook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BookRow {
    /// Counting from 1.
    pub version: u32,
    /// In force, to come, replaced.
    pub state: Badge,
    /// From when it is in force.
    pub from: Day,
    /// The law it rests on.
    pub law: String,
    /// What it changed: `A card lasts 36 months, was 24 months`.
    pub changes: Vec<String>,
    /// When it was adopted.
    pub recorded: Moment,
    /// By whom.
    pub by: String,
    /// The form, filled with this version's rules.
    pub href: String,
}
