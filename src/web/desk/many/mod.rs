//! `/desk/people/many`: one thing done to many people. In the list they are ticked, or all that a search
//! found are taken; then an act is chosen; then a preview says who changes, from what to what, and who cannot
//! and why; then it is carried out, and a result stays at an address of its own.
//!
//! - `selection`: who is meant, as an address or a form says it.
//! - `acts`: what can be done, and the commands that it means for one person; `aim`: what it asks for.
//! - `plan`: what each command would come to, asked of the decisions themselves (A1, A3, C4, C5).
//! - `words`: what it does, and from what to what.
//! - `carry`: the form is sent: once, in the background, side by side.
//! - `result`: what became of it, read from the log.
//!
//! Nothing is stored for it: a run's commands have ids that follow from the form's, they share its
//! correlation id, and who was left as they were stands in the entry that ends the run
//! ([`crate::commands::bus::Outcome`]). Sending the same form again shows its result. Where the process was
//! killed in between, some are done and nothing says that it ended: the same form, sent again, then shows what
//! is left to do, because that is not what was seen.
//!
//! A renewal is not taken back: the correction of its date may name any day after the one before, and the
//! result leads there; to make it undone is no fact that there is an event for.
//!
//! To add an act: a variant of `acts::Kind`, what it asks (`aim`), how it is said (`words::Says`), and the commands
//! that it means.

mod acts;
mod aim;
mod carry;
mod page;
mod plan;
mod result;
mod selection;
mod words;

pub use carry::Runs;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};

use acts::{Act, Kind};
use selection::Selection;

use crate::commands::authorize::Denied;
use crate::domain::permission::Permission;
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;

/// The address of it all.
pub const PATH: &str = "/desk/people/many";
/// Most people at once.
pub const MOST: usize = 5_000;
/// Rows on a page of a preview or a result.
const PER_PAGE: usize = 100;

/// The routes of this room.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(PATH, get(show).post(carry::carry_out))
        .route("/desk/people/many/{run}", get(result::show))
        .route("/desk/people/many/{run}/file", post(result::file))
}

/// Whether there is anything here that the officer may do, so that the list offers to choose people.
pub fn open_to(officer: &CurrentOfficer) -> bool {
    Kind::ALL.into_iter().any(|kind| kind.open_to(officer))
}

fn admit(officer: &CurrentOfficer) -> Result<(), AppError> {
    officer.require(Permission::ReadCombatantInfo, None)?;
    if open_to(officer) {
        return Ok(());
    }
    let permission = Permission::WriteCardDate;
    Err(AppError::Denied(Denied::Lacking { permission, discipline: None }))
}

/// Asks what to do, or shows what it would come to.
async fn show(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    admit(&officer)?;
    let sent = Sent::read(query.unwrap_or_default().as_bytes())?;
    let selection = Selection::read(&state, &officer, &sent).await?;
    let people = selection.people(&state, &officer)?;
    if people.is_empty() || people.len() > MOST || sent.filled("act").is_none() {
        return page::choose(&state, &officer, &selection, people.len(), &sent, Vec::new());
    }
    match Act::read(&sent, &officer)? {
        Ok(act) => {
            let rows = plan::plan(&state, &officer, &act, &people, false).await?;
            let page = sent.text("page").parse().unwrap_or(1);
            page::preview(&state, &officer, &selection, &act, &rows, page, None, StatusCode::OK).await
        }
        Err(errors) => page::choose(&state, &officer, &selection, people.len(), &sent, errors),
    }
}
