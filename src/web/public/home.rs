//! `/`: may this person fight today?

use axum::extract::State;
use axum::response::Response;

use super::register::disciplines;
use crate::web::error::AppError;
use crate::web::pages::{IfNoneMatch, Kept, Key, Shows};
use crate::web::session::MaybeOfficer;
use crate::web::state::AppState;
use crate::web::views::parts::thousands;
use crate::web::views::{Choice, HomeView};

/// The first page, kept.
///
/// # Errors
/// A broken template.
pub async fn show(
    State(state): State<AppState>,
    officer: MaybeOfficer,
    has: IfNoneMatch,
) -> Result<Response, AppError> {
    let now = state.now();
    let key = Key { route: "home", what: "".into(), audience: officer.audience() };
    if let Some(answer) = state.pages.hit(&key, &now, &has) {
        return Ok(answer);
    }
    let index = state.services.indexes.register();
    let made = now.made(Shows::People, index.version());
    let catalogue = &state.kingdom().catalogue;
    let listed = index.count(now.day, &catalogue.in_force_on(now.day));
    let view = HomeView {
        today: now.day.into(),
        listed: (listed > 0).then(|| thousands(listed)),
        disciplines: disciplines(catalogue)
            .map(|(slug, name)| Choice { value: slug.to_string(), label: name.to_owned(), selected: false })
            .collect(),
    };
    let page = state.public_page(key.audience, "/", "May this person fight today?", view);
    Ok(state.pages.keep(key, Kept::new(made, state.templates.home(&page)?), &has))
}
