//! What an import says: faults, differences, progress, and what was recorded.

use std::collections::BTreeMap;
use std::fmt;

use crate::commands::Refusal;
use crate::commands::bus::BusError;
use crate::store::Receipt;

/// Most characters of a value that are shown again.
const SHOWN: usize = 80;

/// One thing wrong with a file. Printing it shows neither the value nor the
/// person's `ref`, so that it may stand in a log; [`Fault::shown`] has both.
#[derive(Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line of the file, the first being 1; 0 where a place is better told by `column`.
    pub line: usize,
    /// The person's `ref`; empty where there is none.
    pub ref_: String,
    /// The column, or the path in a JSON file; empty for the whole line.
    pub column: String,
    /// What stands there, at most 80 characters of it, control characters spelt out. Personal.
    pub value: String,
    /// What is wrong; a sentence part without the value.
    pub problem: String,
    /// What would be right; an instruction.
    pub remedy: String,
}

/// Something that a file says otherwise than the log, and that was left as it
/// is. Printing it shows no value; [`Difference::shown`] has them.
#[derive(Clone, PartialEq, Eq)]
pub struct Difference {
    /// The line of the file; 0 where `column` tells the place.
    pub line: usize,
    /// The person's `ref`; empty where there is none.
    pub ref_: String,
    /// The column, or the path in a JSON file.
    pub column: String,
    /// What is on file. Personal.
    pub on_file: String,
    /// What the file says. Personal.
    pub in_file: String,
    /// Why it was left alone and what to do.
    pub note: &'static str,
}

/// What an import is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Reading the file.
    Reading,
    /// Judging each entry on what is on file.
    Deciding,
    /// Writing everything in one transaction.
    Writing,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// With what.
    pub step: Step,
    /// Entries (events, when writing) that are done.
    pub done: usize,
    /// Out of so many.
    pub of: usize,
}

/// Who is told of the progress.
pub type OnProgress<'a> = &'a mut (dyn FnMut(Progress) + Send);

/// What an import recorded, or would record if it were not a dry run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportReport {
    /// Rows of a roster, or entries of a JSON file.
    pub rows: usize,
    /// People (disciplines, regions) that were not on file.
    pub added: usize,
    /// Those on file that something was recorded for.
    pub changed: usize,
    /// Those on file for which there was nothing to record.
    pub unchanged: usize,
    /// Those that were left alone because their record ended.
    pub skipped: usize,
    /// How many events, by type.
    pub recorded: BTreeMap<&'static str, usize>,
    /// What was left as it is.
    pub differences: Vec<Difference>,
    /// Whether nothing was written on purpose.
    pub dry_run: bool,
    /// Where the events stand in the log; none when nothing was written.
    pub receipt: Option<Receipt>,
}

/// Why nothing of a file was recorded.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file has faults: all of them, in the order of its lines.
    #[error("the file has {}; nothing was recorded", count(.0.len()))]
    Faults(Vec<Fault>),
    /// The actor may not, or the log could not be written.
    #[error(transparent)]
    Bus(#[from] BusError),
}

fn count(faults: usize) -> String {
    if faults == 1 { "1 fault".to_owned() } else { format!("{faults} faults") }
}

/// A value as it is shown: not too long, and nothing in it that a terminal would obey.
pub(super) fn shown(value: &str) -> String {
    let mut shown = String::new();
    for (index, c) in value.trim().chars().enumerate() {
        if index == SHOWN {
            shown.push('…');
            break;
        }
        if c.is_control() { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown
}

impl Fault {
    /// A fault in a column of a line.
    pub(super) fn at(line: usize, ref_: &str, column: impl Into<String>, value: &str) -> Self {
        Self {
            line,
            ref_: shown(ref_),
            column: column.into(),
            value: shown(value),
            problem: String::new(),
            remedy: String::new(),
        }
    }

    /// The same with what is wrong and what would be right.
    pub(super) fn because(mut self, problem: impl Into<String>, remedy: impl Into<String>) -> Self {
        self.problem = problem.into();
        self.remedy = remedy.into();
        self
    }

    /// The same with the rule that stands against it.
    pub(super) fn refused(self, refusal: &Refusal) -> Self {
        self.because(refusal.to_string(), "mend the file, or make this change at the desk")
    }

    /// Everything, for whoever brought the file.
    #[must_use]
    pub fn shown(&self) -> String {
        let value = if self.value.is_empty() { String::new() } else { format!(" “{}”", self.value) };
        let place = place(self.line, &self.ref_, &self.column);
        format!("{place}:{value} {}; {}", self.problem, self.remedy)
    }
}

impl Difference {
    /// Everything, for whoever brought the file.
    #[must_use]
    pub fn shown(&self) -> String {
        let or_nothing =
            |text: &str| if text.is_empty() { "nothing".to_owned() } else { format!("“{text}”") };
        let (on_file, in_file) = (or_nothing(&self.on_file), or_nothing(&self.in_file));
        let place = place(self.line, &self.ref_, &self.column);
        format!("{place}: {on_file} is on file, {in_file} in this file; {}", self.note)
    }
}

/// `line 3, B002, email`, without what is not there.
fn place(line: usize, ref_: &str, column: &str) -> String {
    let line = if line == 0 { String::new() } else { format!("line {line}") };
    let parts = [line.as_str(), ref_, column];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", place(self.line, "", &self.column), self.problem, self.remedy)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fault({self})")
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", place(self.line, "", &self.column), self.note)
    }
}

impl fmt::Debug for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Difference({self})")
    }
}

impl ImportReport {
    /// How many events were, or would be, recorded.
    #[must_use]
    pub fn events(&self) -> usize {
        self.recorded.values().sum()
    }

    /// How many events of that type.
    #[must_use]
    pub fn count(&self, event_type: &str) -> usize {
        self.recorded.get(event_type).copied().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_again_is_short_and_harmless() {
        assert_eq!(shown(" bad\0byte\u{1b}[2J "), "bad\\u{0}byte\\u{1b}[2J");
        assert_eq!(shown(&"x".repeat(10_000_000)).chars().count(), SHOWN + 1);
    }

    #[test]
    fn a_fault_says_where_what_and_what_would_be_right_but_no_name_in_a_log() {
        let fault =
            Fault::at(3, "B002", "email", "nobody").because("it has no @", "write it like a@b.example");
        assert_eq!(fault.shown(), "line 3, B002, email: “nobody” it has no @; write it like a@b.example");
        assert_eq!(format!("{fault:?}"), "Fault(line 3, email: it has no @; write it like a@b.example)");
    }

    #[test]
    fn a_difference_names_both_sides_to_whoever_brought_the_file_only() {
        let difference = Difference {
            line: 7,
            ref_: "C1".into(),
            column: "card_issued".into(),
            on_file: "2026-01-01".into(),
            in_file: String::new(),
            note: "left",
        };
        assert_eq!(
            difference.shown(),
            "line 7, C1, card_issued: “2026-01-01” is on file, nothing in this file; left"
        );
        assert_eq!(difference.to_string(), "line 7, card_issued: left");
    }
}
