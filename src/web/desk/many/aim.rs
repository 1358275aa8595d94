//! What an act asks for: a day in a discipline, or a mail to so many.

use uuid::Uuid;

use super::MOST;
use super::acts::{Act, Faults, Kind};
use crate::domain::date::CivilDate;
use crate::domain::id::Slug;
use crate::domain::mail::Mail;
use crate::events::evolve::{Catalogue, Record, Warrant};
use crate::web::form::Sent;
use crate::web::views::parts::thousands;

/// What an act asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    /// A day, in a discipline.
    Day {
        /// Where.
        discipline: Slug,
        /// Which authorization, or which kind of marshal; all of them where none is named.
        of: Option<Slug>,
        /// The day.
        on: CivilDate,
    },
    /// A mail.
    Mail {
        /// Which of the three.
        mail: Mail,
        /// To how many at most.
        most: Option<usize>,
    },
}

impl Act {
    /// On what of a person's it acts: each warrant by its id, and the nil id for everything else. Where
    /// there is nothing to act on, the command says so itself.
    pub fn units(&self, record: &Record) -> Vec<Uuid> {
        match (self.kind, &self.aim) {
            (Kind::EndWarrants, Aim::Day { discipline, of, on }) => {
                warrants(record, discipline, of.as_ref(), |held| held.runs_on_or_after(*on))
            }
            (Kind::RenewWarrants, Aim::Day { discipline, of, .. }) => {
                last_of_each_type(record, discipline, of.as_ref())
            }
            _ => vec![Uuid::nil()],
        }
    }
}

/// The day and the place that a form asks for.
pub fn day_of(kind: Kind, sent: &Sent, catalogue: &Catalogue, errors: &mut Faults) -> Option<Aim> {
    let place = place(kind, sent.text("in"), catalogue);
    if place.is_none() {
        errors.push(("in", "Choose one from the list".to_owned()));
    }
    let on = sent.day("on").map_err(|why| errors.push(("on", why))).ok()?;
    let (discipline, of) = place?;
    Some(Aim::Day { discipline, of, on })
}

/// The mail that a form asks for, and to how many.
pub fn mail_of(sent: &Sent, errors: &mut Faults) -> Option<Aim> {
    let mail = Mail::PIN_INVITATIONS.into_iter().find(|mail| mail.as_str() == sent.text("in"));
    if mail.is_none() {
        errors.push(("in", "Choose one from the list".to_owned()));
    }
    let most = sent.filled("most").map(|text| text.parse().ok().filter(|most| (1..=MOST).contains(most)));
    if most == Some(None) {
        errors.push(("most", format!("Type a number from 1 to {}, or nothing", thousands(MOST))));
    }
    Some(Aim::Mail { mail: mail?, most: most.flatten() })
}

/// A discipline, and a type of it where one is named.
pub fn split(place: &str) -> Option<(Slug, Option<Slug>)> {
    let (discipline, of) = place.split_once('/').map_or((place, None), |(place, of)| (place, Some(of)));
    let of = of.map(Slug::parse).transpose().ok()?;
    Some((Slug::parse(discipline).ok()?, of))
}

/// Reads what was chosen, if there is such a thing.
fn place(kind: Kind, text: &str, catalogue: &Catalogue) -> Option<(Slug, Option<Slug>)> {
    let (discipline, of) = split(text)?;
    catalogue.disciplines.get(&discipline)?;
    let types = kind.types(catalogue, &discipline);
    let known = of.as_ref().is_none_or(|of| types.is_some_and(|types| types.contains_key(of)));
    (known && (kind != Kind::Grant || of.is_some())).then_some((discipline, of))
}

/// The warrants in question; the nil one, which nobody holds, where there is none.
fn warrants(
    record: &Record,
    discipline: &Slug,
    of: Option<&Slug>,
    which: impl Fn(&Warrant) -> bool,
) -> Vec<Uuid> {
    let civil = record.civil(None).unwrap_or_default();
    let held = civil.cards.get(discipline).into_iter().flat_map(|card| &card.warrants);
    let held = held.filter(|held| of.is_none_or(|of| held.marshal == *of) && which(held));
    let ids: Vec<Uuid> = held.map(|held| held.id.0).collect();
    if ids.is_empty() { vec![Uuid::nil()] } else { ids }
}

/// Of each kind of marshal the warrant that runs longest: the one that a renewal follows.
fn last_of_each_type(record: &Record, discipline: &Slug, of: Option<&Slug>) -> Vec<Uuid> {
    let civil = record.civil(None).unwrap_or_default();
    let mut last: std::collections::BTreeMap<&Slug, &Warrant> = std::collections::BTreeMap::new();
    for held in civil.cards.get(discipline).into_iter().flat_map(|card| &card.warrants) {
        let later = |other: &&Warrant| {
            (other.ends_on.is_none(), other.ends_on) > (held.ends_on.is_none(), held.ends_on)
        };
        if of.is_none_or(|of| held.marshal == *of) && !last.get(&held.marshal).is_some_and(later) {
            last.insert(&held.marshal, held);
        }
    }
    let ids: Vec<Uuid> = last.into_values().map(|held| held.id.0).collect();
    if ids.is_empty() { vec![Uuid::nil()] } else { ids }
}
