//! The rules about what holds for everyone: disciplines, regions, rulebook, switches, the kingdom.

use std::sync::Arc;

use super::*;
use crate::domain::date::CivilDate;
use crate::domain::id::{CombatantId, Slug, StreamType};
use crate::domain::kingdom::{RawKingdom, SwitchMode};
use crate::domain::region::RegionEntry;
use crate::domain::rulebook::Rules;

fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

/// What the kingdom has decided so far.
#[derive(Clone, Default)]
struct Kingdom(Catalogue);

impl Kingdom {
    fn when(&self, command: impl Into<KingdomCommand>) -> Result<Vec<Fact<Event>>, Refusal> {
        let context = Context { today: day("2026-06-15"), catalogue: Arc::new(self.0.clone()) };
        command.into().decide(&self.0, &context)
    }

    #[track_caller]
    fn then(mut self, command: impl Into<KingdomCommand>) -> Self {
        let command = command.into();
        for fact in self.when(command.clone()).unwrap() {
            self.0.take(command.stream(), &fact);
        }
        self
    }

    #[track_caller]
    fn refused(&self, command: impl Into<KingdomCommand>) -> (&'static str, String) {
        match self.when(command).unwrap_err() {
            Refusal::Rule { rule, message } => (rule, message),
            other => panic!("{other}"),
        }
    }
}

fn found(slug_text: &str, name: &str) -> FoundDiscipline {
    FoundDiscipline { slug: slug(slug_text), name: name.into() }
}

fn add(kind: &str, name: &str, primary: bool) -> AddAuthorizationType {
    AddAuthorizationType { discipline: slug("fencing"), slug: slug(kind), name: name.into(), primary }
}

fn marshal(kind: &str, name: &str) -> AddMarshalType {
    AddMarshalType { discipline: slug("fencing"), slug: slug(kind), name: name.into() }
}

fn fencing() -> Kingdom {
    Kingdom::default()
        .then(found("fencing", "Fencing"))
        .then(add("rapier", "Rapier", true))
        .then(marshal("marshal", "Marshal"))
}

fn region(code: &str) -> RegionEntry {
    RegionEntry {
        code: code.into(),
        name: " Ontario ".into(),
        country: "Canada".into(),
        postal_format: "A1A 1A1".into(),
        active: true,
    }
}

fn adopt(from: &str, card_months: u32) -> AdoptRulebook {
    let rules = Rules { card_months, ..Rules::default() };
    AdoptRulebook { in_force_from: day(from), rules, law: "Kingdom law III.2".into() }
}

#[test]
fn a_discipline_is_founded_in_the_stream_of_its_slug() {
    let command = KingdomCommand::from(found("fencing", " Fencing "));
    assert_eq!(command.stream(), StreamId::discipline(&slug("fencing")));
    let kingdom = Kingdom::default().then(command);
    assert_eq!(kingdom.0.disciplines["fencing"].name, "Fencing");
    assert_eq!(kingdom.0.version_of(StreamId::discipline(&slug("fencing"))).0, 1);
}

#[test]
fn c5_slugs_and_names_of_disciplines_are_taken_once() {
    let kingdom = fencing().then(found("archery", "Archery"));
    assert_eq!(kingdom.refused(found("fencing", "Other")).1, "there is already a discipline fencing");
    assert_eq!(kingdom.refused(found("other", "FENCÍNG")).1, "another discipline is already called FENCÍNG");
    let rename = |name: &str| RenameDiscipline { discipline: slug("archery"), name: name.into() };
    assert_eq!(kingdom.refused(rename("fencing")).0, "C5");
    let kingdom = kingdom.then(rename("ARCHERY"));
    assert_eq!(kingdom.0.disciplines["archery"].name, "ARCHERY", "its own name may be written otherwise");
}

#[test]
fn c5_a_type_is_added_to_its_own_discipline_once() {
    let kingdom = fencing();
    assert_eq!(kingdom.refused(add("rapier", "Other", false)).0, "C5");
    assert_eq!(kingdom.refused(add("other", "rapier", false)).0, "C5");
    assert_eq!(kingdom.refused(marshal("marshal", "Other")).0, "C5");
    assert_eq!(kingdom.refused(marshal("other", "marshal")).0, "C5");
    let nowhere = AddAuthorizationType { discipline: slug("jousting"), ..add("lance", "Lance", true) };
    assert_eq!(kingdom.refused(nowhere).1, "there is no discipline jousting");
}

#[test]
fn c6_a_type_may_become_primary_or_not_and_keeps_its_slug() {
    let change = |kind: &str, name: &str, primary| ChangeAuthorizationType {
        discipline: slug("fencing"),
        slug: slug(kind),
        name: name.into(),
        primary,
    };
    let kingdom = fencing().then(add("parry", "Parry", false)).then(change("rapier", "Single Rapier", false));
    let state = &kingdom.0.disciplines["fencing"].authorizations["rapier"];
    assert_eq!((state.name.as_str(), state.primary), ("Single Rapier", false));
    assert_eq!(kingdom.refused(change("rapier", "Parry", false)).0, "C5", "another has that name");
    assert_eq!(kingdom.refused(change("sabre", "Sabre", false)).1, "there is no type sabre");
    let rename = |name: &str| RenameMarshalType {
        discipline: slug("fencing"),
        slug: slug("marshal"),
        name: name.into(),
    };
    let kingdom = kingdom.then(rename("Provost"));
    assert_eq!(kingdom.0.disciplines["fencing"].marshals["marshal"].name, "Provost");
}

#[test]
fn c5_what_is_retired_stays_known_is_retired_once_and_can_be_taken_up_again() {
    let kingdom = fencing()
        .then(RetireAuthorizationType { discipline: slug("fencing"), slug: slug("rapier") })
        .then(RetireMarshalType { discipline: slug("fencing"), slug: slug("marshal") });
    let state = &kingdom.0.disciplines["fencing"];
    assert!(state.authorizations["rapier"].retired && state.marshals["marshal"].retired);
    let again = RetireAuthorizationType { discipline: slug("fencing"), slug: slug("rapier") };
    assert_eq!(kingdom.refused(again).1, "the type rapier is already retired");
    assert_eq!(kingdom.refused(add("rapier", "Rapier", true)).0, "C5", "its slug never changes hands");
    let resume = ResumeAuthorizationType { discipline: slug("fencing"), slug: slug("rapier") };
    let kingdom = kingdom
        .then(resume.clone())
        .then(ResumeMarshalType { discipline: slug("fencing"), slug: slug("marshal") });
    assert_eq!(
        kingdom.0.disciplines["fencing"].authorizations,
        fencing().0.disciplines["fencing"].authorizations
    );
    assert_eq!(kingdom.0.disciplines["fencing"].marshals, fencing().0.disciplines["fencing"].marshals);
    assert_eq!(kingdom.refused(resume).1, "the type rapier is in use already");
    let kingdom = kingdom.then(RetireDiscipline { discipline: slug("fencing") });
    assert!(kingdom.0.disciplines["fencing"].retired);
    assert_eq!(kingdom.refused(RetireDiscipline { discipline: slug("fencing") }).0, "C5");
    let resume = ResumeDiscipline { discipline: slug("fencing") };
    let kingdom = kingdom.then(resume.clone());
    assert_eq!(kingdom.0.disciplines["fencing"], fencing().0.disciplines["fencing"], "as it was");
    assert_eq!(kingdom.refused(resume).1, "Fencing is in use already");
}

#[test]
fn p2_names_are_cleaned_and_have_1_to_100_characters() {
    let kingdom = fencing();
    assert_eq!(kingdom.refused(found("a", " ")).1, "the discipline needs a name");
    for bad in ["x".repeat(101), "a\u{7}b".into(), "a\u{202e}b".into()] {
        assert_eq!(kingdom.refused(found("a", &bad)).0, "P2");
        assert_eq!(kingdom.refused(add("a", &bad, true)).0, "P2");
        assert_eq!(kingdom.refused(marshal("a", &bad)).0, "P2");
        assert_eq!(kingdom.refused(AddRegion(RegionEntry { name: bad.clone(), ..region("ON") })).0, "P2");
        let sample = RegionEntry { postal_format: bad, ..region("ON") };
        assert_eq!(kingdom.refused(AddRegion(sample)).0, "P2");
    }
}

#[test]
fn p1_a_region_has_a_code_of_two_letters_that_is_taken_once() {
    let kingdom = Kingdom::default().then(AddRegion(region("on")));
    assert_eq!((kingdom.0.regions[0].code.as_str(), kingdom.0.regions[0].name.as_str()), ("ON", "Ontario"));
    assert_eq!(kingdom.refused(AddRegion(region("ON"))).1, "there is already a region ON");
    for bad in ["", "O", "ONT", "O1", "Öl"] {
        assert_eq!(kingdom.refused(AddRegion(region(bad))).0, "P1", "{bad}");
    }
}

#[test]
fn p1_a_region_is_closed_for_new_entries_but_never_removed() {
    let kingdom = Kingdom::default().then(AddRegion(region("ON")));
    assert_eq!(kingdom.when(ChangeRegion(region("ON"))), Ok(Vec::new()), "nothing changes");
    let closed = RegionEntry { active: false, ..region("on") };
    let kingdom = kingdom.then(ChangeRegion(closed));
    assert_eq!(kingdom.0.regions.len(), 1);
    assert!(!kingdom.0.regions[0].active);
    assert_eq!(kingdom.refused(ChangeRegion(region("QC"))).1, "there is no region QC");
}

#[test]
fn d5_rulebooks_are_numbered_and_the_one_in_force_is_found_by_day() {
    let kingdom = Kingdom::default().then(adopt("2020-01-01", 12)).then(adopt("2027-01-01", 6));
    let months = |on: &str| {
        let book = kingdom.0.rulebook_on(day(on));
        (book.version, book.rules.card_months)
    };
    assert_eq!(months("2019-12-31"), (0, 24), "the defaults, before any was adopted");
    assert_eq!(months("2020-01-01"), (1, 12));
    assert_eq!(months("2026-12-31"), (1, 12));
    assert_eq!(months("2027-01-01"), (2, 6));
    let amended = kingdom.then(adopt("2027-01-01", 18));
    assert_eq!(amended.0.rulebook_on(day("2027-01-01")).version, 3, "the newest of one day");
}

#[test]
fn d5_a_rulebook_makes_sense_and_names_its_law() {
    let kingdom = Kingdom::default();
    let (rule, message) = kingdom.refused(adopt("2026-01-01", 0));
    assert_eq!(rule, "D5");
    assert_eq!(message, "card_months is 0; it must be from 1 to 240");
    assert_eq!(kingdom.refused(AdoptRulebook { law: String::new(), ..adopt("2026-01-01", 24) }).0, "P2");
    assert_eq!(kingdom.refused(adopt("1966-04-30", 24)).0, "D4");
}

#[test]
fn l3_a_switch_names_combatants_only_where_it_is_on_for_listed_ones() {
    let set = |mode, listed: &[u128]| SetSwitch {
        switch: slug("pin-authentication"),
        mode,
        listed: listed.iter().map(|id| CombatantId(uuid::Uuid::from_u128(*id))).collect(),
    };
    let kingdom = Kingdom::default();
    assert_eq!(kingdom.refused(set(SwitchMode::Everyone, &[1])).0, "L3");
    let kingdom = kingdom.then(set(SwitchMode::Listed, &[1]));
    assert_eq!(kingdom.when(set(SwitchMode::Listed, &[1])), Ok(Vec::new()), "nothing changes");
    let kingdom = kingdom.then(set(SwitchMode::Off, &[]));
    assert_eq!(kingdom.0.switches["pin-authentication"].0, SwitchMode::Off);
}

#[test]
fn the_kingdom_is_described_once_even_by_its_defaults() {
    let raw = RawKingdom {
        name: "Ealdormere".into(),
        title: "Kingdom of Ealdormere".into(),
        zone: "America/Toronto".into(),
        accent: "#942824".into(),
        ..RawKingdom::default()
    };
    let kingdom = Kingdom::default();
    assert_eq!(kingdom.when(DescribeKingdom(raw.clone())).unwrap().len(), 1);
    let kingdom = kingdom.then(DescribeKingdom(raw.clone()));
    assert_eq!(kingdom.when(DescribeKingdom(raw.clone())), Ok(Vec::new()));
    let (_, message) =
        kingdom.refused(DescribeKingdom(RawKingdom { zone: "Toronto".into(), accent: "red".into(), ..raw }));
    assert!(message.contains("zone") && message.contains("accent"), "{message}");
}

#[test]
fn the_badge_is_chosen_with_the_description_and_recorded_only_when_it_changes() {
    let raw = |charge: &str, colour: &str| RawKingdom {
        name: "Ealdormere".into(),
        title: "Kingdom of Ealdormere".into(),
        zone: "America/Toronto".into(),
        accent: "#942824".into(),
        charge: charge.into(),
        charge_colour: colour.into(),
        ..RawKingdom::default()
    };
    let kingdom = Kingdom::default();
    let facts = kingdom.when(DescribeKingdom(raw("trillium", "#ffe000"))).unwrap();
    let types: Vec<_> = facts.iter().map(|fact| fact.event.event_type()).collect();
    assert_eq!(types, ["KingdomDescribed", "BadgeChosen"]);
    let kingdom = kingdom.then(DescribeKingdom(raw("trillium", "#ffe000")));
    assert_eq!(kingdom.0.arms.charge, crate::domain::arms::Charge::Trillium);
    assert_eq!(kingdom.0.version_of(StreamId::only(StreamType::Kingdom)).0, 2);
    assert_eq!(kingdom.when(DescribeKingdom(raw("", ""))), Ok(Vec::new()), "what is not typed stays");
    assert_eq!(kingdom.when(DescribeKingdom(raw("swords", ""))).unwrap().len(), 1);
    let (_, message) = kingdom.refused(DescribeKingdom(RawKingdom { name: String::new(), ..raw("x", "y") }));
    assert!(["name:", "charge:", "charge_colour:"].iter().all(|field| message.contains(field)), "{message}");
}

#[test]
fn what_holds_for_everyone_has_one_stream_of_its_kind() {
    for (command, kind) in [
        (KingdomCommand::from(AddRegion(region("ON"))), StreamType::Regions),
        (ChangeRegion(region("ON")).into(), StreamType::Regions),
        (adopt("2026-01-01", 24).into(), StreamType::Rulebook),
        (DescribeKingdom(RawKingdom::default()).into(), StreamType::Kingdom),
    ] {
        assert_eq!(command.stream(), StreamId::only(kind));
    }
}
