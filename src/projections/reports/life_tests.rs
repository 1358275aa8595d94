//! How a timeline becomes a life (C3, C4, D4, P6, V6).

use super::*;
use crate::projections::reports::sample::{Story, day, kingdom, who};

fn life(story: Story) -> Life {
    let known = kingdom(vec![(story, None)]);
    Life::clone(&known.lives[0])
}

#[test]
fn a_record_of_nobody_has_no_life() {
    assert_eq!(Life::of(who(1), &Record::default(), None, &mut Codes::default()), Ok(None));
}

#[test]
fn c3_an_authorization_is_held_from_its_day_to_the_day_of_its_revocation_and_the_card_stays() {
    let life = life(
        Story::new()
            .card("2025-01-01", "2027-01-01")
            .granted("rapier", "2025-01-01")
            .revoked("rapier", "2025-06-01")
            .granted("rapier", "2025-09-01"),
    );
    let card = &life.cards[0];
    let held = |on: &str| card.held_on(day(on)).count();
    assert_eq!([held("2024-12-31"), held("2025-01-01"), held("2025-05-31")], [0, 1, 1]);
    assert_eq!([held("2025-06-01"), held("2025-08-31"), held("2025-09-01")], [0, 0, 1]);
    assert!(card.is_valid(day("2025-07-01")) && card.is_valid(day("2026-12-31")));
    assert!(!card.is_valid(day("2027-01-01")), "D3");
    assert!(!card.is_valid(day("2024-12-31")));
}

#[test]
fn d4_a_correction_takes_the_place_of_what_it_corrects() {
    let wrong = Story::new().card("2025-05-01", "2027-05-01").granted("rapier", "2025-06-01");
    let life = life(wrong.corrected(2, "2025-03-01", "2027-03-01"));
    let terms: Vec<_> =
        life.cards[0].terms.iter().map(|term| (term.from, term.expires_on, term.how)).collect();
    assert_eq!(terms, [(day("2025-03-01"), day("2027-03-01"), How::Issued)]);
}

#[test]
fn a_waiver_is_good_in_its_term() {
    let life = life(Story::new().waiver("2018-01-01", "2025-01-01").waiver("2025-03-01", "2032-03-01"));
    let good = ["2017-12-31", "2018-01-01", "2024-12-31", "2025-01-01", "2025-03-01"]
        .map(|on| life.has_waiver(day(on)));
    assert_eq!(good, [false, true, true, false, true]);
}

#[test]
fn c8_a_warrant_runs_to_the_end_of_its_last_day() {
    let life =
        life(Story::new().card("2025-01-01", "2027-01-01").warranted("2025-02-01", Some("2025-12-31")));
    let runs = |on: &str| life.cards[0].warranted_on(day(on)).count();
    assert_eq!(
        [runs("2025-01-31"), runs("2025-02-01"), runs("2025-12-31"), runs("2026-01-01")],
        [0, 1, 1, 0]
    );
}

#[test]
fn p6_before_a_merge_there_are_two_people_and_then_one_who_has_all_of_it() {
    let stays = Story::new().card("2024-01-01", "2026-01-01").granted("rapier", "2024-01-01").merged(
        2,
        "2025-07-01",
        "2025-01-01",
        "2027-01-01",
        "dagger",
    );
    let goes = Story::new()
        .card("2025-01-01", "2027-01-01")
        .granted("dagger", "2025-01-01")
        .merged_into(1, "2025-07-01");
    let known = kingdom(vec![(stays, None), (goes, None)]);
    let on = |number, day_text: &str| {
        let life = known.life(who(number)).unwrap();
        life.counts_on(day(day_text)).then(|| life.cards[0].held_on(day(day_text)).count())
    };
    assert_eq!((on(1, "2025-06-30"), on(2, "2025-06-30")), (Some(1), Some(1)));
    assert_eq!((on(1, "2025-07-01"), on(2, "2025-07-01")), (Some(2), None));
    let how: Vec<_> = known.lives[0].cards[0].terms.iter().map(|term| term.how).collect();
    assert_eq!(how, [How::Issued, How::Joined]);
    assert_eq!(known.survivor(&known.lives[1]), who(1));
    assert_eq!(known.survivor(&known.lives[0]), who(1));
}

#[test]
fn p6_a_warrant_that_came_along_counts_here_from_the_merge_on() {
    let stays = || Story::new().card("2024-01-01", "2026-01-01");
    let runs = |life: &Life| {
        ["2025-02-15", "2025-04-01", "2025-06-30", "2025-07-01", "2026-02-01"]
            .map(|on| life.cards[0].warranted_on(day(on)).count())
    };
    let joined = life(stays().merged_marshal(2, "2025-07-01", "2025-02-01", None));
    assert_eq!(runs(&joined), [0, 0, 0, 1, 1]);
    let later = life(stays().merged_marshal(2, "2025-07-01", "2026-01-01", None));
    assert_eq!(runs(&later), [0, 0, 0, 0, 1], "C8: one that begins later");
    let own = stays().warranted("2025-03-01", Some("2025-12-31"));
    let both = life(own.merged_marshal(2, "2025-07-01", "2025-02-01", None));
    assert_eq!(runs(&both), [0, 1, 1, 1, 1], "one marshal, however many warrants");
}

#[test]
fn v6_what_happened_to_the_erased_stays_countable_up_to_the_day_before() {
    let story = || Story::new().card("2025-01-01", "2027-01-01").granted("rapier", "2025-01-01").erased();
    let known = kingdom(vec![(story(), Some("2026-03-01")), (story(), None)]);
    assert!(known.lives[0].counts_on(day("2026-02-28")) && !known.lives[0].counts_on(day("2026-03-01")));
    assert!(!known.lives[1].counts_on(day("2026-02-28")), "nobody knows since when: it counts on no day");
    assert_eq!(known.lives[0].cards[0].held.len(), 1);
}
