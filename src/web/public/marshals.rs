//! `/marshals`: everybody with an active warrant (C8, C9).

use axum::extract::State;
use axum::response::Response;

use crate::domain::date::CivilDate;
use crate::domain::text::fold;
use crate::events::evolve::Catalogue;
use crate::projections::marshals::Index;
use crate::web::error::AppError;
use crate::web::pages::{IfNoneMatch, Kept, Key, Shows};
use crate::web::session::MaybeOfficer;
use crate::web::state::AppState;
use crate::web::views::{MarshalRow, MarshalsDiscipline, MarshalsView};

/// The marshal list, kept.
///
/// # Errors
/// A broken template.
pub async fn show(
    State(state): State<AppState>,
    officer: MaybeOfficer,
    has: IfNoneMatch,
) -> Result<Response, AppError> {
    let now = state.now();
    let key = Key { route: "marshals", what: "".into(), audience: officer.audience() };
    if let Some(answer) = state.pages.hit(&key, &now, &has) {
        return Ok(answer);
    }
    let index = state.lists()?.marshals();
    let made = now.made(Shows::People, index.version());
    let view = marshals_view(&index, now.day, &state.kingdom().catalogue);
    let page = state.public_page(key.audience, "/marshals", "Marshals", view);
    Ok(state.pages.keep(key, Kept::new(made, state.templates.marshals(&page)?), &has))
}

/// The list on a day.
#[must_use]
pub fn marshals_view(index: &Index, day: CivilDate, catalogue: &Catalogue) -> MarshalsView {
    let mut disciplines: Vec<MarshalsDiscipline> = index
        .active(day, &catalogue.in_force_on(day))
        .into_iter()
        .map(|(slug, marshals)| {
            let discipline = catalogue.disciplines.get(&slug);
            let marshals: Vec<_> = marshals
                .into_iter()
                .map(|marshal| {
                    let kind = discipline.and_then(|d| d.marshals.get(&marshal.warrant.marshal));
                    MarshalRow {
                        name: marshal.who.name.to_string(),
                        branch: marshal.who.branch.as_deref().map(str::to_owned),
                        kind: kind
                            .map_or_else(|| marshal.warrant.marshal.to_string(), |kind| kind.name.clone()),
                        until: marshal.warrant.ends_on.map(Into::into),
                    }
                })
                .collect();
            MarshalsDiscipline {
                name: discipline.map_or_else(|| slug.to_string(), |d| d.name.clone()),
                slug: slug.to_string(),
                count: marshals.len(),
                marshals,
            }
        })
        .collect();
    disciplines.sort_by_cached_key(|discipline| fold(&discipline.name));
    MarshalsView { today: day.into(), disciplines }
}
