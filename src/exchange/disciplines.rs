//! Disciplines from the original's JSON: a list of `name`,
//! `authorizations[name, is_primary]` and `marshals[name]`. Adds, never changes
//! or removes, and tells what differs. Names are compared folded, and by the
//! slug that they suggest, so that `cut and thrust` finds `Cut and Thrust`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::json;
use super::proposal::Run;
use super::report::{Difference, Fault, ImportError, ImportReport, OnProgress};
use crate::commands::Context;
use crate::commands::bus::{Bus, Change, KingdomState};
use crate::commands::kingdom::{AddAuthorizationType, AddMarshalType, FoundDiscipline, KingdomCommand};
use crate::domain::actor::Actor;
use crate::domain::id::{CorrelationId, Slug, StreamId};
use crate::domain::text::{fold, slug_of};
use crate::events::evolve::{Catalogue, TypeState};
use crate::events::{Event, Fact};

const EXAMPLE: &str = r#"{"name": "Fencing", "authorizations": [{"name": "Cut and Thrust", "is_primary": false}], "marshals": [{"name": "Marshal"}]}"#;
const CHANGE_IT: &str = "left as it is; change it on the desk if the file is right";
const KEPT: &str = "kept; an import removes nothing";
const RETIRED: &str = "it is retired here and stays so";

/// One discipline of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    #[serde(default)]
    authorizations: Vec<Authorization>,
    #[serde(default)]
    marshals: Vec<Marshal>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Authorization {
    name: String,
    #[serde(default)]
    is_primary: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Marshal {
    name: String,
}

/// Adds the disciplines and types of a JSON file. Running it twice records nothing.
///
/// # Errors
/// [`ImportError`]: nothing was recorded.
pub async fn import(
    bus: &Bus,
    actor: Actor,
    correlation: CorrelationId,
    bytes: &[u8],
    dry_run: bool,
    progress: OnProgress<'_>,
) -> Result<ImportReport, ImportError> {
    let run = Run::new(bus, &actor, correlation, bytes);
    json::import(&run, dry_run, progress, EXAMPLE, judge).await
}

fn judge(
    entries: &[Entry],
    kingdom: &KingdomState,
    context: &Context,
) -> Result<(ImportReport, Vec<Change>), ImportError> {
    let mut judge = Judge::new(kingdom, context);
    judge.report.rows = entries.len();
    for (index, entry) in entries.iter().enumerate() {
        judge.discipline(index, entry);
    }
    judge.end()
}

/// The file's judgement so far.
struct Judge<'a> {
    kingdom: &'a KingdomState,
    context: &'a Context,
    /// With everything of the file that was judged so far.
    catalogue: Catalogue,
    facts: BTreeMap<StreamId, Vec<Fact<Event>>>,
    faults: Vec<Fault>,
    named: BTreeSet<Slug>,
    report: ImportReport,
}

impl<'a> Judge<'a> {
    fn new(kingdom: &'a KingdomState, context: &'a Context) -> Self {
        Self {
            kingdom,
            context,
            catalogue: (*kingdom.catalogue).clone(),
            facts: BTreeMap::new(),
            faults: Vec::new(),
            named: BTreeSet::new(),
            report: ImportReport::default(),
        }
    }

    fn discipline(&mut self, index: usize, entry: &Entry) {
        let path = format!("[{index}]");
        let known = self.catalogue.disciplines.iter().map(|(slug, state)| (slug, state.name.as_str()));
        let found = find(known, &entry.name).cloned();
        let Some(slug) = found.clone().or_else(|| slug_of(&entry.name)) else {
            return self.nameless(&format!("{path}.name"), &entry.name);
        };
        if !self.named.insert(slug.clone()) {
            return self.twice(&format!("{path}.name"), &entry.name);
        }
        let before = self.facts.len();
        if found.is_none() {
            let command = FoundDiscipline { slug: slug.clone(), name: entry.name.clone() };
            if !self.order(&format!("{path}.name"), &entry.name, command) {
                return;
            }
            self.report.added += 1;
        } else if let Some(state) = self.catalogue.disciplines.get(&slug) {
            let (held, retired) = (state.name.clone(), state.retired);
            self.compare(&format!("{path}.name"), &held, &entry.name, retired);
        }
        let authorizations = entry.authorizations.iter().map(|kind| (kind.name.as_str(), kind.is_primary));
        self.types(&path, &slug, "authorizations", authorizations);
        self.types(&path, &slug, "marshals", entry.marshals.iter().map(|kind| (kind.name.as_str(), false)));
        if found.is_some() {
            let changed = self.facts.len() > before;
            *(if changed { &mut self.report.changed } else { &mut self.report.unchanged }) += 1;
        }
    }

    /// The authorizations or marshals of one discipline.
    fn types<'e>(
        &mut self,
        path: &str,
        discipline: &Slug,
        list: &'static str,
        entries: impl Iterator<Item = (&'e str, bool)>,
    ) {
        let held = self.held(discipline, list);
        let mut named = BTreeSet::new();
        for (index, (name, primary)) in entries.enumerate() {
            let path = format!("{path}.{list}[{index}]");
            let at = format!("{path}.name");
            let found = find(held.iter().map(|(slug, state)| (slug, state.name.as_str())), name);
            let Some(slug) = found.cloned().or_else(|| slug_of(name)) else {
                self.nameless(&at, name);
                continue;
            };
            if !named.insert(slug.clone()) {
                self.twice(&at, name);
                continue;
            }
            let discipline = discipline.clone();
            if let Some(state) = held.get(&slug) {
                self.compare(&at, &state.name, name, state.retired);
                if state.primary != primary {
                    let (on_file, in_file) = (state.primary.to_string(), primary.to_string());
                    self.differs(&format!("{path}.is_primary"), on_file, in_file, CHANGE_IT);
                }
            } else if list == "marshals" {
                self.order(&at, name, AddMarshalType { discipline, slug, name: name.to_owned() });
            } else {
                let command = AddAuthorizationType { discipline, slug, name: name.to_owned(), primary };
                self.order(&at, name, command);
            }
        }
        for (slug, state) in &held {
            if !named.contains(slug) && !state.retired {
                self.differs(&format!("{path}.{list}"), state.name.clone(), String::new(), KEPT);
            }
        }
    }

    fn held(&self, discipline: &Slug, list: &str) -> BTreeMap<Slug, TypeState> {
        let state = self.catalogue.disciplines.get(discipline);
        state
            .map(|state| if list == "marshals" { &state.marshals } else { &state.authorizations })
            .cloned()
            .unwrap_or_default()
    }

    /// Judges a command and takes what it comes to; a refusal is a fault of the file.
    fn order(&mut self, path: &str, value: &str, command: impl Into<KingdomCommand>) -> bool {
        let command = command.into();
        match command.decide(&self.catalogue, self.context) {
            Ok(facts) => {
                for fact in &facts {
                    self.catalogue.take(command.stream(), fact);
                    *self.report.recorded.entry(fact.event.event_type()).or_default() += 1;
                }
                self.facts.entry(command.stream()).or_default().extend(facts);
                true
            }
            Err(refusal) => {
                self.faults.push(Fault::at(0, "", path, value).refused(&refusal));
                false
            }
        }
    }

    fn compare(&mut self, path: &str, held: &str, name: &str, retired: bool) {
        if held != name.trim() {
            self.differs(path, held.to_owned(), name.to_owned(), CHANGE_IT);
        }
        if retired {
            self.differs(path, "retired".to_owned(), name.to_owned(), RETIRED);
        }
    }

    fn differs(&mut self, path: &str, on_file: String, in_file: String, note: &'static str) {
        let column = path.to_owned();
        self.report.differences.push(Difference {
            line: 0,
            ref_: String::new(),
            column,
            on_file,
            in_file,
            note,
        });
    }

    fn nameless(&mut self, path: &str, name: &str) {
        let fault = Fault::at(0, "", path, name);
        self.faults.push(fault.because("the name has no Latin letter or digit", "give it a name with some"));
    }

    fn twice(&mut self, path: &str, name: &str) {
        let fault = Fault::at(0, "", path, name);
        self.faults.push(fault.because("this name stands twice in the list", "keep one of the two"));
    }

    fn end(mut self) -> Result<(ImportReport, Vec<Change>), ImportError> {
        for (slug, state) in &self.kingdom.catalogue.disciplines {
            if !self.named.contains(slug) && !state.retired {
                self.report.differences.push(Difference {
                    line: 0,
                    ref_: String::new(),
                    column: "name".to_owned(),
                    on_file: state.name.clone(),
                    in_file: String::new(),
                    note: KEPT,
                });
            }
        }
        if !self.faults.is_empty() {
            return Err(ImportError::Faults(self.faults));
        }
        let version = |stream| self.kingdom.catalogue.version_of(stream);
        let changes = self.facts.into_iter();
        let changes = changes.map(|(stream, facts)| Change::plain(stream, version(stream), facts)).collect();
        Ok((self.report, changes))
    }
}

/// The slug of the entry of that name: folded alike, or else of the slug it suggests.
fn find<'s>(known: impl Iterator<Item = (&'s Slug, &'s str)> + Clone, name: &str) -> Option<&'s Slug> {
    let folded = fold(name.trim());
    let by_name = known.clone().find(|(_, held)| fold(held) == folded);
    let suggested = slug_of(name);
    by_name.or_else(|| known.into_iter().find(|(slug, _)| Some(*slug) == suggested.as_ref())).map(|(s, _)| s)
}
