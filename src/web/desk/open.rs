//! `/desk/people/<id>`: one person's record.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::flash::{self, Done};
use super::forms::{Back, Forms};
use super::record::{May, Shown, detail, display_name};
use crate::clock::civil_date;
use crate::domain::date_text::short_date;
use crate::domain::details::DetailField;
use crate::domain::id::CombatantId;
use crate::domain::permission::Permission;
use crate::events::evolve::{Civil, Record, Standing};
use crate::web::error::AppError;
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{Badge, Flash, Link, Page, Tone};

/// The record.
pub async fn show(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    officer.require(Permission::ReadCombatantInfo, None)?;
    let id = person(&id)?;
    let done = Done::of(&headers);
    let said = done.as_ref().and_then(|done| done.flash(&officer.kingdom));
    let mut answer = page(&state, &officer, id, None, said).await?;
    if done.is_some() {
        answer.headers_mut().append(header::SET_COOKIE, flash::gone());
    }
    Ok(answer)
}

/// The record with a form that was refused.
pub(super) async fn refused(
    state: &AppState,
    officer: &CurrentOfficer,
    id: CombatantId,
    back: &Back,
    status: StatusCode,
) -> Result<Response, AppError> {
    let first = back.message.as_ref().or_else(|| back.errors.first().map(|(_, message)| message));
    let said = Flash {
        tone: Tone::Bad,
        title: "Nothing was changed.".to_owned(),
        text: first.map_or_else(String::new, |text| format!("{}.", text.trim_end_matches('.'))),
        next: Some(Link::new(format!("#{}", back.form), "To the form")),
    };
    let mut answer = page(state, officer, id, Some(back), Some(said)).await?;
    *answer.status_mut() = status;
    Ok(answer)
}

/// Which person an address names; no such person where it is damaged.
pub(super) fn person(id: &str) -> Result<CombatantId, AppError> {
    CombatantId::parse(id).map_err(|_| AppError::NotFound)
}

async fn page(
    state: &AppState,
    officer: &CurrentOfficer,
    id: CombatantId,
    back: Option<&Back>,
    said: Option<Flash>,
) -> Result<Response, AppError> {
    let bus = state.bus();
    let record = bus.record(id).await?;
    if record.standing == Standing::Unknown {
        return Err(AppError::NotFound);
    }
    reading::of_record(state, officer, "desk-record", id).await?;
    let entries = bus.history(id).await?;
    let civil = record.civil(None).unwrap_or_else(|_| Civil::default());
    let kingdom = state.kingdom();
    let grants = &officer.state()?.grants;
    let own = bus.own_records(&officer.actor(), &kingdom).await?.contains(&id);
    let refused = mail_refused(state, &record, id).await?;
    let fresh = || bus.ids().uuid_at(bus.now()).to_string();
    let shown = Shown {
        id,
        record: &record,
        civil: &civil,
        entries: &entries,
        kingdom: &kingdom,
        today: state.today(),
        may: May { grants, own },
        forms: Forms { fresh: &fresh, back },
    };
    let path = format!("/desk/people/{id}");
    let mut view = shown.view();
    view.flags.extend(refused);
    let page = Page::desk(&state.site().site, &officer.chrome(), &path, display_name(&record), view);
    Ok(state.render(&page.with_flash(said), Templates::desk_record)?.into_response())
}

/// Marks an address that a mail server refuses, as long as it is the one on file.
async fn mail_refused(state: &AppState, record: &Record, id: CombatantId) -> Result<Option<Badge>, AppError> {
    let store = &state.services.store;
    let Some(bounce) = store.bounce_of(id.0).await? else { return Ok(None) };
    let address = detail(record, DetailField::Email).map(str::to_ascii_lowercase);
    let same = address.is_some_and(|address| store.keyring().address_hash(&address) == bounce.address);
    let zone = state.kingdom().catalogue.kingdom.zone.tz();
    let since = short_date(civil_date(bounce.at, zone));
    Ok(same.then(|| Badge::new(Tone::Bad, format!("Mail refused since {since}"))))
}
