//! Permissions as rows, the kingdom and its disciplines as columns.

use std::collections::{BTreeMap, BTreeSet};

use super::judged;
use crate::commands::Refusal;
use crate::commands::officers::Verb;
use crate::domain::id::OfficerId;
use crate::domain::permission::{Grant, GrantScope, Grants, Permission, PermissionScope};
use crate::events::evolve::Catalogue;
use crate::web::error::AppError;
use crate::web::form::{Sent, capital};
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::views::{GrantCell, GrantGroup, GrantMatrix, GrantRow};
use crate::web::words;

/// The permissions of DOMAIN §7, by what they are about.
const GROUPS: [(&str, &[Permission]); 4] = [
    (
        "People",
        &[
            Permission::ReadCombatantInfo,
            Permission::WriteCombatantInfo,
            Permission::WriteWaiverDate,
            Permission::CanInitiatePinReset,
            Permission::ExportSealed,
            Permission::CanImport,
        ],
    ),
    (
        "Cards, authorizations, warrants",
        &[
            Permission::WriteCardDate,
            Permission::WriteAuthorizations,
            Permission::WriteMarshal,
            Permission::WarrantRoster,
        ],
    ),
    (
        "The kingdom",
        &[Permission::WriteOfficerInfo, Permission::CanEditPrivacyPolicy, Permission::ManageKingdom],
    ),
    ("Audit", &[Permission::ReadHistory]),
];

/// A permission in a word or three.
const fn title(permission: Permission) -> &'static str {
    match permission {
        Permission::ReadCombatantInfo => "The desk",
        Permission::ExportSealed => "Exports with contact details",
        Permission::WriteCombatantInfo => "People on file",
        Permission::WriteWaiverDate => "Waivers",
        Permission::WriteCardDate => "Cards",
        Permission::WriteAuthorizations => "Authorizations",
        Permission::WriteMarshal => "Warrants",
        Permission::WarrantRoster => "Warrant roster",
        Permission::CanImport => "Imports",
        Permission::WriteOfficerInfo => "Officers",
        Permission::CanInitiatePinReset => "PIN resets",
        Permission::CanEditPrivacyPolicy => "Privacy policy",
        Permission::ManageKingdom => "Kingdom settings",
        Permission::ReadHistory => "The log",
    }
}

/// What the ticks of a sent form ask for.
pub(super) struct Ticked {
    /// The ticks.
    pub wanted: BTreeSet<Grant>,
    /// The ticks that the form was shown with.
    pub shown: BTreeSet<Grant>,
}

impl Ticked {
    /// Reads them.
    ///
    /// # Errors
    /// [`AppError::Bad`] for a tick that no page of ours has.
    pub(super) fn read(sent: &Sent) -> Result<Self, AppError> {
        let grant = |text: &str| {
            text.parse::<Grant>().map_err(|why| AppError::Bad(format!("{why}; open the page again")))
        };
        Ok(Self {
            wanted: sent.all("grant").map(grant).collect::<Result<_, _>>()?,
            shown: sent.text("was").split_whitespace().map(grant).collect::<Result<_, _>>()?,
        })
    }

    /// What this form gives.
    pub(super) fn gives(&self) -> impl Iterator<Item = &Grant> {
        self.wanted.difference(&self.shown)
    }

    /// What this form takes away.
    pub(super) fn takes(&self) -> impl Iterator<Item = &Grant> {
        self.shown.difference(&self.wanted)
    }

    /// The changes, one by one: giving first, so that a right can be handed over.
    pub(super) fn verbs(&self, officer: OfficerId) -> Vec<Verb> {
        let gives = self.gives().map(|grant| Verb::Grant { officer, grant: grant.clone() });
        let takes = self.takes().map(|grant| Verb::Withdraw { officer, grant: grant.clone() });
        gives.chain(takes).collect()
    }

    /// The ticks of this form on top of what holds now: what it does not touch follows the log.
    pub(super) fn on(&self, now: &BTreeSet<Grant>) -> BTreeSet<Grant> {
        let takes: BTreeSet<_> = self.takes().collect();
        now.iter().chain(self.gives()).filter(|grant| !takes.contains(grant)).cloned().collect()
    }
}

/// What stands against single ticks.
pub(super) type Faults = BTreeMap<Grant, String>;

/// What stands against each change that a form asks for, where the officer is known already.
pub(super) fn faults(state: &AppState, reader: &CurrentOfficer, id: OfficerId, ticked: &Ticked) -> Faults {
    let mut faults = Faults::new();
    for verb in ticked.verbs(id) {
        if let (Verb::Grant { grant, .. } | Verb::Withdraw { grant, .. }, Err(refusal)) =
            (&verb, judged(state, reader, verb.clone()))
        {
            faults.insert(grant.clone(), said(&refusal));
        }
    }
    faults
}

/// What a refusal says, as a sentence.
pub(super) fn said(refusal: &Refusal) -> String {
    capital(&refusal.to_string())
}

/// Everything that an officer holds.
pub(super) fn held(grants: &Grants) -> BTreeSet<Grant> {
    grants.iter().cloned().collect()
}

/// Grants as a form carries them along.
pub(super) fn written(grants: &BTreeSet<Grant>) -> String {
    grants.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
}

/// A grant in words: `Cards in Fencing`.
pub(super) fn in_words(grant: &Grant, catalogue: &Catalogue) -> String {
    let title = title(grant.permission());
    match grant.scope() {
        GrantScope::Kingdom if grant.permission().scope() == PermissionScope::Discipline => {
            format!("{title} everywhere")
        }
        GrantScope::Kingdom => title.to_owned(),
        GrantScope::Discipline(slug) => format!("{title} in {}", words::discipline(catalogue, slug)),
    }
}

/// Everything that an officer holds, in words: `The desk`, `Fencing: cards, warrants`.
pub(super) fn summary(grants: &Grants, catalogue: &Catalogue) -> Vec<String> {
    if Permission::ALL.into_iter().all(|permission| grants.allows(permission, None)) {
        return vec!["Everything, everywhere".to_owned()];
    }
    let permissions = || GROUPS.into_iter().flat_map(|(_, permissions)| permissions);
    let of_kingdom = |permission: &&Permission| permission.scope() == PermissionScope::Kingdom;
    let mut said: Vec<String> = permissions()
        .filter(of_kingdom)
        .filter(|permission| grants.allows(**permission, None))
        .map(|permission| title(*permission).to_owned())
        .collect();
    let scopes: BTreeSet<_> = grants
        .iter()
        .filter(|grant| grant.permission().scope() == PermissionScope::Discipline)
        .map(|grant| grant.scope().clone())
        .collect();
    for scope in scopes {
        let held = permissions().filter(|permission| {
            Grant::new(**permission, scope.clone()).is_ok_and(|grant| grants.contains(&grant))
        });
        let titles: Vec<_> = held
            .filter(|permission| permission.scope() == PermissionScope::Discipline)
            .map(|permission| title(*permission).to_lowercase())
            .collect();
        let place = match &scope {
            GrantScope::Kingdom => "Every discipline".to_owned(),
            GrantScope::Discipline(slug) => words::discipline(catalogue, slug),
        };
        said.push(format!("{place}: {}", titles.join(", ")));
    }
    said
}

/// The id of a tick: the error summary leads there.
pub(super) fn cell_id(grant: &Grant) -> String {
    let place = match grant.scope() {
        GrantScope::Kingdom => "everywhere",
        GrantScope::Discipline(slug) => slug.as_str(),
    };
    format!("g-{}-{place}", grant.permission())
}

/// The ticks of a page.
pub(super) struct Ticks<'a> {
    /// Disciplines and their names.
    pub catalogue: &'a Catalogue,
    /// What the reader holds, who cannot give more (A2).
    pub reader: &'a Grants,
    /// Whether it is the reader's own page: nobody widens their own rights (A2).
    pub own: bool,
    /// What the officer holds now.
    pub held: &'a BTreeSet<Grant>,
    /// What is ticked.
    pub ticked: &'a BTreeSet<Grant>,
    /// What stands against single ticks.
    pub faults: &'a Faults,
}

impl Ticks<'_> {
    /// The matrix. A retired discipline has a column while something in it is held.
    pub(super) fn view(&self) -> GrantMatrix {
        let alive = self.catalogue.disciplines.iter().filter(|(slug, state)| {
            let there = GrantScope::Discipline((*slug).clone());
            let shown = self.held.iter().chain(self.ticked).any(|grant| *grant.scope() == there);
            !state.retired || shown
        });
        let places: Vec<(GrantScope, &str)> = std::iter::once((GrantScope::Kingdom, "Whole kingdom"))
            .chain(alive.map(|(slug, state)| (GrantScope::Discipline(slug.clone()), state.name.as_str())))
            .collect();
        let groups = GROUPS.into_iter().map(|(legend, permissions)| {
            let split =
                permissions.iter().any(|permission| permission.scope() == PermissionScope::Discipline);
            let places = &places[..if split { places.len() } else { 1 }];
            GrantGroup {
                legend: legend.to_owned(),
                columns: places.iter().map(|(_, name)| (*name).to_owned()).collect(),
                rows: permissions.iter().map(|permission| self.row(*permission, places)).collect(),
            }
        });
        GrantMatrix { groups: groups.collect() }
    }

    fn row(&self, permission: Permission, places: &[(GrantScope, &str)]) -> GrantRow {
        let cells = places.iter().filter_map(|(scope, place)| {
            let grant = Grant::new(permission, scope.clone()).ok()?;
            Some(self.cell(&grant, place))
        });
        GrantRow {
            title: title(permission).to_owned(),
            name: permission.as_str().to_owned(),
            allows: permission.describe().to_owned(),
            cells: cells.collect(),
        }
    }

    fn cell(&self, grant: &Grant, place: &str) -> GrantCell {
        let (held, ticked) = (self.held.contains(grant), self.ticked.contains(grant));
        let fault = self.faults.get(grant);
        GrantCell {
            id: cell_id(grant),
            value: grant.to_string(),
            place: place.to_owned(),
            label: in_words(grant, self.catalogue),
            ticked,
            held,
            // A tick that is wrong can be taken back.
            locked: !held && !ticked && fault.is_none() && (self.own || !self.reader.may_grant(grant)),
            error: fault.cloned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_permission_stands_in_one_group() {
        let mut listed: Vec<_> = GROUPS.into_iter().flat_map(|(_, all)| all).copied().collect();
        listed.sort_unstable();
        let mut all = Permission::ALL.to_vec();
        all.sort_unstable();
        assert_eq!(listed, all);
    }

    #[test]
    fn rights_are_summed_up_by_where_they_reach() {
        let grants = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Grants>();
        let held = grants(&[
            "read_history",
            "read_combatant_info",
            "write_marshal@discipline:fencing",
            "write_card_date@discipline:fencing",
            "write_card_date",
        ]);
        let said = summary(&held, &Catalogue::default());
        assert_eq!(said, ["The desk", "The log", "Every discipline: cards", "fencing: cards, warrants"]);
        let all = Permission::ALL.into_iter().map(Grant::everywhere).collect();
        assert_eq!(summary(&all, &Catalogue::default()), ["Everything, everywhere"]);
        assert!(summary(&Grants::default(), &Catalogue::default()).is_empty());
    }

    #[test]
    fn p5_what_a_form_does_not_touch_follows_what_holds_now() {
        let grants = |text: &str| -> BTreeSet<Grant> {
            text.split_whitespace().map(|text| text.parse().unwrap()).collect()
        };
        let ticked =
            Ticked { wanted: grants("can_import read_history"), shown: grants("can_import export_sealed") };
        assert_eq!(written(&ticked.gives().cloned().collect()), "read_history@kingdom");
        assert_eq!(written(&ticked.takes().cloned().collect()), "export_sealed@kingdom");
        let now = grants("export_sealed manage_kingdom");
        assert_eq!(ticked.on(&now), grants("manage_kingdom read_history"));
    }
}
