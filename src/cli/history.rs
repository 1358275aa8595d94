//! `emol history`: what the log says of a person, or of the kingdom.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::{Failure, open, output};
use crate::commands::bus::{Bus, Read, Reading};
use crate::commands::refusal;
use crate::config::Source;
use crate::domain::card_id::CardId;
use crate::domain::date::{CivilDate, Instant};
use crate::domain::id::{CombatantId, Slug, StreamType};
use crate::domain::personal::Personal;
use crate::events::evolve::{Catalogue, Record, Standing};
use crate::events::{Event, Fact};
use crate::projections::asof;
use crate::store::{ClaimKind, RecordedRow};

/// The kingdom's own streams.
const KINGDOM: [StreamType; 7] = [
    StreamType::Kingdom,
    StreamType::Discipline,
    StreamType::Regions,
    StreamType::Rulebook,
    StreamType::Officers,
    StreamType::Switches,
    StreamType::Policies,
];

/// Whose history, and as of when.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Every change has two times: the day it takes effect, and the instant it was recorded. --on leaves out what took
effect after that day, --known-at what was recorded after that instant. Without --reveal nothing personal is
shown; with it, the reading is recorded with its reason, as for every officer.")]
pub struct Args {
    /// `kingdom`, or a person: their id, the card id in their card's address, or their roster reference
    #[arg(value_name = "PERSON|kingdom")]
    of: String,
    /// As it was on this day
    #[arg(long, value_name = "DAY")]
    on: Option<CivilDate>,
    /// As it was known at this instant: 2026-05-03, or 2026-05-03T14:30:00Z
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    known_at: Option<Instant>,
    /// Show what is personal, too, for this reason; the reading is recorded
    #[arg(long, value_name = "REASON")]
    reveal: Option<String>,
    /// Print the history as JSON
    #[arg(long)]
    json: bool,
}

/// An instant; a day alone means its end, in UTC.
fn instant(text: &str) -> Result<Instant, String> {
    if let Ok(day) = CivilDate::parse(text) {
        return Ok(Instant::from_micros((day.day_number() + 1) * 86_400_000_000 - 1));
    }
    chrono::DateTime::parse_from_rfc3339(text).map(|at| Instant::from_micros(at.timestamp_micros())).map_err(
        |_| "an instant is written like 2026-05-03T14:30:00Z, or as a day like 2026-05-03".to_owned(),
    )
}

#[derive(Debug, Serialize)]
struct Entry {
    position: i64,
    recorded_at: String,
    effective_on: Option<CivilDate>,
    actor: String,
    event: String,
    version: i64,
    payload: Value,
}

#[derive(Debug, Serialize)]
struct History {
    of: String,
    on: Option<CivilDate>,
    known_at: Option<String>,
    events: Vec<Entry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<State>,
}

/// What a person's events add up to.
#[derive(Debug, Serialize)]
struct State {
    standing: String,
    accepted: bool,
    listed: bool,
    cards: BTreeMap<Slug, CardState>,
    waiver_signed: Option<CivilDate>,
    waiver_expires: Option<CivilDate>,
}

#[derive(Debug, Serialize)]
struct CardState {
    issued_on: Option<CivilDate>,
    expires_on: Option<CivilDate>,
    authorizations: Vec<Slug>,
    warrants: Vec<Slug>,
}

pub async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let reason = args.reveal.as_deref().map(given).transpose()?;
    let bus = open::bus(source).await?;
    let person = if args.of == "kingdom" { None } else { Some(find(&bus, &args.of).await?) };
    let mut rows = match person {
        Some(id) => bus.store().read_subject(id.0).await?,
        None => bus.store().read_kinds(&KINGDOM, crate::domain::id::Position(0)).await?,
    };
    rows.retain(|row| args.known_at.is_none_or(|at| row.recorded_at <= at));
    if person.is_some() && rows.is_empty() {
        return Err(Failure::Refused(format!("nothing was known of {} then", args.of)));
    }
    let on_day = |row: &&RecordedRow| {
        args.on.is_none_or(|day| row.effective_on.is_none_or(|effective| effective <= day))
    };
    let shown: Vec<_> = rows.iter().filter(on_day).collect();
    let reveal = reason.is_some();
    if let Some(reason) = reason {
        reading(&bus, person, shown.len(), reason).await?;
    }
    let mut events = Vec::with_capacity(shown.len());
    for row in shown {
        events.push(entry(&bus, row, reveal).await?);
    }
    let catalogue = match args.known_at {
        None => Catalogue::clone(&bus.kingdom().catalogue),
        Some(at) => asof::catalogue_as_of(bus.store(), at)
            .await
            .map_err(|error| Failure::Internal(error.to_string()))?,
    };
    let history = History {
        of: person.map_or_else(|| "kingdom".to_owned(), |id| id.to_string()),
        on: args.on,
        known_at: args.known_at.map(|at| at.to_string()),
        state: person.map(|id| state(id, &rows, args.on, &catalogue, bus.today())).transpose()?,
        events,
    };
    if args.json {
        return output::say_json(&history);
    }
    print(&history);
    Ok(())
}

async fn find(bus: &Bus, text: &str) -> Result<CombatantId, Failure> {
    if let Ok(id) = CombatantId::parse(text) {
        return Ok(id);
    }
    let store = bus.store();
    let id = CardId::parse(text).ok();
    let claims = id.iter().map(|id| (ClaimKind::CardId, id.as_str())).chain([(ClaimKind::RosterRef, text)]);
    for (kind, text) in claims {
        let hash = store.keyring().claim_hash(kind, text);
        if let Some(owner) = store.claim_owner(kind, &hash).await? {
            return Ok(CombatantId(owner));
        }
    }
    Err(Failure::Refused(
        "nobody has this id, card id or roster reference. Give the id that the desk shows in a record's address"
            .to_owned(),
    ))
}

/// The reason that was given, which may not be blank (V7).
fn given(reason: &str) -> Result<String, Failure> {
    let reason = refusal::reason(reason).map_err(|why| Failure::Refused(format!("--reveal: {why}")))?;
    Ok(reason.text().unwrap_or_default().to_owned())
}

/// Records the reading of a person's record, or of so many entries of the kingdom's history (V7).
async fn reading(
    bus: &Bus,
    person: Option<CombatantId>,
    entries: usize,
    reason: String,
) -> Result<(), Failure> {
    let screen = Slug::parse("command-line").map_err(|error| Failure::Internal(error.to_string()))?;
    let what = person.map_or_else(
        || Read::List {
            query: "history of the kingdom".to_owned(),
            count: u32::try_from(entries).unwrap_or(u32::MAX),
        },
        Read::Record,
    );
    bus.record_reading(Reading {
        actor: open::operator(),
        correlation_id: open::correlation(bus),
        screen,
        what,
        reason: Some(reason),
    })
    .await?;
    Ok(())
}

/// One row for people: sealed values are opened only for who gave a reason.
async fn entry(bus: &Bus, row: &RecordedRow, reveal: bool) -> Result<Entry, Failure> {
    let mut payload: Value = serde_json::from_slice(&row.payload).unwrap_or(Value::Null);
    match Event::decode(row.stream.kind, &row.event_type, row.schema_version, &row.payload) {
        Ok(mut event) => {
            let mut sealed = Vec::new();
            event.each_personal(&mut |field, _, value| {
                if let Personal::Sealed(bytes) = value {
                    sealed.push((field, bytes.clone()));
                }
            });
            for (field, bytes) in &sealed {
                let text = if !reveal {
                    "(sealed)".to_owned()
                } else if let Some(text) = bus.store().keyring().open_field(field, bytes).await? {
                    if *field == "card_id" {
                        CardId::parse(&text).map_or(text, |id| id.masked())
                    } else {
                        text
                    }
                } else {
                    "(erased)".to_owned()
                };
                let written = serde_json::to_value(Personal::Sealed(bytes.clone())).unwrap_or(Value::Null);
                replace(&mut payload, &written, &text);
            }
        }
        Err(error) => payload = Value::String(format!("({error})")),
    }
    Ok(Entry {
        position: row.position.0,
        recorded_at: row.recorded_at.to_string(),
        effective_on: row.effective_on,
        actor: row.actor.to_string(),
        event: row.event_type.to_string(),
        version: row.schema_version,
        payload,
    })
}

/// Puts a text in the place of a ciphertext, wherever in the payload that stands.
fn replace(value: &mut Value, sealed: &Value, text: &str) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|inner| replace(inner, sealed, text)),
        Value::Object(map) => map.values_mut().for_each(|inner| replace(inner, sealed, text)),
        found if found == sealed => *found = Value::String(text.to_owned()),
        _ => {}
    }
}

fn state(
    person: CombatantId,
    rows: &[RecordedRow],
    on: Option<CivilDate>,
    catalogue: &Catalogue,
    today: CivilDate,
) -> Result<State, Failure> {
    let mut record = Record::default();
    for row in rows.iter().filter(|row| row.stream == crate::domain::id::StreamId::combatant(person)) {
        let event = Event::decode(row.stream.kind, &row.event_type, row.schema_version, &row.payload)
            .map_err(|error| Failure::Internal(format!("position {}: {error}", row.position)))?;
        if let Event::Combatant(event) = event {
            record.take(Fact { id: row.event_id, effective_on: row.effective_on, event });
        }
    }
    let civil = record.civil(on).map_err(|clash| Failure::Internal(clash.why.to_string()))?;
    let cards = civil.cards.into_iter().map(|(slug, card)| {
        let day = on.unwrap_or(CivilDate::BEGINNING);
        let warrants = card.warrants.iter().filter(|warrant| warrant.runs_on_or_after(day));
        let state = CardState {
            issued_on: card.term.map(|term| term.issued_on),
            expires_on: card.term.map(|term| term.expires_on),
            authorizations: card.authorizations.into_keys().collect(),
            warrants: warrants.map(|warrant| warrant.marshal.clone()).collect(),
        };
        (slug, state)
    });
    Ok(State {
        standing: match on.map_or(record.standing, |day| record.standing_on(day)) {
            Standing::Unknown => "not registered".to_owned(),
            Standing::Active => "on file".to_owned(),
            Standing::MergedInto(other) => format!("joined to {other}"),
            Standing::Erased => "erased".to_owned(),
        },
        accepted: catalogue.accepts(record.acceptance(), on.unwrap_or(today)),
        listed: record.listed,
        cards: cards.collect(),
        waiver_signed: civil.waiver.map(|waiver| waiver.signed_on),
        waiver_expires: civil.waiver.map(|waiver| waiver.expires_on),
    })
}

/// A value in words: what is in lists and below names stands one after another.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        Value::Array(list) => list.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Object(map) => {
            map.iter().map(|(name, inner)| format!("{name} {}", plain(inner))).collect::<Vec<_>>().join(", ")
        }
    }
}

/// A value below its name. A text of several lines, such as a policy, begins on a line of its own.
fn named(name: &str, text: &str) -> String {
    let line = |line: &str| line.replace('\t', "    ").replace(char::is_control, "�");
    let lines: Vec<String> = text.lines().map(line).collect();
    match lines.as_slice() {
        [] => format!("            {name}:"),
        [only] => format!("            {name}: {only}"),
        several => {
            let several = several.iter().map(|line| format!("                {line}"));
            format!("            {name}:\n{}", several.collect::<Vec<_>>().join("\n"))
        }
    }
}

fn print(history: &History) {
    for entry in &history.events {
        let effective = entry.effective_on.map_or_else(String::new, |day| format!(", effective {day}"));
        output::say(&format!(
            "{:>8}  {}{effective}  {}  by {}",
            entry.position, entry.recorded_at, entry.event, entry.actor
        ));
        if let Value::Object(fields) = &entry.payload {
            for (name, value) in fields {
                output::say(&named(name, &plain(value)));
            }
        }
    }
    let Some(state) = &history.state else { return };
    let yes = |yes: bool| if yes { "yes" } else { "no" };
    output::say(&format!(
        "\n{}; policy accepted: {}; listed publicly: {}",
        state.standing,
        yes(state.accepted),
        yes(state.listed)
    ));
    let dates = |from: Option<CivilDate>, to: Option<CivilDate>| match (from, to) {
        (Some(from), Some(to)) => format!("{from}, last valid day {}", to.day_before()),
        _ => "none".to_owned(),
    };
    output::say(&format!("waiver: {}", dates(state.waiver_signed, state.waiver_expires)));
    for (slug, card) in &state.cards {
        let names = |list: &[Slug]| list.iter().map(Slug::as_str).collect::<Vec<_>>().join(", ");
        output::say(&format!("{slug}: {}", dates(card.issued_on, card.expires_on)));
        if !card.authorizations.is_empty() {
            output::say(&format!("  authorizations: {}", names(&card.authorizations)));
        }
        if !card.warrants.is_empty() {
            output::say(&format!("  warrants: {}", names(&card.warrants)));
        }
    }
}
