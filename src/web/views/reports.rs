//! `/desk/forecast` and `/desk/reports`: charts and the tables of their numbers.

use serde::Serialize;

use super::chart::Chart;
use super::forms::{Field, FieldError};
use super::parts::{Day, Link, Pager};

/// What lapses, as a chart, a table and a list. Template `desk_forecast`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskForecastView {
    /// The kingdom's civil day.
    pub today: Day,
    /// What can be looked at; the one that is.
    pub tabs: Vec<Tab>,
    /// What is counted, in a sentence.
    pub about: String,
    /// What is wrong with the address.
    pub errors: Vec<FieldError>,
    /// The numbers, drawn; none when they are all zero.
    pub chart: Option<Chart>,
    /// The numbers; each leads to its people.
    pub table: NumberTable,
    /// The reminders of the coming week.
    pub reminders: NumberTable,
    /// Who lapses: discipline and days.
    pub filters: Vec<Field>,
    /// What the list is of, for the filters' form.
    pub what: String,
    /// `12 cards lapse within 30 days`.
    pub heading: String,
    /// One page of them.
    pub rows: Vec<LapseRow>,
    /// Where in the list this page is.
    pub pager: Pager,
}

/// One of several views of a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tab {
    /// Where it leads.
    pub href: String,
    /// Its words.
    pub label: String,
    /// How many, written out.
    pub count: Option<String>,
    /// True for the one that is shown.
    pub current: bool,
}

/// Somebody with something that lapses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LapseRow {
    /// The record.
    pub href: String,
    /// Display name.
    pub name: String,
    /// Home group.
    pub branch: Option<String>,
    /// What lapses: `Fencing`, `Waiver`.
    pub what: String,
    /// The last valid day (D3).
    pub last: Day,
    /// The first day without it (D3).
    pub on: Day,
    /// `in 12 days`.
    pub days: String,
    /// Why, where it is not its own term.
    pub why: Option<String>,
}

/// Counts of some day. Template `desk_reports`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeskReportsView {
    /// The day asked for, and the discipline of the quarters.
    pub fields: Vec<Field>,
    /// What is wrong with them.
    pub errors: Vec<FieldError>,
    /// The day counted, where it is not today, and the way back to today.
    pub past: Option<Past>,
    /// What stands in the way of numbers, such as that they are still being counted.
    pub notice: Option<String>,
    /// The reports; empty when something is wrong or not counted yet.
    pub sections: Vec<ReportSection>,
}

/// A day that is not today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Past {
    /// The day.
    pub on: Day,
    /// The way back to today.
    pub back: Link,
}

/// One report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReportSection {
    /// Where links lead.
    pub id: String,
    /// What it is.
    pub heading: String,
    /// How it was counted.
    pub about: String,
    /// The numbers, drawn; none when they are all zero.
    pub chart: Option<Chart>,
    /// The numbers.
    pub table: NumberTable,
}

/// A table of numbers. Partial `numbers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NumberTable {
    /// What it is of.
    pub caption: String,
    /// The heading of the first column.
    pub first: String,
    /// The headings of the numbers.
    pub columns: Vec<String>,
    /// The rows; empty when there is nothing to count.
    pub rows: Vec<NumberRow>,
    /// What is said instead of no rows.
    pub nothing: String,
    /// The table as a file.
    pub csv_href: Option<String>,
}

/// One row of numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NumberRow {
    /// What it is about.
    pub label: String,
    /// More about it, small.
    pub more: Option<String>,
    /// The numbers.
    pub cells: Vec<NumberCell>,
    /// True for the sum of the others.
    pub whole: bool,
}

/// One number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NumberCell {
    /// Written with thin spaces; a dash where it has no meaning.
    pub text: String,
    /// True for zero and for no meaning.
    pub none: bool,
    /// Whom it counts.
    pub href: Option<String>,
}
