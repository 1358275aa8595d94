//! `/desk/kingdom`: what holds for everyone, for holders of `manage_kingdom`:
//! the kingdom itself, disciplines and their types, regions, the rulebook, and
//! switches. What may be decided is the bus's business; this reads forms and
//! shows what came of them.
//!
//! Every form that changes something carries the version of the stream it was
//! opened at. Whoever saves second sees both values and chooses (P5); where the
//! other change touched nothing that the form holds, it goes through.
//!
//! # Adding a setting
//! 1. A function that reads its form into an [`act::Asked`], in the file of its page.
//! 2. Its line in [`routes`], and its message in [`SAID`].
//! 3. Its form, in the page's `view`.

pub mod act;
mod describe;
mod discipline;
mod disciplines;
mod page;
pub mod preview;
mod regions;
mod rulebook;
mod switches;
mod terms;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};

use super::flash::{self, Done};
use crate::domain::id::Slug;
use crate::domain::permission::Permission;
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use page::{Screen, Shown};

/// The first page.
pub const PATH: &str = "/desk/kingdom";

/// What each form says once it is done, as [`flash`] has it.
pub const SAID: [(&str, &str, &str); 18] = [
    ("kingdom-described", "Saved.", "Public pages show it from now on."),
    ("kingdom-same", "Nothing to change.", "What you sent is how it is already."),
    ("discipline-founded", "Discipline added.", "Next: add its authorizations and marshal types."),
    ("discipline-renamed", "Discipline renamed.", "Its address and everybody’s cards stay."),
    ("discipline-retired", "Discipline retired.", "Cards in it stay as they are; nothing new is entered."),
    ("discipline-resumed", "Discipline taken up again.", "Cards are issued and renewed in it from now on."),
    ("type-added", "Authorization added.", "It can be granted from now on."),
    ("type-changed", "Authorization changed.", "Cards show it so from now on."),
    ("type-retired", "Authorization retired.", "Who holds it keeps it; it is not granted any more."),
    ("type-resumed", "Authorization taken up again.", "It can be granted from now on."),
    ("marshal-added", "Marshal type added.", "Warrants can be granted from now on."),
    ("marshal-renamed", "Marshal type renamed.", "Warrants show it so from now on."),
    ("marshal-retired", "Marshal type retired.", "Warrants that run go on; none are granted any more."),
    ("marshal-resumed", "Marshal type taken up again.", "Warrants can be granted from now on."),
    ("region-added", "Region added.", "People can be registered there from now on."),
    ("region-changed", "Region changed.", "Who lives there stays there."),
    ("rulebook-adopted", "Rulebook adopted.", "Dates that are on file do not move."),
    ("switch-set", "Switch set.", "It holds from now on."),
];

/// The routes of these settings.
pub fn routes() -> Router<AppState> {
    let list = || at(Screen::Disciplines, disciplines::found);
    Router::new()
        // The kingdom itself.
        .route("/desk/kingdom", get(show_kingdom).post(describe::save))
        // Disciplines and their types.
        .route("/desk/kingdom/disciplines", get(show_disciplines))
        .route("/desk/kingdom/disciplines/found", list())
        .route("/desk/kingdom/disciplines/{slug}", get(show_discipline))
        .route("/desk/kingdom/disciplines/{slug}/rename", within(discipline::rename))
        .route("/desk/kingdom/disciplines/{slug}/retire", within(discipline::retire))
        .route("/desk/kingdom/disciplines/{slug}/resume", within(discipline::resume))
        .route("/desk/kingdom/disciplines/{slug}/add-authorization", within(discipline::add_authorization))
        .route(
            "/desk/kingdom/disciplines/{slug}/change-authorization",
            within(discipline::change_authorization),
        )
        .route(
            "/desk/kingdom/disciplines/{slug}/retire-authorization",
            within(discipline::retire_authorization),
        )
        .route(
            "/desk/kingdom/disciplines/{slug}/resume-authorization",
            within(discipline::resume_authorization),
        )
        .route("/desk/kingdom/disciplines/{slug}/add-marshal", within(discipline::add_marshal))
        .route("/desk/kingdom/disciplines/{slug}/rename-marshal", within(discipline::rename_marshal))
        .route("/desk/kingdom/disciplines/{slug}/retire-marshal", within(discipline::retire_marshal))
        .route("/desk/kingdom/disciplines/{slug}/resume-marshal", within(discipline::resume_marshal))
        // Regions.
        .route("/desk/kingdom/regions", get(show_regions))
        .route("/desk/kingdom/regions/add", at(Screen::Regions, regions::add))
        .route("/desk/kingdom/regions/change", at(Screen::Regions, regions::change))
        .route("/desk/kingdom/regions/retire", at(Screen::Regions, regions::retire))
        .route("/desk/kingdom/regions/reopen", at(Screen::Regions, regions::reopen))
        // The rulebook.
        .route("/desk/kingdom/rulebook", get(show_rulebook).post(rulebook::adopt))
        // Switches.
        .route("/desk/kingdom/switches", get(show_switches).post(switches::set))
}

/// A form of that page.
fn at(screen: Screen, read: act::Read) -> MethodRouter<AppState> {
    post(
        move |State(state): State<AppState>,
              officer: CurrentOfficer,
              OriginalUri(uri): OriginalUri,
              body: Bytes| async move {
            officer.require(Permission::ManageKingdom, None)?;
            let sent = Sent::read(&body)?;
            let asked = read(&state.kingdom().catalogue, &screen, &sent);
            act::act(&state, &officer, uri.path(), &screen, sent, asked).await
        },
    )
}

/// A form of one discipline's page.
fn within(read: act::Read) -> MethodRouter<AppState> {
    post(
        move |State(state): State<AppState>,
              officer: CurrentOfficer,
              Path(slug): Path<String>,
              OriginalUri(uri): OriginalUri,
              body: Bytes| async move {
            officer.require(Permission::ManageKingdom, None)?;
            let screen = Screen::Discipline(Slug::parse(&slug).map_err(|_| AppError::NotFound)?);
            let sent = Sent::read(&body)?;
            let asked = read(&state.kingdom().catalogue, &screen, &sent);
            act::act(&state, &officer, uri.path(), &screen, sent, asked).await
        },
    )
}

async fn show_kingdom(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    show(&state, &officer, &Screen::Kingdom, &headers).await
}

async fn show_disciplines(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    show(&state, &officer, &Screen::Disciplines, &headers).await
}

async fn show_discipline(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(slug): Path<String>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    officer.require(Permission::ManageKingdom, None)?;
    let slug = Slug::parse(&slug).map_err(|_| AppError::NotFound)?;
    show(&state, &officer, &Screen::Discipline(slug), &headers).await
}

async fn show_regions(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    show(&state, &officer, &Screen::Regions, &headers).await
}

async fn show_rulebook(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let asked = Sent::read(query.unwrap_or_default().as_bytes())?;
    let from = asked.text("from").parse().ok();
    show(&state, &officer, &Screen::Rulebook(from), &headers).await
}

async fn show_switches(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    show(&state, &officer, &Screen::Switches, &headers).await
}

async fn show(
    state: &AppState,
    officer: &CurrentOfficer,
    screen: &Screen,
    headers: &HeaderMap,
) -> Result<Response, AppError> {
    officer.require(Permission::ManageKingdom, None)?;
    let done = Done::of(headers);
    let said = done.as_ref().and_then(|done| done.flash(&officer.kingdom));
    let mut answer =
        page::page(state, officer, screen, Shown { said, ..Shown::default() }, StatusCode::OK).await?;
    if done.is_some() {
        answer.headers_mut().append(header::SET_COOKIE, flash::gone());
    }
    Ok(answer)
}
