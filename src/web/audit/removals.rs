//! `/audit/removals`: what housekeeping removed, and the rule that said so. Kinds and numbers; nobody is named, so
//! nothing is opened, and looking here is no reading.

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use crate::domain::permission::Permission;
use crate::processes::housekeeping::rules;
use crate::web::error::AppError;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::parts::thousands;
use crate::web::views::{AuditRemovalsView, Detail, Moment, Page, RemovalRow};

/// The address.
const PATH: &str = "/audit/removals";
/// Most lines on the page.
const MOST: i64 = 200;

/// The page.
///
/// # Errors
/// The database.
pub async fn show(State(state): State<AppState>, officer: CurrentOfficer) -> Result<Response, AppError> {
    officer.require(Permission::ReadHistory, None)?;
    let removed = state.services.store.removals(MOST).await?;
    let zone = officer.kingdom.catalogue.kingdom.zone.tz();
    let rules = rules();
    let row = |(at, what, count): &(_, String, i64)| {
        let rule = rules.iter().find(|rule| rule.what == what);
        RemovalRow {
            at: Moment::new(*at, zone),
            what: rule.map_or_else(|| what.clone(), |rule| rule.label.to_owned()),
            count: thousands(usize::try_from(*count).unwrap_or_default()),
            rule: rule.map_or_else(|| "A rule of another release.".to_owned(), |rule| rule.rule.clone()),
        }
    };
    let view = AuditRemovalsView {
        rows: removed.iter().map(row).collect(),
        rules: rules.iter().map(|rule| Detail::new(rule.label, &rule.rule)).collect(),
        most: (i64::try_from(removed.len()) == Ok(MOST)).then(|| MOST.to_string()),
    };
    let page = Page::desk(&state.site().site, &officer.chrome(), PATH, "What was removed", view);
    Ok(state.render(&page, Templates::audit_removals)?.into_response())
}
