//! §7, A2 and A3: who may make whom an officer of what.

use std::sync::Arc;

use cqrs_es::test::TestFramework;
use uuid::Uuid;

use super::*;
use crate::domain::date::CivilDate;
use crate::domain::id::Slug;
use crate::events::evolve::Catalogue;
use crate::events::evolve::catalogue::DisciplineState;

const ADMINISTRATOR: u128 = 1;
const DEPUTY: u128 = 2;
const OTHER: u128 = 3;

fn officer(number: u128) -> OfficerId {
    OfficerId(Uuid::from_u128(number))
}

fn grant(text: &str) -> Grant {
    text.parse().unwrap()
}

fn context() -> Context {
    let state = DisciplineState {
        name: "Fencing".into(),
        retired: false,
        authorizations: [].into(),
        marshals: [].into(),
    };
    let disciplines = [(Slug::parse("fencing").unwrap(), state)].into();
    Context {
        today: CivilDate::parse("2026-06-15").unwrap(),
        catalogue: Arc::new(Catalogue { disciplines, ..Catalogue::default() }),
    }
}

#[derive(Clone, Default)]
struct Story(Vec<Fact<OfficersEvent>>);

impl Story {
    fn when(&self, by: &Actor, verb: Verb) -> Result<Vec<Fact<OfficersEvent>>, Refusal> {
        TestFramework::<Officers>::with(())
            .given(self.0.clone())
            .when((OfficersCommand { by: by.clone(), verb }, context()))
            .inspect_result()
    }

    #[track_caller]
    fn then(mut self, by: &Actor, verb: Verb) -> Self {
        let facts = self.when(by, verb).unwrap();
        self.0.extend(facts);
        self
    }

    #[track_caller]
    fn refused(&self, by: &Actor, verb: Verb) -> (&'static str, String) {
        match self.when(by, verb).unwrap_err() {
            Refusal::Rule { rule, message } => (rule, message),
            other => panic!("{other}"),
        }
    }

    fn officers(&self) -> Officers {
        let mut officers = Officers::default();
        self.0.iter().for_each(|fact| officers.take(fact));
        officers
    }
}

fn operator() -> Actor {
    Actor::Operator("ubuntu".into())
}

fn by(number: u128) -> Actor {
    Actor::Officer(officer(number))
}

fn invite(number: u128, email: &str) -> Verb {
    Verb::Invite { officer: officer(number), email: email.into(), label: "Minister of the Lists".into() }
}

fn give(to: u128, what: &str) -> Verb {
    Verb::Grant { officer: officer(to), grant: grant(what) }
}

fn take(from: u128, what: &str) -> Verb {
    Verb::Withdraw { officer: officer(from), grant: grant(what) }
}

fn link(number: u128, combatant: Option<u128>) -> Verb {
    let combatant = combatant.map(|id| CombatantId(Uuid::from_u128(id)));
    Verb::Link { officer: officer(number), combatant }
}

/// An administrator with some permissions, a deputy and another officer without any.
fn story() -> Story {
    Story::default()
        .then(&operator(), invite(ADMINISTRATOR, "admin@example.org"))
        .then(&operator(), give(ADMINISTRATOR, "write_officer_info"))
        .then(&operator(), give(ADMINISTRATOR, "write_marshal@discipline:fencing"))
        .then(&by(ADMINISTRATOR), invite(DEPUTY, "deputy@example.org"))
        .then(&by(ADMINISTRATOR), invite(OTHER, "other@example.org"))
}

#[test]
fn a2_the_first_administrator_is_made_on_the_command_line() {
    let facts = Story::default().when(&operator(), invite(ADMINISTRATOR, "Admin@example.org")).unwrap();
    let [Fact { effective_on: None, event: OfficersEvent::OfficerInvited(event), .. }] = &facts[..] else {
        panic!("{facts:?}")
    };
    assert_eq!(event.email.text(), Some("Admin@example.org"));
    assert_eq!(story().officers().holders(Permission::WriteOfficerInfo), 1);
}

#[test]
fn a2_nobody_grants_what_they_lack() {
    let story = story();
    assert!(story.when(&by(ADMINISTRATOR), give(DEPUTY, "write_marshal@discipline:fencing")).is_ok());
    for wider in ["write_marshal", "write_card_date@discipline:fencing", "read_history"] {
        let (rule, message) = story.refused(&by(ADMINISTRATOR), give(DEPUTY, wider));
        assert_eq!(rule, "A2");
        assert!(message.contains("because you do not hold it yourself"), "{message}");
    }
    let story = story.then(&operator(), give(DEPUTY, "read_history"));
    assert_eq!(
        story.refused(&by(DEPUTY), give(OTHER, "read_history")).0,
        "A2",
        "nor without this permission"
    );
    assert_eq!(story.refused(&by(99), give(OTHER, "read_history")).0, "A2", "nor who is no officer");
}

#[test]
fn a2_nobody_widens_their_own_rights() {
    let story = story();
    for verb in [give(ADMINISTRATOR, "write_marshal"), give(ADMINISTRATOR, "write_officer_info")] {
        let (rule, message) = story.refused(&by(ADMINISTRATOR), verb);
        assert_eq!(
            (rule, message.as_str()),
            ("A2", "nobody may widen their own rights: ask another officer")
        );
    }
}

#[test]
fn a2_a_disabled_officer_grants_nothing() {
    let story = story()
        .then(&operator(), give(DEPUTY, "write_officer_info"))
        .then(&by(ADMINISTRATOR), Verb::Disable(officer(DEPUTY)));
    assert_eq!(story.refused(&by(DEPUTY), give(OTHER, "write_officer_info")).0, "A2");
    assert_eq!(story.refused(&by(DEPUTY), Verb::Enable(officer(DEPUTY))).0, "A2");
    assert!(story.officers().enabled(officer(DEPUTY)).is_none());
    let story = story.then(&by(ADMINISTRATOR), Verb::Enable(officer(DEPUTY)));
    assert!(story.officers().enabled(officer(DEPUTY)).is_some());
}

#[test]
fn a2_the_last_holder_stays() {
    let story = story();
    for actor in [operator(), by(ADMINISTRATOR)] {
        for verb in [take(ADMINISTRATOR, "write_officer_info"), Verb::Disable(officer(ADMINISTRATOR))] {
            let (rule, message) = story.refused(&actor, verb);
            assert_eq!(rule, "A2");
            assert_eq!(message, "this is the last officer who may manage officers: name another one first");
        }
    }
    let two = story.clone().then(&by(ADMINISTRATOR), give(DEPUTY, "write_officer_info"));
    assert!(two.when(&by(DEPUTY), take(ADMINISTRATOR, "write_officer_info")).is_ok());
    let alone = two.then(&by(ADMINISTRATOR), Verb::Disable(officer(DEPUTY)));
    let last = alone.refused(&by(ADMINISTRATOR), Verb::Disable(officer(ADMINISTRATOR)));
    assert_eq!(last.0, "A2", "a disabled holder does not count");
    assert!(alone.when(&operator(), take(DEPUTY, "write_officer_info")).is_ok(), "but can lose it");
    assert!(story.when(&operator(), take(ADMINISTRATOR, "write_marshal@discipline:fencing")).is_ok());
}

#[test]
fn a3_nobody_unbinds_themselves_from_the_combatant_they_are() {
    let story = story().then(&operator(), link(ADMINISTRATOR, Some(77)));
    assert_eq!(story.refused(&by(ADMINISTRATOR), link(ADMINISTRATOR, None)).0, "A2");
    assert_eq!(story.refused(&by(ADMINISTRATOR), link(ADMINISTRATOR, Some(78))).0, "A2");
    let unbound = story.then(&by(DEPUTY), link(ADMINISTRATOR, None));
    assert_eq!(unbound.officers().all[&officer(ADMINISTRATOR)].combatant, None);
}

#[test]
fn a1_a_grant_is_for_a_discipline_that_exists() {
    let (rule, message) = story().refused(&operator(), give(DEPUTY, "write_marshal@discipline:jousting"));
    assert_eq!((rule, message.as_str()), ("A1", "there is no discipline jousting"));
}

#[test]
fn a2_an_address_is_on_the_list_once_whatever_its_case() {
    let story = story();
    assert_eq!(story.refused(&operator(), invite(9, "ADMIN@Example.org")).0, "A2");
    assert_eq!(story.refused(&operator(), invite(ADMINISTRATOR, "new@example.org")).0, "A2");
    assert_eq!(story.refused(&operator(), invite(9, "nobody")).0, "P2");
    for label in ["", &"x".repeat(101), "a\u{7}"] {
        let verb = Verb::Invite { officer: officer(9), email: "new@example.org".into(), label: label.into() };
        assert_eq!(story.refused(&operator(), verb).0, "P2", "{label:?}");
    }
}

#[test]
fn several_changes_are_judged_one_after_the_other_and_happen_all_or_none() {
    let story = story();
    let invited = Verb::Together(vec![invite(9, "new@example.org"), give(9, "write_officer_info")]);
    assert_eq!(invited.about(), Some(officer(9)));
    assert_eq!(story.when(&by(ADMINISTRATOR), invited.clone()).unwrap().len(), 2);
    let too_much = Verb::Together(vec![invited, give(9, "read_history")]);
    assert_eq!(story.refused(&by(ADMINISTRATOR), too_much).0, "A2", "nobody gives what they lack");
    // Naming another one first is enough, also in the same breath.
    let handed_over =
        Verb::Together(vec![give(DEPUTY, "write_officer_info"), take(ADMINISTRATOR, "write_officer_info")]);
    assert_eq!(story.when(&by(ADMINISTRATOR), handed_over).unwrap().len(), 2);
    assert_eq!(story.when(&by(ADMINISTRATOR), Verb::Together(Vec::new())), Ok(Vec::new()));
}

#[test]
fn nothing_is_recorded_where_nothing_changes() {
    let story = story().then(&by(ADMINISTRATOR), give(DEPUTY, "write_officer_info"));
    for verb in [give(DEPUTY, "write_officer_info"), Verb::Enable(officer(DEPUTY)), link(DEPUTY, None)] {
        assert_eq!(story.when(&by(ADMINISTRATOR), verb), Ok(Vec::new()));
    }
}

#[test]
fn a2_what_is_asked_about_a_stranger_is_refused() {
    let story = story();
    for verb in [
        give(9, "write_officer_info"),
        take(9, "write_officer_info"),
        Verb::Disable(officer(9)),
        Verb::Enable(officer(9)),
        link(9, None),
    ] {
        assert_eq!(story.refused(&operator(), verb), ("A2", "there is no such officer".to_owned()));
    }
    assert_eq!(story.refused(&operator(), take(OTHER, "read_history")).0, "A2", "nor what is not held");
}
