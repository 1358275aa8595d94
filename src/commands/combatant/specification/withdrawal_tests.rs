//! D4: entries that should never have been made are taken back, and the record is as if they had not been.

use super::*;
use crate::commands::combatant::correct_card::CorrectCard;
use crate::commands::combatant::correct_waiver::CorrectWaiver;
use crate::commands::combatant::merge::Keep;
use crate::commands::combatant::record_waiver::RecordWaiver;
use crate::commands::combatant::withdraw_entry::{Entered, WithdrawEntry};

fn take_back(story: &Story, event_type: &str, about: Entered) -> WithdrawEntry {
    WithdrawEntry { entry: story.last(event_type), about, reason: "of somebody else".into() }
}

fn card() -> Entered {
    Entered::Card(slug(ARMOURED))
}

fn authorization() -> Entered {
    Entered::Authorization(slug(ARMOURED))
}

fn marshal() -> Entered {
    Entered::Warrant(slug(ARMOURED))
}

/// The story with the last entry of that type taken back.
#[track_caller]
fn without(story: Story, event_type: &str, about: Entered) -> Story {
    let command = take_back(&story, event_type, about);
    story.then(command)
}

#[test]
fn c4_a_renewal_of_the_wrong_person_is_taken_back_and_the_old_dates_hold_again() {
    let before = Story::somebody().then(issue(ARMOURED, "2024-05-01"));
    let renewed = before.clone().then(renew(ARMOURED, "2026-05-20"));
    assert_eq!(renewed.term(ARMOURED).expires_on, day("2028-05-20"));
    let after = without(renewed, "CardRenewed", card());
    assert_eq!(after.civil(), before.civil());
    assert_eq!(after.term(ARMOURED).expires_on, day("2026-05-01"));
}

#[test]
fn c4_a_correction_that_is_taken_back_gives_its_place_back_and_a_first_card_goes() {
    let first = Story::somebody().then(issue(ARMOURED, "2025-05-01"));
    let correct = |on| CorrectCard {
        discipline: slug(ARMOURED),
        seen: None,
        issued_on: day(on),
        reason: "misread".into(),
    };
    let once = first.clone().then(correct("2025-05-03"));
    let twice = once.clone().then(correct("2025-05-02"));
    let once_again = without(twice, "CardDatesCorrected", card());
    assert_eq!(once_again.civil(), once.civil(), "the first correction holds again");
    let other = WithdrawEntry { entry: once.last("CardDatesCorrected"), about: card(), reason: "so".into() };
    assert_eq!(once_again.then(other).civil(), first.civil());
    let issued = Story::somebody().then(issue(ARMOURED, "2025-05-01"));
    let after = without(issued, "CardIssued", card());
    assert_eq!(after.civil().term(&slug(ARMOURED)), None);
    assert_eq!(after.then(issue(ARMOURED, "2025-06-01")).term(ARMOURED).issued_on, day("2025-06-01"));
}

#[test]
fn c5_a_grant_and_a_revocation_of_the_wrong_person_are_taken_back() {
    let none = Story::somebody().then(issue(ARMOURED, "2026-01-10"));
    let granted = none.clone().then(grant(ARMOURED, SPEAR, "2026-02-01"));
    assert_eq!(
        without(granted.clone(), "AuthorizationGranted", authorization()).held(ARMOURED),
        none.held(ARMOURED)
    );
    let revoked = granted.clone().then(revoke(ARMOURED, SPEAR, "2026-03-01"));
    assert!(revoked.held(ARMOURED).is_empty());
    let again = without(revoked, "AuthorizationRevoked", authorization());
    assert_eq!(again.civil(), granted.civil(), "held since it was granted");
}

#[test]
fn c8_a_warrant_and_its_end_are_taken_back() {
    let warranted =
        Story::somebody().then(issue(ARMOURED, "2026-01-10")).then(warrant(1, ARMOURED, "2026-02-01", None));
    let ended = warranted.clone().then(end(1, ARMOURED, "2026-03-01"));
    assert_eq!(without(ended, "WarrantEnded", marshal()).civil(), warranted.civil(), "it runs again");
    let none = without(warranted, "WarrantGranted", marshal());
    assert!(none.civil().cards[&slug(ARMOURED)].warrants.is_empty());
}

#[test]
fn c10_without_a_waiver_of_somebody_else_it_is_missing_and_not_lapsed() {
    let signed = Story::somebody().then(RecordWaiver { signed_on: day("2015-01-10") });
    assert_eq!(without(signed.clone(), "WaiverRecorded", Entered::Waiver).civil().waiver, None);
    let two = signed.then(RecordWaiver { signed_on: day("2026-01-10") });
    let before = without(two.clone(), "WaiverRecorded", Entered::Waiver);
    assert_eq!(before.civil().waiver.unwrap().signed_on, day("2015-01-10"), "the earlier one counts again");
    let corrected =
        two.then(CorrectWaiver { seen: None, signed_on: day("2026-01-11"), reason: "misread".into() });
    let uncorrected = without(corrected, "WaiverCorrected", Entered::Waiver);
    assert_eq!(uncorrected.civil().waiver.unwrap().signed_on, day("2026-01-10"), "as it was first recorded");
    let before = without(uncorrected, "WaiverRecorded", Entered::Waiver);
    assert_eq!(before.civil().waiver.unwrap().signed_on, day("2015-01-10"));
}

#[test]
fn d4_an_entry_is_not_taken_back_while_a_later_one_rests_on_it() {
    let story = Story::somebody()
        .then(issue(ARMOURED, "2025-01-10"))
        .then(grant(ARMOURED, SPEAR, "2025-02-01"))
        .then(revoke(ARMOURED, SPEAR, "2025-03-01"))
        .then(renew(ARMOURED, "2026-01-10"))
        .then(warrant(1, ARMOURED, "2025-02-01", None))
        .then(end(1, ARMOURED, "2025-03-01"))
        .then(warrant(2, ARMOURED, "2025-04-01", None));
    for (entry, about, later) in [
        ("AuthorizationGranted", authorization(), "AuthorizationRevoked"),
        ("CardIssued", card(), "CardRenewed"),
        ("WarrantEnded", marshal(), "WarrantGranted"),
    ] {
        let (event, message) = story.contradicted(take_back(&story, entry, about));
        assert_eq!(event, story.last(later), "{message}");
    }
    let rested = without(story, "AuthorizationRevoked", authorization());
    assert!(without(rested, "AuthorizationGranted", authorization()).held(ARMOURED).is_empty());
}

#[test]
fn c2_a_card_is_not_taken_back_while_authorizations_or_warrants_rest_on_it() {
    let story = Story::somebody().then(grant(ARMOURED, SPEAR, "2026-05-02"));
    assert_eq!(story.refused(take_back(&story, "CardIssued", card())).0, "C2");
    let bare = without(story, "AuthorizationGranted", authorization());
    let warranted = bare.clone().then(warrant(1, ARMOURED, "2026-05-03", None));
    assert_eq!(warranted.refused(take_back(&warranted, "CardIssued", card())).0, "C2");
    assert_eq!(without(bare, "CardIssued", card()).civil().term(&slug(ARMOURED)), None);
}

#[test]
fn c6_the_last_primary_is_neither_revoked_nor_taken_back_while_a_secondary_needs_it() {
    let strict = Rules { secondary_needs_primary: true, ..Rules::default() };
    let story = Story::somebody()
        .under("2020-01-01", strict)
        .then(grant(ARMOURED, WEAPON_AND_SHIELD, "2026-05-02"))
        .then(grant(ARMOURED, SPEAR, "2026-05-03"));
    let (rule, message) = story.refused(revoke(ARMOURED, WEAPON_AND_SHIELD, "2026-05-10"));
    assert_eq!(rule, "C6");
    assert!(message.contains("Spear"), "{message}");
    assert_eq!(story.refused(revoke(ARMOURED, WEAPON_AND_SHIELD, "2026-05-02")).0, "C6", "a late entry");
    let primary = story.facts.iter().find(|fact| {
        matches!(&fact.event, CombatantEvent::AuthorizationGranted(e) if e.authorization == slug(WEAPON_AND_SHIELD))
    });
    let entry = primary.unwrap().id;
    let command = WithdrawEntry { entry, about: authorization(), reason: "so".into() };
    assert_eq!(story.refused(command).0, "C6");
    let alone = story.then(revoke(ARMOURED, SPEAR, "2026-05-10"));
    assert!(alone.then(revoke(ARMOURED, WEAPON_AND_SHIELD, "2026-05-10")).held(ARMOURED).is_empty());
}

#[test]
fn p6_what_a_merge_settled_since_is_corrected_and_not_taken_back() {
    let mut story = Story::somebody()
        .then(grant(ARMOURED, SPEAR, "2024-05-01"))
        .then(renew(ARMOURED, "2026-04-20"))
        .then(RecordWaiver { signed_on: day("2026-01-10") });
    let other = Story::somebody_else()
        .then(grant(ARMOURED, SPEAR, "2025-05-01"))
        .then(RecordWaiver { signed_on: day("2025-01-10") });
    let merge = Merge {
        survivor: person(1),
        merged: person(2),
        seen_merged: None,
        cards: [(slug(ARMOURED), Keep::Survivor)].into(),
        waiver: Some(Keep::Survivor),
    };
    let (ours, _) = story.when_joined(&other, &merge).unwrap();
    story.add(ours);
    for (entry, about) in [
        ("CardRenewed", card()),
        ("AuthorizationGranted", authorization()),
        ("WaiverRecorded", Entered::Waiver),
    ] {
        assert_eq!(story.refused(take_back(&story, entry, about)).0, "P6", "{entry}");
    }
    let picked = story.civil();
    let corrected = story.then(CorrectCard {
        discipline: slug(ARMOURED),
        seen: None,
        issued_on: day("2026-04-21"),
        reason: "misread".into(),
    });
    assert_eq!(without(corrected, "CardDatesCorrected", card()).civil(), picked, "as it was chosen");
}

#[test]
fn d4_what_was_taken_back_still_held_as_it_was_known_before() {
    let renewed = Story::somebody().then(issue(ARMOURED, "2024-05-01")).then(renew(ARMOURED, "2026-05-20"));
    let after = without(renewed.clone(), "CardRenewed", card());
    let known = Record::of(after.facts[..renewed.facts.len()].to_vec());
    assert_eq!(known.civil(None).unwrap().term(&slug(ARMOURED)).unwrap().expires_on, day("2028-05-20"));
    assert_eq!(after.civil_on("2026-05-21").term(&slug(ARMOURED)).unwrap().expires_on, day("2026-05-01"));
}

#[test]
fn a1_what_the_form_says_of_an_entry_must_be_true_and_an_entry_is_taken_back_once() {
    let story =
        Story::somebody().then(issue(ARMOURED, "2024-05-01")).then(grant(ARMOURED, SPEAR, "2026-05-02"));
    for about in [card(), Entered::Authorization(slug(FENCING)), Entered::Waiver, marshal()] {
        assert_eq!(story.refused(take_back(&story, "AuthorizationGranted", about)).0, "D4");
    }
    let again = take_back(&story, "AuthorizationGranted", authorization());
    let story = story.then(again.clone());
    assert_eq!(story.refused(again).0, "D4");
    assert_eq!(story.refused(take_back(&story, "EntryWithdrawn", authorization())).0, "D4");
    assert_eq!(story.refused(take_back(&story, "CombatantRegistered", card())).0, "D4");
    let no_reason = WithdrawEntry { reason: " ".into(), ..take_back(&story, "CardIssued", card()) };
    assert_eq!(story.refused(no_reason).0, "C5");
}
