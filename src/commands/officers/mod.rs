//! Decisions about officers and their grants (DOMAIN §7).

use super::{Context, Refusal, aggregate};
use crate::domain::actor::Actor;
use crate::domain::contact::Email;
use crate::domain::id::{CombatantId, OfficerId};
use crate::domain::permission::{Grant, Permission};
use crate::domain::personal::Personal;
use crate::domain::text::clean;
use crate::events::evolve::{OfficerState, Officers};
use crate::events::officers::{
    OfficerDisabled, OfficerEnabled, OfficerInvited, OfficerLinked, PermissionGranted, PermissionWithdrawn,
};
use crate::events::{Fact, OfficersEvent};

#[cfg(test)]
mod tests;

/// Something about officers, and who asks: what somebody may grant depends on
/// what they hold themselves (A2).
#[derive(Debug, Clone)]
pub struct OfficersCommand {
    /// Who asks.
    pub by: Actor,
    /// What.
    pub verb: Verb,
}

/// Everything that can be asked about officers.
#[derive(Debug, Clone)]
pub enum Verb {
    /// Put somebody on the officers' list.
    Invite {
        /// The new officer's id.
        officer: OfficerId,
        /// The address they sign in with.
        email: String,
        /// What other officers know them by.
        label: String,
    },
    /// Give a permission.
    Grant {
        /// To whom.
        officer: OfficerId,
        /// Which, and where.
        grant: Grant,
    },
    /// Take a permission back.
    Withdraw {
        /// From whom.
        officer: OfficerId,
        /// Which, and where.
        grant: Grant,
    },
    /// Let an officer sign in no longer.
    Disable(OfficerId),
    /// Let an officer sign in again.
    Enable(OfficerId),
    /// Say which combatant an officer is, or that they are none (A3).
    Link {
        /// The officer.
        officer: OfficerId,
        /// The combatant.
        combatant: Option<CombatantId>,
    },
    /// Several of these about one officer, one after the other: all of them, or none.
    Together(Vec<Verb>),
}

impl Verb {
    /// The officer that it is about; none for nothing at all.
    #[must_use]
    pub fn about(&self) -> Option<OfficerId> {
        match self {
            Self::Invite { officer, .. }
            | Self::Grant { officer, .. }
            | Self::Withdraw { officer, .. }
            | Self::Disable(officer)
            | Self::Enable(officer)
            | Self::Link { officer, .. } => Some(*officer),
            Self::Together(verbs) => verbs.first().and_then(Self::about),
        }
    }
}

aggregate!(Officers, "officers", OfficersCommand, OfficersEvent, |officers, fact| officers.take(&fact));

impl OfficersCommand {
    /// Judges the command on the officers as they are.
    ///
    /// # Errors
    /// A2: nobody grants what they lack, widens their own rights, or removes the last holder.
    pub fn decide(
        &self,
        officers: &Officers,
        context: &Context,
    ) -> Result<Vec<Fact<OfficersEvent>>, Refusal> {
        let event: OfficersEvent = match &self.verb {
            Verb::Invite { officer, email, label } => {
                if officers.all.contains_key(officer) {
                    return Err(Refusal::rule("A2", "this officer is already on the list"));
                }
                let email = Email::parse(email).map_err(|fault| Refusal::rule("P2", fault.to_string()))?;
                if officers.all.values().any(|o| same_address(o, &email)) {
                    return Err(Refusal::rule(
                        "A2",
                        "an officer with this e-mail address is already on the list",
                    ));
                }
                let label = known_by(label)?;
                let email = Personal::open(email.as_str());
                OfficerInvited { officer: *officer, email, label: Personal::open(&label) }.into()
            }
            Verb::Grant { officer, grant } => {
                let state = known(officers, *officer)?;
                self.not_oneself(*officer, "widen")?;
                self.holds(officers, grant)?;
                if let crate::domain::permission::GrantScope::Discipline(slug) = grant.scope()
                    && !context.catalogue.disciplines.contains_key(slug)
                {
                    return Err(Refusal::rule("A1", format!("there is no discipline {slug}")));
                }
                if state.grants.contains(grant) {
                    return Ok(Vec::new());
                }
                PermissionGranted { officer: *officer, grant: grant.clone() }.into()
            }
            Verb::Withdraw { officer, grant } => {
                let state = known(officers, *officer)?;
                if !state.grants.contains(grant) {
                    return Err(Refusal::rule("A2", "the officer does not hold this permission"));
                }
                if grant.permission() == Permission::WriteOfficerInfo {
                    not_the_last(officers, state)?;
                }
                PermissionWithdrawn { officer: *officer, grant: grant.clone() }.into()
            }
            Verb::Disable(officer) => {
                let state = known(officers, *officer)?;
                if !state.enabled {
                    return Ok(Vec::new());
                }
                not_the_last(officers, state)?;
                OfficerDisabled { officer: *officer }.into()
            }
            Verb::Enable(officer) => {
                if known(officers, *officer)?.enabled {
                    return Ok(Vec::new());
                }
                self.not_oneself(*officer, "restore")?;
                OfficerEnabled { officer: *officer }.into()
            }
            Verb::Link { officer, combatant } => {
                if known(officers, *officer)?.combatant == *combatant {
                    return Ok(Vec::new());
                }
                self.not_oneself(*officer, "unbind")?;
                OfficerLinked { officer: *officer, combatant: *combatant }.into()
            }
            Verb::Together(verbs) => return self.one_by_one(verbs, officers, context),
        };
        Ok(vec![Fact::plain(event)])
    }

    /// Judges each on what those before it came to.
    fn one_by_one(
        &self,
        verbs: &[Verb],
        officers: &Officers,
        context: &Context,
    ) -> Result<Vec<Fact<OfficersEvent>>, Refusal> {
        let mut officers = officers.clone();
        let mut facts = Vec::new();
        for verb in verbs {
            let one = Self { by: self.by.clone(), verb: verb.clone() };
            for fact in one.decide(&officers, context)? {
                officers.take(&fact);
                facts.push(fact);
            }
        }
        Ok(facts)
    }

    /// Nobody widens their own rights (A2), nor loosens what holds them to A3.
    fn not_oneself(&self, officer: OfficerId, what: &str) -> Result<(), Refusal> {
        if self.by == Actor::Officer(officer) {
            return Err(Refusal::rule(
                "A2",
                format!("nobody may {what} their own rights: ask another officer"),
            ));
        }
        Ok(())
    }

    /// Nobody grants a permission that they lack (A2). An operator makes the first administrator.
    fn holds(&self, officers: &Officers, grant: &Grant) -> Result<(), Refusal> {
        match &self.by {
            Actor::Officer(id) if !officers.enabled(*id).is_some_and(|o| o.grants.may_grant(grant)) => Err(
                Refusal::rule("A2", format!("you cannot grant {grant}, because you do not hold it yourself")),
            ),
            _ => Ok(()),
        }
    }
}

/// What other officers know an officer by: 1 to 100 characters.
///
/// # Errors
/// [`Refusal::Rule`] naming P2.
pub fn known_by(text: &str) -> Result<String, Refusal> {
    let label = clean(text).map_err(|fault| Refusal::rule("P2", format!("the name: {fault}")))?;
    if label.is_empty() || label.chars().count() > 100 {
        return Err(Refusal::rule("P2", "what other officers know them by has 1 to 100 characters"));
    }
    Ok(label)
}

fn known(officers: &Officers, id: OfficerId) -> Result<&OfficerState, Refusal> {
    officers.all.get(&id).ok_or_else(|| Refusal::rule("A2", "there is no such officer"))
}

fn same_address(officer: &OfficerState, email: &Email) -> bool {
    officer
        .email
        .text()
        .and_then(|text| Email::parse(text).ok())
        .is_some_and(|held| held.key() == email.key())
}

/// The last enabled holder of `write_officer_info` stays (A2).
fn not_the_last(officers: &Officers, state: &OfficerState) -> Result<(), Refusal> {
    let holds = state.enabled && state.grants.allows(Permission::WriteOfficerInfo, None);
    if holds && officers.holders(Permission::WriteOfficerInfo) <= 1 {
        return Err(Refusal::rule(
            "A2",
            "this is the last officer who may manage officers: name another one first",
        ));
    }
    Ok(())
}
