//! The sample kingdom's officers.

use super::people::Made;
use super::{DemoError, Persona, fresh};
use crate::commands::bus::{Bus, Request};
use crate::commands::officers::{OfficersCommand, Verb};
use crate::commands::{Command, Context};
use crate::domain::actor::Actor;
use crate::domain::demo::{DEMO_OFFICERS, DemoOfficer};
use crate::domain::id::OfficerId;
use crate::events::evolve::Officers;
use crate::events::{Event, Fact};

/// Whom one can sign in as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Lists,
    FencingDeputy,
    Seneschal,
    Auditor,
    Administrator,
    EarlMarshal,
}

/// An officer of the sample kingdom.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub role: Role,
    pub officer: OfficerId,
}

impl Role {
    const ALL: [Self; 6] = [
        Self::Lists,
        Self::FencingDeputy,
        Self::Seneschal,
        Self::Auditor,
        Self::Administrator,
        Self::EarlMarshal,
    ];

    /// What the list of the demo's officers says of it: they stand in the same order.
    const fn listed(self) -> &'static DemoOfficer {
        &DEMO_OFFICERS[self as usize]
    }
}

/// The facts that invite them all and give each their permissions.
pub(super) fn invited(
    bus: &Bus,
    by: &Actor,
    context: &Context,
) -> Result<(Vec<Named>, Vec<Fact<Event>>), DemoError> {
    let mut officers = Officers::clone(&bus.kingdom().officers);
    let (mut named, mut facts) = (Vec::new(), Vec::new());
    for role in Role::ALL {
        let listed = role.listed();
        let officer = listed.officer();
        let email = format!("{}@ealdormere.example", listed.key);
        let mut verbs = vec![Verb::Invite { officer, email, label: listed.name.to_owned() }];
        verbs.extend(
            listed
                .grants()
                .map_err(|_| DemoError::Text("a grant of the demo"))?
                .into_iter()
                .map(|grant| Verb::Grant { officer, grant }),
        );
        for verb in verbs {
            for fact in (OfficersCommand { by: by.clone(), verb }).decide(&officers, context)? {
                officers.take(&fact);
                facts.push(fact.map(Event::Officers));
            }
        }
        named.push(Named { role, officer });
    }
    Ok((named, facts))
}

/// Says which combatant the deputy is, who may therefore not change that card (A3).
pub(super) async fn link_the_deputy(
    bus: &Bus,
    by: &Actor,
    named: &[Named],
    made: &Made,
) -> Result<(), DemoError> {
    let officer = with(named, Role::FencingDeputy)?;
    let verb = Verb::Link { officer, combatant: Some(made.deputy) };
    let (command_id, correlation_id) = fresh(bus);
    bus.execute(Request {
        command_id,
        actor: by.clone(),
        correlation_id,
        body: Vec::new(),
        seen: None,
        command: Command::Officers(OfficersCommand { by: by.clone(), verb }),
    })
    .await?;
    Ok(())
}

/// The officer of that role.
pub(super) fn with(named: &[Named], role: Role) -> Result<OfficerId, DemoError> {
    let found = named.iter().find(|named| named.role == role);
    found.map(|named| named.officer).ok_or(DemoError::Text("a role without officer"))
}

/// For the list of whom one can sign in as.
pub(super) fn shown(named: &[Named]) -> Vec<Persona> {
    named
        .iter()
        .map(|Named { role, officer }| Persona {
            officer: *officer,
            label: role.listed().name,
            about: role.listed().may,
        })
        .collect()
}
