//! The sample kingdom's officers.

use super::people::Made;
use super::{DemoError, Persona, fresh, slug};
use crate::commands::bus::{Bus, Request};
use crate::commands::officers::{OfficersCommand, Verb};
use crate::commands::{Command, Context};
use crate::domain::actor::Actor;
use crate::domain::id::OfficerId;
use crate::domain::permission::{Grant, GrantScope, Permission, PermissionScope};
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
}

/// An officer of the sample kingdom.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub role: Role,
    pub officer: OfficerId,
}

impl Role {
    const ALL: [Self; 5] =
        [Self::Lists, Self::FencingDeputy, Self::Seneschal, Self::Auditor, Self::Administrator];

    const fn label(self) -> &'static str {
        match self {
            Self::Lists => "Minister of the Lists",
            Self::FencingDeputy => "Deputy for Fencing",
            Self::Seneschal => "Seneschal",
            Self::Auditor => "Auditor",
            Self::Administrator => "Administrator",
        }
    }

    const fn about(self) -> &'static str {
        match self {
            Self::Lists => "keeps people, cards, authorizations, warrants and waivers of the whole kingdom",
            Self::FencingDeputy => "the same for fencing only, and not for the own card",
            Self::Seneschal => "sees the desk and looks after the privacy policy",
            Self::Auditor => "reads every event and looks at the past; changes nothing",
            Self::Administrator => "holds every permission, and gives them to others",
        }
    }

    const fn email(self) -> &'static str {
        match self {
            Self::Lists => "lists@ealdormere.example",
            Self::FencingDeputy => "fencing-deputy@ealdormere.example",
            Self::Seneschal => "seneschal@ealdormere.example",
            Self::Auditor => "auditor@ealdormere.example",
            Self::Administrator => "administrator@ealdormere.example",
        }
    }

    fn grants(self) -> Result<Vec<Grant>, DemoError> {
        use Permission as P;
        let kingdom = |list: &[P]| list.iter().copied().map(Grant::everywhere).collect();
        Ok(match self {
            Self::Lists => kingdom(&[
                P::ReadCombatantInfo,
                P::ExportSealed,
                P::WriteCombatantInfo,
                P::WriteWaiverDate,
                P::WriteCardDate,
                P::WriteAuthorizations,
                P::WriteMarshal,
                P::WarrantRoster,
                P::CanImport,
                P::CanInitiatePinReset,
            ]),
            Self::FencingDeputy => {
                let fencing = slug("fencing")?;
                let within = P::ALL.into_iter().filter(|p| p.scope() == PermissionScope::Discipline);
                let within = within.map(|p| Grant::new(p, GrantScope::Discipline(fencing.clone())));
                let within = within.map(|grant| grant.map_err(|_| DemoError::Text("a grant for fencing")));
                [Ok(Grant::everywhere(P::ReadCombatantInfo))]
                    .into_iter()
                    .chain(within)
                    .collect::<Result<_, _>>()?
            }
            Self::Seneschal => kingdom(&[P::ReadCombatantInfo, P::CanEditPrivacyPolicy]),
            Self::Auditor => kingdom(&[P::ReadHistory]),
            Self::Administrator => kingdom(&P::ALL),
        })
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
        let officer = OfficerId(bus.ids().uuid_at(bus.now()));
        let mut verbs =
            vec![Verb::Invite { officer, email: role.email().to_owned(), label: role.label().to_owned() }];
        verbs.extend(role.grants()?.into_iter().map(|grant| Verb::Grant { officer, grant }));
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
            label: role.label(),
            about: role.about(),
        })
        .collect()
}
