//! The rulebook: what is in force and what will be, every version, and adopting
//! another one (D5).

use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::response::Response;

use super::act::{self, Asked, Held, NotAsked};
use super::page::{Desk, Screen, grouped};
use super::terms::{self, Term, timeline};
use crate::commands::bus::Entry;
use crate::commands::kingdom::AdoptRulebook;
use crate::domain::date::CivilDate;
use crate::domain::date_text::long_date;
use crate::domain::id::{StreamId, StreamType};
use crate::domain::permission::Permission;
use crate::domain::rulebook::Rules;
use crate::events::evolve::Catalogue;
use crate::events::evolve::catalogue::Rulebook;
use crate::events::rulebook::RulebookAdopted;
use crate::events::{Event, RulebookEvent};
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::views::{
    Badge, BookRow, ComingTerm, DeskRulebookView, Field, Kind, Moment, TermRow, Tone, Width, href,
};
use crate::web::words;

/// The form's id on its page.
const FORM: &str = "rulebook";
/// What rules rest on before any rulebook.
const BUILT_IN: &str = "no law yet: built in";

/// The page; its form holds the rules of a version, or those in force today.
///
/// # Errors
/// [`AppError`] when the log cannot be read.
pub async fn view(desk: &Desk<'_>, from: Option<u32>) -> Result<DeskRulebookView, AppError> {
    let screen = Screen::Rulebook(None);
    let catalogue = desk.catalogue();
    let entries = desk.state.bus().stream_history(StreamId::only(StreamType::Rulebook)).await?;
    let today = catalogue.rulebook_on(desk.today);
    let chosen = from.and_then(|version| catalogue.rulebooks.iter().find(|book| book.version == version));
    let base = chosen.unwrap_or(&today);
    let mut notes = Vec::new();
    for (day, book) in timeline(catalogue).into_iter().filter(|(day, _)| *day > desk.today) {
        notes.push(format!(
            "Version {} comes into force on {} and sets every rule. What you adopt for an earlier day holds until then; \
             to keep it, adopt another version for {} as well.",
            book.version,
            long_date(day),
            long_date(day)
        ));
    }
    let own = terms::of_kingdom();
    let disciplines = terms::of_disciplines(catalogue);
    let mut fields: Vec<Field> = own.iter().chain(&disciplines).map(|term| term.field(&base.rules)).collect();
    let effective = Field::new(Kind::Date, "in_force_from", "In force from")
        .required()
        .value(desk.today.to_string())
        .between(Some(CivilDate::BEGINNING.to_string()), Some(CivilDate::LATEST.to_string()))
        .width(Width::Half)
        .hint("Today, a day to come, or a day past: dates on file do not move.");
    let law = Field::new(Kind::Text, "law", "The law or decision it rests on")
        .required()
        .at_most(100)
        .autocomplete("off")
        .width(Width::Full)
        .hint("Such as Kingdom Law III.2, or the decision of a curia with its day.");
    fields.extend([effective, law]);
    let stream = StreamId::only(StreamType::Rulebook);
    let mut form = desk.changing(stream, FORM, &screen.path(), "Adopt the rulebook", fields);
    let mut parts = vec![
        ("Terms", Some("From issue or signing; a discipline may have its own below."), 4),
        ("Ages", None, 1),
        ("Reminders", None, 1),
        ("One-time links", None, 2),
        ("PINs", None, 4),
    ];
    parts.extend(disciplines.chunks(terms::OF_A_DISCIPLINE).map(|own| {
        let name = own.first().map_or("", |term| term.of.as_str());
        let hint =
            "What it has different. Left empty, cards last as the kingdom’s do, and nobody counts as youth.";
        (name, Some(hint), own.len())
    }));
    parts.push(("Since when, and why", None, 2));
    let groups = grouped(&mut form, &parts);
    let lead = "Terms, ages, reminders and limits. Every date is computed under the rulebook of its day and stored: a later \
                one moves no old date.";
    Ok(DeskRulebookView {
        frame: desk.frame(&screen, "Rulebook", lead),
        today: desk.today.into(),
        notes,
        terms: rows(catalogue, desk.today, own.iter().chain(&disciplines)),
        books: books(desk, &entries),
        form,
        base: match chosen {
            Some(book) => {
                format!("The form holds the rules of version {}. Change what is to change.", book.version)
            }
            None => "The form holds the rules in force today. Change what is to change.".to_owned(),
        },
        groups,
    })
}

/// Every rule as it is today with since when and why, and what it will be.
fn rows<'t>(catalogue: &Catalogue, today: CivilDate, terms: impl Iterator<Item = &'t Term>) -> Vec<TermRow> {
    let line = timeline(catalogue);
    let (past, coming) = line.split_at(line.partition_point(|(from, _)| *from <= today));
    let now = catalogue.rulebook_on(today).rules;
    let mut rows = Vec::new();
    for term in terms {
        let typed = term.typed(&now);
        // A discipline that has nothing different, now or later, is not worth a line.
        let different = term.is_set(&now) || coming.iter().any(|(_, book)| term.is_set(&book.rules));
        if !term.of.is_empty() && !different {
            continue;
        }
        let since = past.iter().rev().take_while(|(_, book)| term.typed(&book.rules) == typed).last();
        let mut before = typed;
        let mut changes = Vec::new();
        for (from, book) in coming {
            let then = term.typed(&book.rules);
            if then != before {
                changes.push(ComingTerm {
                    text: term.said(&book.rules),
                    from: (*from).into(),
                    law: book.law.clone(),
                });
                before = then;
            }
        }
        rows.push(TermRow {
            label: term.name(),
            today: term.said(&now),
            since: since.map(|(from, _)| (*from).into()),
            law: since.map_or_else(|| BUILT_IN.to_owned(), |(_, book)| book.law.clone()),
            coming: changes,
        });
    }
    rows
}

/// Every version, the newest first, with what it changed of the one before it.
fn books(desk: &Desk<'_>, entries: &[Entry]) -> Vec<BookRow> {
    let catalogue = desk.catalogue();
    let zone = catalogue.kingdom.zone.tz();
    let now = catalogue.rulebook_on(desk.today).version;
    let terms: Vec<Term> = terms::of_kingdom().into_iter().chain(terms::of_disciplines(catalogue)).collect();
    let line = timeline(catalogue);
    let mut before = Rules::default();
    let mut rows = Vec::new();
    for entry in entries {
        let Some(Event::Rulebook(RulebookEvent::RulebookAdopted(book))) = &entry.event else { continue };
        let RulebookAdopted { version, in_force_from, rules, law } = book;
        let changed = |term: &&Term| term.typed(rules) != term.typed(&before);
        let changes = terms
            .iter()
            .filter(changed)
            .map(|term| format!("{}: {}, was {}", term.name(), term.said(rules), term.said(&before)));
        let changes: Vec<String> = changes.collect();
        before = rules.clone();
        let replaced = !line.iter().any(|(_, kept)| kept.version == *version);
        let state = match (replaced, *version == now, *in_force_from > desk.today) {
            (true, ..) => Badge::new(Tone::Off, "Replaced"),
            (_, true, _) => Badge::new(Tone::Good, "In force"),
            (_, _, true) => Badge::new(Tone::Info, "To come"),
            _ => Badge::new(Tone::Off, "Was in force"),
        };
        rows.push(BookRow {
            version: *version,
            state,
            from: (*in_force_from).into(),
            law: law.clone(),
            changes,
            recorded: Moment::new(entry.row.recorded_at, zone),
            by: words::actor(&entry.row.actor, &desk.kingdom),
            href: format!(
                "{}#{FORM}",
                href(&Screen::Rulebook(None).path(), &[("from", &version.to_string())])
            ),
        });
    }
    rows.reverse();
    rows
}

/// Adopts a version.
///
/// # Errors
/// [`AppError`].
pub async fn adopt(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    officer.require(Permission::ManageKingdom, None)?;
    let sent = Sent::read(&body)?;
    let asked = read(&state.kingdom().catalogue, state.today(), &sent);
    act::act(&state, &officer, uri.path(), &Screen::Rulebook(None), sent, asked).await
}

fn read(catalogue: &Catalogue, today: CivilDate, sent: &Sent) -> Result<Asked, NotAsked> {
    let base = catalogue.rulebook_on(today).rules;
    let (rules, mut errors) = terms::read(catalogue, &base, sent);
    let day = sent.day("in_force_from").map_err(|why| errors.push(("in_force_from".to_owned(), why)));
    if sent.filled("law").is_none() {
        errors.push(("law".to_owned(), "Say which law or decision it rests on".to_owned()));
    }
    let Some(in_force_from) = day.ok().filter(|_| errors.is_empty()) else {
        return Err(NotAsked::Wrong(FORM.to_owned(), errors));
    };
    let law = sent.text("law").to_owned();
    Ok(Asked {
        command: AdoptRulebook { in_force_from, rules, law }.into(),
        form: FORM.to_owned(),
        done: "rulebook-adopted",
        to: Screen::Rulebook(None).path(),
        overwrites: Some(Box::new(held)),
        blame: Box::new(|_, rule| match rule {
            "D4" => "in_force_from",
            "P2" => "law",
            _ => "",
        }),
    })
}

/// A version sets every rule: whoever adopts one has to have seen the newest.
fn held(catalogue: &Catalogue) -> Vec<Held> {
    let newest = catalogue.rulebooks.last().cloned().unwrap_or_default();
    let Rulebook { version, in_force_from, rules, law } = newest;
    let from = in_force_from.map_or_else(String::new, |day| format!(", in force from {}", long_date(day)));
    let newest = if version == 0 { String::new() } else { format!("{version}{from}: {law}") };
    let mut all = vec![Held::beside("The newest version", newest)];
    let terms = terms::of_kingdom().into_iter().chain(terms::of_disciplines(catalogue));
    all.extend(terms.map(|term| Held::of(&term.field, &term.name(), term.typed(&rules))));
    all
}
