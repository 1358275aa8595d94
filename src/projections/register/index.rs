//! The public register in memory: search, filters, pages.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::projector::{Doc, Projector};
use crate::domain::date::CivilDate;
use crate::domain::id::{CombatantId, Slug};
use crate::domain::personal::Personal;
use crate::domain::policy::{Acceptance, InForce};
use crate::domain::rulebook::{AgeBand, age_band};
use crate::domain::status::{WaiverState, is_valid};
use crate::domain::text::fold;
use crate::projections::sorted::{Indexed, Slugs, View};
use crate::projections::sought::Sought;

/// The register at one moment.
pub type Index = View<Entry>;

/// One person who agreed to be listed. Whether the register shows the person
/// on a day is [`Entry::shown`].
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Who.
    pub id: CombatantId,
    /// SCA name.
    pub name: Box<str>,
    /// The same, folded for searching.
    pub folded: Box<str>,
    /// Home group.
    pub branch: Option<Box<str>>,
    /// Date of birth, to judge who is of age.
    pub born: Option<CivilDate>,
    /// What the person agreed to.
    pub acceptance: Acceptance,
    /// When the waiver expires (D3).
    pub waiver_expires: Option<CivilDate>,
    /// The cards that hold an authorization, by discipline.
    pub cards: Box<[EntryCard]>,
}

/// A card of an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryCard {
    /// The discipline.
    pub discipline: Slug,
    /// When it expires (D3).
    pub expires_on: CivilDate,
    /// The authorizations held, by slug.
    pub authorizations: Box<[Slug]>,
}

/// What is asked of the register. Everything set must match.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Query {
    /// Words of the SCA name or parts of them, as typed, in any order; compared folded.
    pub text: String,
    /// Holds a card with an authorization in that discipline.
    pub discipline: Option<Slug>,
    /// Holds that authorization (in that discipline, where one is given).
    pub authorization: Option<Slug>,
    /// Home group, as written in the register; compared folded.
    pub branch: Option<String>,
    /// May fight on that day with what the other filters name: card and waiver valid.
    pub valid_on: Option<CivilDate>,
    /// The page, from 1.
    pub page: usize,
    /// Rows on a page; 0 means 50.
    pub per_page: usize,
}

/// One page of an answer.
#[expect(clippy::struct_field_names, reason = "a page has a number, and `page` is what links call it")]
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The people.
    pub rows: Vec<RegisterRow>,
    /// How many match in all.
    pub total: usize,
    /// The page shown, from 1; the last one when a later one was asked for.
    pub page: usize,
    /// How many pages there are, at least 1.
    pub pages: usize,
}

/// One person on a page.
#[derive(Debug, Clone, PartialEq)]
pub struct RegisterRow {
    /// The person.
    pub entry: Arc<Entry>,
    /// Whether the register shows somebody else with the same folded name.
    pub namesake: bool,
}

impl Indexed for Entry {
    type Model = Projector;

    fn sealed(doc: &Doc) -> Vec<(&'static str, Option<&Personal>)> {
        vec![
            ("sca_name", Some(&doc.sca_name)),
            ("branch", doc.branch.as_ref()),
            ("date_of_birth", doc.date_of_birth.as_ref()),
        ]
    }

    fn entry(id: CombatantId, doc: Doc, opened: Vec<Option<String>>, slugs: &mut Slugs) -> Option<Self> {
        let [name, branch, born] = <[_; 3]>::try_from(opened).ok()?;
        let name = name?;
        let cards = doc.cards.into_iter().map(|(discipline, card)| EntryCard {
            discipline: slugs.share(discipline),
            expires_on: card.expires_on,
            authorizations: card.authorizations.into_iter().map(|slug| slugs.share(slug)).collect(),
        });
        Some(Self {
            id,
            folded: fold(&name).into(),
            name: name.into(),
            branch: branch.map(Into::into),
            born: born.and_then(|text| CivilDate::parse(&text).ok()),
            acceptance: doc.acceptance,
            waiver_expires: doc.waiver_expires,
            cards: cards.collect(),
        })
    }

    fn key(&self) -> (&str, CombatantId) {
        (&self.folded, self.id)
    }
}

impl Entry {
    /// Whether the register shows the person on a day: only who has accepted what had to be
    /// accepted by then (V4), and is known to be of age. Minors never (V8), and unknown is
    /// never counted as adult (P7).
    #[must_use]
    pub fn shown(&self, today: CivilDate, in_force: &InForce) -> bool {
        self.acceptance.suffices(in_force.policy) && age_band(self.born, today, in_force) == AgeBand::Adult
    }

    /// The waiver's state on a day (C10).
    #[must_use]
    pub fn waiver_on(&self, day: CivilDate) -> WaiverState {
        WaiverState::on(self.waiver_expires, day)
    }

    fn answers(&self, query: &Query, sought: &Sought, branch: Option<&str>) -> bool {
        if !sought.is_in(&self.folded) {
            return false;
        }
        if let Some(wanted) = branch
            && self.branch.as_deref().map(fold).as_deref() != Some(wanted)
        {
            return false;
        }
        if query.discipline.is_none() && query.authorization.is_none() && query.valid_on.is_none() {
            return true;
        }
        if query.valid_on.is_some_and(|day| !self.waiver_on(day).is_good()) {
            return false;
        }
        self.cards.iter().any(|card| {
            query.discipline.as_ref().is_none_or(|slug| *slug == card.discipline)
                && query.authorization.as_ref().is_none_or(|slug| card.authorizations.contains(slug))
                && query.valid_on.is_none_or(|day| is_valid(card.expires_on, day))
        })
    }
}

impl Index {
    /// The people who match, by name, one page of them.
    #[must_use]
    pub fn search(&self, query: &Query, today: CivilDate, in_force: &InForce) -> Page {
        let sought = Sought::of(&query.text);
        let branch = query.branch.as_deref().map(|name| fold(name.trim()));
        let found: Vec<&Arc<Entry>> = self
            .iter()
            .filter(|entry| entry.answers(query, &sought, branch.as_deref()) && entry.shown(today, in_force))
            .collect();
        let per_page = if query.per_page == 0 { 50 } else { query.per_page };
        let pages = found.len().div_ceil(per_page).max(1);
        let page = query.page.clamp(1, pages);
        let rows = found.iter().skip((page - 1) * per_page).take(per_page).map(|entry| {
            let same = self.named(&entry.folded).filter(|other| other.shown(today, in_force)).take(2).count();
            RegisterRow { entry: Arc::clone(entry), namesake: same > 1 }
        });
        Page { rows: rows.collect(), total: found.len(), page, pages }
    }

    /// How many people the register shows on a day: exactly those V8 allows.
    #[must_use]
    pub fn count(&self, today: CivilDate, in_force: &InForce) -> usize {
        self.iter().filter(|entry| entry.shown(today, in_force)).count()
    }

    /// The home groups of the people shown, in order, for the filter.
    #[must_use]
    pub fn branches(&self, today: CivilDate, in_force: &InForce) -> Vec<&str> {
        let shown = self.iter().filter(|entry| entry.branch.is_some() && entry.shown(today, in_force));
        let names: BTreeSet<&str> = shown.filter_map(|entry| entry.branch.as_deref()).collect();
        let mut names: Vec<&str> = names.into_iter().collect();
        names.sort_by_cached_key(|name| fold(name));
        names
    }
}
