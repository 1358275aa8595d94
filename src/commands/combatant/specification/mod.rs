//! The rules about people, told as given / when / then: what had happened, what
//! is asked, and what then happens or which rule refuses it. Names of tests
//! begin with the number of the rule they hold.

mod cards_tests;
mod dates_tests;
mod evidence_tests;
mod links_tests;
mod merge_tests;
mod people_tests;
mod properties_tests;
mod warrants_tests;
mod withdrawal_tests;

use std::sync::Arc;

use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::end_warrant::EndWarrant;
use super::grant_authorization::GrantAuthorization;
use super::grant_warrant::GrantWarrant;
use super::issue_card::IssueCard;
use super::merge::{Joined, Merge};
use super::register::Register;
use super::renew_card::RenewCard;
use super::renew_warrant::RenewWarrant;
use super::revoke_authorization::RevokeAuthorization;
use super::{CombatantCommand, Context};
use crate::commands::Refusal;
use crate::commands::kingdom::{
    AddAuthorizationType, AddMarshalType, AddRegion, AdoptRulebook, FoundDiscipline, KingdomCommand,
    RetireAuthorizationType, RetireDiscipline,
};
use crate::domain::date::CivilDate;
use crate::domain::details::{DetailField as Field, RawDetails};
use crate::domain::id::{CombatantId, EventId, Slug, WarrantId};
use crate::domain::policy::PolicyVersion;
use crate::domain::region::RegionEntry;
use crate::domain::rulebook::Rules;
use crate::events::combatant::Source;
use crate::events::evolve::civil::Term;
use crate::events::evolve::{Catalogue, Civil, Record};
use crate::events::policies::PolicyApproved;
use crate::events::{CombatantEvent, Fact};

/// The day on which every one of these stories is told.
const TODAY: &str = "2026-06-15";
const ARMOURED: &str = "armoured-combat";
const FENCING: &str = "fencing";
const WEAPON_AND_SHIELD: &str = "weapon-and-shield";
const SPEAR: &str = "spear";
const SINGLE_RAPIER: &str = "single-rapier";

fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn version(text: &str) -> PolicyVersion {
    PolicyVersion::parse(text).unwrap()
}

fn person(number: u128) -> CombatantId {
    CombatantId(Uuid::from_u128(number))
}

fn warrant_id(number: u128) -> WarrantId {
    WarrantId(Uuid::from_u128(number))
}

/// A kingdom with two disciplines, one that is retired, and a retired type.
fn kingdom() -> Catalogue {
    let mut catalogue = Catalogue::default();
    let mut tell = |command: KingdomCommand| decree(&mut catalogue, command);
    for (discipline, name) in
        [(ARMOURED, "Armoured Combat"), (FENCING, "Fencing"), ("siege", "Siege"), ("archery", "Archery")]
    {
        tell(FoundDiscipline { slug: slug(discipline), name: name.into() }.into());
    }
    for (discipline, kind, name, primary) in [
        (ARMOURED, WEAPON_AND_SHIELD, "Weapon and Shield", true),
        (ARMOURED, "great-weapon", "Great Weapon", true),
        (ARMOURED, SPEAR, "Spear", false),
        (ARMOURED, "tourney-flail", "Tourney Flail", false),
        (FENCING, SINGLE_RAPIER, "Single Rapier", true),
    ] {
        let (discipline, slug) = (slug(discipline), slug(kind));
        tell(AddAuthorizationType { discipline, slug, name: name.into(), primary }.into());
    }
    for (discipline, kind) in [(ARMOURED, "marshal"), (ARMOURED, "constable"), (FENCING, "marshal")] {
        tell(
            AddMarshalType { discipline: slug(discipline), slug: slug(kind), name: kind.to_uppercase() }
                .into(),
        );
    }
    tell(RetireAuthorizationType { discipline: slug(ARMOURED), slug: slug("tourney-flail") }.into());
    tell(RetireDiscipline { discipline: slug("siege") }.into());
    let region = RegionEntry {
        code: "ON".into(),
        name: "Ontario".into(),
        country: "Canada".into(),
        postal_format: "A1A 1A1".into(),
        active: true,
    };
    tell(AddRegion(region).into());
    for number in ["2026.1", "2026.2"] {
        let event = PolicyApproved {
            version: version(number),
            text: "We keep what we need.".into(),
            change_log: "All of it.".into(),
            approved_on: day("2026-01-10"),
        };
        catalogue.policies.take(&event.into());
    }
    catalogue
}

/// Lets the kingdom decide something.
fn decree(catalogue: &mut Catalogue, command: KingdomCommand) {
    let context = Context { today: day(TODAY), catalogue: Arc::new(catalogue.clone()) };
    for fact in command.decide(catalogue, &context).unwrap() {
        catalogue.take(command.stream(), &fact);
    }
}

fn sound_details() -> RawDetails {
    RawDetails::default()
        .with(Field::LegalName, "Ásta Example")
        .with(Field::Email, "asta@example.org")
        .with(Field::Phone, "416 555 6068")
        .with(Field::Address1, "1 King St.")
        .with(Field::City, "Toronto")
        .with(Field::Province, "ON")
        .with(Field::PostalCode, "M5V 2T6")
}

fn register() -> Register {
    Register { details: sound_details(), source: Source::Desk, roster_ref: None }
}

fn issue(discipline: &str, on: &str) -> IssueCard {
    IssueCard { discipline: slug(discipline), issued_on: day(on) }
}

fn renew(discipline: &str, on: &str) -> RenewCard {
    RenewCard { discipline: slug(discipline), issued_on: day(on) }
}

fn grant(discipline: &str, authorization: &str, on: &str) -> GrantAuthorization {
    GrantAuthorization { discipline: slug(discipline), authorization: slug(authorization), on: day(on) }
}

fn revoke(discipline: &str, authorization: &str, on: &str) -> RevokeAuthorization {
    RevokeAuthorization {
        discipline: slug(discipline),
        authorization: slug(authorization),
        on: day(on),
        reason: "asked for it".into(),
    }
}

fn warrant(number: u128, discipline: &str, starts: &str, ends: Option<&str>) -> GrantWarrant {
    GrantWarrant {
        warrant: warrant_id(number),
        discipline: slug(discipline),
        marshal: slug("marshal"),
        starts_on: day(starts),
        ends_on: ends.map(day),
        granted_by: None,
    }
}

fn end(number: u128, discipline: &str, on: &str) -> EndWarrant {
    EndWarrant {
        discipline: slug(discipline),
        warrant: warrant_id(number),
        on: day(on),
        reason: "moved away".into(),
    }
}

/// One person's history, told command by command.
#[derive(Clone)]
struct Story {
    facts: Vec<Fact<CombatantEvent>>,
    context: Context,
    /// The first event's id; different people's events differ.
    first: u128,
}

impl Story {
    /// Nobody on file yet.
    fn nobody() -> Self {
        Self {
            facts: Vec::new(),
            context: Context { today: day(TODAY), catalogue: Arc::new(kingdom()) },
            first: 1,
        }
    }

    /// A person who was registered, and nothing else.
    fn somebody() -> Self {
        Self::nobody().then(register())
    }

    /// Somebody else.
    fn somebody_else() -> Self {
        Self { first: 1001, ..Self::nobody() }.then(register())
    }

    /// The same on another day.
    fn on(mut self, today: &str) -> Self {
        self.context.today = day(today);
        self
    }

    /// The same after the kingdom adopted other rules.
    fn under(mut self, from: &str, rules: Rules) -> Self {
        let mut catalogue = (*self.context.catalogue).clone();
        let law = "Curia".to_owned();
        decree(&mut catalogue, AdoptRulebook { in_force_from: day(from), rules, law }.into());
        self.context.catalogue = Arc::new(catalogue);
        self
    }

    /// What a command would lead to.
    fn when(&self, command: impl Into<CombatantCommand>) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        TestFramework::<Record>::with(())
            .given(self.facts.clone())
            .when((command.into(), self.context.clone()))
            .inspect_result()
    }

    /// The history with what a command led to.
    #[track_caller]
    fn then(mut self, command: impl Into<CombatantCommand>) -> Self {
        let facts = self.when(command).unwrap();
        self.add(facts);
        self
    }

    /// The rule that refuses a command, and what it says.
    #[track_caller]
    fn refused(&self, command: impl Into<CombatantCommand>) -> (&'static str, String) {
        match self.when(command).unwrap_err() {
            Refusal::Rule { rule, message } => (rule, message),
            other => panic!("no rule but: {other}"),
        }
    }

    /// The later entry that a command would contradict, and the whole message (D4).
    #[track_caller]
    fn contradicted(&self, command: impl Into<CombatantCommand>) -> (EventId, String) {
        let refusal = self.when(command).unwrap_err();
        match &refusal {
            Refusal::Later { event, .. } => (*event, refusal.to_string()),
            other => panic!("no later entry but: {other}"),
        }
    }

    /// Adds facts as the bus would: each with an id of its own.
    fn add(&mut self, facts: Vec<Fact<CombatantEvent>>) {
        for mut fact in facts {
            fact.id = EventId(Uuid::from_u128(self.first + self.facts.len() as u128));
            self.facts.push(fact);
        }
    }

    /// The id of the last entry of that type.
    #[track_caller]
    fn last(&self, event_type: &str) -> EventId {
        let is =
            |fact: &&Fact<CombatantEvent>| crate::events::StreamEvent::event_type(&fact.event) == event_type;
        self.facts.iter().rev().find(is).unwrap().id
    }

    fn record(&self) -> Record {
        Record::of(self.facts.clone())
    }

    #[track_caller]
    fn civil(&self) -> Civil {
        self.record().civil(None).unwrap()
    }

    #[track_caller]
    fn civil_on(&self, on: &str) -> Civil {
        self.record().civil(Some(day(on))).unwrap()
    }

    #[track_caller]
    fn term(&self, discipline: &str) -> Term {
        self.civil().term(&slug(discipline)).unwrap()
    }

    /// The authorizations held in a discipline.
    fn held(&self, discipline: &str) -> Vec<String> {
        let civil = self.civil();
        let card = civil.cards.get(discipline);
        card.into_iter().flat_map(|card| card.authorizations.keys()).map(ToString::to_string).collect()
    }

    /// What a merge with another record leads to in both.
    fn when_joined(&self, other: &Self, merge: &Merge) -> Result<Joined, Refusal> {
        merge.decide(&self.record(), &other.record(), &self.context)
    }

    /// Both histories after a merge.
    #[track_caller]
    fn joined(mut self, mut other: Self, merge: &Merge) -> (Self, Self) {
        let (ours, theirs) = self.when_joined(&other, merge).unwrap();
        self.add(ours);
        other.add(theirs);
        (self, other)
    }
}

/// The names of the events, in order.
fn names(facts: &[Fact<CombatantEvent>]) -> Vec<&'static str> {
    facts.iter().map(|fact| crate::events::StreamEvent::event_type(&fact.event)).collect()
}
