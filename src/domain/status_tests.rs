//! Verdicts and their reasons (DOMAIN D3, C8, C10, C11).

use super::*;

fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}

#[test]
fn d3_on_the_expiry_date_the_card_is_expired() {
    let expiry = day("2026-11-09");
    assert_eq!(CardState::on(expiry, day("2026-11-08")), CardState::Valid);
    assert_eq!(CardState::on(expiry, expiry), CardState::Expired);
}

#[test]
fn c10_missing_lapsed_and_valid_waivers_are_three_states_with_three_texts() {
    let (expiry, before) = (day("2026-05-03"), day("2026-05-02"));
    let texts = [
        WaiverState::on(None, before).to_string(),
        WaiverState::on(Some(expiry), expiry).to_string(),
        WaiverState::on(Some(expiry), before).to_string(),
    ];
    assert_eq!(
        texts,
        [
            "no waiver on file",
            "waiver lapsed on 3 May 2026 (last valid day 2 May 2026)",
            "waiver good to 2 May 2026 (expires 3 May 2026)",
        ]
    );
}

#[test]
fn c10_without_a_good_waiver_nobody_is_fit() {
    let (card, today) = (day("2027-01-01"), day("2026-06-01"));
    for waiver in [None, Some(day("2026-05-03"))] {
        let verdict = Verdict::new(card, 1, WaiverState::on(waiver, today), today);
        assert!(!verdict.is_fit());
        assert_eq!(verdict.reasons().len(), 1);
        assert_eq!(verdict.last_valid_day(), None);
    }
}

#[test]
fn c11_every_verdict_says_why_and_what_to_do() {
    let today = day("2026-06-01");
    let lapsed = WaiverState::on(Some(day("2026-05-03")), today);
    assert_eq!(
        Verdict::new(day("2026-11-09"), 2, lapsed, today).to_string(),
        "not valid: waiver lapsed on 3 May 2026 (last valid day 2 May 2026); \
         card good to 8 November 2026 (expires 9 November 2026); \
         fix: sign a new waiver and give it to the Minister of the Lists"
    );
    assert_eq!(
        Verdict::new(today, 0, WaiverState::Missing, today).to_string(),
        "not valid: no waiver on file; card lapsed on 1 June 2026 (last valid day 31 May 2026); \
         no authorization in this discipline; \
         fix: sign a waiver and give it to the Minister of the Lists, \
         and renew the card with a marshal of this discipline, \
         and authorize with a marshal of this discipline"
    );
    let good = WaiverState::on(Some(day("2030-05-03")), today);
    let verdict = Verdict::new(day("2026-11-09"), 1, good, today);
    assert_eq!(
        verdict.to_string(),
        "valid: card good to 8 November 2026 (expires 9 November 2026); \
         waiver good to 2 May 2030 (expires 3 May 2030)"
    );
    assert_eq!(verdict.last_valid_day(), Some(day("2026-11-08")));
}

#[test]
fn c8_a_warrant_is_active_from_its_first_to_its_last_day() {
    let (starts, ends) = (day("2026-01-10"), day("2026-06-30"));
    let card = Some(day("2027-01-01"));
    let waiver = WaiverState::Valid { expires_on: day("2030-01-01") };
    for (on, active) in
        [("2026-01-09", false), ("2026-01-10", true), ("2026-06-30", true), ("2026-07-01", false)]
    {
        assert_eq!(warrant_active(day(on), starts, Some(ends), card, waiver), active, "{on}");
    }
    assert!(warrant_active(day("2026-12-31"), starts, None, card, waiver));
}

#[test]
fn c8_a_warrant_is_active_only_while_card_and_waiver_are_valid() {
    let (on, starts) = (day("2026-06-01"), day("2026-01-10"));
    let card = Some(day("2027-01-01"));
    let good = WaiverState::Valid { expires_on: day("2030-01-01") };
    assert!(warrant_active(on, starts, None, card, good));
    assert!(!warrant_active(on, starts, None, None, good));
    assert!(!warrant_active(on, starts, None, Some(on), good));
    assert!(!warrant_active(on, starts, None, card, WaiverState::Missing));
    assert!(!warrant_active(on, starts, None, card, WaiverState::Lapsed { expired_on: on }));
}
