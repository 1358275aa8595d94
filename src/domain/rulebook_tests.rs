//! The rulebook's terms and ages (DOMAIN C1, D2, D5, P7, V6, V8).

use super::*;

fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn with_youth_fencing() -> Rules {
    let own = DisciplineRules { card_months: Some(12), youth: Some(AgeRange { from: 6, to: 17 }) };
    Rules { disciplines: BTreeMap::from([(slug("youth-fencing"), own)]), ..Rules::default() }
}

#[test]
fn c1_a_card_lasts_24_months_and_a_waiver_84() {
    let rules = Rules::default();
    assert_eq!(rules.card_expiry(&slug("fencing"), day("2024-11-09")), day("2026-11-09"));
    assert_eq!(rules.waiver_expiry(day("2019-05-03")), day("2026-05-03"));
}

#[test]
fn c1_a_discipline_may_have_another_term() {
    let rules = with_youth_fencing();
    assert_eq!(rules.card_expiry(&slug("youth-fencing"), day("2024-11-09")), day("2025-11-09"));
    assert_eq!(rules.card_expiry(&slug("fencing"), day("2024-11-09")), day("2026-11-09"));
}

#[test]
fn d2_terms_from_29_february_end_on_28_february_where_needed() {
    let rules = Rules::default();
    assert_eq!(rules.card_expiry(&slug("fencing"), day("2024-02-29")), day("2026-02-28"));
    assert_eq!(rules.waiver_expiry(day("2024-02-29")), day("2031-02-28"));
}

#[test]
fn d5_a_rulebook_written_by_an_older_release_means_the_defaults() {
    assert_eq!(serde_json::from_str::<Rules>("{}").unwrap(), Rules::default());
    let rules: Rules = serde_json::from_str(r#"{"card_months":36,"pin":{"tries":3}}"#).unwrap();
    assert_eq!((rules.card_months, rules.waiver_months), (36, 84));
    assert_eq!(rules.pin, PinRules { tries: 3, ..PinRules::default() });
    let own = with_youth_fencing();
    assert_eq!(serde_json::from_str::<Rules>(&serde_json::to_string(&own).unwrap()).unwrap(), own);
}

#[test]
fn p7_a_minor_comes_of_age_on_the_birthday() {
    let rules = Rules::default();
    let born = Some(day("2008-11-22"));
    assert_eq!(age_band(born, day("2026-11-21"), &rules), AgeBand::Minor);
    assert_eq!(age_band(born, day("2026-11-22"), &rules), AgeBand::Adult);
    assert_eq!(rules.adult_on(day("2008-02-29")), day("2026-02-28"));
}

#[test]
fn p7_and_v8_an_unknown_date_of_birth_is_never_counted_as_adult() {
    assert_eq!(age_band(None, day("2026-11-22"), &Rules::default()), AgeBand::Unknown);
}

#[test]
fn p7_youth_is_what_the_disciplines_rulebook_says() {
    let (rules, on) = (with_youth_fencing(), day("2026-11-22"));
    for (born, youth) in [
        (Some("2020-11-23"), Youth::No),
        (Some("2020-11-22"), Youth::Yes),
        (Some("2008-11-23"), Youth::Yes),
        (Some("2008-11-22"), Youth::No),
        (None, Youth::Unknown),
    ] {
        assert_eq!(rules.youth(&slug("youth-fencing"), born.map(day), on), youth, "{born:?}");
    }
    assert_eq!(rules.youth(&slug("fencing"), None, on), Youth::No);
}

#[test]
fn p7_age_is_counted_in_whole_years() {
    let born = day("2008-02-29");
    for (on, age) in [
        ("2008-02-28", None),
        ("2008-02-29", Some(0)),
        ("2009-02-27", Some(0)),
        ("2009-02-28", Some(1)),
        ("2012-02-28", Some(3)),
        ("2012-02-29", Some(4)),
    ] {
        assert_eq!(age_on(born, day(on)), age, "{on}");
    }
}

#[test]
fn v6_evidence_of_a_waiver_is_kept_7_years_after_it_lapsed() {
    let rules = Rules::default();
    let lapses = day("2026-05-03");
    for born in [None, Some(day("1980-01-01")), Some(day("2008-05-03"))] {
        assert_eq!(rules.waiver_kept_until(lapses, born), day("2033-05-03"));
    }
}

#[test]
fn v6_a_minors_evidence_is_kept_7_years_after_majority() {
    let born = Some(day("2015-06-01"));
    assert_eq!(Rules::default().waiver_kept_until(day("2026-05-03"), born), day("2040-06-01"));
}

#[test]
fn the_default_rules_make_sense() {
    assert_eq!(Rules::default().check(), Ok(()));
    assert_eq!(with_youth_fencing().check(), Ok(()));
}

#[test]
fn l3_a_rulebook_may_ask_for_4_to_8_digits_and_no_more() {
    let with = |min_digits, max_digits| {
        let pin = PinRules { min_digits, max_digits, ..PinRules::default() };
        Rules { pin, ..Rules::default() }.faults().len()
    };
    for (least, most) in [(4, 8), (4, 4), (6, 8), (8, 8)] {
        assert_eq!(with(least, most), 0, "{least} to {most}");
    }
    for (least, most) in [(4, 9), (4, 12), (3, 8), (5, 4)] {
        assert_eq!(with(least, most), 1, "{least} to {most}");
    }
}

#[test]
fn rules_without_sense_are_all_named_at_once() {
    let mut rules = with_youth_fencing();
    rules.card_months = 0;
    rules.pin.max_digits = 3;
    rules.reminder_days = vec![30, 60];
    rules.disciplines.insert(
        slug("archery"),
        DisciplineRules { card_months: Some(999), youth: Some(AgeRange { from: 9, to: 8 }) },
    );
    let faults = rules.check().unwrap_err();
    for (fault, name) in faults.iter().zip([
        "card_months is 0; it must be from 1 to 240",
        "pin.max_digits",
        "card_months of archery",
        "youth.from of archery",
        "reminder_days must fall",
    ]) {
        assert!(fault.starts_with(name), "{fault}");
    }
    assert_eq!(faults.len(), 5);
}
