//! What can be done to an officer: rights changed, disabled, enabled, linked.

use std::collections::BTreeSet;

use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{StatusCode, Uri};
use axum::response::Response;

use super::matrix::{Ticked, cell_id, faults, held, in_words};
use super::one::{Beyond, GRANTS, page, refused};
use super::{PATH, known, person, request};
use crate::commands::bus::BusError;
use crate::commands::officers::Verb;
use crate::domain::id::OfficerId;
use crate::domain::permission::{Grant, GrantScope};
use crate::events::evolve::Catalogue;
use crate::web::desk::act;
use crate::web::desk::flash::Done;
use crate::web::desk::forms::Back;
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::views::{Conflict, Preview};

/// The version that a form was opened at (P5).
fn seen(sent: &Sent) -> Result<crate::domain::id::StreamVersion, AppError> {
    sent.seen().filter(|version| version.0 > 0).ok_or_else(|| {
        AppError::Bad("the form came without the version it was opened at; open it again".to_owned())
    })
}

/// What the officer holds now.
fn now(state: &AppState, id: OfficerId) -> BTreeSet<Grant> {
    state.kingdom().officers.all.get(&id).map(|one| held(&one.grants)).unwrap_or_default()
}

/// Changes what an officer may do, or shows what would change.
pub async fn grants(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    let id = known(&officer, &state, &id)?;
    let sent = Sent::read(&body)?;
    let (command_id, seen) = (sent.command_id()?, seen(&sent)?);
    let ticked = Ticked::read(&sent)?;
    if sent.filled("preview").is_some() {
        return preview(&state, &officer, id, &ticked).await;
    }
    let verbs = ticked.verbs(id);
    let said = Done::plain(if verbs.is_empty() { "grants-unchanged" } else { "grants-changed" });
    let ask = |seen| {
        let verb = Verb::Together(verbs.clone());
        request(&state, &officer, uri.path(), &sent, command_id, Some(seen), verb)
    };
    let mut answer = state.bus().execute(ask(seen)).await;
    if let Err(BusError::Stale { now: version, .. }) = answer {
        let held = now(&state, id);
        if held == ticked.shown {
            // Something else about the officer changed: nothing that this form would overwrite.
            answer = state.bus().execute(ask(version)).await;
        } else {
            let beyond = Beyond {
                conflicts: conflicts(&ticked, &held, &state.kingdom().catalogue),
                ticked: Some(ticked.on(&held)),
                ..Beyond::default()
            };
            return page(&state, &officer, id, beyond, StatusCode::CONFLICT).await;
        }
    }
    match answer {
        Ok(receipt) => act::done(&state, receipt.last, &said, &format!("{PATH}/{id}")).await,
        Err(error) => {
            let (status, mut back) = act::back(error, GRANTS, "", sent)?;
            let faults = faults(&state, &officer, id, &ticked);
            let disciplines = &state.kingdom().catalogue.disciplines;
            let seen_there = |grant: &Grant| match grant.scope() {
                GrantScope::Kingdom => true,
                GrantScope::Discipline(slug) => disciplines.contains_key(slug),
            };
            if !faults.is_empty() && faults.keys().all(seen_there) {
                back.message = None;
            }
            let ticked = Some(ticked.on(&now(&state, id)));
            let beyond = Beyond { back: Some(back), ticked, faults, ..Beyond::default() };
            refused(&state, &officer, id, beyond, status).await
        }
    }
}

async fn preview(
    state: &AppState,
    officer: &CurrentOfficer,
    id: OfficerId,
    ticked: &Ticked,
) -> Result<Response, AppError> {
    let kingdom = state.kingdom();
    let held = now(state, id);
    let then = ticked.on(&held);
    let words = |grants: &mut dyn Iterator<Item = &Grant>| {
        grants.map(|grant| in_words(grant, &kingdom.catalogue)).collect()
    };
    let beyond = Beyond {
        preview: Some(Preview {
            gives: words(&mut then.difference(&held)),
            takes: words(&mut held.difference(&then)),
        }),
        faults: faults(state, officer, id, ticked),
        conflicts: conflicts(ticked, &held, &kingdom.catalogue),
        ticked: Some(then),
        ..Beyond::default()
    };
    page(state, officer, id, beyond, StatusCode::OK).await
}

/// What holds now and did not when the form was opened, or the other way round.
fn conflicts(ticked: &Ticked, held: &BTreeSet<Grant>, catalogue: &Catalogue) -> Vec<Conflict> {
    let changed = held.symmetric_difference(&ticked.shown);
    changed
        .map(|grant| Conflict {
            label: in_words(grant, catalogue),
            on_file: if held.contains(grant) { "held" } else { "not held" }.to_owned(),
            yours: match (ticked.shown.contains(grant), ticked.wanted.contains(grant)) {
                (false, true) => "you gave it as well",
                (true, false) => "you took it away as well",
                _ => "not changed by you: it stays as it is now",
            }
            .to_owned(),
            target: cell_id(grant),
        })
        .collect()
}

/// Lets an officer sign in no longer; their sessions end.
pub async fn disable(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    let id = known(&officer, &state, &id)?;
    let sent = Sent::read(&body)?;
    match issue(&state, &officer, id, &uri, sent, Verb::Disable(id), "disable").await? {
        Ok(done) => {
            // Nobody passes with them any more; they must not come back to life with the officer.
            if let Err(error) = state.sessions.end_all(id).await {
                tracing::warn!(%error, "an officer was disabled, and their sessions could not be deleted");
            }
            done.to(&state, id, "officer-disabled").await
        }
        Err(answer) => Ok(answer),
    }
}

/// Lets an officer sign in again.
pub async fn enable(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    let id = known(&officer, &state, &id)?;
    let sent = Sent::read(&body)?;
    match issue(&state, &officer, id, &uri, sent, Verb::Enable(id), "enable").await? {
        Ok(done) => done.to(&state, id, "officer-enabled").await,
        Err(answer) => Ok(answer),
    }
}

/// Says which person on file an officer is (A3).
pub async fn link(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    let id = known(&officer, &state, &id)?;
    let sent = Sent::read(&body)?;
    let combatant = match person::read(&state, &officer, &sent).await? {
        Ok(combatant) => Some(combatant),
        Err(why) => {
            sent.command_id()?;
            let errors = vec![("record".to_owned(), why)];
            let back = Back { form: "link".to_owned(), sent, errors, message: None, renew: false };
            let beyond = Beyond { back: Some(back), ..Beyond::default() };
            return refused(&state, &officer, id, beyond, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    match issue(&state, &officer, id, &uri, sent, Verb::Link { officer: id, combatant }, "link").await? {
        Ok(done) => done.to(&state, id, "officer-linked").await,
        Err(answer) => Ok(answer),
    }
}

/// Says that an officer is nobody on file.
pub async fn unlink(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    let id = known(&officer, &state, &id)?;
    let sent = Sent::read(&body)?;
    let verb = Verb::Link { officer: id, combatant: None };
    match issue(&state, &officer, id, &uri, sent, verb, "unlink").await? {
        Ok(done) => done.to(&state, id, "officer-unlinked").await,
        Err(answer) => Ok(answer),
    }
}

/// Something that was done, up to an event of the log.
struct Issued(crate::domain::id::Position);

impl Issued {
    /// On to the officer's page.
    async fn to(self, state: &AppState, id: OfficerId, code: &'static str) -> Result<Response, AppError> {
        act::done(state, self.0, &Done::plain(code), &format!("{PATH}/{id}")).await
    }
}

/// Issues what a form of few fields asks for; where it is refused, the page with the form.
async fn issue(
    state: &AppState,
    officer: &CurrentOfficer,
    id: OfficerId,
    uri: &Uri,
    sent: Sent,
    verb: Verb,
    form: &str,
) -> Result<Result<Issued, Response>, AppError> {
    let (command_id, seen) = (sent.command_id()?, seen(&sent)?);
    let request = request(state, officer, uri.path(), &sent, command_id, Some(seen), verb);
    match state.bus().execute(request).await {
        Ok(receipt) => Ok(Ok(Issued(receipt.last))),
        Err(error) => {
            let (status, back) = act::back(error, form, "", sent)?;
            let beyond = Beyond { back: Some(back), ..Beyond::default() };
            Ok(Err(refused(state, officer, id, beyond, status).await?))
        }
    }
}
