//! What differs between two texts, line by line.

use std::time::Duration;

use similar::{ChangeTag, TextDiff};

use crate::web::views::{DiffLine, Difference};

/// How many lines that are the same are shown around those that are not.
const AROUND: usize = 2;
/// After so long a shorter way to say it is no longer looked for.
const PATIENCE: Duration = Duration::from_millis(100);

/// What has to be taken away from `old` and added to it to get `new`.
#[must_use]
pub fn of(old: &str, new: &str) -> Difference {
    // A last line without an end would differ from the same line with one.
    let (old, new) = (ended(old), ended(new));
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(old.as_str(), new.as_str());
    let mut lines = Vec::new();
    let (mut added, mut removed, mut next) = (0, 0, 0);
    for group in diff.grouped_ops(AROUND) {
        let first = group.first().map_or(0, |op| op.old_range().start);
        gap(&mut lines, first.saturating_sub(next));
        for op in &group {
            for change in diff.iter_changes(op) {
                let kind = match change.tag() {
                    ChangeTag::Equal => "same",
                    ChangeTag::Insert => "added",
                    ChangeTag::Delete => "removed",
                };
                added += usize::from(kind == "added");
                removed += usize::from(kind == "removed");
                let text = change.value().trim_end_matches(['\n', '\r']).to_owned();
                lines.push(DiffLine { kind, text });
            }
        }
        next = group.last().map_or(next, |op| op.old_range().end);
    }
    if !lines.is_empty() {
        gap(&mut lines, old.lines().count().saturating_sub(next));
    }
    Difference { summary: summary(added, removed), lines }
}

fn ended(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

fn gap(lines: &mut Vec<DiffLine>, count: usize) {
    if count > 0 {
        let text = if count == 1 { "1 line the same".to_owned() } else { format!("{count} lines the same") };
        lines.push(DiffLine { kind: "gap", text });
    }
}

fn summary(added: usize, removed: usize) -> String {
    let lines = |count: usize| if count == 1 { "1 line".to_owned() } else { format!("{count} lines") };
    match (added, removed) {
        (0, 0) => "Nothing differs.".to_owned(),
        (added, 0) => format!("{} added.", lines(added)),
        (0, removed) => format!("{} taken away.", lines(removed)),
        (added, removed) => format!("{} added, {} taken away.", lines(added), lines(removed)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(difference: &Difference) -> Vec<&str> {
        difference.lines.iter().map(|line| line.kind).collect()
    }

    #[test]
    fn what_differs_is_shown_with_a_little_around_it() {
        let old = "a\nb\nc\nd\ne\nf\ng\nh\n";
        let difference = of(old, "a\nb\nc\nd\nE\nf\ng\nh\n");
        assert_eq!(kinds(&difference), ["gap", "same", "same", "removed", "added", "same", "same", "gap"]);
        assert_eq!(difference.lines[0].text, "2 lines the same");
        assert_eq!(difference.lines[7].text, "1 line the same");
        assert_eq!(difference.summary, "1 line added, 1 line taken away.");
    }

    #[test]
    fn texts_that_are_the_same_differ_in_nothing() {
        let same = of("a\nb", "a\nb");
        assert!(same.lines.is_empty() && same.summary == "Nothing differs.");
        assert_eq!(of("", "a\nb").summary, "2 lines added.");
        assert_eq!(of("a\nb", "a\nb\n\nc").summary, "2 lines added.");
    }

    #[test]
    fn texts_made_to_take_long_take_no_time() {
        let began = std::time::Instant::now();
        let line = |salt: usize| move |i: usize| format!("{}\n", (i * 7919 + salt) % 12_000);
        let (old, new): (String, String) =
            ((0..5_000).map(line(1)).collect(), (0..5_000).map(line(5)).collect());
        assert!(!of(&old, &new).lines.is_empty());
        assert!(began.elapsed().as_secs() < 10, "{:?}", began.elapsed());
    }
}
