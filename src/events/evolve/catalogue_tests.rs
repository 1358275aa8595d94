//! What the kingdom's events add up to.

use super::*;
use crate::domain::id::StreamType;
use crate::events::combatant::ListingChanged;
use crate::events::discipline::{AuthorizationTypeAdded, DisciplineFounded, DisciplineRenamed};
use crate::events::rulebook::RulebookAdopted;

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}

fn tell(catalogue: &mut Catalogue, stream: StreamId, event: impl Into<Event>) {
    catalogue.take(stream, &Fact::plain(event.into()));
}

fn found(catalogue: &mut Catalogue, name: &str) -> StreamId {
    let stream = StreamId::discipline(&slug(name));
    let event = DisciplineFounded { slug: slug(name), name: name.to_uppercase() };
    tell(catalogue, stream, DisciplineEvent::from(event));
    stream
}

#[test]
fn an_event_of_a_discipline_changes_the_discipline_of_its_stream() {
    let mut catalogue = Catalogue::default();
    let fencing = found(&mut catalogue, "fencing");
    found(&mut catalogue, "archery");
    let added = AuthorizationTypeAdded { slug: slug("bow"), name: "Bow".into(), primary: true };
    tell(&mut catalogue, fencing, DisciplineEvent::from(added));
    tell(&mut catalogue, fencing, DisciplineEvent::from(DisciplineRenamed { name: "Rapier".into() }));
    assert_eq!(catalogue.disciplines["fencing"].name, "Rapier");
    assert!(catalogue.disciplines["fencing"].authorizations.contains_key("bow"));
    assert!(catalogue.disciplines["archery"].authorizations.is_empty());
    assert_eq!(catalogue.version_of(fencing), StreamVersion(3));
}

#[test]
fn events_of_people_are_none_of_its_business() {
    let mut catalogue = Catalogue::default();
    let stream = StreamId::combatant(CombatantId(uuid::Uuid::from_u128(1)));
    tell(&mut catalogue, stream, crate::events::CombatantEvent::from(ListingChanged { listed: true }));
    assert!(catalogue.versions.is_empty());
    assert_eq!(catalogue.version_of(stream), StreamVersion(0));
}

#[test]
fn d5_the_rulebook_in_force_is_the_one_that_began_last_and_the_defaults_before_any() {
    let mut catalogue = Catalogue::default();
    let stream = StreamId::only(StreamType::Rulebook);
    for (version, from) in [(1, "2027-01-01"), (2, "2026-01-01"), (3, "2026-01-01")] {
        let event = RulebookAdopted {
            version,
            in_force_from: day(from),
            rules: Rules::default(),
            law: "Curia".into(),
        };
        tell(&mut catalogue, stream, RulebookEvent::from(event));
    }
    let version = |on: &str| catalogue.rulebook_on(day(on)).version;
    assert_eq!(version("2025-12-31"), 0);
    assert_eq!(version("2026-01-01"), 3, "of two that began together, the newest adopted");
    assert_eq!(version("2027-01-01"), 1, "adopted earlier, but in force later");
}
