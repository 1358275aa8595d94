//! Whether this server lives, whether it can work, and its numbers.

use std::path::Path;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::domain::date::Instant;
use crate::projections::checkpoint::Stop;
use crate::store::backup::folder;
use crate::web::error::AppError;
use crate::web::guard::ClientAddress;
use crate::web::state::AppState;

/// How long the database may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

#[derive(Debug, Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
    database: &'static str,
    indexes: &'static str,
    read_models: Vec<ReadModel>,
    /// When the newest backup was made, `2026-05-03T03-20-00Z`; `none` where there is none yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_backup: Option<String>,
    /// The newest backup that is elsewhere, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_backup_sent: Option<String>,
}

/// One read model; where it stopped, without the reason, which is for operators. How far the log goes is nobody's
/// business here: who asks for mail and sees the log grow would know that somebody is on file (L2).
#[derive(Debug, Serialize)]
struct ReadModel {
    name: &'static str,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    stopped_by: Option<String>,
}

/// `/health/live`: the process answers. Restart it when this fails.
pub async fn live() -> Response {
    Json(serde_json::json!({ "status": "live", "version": crate::VERSION })).into_response()
}

/// `/health/ready`: the database answers and the indexes are read. Send no
/// requests while this is 503; kept pages would still be served. A paused read model is named, and
/// is no reason to send no requests: its last state is served.
pub async fn ready(State(state): State<AppState>) -> Response {
    let head = tokio::time::timeout(PATIENCE, state.services.store.head()).await;
    let database = matches!(head, Ok(Ok(_)));
    let indexes = state.services.indexes.ready();
    let word = |ok, yes, no| if ok { yes } else { no };
    let read_models = state.services.projections.states();
    let read_models = read_models.iter().map(|at| ReadModel {
        name: at.model.as_str(),
        state: at.state.as_str(),
        stopped_by: at.stopped_by.as_ref().map(Stop::place),
    });
    let health = Health {
        status: word(database && indexes, "ready", "not ready"),
        version: crate::VERSION,
        database: word(database, "answers", "does not answer"),
        indexes: word(indexes, "read", "being read"),
        read_models: read_models.collect(),
        last_backup: backups(&state, folder::newest),
        last_backup_sent: backups(&state, folder::newest_sent).filter(|_| state.config.backups_are_sent),
    };
    let status = if database && indexes { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(health)).into_response()
}

/// What the folder of backups says. No reason to send no requests: who watches from outside reads it.
fn backups(state: &AppState, says: fn(&Path) -> Option<Instant>) -> Option<String> {
    let folder = state.config.backups.as_deref()?;
    Some(says(folder).map_or_else(|| "none".to_owned(), folder::time_of))
}

/// `/health/metrics`: numbers for Prometheus, for this machine only.
///
/// # Errors
/// [`AppError::NotFound`] for anybody else, and where nothing is counted.
pub async fn metrics(State(state): State<AppState>, from: ClientAddress) -> Result<Response, AppError> {
    let handle = state.config.metrics.as_ref().filter(|_| from.local).ok_or(AppError::NotFound)?;
    if let Some(folder) = state.config.backups.as_deref() {
        let seconds = |at: Option<Instant>| {
            at.map_or(0.0, |at| Duration::from_micros(at.micros().unsigned_abs()).as_secs_f64())
        };
        metrics::gauge!("backup_last_timestamp_seconds").set(seconds(folder::newest(folder)));
        if state.config.backups_are_sent {
            metrics::gauge!("backup_sent_last_timestamp_seconds").set(seconds(folder::newest_sent(folder)));
        }
    }
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((kind, handle.render()).into_response())
}
