//! `/desk/policies/<version>`: one approved version.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::list::Rows;
use super::{PATH, difference, form, require, said, with_flash_gone};
use crate::domain::policy::{PolicyVersion, dated};
use crate::web::desk::forms::Back;
use crate::web::error::AppError;
use crate::web::markdown;
use crate::web::public::privacy_policy;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{Action, DeskPolicyView, Page};

/// The form's id on its page.
pub(super) const FORM: &str = "stop-requiring";

/// One version.
pub async fn show(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(version): Path<String>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    require(&officer)?;
    let version = PolicyVersion::parse(&version).map_err(|_| AppError::NotFound)?;
    page(&state, &officer, version, None, &headers, StatusCode::OK).await
}

/// The page, plainly or with the form that came back.
pub(super) async fn page(
    state: &AppState,
    officer: &CurrentOfficer,
    version: PolicyVersion,
    back: Option<&Back>,
    headers: &HeaderMap,
    status: StatusCode,
) -> Result<Response, AppError> {
    let kingdom = state.kingdom();
    let policies = &kingdom.catalogue.policies;
    let policy = policies.version(version).ok_or(AppError::NotFound)?;
    let today = state.today();
    let row = Rows::read(state).await?.row(policy, today);
    let mut actions = Vec::new();
    if policy.required_from.is_some_and(|from| from > today) || back.is_some() {
        let to = format!("{PATH}/{version}/{FORM}");
        let stop = form(state, back, FORM, &to, "Nobody has to accept it again", Vec::new());
        let note = "Who accepted an older version goes on as before. This can be done until the day itself.";
        actions.push(Action::new("Do not ask everybody again", stop.note(note)));
    }
    let before = policies.before(version);
    let view = DeskPolicyView {
        row,
        text: markdown::render(&dated(&policy.text, policy.approved_on)),
        difference: before.map(|before| difference::of(&before.text, &policy.text)),
        against: before.map_or_else(String::new, |before| before.version.to_string()),
        actions,
        public_href: privacy_policy::address(version),
    };
    let path = format!("{PATH}/{version}");
    let title = format!("Privacy policy {version}");
    let (said, shown) = said(officer, headers);
    let page = Page::desk(&state.site().site, &officer.chrome(), &path, &title, view);
    let html = state.render(&page.with_flash(said), Templates::desk_policy)?;
    Ok(with_flash_gone((status, html).into_response(), shown))
}
