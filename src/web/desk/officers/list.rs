//! `/desk/officers`: everybody on the officers' list.

use axum::extract::State;
use axum::response::{IntoResponse, Response};

use super::matrix::summary;
use super::{NEW, PATH, name_of, standing};
use crate::domain::permission::Permission;
use crate::domain::text::fold;
use crate::web::error::AppError;
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{DeskOfficersView, Moment, OfficerRow, Page};

/// The list.
pub async fn show(State(state): State<AppState>, officer: CurrentOfficer) -> Result<Response, AppError> {
    officer.require(Permission::WriteOfficerInfo, None)?;
    let kingdom = state.kingdom();
    let all = &kingdom.officers.all;
    reading::of_list(&state, &officer, "desk-officers", String::new(), all.len()).await?;
    let zone = kingdom.catalogue.kingdom.zone;
    let mut rows = Vec::with_capacity(all.len());
    for (id, one) in all {
        let seen = state.bus().last_sign_in(*id).await?;
        let row = OfficerRow {
            href: format!("{PATH}/{id}"),
            name: name_of(one).to_owned(),
            email: one.email.text().unwrap_or("erased").to_owned(),
            state: standing(one, seen),
            grants: summary(&one.grants, &kingdom.catalogue),
            seen: seen.map(|at| Moment::new(at, zone.tz())),
        };
        rows.push((!one.enabled, fold(name_of(one)), *id, row));
    }
    rows.sort_by(|(off, name, id, _), (o, n, i, _)| (off, name, id).cmp(&(o, n, i)));
    let view = DeskOfficersView {
        rows: rows.into_iter().map(|(.., row)| row).collect(),
        invite_href: NEW.to_owned(),
        zone: zone.to_string(),
    };
    let page = Page::desk(&state.site().site, &officer.chrome(), PATH, "Officers", view);
    Ok(state.render(&page, Templates::desk_officers)?.into_response())
}
