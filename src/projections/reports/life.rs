//! One person's cards, authorizations, warrants and waivers over time, without anything personal.

use std::collections::{BTreeMap, HashMap};

use crate::domain::date::CivilDate;
use crate::domain::id::{CombatantId, EventId, Slug};
use crate::domain::status::is_valid;
use crate::events::evolve::{Civil, Clash, Record, Standing};
use crate::events::{CombatantEvent, Fact};

/// A discipline by its number in [`Codes`].
pub type DisciplineNo = usize;
/// A type by its number in [`Codes`].
pub type TypeNo = u32;

/// Whether a type is held as a fighter or as a marshal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An authorization.
    Authorization,
    /// A marshal's warrant.
    Marshal,
}

/// Disciplines and types by number: counting compares no names.
#[derive(Debug, Clone, Default)]
pub struct Codes {
    /// The disciplines.
    pub disciplines: Vec<Slug>,
    /// The types, with the discipline that each belongs to.
    pub types: Vec<(DisciplineNo, Kind, Slug)>,
    known: HashMap<(DisciplineNo, Kind, Slug), TypeNo>,
}

impl Codes {
    fn discipline(&mut self, slug: &Slug) -> DisciplineNo {
        self.disciplines.iter().position(|known| known == slug).unwrap_or_else(|| {
            self.disciplines.push(slug.clone());
            self.disciplines.len() - 1
        })
    }

    fn kind(&mut self, discipline: DisciplineNo, kind: Kind, slug: &Slug) -> TypeNo {
        let key = (discipline, kind, slug.clone());
        if let Some(number) = self.known.get(&key) {
            return *number;
        }
        // A kingdom has some dozens of types.
        let number = TypeNo::try_from(self.types.len()).unwrap_or(TypeNo::MAX);
        self.types.push(key.clone());
        self.known.insert(key, number);
        number
    }
}

/// One person over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// Who.
    pub id: CombatantId,
    /// Since when the record counts no more; none while it does.
    pub left: Option<Left>,
    /// The cards there ever were.
    pub cards: Box<[LifeCard]>,
    /// Waivers: from which day each counted, and its expiry.
    pub waivers: Box<[(CivilDate, CivilDate)]>,
}

/// The end of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// The first day without it.
    pub on: CivilDate,
    /// The record that goes on for it, when it was joined to one (P6); none when it was erased (V6).
    pub into: Option<CombatantId>,
}

/// One card over time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifeCard {
    /// In which discipline.
    pub discipline: DisciplineNo,
    /// Its terms, by the day each began to count.
    pub terms: Box<[LifeTerm]>,
    /// Its authorizations: which, since when, and the first day without it.
    pub held: Box<[(TypeNo, CivilDate, Option<CivilDate>)]>,
    /// Its warrants: which, first and last day.
    pub warrants: Box<[(TypeNo, CivilDate, Option<CivilDate>)]>,
}

/// One term of a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LifeTerm {
    /// Since when it counts.
    pub from: CivilDate,
    /// The first day it is no longer valid (D3).
    pub expires_on: CivilDate,
    /// How it came about.
    pub how: How,
}

/// How a term came about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// The first card of that discipline.
    Issued,
    /// A renewal.
    Renewed,
    /// From a record that was joined to this one: nothing new.
    Joined,
}

/// What was the last by a day.
fn last_by<T: Copy>(stretches: &[T], day: CivilDate, from: impl Fn(&T) -> CivilDate) -> Option<T> {
    let count = stretches.partition_point(|stretch| from(stretch) <= day);
    count.checked_sub(1).map(|last| stretches[last])
}

impl LifeCard {
    /// Whether it was good on a day: valid, empty or not.
    #[must_use]
    pub fn is_valid(&self, day: CivilDate) -> bool {
        last_by(&self.terms, day, |term| term.from).is_some_and(|term| is_valid(term.expires_on, day))
    }

    /// The authorizations held on a day.
    pub fn held_on(&self, day: CivilDate) -> impl Iterator<Item = TypeNo> {
        let held = self
            .held
            .iter()
            .filter(move |(_, from, until)| *from <= day && until.is_none_or(|end| day < end));
        held.map(|(what, ..)| *what)
    }

    /// The warrants whose term held on a day; active are they with a good card and waiver (C8).
    pub fn warranted_on(&self, day: CivilDate) -> impl Iterator<Item = TypeNo> {
        let running = self
            .warrants
            .iter()
            .filter(move |(_, from, last)| *from <= day && last.is_none_or(|last| day <= last));
        running.map(|(what, ..)| *what)
    }
}

impl Life {
    /// Whether the record counted on a day.
    #[must_use]
    pub fn counts_on(&self, day: CivilDate) -> bool {
        self.left.is_none_or(|left| day < left.on)
    }

    /// Whether the waiver was good on a day.
    #[must_use]
    pub fn has_waiver(&self, day: CivilDate) -> bool {
        last_by(&self.waivers, day, |waiver| waiver.0).is_some_and(|(_, expires)| is_valid(expires, day))
    }

    /// The life that a record tells of; none of a record that nobody was registered in. `erased_on` is
    /// the day on which an erased one was erased, as far as that is known.
    ///
    /// # Errors
    /// [`Clash`] when the timeline makes no sense.
    pub fn of(
        id: CombatantId,
        record: &Record,
        erased_on: Option<CivilDate>,
        codes: &mut Codes,
    ) -> Result<Option<Self>, Clash> {
        if record.standing == Standing::Unknown {
            return Ok(None);
        }
        let mut draft = Draft::default();
        let last = record.walk(|day, fact, civil| draft.take(day, fact, civil))?;
        let left = match record.standing {
            // When it is not known, it counts on no day.
            Standing::Erased => Some(Left { on: erased_on.unwrap_or(CivilDate::BEGINNING), into: None }),
            Standing::MergedInto(into) => draft.ended.map(|on| Left { on, into: Some(into) }),
            Standing::Active | Standing::Unknown => None,
        };
        let warranted = Stretch::all(record, last, draft.joined)?;
        let mut cards = Vec::with_capacity(draft.cards.len());
        for (slug, card) in &draft.cards {
            let discipline = codes.discipline(slug);
            let held = card.held.iter().map(|(slug, from, until)| {
                (codes.kind(discipline, Kind::Authorization, slug), *from, *until)
            });
            let held = held.collect();
            let warrants = warranted
                .iter()
                .flat_map(|stretch| stretch.of(slug))
                .map(|(slug, from, last)| (codes.kind(discipline, Kind::Marshal, slug), from, last));
            let warrants = warrants.collect();
            cards.push(LifeCard { discipline, terms: card.terms.as_slice().into(), held, warrants });
        }
        Ok(Some(Self { id, left, cards: cards.into(), waivers: draft.waivers.into() }))
    }
}

/// What was so from one merge to the next: what came along, came on that day (P6).
struct Stretch {
    civil: Civil,
    from: CivilDate,
    last: Option<CivilDate>,
}

impl Stretch {
    /// All of a record, whose state is `last` at the end, and to which others were joined on those days.
    fn all(record: &Record, last: Civil, joined: Vec<CivilDate>) -> Result<Vec<Self>, Clash> {
        let mut from = CivilDate::BEGINNING;
        let mut all = Vec::with_capacity(joined.len() + 1);
        for day in joined {
            let last = day.day_before();
            all.push(Self { civil: record.civil(Some(last))?, from, last: Some(last) });
            from = day;
        }
        all.push(Self { civil: last, from, last: None });
        Ok(all)
    }

    /// The warrants in a discipline, as far as they ran then: type, first and last day.
    fn of(&self, discipline: &Slug) -> impl Iterator<Item = (&Slug, CivilDate, Option<CivilDate>)> {
        let warrants = self.civil.cards.get(discipline).map_or(&[][..], |card| card.warrants.as_slice());
        let cut = warrants.iter().map(|warrant| {
            let last = self.last.into_iter().chain(warrant.ends_on).min();
            (&warrant.marshal, warrant.starts_on.max(self.from), last)
        });
        cut.filter(|(_, from, last)| last.is_none_or(|last| *from <= last))
    }
}

/// A life while its timeline is walked.
#[derive(Default)]
struct Draft {
    cards: BTreeMap<Slug, DraftCard>,
    waivers: Vec<(CivilDate, CivilDate)>,
    merges: Vec<EventId>,
    joined: Vec<CivilDate>,
    ended: Option<CivilDate>,
}

#[derive(Default)]
struct DraftCard {
    terms: Vec<LifeTerm>,
    held: Vec<(Slug, CivilDate, Option<CivilDate>)>,
}

impl Draft {
    fn take(&mut self, day: CivilDate, fact: &Fact<CombatantEvent>, civil: &Civil) {
        match &fact.event {
            CombatantEvent::CombatantMerged(_) => {
                self.merges.push(fact.id);
                self.joined.push(day);
            }
            CombatantEvent::CombatantMergedAway(_) => self.ended = Some(day),
            _ => {}
        }
        for (slug, card) in &civil.cards {
            if !self.cards.contains_key(slug) {
                self.cards.insert(slug.clone(), DraftCard::default());
            }
            let Some(draft) = self.cards.get_mut(slug) else { continue };
            let known = draft.terms.last().map(|term| term.expires_on);
            if let Some(term) = card.term.filter(|term| Some(term.expires_on) != known) {
                let how = how(&self.merges, &fact.event, draft.terms.is_empty());
                draft.terms.push(LifeTerm { from: day, expires_on: term.expires_on, how });
            }
            for (what, _, until) in &mut draft.held {
                if until.is_none() && !card.authorizations.contains_key(what) {
                    *until = Some(day);
                }
            }
            for what in card.authorizations.keys() {
                if !draft.held.iter().any(|(held, _, until)| until.is_none() && held == what) {
                    draft.held.push((what.clone(), day, None));
                }
            }
        }
        if let Some(waiver) = civil.waiver
            && self.waivers.last().is_none_or(|(_, expires)| *expires != waiver.expires_on)
        {
            self.waivers.push((day, waiver.expires_on));
        }
    }
}

fn how(merges: &[EventId], event: &CombatantEvent, first: bool) -> How {
    match event {
        CombatantEvent::CombatantMerged(_) => How::Joined,
        CombatantEvent::CardDatesCorrected(e) if merges.contains(&e.corrects) => How::Joined,
        _ if first => How::Issued,
        _ => How::Renewed,
    }
}

#[cfg(test)]
#[path = "life_tests.rs"]
mod tests;
