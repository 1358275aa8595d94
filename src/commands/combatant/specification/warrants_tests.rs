//! §3, C8: warrants as marshal.

use super::*;
use crate::domain::id::OfficerId;
use crate::domain::status::{WaiverState, warrant_active};
use crate::events::evolve::Warrant;

fn warrants(story: &Story, discipline: &str) -> Vec<Warrant> {
    story.civil().cards[discipline].warrants.clone()
}

#[test]
fn c8_a_warrant_has_a_start_an_optional_end_and_an_optional_granting_officer() {
    let officer = OfficerId(Uuid::from_u128(7));
    let story = Story::somebody()
        .then(GrantWarrant { granted_by: Some(officer), ..warrant(1, ARMOURED, "2026-01-10", None) })
        .then(warrant(2, FENCING, "2026-01-10", Some("2026-12-31")));
    let (first, second) = (&warrants(&story, ARMOURED)[0], &warrants(&story, FENCING)[0]);
    assert_eq!((first.ends_on, first.granted_by), (None, Some(officer)));
    assert_eq!((second.ends_on, second.granted_by), (Some(day("2026-12-31")), None));
}

#[test]
fn c8_a_warrant_may_last_one_day_but_not_end_before_it_starts() {
    let story = Story::somebody();
    assert!(story.when(warrant(1, ARMOURED, "2026-07-01", Some("2026-07-01"))).is_ok());
    assert_eq!(story.refused(warrant(1, ARMOURED, "2026-07-01", Some("2026-06-30"))).0, "C8");
}

#[test]
fn c8_two_warrants_of_one_type_do_not_share_a_day() {
    let story = Story::somebody().then(warrant(1, ARMOURED, "2026-01-01", Some("2026-03-31")));
    let (rule, message) = story.refused(warrant(2, ARMOURED, "2026-03-31", None));
    assert_eq!(rule, "C5");
    assert_eq!(
        message,
        "a warrant as MARSHAL in Armoured Combat from 1 January 2026 already covers that time"
    );
    assert!(story.when(warrant(2, ARMOURED, "2026-04-01", None)).is_ok());
    let constable = GrantWarrant { marshal: slug("constable"), ..warrant(3, ARMOURED, "2026-03-31", None) };
    assert!(story.when(constable).is_ok(), "another type may");
}

#[test]
fn d4_a_late_warrant_that_covers_a_later_one_names_it() {
    let story = Story::somebody().then(warrant(1, ARMOURED, "2026-09-01", None));
    let (event, _) = story.contradicted(warrant(2, ARMOURED, "2026-06-15", None));
    assert_eq!(event, story.last("WarrantGranted"));
    assert!(story.when(warrant(2, ARMOURED, "2026-06-15", Some("2026-08-31"))).is_ok());
}

#[test]
fn c8_an_ended_warrant_is_not_active_from_that_day() {
    let story =
        Story::somebody().then(warrant(1, ARMOURED, "2026-01-10", None)).then(end(1, ARMOURED, "2026-06-01"));
    let held = &warrants(&story, ARMOURED)[0];
    assert_eq!(held.ends_on, Some(day("2026-05-31")));
    let waiver = WaiverState::Valid { expires_on: day("2030-01-01") };
    let card = Some(story.term(ARMOURED).expires_on);
    let active = |on: &str| warrant_active(day(on), held.starts_on, held.ends_on, card, waiver);
    assert!(active("2026-05-31") && !active("2026-06-01"));
    assert!(story.when(warrant(2, ARMOURED, "2026-06-01", None)).is_ok(), "and its type is free again");
}

#[test]
fn c8_a_warrant_is_active_only_while_card_and_waiver_are_valid() {
    let story = Story::somebody().then(warrant(1, ARMOURED, "2026-01-10", None));
    let held = &warrants(&story, ARMOURED)[0];
    let expires = story.term(ARMOURED).expires_on;
    let active = |on, card, waiver| warrant_active(on, held.starts_on, held.ends_on, card, waiver);
    let good = WaiverState::Valid { expires_on: day("2033-01-01") };
    assert!(active(expires.day_before(), Some(expires), good));
    assert!(!active(expires, Some(expires), good));
    assert!(!active(day(TODAY), None, good));
    assert!(!active(day(TODAY), Some(expires), WaiverState::Missing));
    assert!(!active(day("2026-01-09"), Some(expires), good));
}

#[test]
fn c8_a_warrant_ended_before_it_begins_was_never_active_and_frees_its_time() {
    let story =
        Story::somebody().then(warrant(1, ARMOURED, "2026-09-01", None)).then(end(1, ARMOURED, "2026-06-15"));
    let held = &warrants(&story, ARMOURED)[0];
    assert!(!held.runs_on_or_after(day("1966-05-01")), "{held:?}");
    for starts in ["2026-06-15", "2026-09-01", "2026-10-01"] {
        let facts = story.when(warrant(2, ARMOURED, starts, None)).unwrap();
        assert_eq!(names(&facts), ["WarrantGranted"], "{starts}");
    }
    let story = story.then(warrant(2, ARMOURED, "2026-06-15", None));
    assert_eq!(story.refused(warrant(3, ARMOURED, "2026-09-01", None)).0, "C5");
}

#[test]
fn c8_a_warrant_ended_on_its_first_day_was_never_active_either() {
    let story = Story::somebody()
        .then(issue(ARMOURED, "2026-01-10"))
        .then(warrant(1, ARMOURED, "2026-03-01", None))
        .then(end(1, ARMOURED, "2026-02-01"))
        .then(warrant(2, ARMOURED, "2026-02-01", None));
    let running: Vec<_> = warrants(&story, ARMOURED)
        .into_iter()
        .filter(|warrant| warrant.runs_on_or_after(day("1966-05-01")))
        .map(|warrant| warrant.id)
        .collect();
    assert_eq!(running, [warrant_id(2)]);
}

#[test]
fn c5_a_warrant_is_ended_once_with_a_reason_and_in_its_own_discipline() {
    let story = Story::somebody().then(warrant(1, ARMOURED, "2026-01-10", None));
    assert_eq!(story.refused(end(2, ARMOURED, TODAY)).0, "C5");
    let (rule, message) = story.refused(end(1, FENCING, TODAY));
    assert_eq!((rule, message.as_str()), ("C5", "there is no such warrant in Fencing"), "A1");
    assert_eq!(story.refused(EndWarrant { reason: String::new(), ..end(1, ARMOURED, TODAY) }).0, "C5");
    let story = story.then(end(1, ARMOURED, "2026-06-01"));
    assert_eq!(story.refused(end(1, ARMOURED, "2026-06-02")).0, "C5");
    let (event, _) = story.contradicted(end(1, ARMOURED, "2026-05-01"));
    assert_eq!(event, story.last("WarrantEnded"));
}

#[test]
fn c5_a_warrant_that_ran_out_cannot_be_ended_any_more() {
    let story = Story::somebody().then(warrant(1, ARMOURED, "2026-01-01", Some("2026-03-31")));
    assert!(story.when(end(1, ARMOURED, "2026-03-31")).is_ok());
    assert_eq!(story.refused(end(1, ARMOURED, "2026-04-01")).0, "C5");
}

fn renewed(number: u128, warrant: u128, discipline: &str, ends_on: &str) -> RenewWarrant {
    RenewWarrant {
        discipline: slug(discipline),
        warrant: WarrantId(Uuid::from_u128(warrant)),
        renewal: WarrantId(Uuid::from_u128(number)),
        ends_on: day(ends_on),
        granted_by: None,
    }
}

#[test]
fn c8_a_renewed_warrant_goes_on_from_the_day_after_its_last() {
    let story = Story::somebody().then(warrant(1, ARMOURED, "2026-01-10", Some("2026-12-31"))).then(renewed(
        2,
        1,
        ARMOURED,
        "2027-12-31",
    ));
    let next = &warrants(&story, ARMOURED)[1];
    assert_eq!((next.starts_on, next.ends_on), (day("2027-01-01"), Some(day("2027-12-31"))));
    assert_eq!(next.marshal, warrants(&story, ARMOURED)[0].marshal);
    assert_eq!(story.refused(renewed(3, 1, ARMOURED, "2027-12-31")).0, "C5", "that time is covered");
}

#[test]
fn c8_only_a_warrant_that_still_runs_to_an_end_is_renewed() {
    let open = Story::somebody().then(warrant(1, ARMOURED, "2026-01-10", None));
    assert_eq!(open.refused(renewed(2, 1, ARMOURED, "2027-12-31")).0, "C8");
    assert_eq!(open.refused(renewed(2, 1, FENCING, "2027-12-31")).0, "C5", "another discipline's (A1)");
    let ended = open.then(end(1, ARMOURED, "2026-06-01"));
    assert_eq!(ended.refused(renewed(2, 1, ARMOURED, "2027-12-31")).0, "C8", "what was ended stays ended");
    let running = Story::somebody().then(warrant(1, ARMOURED, "2026-01-10", Some("2026-12-31")));
    assert_eq!(running.refused(renewed(2, 1, ARMOURED, "2026-12-31")).0, "C8");
}
