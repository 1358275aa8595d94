//! Searching, filtering and sorting everybody on file.

use std::collections::HashMap;
use std::sync::Arc;

use super::index::{Entry, EntryCard, Index};
use crate::domain::card_id::CardIdForm;
use crate::domain::date::CivilDate;
use crate::domain::id::Slug;
use crate::domain::policy::{Acceptance, InForce};
use crate::domain::rulebook::{AgeBand, age_band};
use crate::domain::status::{WaiverState, is_valid, warrant_active};
use crate::domain::text::fold;
use crate::projections::sought::Sought;

/// What is asked of the desk's list. Everything set must match.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Query {
    /// Words, or parts of them, of names, an e-mail address, a card id or a member number, as typed, in any order;
    /// compared folded.
    pub text: String,
    /// All of these must hold.
    pub filters: Vec<Filter>,
    /// Only who has a card there, and the filters about cards look at that one alone.
    pub discipline: Option<Slug>,
    /// Code of a region; case does not matter.
    pub region: Option<String>,
    /// Home group; compared folded.
    pub branch: Option<String>,
    /// The order.
    pub sort: Sort,
    /// Largest first.
    pub descending: bool,
    /// The page, from 1.
    pub page: usize,
    /// Rows on a page; 0 means 50.
    pub per_page: usize,
}

/// A state that people can be in on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Filter {
    /// A card that is not empty has expired.
    Expired,
    /// A card that is not empty is valid and expires within so many days; or the waiver does, where no
    /// discipline is asked for.
    Lapsing(u32),
    /// No waiver, or a lapsed one (C10).
    NoWaiver,
    /// Has not accepted the policy (V1), or not a version that is enough (V4).
    NotAccepted,
    /// Known to be under age (P7).
    Minor,
    /// Date of birth unknown (P7).
    AgeUnknown,
    /// Holds a warrant that is active (C8).
    Warranted,
    /// Has only a guessable address of the card page (P4).
    OldLink,
    /// May be shown by the public register (V8).
    Listed,
    /// Asked for a correction that nobody has looked after.
    Corrections,
}

/// In which order people come; those who are equal come by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Sort {
    /// By display name.
    #[default]
    Name,
    /// By legal name.
    LegalName,
    /// By home group; those without one last.
    Branch,
    /// By the next date on which a card expires; those without one last.
    CardExpiry,
    /// By the waiver's expiry; those without one last.
    WaiverExpiry,
}

/// One page of an answer.
#[expect(clippy::struct_field_names, reason = "a page has a number, and `page` is what links call it")]
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The people.
    pub rows: Vec<Arc<Entry>>,
    /// How many match in all.
    pub total: usize,
    /// The page shown, from 1; the last one when a later one was asked for.
    pub page: usize,
    /// How many pages there are, at least 1.
    pub pages: usize,
}

impl Query {
    /// Whether everybody is asked for, by name.
    fn is_everybody(&self) -> bool {
        let anybody = Self { page: self.page, per_page: self.per_page, ..Self::default() };
        *self == anybody
    }
}

impl Page {
    fn of<'e>(query: &Query, total: usize, found: impl Iterator<Item = &'e Arc<Entry>>) -> Self {
        let per_page = if query.per_page == 0 { 50 } else { query.per_page };
        let pages = total.div_ceil(per_page).max(1);
        let page = query.page.clamp(1, pages);
        let rows = found.skip((page - 1) * per_page).take(per_page).cloned().collect();
        Self { rows, total, page, pages }
    }
}

impl Entry {
    /// The waiver's state on a day (C10).
    #[must_use]
    pub fn waiver_on(&self, day: CivilDate) -> WaiverState {
        WaiverState::on(self.waiver_expires, day)
    }

    /// Whether the person is in that state on a day; of the cards, only the one
    /// in `discipline` where one is given.
    #[must_use]
    pub fn is(
        &self,
        filter: Filter,
        discipline: Option<&Slug>,
        today: CivilDate,
        in_force: &InForce,
    ) -> bool {
        let mut cards =
            self.cards.iter().filter(|card| discipline.is_none_or(|slug| *slug == card.discipline));
        let full = |card: &&EntryCard| card.authorizations > 0;
        let soon = |expires: CivilDate, days: u32| {
            is_valid(expires, today) && expires <= today.plus_days(i64::from(days))
        };
        match filter {
            Filter::Expired => {
                cards.filter(full).any(|card| card.expires_on.is_some_and(|day| !is_valid(day, today)))
            }
            Filter::Lapsing(days) => {
                (discipline.is_none() && self.waiver_expires.is_some_and(|day| soon(day, days)))
                    || cards.filter(full).any(|card| card.expires_on.is_some_and(|day| soon(day, days)))
            }
            Filter::NoWaiver => !self.waiver_on(today).is_good(),
            Filter::NotAccepted => !self.acceptance.suffices(in_force.policy),
            Filter::Minor => age_band(self.born, today, in_force) == AgeBand::Minor,
            Filter::AgeUnknown => self.born.is_none(),
            Filter::Warranted => cards.any(|card| {
                let waiver = self.waiver_on(today);
                card.warrants
                    .iter()
                    .any(|(_, from, to)| warrant_active(today, *from, *to, card.expires_on, waiver))
            }),
            Filter::OldLink => self.card_form == Some(CardIdForm::Legacy),
            Filter::Listed => self.listed,
            Filter::Corrections => self.corrections,
        }
    }

    /// The legal name as searches and sorting compare it.
    fn folded_legal_name(&self) -> &str {
        self.searched.lines().nth(usize::from(self.sca_name.is_some())).unwrap_or_default()
    }

    fn next_expiry(&self) -> Option<CivilDate> {
        self.cards.iter().filter(|card| card.authorizations > 0).filter_map(|card| card.expires_on).min()
    }
}

impl Index {
    /// Everybody who is found by exactly that line: an e-mail address in lower case, for one. Whether it is the
    /// address that matched, and not a name, the record says.
    #[must_use]
    pub fn with_line(&self, line: &str) -> Vec<Arc<Entry>> {
        let line = fold(line);
        self.iter().filter(|entry| entry.searched.lines().any(|one| one == line)).cloned().collect()
    }

    /// The people who match, one page of them.
    #[must_use]
    pub fn search(&self, query: &Query, today: CivilDate, in_force: &InForce) -> Page {
        if query.is_everybody() {
            // As the index holds them: nobody is judged and nothing is sorted.
            return Page::of(query, self.len(), self.iter());
        }
        let found = self.sorted(query, today, in_force);
        Page::of(query, found.len(), found.into_iter())
    }

    /// How many people match; nothing is sorted.
    #[must_use]
    pub fn count(&self, query: &Query, today: CivilDate, in_force: &InForce) -> usize {
        self.matching(query, today, in_force).len()
    }

    /// How many people are in each of those states, in one pass.
    #[must_use]
    pub fn tally<const N: usize>(
        &self,
        filters: [Filter; N],
        today: CivilDate,
        in_force: &InForce,
    ) -> [usize; N] {
        let mut counts = [0; N];
        for entry in self.iter() {
            for (count, filter) in counts.iter_mut().zip(filters) {
                *count += usize::from(entry.is(filter, None, today, in_force));
            }
        }
        counts
    }

    /// Everybody who matches, in order: for exports.
    #[must_use]
    pub fn all(&self, query: &Query, today: CivilDate, in_force: &InForce) -> Vec<Arc<Entry>> {
        self.sorted(query, today, in_force).into_iter().cloned().collect()
    }

    /// How many people agreed to what.
    #[must_use]
    pub fn acceptances(&self) -> HashMap<Acceptance, usize> {
        let mut counts = HashMap::new();
        for entry in self.iter() {
            *counts.entry(entry.acceptance).or_default() += 1;
        }
        counts
    }

    fn matching(&self, query: &Query, today: CivilDate, in_force: &InForce) -> Vec<&Arc<Entry>> {
        let sought = Sought::of(&query.text);
        let branch = query.branch.as_deref().map(|name| fold(name.trim()));
        let branches = self.folded_branches(branch.is_some());
        let region = query.region.as_deref().map(str::to_ascii_lowercase);
        // What compares whole texts comes last: it looks only at whom the rest leaves.
        self.iter()
            .filter(|entry| {
                query.discipline.as_ref().is_none_or(|d| entry.cards.iter().any(|c| c.discipline == *d))
            })
            .filter(|entry| {
                query.filters.iter().all(|f| entry.is(*f, query.discipline.as_ref(), today, in_force))
            })
            .filter(|entry| {
                region.is_none() || entry.province.as_ref().map(Slug::as_str) == region.as_deref()
            })
            .filter(|entry| {
                branch.is_none()
                    || entry.branch.as_deref().and_then(|name| branches.get(name)) == branch.as_ref()
            })
            .filter(|entry| sought.is_in(&entry.searched))
            .collect()
    }

    /// Who matches, in order. The index is sorted by display name; sorting is stable.
    fn sorted<'v>(&'v self, query: &Query, today: CivilDate, in_force: &InForce) -> Vec<&'v Arc<Entry>> {
        let mut found = self.matching(query, today, in_force);
        match query.sort {
            Sort::Name => {}
            Sort::LegalName => {
                found.sort_by_cached_key(|entry: &&'v Arc<Entry>| by_text(entry.folded_legal_name()));
            }
            Sort::Branch => {
                let branches = self.folded_branches(true);
                let folded = |entry: &Entry| Some(by_text(branches.get(entry.branch.as_deref()?)?));
                found.sort_by_cached_key(|entry| (entry.branch.is_none(), folded(entry)));
            }
            Sort::CardExpiry => {
                found.sort_by_cached_key(|entry| {
                    let next = entry.next_expiry();
                    (next.is_none(), next)
                });
            }
            Sort::WaiverExpiry => {
                found.sort_by_cached_key(|entry| (entry.waiver_expires.is_none(), entry.waiver_expires));
            }
        }
        if query.descending {
            found.reverse();
        }
        found
    }

    /// Every home group's name, and the same folded; none where they are not wanted.
    fn folded_branches(&self, wanted: bool) -> HashMap<&str, String> {
        let names = if wanted { self.branch_names() } else { &[] };
        names.iter().map(|name| (&**name, fold(name))).collect()
    }
}

/// In the order of texts: most pairs differ in their first eight bytes, and those are at hand.
fn by_text(text: &str) -> (u64, &str) {
    let mut first = [0; 8];
    let length = text.len().min(first.len());
    first[..length].copy_from_slice(&text.as_bytes()[..length]);
    (u64::from_be_bytes(first), text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::by_text;

    proptest! {
        /// A text is never before another because of its first bytes alone.
        #[test]
        fn by_text_is_the_order_of_texts(left in "[a-c\\PC]{0,10}", right in "[a-c\\PC]{0,10}") {
            prop_assert_eq!(by_text(&left).cmp(&by_text(&right)), left.cmp(&right));
        }
    }
}
