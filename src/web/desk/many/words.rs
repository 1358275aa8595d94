//! What an act does, and from what to what, in a few words.

use crate::domain::date::CivilDate;
use crate::domain::id::Slug;
use crate::events::evolve::{Catalogue, Civil, Term, Warrant};
use crate::events::{CombatantEvent, Fact};
use crate::projections::desk::Entry;
use crate::web::views::Day;
use crate::web::words;

/// An event with the day of its effect.
pub type Dated<'e> = (&'e CombatantEvent, Option<CivilDate>);

/// How it is said what an act does to people.
pub struct Says {
    /// Of how many people, before it is done: of those who change, and of those who do not.
    pub would: (&'static str, &'static str),
    /// Of one person, before.
    pub will: (&'static str, &'static str),
    /// Of how many people, once it is done.
    pub did: (&'static str, &'static str),
    /// Of one person, then.
    pub done: (&'static str, &'static str),
}

/// How it is said of most acts.
pub const CHANGES: Says = Says {
    would: ("would change", "cannot, and stay as they are"),
    will: ("Changes", "Cannot"),
    did: ("changed", "did not, and stay as they were"),
    done: ("Changed", "Not changed"),
};

/// How it is said of mails.
pub const MAILS: Says = Says {
    would: ("would be mailed", "would not be"),
    will: ("Is mailed", "Is not"),
    did: ("were mailed", "were not"),
    done: ("Mailed", "Not mailed"),
};

/// What was there before these facts.
pub fn before(facts: &[Fact<CombatantEvent>], civil: &Civil, catalogue: &Catalogue) -> String {
    let card = |discipline: &Slug| civil.term(discipline).map_or_else(|| "no card".to_owned(), term);
    match facts.last().map(|fact| &fact.event) {
        Some(CombatantEvent::CardRenewed(e)) => card(&e.discipline),
        Some(CombatantEvent::CardDatesCorrected(e)) => card(&e.discipline),
        Some(CombatantEvent::AuthorizationGranted(e)) if civil.term(&e.discipline).is_none() => {
            "not held, no card".to_owned()
        }
        Some(CombatantEvent::AuthorizationGranted(_)) => "not held".to_owned(),
        Some(CombatantEvent::WarrantGranted(e)) => {
            let held = civil.cards.get(&e.discipline).into_iter().flat_map(|card| &card.warrants);
            let held = held.filter(|held| held.marshal == e.marshal && held.starts_on < e.starts_on);
            let last = held.max_by_key(|held| held.starts_on);
            last.map_or_else(|| "no warrant".to_owned(), |held| warrant(held, &e.discipline, catalogue))
        }
        Some(CombatantEvent::WarrantEnded(e)) => {
            let held = civil.cards.get(&e.discipline).into_iter().flat_map(|card| &card.warrants);
            let held = held.into_iter().find(|held| held.id == e.warrant);
            held.map_or_else(|| "no warrant".to_owned(), |held| warrant(held, &e.discipline, catalogue))
        }
        Some(CombatantEvent::LinkSent(_)) => "no PIN".to_owned(),
        _ => String::new(),
    }
}

/// Whether they are a renewal before the date that the card has now (D4).
pub fn moves_nothing(facts: &[Fact<CombatantEvent>], civil: &Civil) -> bool {
    facts.iter().any(|fact| match &fact.event {
        CombatantEvent::CardRenewed(e) => {
            civil.term(&e.discipline).is_some_and(|term| term.issued_on > e.issued_on)
        }
        _ => false,
    })
}

/// What is said of a renewal when the card's dates come from a later entry (D4).
pub fn outlasted(facts: &[Dated<'_>], entry: &Entry) -> Option<String> {
    facts.iter().find_map(|(event, _)| {
        let CombatantEvent::CardRenewed(e) = event else { return None };
        let card = entry.cards.iter().find(|card| card.discipline == e.discipline)?;
        let expires_on = card.expires_on.filter(|expires_on| *expires_on > e.expires_on)?;
        Some(format!("a later entry sets the card’s last day, {}", Day::from(expires_on.day_before()).short))
    })
}

/// What is there after these facts.
pub fn after<'f>(facts: impl IntoIterator<Item = Dated<'f>>, catalogue: &Catalogue) -> String {
    let said = facts.into_iter().filter_map(|(event, on)| match event {
        CombatantEvent::CardIssued(e) => Some(format!("card {}", dates(e.issued_on, e.expires_on))),
        CombatantEvent::CardRenewed(e) => Some(dates(e.issued_on, e.expires_on)),
        CombatantEvent::CardDatesCorrected(e) => Some(dates(e.issued_on, e.expires_on)),
        CombatantEvent::AuthorizationGranted(_) => {
            Some(on.map_or_else(|| "held".to_owned(), |on| format!("held since {}", Day::from(on).short)))
        }
        CombatantEvent::WarrantGranted(e) => {
            let name = words::marshal(catalogue, &e.discipline, &e.marshal);
            Some(format!("{name}, {}", span(e.starts_on, e.ends_on)))
        }
        CombatantEvent::WarrantEnded(e) => {
            let name = words::marshal(catalogue, &e.discipline, &e.marshal);
            let on = on.map_or_else(
                || "over".to_owned(),
                |on| format!("last day {}", Day::from(on.day_before()).short),
            );
            Some(format!("{name}, {on}"))
        }
        CombatantEvent::LinkSent(e) => Some(words::mail(&e.mail).to_owned()),
        _ => None,
    });
    said.collect::<Vec<_>>().join("; ")
}

fn dates(issued_on: CivilDate, expires_on: CivilDate) -> String {
    format!("issued {}, last day {}", Day::from(issued_on).short, Day::from(expires_on.day_before()).short)
}

fn term(term: Term) -> String {
    dates(term.issued_on, term.expires_on)
}

fn warrant(held: &Warrant, discipline: &Slug, catalogue: &Catalogue) -> String {
    let name = words::marshal(catalogue, discipline, &held.marshal);
    format!("{name}, {}", span(held.starts_on, held.ends_on))
}

fn span(from: CivilDate, to: Option<CivilDate>) -> String {
    let from = Day::from(from).short;
    to.map_or_else(|| format!("{from}, no end"), |to| format!("{from} to {}", Day::from(to).short))
}
