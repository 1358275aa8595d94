//! What people and scripts read. A closed pipe is nobody's fault.

use std::io::Write;

use serde::Serialize;

use super::Failure;

/// A line of the result.
pub fn say(text: &str) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// The result, for a script.
pub fn say_json(value: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| Failure::Internal(error.to_string()))?;
    say(&text);
    Ok(())
}

/// Something beside the result.
pub fn note(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// What went wrong.
pub fn complain(text: &str) {
    let _ = writeln!(std::io::stderr(), "emol: {text}");
}

/// Cells longer than this run into the next column rather than push it away.
const WIDEST: usize = 32;

/// A table with its columns aligned; cells hold no line breaks.
pub fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
        cells.chain([head[column].chars().count()]).max().unwrap_or(0).min(WIDEST)
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let line = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> =
            cells.zip(&widths).map(|(cell, width)| format!("{}{}", shown(cell), pad(cell, *width))).collect();
        padded.join("  ").trim_end().to_owned()
    };
    let mut lines = vec![line(&mut head.iter().copied())];
    lines.push(widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>().join("  "));
    lines.extend(rows.iter().map(|row| line(&mut row.iter().map(String::as_str))));
    lines.join("\n")
}

fn pad(cell: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(cell.chars().count()))
}

/// Control characters would let a file's contents steer the terminal.
fn shown(cell: &str) -> String {
    cell.chars().map(|c| if c.is_control() { '�' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_and_cannot_steer_the_terminal() {
        let rows =
            vec![vec!["2".to_owned(), "é\u{1b}[31m".to_owned()], vec!["10".to_owned(), "x".to_owned()]];
        let text = table(&["line", "value"], &rows);
        assert_eq!(text, "line  value\n----  ------\n2     é�[31m\n10    x");
    }
}
