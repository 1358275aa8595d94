//! §4, P6: two records of one person become one, and what may be entered afterwards.

use super::*;
use crate::commands::combatant::accept_policy::AcceptPolicy;
use crate::commands::combatant::correct_card::CorrectCard;
use crate::commands::combatant::correct_waiver::CorrectWaiver;
use crate::commands::combatant::merge::Keep;
use crate::commands::combatant::record_waiver::RecordWaiver;
use crate::domain::card_id::CardId;
use crate::domain::id::OfficerId;
use crate::domain::personal::Personal;
use crate::events::combatant::WarrantEnded;
use crate::events::evolve::Standing;

const SURVIVOR: u128 = 1;
const DUPLICATE: u128 = 2;

fn merge() -> Merge {
    Merge {
        survivor: person(SURVIVOR),
        merged: person(DUPLICATE),
        cards: [].into(),
        waiver: None,
        seen_merged: None,
    }
}

fn keeping(discipline: &str, keep: Keep) -> Merge {
    Merge { cards: [(slug(discipline), keep)].into(), ..merge() }
}

/// A survivor who fences, and a duplicate that fights armoured since 2024, joined on the day of the stories.
fn joined() -> Story {
    let survivor = Story::somebody().then(grant(FENCING, SINGLE_RAPIER, "2025-02-01"));
    let duplicate = Story::somebody_else()
        .then(grant(ARMOURED, SPEAR, "2024-09-07"))
        .then(RecordWaiver { signed_on: day("2024-09-07") });
    survivor.joined(duplicate, &merge()).0
}

fn correct(discipline: &str, on: &str) -> CorrectCard {
    CorrectCard {
        discipline: slug(discipline),
        seen: None,
        issued_on: day(on),
        reason: "the form says so".into(),
    }
}

#[test]
fn p6_merging_unites_grants_and_keeps_picked_dates() {
    let survivor = Story::somebody().then(grant(ARMOURED, SPEAR, "2024-09-07"));
    let duplicate = Story::somebody_else()
        .then(grant(ARMOURED, SPEAR, "2025-10-04"))
        .then(grant(ARMOURED, WEAPON_AND_SHIELD, "2025-10-04"))
        .then(grant(FENCING, SINGLE_RAPIER, "2026-02-01"));
    for (keep, issued_on) in [(Keep::Survivor, "2024-09-07"), (Keep::Merged, "2025-10-04")] {
        let (story, _) = survivor.clone().joined(duplicate.clone(), &keeping(ARMOURED, keep));
        assert_eq!(story.term(ARMOURED).issued_on, day(issued_on));
        assert_eq!(story.held(ARMOURED), [SPEAR, WEAPON_AND_SHIELD]);
        assert_eq!(story.held(FENCING), [SINGLE_RAPIER]);
        assert_eq!(story.term(FENCING).issued_on, day("2026-02-01"));
    }
}

#[test]
fn p6_where_both_have_a_card_or_waiver_the_officer_has_to_pick() {
    let with_card = |story: Story, on: &str| story.then(issue(ARMOURED, on));
    let ours = with_card(Story::somebody(), "2024-01-10");
    let theirs = with_card(Story::somebody_else(), "2025-01-10");
    let refusal = ours.when_joined(&theirs, &merge()).unwrap_err().to_string();
    assert_eq!(refusal, "both have a card in Armoured Combat: pick whose dates to keep (rule P6)");
    let signed = |story: Story, on: &str| story.then(RecordWaiver { signed_on: day(on) });
    let ours = signed(Story::somebody(), "2024-01-10");
    let theirs = signed(Story::somebody_else(), "2025-01-10");
    assert!(ours.when_joined(&theirs, &merge()).is_err());
    for (keep, signed_on) in [(Keep::Survivor, "2024-01-10"), (Keep::Merged, "2025-01-10")] {
        let picked = Merge { waiver: Some(keep), ..merge() };
        let (story, _) = ours.clone().joined(theirs.clone(), &picked);
        assert_eq!(story.civil().waiver.unwrap().signed_on, day(signed_on));
    }
}

#[test]
fn p6_equal_dates_need_no_pick() {
    let ours = Story::somebody().then(issue(ARMOURED, "2024-01-10"));
    let theirs = Story::somebody_else().then(issue(ARMOURED, "2024-01-10"));
    assert!(ours.when_joined(&theirs, &merge()).is_ok());
}

#[test]
fn p6_warrants_come_along_with_their_terms_and_who_granted_them() {
    let officer = OfficerId(Uuid::from_u128(7));
    let granted = GrantWarrant { granted_by: Some(officer), ..warrant(9, ARMOURED, "2025-01-10", None) };
    let theirs = Story::somebody_else().then(granted);
    let before = theirs.civil().cards[ARMOURED].warrants.clone();
    let (story, _) = Story::somebody().joined(theirs, &merge());
    assert_eq!(story.civil().cards[ARMOURED].warrants, before);
    assert!(story.when(end(9, ARMOURED, TODAY)).is_ok(), "and can be ended here");
}

#[test]
fn p6_consent_and_listing_are_the_survivors() {
    let accept = AcceptPolicy {
        policy_version: Some("2026.1".into()),
        imported: false,
        listed: true,
        card_id: CardId::from_random(&[5; 10]),
    };
    let (story, _) = Story::somebody().joined(Story::somebody_else().then(accept.clone()), &merge());
    assert!(!story.record().accepted() && !story.record().listed);
    let (story, _) = Story::somebody().then(accept).joined(Story::somebody_else(), &merge());
    assert!(story.record().accepted() && story.record().listed);
}

#[test]
fn p6_the_other_stream_ends_and_refuses_commands() {
    let (survivor, ended) = Story::somebody().joined(Story::somebody_else(), &merge());
    assert_eq!(ended.record().standing, Standing::MergedInto(person(SURVIVOR)));
    assert_eq!(survivor.record().merged, [person(DUPLICATE)]);
    for command in [CombatantCommand::from(register()), issue(ARMOURED, TODAY).into()] {
        assert_eq!(
            ended.refused(command),
            ("P6", "this record was joined to another one; make the change there".to_owned())
        );
    }
    assert!(survivor.when_joined(&ended, &merge()).is_err(), "nor is it joined twice");
}

#[test]
fn p6_a_record_is_not_joined_to_itself_nor_to_nobody() {
    let story = Story::somebody();
    let itself = Merge { merged: person(SURVIVOR), ..merge() };
    assert!(matches!(story.when_joined(&story, &itself), Err(Refusal::Rule { rule: "P6", .. })));
    assert!(matches!(story.when_joined(&Story::nobody(), &merge()), Err(Refusal::Rule { rule: "P6", .. })));
}

#[test]
fn p6_as_of_before_the_merge_there_are_two_people() {
    let survivor = Story::somebody().then(issue(FENCING, "2025-02-01"));
    let duplicate = Story::somebody_else().then(grant(ARMOURED, SPEAR, "2024-09-07"));
    let (survivor, duplicate) = survivor.joined(duplicate, &merge());
    let cards = |story: &Story, on| story.civil_on(on).cards.into_keys().collect::<Vec<_>>();
    assert_eq!(cards(&survivor, "2026-06-14"), [slug(FENCING)]);
    assert_eq!(cards(&duplicate, "2026-06-14"), [slug(ARMOURED)]);
    assert_eq!(cards(&survivor, TODAY), [slug(ARMOURED), slug(FENCING)]);
}

#[test]
fn p6_a_bout_before_the_merge_still_renews_the_card_that_came_along() {
    let story = joined().on("2026-06-20").then(renew(ARMOURED, "2026-06-13"));
    assert_eq!(story.term(ARMOURED).issued_on, day("2026-06-13"));
    assert_eq!(story.term(ARMOURED).expires_on, day("2028-06-13"));
    assert!(!story.civil_on("2026-06-14").cards.contains_key(ARMOURED), "here, from the merge on");
    assert_eq!(story.refused(issue(ARMOURED, "2026-06-14")).0, "C5", "there is a card");
    assert_eq!(story.refused(renew(ARMOURED, "2026-06-13")).0, "C4");
}

#[test]
fn p6_a_waiver_signed_before_the_merge_counts_when_it_is_newer() {
    let story = joined().on("2026-06-20");
    let newer = story.clone().then(RecordWaiver { signed_on: day("2026-06-13") });
    assert_eq!(newer.civil().waiver.unwrap().signed_on, day("2026-06-13"));
    let older = story.then(RecordWaiver { signed_on: day("2017-06-13") });
    assert_eq!(older.civil().waiver.unwrap().signed_on, day("2024-09-07"));
}

#[test]
fn p6_the_dates_that_a_merge_picked_can_be_corrected_and_corrected_again() {
    let story = joined().on("2026-06-20");
    assert_eq!(story.refused(correct(ARMOURED, "2024-09-07")).0, "C4", "it has that date");
    let story = story.then(correct(ARMOURED, "2023-09-09"));
    assert_eq!(story.term(ARMOURED).issued_on, day("2023-09-09"));
    let story = story.then(correct(ARMOURED, "2024-10-05"));
    assert_eq!(story.term(ARMOURED).issued_on, day("2024-10-05"));
    assert_eq!(story.term(FENCING).issued_on, day("2025-02-01"));
    assert_eq!(story.held(ARMOURED), [SPEAR], "the merge itself stands");
    let story = story.then(renew(ARMOURED, "2026-06-18")).then(correct(ARMOURED, "2026-06-17"));
    assert_eq!(story.term(ARMOURED).issued_on, day("2026-06-17"));
}

#[test]
fn p6_the_waiver_that_a_merge_picked_can_be_corrected() {
    let mend = |on: &str| CorrectWaiver { seen: None, signed_on: day(on), reason: "misread".into() };
    let story = joined().on("2026-06-20");
    assert_eq!(story.refused(mend("2024-09-07")).0, "C10");
    let story = story.then(mend("2023-09-07"));
    assert_eq!(story.civil().waiver.unwrap().signed_on, day("2023-09-07"));
    let story = story.then(mend("2025-09-07"));
    assert_eq!(story.civil().waiver.unwrap().signed_on, day("2025-09-07"));
}

#[test]
fn p6_a_card_that_no_merge_touched_is_corrected_as_before() {
    let story = joined().on("2026-06-20").then(correct(FENCING, "2025-01-25"));
    assert_eq!(story.civil_on("2025-01-25").term(&slug(FENCING)).unwrap().issued_on, day("2025-01-25"));
}

#[test]
fn p6_grants_in_a_joined_discipline_take_effect_from_the_merge_on() {
    let story = joined().on("2026-06-20");
    for command in [
        CombatantCommand::from(grant(ARMOURED, WEAPON_AND_SHIELD, "2026-06-14")),
        revoke(ARMOURED, SPEAR, "2026-06-14").into(),
    ] {
        let (rule, message) = story.refused(command);
        assert_eq!(rule, "P6");
        assert_eq!(
            message,
            "a record with entries in Armoured Combat was joined to this one on 15 June 2026: choose that day or a \
             later one"
        );
    }
    let facts = story.when(grant(ARMOURED, WEAPON_AND_SHIELD, TODAY)).unwrap();
    assert_eq!(names(&facts), ["AuthorizationGranted"], "the card came along");
    assert!(
        story
            .when(grant(FENCING, SINGLE_RAPIER, "2026-06-14"))
            .is_err_and(|why| why.to_string().contains("held"))
    );
}

#[test]
fn p6_a_late_warrant_beside_one_that_came_along_is_seen() {
    let theirs = Story::somebody_else().then(warrant(9, ARMOURED, "2025-01-10", Some("2026-06-30")));
    let (story, _) = Story::somebody().joined(theirs, &merge());
    let story = story.on("2026-06-20");
    assert_eq!(story.refused(warrant(1, ARMOURED, "2026-06-01", None)).0, "C5");
    assert_eq!(story.refused(end(9, ARMOURED, "2026-06-14")).0, "P6");
    assert!(story.when(warrant(1, ARMOURED, "2026-07-01", None)).is_ok());
}

/// A survivor who is a marshal this year, joined by a record that has been one since last year, without an end.
fn two_warrants() -> Story {
    let ours = Story::somebody().then(warrant(1, ARMOURED, "2026-01-10", Some("2026-12-31")));
    let theirs = Story::somebody_else().then(warrant(9, ARMOURED, "2025-06-01", None));
    ours.joined(theirs, &keeping(ARMOURED, Keep::Survivor)).0
}

fn terms(story: &Story) -> Vec<(WarrantId, CivilDate, Option<CivilDate>)> {
    let warrants = story.civil().cards[ARMOURED].warrants.clone();
    warrants.into_iter().map(|w| (w.id, w.starts_on, w.ends_on)).collect()
}

#[test]
fn p6_c8_warrants_of_one_type_that_share_days_become_one_and_ending_it_ends_both() {
    let story = two_warrants();
    assert_eq!(terms(&story), [(warrant_id(1), day("2025-06-01"), None)]);
    assert_eq!(story.refused(end(9, ARMOURED, TODAY)).0, "C5", "there is only the one");
    let ended = story.then(end(1, ARMOURED, TODAY));
    assert_eq!(terms(&ended), [(warrant_id(1), day("2025-06-01"), Some(day("2026-06-14")))]);
    assert_eq!(ended.refused(end(1, ARMOURED, TODAY)).0, "C5", "and it is ended once");
    assert!(ended.when(warrant(2, ARMOURED, TODAY, None)).is_ok(), "its type is free again");
    assert!(ended.when(warrant(9, ARMOURED, TODAY, None)).is_err(), "which id was given, stays given");
}

#[test]
fn p6_c8_what_does_not_share_a_day_or_is_of_another_type_stays_apart() {
    let ours = Story::somebody().then(warrant(1, ARMOURED, "2025-01-10", Some("2025-05-31"))).then(warrant(
        2,
        ARMOURED,
        "2026-01-01",
        Some("2026-12-31"),
    ));
    let theirs = Story::somebody_else()
        .then(warrant(9, ARMOURED, "2025-06-01", Some("2025-12-31")))
        .then(GrantWarrant { marshal: slug("constable"), ..warrant(8, ARMOURED, "2026-01-01", None) });
    let (story, _) = ours.joined(theirs, &keeping(ARMOURED, Keep::Survivor));
    assert_eq!(terms(&story).len(), 4);
}

#[test]
fn p6_c8_where_both_were_ended_before_they_were_one_the_first_end_counts() {
    let mut story = two_warrants().on("2026-06-30");
    let ended = |number: u128| WarrantEnded {
        warrant: warrant_id(number),
        discipline: slug(ARMOURED),
        marshal: slug("marshal"),
        reason: Personal::open("moved away"),
    };
    story.add(vec![Fact::on(day("2026-06-20"), ended(9).into())]);
    story.add(vec![Fact::on(day("2026-06-25"), ended(1).into())]);
    assert_eq!(terms(&story), [(warrant_id(1), day("2025-06-01"), Some(day("2026-06-19")))]);
}

#[test]
fn c8_p6_a_warrant_that_came_along_and_ended_before_it_began_frees_its_time() {
    let theirs = Story::somebody_else().then(warrant(9, ARMOURED, "2026-09-01", None));
    let (story, _) = Story::somebody().joined(theirs, &merge());
    assert_eq!(story.refused(warrant(1, ARMOURED, "2026-07-01", None)).0, "C5");
    let story = story.then(end(9, ARMOURED, TODAY)).then(warrant(1, ARMOURED, "2026-07-01", None));
    let running: Vec<_> =
        terms(&story).into_iter().filter(|(_, from, to)| to.is_none_or(|to| to >= *from)).collect();
    assert_eq!(running, [(warrant_id(1), day("2026-07-01"), None)]);
}
