//! Who holds what on a day, and how old they are.

use std::collections::BTreeMap;

use super::histories::Known;
use super::life::Kind;
use crate::domain::date::CivilDate;
use crate::domain::id::{CombatantId, Slug};
use crate::domain::rulebook::{AgeBand, Rules, Youth, age_band};

/// How many hold something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Hold it, whatever their card says; of a warrant: its term runs.
    pub held: usize,
    /// Of these, with a good card.
    pub card: usize,
    /// Of these, with a good waiver too: they may use it that day (C8, C11).
    pub fit: usize,
}

/// How many hold one type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeCount {
    /// The discipline.
    pub discipline: Slug,
    /// Authorization or marshal.
    pub kind: Kind,
    /// The type.
    pub slug: Slug,
    /// How many.
    pub tally: Tally,
}

/// How many hold each type on a day; types that nobody ever held are not among them.
#[must_use]
pub fn by_type(known: &Known, on: CivilDate) -> Vec<TypeCount> {
    let mut tallies = vec![Tally::default(); known.codes.types.len()];
    for life in known.lives.iter().filter(|life| life.counts_on(on)) {
        let waiver = life.has_waiver(on);
        for card in &life.cards {
            let valid = card.is_valid(on);
            for what in card.held_on(on).chain(card.warranted_on(on)) {
                let tally = &mut tallies[what as usize];
                tally.held += 1;
                tally.card += usize::from(valid);
                tally.fit += usize::from(valid && waiver);
            }
        }
    }
    let named = known.codes.types.iter().zip(tallies).map(|((discipline, kind, slug), tally)| TypeCount {
        discipline: known.codes.disciplines[*discipline].clone(),
        kind: *kind,
        slug: slug.clone(),
        tally,
    });
    named.collect()
}

/// How old people are. Each is in one of three groups, and unknown is never adult (P7).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ages {
    /// Of age.
    pub adult: usize,
    /// Under age.
    pub minor: usize,
    /// Date of birth unknown, or nobody may know it any more.
    pub unknown: usize,
    /// Of all of them, youth by the discipline's rulebook.
    pub youth: usize,
}

impl Ages {
    /// How many people.
    #[must_use]
    pub const fn people(self) -> usize {
        self.adult + self.minor + self.unknown
    }

    fn add(&mut self, band: AgeBand) {
        match band {
            AgeBand::Adult => self.adult += 1,
            AgeBand::Minor => self.minor += 1,
            AgeBand::Unknown => self.unknown += 1,
        }
    }
}

/// How old whoever has a good card is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgeReport {
    /// By discipline.
    pub disciplines: BTreeMap<Slug, Ages>,
    /// In the whole kingdom, everybody once; nobody is youth there, as that is a discipline's word.
    pub kingdom: Ages,
}

/// How old on a day whoever has a good card that holds an authorization is. `born` knows the dates of
/// birth; for a record that was joined to another, that one's is asked for.
#[must_use]
pub fn ages(
    known: &Known,
    born: impl Fn(CombatantId) -> Option<CivilDate>,
    on: CivilDate,
    rules: &Rules,
) -> AgeReport {
    let mut rows = vec![Ages::default(); known.codes.disciplines.len()];
    let mut kingdom = Ages::default();
    for life in known.lives.iter().filter(|life| life.counts_on(on)) {
        let mut birth = None;
        for card in life.cards.iter().filter(|card| card.is_valid(on) && card.held_on(on).next().is_some()) {
            let first = birth.is_none();
            let born = *birth.get_or_insert_with(|| born(known.survivor(life)));
            let band = age_band(born, on, rules);
            if first {
                kingdom.add(band);
            }
            let row = &mut rows[card.discipline];
            row.add(band);
            let discipline = &known.codes.disciplines[card.discipline];
            row.youth += usize::from(rules.youth(discipline, born, on) == Youth::Yes);
        }
    }
    let disciplines = known.codes.disciplines.iter().cloned().zip(rows).collect();
    AgeReport { disciplines, kingdom }
}

#[cfg(test)]
#[path = "counts_tests.rs"]
mod tests;
