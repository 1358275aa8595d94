//! Whether this server lives, whether it can work, and its numbers.

use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

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
}

/// `/health/live`: the process answers. Restart it when this fails.
pub async fn live() -> Response {
    Json(serde_json::json!({ "status": "live", "version": crate::VERSION })).into_response()
}

/// `/health/ready`: the database answers and the indexes are read. Send no
/// requests while this is 503; kept pages would still be served.
pub async fn ready(State(state): State<AppState>) -> Response {
    let head = tokio::time::timeout(PATIENCE, state.services.store.head()).await;
    let database = matches!(head, Ok(Ok(_)));
    let indexes = state.services.indexes.ready();
    let word = |ok, yes, no| if ok { yes } else { no };
    let health = Health {
        status: word(database && indexes, "ready", "not ready"),
        version: crate::VERSION,
        database: word(database, "answers", "does not answer"),
        indexes: word(indexes, "read", "being read"),
    };
    let status = if database && indexes { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(health)).into_response()
}

/// `/health/metrics`: numbers for Prometheus, for this machine only.
///
/// # Errors
/// [`AppError::NotFound`] for anybody else, and where nothing is counted.
pub async fn metrics(State(state): State<AppState>, from: ClientAddress) -> Result<Response, AppError> {
    let handle = state.config.metrics.as_ref().filter(|_| from.local).ok_or(AppError::NotFound)?;
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((kind, handle.render()).into_response())
}
