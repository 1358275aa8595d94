//! A kingdom of four, counted by hand.
//!
//! 1: Fencing from 2025 to 2027, rapier, dagger until June 2026; a waiver; born 1990.
//! 2: Fencing from 2024 to 2026, rapier; no waiver; born 2010.
//! 3: Armoured from March 2025, weapon and a waiver; erased on 1 March 2026.
//! 4: Fencing, an empty card with a warrant, and a waiver; birth date unknown.

use super::*;
use crate::domain::rulebook::{AgeRange, DisciplineRules};
use crate::projections::reports::sample::{Story, day, kingdom, slug, who};

fn four() -> Known {
    let one = Story::new()
        .waiver("2025-01-01", "2032-01-01")
        .card("2025-01-01", "2027-01-01")
        .granted("rapier", "2025-01-01")
        .granted("dagger", "2025-06-01")
        .revoked("dagger", "2026-06-01");
    let two = Story::new().card("2024-01-01", "2026-01-01").granted("rapier", "2024-01-01");
    let three = Story::new()
        .waiver("2025-01-01", "2032-01-01")
        .card_in("armoured", "2025-03-01", "2027-03-01")
        .granted_in("armoured", "weapon", "2025-03-01")
        .erased();
    let four = Story::new()
        .waiver("2025-01-01", "2032-01-01")
        .card("2025-01-01", "2027-01-01")
        .warranted("2025-02-01", Some("2026-01-31"));
    kingdom(vec![(one, None), (two, None), (three, Some("2026-03-01")), (four, None)])
}

fn counted(on: &str) -> Vec<(String, [usize; 3])> {
    let mut counts: Vec<_> = by_type(&four(), day(on))
        .into_iter()
        .map(|count| {
            let tally = count.tally;
            (count.slug.to_string(), [tally.held, tally.card, tally.fit])
        })
        .collect();
    counts.sort();
    counts
}

fn expected(
    dagger: [usize; 3],
    marshal: [usize; 3],
    rapier: [usize; 3],
    weapon: [usize; 3],
) -> Vec<(String, [usize; 3])> {
    [("dagger", dagger), ("marshal", marshal), ("rapier", rapier), ("weapon", weapon)]
        .map(|(name, counts)| (name.to_owned(), counts))
        .into()
}

#[test]
fn d4_each_type_is_counted_as_it_was_held_that_day() {
    assert_eq!(counted("1966-05-01"), expected([0; 3], [0; 3], [0; 3], [0; 3]));
    assert_eq!(counted("2024-12-31"), expected([0; 3], [0; 3], [1, 1, 0], [0; 3]));
    assert_eq!(counted("2025-07-01"), expected([1; 3], [1; 3], [2, 2, 1], [1; 3]));
    // The second one's card expired; the rapier is still held. The warrant is over.
    assert_eq!(counted("2026-02-01"), expected([1; 3], [0; 3], [2, 1, 1], [1; 3]));
    // The dagger was revoked, the third erased.
    assert_eq!(counted("2026-07-01"), expected([0; 3], [0; 3], [2, 1, 1], [0; 3]));
    // The first one's card expires: on that day it is no longer valid (D3).
    assert_eq!(counted("2027-01-01"), expected([0; 3], [0; 3], [2, 0, 0], [0; 3]));
}

fn aged(on: &str, rules: &Rules) -> AgeReport {
    let born = |id| {
        let years = [(who(1), "1990-01-31"), (who(2), "2010-05-05")];
        years.into_iter().find(|(known, _)| *known == id).map(|(_, born)| day(born))
    };
    ages(&four(), born, day(on), rules)
}

#[test]
fn p7_unknown_is_a_third_group_and_never_adult() {
    let report = aged("2025-07-01", &Rules::default());
    let fencing = Ages { adult: 1, minor: 1, unknown: 0, youth: 0 };
    let armoured = Ages { adult: 0, minor: 0, unknown: 1, youth: 0 };
    assert_eq!(report.disciplines[&slug("fencing")], fencing, "an empty card counts nobody");
    assert_eq!(report.disciplines[&slug("armoured")], armoured);
    assert_eq!(report.kingdom, Ages { adult: 1, minor: 1, unknown: 1, youth: 0 });
    assert_eq!(report.kingdom.people(), 3);
    // The second one's card has expired, and the third is erased.
    assert_eq!(aged("2026-07-01", &Rules::default()).kingdom, Ages { adult: 1, ..Ages::default() });
}

#[test]
fn p7_youth_is_what_the_disciplines_rulebook_says_on_the_day_that_is_counted() {
    let mut rules = Rules::default();
    let youth = |from, to| DisciplineRules { youth: Some(AgeRange { from, to }), ..Default::default() };
    rules.disciplines.insert(slug("fencing"), youth(6, 14));
    rules.disciplines.insert(slug("armoured"), youth(0, 30));
    // Fifteen on 5 May 2025.
    assert_eq!(aged("2025-05-04", &rules).disciplines[&slug("fencing")].youth, 1);
    let after = aged("2025-05-05", &rules);
    assert_eq!(after.disciplines[&slug("fencing")], Ages { adult: 1, minor: 1, unknown: 0, youth: 0 });
    assert_eq!(after.disciplines[&slug("armoured")].youth, 0, "unknown is never youth either");
}

#[test]
fn p6_a_joined_record_is_as_old_as_the_one_that_goes_on() {
    let stays = Story::new();
    let goes = Story::new()
        .card("2024-01-01", "2026-01-01")
        .granted("rapier", "2024-01-01")
        .merged_into(1, "2025-01-01");
    let known = kingdom(vec![(stays, None), (goes, None)]);
    let born = |id| (id == who(1)).then(|| day("1990-01-01"));
    let report = ages(&known, born, day("2024-06-01"), &Rules::default());
    assert_eq!(report.kingdom, Ages { adult: 1, ..Ages::default() });
}

#[test]
fn who_is_in_two_disciplines_counts_in_the_kingdom_once() {
    let both = Story::new()
        .card("2024-01-01", "2026-01-01")
        .granted("rapier", "2024-01-01")
        .card_in("armoured", "2024-01-01", "2026-01-01")
        .granted_in("armoured", "weapon", "2024-01-01");
    let report = ages(&kingdom(vec![(both, None)]), |_| None, day("2024-06-01"), &Rules::default());
    assert_eq!(report.kingdom.people(), 1);
    assert_eq!(report.disciplines.values().map(|ages| ages.people()).sum::<usize>(), 2);
}
