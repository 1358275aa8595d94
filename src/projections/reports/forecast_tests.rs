//! What lapses, worked out by hand. Today is 9 November 2026; 90 days on it is 7 February 2027.

use super::*;
use crate::domain::policy::Acceptance;
use crate::domain::rulebook::Rules;
use crate::projections::reports::sample::{Card, day, entry, slug};

const TODAY: &str = "2026-11-09";

fn counted(entries: &[Arc<Entry>]) -> Forecast {
    let in_force = InForce { rules: Rules::default(), policy: None };
    forecast(entries.iter(), day(TODAY), &in_force)
}

fn fencer(number: u128, expires: &str) -> Arc<Entry> {
    entry(number, Some("2030-01-01"), None, &[("fencing", Some(expires), 1, &[])])
}

#[test]
fn an_empty_kingdom_has_nothing_to_lose() {
    let numbers = counted(&[]);
    assert!(numbers.disciplines.is_empty());
    assert_eq!(numbers.kingdom, [[0; 4]; 4]);
    assert_eq!(numbers.reminders, [(60, 0, 0), (30, 0, 0), (14, 0, 0), (0, 0, 0)]);
}

#[test]
fn d3_a_card_counts_from_tomorrow_to_the_last_day_of_the_horizon_and_each_horizon_includes_the_shorter() {
    let expires = ["2026-11-09", "2026-11-10", "2026-11-16", "2026-11-17", "2027-02-07", "2027-02-08"];
    let people: Vec<_> = (1..).zip(expires).map(|(number, on)| fencer(number, on)).collect();
    let numbers = counted(&people);
    // Expired today; 1 and 7 days; 8 days; 90 days; 91 days.
    assert_eq!(numbers.of(&slug("fencing"), What::Cards), [2, 3, 3, 4]);
    assert_eq!(numbers.whole(What::Cards), [2, 3, 3, 4]);
}

#[test]
fn c3_an_empty_card_and_one_without_dates_are_nobodys_worry() {
    let cards: [Card<'_>; 2] = [("fencing", Some("2026-11-12"), 0, &[]), ("archery", None, 2, &[])];
    let numbers = counted(&[entry(1, Some("2030-01-01"), None, &cards)]);
    assert_eq!(numbers.kingdom, [[0; 4]; 4]);
}

#[test]
fn c10_a_waiver_counts_in_every_discipline_it_is_needed_in_and_once_in_the_kingdom() {
    let good = Some("2028-01-01");
    let cards: [Card<'_>; 3] =
        [("fencing", good, 1, &[]), ("archery", good, 2, &[]), ("thrown", Some("2026-01-01"), 1, &[])];
    let numbers = counted(&[
        entry(1, Some("2026-12-01"), None, &cards),
        // Nobody needs this one for a card, but its holder is to be reminded.
        entry(2, Some("2026-11-11"), None, &[]),
        // Lapsed already.
        entry(3, Some("2026-11-09"), None, &cards),
    ]);
    assert_eq!(numbers.of(&slug("fencing"), What::Waivers), [0, 1, 1, 1]);
    assert_eq!(numbers.of(&slug("archery"), What::Waivers), [0, 1, 1, 1]);
    assert_eq!(numbers.of(&slug("thrown"), What::Waivers), [0; 4]);
    assert_eq!(numbers.whole(What::Waivers), [1, 2, 2, 2]);
}

#[test]
fn c8_a_warrant_ends_with_its_term_or_with_the_card_or_waiver_that_it_needs() {
    let good = Some("2028-01-01");
    let warrant = |to| [("marshal", "2026-01-01", to)];
    let one = |number, waiver, expires, warrants: &[(&str, &str, Option<&str>)]| {
        entry(number, waiver, None, &[("fencing", expires, 1, warrants)])
    };
    let people = [
        // Its last day is the 15th, so it lapses on the 16th: seven days from now.
        one(1, good, good, &warrant(Some("2026-11-15"))),
        one(2, good, good, &warrant(Some("2026-11-16"))),
        one(3, good, Some("2026-12-20"), &warrant(None)),
        one(4, Some("2026-11-20"), Some("2026-12-20"), &warrant(Some("2027-06-01"))),
        // Not active today, so it cannot lapse: without waiver, not begun, over.
        one(5, None, good, &warrant(Some("2026-11-15"))),
        one(6, good, good, &[("marshal", "2026-11-10", Some("2026-11-15"))]),
        one(7, good, good, &warrant(Some("2026-11-08"))),
        // The next one begins the day after.
        one(8, good, good, &[("marshal", "2026-01-01", Some("2026-11-15")), ("marshal", "2026-11-16", None)]),
    ];
    let numbers = counted(&people);
    assert_eq!(numbers.of(&slug("fencing"), What::Warrants), [1, 3, 4, 4]);
    let found = people_of(&people, What::Warrants, None, 90);
    let why: Vec<_> = found.iter().map(|(number, on, why)| (*number, on.as_str(), *why)).collect();
    let expected = [
        (1, "2026-11-16", Why::Term),
        (2, "2026-11-17", Why::Term),
        (4, "2026-11-20", Why::Waiver),
        (3, "2026-12-20", Why::Card),
    ];
    assert_eq!(why, expected);
}

fn people_of(
    entries: &[Arc<Entry>],
    what: What,
    discipline: Option<&str>,
    days: u32,
) -> Vec<(u128, String, Why)> {
    let discipline = discipline.map(slug);
    people(entries.iter(), day(TODAY), what, discipline.as_ref(), days)
        .into_iter()
        .map(|(entry, lapse)| (entry.id.0.as_u128(), lapse.on.to_string(), lapse.why))
        .collect()
}

#[test]
fn memberships_matter_for_active_marshals_alone() {
    let (good, member) = (Some("2028-01-01"), Some("2026-12-24"));
    let serving: &[(&str, &str, Option<&str>)] =
        &[("marshal", "2026-01-01", None), ("head", "2026-01-01", None)];
    let numbers = counted(&[
        entry(1, good, member, &[("fencing", good, 1, serving), ("archery", good, 1, serving)]),
        entry(2, good, member, &[("fencing", good, 1, &[])]),
        entry(3, None, member, &[("fencing", good, 1, serving)]),
        entry(4, good, None, &[("fencing", good, 1, serving)]),
    ]);
    assert_eq!(numbers.of(&slug("fencing"), What::Memberships), [0, 0, 1, 1]);
    assert_eq!(numbers.whole(What::Memberships), [0, 0, 1, 1], "one membership, in two disciplines");
}

#[test]
fn m1_reminders_of_the_coming_week_are_counted_for_who_has_accepted() {
    // Due today (14 days before), in six days (on the day), in seven (too late for this week).
    let people = ["2026-11-23", "2026-11-15", "2026-11-16"];
    let mut people: Vec<_> = (1..).zip(people).map(|(number, on)| fencer(number, on)).collect();
    people.push(entry(4, Some("2027-01-08"), None, &[]));
    let mut asked = Entry::clone(&fencer(5, "2026-11-23"));
    asked.acceptance = Acceptance::Awaited;
    people.push(Arc::new(asked));
    // 8 January is 60 days from today.
    assert_eq!(counted(&people).reminders, [(60, 0, 1), (30, 0, 0), (14, 1, 0), (0, 1, 0)]);
}

#[test]
fn the_list_has_the_soonest_first_and_one_line_for_one_thing() {
    let good = Some("2028-01-01");
    let two: [Card<'_>; 2] = [("fencing", good, 1, &[]), ("archery", good, 1, &[])];
    let people = [entry(1, Some("2026-12-05"), None, &two), entry(2, Some("2026-11-20"), None, &two)];
    let found = people_of(&people, What::Waivers, None, 30);
    assert_eq!(found.iter().map(|(number, ..)| *number).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(people_of(&people, What::Waivers, Some("archery"), 30).len(), 2);
    assert_eq!(people_of(&people, What::Waivers, Some("archery"), 7).len(), 0);
    assert_eq!(people_of(&people, What::Waivers, Some("thrown"), 90).len(), 0);
    assert_eq!(people_of(&people, What::Cards, None, 90).len(), 0);
}
