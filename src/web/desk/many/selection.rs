//! Who is meant: those ticked, all that a search of the list found, or those whom an earlier run changed.

use std::collections::HashSet;
use std::sync::Arc;

use super::super::list::{self, Asked};
use crate::domain::id::{CombatantId, CommandId};
use crate::events::evolve::Catalogue;
use crate::projections::desk::Entry;
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::views::href;
use crate::web::views::parts::thousands;

/// Most people who can be ticked one by one: a form has at most 200 fields.
const MOST_TICKED: usize = 150;

/// Who is meant.
pub struct Selection(Whom);

enum Whom {
    /// These.
    Ticked(Vec<CombatantId>),
    /// Whoever is found when it is asked.
    Found(Box<Asked>),
    /// Those whom that run changed.
    Changed(CommandId, Vec<CombatantId>),
}

/// Somebody who is meant.
pub struct Somebody {
    /// Who.
    pub id: CombatantId,
    /// What the list knows of them; nothing where they are on it no more.
    pub entry: Option<Arc<Entry>>,
}

impl Selection {
    /// What an address or a form says.
    ///
    /// # Errors
    /// [`AppError::Bad`] when it cannot have come from a page of this site.
    pub async fn read(state: &AppState, officer: &CurrentOfficer, sent: &Sent) -> Result<Self, AppError> {
        let damaged = || AppError::Bad("whom this is about cannot be read; choose them again".to_owned());
        if let Some(run) = sent.filled("changed") {
            let run = CommandId::parse(run).map_err(|_| damaged())?;
            let ended = state.bus().outcome(run, &officer.actor()).await?.ok_or(AppError::NotFound)?;
            let mut people: Vec<CombatantId> =
                ended.changed.iter().map(|entry| CombatantId(entry.row.stream.id)).collect();
            people.sort_unstable();
            people.dedup();
            return Ok(Self(Whom::Changed(run, people)));
        }
        match sent.text("all") {
            "yes" => {
                let asked = Asked::of(sent, &officer.kingdom.catalogue);
                match asked.errors.first() {
                    None => Ok(Self(Whom::Found(Box::new(asked)))),
                    Some((_, why)) => Err(AppError::Bad(why.clone())),
                }
            }
            "" => {
                let ticked: Result<Vec<CombatantId>, _> =
                    sent.all("person").map(CombatantId::parse).collect();
                let mut ticked = ticked.map_err(|_| damaged())?;
                ticked.sort_unstable();
                ticked.dedup();
                if ticked.len() > MOST_TICKED {
                    return Err(AppError::Bad(format!(
                        "at most {MOST_TICKED} people can be ticked; search for them and take all that are found"
                    )));
                }
                Ok(Self(Whom::Ticked(ticked)))
            }
            _ => Err(damaged()),
        }
    }

    /// They, in the order of the list; whoever is on it no more comes last.
    ///
    /// # Errors
    /// [`AppError::Busy`] until the list was read for the first time.
    pub fn people(&self, state: &AppState, officer: &CurrentOfficer) -> Result<Vec<Somebody>, AppError> {
        let index = state.lists()?.desk();
        match &self.0 {
            Whom::Found(asked) => {
                let today = state.today();
                let in_force = officer.kingdom.catalogue.in_force_on(today);
                let found = index.all(&asked.query(), today, &in_force);
                Ok(found.into_iter().map(|entry| Somebody { id: entry.id, entry: Some(entry) }).collect())
            }
            Whom::Ticked(ids) | Whom::Changed(_, ids) => Ok(named(ids, index.iter())),
        }
    }

    /// How to say it again, in an address or a form.
    pub fn sent_along(&self) -> Vec<(&'static str, String)> {
        match &self.0 {
            Whom::Ticked(ids) => ids.iter().map(|id| ("person", id.to_string())).collect(),
            Whom::Changed(run, _) => vec![("changed", run.to_string())],
            Whom::Found(asked) => [("all", "yes".to_owned())]
                .into_iter()
                .chain(asked.sent_along().into_iter().map(|(name, value)| (name, value.to_owned())))
                .collect(),
        }
    }

    /// An address with them and more.
    pub fn address(&self, more: &[(&str, &str)]) -> String {
        let ours = self.sent_along();
        let all: Vec<(&str, &str)> =
            ours.iter().map(|(name, value)| (*name, value.as_str())).chain(more.iter().copied()).collect();
        href(super::PATH, &all)
    }

    /// Where they were chosen.
    pub fn back(&self) -> String {
        match &self.0 {
            Whom::Ticked(_) => list::PATH.to_owned(),
            Whom::Changed(run, _) => format!("{}/{run}", super::PATH),
            Whom::Found(asked) => href(list::PATH, &asked.sent_along()),
        }
    }

    /// Who they are, in words for people.
    pub fn text(&self, count: usize) -> String {
        let people = if count == 1 { "1 person".to_owned() } else { format!("{} people", thousands(count)) };
        match &self.0 {
            Whom::Ticked(_) => format!("{people}, ticked in the list"),
            Whom::Changed(..) => format!("{people}, changed before"),
            Whom::Found(asked) if asked.words().is_empty() => format!("{people}: everybody on file"),
            Whom::Found(_) => format!("{people}: everybody that the search found"),
        }
    }

    /// Who they are, in words for the log.
    pub fn words(&self) -> String {
        match &self.0 {
            Whom::Ticked(_) => "ticked".to_owned(),
            Whom::Changed(run, _) => format!("changed by {run}"),
            Whom::Found(asked) if asked.words().is_empty() => "everybody".to_owned(),
            Whom::Found(asked) => asked.words(),
        }
    }
}

/// These people with what the list knows of them, in its order.
pub fn named<'e>(ids: &[CombatantId], index: impl Iterator<Item = &'e Arc<Entry>>) -> Vec<Somebody> {
    let mut wanted: HashSet<CombatantId> = ids.iter().copied().collect();
    let mut people: Vec<Somebody> = index
        .filter(|entry| wanted.remove(&entry.id))
        .map(|entry| Somebody { id: entry.id, entry: Some(Arc::clone(entry)) })
        .collect();
    let mut gone: Vec<CombatantId> = wanted.into_iter().collect();
    gone.sort_unstable();
    people.extend(gone.into_iter().map(|id| Somebody { id, entry: None }));
    people
}

impl Somebody {
    /// What to call them.
    pub fn name(&self) -> &str {
        self.entry.as_ref().map_or("No longer on the list", |entry| entry.display_name())
    }

    /// The real name, where it is another one.
    pub fn legal_name(&self) -> Option<String> {
        let entry = self.entry.as_ref()?;
        entry.sca_name.as_ref().map(|_| entry.legal_name.to_string())
    }
}

/// The disciplines' names in use, for choices.
pub fn disciplines(catalogue: &Catalogue) -> impl Iterator<Item = &crate::domain::id::Slug> {
    catalogue.disciplines.iter().filter(|(_, state)| !state.retired).map(|(slug, _)| slug)
}
