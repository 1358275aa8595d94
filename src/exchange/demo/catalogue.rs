//! The kingdom itself: disciplines, regions, rulebook, privacy policy, officers. One append.

use std::sync::Arc;

use super::officers::{self, Named};
use super::{DemoError, fresh, kingdom, slug};
use crate::commands::Context;
use crate::commands::bus::{Bus, Change, Proposal};
use crate::commands::kingdom::{
    AddAuthorizationType, AddMarshalType, AddRegion, DescribeKingdom, FoundDiscipline, KingdomCommand,
};
use crate::commands::policies::{ApproveDraft, BeginDraft, PolicyCommand};
use crate::domain::actor::Actor;
use crate::domain::id::{StreamId, StreamType};
use crate::domain::kingdom::{KingdomSettings, RawKingdom};
use crate::domain::policy::TEMPLATE;
use crate::domain::region::RegionEntry;
use crate::domain::text::slug_of;
use crate::events::evolve::{Catalogue, Policies};
use crate::events::{Event, Fact};

/// One discipline: slug, name, authorizations (primary or not), marshals.
pub(super) struct Discipline {
    pub slug: &'static str,
    pub name: &'static str,
    pub authorizations: &'static [(&'static str, bool)],
}

/// Whom the sample policy names.
const OFFICER_IN_CHARGE: &str = "the Minister of the Lists, <lists@ealdormere.example>";

/// Every discipline has these two kinds of marshal.
pub(super) const MARSHALS: [&str; 2] = ["Marshal", "Marshal in Training"];

pub(super) const DISCIPLINES: [Discipline; 6] = [
    Discipline {
        slug: "armoured-combat",
        name: "Armoured Combat",
        authorizations: &[
            ("Weapon and Shield", true),
            ("Great Weapon", false),
            ("Two Weapon", false),
            ("Spear", false),
            ("Combat Archery", false),
        ],
    },
    Discipline {
        slug: "fencing",
        name: "Fencing",
        authorizations: &[
            ("Single Rapier", true),
            ("Dagger", false),
            ("Parry Device", false),
            ("Two Rapiers", false),
        ],
    },
    Discipline {
        slug: "target-archery",
        name: "Target Archery",
        authorizations: &[("Archer", true), ("Crossbow", false)],
    },
    Discipline {
        slug: "thrown-weapons",
        name: "Thrown Weapons",
        authorizations: &[("Axe", true), ("Knife", false), ("Spear", false)],
    },
    Discipline {
        slug: "equestrian",
        name: "Equestrian",
        authorizations: &[("General Riding", true), ("Mounted Games", false)],
    },
    Discipline {
        slug: "youth-combat",
        name: "Youth Combat",
        authorizations: &[("Division 1", true), ("Division 2", true)],
    },
];

fn region(code: &str, name: &str, country: &str, format: &str) -> KingdomCommand {
    kingdom(AddRegion(RegionEntry {
        code: code.to_owned(),
        name: name.to_owned(),
        country: country.to_owned(),
        postal_format: format.to_owned(),
        active: true,
    }))
}

fn commands() -> Result<Vec<KingdomCommand>, DemoError> {
    let settings = KingdomSettings::default();
    let mut all = vec![
        kingdom(DescribeKingdom(RawKingdom {
            name: settings.name,
            title: settings.title,
            zone: settings.zone.to_string(),
            accent: settings.accent.to_string(),
            mol_email: "lists@ealdormere.example".to_owned(),
            website: "https://ealdormere.example/".to_owned(),
            ..RawKingdom::default()
        })),
        region("ON", "Ontario", "Canada", "A1A 1A1"),
        region("MI", "Michigan", "United States", "12345"),
    ];
    for discipline in &DISCIPLINES {
        let at = slug(discipline.slug)?;
        all.push(kingdom(FoundDiscipline { slug: at.clone(), name: discipline.name.to_owned() }));
        for (name, primary) in discipline.authorizations {
            all.push(kingdom(AddAuthorizationType {
                discipline: at.clone(),
                slug: type_slug(name)?,
                name: (*name).to_owned(),
                primary: *primary,
            }));
        }
        for name in MARSHALS {
            all.push(kingdom(AddMarshalType {
                discipline: at.clone(),
                slug: type_slug(name)?,
                name: name.to_owned(),
            }));
        }
    }
    Ok(all)
}

/// The slug of a type, made from its name as an import makes it.
pub(super) fn type_slug(name: &'static str) -> Result<crate::domain::id::Slug, DemoError> {
    slug_of(name).ok_or(DemoError::Text(name))
}

/// The privacy policy: the template, filled in and approved.
fn policies(bus: &Bus, catalogue: &Catalogue) -> Result<Vec<Fact<Event>>, DemoError> {
    let text = TEMPLATE
        .replace("[FILL IN: name of the kingdom]", "Ealdormere")
        .replace("[FILL IN: title and e-mail address of the officer in charge]", OFFICER_IN_CHARGE);
    let commands: [PolicyCommand; 2] = [
        BeginDraft { text: Some(text) }.into(),
        ApproveDraft { change_log: "The first policy.".to_owned(), required_from: None }.into(),
    ];
    let context = Context { today: bus.today(), catalogue: Arc::new(catalogue.clone()) };
    let mut policies = Policies::default();
    let mut facts = Vec::new();
    for command in commands {
        for fact in command.decide(&policies, &context)? {
            if let Event::Policies(event) = &fact.event {
                policies.take(event);
            }
            facts.push(fact);
        }
    }
    Ok(facts)
}

/// Founds the kingdom in one append and says who its officers are.
pub(super) async fn found(bus: &Bus, by: &Actor) -> Result<Vec<Named>, DemoError> {
    let mut catalogue = Catalogue::clone(&bus.kingdom().catalogue);
    let mut changes: Vec<(StreamId, Vec<Fact<Event>>)> = Vec::new();
    for command in commands()? {
        let context = Context { today: bus.today(), catalogue: Arc::new(catalogue.clone()) };
        let stream = command.stream();
        for fact in command.decide(&catalogue, &context)? {
            catalogue.take(stream, &fact);
            match changes.iter_mut().find(|(known, _)| *known == stream) {
                Some((_, facts)) => facts.push(fact),
                None => changes.push((stream, vec![fact])),
            }
        }
    }
    changes.push((StreamId::only(StreamType::Policies), policies(bus, &catalogue)?));
    let context = Context { today: bus.today(), catalogue: Arc::new(catalogue) };
    let (named, facts) = officers::invited(bus, by, &context)?;
    changes.push((StreamId::only(StreamType::Officers), facts));
    let kingdom = bus.kingdom();
    let expected = |stream: StreamId| match stream.kind {
        StreamType::Officers => kingdom.officers.version,
        _ => kingdom.catalogue.version_of(stream),
    };
    let changes =
        changes.into_iter().map(|(stream, facts)| Change::plain(stream, expected(stream), facts)).collect();
    let (command_id, correlation_id) = fresh(bus);
    bus.propose(Proposal {
        command_id,
        actor: by.clone(),
        correlation_id,
        body: Vec::new(),
        metadata: Vec::new(),
        guards: Vec::new(),
        changes,
    })
    .await?;
    Ok(named)
}
