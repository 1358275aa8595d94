//! A table of numbers, before it is shown on a page or written to a file.

use axum::response::Response;

use crate::domain::date::CivilDate;
use crate::web::desk::file::{File, Format};
use crate::web::error::AppError;
use crate::web::views::parts::thousands;
use crate::web::views::{NumberCell, NumberRow, NumberTable};

/// A table of numbers.
pub struct Numbers {
    /// What it is of.
    pub caption: String,
    /// The heading of the first column.
    pub first: &'static str,
    /// The names of what a row is about, in the file.
    pub keys: &'static [&'static str],
    /// The columns of numbers: name in the file, heading on the page.
    pub columns: Vec<(String, String)>,
    /// The rows.
    pub lines: Vec<Line>,
    /// What is said instead of no rows.
    pub nothing: &'static str,
}

/// A row of numbers.
#[derive(Default)]
pub struct Line {
    /// What it is about, in the file.
    pub keys: Vec<String>,
    /// What it is about, on the page.
    pub label: String,
    /// More about it.
    pub more: Option<String>,
    /// The numbers; none where one has no meaning.
    pub values: Vec<Option<usize>>,
    /// Whom each number counts; empty when they lead nowhere.
    pub hrefs: Vec<String>,
    /// Whether it is the sum of the others.
    pub whole: bool,
}

impl Numbers {
    /// As a page shows it.
    pub fn view(&self, csv_href: Option<String>) -> NumberTable {
        let row = |line: &Line| NumberRow {
            label: line.label.clone(),
            more: line.more.clone(),
            cells: line
                .values
                .iter()
                .enumerate()
                .map(|(at, value)| NumberCell {
                    text: value.map_or_else(|| "–".to_owned(), thousands),
                    none: value.unwrap_or(0) == 0,
                    href: line.hrefs.get(at).filter(|_| value.is_some_and(|value| value > 0)).cloned(),
                })
                .collect(),
            whole: line.whole,
        };
        NumberTable {
            caption: self.caption.clone(),
            first: self.first.to_owned(),
            columns: self.columns.iter().map(|(_, heading)| heading.clone()).collect(),
            rows: self.lines.iter().map(row).collect(),
            nothing: self.nothing.to_owned(),
            csv_href: csv_href.filter(|_| !self.lines.is_empty()),
        }
    }

    /// As a file: its name, the day, `.csv`.
    pub fn csv(&self, name: &str, on: CivilDate) -> Result<Response, AppError> {
        let columns = self.columns.iter().map(|(column, _)| column.as_str());
        let mut file = File::new(self.keys.iter().copied().chain(columns));
        for line in &self.lines {
            let values =
                line.values.iter().map(|value| value.map_or_else(String::new, |value| value.to_string()));
            file.row(line.keys.iter().cloned().chain(values));
        }
        file.answer(Format::Csv, name, on)
    }
}
