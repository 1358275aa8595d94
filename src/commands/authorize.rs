//! Who may issue which command (DOMAIN §7). The check looks at the discipline
//! and the record that the command really changes (A1): both stand in the
//! command itself, never in an address alone.

use super::Command;
use super::combatant::CombatantCommand;
use super::combatant::withdraw_entry::Entered;
use super::officers::OfficersCommand;
use crate::domain::actor::Actor;
use crate::domain::id::{CombatantId, Slug};
use crate::domain::mail::Mail;
use crate::domain::permission::Permission;
use crate::events::evolve::Officers;

/// What somebody needs in order to issue a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The permission.
    pub permission: Permission,
    /// Where, for a permission about a discipline.
    pub discipline: Option<Slug>,
    /// Whose records, where nobody may change their own (A3).
    pub not_own: Vec<CombatantId>,
}

impl Requirement {
    /// Whether it stands against an officer whose own records are `own`: the one that their grant is linked
    /// to, and those that it was joined to since, which are theirs as well (A3, P6).
    ///
    /// # Errors
    /// [`Denied::OwnRecord`].
    pub fn spares(&self, own: &[CombatantId]) -> Result<(), Denied> {
        let theirs = own.iter().any(|own| self.not_own.contains(own));
        if theirs { Err(Denied::OwnRecord) } else { Ok(()) }
    }
}

/// Why somebody may not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// The permission is missing (A4: the page says which).
    #[error("this needs the permission {}{}", .permission.as_str(), place(.discipline.as_ref()))]
    Lacking {
        /// The permission.
        permission: Permission,
        /// Where.
        discipline: Option<Slug>,
    },
    /// It is the officer's own record (A3).
    #[error("nobody may change their own authorizations, warrants, card dates or waiver (rule A3)")]
    OwnRecord,
    /// The officer may not sign in any more.
    #[error("this account is not on the officers' list, or was disabled")]
    NoOfficer,
}

fn place(discipline: Option<&Slug>) -> String {
    discipline.map_or_else(String::new, |slug| format!(" in {slug}"))
}

/// What a command needs.
#[must_use]
pub fn requirement(command: &Command) -> Requirement {
    let kingdom = |permission| Requirement { permission, discipline: None, not_own: Vec::new() };
    match command {
        Command::Merge(merge) => {
            let mut needs = kingdom(Permission::WriteCombatantInfo);
            needs.not_own = vec![merge.survivor, merge.merged];
            needs
        }
        Command::Kingdom(_) => kingdom(Permission::ManageKingdom),
        Command::Policies(_) => kingdom(Permission::CanEditPrivacyPolicy),
        Command::Officers(OfficersCommand { .. }) => kingdom(Permission::WriteOfficerInfo),
        Command::Combatant { combatant, command } => of_combatant(*combatant, command),
    }
}

/// What a command about one person needs.
#[must_use]
pub fn of_combatant(combatant: CombatantId, command: &CombatantCommand) -> Requirement {
    let kingdom = |permission| Requirement { permission, discipline: None, not_own: Vec::new() };
    let within = |permission, discipline: &Slug| Requirement {
        permission,
        discipline: Some(discipline.clone()),
        not_own: vec![combatant],
    };
    let waiver = || Requirement { not_own: vec![combatant], ..kingdom(Permission::WriteWaiverDate) };
    match command {
        CombatantCommand::Register(_)
        | CombatantCommand::ChangeDetails(_)
        | CombatantCommand::AcceptPolicy(_)
        | CombatantCommand::SetListing(_)
        | CombatantCommand::AssignCardId(_)
        | CombatantCommand::RenewCheckCode(_)
        | CombatantCommand::Erase(_)
        | CombatantCommand::ChangeOwnDetails(_)
        | CombatantCommand::ConfirmAddress(_)
        | CombatantCommand::SetPin(_)
        | CombatantCommand::LockPin(_)
        | CombatantCommand::AskCorrection(_)
        | CombatantCommand::SettleCorrection(_) => kingdom(Permission::WriteCombatantInfo),
        CombatantCommand::SendLink(c) => kingdom(match c.mail {
            Mail::SetPin | Mail::SetPinReminder | Mail::SetPinFinal | Mail::ResetPin => {
                Permission::CanInitiatePinReset
            }
            _ => Permission::WriteCombatantInfo,
        }),
        CombatantCommand::IssueCard(c) => within(Permission::WriteCardDate, &c.discipline),
        CombatantCommand::RenewCard(c) => within(Permission::WriteCardDate, &c.discipline),
        CombatantCommand::CorrectCard(c) => within(Permission::WriteCardDate, &c.discipline),
        CombatantCommand::GrantAuthorization(c) => within(Permission::WriteAuthorizations, &c.discipline),
        CombatantCommand::RevokeAuthorization(c) => within(Permission::WriteAuthorizations, &c.discipline),
        CombatantCommand::GrantWarrant(c) => within(Permission::WriteMarshal, &c.discipline),
        CombatantCommand::RenewWarrant(c) => within(Permission::WarrantRoster, &c.discipline),
        CombatantCommand::EndWarrant(c) => within(Permission::WriteMarshal, &c.discipline),
        CombatantCommand::RecordWaiver(_)
        | CombatantCommand::CorrectWaiver(_)
        | CombatantCommand::DestroyEvidence(_) => waiver(),
        // What an entry needed to be made, it needs to be taken back.
        CombatantCommand::WithdrawEntry(c) => match &c.about {
            Entered::Card(discipline) => within(Permission::WriteCardDate, discipline),
            Entered::Authorization(discipline) => within(Permission::WriteAuthorizations, discipline),
            Entered::Warrant(discipline) => within(Permission::WriteMarshal, discipline),
            Entered::Waiver => waiver(),
        },
    }
}

/// Whether the actor meets a requirement. Operators have a shell and processes
/// are the program itself. A link's holder may change what is personal, and is
/// held to the link's own person and purpose where the link is consumed. No
/// officer passes without the grant (A3: there is no superuser).
///
/// # Errors
/// [`Denied`] says what is missing.
pub fn permits(actor: &Actor, needs: &Requirement, officers: &Officers) -> Result<(), Denied> {
    let id = match actor {
        Actor::Officer(id) => id,
        Actor::Operator(_) | Actor::Process(_) => return Ok(()),
        Actor::LinkHolder(_)
            if needs.permission == Permission::WriteCombatantInfo && needs.not_own.is_empty() =>
        {
            return Ok(());
        }
        Actor::LinkHolder(_) => return Err(Denied::NoOfficer),
    };
    let officer = officers.enabled(*id).ok_or(Denied::NoOfficer)?;
    if !officer.grants.allows(needs.permission, needs.discipline.as_ref()) {
        let Requirement { permission, discipline, .. } = needs.clone();
        return Err(Denied::Lacking { permission, discipline });
    }
    needs.spares(officer.combatant.as_slice())
}

#[cfg(test)]
mod tests;
