//! V6: until when evidence of a waiver is kept, and that it goes then.

use super::*;
use crate::commands::combatant::change_details::ChangeDetails;
use crate::commands::combatant::destroy_evidence::DestroyEvidence;
use crate::commands::combatant::erase::Erase;
use crate::commands::combatant::merge::Keep;
use crate::commands::combatant::record_waiver::RecordWaiver;
use crate::domain::personal::Personal;
use crate::events::combatant::{ErasureCause, EvidenceDestroyed};

const DESTROY: DestroyEvidence = DestroyEvidence { not_before: None };
const ERASE: Erase = Erase::by(ErasureCause::Officer);

fn sign(on: &str) -> RecordWaiver {
    RecordWaiver { signed_on: day(on) }
}

fn born(on: &str) -> ChangeDetails {
    ChangeDetails { details: sound_details().with(Field::DateOfBirth, on) }
}

/// That it goes on a day, and not the day before.
#[track_caller]
fn goes_on(story: &Story, on: &str, command: DestroyEvidence) {
    let (rule, message) = story.clone().on(&day(on).day_before().to_string()).refused(command);
    assert_eq!((rule, message.ends_with(&format!("kept until {on}"))), ("V6", true), "{message}");
    let facts = story.clone().on(on).when(command).unwrap();
    let destroyed = EvidenceDestroyed { kept_until: day(on) };
    assert_eq!(facts, [Fact::plain(destroyed.into())]);
}

#[test]
fn v6_evidence_goes_7_years_after_the_waiver_lapsed() {
    goes_on(&Story::somebody().then(sign("2026-01-10")), "2040-01-10", DESTROY);
    goes_on(&Story::somebody().then(sign("2026-01-10")).then(ERASE), "2040-01-10", DESTROY);
}

#[test]
fn v6_a_minors_goes_7_years_after_majority() {
    let story = Story::somebody().then(born("2020-03-01")).then(sign("2026-01-10"));
    goes_on(&story, "2045-03-01", DESTROY);
    goes_on(&story.then(ERASE), "2045-03-01", DESTROY);
}

#[test]
fn v6_the_last_of_several_waivers_counts_also_where_its_term_was_shorter() {
    let story = Story::somebody().then(sign("2026-01-10"));
    goes_on(&story.clone().then(sign("2026-06-01")), "2040-06-01", DESTROY);
    // Under other rules a waiver lasts a year: the older one lapses later, and erasing knows it too.
    let rules = Rules { waiver_months: 12, ..Rules::default() };
    let story = story.under("2026-05-01", rules).then(sign("2026-06-01"));
    goes_on(&story, "2040-01-10", DESTROY);
    goes_on(&story.then(ERASE), "2040-01-10", DESTROY);
}

#[test]
fn v6_who_never_signed_has_no_evidence_to_destroy() {
    for story in [Story::somebody(), Story::somebody().then(ERASE)] {
        assert_eq!(story.on("2099-01-01").refused(DESTROY).0, "V6");
    }
    assert_eq!(Story::nobody().refused(DESTROY).0, "P1");
}

#[test]
fn v6_what_was_fixed_when_somebody_was_erased_does_not_move_with_the_rules() {
    let erased = Story::somebody().then(sign("2026-01-10")).then(ERASE);
    let rules = Rules { waiver_retention_years: 20, ..Rules::default() };
    goes_on(&erased.under("2026-06-15", rules.clone()), "2040-01-10", DESTROY);
    goes_on(&Story::somebody().then(sign("2026-01-10")).under("2026-06-15", rules), "2053-01-10", DESTROY);
}

#[test]
fn v6_p6_a_joined_record_goes_by_what_the_surviving_one_knows() {
    let merge = Merge {
        survivor: person(1),
        merged: person(2),
        cards: std::collections::BTreeMap::new(),
        waiver: Some(Keep::Survivor),
        seen_merged: None,
    };
    let minor = Story::somebody().then(born("2020-03-01")).then(sign("2026-01-10"));
    let other = Story::somebody_else().then(sign("2026-02-01"));
    let (survivor, merged) = minor.joined(other, &merge);
    let knowing = |survivor: &Story| {
        let family = [survivor.record(), merged.record()];
        DestroyEvidence::of_one(&merged.record(), &family, &merged.context).unwrap()
    };
    goes_on(&merged, "2040-02-01", DESTROY);
    goes_on(&merged, "2045-03-01", knowing(&survivor));
    goes_on(&merged, "2045-03-01", knowing(&survivor.then(ERASE)));
}

#[test]
fn v6_p6_a_date_of_birth_that_only_the_joined_record_has_counts_for_the_surviving_one() {
    let merge = Merge {
        survivor: person(1),
        merged: person(2),
        cards: std::collections::BTreeMap::new(),
        waiver: Some(Keep::Survivor),
        seen_merged: None,
    };
    let minor = Story::somebody_else().then(born("2020-03-01")).then(sign("2026-02-01"));
    let (survivor, merged) = Story::somebody().then(sign("2026-01-10")).joined(minor, &merge);
    let family = [survivor.record(), merged.record()];
    let knowing = DestroyEvidence::of_one(&survivor.record(), &family, &survivor.context).unwrap();
    goes_on(&survivor, "2040-01-10", DESTROY);
    goes_on(&survivor, "2045-03-01", knowing);
    // Once the keys are gone, nobody knows the date any more: it is fixed with the erasure.
    let erase = Erase::of_all(ErasureCause::Officer, &family, &survivor.context).unwrap();
    let erased = survivor.then(erase);
    goes_on(&erased, "2045-03-01", DESTROY);
    let nameless = Story::somebody_else().then(sign("2026-02-01"));
    let family = [erased.record(), nameless.record()];
    let knowing = DestroyEvidence::of_one(&nameless.record(), &family, &nameless.context).unwrap();
    goes_on(&nameless, "2045-03-01", knowing);
}

#[test]
fn v6_the_record_forgets_who_signed_and_a_later_waiver_is_evidence_again() {
    let story = Story::somebody().then(sign("2026-01-10")).on("2040-01-10").then(DESTROY);
    let signers = |story: &Story| -> Vec<Option<String>> {
        let record = story.record();
        let signed = record.standing_entries().filter_map(|fact| match &fact.event {
            CombatantEvent::WaiverRecorded(e) => Some(e.signer.0.text().map(ToOwned::to_owned)),
            _ => None,
        });
        signed.collect()
    };
    assert_eq!(signers(&story), [None]);
    assert_eq!(story.record().details[&Field::LegalName], Personal::open("Ásta Example"));
    let story = story.then(sign("2040-01-10"));
    assert_eq!(signers(&story), [None, Some("Ásta Example".to_owned())]);
    goes_on(&story, "2054-01-10", DESTROY);
}
