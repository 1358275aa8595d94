//! What the kingdom has decided for everyone: disciplines, regions, rulebook,
//! switches, its own description and the privacy policy.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Policies;
use crate::domain::arms::Arms;
use crate::domain::date::CivilDate;
use crate::domain::id::{CombatantId, Slug, StreamId, StreamVersion};
use crate::domain::kingdom::{KingdomSettings, PIN_SWITCH, SwitchMode};
use crate::domain::policy::{Acceptance, InForce};
use crate::domain::region::RegionEntry;
use crate::domain::rulebook::Rules;
use crate::events::{DisciplineEvent, Event, Fact, KingdomEvent, RegionsEvent, RulebookEvent, SwitchesEvent};

/// Everything a decision about a person may ask beside the person's own record.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Catalogue {
    /// How far each stream was read: the versions that commands guard on.
    #[serde(skip)]
    pub versions: BTreeMap<StreamId, StreamVersion>,
    /// Disciplines by slug.
    pub disciplines: BTreeMap<Slug, DisciplineState>,
    /// Regions in the order they were added.
    pub regions: Vec<RegionEntry>,
    /// Rulebooks in the order of adoption.
    pub rulebooks: Vec<Rulebook>,
    /// Switches by name; one that is not here is off.
    pub switches: BTreeMap<Slug, (SwitchMode, Vec<CombatantId>)>,
    /// The kingdom's own description.
    pub kingdom: KingdomSettings,
    /// The kingdom's badge.
    pub arms: Arms,
    /// The privacy policy.
    #[serde(default)]
    pub policies: Policies,
}

/// One adopted version of the rules.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Rulebook {
    /// 1 for the first; 0 for the rules that hold before any was adopted.
    pub version: u32,
    /// From when it is in force; none for the rules that hold before any was adopted.
    pub in_force_from: Option<CivilDate>,
    /// The rules.
    pub rules: Rules,
    /// The law or decision it rests on; empty for the rules that hold before any was adopted.
    pub law: String,
}

/// One discipline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisciplineState {
    /// Its name on screens.
    pub name: String,
    /// Whether it takes no new cards.
    pub retired: bool,
    /// Authorization types by slug.
    pub authorizations: BTreeMap<Slug, TypeState>,
    /// Marshal types by slug.
    pub marshals: BTreeMap<Slug, TypeState>,
}

/// One authorization or marshal type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypeState {
    /// Its name on screens.
    pub name: String,
    /// Whether it stands first on cards (C6); always false for marshal types.
    pub primary: bool,
    /// Whether it is no longer granted.
    pub retired: bool,
}

impl Catalogue {
    /// Takes the next event of one of its streams; events of other streams are none of its business.
    pub fn take(&mut self, stream: StreamId, fact: &Fact<Event>) {
        match &fact.event {
            Event::Discipline(event) => self.take_discipline(stream, event),
            Event::Regions(event) => self.take_region(event),
            Event::Rulebook(RulebookEvent::RulebookAdopted(e)) => self.rulebooks.push(Rulebook {
                version: e.version,
                in_force_from: Some(e.in_force_from),
                rules: e.rules.clone(),
                law: e.law.clone(),
            }),
            Event::Switches(SwitchesEvent::SwitchSet(e)) => {
                self.switches.insert(e.switch.clone(), (e.mode, e.listed.clone()));
            }
            Event::Kingdom(KingdomEvent::KingdomDescribed(e)) => self.kingdom = e.settings.clone(),
            Event::Kingdom(KingdomEvent::BadgeChosen(e)) => {
                self.arms = Arms { charge: e.charge, colour: e.colour };
            }
            Event::Policies(event) => self.policies.take(event),
            Event::Combatant(_) | Event::Officers(_) | Event::Access(_) | Event::Log(_) => return,
        }
        self.versions.entry(stream).or_default().0 += 1;
    }

    fn take_region(&mut self, event: &RegionsEvent) {
        let entry = match event {
            RegionsEvent::RegionAdded(e) => RegionEntry {
                code: e.code.clone(),
                name: e.name.clone(),
                country: e.country.clone(),
                postal_format: e.postal_format.clone(),
                active: e.active,
            },
            RegionsEvent::RegionChanged(e) => RegionEntry {
                code: e.code.clone(),
                name: e.name.clone(),
                country: e.country.clone(),
                postal_format: e.postal_format.clone(),
                active: e.active,
            },
        };
        match self.regions.iter_mut().find(|region| region.code == entry.code) {
            Some(region) => *region = entry,
            None => self.regions.push(entry),
        }
    }

    fn take_discipline(&mut self, stream: StreamId, event: &DisciplineEvent) {
        if let DisciplineEvent::DisciplineFounded(e) = event {
            let state = DisciplineState {
                name: e.name.clone(),
                retired: false,
                authorizations: BTreeMap::new(),
                marshals: BTreeMap::new(),
            };
            self.disciplines.insert(e.slug.clone(), state);
            return;
        }
        let found = self.disciplines.iter_mut().find(|(slug, _)| StreamId::discipline(slug) == stream);
        let Some((_, discipline)) = found else { return };
        let kind = |name: &str, primary| TypeState { name: name.to_owned(), primary, retired: false };
        match event {
            DisciplineEvent::DisciplineFounded(_) => {}
            DisciplineEvent::DisciplineRenamed(e) => discipline.name.clone_from(&e.name),
            DisciplineEvent::DisciplineRetired(_) => discipline.retired = true,
            DisciplineEvent::DisciplineResumed(_) => discipline.retired = false,
            DisciplineEvent::AuthorizationTypeAdded(e) => {
                discipline.authorizations.insert(e.slug.clone(), kind(&e.name, e.primary));
            }
            DisciplineEvent::AuthorizationTypeChanged(e) => {
                if let Some(state) = discipline.authorizations.get_mut(&e.slug) {
                    state.name.clone_from(&e.name);
                    state.primary = e.primary;
                }
            }
            DisciplineEvent::AuthorizationTypeRetired(e) => {
                if let Some(state) = discipline.authorizations.get_mut(&e.slug) {
                    state.retired = true;
                }
            }
            DisciplineEvent::MarshalTypeAdded(e) => {
                discipline.marshals.insert(e.slug.clone(), kind(&e.name, false));
            }
            DisciplineEvent::MarshalTypeRenamed(e) => {
                if let Some(state) = discipline.marshals.get_mut(&e.slug) {
                    state.name.clone_from(&e.name);
                }
            }
            DisciplineEvent::MarshalTypeRetired(e) => {
                if let Some(state) = discipline.marshals.get_mut(&e.slug) {
                    state.retired = true;
                }
            }
        }
    }

    /// The rulebook in force on a day (D5): the one that began last, the newest
    /// adopted where two began together; the built-in defaults, as version 0, before any.
    #[must_use]
    pub fn rulebook_on(&self, day: CivilDate) -> Rulebook {
        self.rulebooks
            .iter()
            .filter(|book| book.in_force_from.is_none_or(|from| from <= day))
            .max_by_key(|book| (book.in_force_from, book.version))
            .cloned()
            .unwrap_or_default()
    }

    /// What holds for everyone on a day: the rules, and which policy must have been accepted (V4).
    #[must_use]
    pub fn in_force_on(&self, day: CivilDate) -> InForce {
        InForce { rules: self.rulebook_on(day).rules, policy: self.policies.required_on(day) }
    }

    /// Whether somebody who agreed to that counts as having accepted the policy on a day (V1, V4).
    #[must_use]
    pub fn accepts(&self, acceptance: Acceptance, day: CivilDate) -> bool {
        acceptance.suffices(self.policies.required_on(day))
    }

    /// Whether a person's card page asks for a PIN once there is one (L3).
    #[must_use]
    pub fn asks_pin(&self, person: CombatantId) -> bool {
        self.switches.iter().any(|(name, (mode, listed))| {
            name.as_str() == PIN_SWITCH
                && match mode {
                    SwitchMode::Off => false,
                    SwitchMode::Everyone => true,
                    SwitchMode::Listed => listed.contains(&person),
                }
        })
    }

    /// Whether card pages ask for PINs at all (L3).
    #[must_use]
    pub fn asks_pins(&self) -> bool {
        let mut switches = self.switches.iter();
        switches.any(|(name, (mode, _))| name.as_str() == PIN_SWITCH && *mode != SwitchMode::Off)
    }

    /// The version of a stream as far as it was read; 0 when it never was.
    #[must_use]
    pub fn version_of(&self, stream: StreamId) -> StreamVersion {
        self.versions.get(&stream).copied().unwrap_or_default()
    }

    /// A discipline's name; what it is called in addresses where it is not known.
    #[must_use]
    pub fn discipline_name(&self, slug: &Slug) -> String {
        self.disciplines.get(slug).map_or_else(|| slug.to_string(), |state| state.name.clone())
    }

    /// An authorization type's name, or what it is called in addresses.
    #[must_use]
    pub fn authorization_name(&self, of: &Slug, slug: &Slug) -> String {
        let state = self.disciplines.get(of).and_then(|state| state.authorizations.get(slug));
        state.map_or_else(|| slug.to_string(), |state| state.name.clone())
    }

    /// A marshal type's name, or what it is called in addresses.
    #[must_use]
    pub fn marshal_name(&self, of: &Slug, slug: &Slug) -> String {
        let state = self.disciplines.get(of).and_then(|state| state.marshals.get(slug));
        state.map_or_else(|| slug.to_string(), |state| state.name.clone())
    }

    /// The authorization types of a discipline in the order of cards: primary
    /// ones first, alphabetically, then the others (C6).
    #[must_use]
    pub fn authorizations_in_order(&self, discipline: &Slug) -> Vec<(&Slug, &TypeState)> {
        let mut types: Vec<_> =
            self.disciplines.get(discipline).into_iter().flat_map(|d| &d.authorizations).collect();
        types.sort_by_key(|(_, state)| (!state.primary, crate::domain::text::fold(&state.name)));
        types
    }
}

#[cfg(test)]
#[path = "catalogue_tests.rs"]
mod tests;
