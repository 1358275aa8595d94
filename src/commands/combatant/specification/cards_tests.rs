//! §3, C1–C6: cards, authorizations and the waiver.

use super::*;
use crate::commands::combatant::correct_card::CorrectCard;
use crate::commands::combatant::correct_waiver::CorrectWaiver;
use crate::commands::combatant::record_waiver::RecordWaiver;
use crate::domain::rulebook::DisciplineRules;

fn correct(on: &str) -> CorrectCard {
    CorrectCard {
        discipline: slug(ARMOURED),
        seen: None,
        issued_on: day(on),
        reason: "the form says so".into(),
    }
}

fn waiver(on: &str) -> RecordWaiver {
    RecordWaiver { signed_on: day(on) }
}

#[test]
fn c1_a_card_lasts_24_months_and_a_waiver_84() {
    let story = Story::somebody().then(issue(ARMOURED, "2026-01-10")).then(waiver("2026-01-10"));
    assert_eq!(story.term(ARMOURED).expires_on, day("2028-01-10"));
    assert_eq!(story.civil().waiver.unwrap().expires_on, day("2033-01-10"));
}

#[test]
fn c1_a_discipline_may_have_a_term_of_its_own() {
    let own = DisciplineRules { card_months: Some(48), ..DisciplineRules::default() };
    let rules = Rules { disciplines: [(slug(FENCING), own)].into(), ..Rules::default() };
    let story = Story::somebody()
        .under("2020-01-01", rules)
        .then(issue(ARMOURED, "2026-01-10"))
        .then(issue(FENCING, "2026-01-10"));
    assert_eq!(story.term(ARMOURED).expires_on, day("2028-01-10"));
    assert_eq!(story.term(FENCING).expires_on, day("2030-01-10"));
}

#[test]
fn c2_granting_without_a_card_issues_it_on_the_same_day() {
    let story = Story::somebody();
    let facts = story.when(grant(ARMOURED, SPEAR, "2026-05-02")).unwrap();
    assert_eq!(names(&facts), ["CardIssued", "AuthorizationGranted"]);
    assert!(facts.iter().all(|fact| fact.effective_on == Some(day("2026-05-02"))));
    let story = story.then(grant(ARMOURED, SPEAR, "2026-05-02"));
    assert_eq!(story.term(ARMOURED).issued_on, day("2026-05-02"));
    assert_eq!(story.term(ARMOURED).expires_on, day("2028-05-02"));
}

#[test]
fn c2_a_warrant_without_a_card_issues_it_too() {
    let facts = Story::somebody().when(warrant(1, ARMOURED, "2026-05-02", None)).unwrap();
    assert_eq!(names(&facts), ["CardIssued", "WarrantGranted"]);
    assert_eq!(facts[0].effective_on, Some(day("2026-05-02")));
}

#[test]
fn c2_a_warrant_that_starts_later_issues_the_card_today() {
    let facts = Story::somebody().when(warrant(1, ARMOURED, "2026-09-01", None)).unwrap();
    assert_eq!(facts[0].effective_on, Some(day(TODAY)));
    assert_eq!(facts[1].effective_on, Some(day("2026-09-01")));
}

#[test]
fn c2_an_existing_card_keeps_its_dates() {
    let story = Story::somebody().then(issue(ARMOURED, "2023-01-10"));
    let before = story.term(ARMOURED);
    assert_eq!(names(&story.when(grant(ARMOURED, SPEAR, TODAY)).unwrap()), ["AuthorizationGranted"]);
    assert_eq!(names(&story.when(warrant(1, ARMOURED, TODAY, None)).unwrap()), ["WarrantGranted"]);
    let after =
        story.then(grant(ARMOURED, SPEAR, TODAY)).then(warrant(1, ARMOURED, TODAY, None)).term(ARMOURED);
    assert_eq!(before, after, "though it has lapsed");
}

#[test]
fn c3_revoking_the_last_authorization_leaves_the_card() {
    let story = Story::somebody().then(grant(ARMOURED, SPEAR, "2026-01-10"));
    let before = story.term(ARMOURED);
    let story = story.then(revoke(ARMOURED, SPEAR, "2026-03-01"));
    assert!(story.held(ARMOURED).is_empty());
    assert_eq!(story.term(ARMOURED), before);
    let facts = story.when(grant(ARMOURED, SPEAR, "2026-04-01")).unwrap();
    assert_eq!(names(&facts), ["AuthorizationGranted"], "and it is still there for the next grant");
}

#[test]
fn c4_a_card_is_issued_once() {
    let story = Story::somebody().then(issue(ARMOURED, "2026-01-10"));
    let (rule, message) = story.refused(issue(ARMOURED, "2026-02-10"));
    assert_eq!(rule, "C5");
    assert_eq!(message, "there is already a card in Armoured Combat, issued on 10 January 2026");
}

#[test]
fn c4_a_renewal_has_a_date_after_the_old_one() {
    let story = Story::somebody().then(issue(ARMOURED, "2026-01-10"));
    assert_eq!(names(&story.when(renew(ARMOURED, "2026-01-11")).unwrap()), ["CardRenewed"]);
    let (rule, message) = story.refused(renew(ARMOURED, "2026-01-10"));
    assert_eq!(rule, "C4");
    assert_eq!(
        message,
        "the card in Armoured Combat has the issue date 10 January 2026 already; it can only be followed by a later \
         one"
    );
}

#[test]
fn c4_without_a_card_there_is_nothing_to_renew_or_correct() {
    let story = Story::somebody().then(issue(FENCING, "2026-01-10"));
    assert_eq!(story.refused(renew(ARMOURED, TODAY)).0, "C4");
    assert_eq!(story.refused(correct(TODAY)).0, "C4");
}

#[test]
fn c4_a_correction_takes_the_place_of_what_it_corrects() {
    let story = Story::somebody().then(issue(ARMOURED, "2026-01-10"));
    let issued = story.last("CardIssued");
    let facts = story.when(correct("2025-11-10")).unwrap();
    let CombatantEvent::CardDatesCorrected(event) = &facts[0].event else { panic!("{facts:?}") };
    assert_eq!((facts.len(), event.corrects), (1, issued));
    let story = story.then(correct("2025-11-10"));
    let term = story.term(ARMOURED);
    assert_eq!((term.issued_on, term.expires_on), (day("2025-11-10"), day("2027-11-10")));
    assert!(story.record().standing_entries().all(|fact| fact.id != issued));
    assert_eq!(story.civil_on("2025-11-10").term(&slug(ARMOURED)), Some(term));
}

#[test]
fn c4_a_correction_keeps_its_place_among_the_entries_of_one_day() {
    let story = Story::somebody()
        .then(issue(ARMOURED, "2026-01-10"))
        .then(grant(ARMOURED, SPEAR, "2026-03-01"))
        .then(correct("2026-03-01"));
    let names: Vec<_> = story
        .record()
        .standing_entries()
        .map(|fact| crate::events::StreamEvent::event_type(&fact.event))
        .collect();
    assert_eq!(names, ["CardDatesCorrected", "AuthorizationGranted"]);
}

#[test]
fn c4_a_correction_can_be_corrected() {
    let story = Story::somebody()
        .then(issue(ARMOURED, "2026-01-10"))
        .then(correct("2025-11-10"))
        .then(correct("2026-02-10"));
    assert_eq!(story.term(ARMOURED).issued_on, day("2026-02-10"));
    assert_eq!(story.record().standing_entries().count(), 1);
    assert_eq!(story.then(correct("2026-01-10")).term(ARMOURED).issued_on, day("2026-01-10"));
}

#[test]
fn c4_a_correction_is_about_the_renewal_when_the_card_was_renewed() {
    let story = Story::somebody()
        .then(issue(ARMOURED, "2024-01-10"))
        .then(renew(ARMOURED, "2026-01-10"))
        .then(correct("2026-02-10"));
    assert_eq!(story.term(ARMOURED).issued_on, day("2026-02-10"));
    assert_eq!(story.civil_on("2026-01-10").term(&slug(ARMOURED)).unwrap().issued_on, day("2024-01-10"));
}

#[test]
fn c4_a_correction_has_a_reason_and_changes_something() {
    let story = Story::somebody().then(issue(ARMOURED, "2026-01-10"));
    assert_eq!(story.refused(CorrectCard { reason: " ".into(), ..correct("2026-01-09") }).0, "C5");
    assert_eq!(story.refused(correct("2026-01-10")).0, "C4");
}

#[test]
fn p5_a_correction_is_of_the_date_that_was_seen() {
    let story = Story::somebody().then(issue(ARMOURED, "2024-01-10")).then(renew(ARMOURED, "2026-01-10"));
    let seen = |date: &str| CorrectCard { seen: Some(day(date)), ..correct("2025-12-10") };
    let (rule, message) = story.refused(seen("2024-01-10"));
    assert_eq!(rule, "P5");
    assert!(message.contains("10 January 2024") && message.contains("10 January 2026 now"), "{message}");
    assert!(story.when(seen("2026-01-10")).is_ok());
}

#[test]
fn c4_a_waivers_date_is_corrected_the_same_way() {
    let mend = |on: &str| CorrectWaiver { seen: None, signed_on: day(on), reason: "misread".into() };
    assert_eq!(Story::somebody().refused(mend(TODAY)).0, "C10");
    let story = Story::somebody().then(waiver("2018-01-10")).then(waiver("2026-01-10"));
    assert_eq!(story.refused(mend("2026-01-10")).0, "C10");
    let story = story.then(mend("2025-12-10")).then(mend("2025-11-10"));
    assert_eq!(story.civil().waiver.unwrap().signed_on, day("2025-11-10"));
    assert_eq!(story.record().standing_entries().count(), 2);
}

#[test]
fn c5_a_revocation_carries_a_reason_that_is_personal() {
    let story = Story::somebody().then(grant(ARMOURED, SPEAR, "2026-01-10"));
    let with = |reason: &str| RevokeAuthorization { reason: reason.into(), ..revoke(ARMOURED, SPEAR, TODAY) };
    for bad in ["", "  \t ", "a\u{7}b", &"x".repeat(1001)] {
        assert_eq!(story.refused(with(bad)).0, "C5", "{bad:?}");
    }
    let facts = story.when(with(&"x".repeat(1000))).unwrap();
    assert!(crate::events::StreamEvent::encode(&facts[0].event).is_err(), "open reasons are never written");
}

#[test]
fn c5_granting_twice_names_what_is_held() {
    let story = Story::somebody().then(grant(ARMOURED, SPEAR, "2026-01-10"));
    let (rule, message) = story.refused(grant(ARMOURED, SPEAR, TODAY));
    assert_eq!(
        (rule, message.as_str()),
        ("C5", "Spear in Armoured Combat is already held, since 10 January 2026")
    );
}

#[test]
fn c5_revoking_what_is_not_held_names_it() {
    let story = Story::somebody().then(issue(ARMOURED, "2026-01-10"));
    let (rule, message) = story.refused(revoke(ARMOURED, SPEAR, TODAY));
    assert_eq!((rule, message.as_str()), ("C5", "Spear in Armoured Combat was not held on 15 June 2026"));
}

#[test]
fn c5_unknown_and_retired_types_and_disciplines_are_named() {
    let story = Story::somebody();
    for (command, expected) in [
        (grant(ARMOURED, "halberd", TODAY), "Armoured Combat has no type halberd"),
        (grant(ARMOURED, SINGLE_RAPIER, TODAY), "Armoured Combat has no type single-rapier"),
        (grant(ARMOURED, "tourney-flail", TODAY), "Tourney Flail is retired and no longer granted"),
        (grant("siege", SPEAR, TODAY), "Siege is retired: nothing new is entered in it"),
        (grant("jousting", SPEAR, TODAY), "there is no discipline jousting"),
    ] {
        assert_eq!(story.refused(command), ("C5", expected.to_owned()));
    }
    for discipline in ["siege", "jousting"] {
        assert_eq!(story.refused(issue(discipline, TODAY)).0, "C5");
        assert_eq!(story.refused(renew(discipline, TODAY)).0, "C5");
        assert_eq!(story.refused(warrant(1, discipline, TODAY, None)).0, "C5");
    }
    assert_eq!(story.refused(warrant(1, "archery", TODAY, None)).0, "C5");
}

#[test]
fn c5_what_was_granted_before_its_type_was_retired_can_be_revoked() {
    let mut story = Story::somebody().then(grant(ARMOURED, SPEAR, "2026-01-10"));
    let mut catalogue = (*story.context.catalogue).clone();
    decree(&mut catalogue, RetireAuthorizationType { discipline: slug(ARMOURED), slug: slug(SPEAR) }.into());
    story.context.catalogue = Arc::new(catalogue);
    assert_eq!(story.held(ARMOURED), [SPEAR]);
    assert!(story.then(revoke(ARMOURED, SPEAR, TODAY)).held(ARMOURED).is_empty());
}

#[test]
fn c6_primary_authorizations_come_first_then_the_others_each_by_name() {
    let catalogue = kingdom();
    let order = catalogue.authorizations_in_order(&slug(ARMOURED));
    let order: Vec<_> = order.into_iter().map(|(_, state)| state.name.as_str()).collect();
    assert_eq!(order, ["Great Weapon", "Weapon and Shield", "Spear", "Tourney Flail"]);
}

#[test]
fn c6_a_secondary_needs_a_primary_only_where_the_rulebook_says_so() {
    assert!(Story::somebody().when(grant(ARMOURED, SPEAR, TODAY)).is_ok());
    let rules = Rules { secondary_needs_primary: true, ..Rules::default() };
    let story = Story::somebody().under("2020-01-01", rules);
    let (rule, message) = story.refused(grant(ARMOURED, SPEAR, TODAY));
    assert_eq!(rule, "C6");
    assert_eq!(message, "Spear needs a primary authorization of Armoured Combat first");
    let story = story.then(grant(FENCING, SINGLE_RAPIER, "2026-01-10"));
    assert_eq!(story.refused(grant(ARMOURED, SPEAR, TODAY)).0, "C6", "another discipline's does not count");
    let story = story.then(grant(ARMOURED, WEAPON_AND_SHIELD, "2026-02-10"));
    assert_eq!(story.refused(grant(ARMOURED, SPEAR, "2026-02-09")).0, "C6", "it was not held yet");
    assert!(story.when(grant(ARMOURED, SPEAR, "2026-02-10")).is_ok());
}

#[test]
fn c10_the_same_signature_is_filed_once() {
    let story = Story::somebody().then(waiver("2026-01-10"));
    let (rule, message) = story.refused(waiver("2026-01-10"));
    assert_eq!((rule, message.as_str()), ("C10", "a waiver signed on 10 January 2026 is already on file"));
}

#[test]
fn c10_an_older_waiver_filed_late_does_not_replace_a_newer_one() {
    let story = Story::somebody().then(waiver("2025-01-10")).then(waiver("2018-01-10"));
    assert_eq!(story.civil().waiver.unwrap().signed_on, day("2025-01-10"));
    assert_eq!(story.civil_on("2020-01-10").waiver.unwrap().signed_on, day("2018-01-10"));
}
