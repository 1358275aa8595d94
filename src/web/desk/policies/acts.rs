//! The small forms: beginning a draft, discarding it, sharing it or not, and
//! taking back that everybody has to accept a version.

use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use uuid::Uuid;

use super::draft::{self, Shown};
use super::{DRAFT, PATH, require, version};
use crate::commands::Command;
use crate::commands::bus::BusError;
use crate::commands::policies::{
    BeginDraft, DiscardDraft, PolicyCommand, ShareDraft, StopRequiring, UnshareDraft,
};
use crate::domain::policy::PolicyVersion;
use crate::store::Receipt;
use crate::web::desk::act;
use crate::web::desk::flash::Done;
use crate::web::desk::forms::Back;
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;

/// Begins a draft: a copy of the newest version, or with a text that was written while another
/// draft went away.
pub async fn begin(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    require(&officer)?;
    let sent = Sent::read(&body)?;
    let errors = if sent.has("text") { draft::faults(&sent) } else { Vec::new() };
    if !errors.is_empty() {
        let back = Back { form: draft::FORM.to_owned(), sent, errors, message: None, renew: false };
        let shown = Shown { back: Some(back), ..Shown::default() };
        return draft::page(&state, &officer, shown, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let text = sent.has("text").then(|| sent.text("text").to_owned());
    match execute(&state, &officer, uri.path(), &sent, BeginDraft { text: text.clone() }.into()).await? {
        Ok(receipt) => act::done(&state, receipt.last, &Done::plain("draft-begun"), DRAFT).await,
        // Whoever asked for a draft and finds one that somebody else began goes on with it.
        Err(error) if text.is_none() => Err(error.into()),
        Err(error) => {
            let (status, mut back) = act::back(error, draft::FORM, "", sent)?;
            back.renew = true;
            let shown = Shown { back: Some(back), newest: true, ..Shown::default() };
            draft::page(&state, &officer, shown, status)
        }
    }
}

/// Discards the draft.
pub async fn discard(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    small(&state, &officer, uri.path(), &body, |_| DiscardDraft.into(), "draft-discarded", PATH).await
}

/// Shares the draft. What its link is made from follows from the command's id, so that a
/// re-sent form makes the same link.
pub async fn share(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    let link = |id: Uuid| ShareDraft { link: Uuid::new_v5(&id, b"policy-draft") }.into();
    let to = format!("{DRAFT}#share");
    small(&state, &officer, uri.path(), &body, link, "draft-shared", &to).await
}

/// Withdraws the draft's link.
pub async fn unshare(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    let to = format!("{DRAFT}#share");
    small(&state, &officer, uri.path(), &body, |_| UnshareDraft.into(), "draft-unshared", &to).await
}

/// Takes back that everybody has to accept a version.
pub async fn stop_requiring(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(name): Path<String>,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    require(&officer)?;
    let number = PolicyVersion::parse(&name).map_err(|_| AppError::NotFound)?;
    if state.kingdom().catalogue.policies.version(number).is_none() {
        return Err(AppError::NotFound);
    }
    let sent = Sent::read(&body)?;
    match execute(&state, &officer, uri.path(), &sent, StopRequiring { version: number }.into()).await? {
        Ok(receipt) => {
            let to = format!("{PATH}/{number}");
            act::done(&state, receipt.last, &Done::plain("call-withdrawn"), &to).await
        }
        Err(error) => {
            let (status, back) = act::back(error, version::FORM, "", sent)?;
            version::page(&state, &officer, number, Some(&back), &HeaderMap::new(), status).await
        }
    }
}

/// A form without fields: what it asks for is done, or an error page says why not.
async fn small(
    state: &AppState,
    officer: &CurrentOfficer,
    path: &str,
    body: &[u8],
    command: impl Fn(Uuid) -> PolicyCommand,
    done: &'static str,
    to: &str,
) -> Result<Response, AppError> {
    require(officer)?;
    let sent = Sent::read(body)?;
    let command = command(sent.command_id()?.0);
    let receipt = execute(state, officer, path, &sent, command).await??;
    act::done(state, receipt.last, &Done::plain(done), to).await
}

async fn execute(
    state: &AppState,
    officer: &CurrentOfficer,
    path: &str,
    sent: &Sent,
    command: PolicyCommand,
) -> Result<Result<Receipt, BusError>, AppError> {
    let command_id = sent.command_id()?;
    let command = Command::Policies(command);
    let request = act::request(state, officer, path, sent, command_id, None, command);
    Ok(state.bus().execute(request).await)
}
