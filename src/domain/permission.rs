//! What officers may do, and where (DOMAIN §7).

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::id::Slug;

/// One thing that officers may be allowed to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// The desk: list, records, exports of names, cards and dates.
    ReadCombatantInfo,
    /// Exports that contain contact details, birth dates or member numbers.
    ExportSealed,
    /// Register, change, merge, erase people; re-send mails.
    WriteCombatantInfo,
    /// Record a waiver.
    WriteWaiverDate,
    /// Issue, renew, correct cards.
    WriteCardDate,
    /// Grant, revoke authorizations.
    WriteAuthorizations,
    /// Grant, end warrants.
    WriteMarshal,
    /// The warrant roster: view, print, bulk renew.
    WarrantRoster,
    /// Import rosters.
    CanImport,
    /// Invite officers, grant and withdraw permissions.
    WriteOfficerInfo,
    /// Send a PIN reset link.
    CanInitiatePinReset,
    /// Draft and approve policies.
    CanEditPrivacyPolicy,
    /// Disciplines, types, regions, rulebook, switches.
    ManageKingdom,
    /// Auditor: every event, as-of views, verification, evidence kits; read only.
    ReadHistory,
}

/// Whether a permission is about the kingdom or about a discipline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PermissionScope {
    /// Granted for the kingdom only.
    Kingdom,
    /// Granted for one discipline, or for all of them at once.
    Discipline,
}

/// How far a grant reaches. Written `kingdom` or `discipline:<slug>`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum GrantScope {
    /// The whole kingdom, every discipline included.
    Kingdom,
    /// One discipline.
    Discipline(Slug),
}

/// A permission given to an officer. Only coherent ones exist: a permission
/// about the kingdom is never given for one discipline.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "GrantText")]
pub struct Grant {
    permission: Permission,
    scope: GrantScope,
}

#[derive(Deserialize)]
struct GrantText {
    permission: Permission,
    scope: GrantScope,
}

/// Why a text or a pair is no [`Grant`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAGrant {
    /// No such permission.
    #[error("there is no such permission; they are {}", names())]
    Permission,
    /// The permission is about the kingdom.
    #[error("{} is about the whole kingdom and cannot be granted for one discipline", .0.as_str())]
    KingdomOnly(Permission),
    /// The scope is neither `kingdom` nor `discipline:<slug>`.
    #[error("a grant reaches `kingdom` or `discipline:` and a discipline's slug")]
    Scope,
}

/// Everything one officer may do.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Grants(BTreeSet<Grant>);

impl Permission {
    /// Every permission, in the order of DOMAIN §7.
    pub const ALL: [Self; 14] = [
        Self::ReadCombatantInfo,
        Self::ExportSealed,
        Self::WriteCombatantInfo,
        Self::WriteWaiverDate,
        Self::WriteCardDate,
        Self::WriteAuthorizations,
        Self::WriteMarshal,
        Self::WarrantRoster,
        Self::CanImport,
        Self::WriteOfficerInfo,
        Self::CanInitiatePinReset,
        Self::CanEditPrivacyPolicy,
        Self::ManageKingdom,
        Self::ReadHistory,
    ];

    /// Its name in events, files and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadCombatantInfo => "read_combatant_info",
            Self::ExportSealed => "export_sealed",
            Self::WriteCombatantInfo => "write_combatant_info",
            Self::WriteWaiverDate => "write_waiver_date",
            Self::WriteCardDate => "write_card_date",
            Self::WriteAuthorizations => "write_authorizations",
            Self::WriteMarshal => "write_marshal",
            Self::WarrantRoster => "warrant_roster",
            Self::CanImport => "can_import",
            Self::WriteOfficerInfo => "write_officer_info",
            Self::CanInitiatePinReset => "can_initiate_pin_reset",
            Self::CanEditPrivacyPolicy => "can_edit_privacy_policy",
            Self::ManageKingdom => "manage_kingdom",
            Self::ReadHistory => "read_history",
        }
    }

    /// The permission of that name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|permission| permission.as_str() == name)
    }

    /// What it is about.
    #[must_use]
    pub const fn scope(self) -> PermissionScope {
        match self {
            Self::WriteCardDate | Self::WriteAuthorizations | Self::WriteMarshal | Self::WarrantRoster => {
                PermissionScope::Discipline
            }
            _ => PermissionScope::Kingdom,
        }
    }

    /// What it allows, in one line for screens.
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::ReadCombatantInfo => "See the desk: the list, records, exports of names, cards and dates",
            Self::ExportSealed => "Export contact details, birth dates and member numbers",
            Self::WriteCombatantInfo => "Register, change, merge and erase people; send mails again",
            Self::WriteWaiverDate => "Record waivers",
            Self::WriteCardDate => "Issue, renew and correct cards",
            Self::WriteAuthorizations => "Grant and revoke authorizations",
            Self::WriteMarshal => "Grant and end warrants",
            Self::WarrantRoster => "View, print and renew the warrant roster",
            Self::CanImport => "Import rosters",
            Self::WriteOfficerInfo => "Invite officers, grant and withdraw permissions",
            Self::CanInitiatePinReset => "Send links to reset a PIN",
            Self::CanEditPrivacyPolicy => "Draft and approve privacy policies",
            Self::ManageKingdom => "Manage disciplines, types, regions, the rulebook and switches",
            Self::ReadHistory => "Audit: read every event, look at the past, verify, make evidence kits",
        }
    }
}

fn names() -> String {
    Permission::ALL.map(Permission::as_str).join(", ")
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for GrantScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kingdom => f.write_str("kingdom"),
            Self::Discipline(slug) => write!(f, "discipline:{slug}"),
        }
    }
}

impl FromStr for GrantScope {
    type Err = NotAGrant;

    fn from_str(text: &str) -> Result<Self, NotAGrant> {
        match text.split_once(':') {
            None if text == "kingdom" => Ok(Self::Kingdom),
            Some(("discipline", slug)) => {
                Slug::parse(slug).map(Self::Discipline).map_err(|_| NotAGrant::Scope)
            }
            _ => Err(NotAGrant::Scope),
        }
    }
}

impl From<GrantScope> for String {
    fn from(scope: GrantScope) -> Self {
        scope.to_string()
    }
}

impl TryFrom<String> for GrantScope {
    type Error = NotAGrant;

    fn try_from(text: String) -> Result<Self, NotAGrant> {
        text.parse()
    }
}

impl TryFrom<GrantText> for Grant {
    type Error = NotAGrant;

    fn try_from(text: GrantText) -> Result<Self, NotAGrant> {
        Self::new(text.permission, text.scope)
    }
}

impl Grant {
    /// A permission with its reach.
    ///
    /// # Errors
    /// [`NotAGrant::KingdomOnly`] for one discipline of a permission about the kingdom.
    pub fn new(permission: Permission, scope: GrantScope) -> Result<Self, NotAGrant> {
        match (permission.scope(), &scope) {
            (PermissionScope::Kingdom, GrantScope::Discipline(_)) => Err(NotAGrant::KingdomOnly(permission)),
            _ => Ok(Self { permission, scope }),
        }
    }

    /// That permission in the whole kingdom.
    #[must_use]
    pub const fn everywhere(permission: Permission) -> Self {
        Self { permission, scope: GrantScope::Kingdom }
    }

    /// What is allowed.
    #[must_use]
    pub const fn permission(&self) -> Permission {
        self.permission
    }

    /// Where it is allowed.
    #[must_use]
    pub const fn scope(&self) -> &GrantScope {
        &self.scope
    }
}

impl fmt::Display for Grant {
    /// `write_marshal@kingdom` or `write_marshal@discipline:fencing`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.permission, self.scope)
    }
}

impl FromStr for Grant {
    type Err = NotAGrant;

    /// Reads what `Display` writes; a permission alone is for the kingdom.
    fn from_str(text: &str) -> Result<Self, NotAGrant> {
        let (name, scope) = text.split_once('@').unwrap_or((text, "kingdom"));
        Self::new(Permission::parse(name).ok_or(NotAGrant::Permission)?, scope.parse()?)
    }
}

impl Grants {
    /// Whether the permission is held: in the kingdom, or in that discipline.
    /// Without a discipline only a grant for the kingdom counts.
    #[must_use]
    pub fn allows(&self, permission: Permission, discipline: Option<&Slug>) -> bool {
        self.0.iter().any(|grant| {
            grant.permission == permission
                && match &grant.scope {
                    GrantScope::Kingdom => true,
                    GrantScope::Discipline(slug) => discipline == Some(slug),
                }
        })
    }

    /// Whether the permission is held in any discipline at all: for menus, never for decisions.
    #[must_use]
    pub fn allows_somewhere(&self, permission: Permission) -> bool {
        self.0.iter().any(|grant| grant.permission == permission)
    }

    /// Whether the holder may pass this grant on: nobody grants what they lack
    /// (A2). Needs [`Permission::WriteOfficerInfo`] as well. That the receiver is somebody else is for
    /// the command to check.
    #[must_use]
    pub fn may_grant(&self, grant: &Grant) -> bool {
        let held = match &grant.scope {
            GrantScope::Kingdom => self.allows(grant.permission, None),
            GrantScope::Discipline(slug) => self.allows(grant.permission, Some(slug)),
        };
        held && self.allows(Permission::WriteOfficerInfo, None)
    }

    /// Whether exactly this grant is there.
    #[must_use]
    pub fn contains(&self, grant: &Grant) -> bool {
        self.0.contains(grant)
    }

    /// Adds a grant; false when it was there already.
    pub fn insert(&mut self, grant: Grant) -> bool {
        self.0.insert(grant)
    }

    /// Takes a grant away; false when it was not there.
    pub fn remove(&mut self, grant: &Grant) -> bool {
        self.0.remove(grant)
    }

    /// Every grant, in order.
    pub fn iter(&self) -> std::collections::btree_set::Iter<'_, Grant> {
        self.0.iter()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is allowed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<Grant> for Grants {
    fn from_iter<I: IntoIterator<Item = Grant>>(grants: I) -> Self {
        Self(grants.into_iter().collect())
    }
}

impl<'g> IntoIterator for &'g Grants {
    type Item = &'g Grant;
    type IntoIter = std::collections::btree_set::Iter<'g, Grant>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[cfg(test)]
#[path = "permission_tests.rs"]
mod tests;
