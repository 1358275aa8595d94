//! What lapses in the days to come, discipline by discipline.
//!
//! Something lapses on the first day on which it no longer holds (D3): for cards, waivers and
//! memberships that is the day of expiry, for a warrant the day after the last of its term, or the day
//! on which the card or the waiver that it needs lapses, whichever comes first (C8).

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::date::CivilDate;
use crate::domain::id::Slug;
use crate::domain::policy::InForce;
use crate::domain::status::{is_valid, warrant_active};
use crate::projections::desk::{Entry, EntryCard};

/// How far ahead is counted, in days; each includes those before it.
pub const HORIZONS: [u32; 4] = [7, 30, 60, 90];
/// The days of the coming week, for reminders.
const WEEK: i64 = 7;

/// What can lapse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// A card that holds an authorization; an empty one is nobody's worry (C3).
    Cards,
    /// The waiver, in every discipline with a good card; it ends them all (C10).
    Waivers,
    /// A warrant that is active today (C8).
    Warrants,
    /// The membership of an active marshal. No rule makes a card depend on one.
    Memberships,
}

impl What {
    /// All of them, in the order of columns.
    pub const ALL: [Self; 4] = [Self::Cards, Self::Waivers, Self::Warrants, Self::Memberships];

    /// Its name in addresses and files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cards => "cards",
            Self::Waivers => "waivers",
            Self::Warrants => "warrants",
            Self::Memberships => "memberships",
        }
    }

    /// The one of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|what| what.as_str() == name)
    }

    const fn place(self) -> usize {
        self as usize
    }
}

/// Why something lapses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Its own term ends.
    Term,
    /// The card it needs expires.
    Card,
    /// The waiver it needs expires.
    Waiver,
}

/// One thing that lapses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lapse<'e> {
    /// What.
    pub what: What,
    /// In which discipline; none for a waiver of somebody without a good card.
    pub discipline: Option<&'e Slug>,
    /// The marshal type, of a warrant.
    pub marshal: Option<&'e Slug>,
    /// The first day without it.
    pub on: CivilDate,
    /// Why.
    pub why: Why,
}

/// How many lapse within each of [`HORIZONS`].
pub type Counts = [usize; HORIZONS.len()];

/// What lapses, by discipline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forecast {
    /// The day it is made for.
    pub today: CivilDate,
    /// By discipline, and what in the order of [`What::ALL`].
    pub disciplines: BTreeMap<Slug, [Counts; What::ALL.len()]>,
    /// In the whole kingdom: a waiver or membership that matters in two disciplines counts once.
    pub kingdom: [Counts; What::ALL.len()],
    /// The reminders that the rulebook asks for in the coming seven days (M1): days before the
    /// expiry, cards, waivers.
    pub reminders: Vec<(u32, usize, usize)>,
}

impl Forecast {
    /// The numbers of a discipline.
    #[must_use]
    pub fn of(&self, discipline: &Slug, what: What) -> Counts {
        self.disciplines.get(discipline).map_or([0; HORIZONS.len()], |row| row[what.place()])
    }

    /// The numbers of the whole kingdom.
    #[must_use]
    pub const fn whole(&self, what: What) -> Counts {
        self.kingdom[what.place()]
    }
}

/// Whether a card is good and not empty.
fn is_good(card: &EntryCard, today: CivilDate) -> bool {
    card.authorizations > 0 && card.expires_on.is_some_and(|day| is_valid(day, today))
}

/// Tells of everything of a person that lapses by a day, that day included.
pub fn each_lapse<'e>(
    entry: &'e Entry,
    today: CivilDate,
    until: CivilDate,
    each: &mut impl FnMut(Lapse<'e>),
) {
    let soon = |day: Option<CivilDate>| day.filter(|day| is_valid(*day, today) && *day <= until);
    let waiver = soon(entry.waiver_expires);
    let member = soon(entry.member_expiry);
    let mut needs_waiver = false;
    for card in &entry.cards {
        let discipline = Some(&card.discipline);
        let mut tell = |what, on, why, marshal| each(Lapse { what, discipline, marshal, on, why });
        if is_good(card, today) {
            needs_waiver = true;
            if let Some(on) = soon(card.expires_on) {
                tell(What::Cards, on, Why::Term, None);
            }
            if let Some(on) = waiver {
                tell(What::Waivers, on, Why::Term, None);
            }
        }
        let mut serves = false;
        for (marshal, from, to) in &card.warrants {
            if !warrant_active(today, *from, *to, card.expires_on, entry.waiver_on(today)) {
                continue;
            }
            serves = true;
            if let Some((on, why)) = warrant_ends(entry, card, marshal, *to)
                && on <= until
            {
                tell(What::Warrants, on, why, Some(marshal));
            }
        }
        if let (true, Some(on)) = (serves, member) {
            tell(What::Memberships, on, Why::Term, None);
        }
    }
    if let (false, Some(on)) = (needs_waiver, waiver) {
        each(Lapse { what: What::Waivers, discipline: None, marshal: None, on, why: Why::Term });
    }
}

/// The first day on which an active warrant is active no more, and why. One of the same type that
/// follows without a gap carries it on.
fn warrant_ends(
    entry: &Entry,
    card: &EntryCard,
    marshal: &Slug,
    to: Option<CivilDate>,
) -> Option<(CivilDate, Why)> {
    let mut to = to;
    while let Some(last) = to {
        let next = last.plus_days(1);
        let follows = card
            .warrants
            .iter()
            .find(|(other, from, end)| other == marshal && *from <= next && end.is_none_or(|end| end > last));
        match follows {
            Some((.., end)) => to = *end,
            None => break,
        }
    }
    let ends = [
        (to.map(|last| last.plus_days(1)), Why::Term),
        (card.expires_on, Why::Card),
        (entry.waiver_expires, Why::Waiver),
    ];
    ends.into_iter().filter_map(|(day, why)| Some((day?, why))).min_by_key(|(day, _)| *day)
}

/// Counts what lapses, in one pass over everybody.
pub fn forecast<'e>(
    entries: impl Iterator<Item = &'e Arc<Entry>>,
    today: CivilDate,
    in_force: &InForce,
) -> Forecast {
    let until = today.plus_days(i64::from(HORIZONS[HORIZONS.len() - 1]));
    let mut kingdom = [Counts::default(); What::ALL.len()];
    let mut disciplines: Vec<(&Slug, [Counts; What::ALL.len()])> = Vec::new();
    let mut reminders: Vec<(u32, usize, usize)> =
        in_force.reminder_days.iter().map(|days| (*days, 0, 0)).collect();
    for entry in entries {
        // A waiver or a membership is one, in however many disciplines it matters.
        let mut once = [false; What::ALL.len()];
        each_lapse(entry, today, until, &mut |lapse: Lapse<'e>| {
            let days = lapse.on.days_since(today);
            let place = lapse.what.place();
            let single = matches!(lapse.what, What::Waivers | What::Memberships);
            if !(single && std::mem::replace(&mut once[place], true)) {
                add(&mut kingdom[place], days);
            }
            if let Some(slug) = lapse.discipline {
                let at = disciplines.iter().position(|(known, _)| *known == slug).unwrap_or_else(|| {
                    disciplines.push((slug, [Counts::default(); What::ALL.len()]));
                    disciplines.len() - 1
                });
                add(&mut disciplines[at].1[place], days);
            }
        });
        if entry.acceptance.suffices(in_force.policy) {
            remind(entry, today, &mut reminders);
        }
    }
    let disciplines = disciplines.into_iter().map(|(slug, row)| (slug.clone(), row)).collect();
    Forecast { today, disciplines, kingdom, reminders }
}

fn add(counts: &mut Counts, days: i64) {
    for (count, horizon) in counts.iter_mut().zip(HORIZONS) {
        *count += usize::from(days <= i64::from(horizon));
    }
}

/// Counts the reminders that fall due in the coming seven days; nobody is reminded before accepting (V1).
fn remind(entry: &Entry, today: CivilDate, reminders: &mut [(u32, usize, usize)]) {
    for (days, cards, waivers) in reminders {
        let due = |expires: Option<CivilDate>| {
            expires.is_some_and(|day| (0..WEEK).contains(&day.plus_days(-i64::from(*days)).days_since(today)))
        };
        let good = entry.cards.iter().filter(|card| card.authorizations > 0 && due(card.expires_on));
        *cards += good.count();
        *waivers += usize::from(due(entry.waiver_expires));
    }
}

/// Everything of that kind that lapses within so many days, in a discipline or anywhere, the soonest
/// first and then by name. Anywhere, what is one thing in several disciplines stands there once.
pub fn people<'e>(
    entries: impl Iterator<Item = &'e Arc<Entry>>,
    today: CivilDate,
    what: What,
    discipline: Option<&Slug>,
    days: u32,
) -> Vec<(&'e Arc<Entry>, Lapse<'e>)> {
    let until = today.plus_days(i64::from(days));
    let single = discipline.is_none() && matches!(what, What::Waivers | What::Memberships);
    let mut found: Vec<(&'e Arc<Entry>, Lapse<'e>)> = Vec::new();
    for entry in entries {
        let mut first = true;
        each_lapse(entry, today, until, &mut |lapse: Lapse<'e>| {
            let here = discipline.is_none_or(|slug| lapse.discipline == Some(slug));
            if lapse.what == what && here && (first || !single) {
                first = false;
                found.push((entry, lapse));
            }
        });
    }
    found.sort_by_key(|(_, lapse)| lapse.on);
    found
}

#[cfg(test)]
#[path = "forecast_tests.rs"]
mod tests;
