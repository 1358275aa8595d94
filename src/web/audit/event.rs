//! `/audit/events/<position>`: one event in full.

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};

use super::{address, line, payload, row};
use crate::commands::bus::Entry;
use crate::domain::id::{CombatantId, Position};
use crate::domain::permission::Permission;
use crate::store::{RecordedRow, chain};
use crate::web::error::AppError;
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{AuditEventView, Badge, Detail, Page, Tone};

/// How far around an event others of the same cause are looked for.
const AROUND: i64 = 100;
/// How many of them are shown.
const MOST_RELATED: usize = 50;

/// The event. Opening its sealed fields is a reading, recorded first.
pub async fn show(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(position): Path<String>,
) -> Result<Response, AppError> {
    officer.require(Permission::ReadHistory, None)?;
    let position = Position(position.parse().map_err(|_| AppError::NotFound)?);
    let store = state.bus().store();
    let found = store.read_at(position).await?.ok_or(AppError::NotFound)?;
    let around = store.read_after(Position((position.0 - AROUND).max(0)), AROUND * 2).await?;
    let last = store.head().await?.position;
    match found.subject {
        Some(id) => reading::of_record(&state, &officer, "audit-event", CombatantId(id)).await?,
        None => reading::of_list(&state, &officer, "audit-event", format!("event {position}"), 0).await?,
    }
    // These lines name nobody, and stay sealed: the reading is of one event.
    let related = around
        .into_iter()
        .filter(|other| other.position != position && same_cause(other, &found))
        .take(MOST_RELATED)
        .map(|other| line(&officer, &Entry::sealed(other)))
        .collect();
    let mut opened = state.bus().open_rows(vec![found]).await?;
    let Some(entry) = opened.pop() else { return Err(AppError::NotFound) };
    let shown = row(&state, &officer, &entry).await?;
    let event = &entry.row;
    let matches = chain::hash(event) == event.hash;
    let view = AuditEventView {
        position: position.0,
        kind: shown.kind,
        text: shown.text,
        effective: shown.effective,
        recorded: shown.recorded,
        subject: shown.subject,
        actor: format!("{} ({})", shown.actor, event.actor),
        ids: ids(event),
        payload: payload::fields(event, entry.event.as_ref()),
        metadata: payload::metadata(event),
        hash: chain::hex(&event.hash),
        prev_hash: chain::hex(&event.prev_hash),
        check: if matches {
            Badge::new(Tone::Good, "Hash verified")
        } else {
            Badge::new(Tone::Bad, "Hash does not match")
        },
        previous: (position.0 > 1).then(|| address(position.0 - 1)),
        next: (position < last).then(|| address(position.0 + 1)),
        related,
    };
    let title = format!("Event {position}");
    let page = Page::desk(&state.site().site, &officer.chrome(), &address(position.0), &title, view);
    Ok(state.render(&page, Templates::audit_event)?.into_response())
}

/// Whether two events belong to one command, to one request or run, or one caused the other.
fn same_cause(one: &RecordedRow, other: &RecordedRow) -> bool {
    one.command_id == other.command_id
        || one.correlation_id == other.correlation_id
        || one.causation_id == Some(other.event_id)
        || other.causation_id == Some(one.event_id)
}

fn ids(event: &RecordedRow) -> Vec<Detail> {
    let stream = format!("{} {} version {}", event.stream.kind, event.stream.id, event.stream_version.0);
    vec![
        Detail::new("Event", event.event_id.to_string()),
        Detail::new("Stream", stream),
        Detail::new("Schema version", event.schema_version.to_string()),
        Detail::new("Command", event.command_id.to_string()),
        Detail::new("Correlation", event.correlation_id.to_string()),
        Detail { label: "Causation".to_owned(), value: event.causation_id.map(|id| id.to_string()) },
    ]
}
