//! `/privacy-policy` and its versions (V4, V9).

use axum::extract::State;
use axum::response::Html;

use crate::web::error::AppError;
use crate::web::session::MaybeOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::PrivacyPolicyView;

/// The policy in force, or that none is approved yet (V9).
///
/// # Errors
/// A broken template.
pub async fn show(State(state): State<AppState>, officer: MaybeOfficer) -> Result<Html<String>, AppError> {
    let contact = state.kingdom().catalogue.kingdom.mol_email.clone();
    let view = PrivacyPolicyView { version: None, approved_on: None, paragraphs: Vec::new(), contact };
    let page = state.public_page(officer.audience(), "/privacy-policy", "Privacy policy", view);
    state.render(&page, Templates::privacy_policy)
}

/// One approved version; none is approved yet.
pub async fn version() -> AppError {
    AppError::NotFound
}
