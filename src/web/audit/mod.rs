//! The auditors' side: `/audit`.

use axum::Router;

use super::state::AppState;

/// The routes of this room.
pub fn routes() -> Router<AppState> {
    Router::new()
}
