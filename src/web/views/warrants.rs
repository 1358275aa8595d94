//! `/desk/warrants`: the warrant roster.

use serde::Serialize;

use super::forms::{Action, Field, Hidden};
use super::list::{Choose, Column};
use super::parts::{Badge, Day, Pager};

/// The roster of one discipline. Template `desk_warrants`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskWarrantsView {
    /// The discipline: the heading.
    pub discipline: String,
    /// As of this day.
    pub today: Day,
    /// Which discipline, which kind of marshal, in which state.
    pub filters: Vec<Field>,
    /// Sent along unseen, so that the order stays.
    pub hidden: Vec<Hidden>,
    /// True where anything but the discipline is asked for.
    pub filtered: bool,
    /// The roster as nothing asks for more than the discipline.
    pub clear_href: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// The warrants.
    pub rows: Vec<RosterRow>,
    /// Where among them this page is.
    pub pager: Pager,
    /// Choosing people to renew or end warrants of; nothing for those who may not.
    pub choose: Option<Choose>,
    /// The roster as a file.
    pub export: Option<Action>,
}

/// One warrant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RosterRow {
    /// What a tick sends.
    pub id: String,
    /// The record, for those who may see it.
    pub href: Option<String>,
    /// Display name.
    pub name: String,
    /// The real name, where it is another one.
    pub legal_name: Option<String>,
    /// The kind of marshal.
    pub marshal: String,
    /// Its first day.
    pub since: Day,
    /// Its last day; none where it has no end.
    pub until: Option<Day>,
    /// The member number.
    pub member: Option<String>,
    /// The last day of the membership.
    pub member_until: Option<Day>,
    /// The waiver's state.
    pub waiver: Badge,
    /// The card's state.
    pub card: Badge,
    /// The warrant's state.
    pub state: Badge,
}
