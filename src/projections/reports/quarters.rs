//! Cards that are new, renewed or lapsed, quarter by quarter.

use std::fmt;

use chrono::Datelike;

use super::histories::Known;
use super::life::{How, Life, LifeCard};
use crate::domain::date::CivilDate;
use crate::domain::id::Slug;

/// A quarter of a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quarter(i32);

impl Quarter {
    /// The quarter a day lies in.
    #[must_use]
    pub fn of(day: CivilDate) -> Self {
        let day = day.naive();
        Self(day.year() * 4 + i32::try_from(day.month0() / 3).unwrap_or(0))
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.0.div_euclid(4)
    }

    /// 1 to 4.
    #[must_use]
    pub const fn number(self) -> i32 {
        self.0.rem_euclid(4) + 1
    }
}

impl fmt::Display for Quarter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} Q{}", self.year(), self.number())
    }
}

/// What became of cards in a quarter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuarterCount {
    /// Which.
    pub quarter: Quarter,
    /// First cards.
    pub new: usize,
    /// Renewals.
    pub renewed: usize,
    /// Cards that expired with an authorization on them and had not been renewed by then.
    pub lapsed: usize,
}

/// The last `most` quarters up to a day, the oldest first, in a discipline or everywhere. The last one
/// is counted up to that day.
#[must_use]
pub fn quarters(known: &Known, on: CivilDate, discipline: Option<&Slug>, most: usize) -> Vec<QuarterCount> {
    let last = Quarter::of(on);
    let most = i32::try_from(most).unwrap_or(i32::MAX).max(1);
    let first = last.0 - most + 1;
    let empty = |number| QuarterCount { quarter: Quarter(number), new: 0, renewed: 0, lapsed: 0 };
    let mut rows: Vec<QuarterCount> = (first..=last.0).map(empty).collect();
    let mut add = |day: CivilDate, count: fn(&mut QuarterCount) -> &mut usize| {
        let at = usize::try_from(Quarter::of(day).0 - first).ok();
        if let Some(row) = at.and_then(|at| rows.get_mut(at)) {
            *count(row) += 1;
        }
    };
    let wanted = discipline.map(|slug| known.codes.disciplines.iter().position(|known| known == slug));
    for life in &known.lives {
        for card in life.cards.iter().filter(|card| wanted.is_none_or(|at| at == Some(card.discipline))) {
            for (place, term) in card.terms.iter().enumerate() {
                if term.from > on || !life.counts_on(term.from) {
                    break;
                }
                match term.how {
                    How::Issued => add(term.from, |row| &mut row.new),
                    How::Renewed => add(term.from, |row| &mut row.renewed),
                    How::Joined => {}
                }
                if term.expires_on <= on && lapsed(life, card, place) {
                    add(term.expires_on, |row| &mut row.lapsed);
                }
            }
        }
    }
    rows
}

/// Whether a term ran out: nothing had taken its place by the day of expiry, and there was something to lose.
fn lapsed(life: &Life, card: &LifeCard, place: usize) -> bool {
    let expires_on = card.terms[place].expires_on;
    let replaced = card.terms.get(place + 1).is_some_and(|next| next.from <= expires_on);
    !replaced && life.counts_on(expires_on) && card.held_on(expires_on).next().is_some()
}

#[cfg(test)]
#[path = "quarters_tests.rs"]
mod tests;
