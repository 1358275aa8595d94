//! The fields of a payload, sealed ones opened where the key still exists.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde_json::Value;

use crate::domain::card_id::CardId;
use crate::domain::personal::Personal;
use crate::events::Event;
use crate::store::RecordedRow;
use crate::web::views::{PayloadField, Seal};

/// Every leaf of the payload by its path, with what became of its seal. Card
/// ids are secrets of their own and shown masked.
#[must_use]
pub fn fields(row: &RecordedRow, opened: Option<&Event>) -> Vec<PayloadField> {
    let sealed = sealed_texts(row, opened);
    let mut out = Vec::new();
    match serde_json::from_slice(&row.payload) {
        Ok(value) => flatten(String::new(), &value, &sealed, &mut out),
        Err(_) => out.push(unreadable(row.payload.len())),
    }
    out
}

/// The fields of the metadata; nothing in it is personal.
#[must_use]
pub fn metadata(row: &RecordedRow) -> Vec<PayloadField> {
    let mut out = Vec::new();
    if row.metadata.is_empty() {
        return out;
    }
    match serde_json::from_slice(&row.metadata) {
        Ok(value) => flatten(String::new(), &value, &HashMap::new(), &mut out),
        Err(_) => out.push(unreadable(row.metadata.len())),
    }
    out
}

fn unreadable(bytes: usize) -> PayloadField {
    let value = Some(format!("{bytes} bytes that are not JSON"));
    PayloadField { name: "payload".to_owned(), value, seal: Seal::Plain }
}

/// What each ciphertext of the payload says, by its base64 text.
fn sealed_texts(row: &RecordedRow, opened: Option<&Event>) -> HashMap<String, (Seal, Option<String>)> {
    let decoded = Event::decode(row.stream.kind, &row.event_type, row.schema_version, &row.payload);
    let (Ok(mut sealed), Some(opened)) = (decoded, opened) else { return HashMap::new() };
    let mut keys = Vec::new();
    sealed.each_personal(&mut |_, _, value| {
        keys.push(match value {
            Personal::Sealed(bytes) => STANDARD_NO_PAD.encode(bytes.as_bytes()),
            Personal::Open(_) | Personal::Gone => String::new(),
        });
    });
    let mut texts = Vec::new();
    opened.clone().each_personal(&mut |field, _, value| {
        texts.push(match value {
            Personal::Open(text) if field == "card_id" => {
                (Seal::Opened, CardId::parse(text).ok().map(|id| id.masked()))
            }
            Personal::Open(text) => (Seal::Opened, Some(text.to_string())),
            Personal::Sealed(_) => (Seal::Sealed, None),
            Personal::Gone => (Seal::Erased, None),
        });
    });
    keys.into_iter().zip(texts).collect()
}

fn flatten(
    name: String,
    value: &Value,
    sealed: &HashMap<String, (Seal, Option<String>)>,
    out: &mut Vec<PayloadField>,
) {
    let below = |key: &str| if name.is_empty() { key.to_owned() } else { format!("{name}.{key}") };
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                flatten(below(key), value, sealed, out);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            for (i, value) in items.iter().enumerate() {
                flatten(below(&i.to_string()), value, sealed, out);
            }
        }
        Value::String(text) => {
            let (seal, value) = match sealed.get(text) {
                Some((seal, value)) => (*seal, value.clone()),
                None => (Seal::Plain, Some(text.clone())),
            };
            out.push(PayloadField { name, value, seal });
        }
        Value::Null => out.push(PayloadField { name, value: Some("–".to_owned()), seal: Seal::Plain }),
        other => out.push(PayloadField { name, value: Some(other.to_string()), seal: Seal::Plain }),
    }
}
