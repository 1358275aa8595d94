//! §2: the day something takes effect, and what that means for its expiry.

use super::*;
use crate::commands::combatant::correct_card::CorrectCard;
use crate::commands::combatant::correct_waiver::CorrectWaiver;
use crate::commands::combatant::record_waiver::RecordWaiver;
use crate::domain::status::is_valid;

#[test]
fn d1_the_day_after_today_in_the_kingdom_is_the_future() {
    let story = Story::somebody();
    assert!(story.when(issue(ARMOURED, "2026-06-15")).is_ok());
    let (rule, message) = story.refused(issue(ARMOURED, "2026-06-16"));
    assert_eq!(
        (rule, message.as_str()),
        ("D4", "16 June 2026 is in the future; today is 15 June 2026"),
        "the day asked for and today are both named"
    );
    assert!(story.on("2026-06-16").when(issue(ARMOURED, "2026-06-16")).is_ok());
}

#[test]
fn d2_a_card_issued_on_29_february_expires_on_28_february() {
    let story = Story::somebody().then(issue(ARMOURED, "2024-02-29"));
    assert_eq!(story.term(ARMOURED).expires_on, day("2026-02-28"));
}

#[test]
fn d3_a_card_is_good_on_the_day_before_its_expiry_and_not_on_it() {
    let term = Story::somebody().then(issue(ARMOURED, "2025-03-10")).term(ARMOURED);
    assert_eq!(term.expires_on, day("2027-03-10"));
    assert!(is_valid(term.expires_on, day("2027-03-09")));
    assert!(!is_valid(term.expires_on, day("2027-03-10")));
}

#[test]
fn d4_an_effective_day_may_lie_in_the_past_but_not_before_the_beginning() {
    let story = Story::somebody();
    assert!(story.when(issue(ARMOURED, "1966-05-01")).is_ok());
    assert_eq!(story.refused(issue(ARMOURED, "1966-04-30")).0, "D4");
    assert_eq!(story.refused(warrant(1, ARMOURED, "1966-04-30", None)).0, "D4");
}

#[test]
fn d4_nothing_but_a_warrant_takes_effect_in_the_future() {
    let story = Story::somebody()
        .then(issue(ARMOURED, "2025-01-10"))
        .then(grant(ARMOURED, SPEAR, "2025-01-10"))
        .then(warrant(1, ARMOURED, "2025-01-10", None))
        .then(RecordWaiver { signed_on: day("2025-01-10") });
    let tomorrow = "2026-06-16";
    let refused: Vec<CombatantCommand> = vec![
        issue(FENCING, tomorrow).into(),
        renew(ARMOURED, tomorrow).into(),
        CorrectCard {
            discipline: slug(ARMOURED),
            seen: None,
            issued_on: day(tomorrow),
            reason: "typo".into(),
        }
        .into(),
        grant(ARMOURED, WEAPON_AND_SHIELD, tomorrow).into(),
        revoke(ARMOURED, SPEAR, tomorrow).into(),
        end(1, ARMOURED, tomorrow).into(),
        RecordWaiver { signed_on: day(tomorrow) }.into(),
        CorrectWaiver { seen: None, signed_on: day(tomorrow), reason: "typo".into() }.into(),
    ];
    for command in refused {
        assert_eq!(story.refused(command.clone()).0, "D4", "{command:?}");
    }
    assert!(story.when(warrant(2, FENCING, tomorrow, None)).is_ok());
}

#[test]
fn d4_the_state_on_a_day_is_what_was_effective_by_then() {
    let story = Story::somebody().then(grant(ARMOURED, SPEAR, "2026-02-07")).then(revoke(
        ARMOURED,
        SPEAR,
        "2026-05-02",
    ));
    assert!(story.civil_on("2026-02-06").cards.is_empty());
    assert!(story.civil_on("2026-02-07").cards[ARMOURED].authorizations.contains_key(SPEAR));
    assert!(story.civil_on("2026-05-01").cards[ARMOURED].authorizations.contains_key(SPEAR));
    assert!(story.civil_on("2026-05-02").cards[ARMOURED].authorizations.is_empty());
}

#[test]
fn d4_entries_of_one_day_apply_in_the_order_of_their_recording() {
    let today = "2026-06-15";
    let story = Story::somebody()
        .then(grant(ARMOURED, SPEAR, today))
        .then(revoke(ARMOURED, SPEAR, today))
        .then(grant(ARMOURED, SPEAR, today));
    assert_eq!(story.held(ARMOURED), [SPEAR]);
}

#[test]
fn d4_a_late_entry_finds_its_place_among_the_others() {
    let story = Story::somebody()
        .then(issue(ARMOURED, "2024-01-10"))
        .then(renew(ARMOURED, "2026-01-10"))
        .then(grant(ARMOURED, SPEAR, "2025-04-05"));
    assert_eq!(story.term(ARMOURED).issued_on, day("2026-01-10"));
    let card = &story.civil_on("2025-04-05").cards[ARMOURED];
    assert_eq!(card.term.unwrap().issued_on, day("2024-01-10"));
    assert_eq!(card.authorizations[SPEAR], day("2025-04-05"));
}

#[test]
fn d4_a_late_entry_that_contradicts_a_later_one_names_it() {
    let story =
        Story::somebody().then(issue(ARMOURED, "2024-01-10")).then(grant(ARMOURED, SPEAR, "2025-05-03"));
    let (event, message) = story.contradicted(grant(ARMOURED, SPEAR, "2025-04-05"));
    assert_eq!(event, story.last("AuthorizationGranted"));
    assert_eq!(
        message,
        "the grant on 3 May 2025 would make no sense after it: Spear in Armoured Combat is already held, since 5 \
         April 2025. Choose another day, or put that entry right first: correct it, or take it back in \
         the history (rule D4)"
    );
}

#[test]
fn d4_a_late_revocation_that_a_later_one_repeats_is_refused() {
    let story = Story::somebody().then(grant(ARMOURED, SPEAR, "2025-01-10")).then(revoke(
        ARMOURED,
        SPEAR,
        "2025-08-01",
    ));
    let (event, _) = story.contradicted(revoke(ARMOURED, SPEAR, "2025-06-01"));
    assert_eq!(event, story.last("AuthorizationRevoked"));
}

#[test]
fn d4_a_grant_or_a_warrant_before_the_card_names_the_day_of_the_card() {
    let story = Story::somebody().then(issue(ARMOURED, "2025-01-10"));
    let expected = "the card in Armoured Combat was issued on 10 January 2025: choose that day or a later one, or \
                    correct the date of the card first";
    let (rule, message) = story.refused(grant(ARMOURED, SPEAR, "2024-12-07"));
    assert_eq!((rule, message.as_str()), ("D4", expected));
    let (rule, message) = story.refused(warrant(1, ARMOURED, "2024-12-07", None));
    assert_eq!((rule, message.as_str()), ("D4", expected));
}

#[test]
fn d4_a_late_revocation_names_the_day_on_which_nothing_was_held() {
    let story = Story::somebody().then(grant(ARMOURED, SPEAR, "2025-01-10"));
    let (rule, message) = story.refused(revoke(ARMOURED, SPEAR, "2025-01-09"));
    assert_eq!((rule, message.as_str()), ("C5", "Spear in Armoured Combat was not held on 9 January 2025"));
}

#[test]
fn d4_a_correction_may_not_make_a_later_entry_senseless() {
    let story = Story::somebody().then(issue(ARMOURED, "2024-01-10")).then(renew(ARMOURED, "2025-01-10"));
    let correct = CorrectCard {
        discipline: slug(ARMOURED),
        seen: None,
        issued_on: day("2023-01-10"),
        reason: "typo".into(),
    };
    let (event, message) = story.contradicted(correct);
    assert_eq!(event, story.last("CardIssued"), "the renewal would stand before the card it renews");
    assert_eq!(
        message,
        "the issue of the card on 10 January 2024 would make no sense after it: there is already a card in Armoured \
         Combat, issued on 10 January 2023. Choose another day, or put that entry right first: correct it, or take it back in \
         the history (rule D4)"
    );
}

#[test]
fn d5_the_rulebook_in_force_sets_the_term_and_its_version_is_kept() {
    let short = Rules { card_months: 12, waiver_months: 24, ..Rules::default() };
    let story = Story::somebody()
        .under("2026-01-01", short)
        .then(issue(ARMOURED, "2025-12-31"))
        .then(issue(FENCING, "2026-01-01"))
        .then(RecordWaiver { signed_on: day("2026-01-01") });
    let (old, new) = (story.term(ARMOURED), story.term(FENCING));
    assert_eq!((old.expires_on, old.rulebook), (day("2027-12-31"), 0));
    assert_eq!((new.expires_on, new.rulebook), (day("2027-01-01"), 1));
    let waiver = story.civil().waiver.unwrap();
    assert_eq!((waiver.expires_on, waiver.rulebook), (day("2028-01-01"), 1));
}

#[test]
fn d5_a_later_rulebook_moves_no_old_date() {
    let before = Story::somebody()
        .then(issue(ARMOURED, "2025-03-10"))
        .then(RecordWaiver { signed_on: day("2025-03-10") });
    let short = Rules { card_months: 1, waiver_months: 1, ..Rules::default() };
    let after = before.clone().under("1966-05-01", short);
    assert_eq!(before.civil(), after.civil());
    let renewed = after.then(renew(ARMOURED, "2026-03-10"));
    assert_eq!(renewed.term(ARMOURED).expires_on, day("2026-04-10"), "but new ones follow it");
}

#[test]
fn d6_nothing_happens_when_a_card_lapses() {
    let story = Story::somebody().then(issue(ARMOURED, "2020-03-10"));
    let later = story.clone().on("2026-06-15");
    assert_eq!(story.civil(), later.civil());
    assert!(!is_valid(later.term(ARMOURED).expires_on, later.context.today));
    assert!(later.when(renew(ARMOURED, "2026-06-15")).is_ok());
}
