//! How a person's events stand on the timeline (DOMAIN D4), and what a record holds.

use uuid::Uuid;

use super::*;
use crate::domain::details::DetailField;
use crate::domain::id::{Slug, WarrantId};
use crate::events::combatant::{
    AuthorizationGranted, AuthorizationRevoked, CardDatesCorrected, CardIdAssigned, CardIssued,
    CombatantErased, CombatantMergedAway, CombatantRegistered, DetailsChanged, ErasureCause, ListingChanged,
    Source, WarrantEnded, WarrantGranted,
};

fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}

fn fencing() -> Slug {
    Slug::parse("fencing").unwrap()
}

fn rapier() -> Slug {
    Slug::parse("rapier").unwrap()
}

fn id(number: u128) -> EventId {
    EventId(Uuid::from_u128(number))
}

fn fact(number: u128, on: &str, event: impl Into<CombatantEvent>) -> Fact<CombatantEvent> {
    Fact { id: id(number), effective_on: Some(day(on)), event: event.into() }
}

fn plain(number: u128, event: impl Into<CombatantEvent>) -> Fact<CombatantEvent> {
    Fact { id: id(number), effective_on: None, event: event.into() }
}

fn issued(number: u128, on: &str) -> Fact<CombatantEvent> {
    let event = CardIssued { discipline: fencing(), issued_on: day(on), expires_on: day(on), rulebook: 0 };
    fact(number, on, event)
}

fn corrected_to(number: u128, on: &str, corrects: u128) -> Fact<CombatantEvent> {
    let event = CardDatesCorrected {
        discipline: fencing(),
        issued_on: day(on),
        expires_on: day(on),
        rulebook: 0,
        corrects: id(corrects),
        reason: Personal::open("misread"),
    };
    fact(number, on, event)
}

fn granted(number: u128, on: &str) -> Fact<CombatantEvent> {
    fact(number, on, AuthorizationGranted { discipline: fencing(), authorization: rapier() })
}

fn revoked(number: u128, on: &str) -> Fact<CombatantEvent> {
    let reason = Personal::open("asked for it");
    fact(number, on, AuthorizationRevoked { discipline: fencing(), authorization: rapier(), reason })
}

fn registered() -> Fact<CombatantEvent> {
    let details = [
        (DetailField::LegalName, Personal::open("Ásta Example")),
        (DetailField::City, Personal::open("Toronto")),
    ];
    let roster_ref = Some(Personal::open("r-1"));
    plain(1, CombatantRegistered { details: details.into(), source: Source::Import, roster_ref })
}

fn order(record: &Record) -> Vec<u128> {
    record.standing_entries().map(|fact| fact.id.0.as_u128()).collect()
}

#[test]
fn d4_entries_stand_by_effective_day_and_then_by_their_order() {
    let record = Record::of([issued(1, "2025-03-01"), revoked(2, "2026-01-01"), granted(3, "2025-03-01")]);
    assert_eq!(order(&record), [1, 3, 2]);
    assert!(record.civil(None).is_ok());
}

#[test]
fn d4_a_correction_takes_the_day_it_says_and_the_order_of_what_it_corrects() {
    let record =
        Record::of([issued(1, "2025-03-01"), granted(2, "2025-04-01"), corrected_to(3, "2025-04-01", 1)]);
    assert_eq!(order(&record), [3, 2], "before the grant of the same day");
    let again = Record::of([
        issued(1, "2025-03-01"),
        granted(2, "2025-04-01"),
        corrected_to(3, "2025-04-01", 1),
        corrected_to(4, "2025-02-01", 3),
    ]);
    assert_eq!(order(&again), [4, 2]);
}

#[test]
fn d4_the_first_entry_that_makes_no_sense_is_named() {
    let record = Record::of([issued(1, "2025-03-01"), granted(2, "2025-04-01")]);
    let clash = record.civil_with(&[Fact::on(day("2025-03-15"), granted(0, "2025-03-15").event)]);
    let clash = clash.unwrap_err();
    assert_eq!((clash.event, clash.event_type, clash.on), (id(2), "AuthorizationGranted", day("2025-04-01")));
    let own = record.civil_with(&[Fact::on(day("2025-05-01"), granted(0, "2025-05-01").event)]);
    assert!(own.unwrap_err().event.0.is_nil(), "what was tried has no id yet");
}

#[test]
fn trying_facts_changes_nothing() {
    let record = Record::of([issued(1, "2025-03-01")]);
    let before = record.civil(None);
    assert!(record.civil_with(&[Fact::on(day("2025-05-01"), granted(0, "2025-05-01").event)]).is_ok());
    assert_eq!(record.civil(None), before);
    assert_eq!(record.version, StreamVersion(1));
}

#[test]
fn c8_a_warrant_ended_on_its_start_takes_no_time_from_another() {
    let warrant = |number: u128, on: &str, warrant: u128| {
        let event = WarrantGranted {
            warrant: WarrantId(Uuid::from_u128(warrant)),
            discipline: fencing(),
            marshal: rapier(),
            starts_on: day(on),
            ends_on: None,
            granted_by: None,
        };
        fact(number, on, event)
    };
    let ended = WarrantEnded {
        warrant: WarrantId(Uuid::from_u128(1)),
        discipline: fencing(),
        marshal: rapier(),
        reason: Personal::open("a mistake"),
    };
    let both = [warrant(1, "2026-09-01", 1), warrant(3, "2026-06-01", 2)];
    assert!(Record::of(both.clone()).civil(None).is_err());
    let [first, second] = both;
    let record = Record::of([first, fact(2, "2026-09-01", ended), second]);
    let warrants = &record.civil(None).unwrap().cards["fencing"].warrants;
    let runs: Vec<_> = warrants.iter().map(|w| w.runs_on_or_after(day("1966-05-01"))).collect();
    assert_eq!(runs, [true, false]);
}

#[test]
fn p1_a_change_replaces_and_clears_single_fields() {
    let changed = [(DetailField::City, None), (DetailField::Branch, Some(Personal::open("Septentria")))];
    let record = Record::of([registered(), plain(2, DetailsChanged { changed: changed.into() })]);
    let fields: Vec<_> = record.details.keys().copied().collect();
    assert_eq!(fields, [DetailField::Branch, DetailField::LegalName]);
}

#[test]
fn v5_every_personal_value_of_a_record_is_visited() {
    let card_id = CardIdAssigned { card_id: Personal::open("azure-lion-or"), form: CardIdForm::Legacy };
    let mut record = Record::of([registered(), plain(2, card_id)]);
    let mut seen = Vec::new();
    record.each_personal(&mut |field, value| {
        seen.push(field);
        *value = Personal::Gone;
    });
    assert_eq!(seen, ["legal_name", "city", "card_id", "roster_ref"]);
    record.each_personal(&mut |field, value| assert_eq!(*value, Personal::Gone, "{field}"));
}

#[test]
fn v6_p6_erasure_and_merging_end_a_record() {
    let erased = CombatantErased { cause: ErasureCause::Officer, evidence_until: None };
    let listed = [registered(), plain(2, ListingChanged { listed: true })];
    assert!(Record::of(listed.clone()).listed);
    let record = Record::of(listed.into_iter().chain([plain(3, erased)]));
    assert_eq!(record.standing, Standing::Erased);
    assert!(record.details.is_empty() && record.roster_ref.is_none() && !record.listed);
    let into = CombatantId(Uuid::from_u128(9));
    let record = Record::of([registered(), fact(2, "2026-01-01", CombatantMergedAway { into })]);
    assert_eq!(record.standing, Standing::MergedInto(into));
    assert_eq!(Record::of([]).standing, Standing::Unknown);
}

#[test]
fn p6_d4_before_it_was_joined_to_another_a_record_was_in_use() {
    let into = CombatantId(Uuid::from_u128(9));
    let joined = [registered(), fact(2, "2026-01-01", CombatantMergedAway { into })];
    let record = Record::of(joined.clone());
    assert_eq!(record.standing_on(day("2025-12-31")), Standing::Active);
    assert_eq!(record.standing_on(day("2026-01-01")), Standing::MergedInto(into));
    let erased = CombatantErased { cause: ErasureCause::Officer, evidence_until: None };
    let record = Record::of(joined.into_iter().chain([plain(3, erased)]));
    assert_eq!(record.standing_on(day("2025-12-31")), Standing::Erased, "V6");
}
