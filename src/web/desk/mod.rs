//! The officers' side: `/desk`.
//!
//! Reading sealed data is recorded before it is shown (V7); what may be
//! changed is decided by the bus alone, and forms are shown only to those who
//! may (A1). One file per screen, and in [`verbs`] one for each thing that can
//! be done to a person; [`act`] is the way that all of them go.
//!
//! What holds for everyone is in [`kingdom`], with a way of its own for its forms.
//!
//! # Adding a verb
//! 1. A function in [`verbs`] that reads the sent form into a command.
//! 2. Its line in [`routes`], and its message in [`flash`].
//! 3. Its form, in [`record`].

pub mod act;
pub(in crate::web) mod columns;
mod export;
mod file;
pub mod flash;
pub mod forms;
mod home;
pub mod kingdom;
mod list;
pub mod many;
mod merge;
pub mod officers;
mod open;
pub mod outbox;
pub(in crate::web) mod person;
pub mod policies;
pub mod record;
mod reports;
pub mod rows;
mod sessions;
pub(in crate::web) mod sheet;
mod today;
pub mod verbs;
mod warrants;

use std::time::Duration;

use axum::Router;
use axum::routing::{MethodRouter, get, post};

use super::state::AppState;
use crate::domain::id::Position;
use crate::projections::State;

/// The routes of this room.
pub fn routes() -> Router<AppState> {
    Router::new()
        // What waits, and everybody on file.
        .route("/desk", get(home::show))
        .route("/desk/people", get(list::show))
        .route("/desk/people/export", post(export::file))
        // What lapses, and what was so on any day, in numbers.
        .merge(reports::routes())
        // Where one is signed in.
        .route("/desk/sessions", get(sessions::show))
        .route("/desk/sessions/end", post(sessions::end))
        .route("/desk/sessions/end-others", post(sessions::end_others))
        // One person: the form, the record.
        .route("/desk/people/new", get(person::new).post(person::register))
        .route("/desk/people/{id}", get(open::show))
        .route("/desk/people/{id}/edit", get(person::edit).post(person::change))
        .route("/desk/people/{id}/merge", get(merge::show).post(merge::join))
        // What can be done to a person.
        .route("/desk/people/{id}/issue-card", verb(verbs::card::issue))
        .route("/desk/people/{id}/renew-card", verb(verbs::card::renew))
        .route("/desk/people/{id}/correct-card", verb(verbs::card::correct))
        .route("/desk/people/{id}/grant-authorization", verb(verbs::authorization::grant))
        .route("/desk/people/{id}/revoke-authorization", verb(verbs::authorization::revoke))
        .route("/desk/people/{id}/grant-warrant", verb(verbs::warrant::grant))
        .route("/desk/people/{id}/end-warrant", verb(verbs::warrant::end))
        .route("/desk/people/{id}/record-waiver", verb(verbs::waiver::record))
        .route("/desk/people/{id}/correct-waiver", verb(verbs::waiver::correct))
        .route("/desk/people/{id}/withdraw-entry", verb(verbs::entry::withdraw))
        .route("/desk/people/{id}/set-listing", verb(verbs::consent::set_listing))
        .route("/desk/people/{id}/assign-card-id", verb(verbs::consent::assign_card_id))
        .route("/desk/people/{id}/renew-check-code", verb(verbs::consent::renew_check_code))
        .route("/desk/people/{id}/send-welcome", verb(verbs::consent::send_welcome))
        .route("/desk/people/{id}/invite-pin", verb(verbs::pin::invite))
        .route("/desk/people/{id}/reset-pin", verb(verbs::pin::reset))
        .route("/desk/people/{id}/settle-correction", verb(verbs::correction::settle))
        .route("/desk/people/{id}/erase", verb(verbs::erase::erase))
        // Many people at once, and the marshals among them.
        .merge(many::routes())
        .route("/desk/warrants", get(warrants::show))
        .route("/desk/warrants/export", post(warrants::file))
        .merge(officers::routes())
        // Mail.
        .merge(outbox::routes())
        // What holds for everyone.
        .merge(kingdom::routes())
        // The privacy policy.
        .merge(policies::routes())
}

/// A form that does one thing to a person.
fn verb(read: verbs::Read) -> MethodRouter<AppState> {
    post(move |state, officer, id, uri, body| act::act(state, officer, id, uri, body, read))
}

/// Waits until the read models and the kept pages have taken in an event; false
/// when that takes longer, and at once when one of them is paused before it.
pub(in crate::web) async fn wait_for(state: &AppState, position: Position, timeout: Duration) -> bool {
    let states = state.services.projections.states();
    if states.iter().any(|at| at.state == State::Paused && at.position < position) {
        return false;
    }
    let (indexes, followed) = (&state.services.indexes, &state.followed);
    let (indexed, taken) =
        tokio::join!(indexes.wait_for(position, timeout), followed.wait_for(position, timeout));
    indexed && taken
}
