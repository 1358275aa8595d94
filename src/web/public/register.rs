//! `/register`: who asked to be listed, and what they may do (V8).
//!
//! Every question is an address, so it can be shared. Answers are kept, except
//! for searches by name, of which there is no end.

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use crate::domain::date::CivilDate;
use crate::domain::id::Slug;
use crate::domain::status::{WaiverState, is_valid};
use crate::domain::text::fold;
use crate::events::evolve::Catalogue;
use crate::projections::register::{self, Entry, EntryCard, Index};
use crate::web::error::AppError;
use crate::web::guard::ClientAddress;
use crate::web::pages::{IfNoneMatch, Kept, Key, Shows};
use crate::web::session::MaybeOfficer;
use crate::web::state::AppState;
use crate::web::views::{
    Badge, Field, Kind, Link, Pager, RegisterDiscipline, RegisterRow, RegisterView, Tone, href,
};

/// Rows on a page.
const ROWS: usize = 50;
/// Longest search that is read, in characters.
const LONGEST: usize = 255;
/// From how many days before the end a card is shown as lapsing.
const LAPSING_DAYS: i64 = 30;

/// The address' query.
#[derive(Debug, Default, Deserialize)]
pub struct Params {
    #[serde(default)]
    q: String,
    #[serde(default)]
    discipline: String,
    #[serde(default)]
    authorization: String,
    #[serde(default)]
    branch: String,
    #[serde(default)]
    valid: String,
    #[serde(default)]
    page: String,
}

/// What is asked of the register.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Part of the SCA name, as typed.
    pub text: String,
    /// In that discipline.
    pub discipline: Option<Slug>,
    /// With that authorization.
    pub authorization: Option<Slug>,
    /// Of that home group.
    pub branch: String,
    /// Only who may fight on the day.
    pub valid: bool,
    /// The page, from 1.
    pub page: usize,
}

impl Params {
    /// What it asks; a filter that cannot be read asks nothing.
    fn asked(self) -> Asked {
        let short = |text: &str| text.trim().chars().take(LONGEST).collect::<String>();
        Asked {
            text: short(&self.q),
            discipline: Slug::parse(&self.discipline).ok(),
            authorization: Slug::parse(&self.authorization).ok(),
            branch: short(&self.branch),
            valid: self.valid == "today",
            page: self.page.parse().unwrap_or(1).max(1),
        }
    }
}

impl Asked {
    /// The one address of this question, at a page.
    #[must_use]
    pub fn address(&self, page: usize) -> String {
        let slug = |slug: &Option<Slug>| slug.as_ref().map(Slug::to_string).unwrap_or_default();
        let (discipline, authorization) = (slug(&self.discipline), slug(&self.authorization));
        let page = if page > 1 { page.to_string() } else { String::new() };
        href(
            "/register",
            &[
                ("q", &self.text),
                ("discipline", &discipline),
                ("authorization", &authorization),
                ("branch", &self.branch),
                ("valid", if self.valid { "today" } else { "" }),
                ("page", &page),
            ],
        )
    }

    /// Whether it asks for anything at all.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        *self != Self { page: self.page, ..Self::default() }
    }

    /// What is asked, in words.
    fn words(&self, catalogue: &Catalogue) -> Option<String> {
        let mut words = Vec::new();
        if !self.text.is_empty() {
            words.push(format!("“{}”", self.text));
        }
        if let Some(slug) = &self.discipline {
            words.push(catalogue.disciplines.get(slug).map_or_else(|| slug.to_string(), |d| d.name.clone()));
        }
        if let Some(slug) = &self.authorization {
            words.push(authorization_name(catalogue, self.discipline.as_ref(), slug));
        }
        if !self.branch.is_empty() {
            words.push(self.branch.clone());
        }
        if self.valid {
            words.push("valid today".to_owned());
        }
        (!words.is_empty()).then(|| words.join(", "))
    }

    fn query(&self, day: CivilDate) -> register::Query {
        register::Query {
            text: self.text.clone(),
            discipline: self.discipline.clone(),
            authorization: self.authorization.clone(),
            branch: (!self.branch.is_empty()).then(|| self.branch.clone()),
            valid_on: self.valid.then_some(day),
            page: self.page,
            per_page: ROWS,
        }
    }
}

/// The register.
///
/// # Errors
/// A broken template.
pub async fn show(
    State(state): State<AppState>,
    officer: MaybeOfficer,
    from: ClientAddress,
    Query(params): Query<Params>,
    has: IfNoneMatch,
) -> Result<Response, AppError> {
    let asked = params.asked();
    if !asked.text.is_empty() {
        state.searches.take(from.counted)?;
    }
    let now = state.now();
    let address = asked.address(asked.page);
    let key = Key { route: "register", what: address.as_str().into(), audience: officer.audience() };
    if let Some(answer) = state.pages.hit(&key, &now, &has) {
        return Ok(answer);
    }
    let index = state.lists()?.register();
    let made = now.made(Shows::People, index.version());
    let view = register_view(&index, &asked, now.day, &state.kingdom().catalogue);
    let findable = !view.rows.is_empty() || !asked.is_filtered();
    let html = state.templates.register(&state.public_page(key.audience, &address, "Register", view))?;
    // Pages of invented filters would only push out those that people read.
    if asked.text.is_empty() && findable {
        Ok(state.pages.keep(key, Kept::new(made, html), &has))
    } else {
        Ok(Html(html).into_response())
    }
}

/// The register's answer on a day.
#[must_use]
pub fn register_view(index: &Index, asked: &Asked, day: CivilDate, catalogue: &Catalogue) -> RegisterView {
    let rules = catalogue.in_force_on(day);
    let found = index.search(&asked.query(day), day, &rules);
    let rows: Vec<RegisterRow> =
        found.rows.iter().map(|row| register_row(&row.entry, row.namesake, day, catalogue)).collect();
    let branches = index.branches(day, &rules);
    let wider = Asked { valid: false, page: 1, ..asked.clone() };
    // Who is listed and not valid must not look like somebody whom the register does not know.
    let expired =
        if rows.is_empty() && asked.valid { index.search(&wider.query(day), day, &rules).total } else { 0 };
    RegisterView {
        today: day.into(),
        search: Field::new(Kind::Search, "q", "SCA name").value(&asked.text).at_most(255),
        filters: filters(asked, &branches, catalogue),
        filtered: asked.is_filtered(),
        asked: asked.words(catalogue),
        widen: (expired > 0).then(|| {
            let words = if expired == 1 { "one who is".to_owned() } else { format!("{expired} who are") };
            Link::new(wider.address(1), format!("Show the {words} not valid today"))
        }),
        pager: Pager::new(found.total, ROWS, found.page, |page| asked.address(page)),
        rows,
    }
}

/// The disciplines by name.
pub fn disciplines(catalogue: &Catalogue) -> impl Iterator<Item = (&Slug, &str)> {
    let mut all: Vec<_> = catalogue.disciplines.iter().map(|(slug, d)| (slug, d.name.as_str())).collect();
    all.sort_by_cached_key(|(_, name)| fold(name));
    all.into_iter()
}

fn filters(asked: &Asked, branches: &[&str], catalogue: &Catalogue) -> Vec<Field> {
    let any = |rest: Vec<(String, String)>| std::iter::once((String::new(), "any".to_owned())).chain(rest);
    let of_disciplines = disciplines(catalogue).map(|(slug, name)| (slug.to_string(), name.to_owned()));
    let chosen = |slug: &Option<Slug>| slug.as_ref().map(Slug::to_string).unwrap_or_default();
    vec![
        Field::new(Kind::Select, "discipline", "Discipline")
            .choices(any(of_disciplines.collect()))
            .value(chosen(&asked.discipline)),
        Field::new(Kind::Select, "authorization", "Authorization")
            .choices(any(authorizations(catalogue, asked)))
            .value(chosen(&asked.authorization)),
        Field::new(Kind::Select, "branch", "Branch")
            .choices(any(branches.iter().map(|name| ((*name).to_owned(), (*name).to_owned())).collect()))
            .value(&asked.branch),
        Field::new(Kind::Check, "valid", "Valid today").value("today").ticked(asked.valid),
    ]
}

/// The authorization types of the discipline that is asked for, or of all, each slug once; and the one that is asked
/// for, wherever it belongs, so that the form says what was asked.
fn authorizations(catalogue: &Catalogue, asked: &Asked) -> Vec<(String, String)> {
    let within = |slug: &Slug| asked.discipline.as_ref().is_none_or(|only| only == slug);
    let types = catalogue.disciplines.iter().flat_map(|(slug, discipline)| {
        discipline.authorizations.iter().map(move |kind| (within(slug), kind))
    });
    let mut all: Vec<(String, String)> = types
        .filter(|(within, (slug, _))| *within || asked.authorization.as_ref() == Some(*slug))
        .map(|(_, (slug, state))| (slug.to_string(), state.name.clone()))
        .collect();
    all.sort_by_cached_key(|(slug, name)| (fold(name), slug.clone()));
    all.dedup_by(|a, b| a.0 == b.0);
    all
}

fn authorization_name(catalogue: &Catalogue, within: Option<&Slug>, slug: &Slug) -> String {
    // Another discipline's is asked for in vain, and called by its name all the same.
    let own = within.and_then(|slug| catalogue.disciplines.get(slug));
    let all = own.into_iter().chain(catalogue.disciplines.values());
    let mut found = all.filter_map(|discipline| discipline.authorizations.get(slug));
    found.next().map_or_else(|| slug.to_string(), |state| state.name.clone())
}

/// One person's row on a day.
#[must_use]
pub fn register_row(entry: &Entry, namesake: bool, day: CivilDate, catalogue: &Catalogue) -> RegisterRow {
    let waiver = entry.waiver_on(day);
    let mut disciplines: Vec<_> =
        entry.cards.iter().map(|card| register_discipline(card, waiver, day, catalogue)).collect();
    disciplines.sort_by_cached_key(|discipline| fold(&discipline.name));
    RegisterRow {
        name: entry.name.to_string(),
        branch: entry.branch.as_deref().map(str::to_owned),
        namesake,
        disciplines,
    }
}

fn register_discipline(
    card: &EntryCard,
    waiver: WaiverState,
    day: CivilDate,
    catalogue: &Catalogue,
) -> RegisterDiscipline {
    let state = catalogue.disciplines.get(&card.discipline);
    let (badge, ends) = match waiver {
        WaiverState::Missing => (Badge::new(Tone::Off, "No waiver"), None),
        WaiverState::Lapsed { expired_on } => {
            (Badge::new(Tone::Bad, "Waiver lapsed"), Some(expired_on.min(card.expires_on)))
        }
        WaiverState::Valid { expires_on } => {
            let ends = expires_on.min(card.expires_on);
            let badge = if !is_valid(card.expires_on, day) {
                Badge::new(Tone::Bad, "Expired")
            } else if ends.days_since(day) <= LAPSING_DAYS {
                Badge::new(Tone::Warn, "Valid, lapsing")
            } else {
                Badge::new(Tone::Good, "Valid")
            };
            (badge, Some(ends))
        }
    };
    let held = catalogue
        .authorizations_in_order(&card.discipline)
        .into_iter()
        .filter(|(slug, _)| card.authorizations.contains(slug))
        .map(|(_, state)| state.name.clone());
    RegisterDiscipline {
        name: state.map_or_else(|| card.discipline.to_string(), |d| d.name.clone()),
        state: badge,
        last_valid: ends.map(|ends| ends.day_before().into()),
        authorizations: held.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::evolve::{DisciplineState, TypeState};

    fn slug(text: &str) -> Slug {
        Slug::parse(text).unwrap()
    }

    #[test]
    fn what_is_asked_is_said_in_names_also_where_the_filters_do_not_go_together() {
        let mut catalogue = Catalogue::default();
        for (name, kind, called) in [
            ("Armoured Combat", "weapon-and-shield", "Weapon & Shield"),
            ("Fencing", "single-rapier", "Single Rapier"),
        ] {
            let kind = (slug(kind), TypeState { name: called.to_owned(), primary: true, retired: false });
            let state = DisciplineState {
                name: name.to_owned(),
                retired: false,
                authorizations: [kind].into(),
                marshals: [].into(),
            };
            catalogue.disciplines.insert(slug(&name.to_lowercase().replace(' ', "-")), state);
        }
        let asked = Asked {
            discipline: Some(slug("fencing")),
            authorization: Some(slug("weapon-and-shield")),
            ..Asked::default()
        };
        assert_eq!(asked.words(&catalogue).unwrap(), "Fencing, Weapon & Shield");
        let offered = authorizations(&catalogue, &asked).into_iter().map(|(_, name)| name);
        assert_eq!(offered.collect::<Vec<_>>(), ["Single Rapier", "Weapon & Shield"]);
        let fencing = Asked { authorization: None, ..asked };
        assert_eq!(authorizations(&catalogue, &fencing).len(), 1, "its own alone");
    }
}
