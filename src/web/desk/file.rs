//! A list as a file: comma-separated values in UTF-8 with a byte order mark, or a spreadsheet. In both, no cell
//! is taken for a formula.

use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::domain::date::CivilDate;
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::views::{Field, Kind, Width};
use crate::web::xlsx;

/// What kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values.
    Csv,
    /// A spreadsheet.
    Xlsx,
}

impl Format {
    /// What a form asks for; comma-separated values unless it says otherwise.
    ///
    /// # Errors
    /// [`AppError::Bad`]: no page of ours sends anything else.
    pub fn of(sent: &Sent) -> Result<Self, AppError> {
        match sent.text("format") {
            "" | "csv" => Ok(Self::Csv),
            "xlsx" => Ok(Self::Xlsx),
            _ => Err(AppError::Bad("there is no such kind of file; choose again".to_owned())),
        }
    }

    /// The question.
    #[must_use]
    pub fn field(typed: &str) -> Field {
        Field::new(Kind::Radios, "format", "As")
            .required()
            .width(Width::Full)
            .choices([("csv", "comma-separated values"), ("xlsx", "spreadsheet (XLSX)")])
            .value(if typed == "xlsx" { "xlsx" } else { "csv" })
    }
}

/// Rows of cells.
pub struct File {
    rows: Vec<Vec<String>>,
}

impl File {
    /// A file with that heading.
    pub fn new<T: AsRef<str>>(heading: impl IntoIterator<Item = T>) -> Self {
        let mut file = Self { rows: Vec::new() };
        file.row(heading);
        file
    }

    /// One more row.
    pub fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) {
        self.rows.push(cells.into_iter().map(|cell| cell.as_ref().to_owned()).collect());
    }

    /// The file as an answer: `people-2026-11-22.csv`.
    ///
    /// # Errors
    /// [`AppError::Internal`] where a row is shorter than the heading: a broken program.
    pub fn answer(self, format: Format, name: &str, today: CivilDate) -> Result<Response, AppError> {
        let (bytes, kind, ending) = match format {
            Format::Csv => (self.csv()?, "text/csv; charset=utf-8", "csv"),
            Format::Xlsx => (
                xlsx::workbook(&self.rows),
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                "xlsx",
            ),
        };
        let headers = [
            (header::CONTENT_TYPE, kind.to_owned()),
            (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}-{today}.{ending}\"")),
        ];
        Ok((headers, bytes).into_response())
    }

    fn csv(&self) -> Result<Vec<u8>, AppError> {
        let broken = |why: String| AppError::Internal(why);
        // Every cell in quotes: where a spreadsheet's separator is the semicolon, one in a cell begins no other.
        let mut file = csv::WriterBuilder::new()
            .quote_style(csv::QuoteStyle::Always)
            .from_writer(b"\xEF\xBB\xBF".to_vec());
        for row in &self.rows {
            let row = row.iter().map(|cell| harmless(cell));
            file.write_record(row).map_err(|why| broken(why.to_string()))?;
        }
        file.into_inner().map_err(|why| broken(why.to_string()))
    }
}

/// A cell that no spreadsheet takes for a formula (OWASP, CSV Injection). In a workbook cells are texts already.
fn harmless(cell: &str) -> String {
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{cell}"),
        _ => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workbook_keeps_a_cell_as_it_is_and_a_csv_file_quotes_it() {
        let mut file = File::new(["branch"]);
        file.row(["x;=1+1"]);
        assert_eq!(file.csv().unwrap(), b"\xEF\xBB\xBF\"branch\"\n\"x;=1+1\"\n");
        file.row(["+14165550123"]);
        assert_eq!(file.rows[2], ["+14165550123"]);
        assert!(file.csv().unwrap().ends_with(b"\"'+14165550123\"\n"));
    }

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+14165550123", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(harmless(cell), format!("'{cell}"));
        }
        assert_eq!(harmless("Ásta = =x"), "Ásta = =x");
    }
}
