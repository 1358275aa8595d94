//! One's own record as JSON: everything that is held, with names that last.

use serde::Serialize;
use serde_json::{Value, json};

use super::held::by;
use super::shown::open;
use crate::commands::bus::{Entry, KingdomState};
use crate::domain::id::{CombatantId, StreamType};
use crate::events::evolve::{Civil, Record};
use crate::events::{AccessEvent, Event};
use crate::web::words;

#[derive(Serialize)]
struct Export<'r> {
    /// Raised when a name in here changes its meaning.
    format: u32,
    id: CombatantId,
    details: Value,
    privacy_policy_accepted: bool,
    privacy_policy_version: Option<String>,
    listed_publicly: bool,
    pin_set: bool,
    card_pages: Vec<String>,
    address_to_confirm: Option<String>,
    corrections_waiting: Vec<String>,
    #[serde(flatten)]
    civil: &'r Civil,
    history: Vec<Value>,
    read_by: Vec<Value>,
}

/// The file.
pub(super) fn json(
    id: CombatantId,
    record: &Record,
    entries: &[Entry],
    kingdom: &KingdomState,
) -> Result<Vec<u8>, serde_json::Error> {
    let civil = record.civil(None).unwrap_or_default();
    let details: serde_json::Map<String, Value> = record
        .details
        .iter()
        .filter_map(|(field, value)| Some((field.as_str().to_owned(), Value::from(value.text()?))))
        .collect();
    let changes = entries.iter().filter(|entry| entry.row.stream.kind == StreamType::Combatant);
    let history = changes.map(|entry| {
        let what = words::entry(entry, kingdom);
        json!({
            "event": entry.row.event_type,
            "text": what.text,
            "more": what.more,
            "effective_on": entry.row.effective_on,
            "recorded_at": entry.row.recorded_at.to_string(),
            "by": by(&entry.row.actor, kingdom),
        })
    });
    let readings = entries.iter().filter_map(|entry| match &entry.event {
        Some(Event::Access(AccessEvent::RecordRead(read))) => Some(json!({
            "at": entry.row.recorded_at.to_string(),
            "by": by(&entry.row.actor, kingdom),
            "screen": read.screen,
            "reason": read.reason.as_ref().and_then(open),
        })),
        _ => None,
    });
    let version = match &record.consent {
        crate::events::evolve::Consent::Accepted { policy_version } => policy_version.clone(),
        crate::events::evolve::Consent::Awaited => None,
    };
    let export = Export {
        format: 1,
        id,
        details: Value::Object(details),
        privacy_policy_accepted: record.accepted(),
        privacy_policy_version: version,
        listed_publicly: record.listed,
        pin_set: record.pin,
        card_pages: record
            .card_ids
            .iter()
            .filter_map(|(card, _)| open(card))
            .map(|id| format!("/card/{id}"))
            .collect(),
        address_to_confirm: record.asked_address.as_ref().and_then(|(_, address)| open(address)),
        corrections_waiting: record.corrections.iter().filter_map(|(_, text)| open(text)).collect(),
        civil: &civil,
        history: history.collect(),
        read_by: readings.collect(),
    };
    serde_json::to_vec_pretty(&export)
}
