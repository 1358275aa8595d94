//! What the card page says of a person on a day: C3, C6, C7, C8, C10, C11, D3, P4.

use crate::domain::card_id::CardIdForm;
use crate::domain::date::CivilDate;
use crate::domain::date_text::long_date;
use crate::domain::id::Slug;
use crate::domain::status::{self, CardState, WaiverState, warrant_active};
use crate::domain::text::{fold, initials};
use crate::events::evolve::{Card, Catalogue, Warrant};
use crate::projections::card;
use crate::web::views::{Badge, CardDiscipline, CardView, OldLink, Tone, TypeLine, Verdict, WaiverLine};

/// The card page on a day. Reached by a guessable address, it shows the legal
/// name as initials, also where it stands in for a missing SCA name (P4).
#[must_use]
pub fn card_view(card: &card::CardView, day: CivilDate, catalogue: &Catalogue) -> CardView {
    let old = card.reached_by == Some(CardIdForm::Legacy);
    let legal = if old { initials(&card.legal_name) } else { card.legal_name.clone() };
    let waiver = card.waiver_on(day);
    let mut disciplines: Vec<(bool, CardDiscipline)> = card
        .cards
        .iter()
        .filter(|(_, held)| !held.authorizations.is_empty())
        .filter_map(|(slug, held)| discipline(slug, held, waiver, day, catalogue))
        .collect();
    // Those valid today first, then alphabetically.
    disciplines.sort_by_cached_key(|(fit, discipline)| (!fit, fold(&discipline.name)));
    let fights: Vec<String> =
        disciplines.iter().filter(|(fit, _)| *fit).map(|(_, d)| d.name.clone()).collect();
    let disciplines: Vec<_> = disciplines.into_iter().map(|(_, discipline)| discipline).collect();
    let nothing = nothing(card, catalogue);
    let good_until = (!fights.is_empty()).then(|| good_until(card, waiver, day)).flatten();
    CardView {
        name: card.sca_name.clone().unwrap_or_else(|| legal.clone()),
        legal_name: card.sca_name.is_some().then_some(legal),
        branch: card.branch.clone(),
        today: day.into(),
        verdict: whole(&fights, waiver, &disciplines, &nothing),
        fights,
        waiver: waiver_line(waiver),
        disciplines,
        nothing: nothing.0,
        old_link: old.then(|| OldLink { href: "/request-card".to_owned() }),
        good_until: good_until.map(Into::into),
        check: None,
        papers: None,
    }
}

/// The first of the last valid days of what is good today: the waiver's and the cards' (D3).
fn good_until(card: &card::CardView, waiver: WaiverState, day: CivilDate) -> Option<CivilDate> {
    let WaiverState::Valid { expires_on } = waiver else { return None };
    let cards = card.cards.values().filter(|held| !held.authorizations.is_empty());
    let terms = cards.filter_map(|held| held.term).map(|term| term.expires_on);
    terms.filter(|expires| day < *expires).chain([expires_on]).min().map(CivilDate::day_before)
}

/// What is said, and what to do, where there is no card with authorizations. On a past day they may stand without one:
/// when the card's date was corrected to a later one (C4).
fn nothing(card: &card::CardView, catalogue: &Catalogue) -> (String, String) {
    let cards = card.cards.iter();
    let without = cards.filter(|(_, held)| held.term.is_none() && !held.authorizations.is_empty());
    let without: Vec<_> = without.map(|(slug, _)| catalogue.discipline_name(slug)).collect();
    if without.is_empty() {
        let fix = "Authorize with a marshal of the discipline.";
        return ("No authorizations on file.".to_owned(), fix.to_owned());
    }
    let why = format!("Authorizations in {} are on file, but no card by that day.", without.join(" and "));
    (why, "Ask the Minister of the Lists which of the two dates is wrong.".to_owned())
}

/// The whole answer (C10): the waiver speaks for all cards, so it speaks first.
fn whole(
    fights: &[String],
    waiver: WaiverState,
    disciplines: &[CardDiscipline],
    nothing: &(String, String),
) -> Verdict {
    if !fights.is_empty() {
        return Verdict {
            tone: Tone::Good,
            word: "May fight today".to_owned(),
            why: "Card and waiver are good.".to_owned(),
            fix: None,
        };
    }
    let (why, fix) = match (waiver.is_good(), disciplines) {
        (_, [only]) => (only.verdict.why.clone(), only.verdict.fix.clone()),
        (false, _) => (sentence(&waiver.to_string()), waiver_fix(waiver)),
        (true, []) => (nothing.0.clone(), Some(nothing.1.clone())),
        (true, several) => {
            let lapsed: Vec<String> =
                several.iter().map(|d| format!("{} expired on {}", d.name, d.expires.long)).collect();
            (sentence(&lapsed.join("; ")), Some("Renew a card with a marshal of its discipline.".to_owned()))
        }
    };
    Verdict { tone: Tone::Bad, word: "Not valid for combat".to_owned(), why, fix }
}

fn waiver_fix(waiver: WaiverState) -> Option<String> {
    let reason = match waiver {
        WaiverState::Missing => status::Reason::WaiverMissing,
        WaiverState::Lapsed { expired_on } => status::Reason::WaiverLapsed { expired_on },
        WaiverState::Valid { .. } => return None,
    };
    Some(sentence(reason.fix()))
}

fn waiver_line(waiver: WaiverState) -> WaiverLine {
    let (state, text) = match waiver {
        WaiverState::Missing => (Badge::new(Tone::Off, "Missing"), "No waiver has been recorded.".to_owned()),
        WaiverState::Lapsed { expired_on } => (
            Badge::new(Tone::Bad, "Lapsed"),
            format!(
                "Lapsed on {}; last valid day {}.",
                long_date(expired_on),
                long_date(expired_on.day_before())
            ),
        ),
        WaiverState::Valid { expires_on } => (
            Badge::new(Tone::Good, "On file"),
            format!(
                "Good through {}; expires {}.",
                long_date(expires_on.day_before()),
                long_date(expires_on)
            ),
        ),
    };
    WaiverLine { state, text }
}

/// One card, and whether it lets its holder fight that day; none for a card
/// without dates, which only a correction leaves behind.
fn discipline(
    slug: &Slug,
    held: &Card,
    waiver: WaiverState,
    day: CivilDate,
    catalogue: &Catalogue,
) -> Option<(bool, CardDiscipline)> {
    let term = held.term?;
    let verdict = status::Verdict::new(term.expires_on, held.authorizations.len(), waiver, day);
    let types = catalogue
        .authorizations_in_order(slug)
        .into_iter()
        .map(|(slug, state)| (held.authorizations.contains_key(slug), state))
        // A retired type is shown to those who hold it.
        .filter(|(held, state)| *held || !state.retired)
        .map(|(held, state)| TypeLine::new(&state.name, held, if state.primary { "primary" } else { "" }));
    let state = catalogue.disciplines.get(slug);
    let mut marshals: Vec<TypeLine> = state
        .into_iter()
        .flat_map(|state| &state.marshals)
        .filter_map(|(kind, state)| {
            let warrants: Vec<&Warrant> = held.warrants.iter().filter(|w| w.marshal == *kind).collect();
            marshal_line(&state.name, &warrants, state.retired, Some(term.expires_on), waiver, day)
        })
        .collect();
    marshals.sort_by_cached_key(|line| fold(&line.name));
    let card = CardDiscipline {
        slug: slug.to_string(),
        name: state.map_or_else(|| slug.to_string(), |state| state.name.clone()),
        verdict: view_of(&verdict, CardState::on(term.expires_on, day)),
        issued: term.issued_on.into(),
        last_valid: term.expires_on.day_before().into(),
        expires: term.expires_on.into(),
        types: types.collect(),
        marshals,
    };
    Some((verdict.is_fit(), card))
}

fn view_of(verdict: &status::Verdict, card: CardState) -> Verdict {
    let text = verdict.to_string();
    let why = text.split_once(": ").map_or(text.as_str(), |(_, rest)| rest);
    let why = sentence(why.split("; fix: ").next().unwrap_or(why));
    let (tone, word) = match (verdict.is_fit(), card) {
        (true, _) => (Tone::Good, "Valid"),
        (false, CardState::Expired) => (Tone::Bad, "Expired"),
        (false, CardState::Valid) => (Tone::Bad, "Not valid"),
    };
    let fixes = verdict.fixes();
    let fix = (!fixes.is_empty()).then(|| sentence(&fixes.join(", and ")));
    Verdict { tone, word: word.to_owned(), why, fix }
}

/// One marshal type: the warrant that runs or is to come, with what is to know about it (C7, C8).
fn marshal_line(
    name: &str,
    warrants: &[&Warrant],
    retired: bool,
    card_expires: Option<CivilDate>,
    waiver: WaiverState,
    day: CivilDate,
) -> Option<TypeLine> {
    let current = warrants.iter().find(|w| w.starts_on <= day && w.ends_on.is_none_or(|last| day <= last));
    let coming = warrants.iter().filter(|w| w.starts_on > day).min_by_key(|w| w.starts_on);
    let active = current.is_some_and(|w| warrant_active(day, w.starts_on, w.ends_on, card_expires, waiver));
    let term = match (current, coming) {
        (Some(_), _) if !active && !waiver.is_good() => "suspended until there is a valid waiver".to_owned(),
        (Some(_), _) if !active => "suspended while the card is expired".to_owned(),
        (Some(w), _) => w.ends_on.map_or_else(String::new, |last| format!("until {}", long_date(last))),
        (None, Some(w)) => format!("from {}", long_date(w.starts_on)),
        (None, None) => String::new(),
    };
    // A retired type is shown to those whose warrant runs or is to come.
    let shown = !retired || current.is_some() || coming.is_some();
    shown.then(|| TypeLine::new(name, active, term))
}

/// A text as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).chain(['.']).collect()
}
