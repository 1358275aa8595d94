//! Quarters, counted by hand.

use super::*;
use crate::projections::reports::sample::{Story, day, kingdom, slug};

fn counted(known: &Known, on: &str, discipline: Option<&str>, most: usize) -> Vec<(String, [usize; 3])> {
    let discipline = discipline.map(slug);
    quarters(known, day(on), discipline.as_ref(), most)
        .into_iter()
        .map(|row| (row.quarter.to_string(), [row.new, row.renewed, row.lapsed]))
        .collect()
}

fn rows<const N: usize>(rows: [(&str, [usize; 3]); N]) -> Vec<(String, [usize; 3])> {
    rows.map(|(quarter, counts)| (quarter.to_owned(), counts)).into()
}

#[test]
fn a_quarter_is_three_months_of_a_year() {
    let named = ["2026-01-01", "2026-03-31", "2026-04-01", "2026-12-31", "2027-01-01"]
        .map(|text| Quarter::of(day(text)).to_string());
    assert_eq!(named, ["2026 Q1", "2026 Q1", "2026 Q2", "2026 Q4", "2027 Q1"]);
}

#[test]
fn an_empty_kingdom_has_empty_quarters() {
    let expected = rows([("2025 Q4", [0; 3]), ("2026 Q1", [0; 3])]);
    assert_eq!(counted(&Known::default(), "2026-02-01", None, 2), expected);
    assert_eq!(counted(&Known::default(), "2026-02-01", Some("fencing"), 1).len(), 1);
}

#[test]
fn c4_a_card_renewed_by_its_expiry_has_not_lapsed_and_one_renewed_later_has() {
    let held = |story: Story| (story.granted("rapier", "2023-02-01"), None);
    let known = kingdom(vec![
        // On the very day of expiry.
        held(Story::new().card("2023-02-01", "2025-02-01").renewed("2025-02-01", "2027-02-01")),
        // Three months later.
        held(Story::new().card("2023-01-15", "2025-01-15").renewed("2025-04-10", "2027-04-10")),
        // Never.
        held(Story::new().card("2023-01-20", "2025-03-31")),
        // Another discipline.
        (
            Story::new().card_in("armoured", "2025-01-02", "2027-01-02").granted_in(
                "armoured",
                "weapon",
                "2025-01-02",
            ),
            None,
        ),
    ]);
    let expected = rows([("2025 Q1", [1, 1, 2]), ("2025 Q2", [0, 1, 0])]);
    assert_eq!(counted(&known, "2025-06-30", None, 2), expected);
    let fencing = rows([("2025 Q1", [0, 1, 2]), ("2025 Q2", [0, 1, 0])]);
    assert_eq!(counted(&known, "2025-06-30", Some("fencing"), 2), fencing);
    // As of 31 March the late renewal has not happened, and the third lapses that day.
    assert_eq!(counted(&known, "2025-03-31", None, 1), rows([("2025 Q1", [1, 1, 2])]));
    assert_eq!(counted(&known, "2025-03-30", None, 1), rows([("2025 Q1", [1, 1, 1])]));
    // Two years before, all three began.
    assert_eq!(counted(&known, "2023-03-01", None, 1), rows([("2023 Q1", [3, 0, 0])]));
}

#[test]
fn c3_an_empty_card_does_not_lapse() {
    let story = Story::new()
        .card("2023-01-01", "2025-01-01")
        .granted("rapier", "2023-01-01")
        .revoked("rapier", "2024-12-31");
    assert_eq!(counted(&kingdom(vec![(story, None)]), "2025-02-01", None, 1), rows([("2025 Q1", [0; 3])]));
}

#[test]
fn p6_v6_what_ended_before_its_card_did_has_not_lapsed_and_a_merge_makes_nothing_new() {
    let stays = Story::new().merged(2, "2024-06-01", "2023-01-01", "2025-01-01", "rapier");
    let goes = Story::new()
        .card("2023-01-01", "2025-01-01")
        .granted("rapier", "2023-01-01")
        .merged_into(1, "2024-06-01");
    let erased = Story::new().card("2023-01-01", "2025-01-01").granted("rapier", "2023-01-01").erased();
    let known = kingdom(vec![(stays, None), (goes, None), (erased, Some("2024-12-31"))]);
    assert_eq!(counted(&known, "2023-02-01", None, 1), rows([("2023 Q1", [2, 0, 0])]));
    assert_eq!(counted(&known, "2024-06-30", None, 1), rows([("2024 Q2", [0; 3])]));
    // The card that was joined lapses once, for the record that goes on.
    assert_eq!(counted(&known, "2025-02-01", None, 1), rows([("2025 Q1", [0, 0, 1])]));
}
