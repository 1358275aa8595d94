//! A table of numbers, before it is shown on a page or written to a file.

use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::web::desk::export;
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

    /// As a file of that name, in UTF-8 with a mark that spreadsheets look for.
    pub fn csv(&self, name: &str) -> Result<Response, AppError> {
        let mut file = csv::Writer::from_writer(b"\xEF\xBB\xBF".to_vec());
        let columns = self.columns.iter().map(|(column, _)| column.as_str());
        export::write(&mut file, self.keys.iter().copied().chain(columns))?;
        for line in &self.lines {
            let values =
                line.values.iter().map(|value| value.map_or_else(String::new, |value| value.to_string()));
            export::write(&mut file, line.keys.iter().cloned().chain(values))?;
        }
        let bytes = file.into_inner().map_err(|why| AppError::Internal(why.to_string()))?;
        let headers = [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}.csv\"")),
        ];
        Ok((headers, bytes).into_response())
    }
}
