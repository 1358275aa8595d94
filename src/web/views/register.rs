//! `/register`: the public register (V8).

use serde::Serialize;

use super::forms::Field;
use super::parts::{Badge, Day, Link, Pager};

/// The public register. Template `register`; the rows are the partial
/// `register_rows`, which the as-of page shows too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegisterView {
    /// The day that "valid" means.
    pub today: Day,
    /// The search box: name `q`, as typed.
    pub search: Field,
    /// The filters in the order shown: `discipline`, `authorization`, `branch`
    /// ([`super::Kind::Select`], first choice "any" with an empty value) and
    /// `valid` ([`super::Kind::Check`], value `today`).
    pub filters: Vec<Field>,
    /// True when anything is searched or filtered: offers the way back to all.
    pub filtered: bool,
    /// What is asked, in words, for the heading above the rows: `“asta”, valid today`.
    pub asked: Option<String>,
    /// The way on when nothing was found and a filter may be why: the same
    /// search without `valid=today`.
    pub widen: Option<Link>,
    /// The people of this page, at most 50.
    pub rows: Vec<RegisterRow>,
    /// Where in the list this page is.
    pub pager: Pager,
}

/// One listed person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegisterRow {
    /// SCA name.
    pub name: String,
    /// Home group.
    pub branch: Option<String>,
    /// True when another listed person has the same (folded) name: the row says
    /// so, and that branch and disciplines tell them apart.
    pub namesake: bool,
    /// What they may do, by discipline; never empty cards (C3).
    pub disciplines: Vec<RegisterDiscipline>,
}

/// One card in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RegisterDiscipline {
    /// The discipline's name.
    pub name: String,
    /// `Valid`, `Expired`, `No waiver`, `Waiver lapsed`.
    pub state: Badge,
    /// The last valid day (D3): the earlier of card's and waiver's.
    pub last_valid: Option<Day>,
    /// Authorizations held, primary first.
    pub authorizations: Vec<String>,
}
