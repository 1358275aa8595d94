//! `/desk/policies`: the privacy policy (V4, V9), for holders of
//! `can_edit_privacy_policy`.
//!
//! [`list`] is what there is, [`draft`] where one is written, [`acts`] its small
//! forms, [`approve`] where it becomes the policy, [`version`] one approved
//! version. What may become of a policy is decided in `commands/policies` alone.
//!
//! A text that somebody wrote is never lost: who saves second gets both texts
//! and what differs (P5), and whose draft is gone may begin another with theirs.

mod acts;
mod approve;
mod difference;
mod draft;
mod list;
mod version;

use axum::Router;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use axum::routing::{get, post};

use super::flash::{self, Done};
use super::forms::{Back, Forms};
use crate::domain::date::CivilDate;
use crate::domain::date_text::long_date;
use crate::domain::id::{StreamId, StreamType};
use crate::domain::permission::Permission;
use crate::events::evolve::Policies;
use crate::web::error::AppError;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::views::{CommandForm, Field, Flash};

/// The first page.
pub const PATH: &str = "/desk/policies";
/// Where the draft is written.
pub const DRAFT: &str = "/desk/policies/draft";
/// Where it is approved.
pub const APPROVE: &str = "/desk/policies/draft/approve";

/// What each form says once it is done, as [`flash`] has it.
pub const SAID: [(&str, &str, &str); 9] = [
    (
        "registered-uninvited",
        "Registered, but not invited.",
        "No privacy policy is approved, so no welcome mail goes out. Once one is, ask them to accept it.",
    ),
    ("draft-begun", "Draft begun.", "Nobody else sees it until you share or approve it."),
    ("draft-saved", "Saved.", "How it looks and what differs are below."),
    ("draft-same", "Nothing to save.", "What you sent is what is saved already."),
    ("draft-discarded", "Draft discarded.", "What it said stays in the log."),
    ("draft-shared", "Shared.", "Whoever has the link below can read what is saved."),
    ("draft-unshared", "Link withdrawn.", "It leads nowhere from now on."),
    ("policy-approved", "Approved.", "It is public, and never changes."),
    ("call-withdrawn", "Taken back.", "Nobody has to accept this version again."),
];

/// The routes of this room.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(PATH, get(list::show))
        .route(DRAFT, get(draft::show).post(draft::save))
        .route("/desk/policies/draft/begin", post(acts::begin))
        .route("/desk/policies/draft/discard", post(acts::discard))
        .route("/desk/policies/draft/share", post(acts::share))
        .route("/desk/policies/draft/unshare", post(acts::unshare))
        .route(APPROVE, get(approve::show).post(approve::approve))
        .route("/desk/policies/{version}", get(version::show))
        .route("/desk/policies/{version}/stop-requiring", post(acts::stop_requiring))
}

/// What stands in the way of ordinary work, or will, in sentences (V4, V9).
pub fn standing(policies: &Policies, today: CivilDate, edits: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if policies.in_force_on(today).is_none() {
        let todo = match (edits, &policies.draft) {
            (false, _) => "An officer who may edit the privacy policy has to approve one.",
            (true, None) => "Begin a draft and approve it.",
            (true, Some(_)) => "A draft waits: fill it in and approve it.",
        };
        notes.push(format!(
            "No privacy policy is approved yet. People can be put on file, but nobody can be invited: no welcome mail \
             goes out, and nobody gets a card page. {todo}"
        ));
    }
    if let Some((version, from)) = policies.coming_after(today) {
        notes.push(format!(
            "From {} on, privacy policy {version} or a newer one has to be accepted. Who accepted only an older one \
             has no card page from then on and is not on public lists.",
            long_date(from)
        ));
    }
    notes
}

fn require(officer: &CurrentOfficer) -> Result<(), AppError> {
    officer.require(Permission::CanEditPrivacyPolicy, None)
}

/// The one stream of policies.
fn stream() -> StreamId {
    StreamId::only(StreamType::Policies)
}

/// A form of these pages.
fn form(
    state: &AppState,
    back: Option<&Back>,
    id: &str,
    action: &str,
    submit: &str,
    fields: Vec<Field>,
) -> CommandForm {
    let bus = state.bus();
    let fresh = || bus.ids().uuid_at(bus.now()).to_string();
    Forms { fresh: &fresh, back }.form(id, action, submit, fields)
}

/// What was just done, and the cookie that takes the message away.
fn said(officer: &CurrentOfficer, headers: &HeaderMap) -> (Option<Flash>, bool) {
    let done = Done::of(headers);
    (done.as_ref().and_then(|done| done.flash(&officer.kingdom)), done.is_some())
}

fn with_flash_gone(mut answer: Response, shown: bool) -> Response {
    if shown {
        answer.headers_mut().append(header::SET_COOKIE, flash::gone());
    }
    answer
}
