//! §4 and §5: details, consent, listing, card ids, erasure.

use super::*;
use crate::commands::combatant::accept_policy::AcceptPolicy;
use crate::commands::combatant::assign_card_id::AssignCardId;
use crate::commands::combatant::change_details::ChangeDetails;
use crate::commands::combatant::erase::Erase;
use crate::commands::combatant::record_waiver::RecordWaiver;
use crate::commands::combatant::renew_check_code::RenewCheckCode;
use crate::commands::combatant::set_listing::SetListing;
use crate::domain::card_id::{CardId, CardIdForm};
use crate::domain::personal::Personal;
use crate::events::combatant::{
    CardIdAssigned, CombatantErased, CombatantRegistered, ConsentAccepted, DetailsChanged, ErasureCause,
    ListingChanged,
};
use crate::events::evolve::{Consent, Standing};
use crate::events::policies::AcceptanceRequired;

const OLD_ID: &str = "azure-lion-argent";

fn new_id() -> CardId {
    CardId::from_random(&[5; 10])
}

fn accept(listed: bool) -> AcceptPolicy {
    AcceptPolicy { policy_version: Some("2026.1".into()), imported: false, listed, card_id: new_id() }
}

fn change(field: Field, text: &str) -> ChangeDetails {
    ChangeDetails { details: sound_details().with(field, text) }
}

#[test]
fn p1_registering_keeps_the_details_normalised() {
    let details = sound_details().with(Field::LegalName, "  Ásta   Example ").with(Field::Province, "on");
    let facts = Story::nobody().when(Register { details, ..register() }).unwrap();
    let [Fact { effective_on: None, event: CombatantEvent::CombatantRegistered(event), .. }] = &facts[..]
    else {
        panic!("{facts:?}")
    };
    let CombatantRegistered { details, source, roster_ref } = event;
    assert_eq!(details[&Field::LegalName].text(), Some("Ásta Example"));
    assert_eq!(details[&Field::Province].text(), Some("ON"));
    assert!(!details.contains_key(&Field::ScaName));
    assert_eq!((source, roster_ref), (&Source::Desk, &None));
}

#[test]
fn p1_a_person_is_registered_once_and_before_anything_else() {
    let (rule, message) = Story::somebody().refused(register());
    assert_eq!((rule, message.as_str()), ("P1", "this person is already on file"));
    let commands: Vec<CombatantCommand> = vec![
        change(Field::City, "Ottawa").into(),
        accept(true).into(),
        issue(ARMOURED, TODAY).into(),
        grant(ARMOURED, SPEAR, TODAY).into(),
        RecordWaiver { signed_on: day(TODAY) }.into(),
        Erase::by(ErasureCause::Officer).into(),
    ];
    for command in commands {
        assert_eq!(Story::nobody().refused(command).0, "P1");
    }
}

#[test]
fn p1_a_change_records_only_what_differs() {
    let story = Story::somebody().then(change(Field::Branch, "Septentria"));
    let facts = story.when(ChangeDetails { details: sound_details().with(Field::City, "Ottawa") }).unwrap();
    let changed = [(Field::Branch, None), (Field::City, Some(Personal::open("Ottawa")))];
    assert_eq!(facts, [Fact::plain(DetailsChanged { changed: changed.into() }.into())]);
    let story = story.then(ChangeDetails { details: sound_details().with(Field::City, "Ottawa") });
    let record = story.record();
    assert_eq!(record.details[&Field::City].text(), Some("Ottawa"));
    assert!(!record.details.contains_key(&Field::Branch));
}

#[test]
fn p1_where_nothing_differs_nothing_is_recorded() {
    let same = ChangeDetails { details: sound_details().with(Field::City, " Toronto ") };
    TestFramework::<Record>::with(())
        .given(Story::somebody().facts)
        .when((same.into(), Story::nobody().context))
        .then_expect_events(Vec::new());
}

#[test]
fn p3_all_that_is_wrong_is_said_at_once() {
    let details = sound_details().with(Field::Email, "asta").with(Field::City, "").with(Field::Phone, "12");
    for refusal in [
        Story::nobody().when(Register { details: details.clone(), ..register() }).unwrap_err(),
        Story::somebody().when(ChangeDetails { details }).unwrap_err(),
    ] {
        assert_eq!(refusal.to_string(), "3 fields need correcting");
        let Refusal::Fields(errors) = refusal else { panic!("{refusal}") };
        let fields: Vec<_> = errors.iter().map(|error| error.field).collect();
        assert_eq!(fields, [Field::Email, Field::Phone, Field::City]);
    }
}

#[test]
fn v1_before_acceptance_there_is_no_card_page_and_no_listing() {
    let story = Story::somebody();
    assert_eq!(story.refused(AssignCardId { card_id: new_id() }).0, "V1");
    assert_eq!(story.refused(SetListing { listed: true }).0, "V1");
    assert!(!story.record().accepted() && story.record().card_id().is_none());
}

#[test]
fn each_renewal_of_the_check_code_counts_on_also_before_there_is_a_card_page() {
    let story = Story::somebody();
    assert_eq!(story.record().check_renewals, 0);
    let renewed = story.then(RenewCheckCode).then(RenewCheckCode);
    assert_eq!(renewed.record().check_renewals, 2);
}

#[test]
fn v2_accepting_records_the_version_and_assigns_the_card_id() {
    let consent = ConsentAccepted { policy_version: Some("2026.1".into()), imported: false };
    let card = CardIdAssigned { card_id: Personal::open(new_id().as_str()), form: CardIdForm::Long };
    TestFramework::<Record>::with(())
        .given(Story::somebody().facts)
        .when((accept(true).into(), Story::nobody().context))
        .then_expect_events(vec![
            Fact::plain(consent.into()),
            Fact::plain(ListingChanged { listed: true }.into()),
            Fact::plain(card.into()),
        ]);
}

#[test]
fn v2_an_acceptance_names_a_version_unless_it_is_imported() {
    let unknown = AcceptPolicy { policy_version: None, ..accept(false) };
    assert_eq!(Story::somebody().refused(unknown.clone()).0, "V2");
    let story = Story::somebody().then(AcceptPolicy { imported: true, ..unknown });
    assert_eq!(story.record().consent, Consent::Accepted { policy_version: None });
}

#[test]
fn v2_a_version_is_accepted_once_and_a_later_one_keeps_the_card_id() {
    let story = Story::somebody().then(accept(false));
    assert_eq!(story.refused(accept(true)).0, "V2");
    let later = AcceptPolicy { policy_version: Some("2026.2".into()), ..accept(false) };
    assert_eq!(names(&story.when(later.clone()).unwrap()), ["ConsentAccepted"]);
    let (rule, message) = story.then(later).refused(accept(false));
    assert!(rule == "V2" && message.starts_with("a newer version"), "{message}");
}

#[test]
fn v2_only_an_approved_version_is_accepted() {
    for never in ["2026.3", "2027.1", "1", ""] {
        let accept = AcceptPolicy { policy_version: Some(never.into()), ..accept(false) };
        assert_eq!(Story::somebody().refused(accept).1, "the version that is accepted was never approved");
    }
}

#[test]
fn v2_an_import_does_not_undo_a_known_acceptance() {
    let story = Story::somebody().then(accept(false));
    let imported = AcceptPolicy { policy_version: None, imported: true, ..accept(true) };
    assert_eq!(story.refused(imported).0, "V2");
}

#[test]
fn v4_who_accepted_an_older_version_accepts_again_from_its_day_on() {
    let mut story = Story::somebody().then(accept(true));
    let mut called = |from: &str| {
        let event = AcceptanceRequired { version: version("2026.2"), from: day(from) };
        let catalogue = Arc::make_mut(&mut story.context.catalogue);
        catalogue.policies.take(&event.into());
        story.clone()
    };
    let before = called("2026-06-16");
    assert!(before.when(AssignCardId { card_id: CardId::parse(OLD_ID).unwrap() }).is_ok());
    assert!(before.context.catalogue.accepts(before.record().acceptance(), day(TODAY)));
    let since = called(TODAY);
    assert!(!since.context.catalogue.accepts(since.record().acceptance(), day(TODAY)));
    assert_eq!(since.refused(AssignCardId { card_id: CardId::parse(OLD_ID).unwrap() }).0, "V1");
    let unlisted = since.then(SetListing { listed: false });
    assert_eq!(unlisted.refused(SetListing { listed: true }).0, "V1");
    assert_eq!(unlisted.refused(accept(true)).0, "V2");
    let newer = AcceptPolicy { policy_version: Some("2026.2".into()), ..accept(true) };
    assert!(unlisted.then(newer).when(SetListing { listed: false }).is_ok());
}

#[test]
fn v4_an_imported_acceptance_and_an_older_version_are_not_enough_once_a_newer_one_is_required() {
    let mut story = Story::somebody();
    let event = AcceptanceRequired { version: version("2026.2"), from: day(TODAY) };
    Arc::make_mut(&mut story.context.catalogue).policies.take(&event.into());
    let (rule, message) = story.refused(accept(false));
    assert!(rule == "V4" && message.contains("accept 2026.2"), "{message}");
    let imported = AcceptPolicy { policy_version: None, imported: true, ..accept(false) };
    let story = story.then(imported);
    assert!(story.record().accepted());
    assert!(!story.context.catalogue.accepts(story.record().acceptance(), day(TODAY)));
}

#[test]
fn v8_nobody_is_listed_unless_they_say_so_and_may_change_it_any_time() {
    let story = Story::somebody().then(accept(false));
    assert!(!story.record().listed);
    let story = story.then(SetListing { listed: true });
    assert!(story.record().listed);
    assert_eq!(story.when(SetListing { listed: true }), Ok(Vec::new()));
    assert!(!story.then(SetListing { listed: false }).record().listed);
}

#[test]
fn p4_a_guessable_id_keeps_working_beside_the_new_one() {
    let old = CardId::parse(OLD_ID).unwrap();
    let imported = AcceptPolicy { policy_version: None, imported: true, card_id: old.clone(), listed: false };
    let story = Story::somebody().then(imported).then(AssignCardId { card_id: new_id() });
    let record = story.record();
    assert_eq!(record.card_ids.len(), 2);
    assert_eq!(record.card_id().unwrap().0.text(), Some(new_id().as_str()));
    assert_eq!(story.when(AssignCardId { card_id: old }), Ok(Vec::new()), "it is there already");
}

#[test]
fn p4_an_old_id_learnt_later_does_not_become_the_cards_address() {
    let old = CardId::parse(OLD_ID).unwrap();
    let record = Story::somebody().then(accept(false)).then(AssignCardId { card_id: old }).record();
    assert_eq!(record.card_ids.len(), 2);
    assert_eq!(record.card_id().unwrap().1, CardIdForm::Long);
}

#[test]
fn v6_erasure_says_why_and_until_when_waiver_evidence_is_kept() {
    let event = |story: &Story| match &story.when(Erase::by(ErasureCause::Declined)).unwrap()[..] {
        [Fact { event: CombatantEvent::CombatantErased(event), .. }] => event.clone(),
        other => panic!("{other:?}"),
    };
    let cause = ErasureCause::Declined;
    let story = Story::somebody();
    assert_eq!(event(&story), CombatantErased { cause, evidence_until: None });
    let story = story.then(RecordWaiver { signed_on: day("2026-01-10") });
    assert_eq!(event(&story).evidence_until, Some(day("2040-01-10")), "7 years after it lapses");
    let minor = story.then(change(Field::DateOfBirth, "2020-03-01"));
    assert_eq!(event(&minor).evidence_until, Some(day("2045-03-01")), "7 years after majority");
}

#[test]
fn v6_an_erased_record_holds_nothing_personal_and_refuses_commands() {
    let story = Story::somebody()
        .then(accept(true))
        .then(grant(ARMOURED, SPEAR, "2026-01-10"))
        .then(Erase::by(ErasureCause::Officer));
    let mut record = story.record();
    assert_eq!(record.standing, Standing::Erased);
    record.each_personal(&mut |field, _| panic!("{field} is still there"));
    assert_eq!(story.held(ARMOURED), [SPEAR], "what happened stays countable");
    let commands: Vec<CombatantCommand> = vec![
        register().into(),
        change(Field::City, "Ottawa").into(),
        accept(true).into(),
        renew(ARMOURED, TODAY).into(),
        Erase::by(ErasureCause::Officer).into(),
    ];
    for command in commands {
        assert_eq!(story.refused(command).0, "V6");
    }
}

#[test]
fn v6_a_waiver_is_signed_with_the_legal_name_under_the_evidence_key() {
    let facts = Story::somebody().when(RecordWaiver { signed_on: day(TODAY) }).unwrap();
    let mut seen = Vec::new();
    let mut event = facts[0].event.clone();
    crate::events::StreamEvent::each_personal(&mut event, &mut |field, purpose, value| {
        seen.push((field, purpose, value.text().map(str::to_owned)));
    });
    let signer = ("signer", crate::domain::personal::Purpose::Waiver, Some("Ásta Example".to_owned()));
    assert_eq!(seen, [signer]);
}
