//! Disciplines and their types by the names that a roster writes.

use std::collections::{BTreeSet, HashMap};

use crate::domain::id::Slug;
use crate::domain::text::fold;
use crate::events::evolve::{Catalogue, TypeState};

/// Finds slugs by folded name, or by the slug itself.
pub(super) struct Names<'a> {
    catalogue: &'a Catalogue,
    disciplines: HashMap<String, Slug>,
    authorizations: HashMap<Slug, HashMap<String, Slug>>,
    marshals: HashMap<Slug, HashMap<String, Slug>>,
}

/// Which types a cell lists.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Authorizations,
    Marshals,
}

impl<'a> Names<'a> {
    pub fn of(catalogue: &'a Catalogue) -> Self {
        let disciplines = by_name(catalogue.disciplines.iter().map(|(slug, d)| (slug, d.name.as_str())));
        let types = |kind| {
            let all = catalogue.disciplines.keys().map(|discipline| {
                let types = types(catalogue, discipline, kind).into_iter();
                (discipline.clone(), by_name(types.map(|(slug, state)| (slug, state.name.as_str()))))
            });
            all.collect()
        };
        let (authorizations, marshals) = (types(Kind::Authorizations), types(Kind::Marshals));
        Self { catalogue, disciplines, authorizations, marshals }
    }

    pub fn discipline(&self, text: &str) -> Option<&Slug> {
        self.disciplines.get(fold(text.trim()).as_str())
    }

    /// The names of all disciplines that take cards, for people.
    pub fn all_disciplines(&self) -> String {
        let taking = self.catalogue.disciplines.values().filter(|d| !d.retired);
        let names: Vec<&str> = taking.map(|d| d.name.as_str()).collect();
        if names.is_empty() {
            "a discipline; import the disciplines first".to_owned()
        } else {
            names.join(", ")
        }
    }

    /// The types that a cell lists, separated by semicolons, primary ones first (C6).
    ///
    /// # Errors
    /// What is wrong with the cell, all of it, and what would be right.
    pub fn list(&self, kind: Kind, discipline: &Slug, cell: &str) -> Result<Vec<Slug>, (String, String)> {
        let known = match kind {
            Kind::Authorizations => &self.authorizations,
            Kind::Marshals => &self.marshals,
        };
        let known = known.get(discipline);
        let (mut found, mut unknown, mut twice) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        let mut seen = BTreeSet::new();
        for piece in cell.split(';').map(str::trim).filter(|piece| !piece.is_empty()) {
            let folded = fold(piece);
            let slug = known.and_then(|known| known.get(&folded));
            if slug.is_none() {
                unknown.insert(crate::exchange::report::shown(piece));
            }
            if !seen.insert(slug.map_or(folded, |slug| slug.as_str().to_owned())) {
                twice.insert(crate::exchange::report::shown(piece));
            }
            found.extend(slug.cloned());
        }
        let place = self.catalogue.disciplines.get(discipline).map_or("", |d| d.name.as_str());
        let mut problems = Vec::new();
        if !unknown.is_empty() {
            let what = if kind == Kind::Marshals { "marshal type" } else { "authorization" };
            problems.push(format!("{place} has no {what} {}", quoted(&unknown)));
        }
        if !twice.is_empty() {
            problems.push(format!("{} stands twice", quoted(&twice)));
        }
        if problems.is_empty() {
            let types = types(self.catalogue, discipline, kind);
            found.sort_by_key(|slug| !types.iter().any(|(other, state)| *other == slug && state.primary));
            return Ok(found);
        }
        let names = types(self.catalogue, discipline, kind).into_iter().filter(|(_, state)| !state.retired);
        let names: Vec<&str> = names.map(|(_, state)| state.name.as_str()).collect();
        Err((problems.join(", and "), format!("list each once, out of {}", names.join("; "))))
    }
}

fn types<'c>(catalogue: &'c Catalogue, discipline: &Slug, kind: Kind) -> Vec<(&'c Slug, &'c TypeState)> {
    let state = catalogue.disciplines.get(discipline);
    let types = state.map(|d| if kind == Kind::Marshals { &d.marshals } else { &d.authorizations });
    types.into_iter().flatten().collect()
}

fn by_name<'s>(all: impl Iterator<Item = (&'s Slug, &'s str)> + Clone) -> HashMap<String, Slug> {
    let slugs = all.clone().map(|(slug, _)| (slug.as_str().to_owned(), slug.clone()));
    // A name wins over another one's slug.
    slugs.chain(all.map(|(slug, name)| (fold(name), slug.clone()))).collect()
}

fn quoted(names: &BTreeSet<String>) -> String {
    names.iter().map(|name| format!("“{name}”")).collect::<Vec<_>>().join(", ")
}
