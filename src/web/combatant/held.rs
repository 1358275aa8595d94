//! One's own record as a page: what is held, in words (V7).

use super::link::{fresh, refused};
use super::shown;
use crate::commands::bus::{Entry, KingdomState};
use crate::commands::combatant::ask_correction;
use crate::domain::actor::Actor;
use crate::domain::id::{Slug, StreamType};
use crate::events::evolve::{Consent, Record};
use crate::events::{AccessEvent, Event};
use crate::web::desk::record as desk;
use crate::web::state::AppState;
use crate::web::views::{
    CommandForm, Day, Detail, Field, HeldCard, HistoryRow, Kind, Moment, MyRecordView, ReadingRow,
};
use crate::web::words;

/// What was wrong with a form of the page.
pub(super) struct Back {
    /// Which form.
    pub form: &'static str,
    /// What was typed into it.
    pub typed: String,
    /// What is wrong.
    pub why: String,
}

/// The page.
pub(super) fn view(
    state: &AppState,
    record: &Record,
    entries: &[Entry],
    back: Option<&Back>,
) -> MyRecordView {
    let kingdom = state.kingdom();
    let zone = kingdom.catalogue.kingdom.zone.tz();
    let long = |day| Day::from(day).long;
    let back_of = |form: &str| back.filter(|back| back.form == form);
    let correction = back_of("correction");
    let text = Field::new(Kind::Textarea, "text", "What is wrong, and what would be right")
        .required()
        .at_most(u32::try_from(ask_correction::MOST_CHARS).unwrap_or(1_000))
        .hint("Your name, address and the like you can change yourself: ask for the link below.")
        .value(correction.map(|back| back.typed.clone()).unwrap_or_default())
        .error(correction.map(|back| back.why.clone()));
    let (label, value, note) = if record.listed {
        ("Stop listing me", "no", "The public register shows you by your SCA name, unless you are a minor.")
    } else {
        ("List me publicly", "yes", "The public register does not show you. Minors are never shown.")
    };
    let listing = CommandForm::new("listing", "/my-record/listing", label, fresh(state), Vec::new())
        .with_hidden("listed", value)
        .note(note);
    let civil = record.civil(None).unwrap_or_default();
    let mut cards: Vec<HeldCard> = civil
        .cards
        .iter()
        .map(|(slug, card)| HeldCard {
            name: words::discipline(&kingdom.catalogue, slug),
            facts: card.term.map_or_else(Vec::new, |term| {
                vec![
                    Detail::new("Issued", long(term.issued_on)),
                    Detail::new("Last valid day", long(term.expires_on.day_before())),
                ]
            }),
            holds: card
                .authorizations
                .keys()
                .map(|kind| words::authorization(&kingdom.catalogue, slug, kind))
                .chain(card.warrants.iter().map(|warrant| {
                    let kind = words::marshal(&kingdom.catalogue, slug, &warrant.marshal);
                    let ends = warrant.ends_on.map_or_else(String::new, |day| format!(" to {}", long(day)));
                    format!("warrant as {kind} from {}{ends}", long(warrant.starts_on))
                }))
                .collect(),
        })
        .collect();
    cards.sort_by_cached_key(|card| crate::domain::text::fold(&card.name));
    let mut standing = vec![
        Detail::new("Privacy policy", policy(record)),
        Detail::new("Listed publicly", if record.listed { "Yes" } else { "No" }),
        Detail::new("PIN", if record.pin { "Set; nobody can read it" } else { "None" }),
    ];
    standing.push(match civil.waiver {
        Some(waiver) => Detail::new(
            "Waiver",
            format!(
                "Signed on {}; last valid day {}",
                long(waiver.signed_on),
                long(waiver.expires_on.day_before())
            ),
        ),
        None => Detail::missing("Waiver"),
    });
    if let Some(address) = record.asked_address.as_ref().and_then(|(_, address)| shown::open(address)) {
        standing.push(Detail::new("E-mail address to be confirmed", address));
    }
    let told = words::Told::of(entries, &kingdom);
    MyRecordView {
        name: shown::name(record).to_owned(),
        card: shown::card_link(record),
        details: desk::details(record, &kingdom.catalogue),
        standing,
        cards,
        waiting: record.corrections.iter().filter_map(|(_, text)| shown::open(text)).collect(),
        changes: entries
            .iter()
            .rev()
            .filter(|entry| entry.row.stream.kind == StreamType::Combatant)
            .map(|entry| {
                let what = told.words(entry);
                HistoryRow {
                    text: what.text,
                    more: what.more,
                    effective: entry.row.effective_on.map(Into::into),
                    recorded: Moment::new(entry.row.recorded_at, zone),
                    by: by(&entry.row.actor, &kingdom),
                    superseded: told.superseded(entry),
                    href: None,
                    undo: None,
                }
            })
            .collect(),
        readings: entries
            .iter()
            .rev()
            .filter_map(|entry| match &entry.event {
                Some(Event::Access(AccessEvent::RecordRead(read))) => Some(ReadingRow {
                    at: Moment::new(entry.row.recorded_at, zone),
                    by: by(&entry.row.actor, &kingdom),
                    screen: screen(&read.screen),
                    reason: read.reason.as_ref().and_then(shown::open),
                }),
                _ => None,
            })
            .collect(),
        correct: CommandForm::new(
            "correction",
            "/my-record/correction",
            "Ask for it",
            fresh(state),
            vec![text],
        ),
        listing: refused(listing, back_of("listing").map(|back| back.why.clone())),
        contact: kingdom.catalogue.kingdom.mol_email.clone(),
    }
}

fn policy(record: &Record) -> String {
    match &record.consent {
        Consent::Awaited => "Not accepted".to_owned(),
        Consent::Accepted { policy_version: Some(version) } => format!("Version {version} accepted"),
        Consent::Accepted { policy_version: None } => {
            "Accepted before this register kept versions".to_owned()
        }
    }
}

/// Who did something, as the person is told.
pub(super) fn by(actor: &Actor, kingdom: &KingdomState) -> String {
    match actor {
        Actor::LinkHolder(_) => "you, by a link".to_owned(),
        Actor::Officer(_) => words::actor(actor, kingdom),
        Actor::Operator(_) => "whoever runs this site".to_owned(),
        Actor::Process(_) => "the register itself".to_owned(),
    }
}

/// What a screen is called.
fn screen(slug: &Slug) -> String {
    match slug.as_str() {
        "desk-record" => "your record, on the desk".to_owned(),
        "desk-edit" => "the form with your details".to_owned(),
        "my-record" => "this page".to_owned(),
        other => other.replace('-', " "),
    }
}
