//! From bytes to rows whose cells are text: header, widths, UTF-8.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::columns::Column;
use super::table::{self, Raw};
use crate::exchange::report::Fault;

/// Most bytes of a roster: some 45 000 people.
const MOST_BYTES: usize = 16 << 20;

/// One row with a text, or nothing where the bytes are none, for each column.
pub(super) struct Row<'a> {
    pub line: usize,
    cells: [Option<Cow<'a, str>>; 21],
}

impl Row<'_> {
    /// The text of a cell; empty where it could not be read.
    pub fn get(&self, column: Column) -> &str {
        self.cells[column as usize].as_deref().unwrap_or("")
    }

    /// Whether the cell could be read. One that could not is told already.
    pub fn readable(&self, column: Column) -> bool {
        self.cells[column as usize].is_some()
    }

    /// Whether every cell could be read.
    pub fn whole(&self) -> bool {
        self.cells.iter().all(Option::is_some)
    }

    /// A fault in a cell of this row.
    pub fn fault(&self, column: Column) -> Fault {
        Fault::at(self.line, self.get(Column::Ref), column.name(), self.get(column))
    }
}

/// Reads a file; what is wrong with its form goes to `faults`.
pub(super) fn read<'a>(bytes: &'a [u8], faults: &mut Vec<Fault>) -> Vec<Row<'a>> {
    let whole = || Fault::at(1, "", "", "");
    if bytes.len() > MOST_BYTES {
        faults.push(whole().because("the file is larger than 16 MiB", "cut it into several files"));
        return Vec::new();
    }
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        faults.push(whole().because("the file is UTF-16", "save it as CSV in UTF-8"));
        return Vec::new();
    }
    let mut table = table::rows(bytes);
    let Some(first) = table.next() else {
        let remedy = format!("begin it with the line {}", Column::header());
        faults.push(whole().because("the file is empty", remedy));
        return Vec::new();
    };
    let Some(places) = header(&first, faults) else { return Vec::new() };
    let rows: Vec<Row<'_>> = table.filter_map(|raw| row(raw, &places, faults)).collect();
    if rows.is_empty() && faults.is_empty() {
        let remedy = "below the header stands a line for each person and discipline";
        faults.push(Fault::at(first.line, "", "", "").because("nobody is in the file", remedy));
    }
    rows
}

/// Which column stands where, if the header has each of them once and no other.
fn header(first: &Raw<'_>, faults: &mut Vec<Fault>) -> Option<Vec<Column>> {
    let before = faults.len();
    if let Some(broken) = first.broken {
        let fault = Fault::at(first.line, "", "", "");
        faults.push(fault.because(broken.problem(), "mend the quotes of the header"));
        return None;
    }
    let names: Vec<String> =
        first.cells.iter().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
    if let [only] = names.as_slice()
        && let Some(separator) = only.chars().find(|c| matches!(c, ';' | '\t'))
        && Column::parse(only.split(separator).next().unwrap_or("").trim()).is_some()
    {
        let problem =
            format!("the cells are separated by {}", if separator == ';' { "semicolons" } else { "tabs" });
        faults.push(Fault::at(first.line, "", "", "").because(problem, "save the file with commas"));
        return None;
    }
    let known = |name: &String| Column::parse(&name.to_lowercase().replace([' ', '-'], "_")).is_some();
    if !names.iter().any(known) {
        let remedy = format!("give a roster, whose first line is {}", Column::header());
        faults.push(Fault::at(first.line, "", "", "").because("this is no roster", remedy));
        return None;
    }
    let mut places = Vec::with_capacity(names.len());
    let mut seen = BTreeSet::new();
    for name in &names {
        let fault = Fault::at(first.line, "", crate::exchange::report::shown(name), name);
        match Column::parse(name) {
            Some(column) if seen.insert(column) => places.push(column),
            Some(_) => faults.push(fault.because("this column stands twice", "delete one of the two")),
            None => {
                let meant = Column::parse(&name.to_lowercase().replace([' ', '-'], "_"));
                let remedy = match meant {
                    Some(column) => format!("write it {}", column.name()),
                    None => "delete the column".to_owned(),
                };
                faults.push(fault.because("a roster has no column of this name", remedy));
            }
        }
    }
    for column in Column::ALL.into_iter().filter(|column| !seen.contains(column)) {
        let fault = Fault::at(first.line, "", column.name(), "");
        let remedy = "add the column; its cells may be empty where nothing is required";
        faults.push(fault.because("this column is missing", remedy));
    }
    (faults.len() == before).then_some(places)
}

fn row<'a>(raw: Raw<'a>, places: &[Column], faults: &mut Vec<Fault>) -> Option<Row<'a>> {
    let ref_at = places.iter().position(|column| *column == Column::Ref);
    let ref_ = ref_at.and_then(|at| raw.cells.get(at)).map(|cell| String::from_utf8_lossy(cell).into_owned());
    let ref_ = ref_.unwrap_or_default();
    if let Some(broken) = raw.broken {
        let remedy = "close the quote, and write a quote within quotes twice";
        faults.push(Fault::at(raw.line, &ref_, "", "").because(broken.problem(), remedy));
        return None;
    }
    if raw.cells.len() != places.len() {
        let problem = format!("the line has {} cells, the header {}", raw.cells.len(), places.len());
        let remedy = "put cells that hold a comma in quotes, and leave no column out";
        faults.push(Fault::at(raw.line, &ref_, "", "").because(problem, remedy));
        return None;
    }
    let mut cells = [const { None }; 21];
    for (cell, column) in raw.cells.into_iter().zip(places) {
        match text(cell) {
            Ok(text) => cells[*column as usize] = Some(text),
            Err((value, byte)) => {
                let problem = format!("the byte 0x{byte:02X} is no UTF-8");
                let fault = Fault::at(raw.line, &ref_, column.name(), &value);
                faults.push(fault.because(problem, "save the file as UTF-8, then look at this name again"));
            }
        }
    }
    Some(Row { line: raw.line, cells })
}

/// The cell as text, or what can be shown of it and the byte that is in the way.
fn text(cell: Cow<'_, [u8]>) -> Result<Cow<'_, str>, (String, u8)> {
    let wrong = |bytes: &[u8], at: usize| {
        (String::from_utf8_lossy(bytes).into_owned(), bytes.get(at).copied().unwrap_or_default())
    };
    match cell {
        Cow::Borrowed(bytes) => {
            std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|e| wrong(bytes, e.valid_up_to()))
        }
        Cow::Owned(bytes) => String::from_utf8(bytes)
            .map(Cow::Owned)
            .map_err(|e| wrong(e.as_bytes(), e.utf8_error().valid_up_to())),
    }
}
