//! `/desk/officers`: who may sign in and what they may do (DOMAIN §7), for
//! holders of `write_officer_info`.
//!
//! [`list`] is everybody, [`invite`] the form for somebody new, [`one`] an
//! officer's page, [`acts`] its forms, [`matrix`] the ticks that both have,
//! [`person`] who an officer is on file (A3). What may be given and taken is
//! decided in `commands/officers` alone: a form asks for what its ticks differ
//! from what it showed, so that what somebody else changed meanwhile is
//! never undone unseen (P5).
//!
//! Addresses and doings are sealed data: every page here is a reading, recorded
//! before it is shown (V7).

mod acts;
mod invite;
mod list;
mod matrix;
mod one;
mod person;

use axum::Router;
use axum::routing::{get, post};

use crate::commands::bus::{Bus, Request};
use crate::commands::officers::{OfficersCommand, Verb};
use crate::commands::{Command, Context, Refusal};
use crate::domain::date::Instant;
use crate::domain::id::{CommandId, OfficerId, StreamVersion};
use crate::domain::permission::Permission;
use crate::events::evolve::OfficerState;
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::reading::correlation;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::views::{Badge, Tone};

/// The list's address.
pub const PATH: &str = "/desk/officers";
/// The form's address.
pub const NEW: &str = "/desk/officers/new";

/// The routes of this room.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(PATH, get(list::show))
        .route(NEW, get(invite::show).post(invite::invite))
        .route("/desk/officers/{id}", get(one::show))
        .route("/desk/officers/{id}/grants", post(acts::grants))
        .route("/desk/officers/{id}/disable", post(acts::disable))
        .route("/desk/officers/{id}/enable", post(acts::enable))
        .route("/desk/officers/{id}/link", post(acts::link))
        .route("/desk/officers/{id}/unlink", post(acts::unlink))
}

/// Which officer an address names, for whoever may know that they exist (A4).
fn known(officer: &CurrentOfficer, state: &AppState, id: &str) -> Result<OfficerId, AppError> {
    officer.require(Permission::WriteOfficerInfo, None)?;
    let id = OfficerId::parse(id).map_err(|_| AppError::NotFound)?;
    if state.kingdom().officers.all.contains_key(&id) { Ok(id) } else { Err(AppError::NotFound) }
}

/// What other officers know them by.
fn name_of(state: &OfficerState) -> &str {
    state.label.text().unwrap_or("An erased officer")
}

/// Whether they were invited, came, or may not come any more.
fn standing(state: &OfficerState, seen: Option<Instant>) -> Badge {
    match (state.enabled, seen) {
        (false, _) => Badge::new(Tone::Off, "Disabled"),
        (true, None) => Badge::new(Tone::Info, "Invited"),
        (true, Some(_)) => Badge::new(Tone::Good, "Active"),
    }
}

/// A form as the bus takes it. Its body is the address and the bytes that were
/// sent: the same form at another address is not the same command.
fn request(
    state: &AppState,
    officer: &CurrentOfficer,
    path: &str,
    sent: &Sent,
    command_id: CommandId,
    seen: Option<StreamVersion>,
    verb: Verb,
) -> Request {
    Request {
        command_id,
        actor: officer.actor(),
        correlation_id: correlation(state),
        body: [path.as_bytes(), b"\n", sent.body()].concat(),
        seen,
        command: Command::Officers(OfficersCommand { by: officer.actor(), verb }),
    }
}

/// What stands against one change alone, so that it can be said next to its tick;
/// the bus judges them all together.
fn judged(state: &AppState, officer: &CurrentOfficer, verb: Verb) -> Result<(), Refusal> {
    let kingdom = state.kingdom();
    let context = Context { today: state.today(), catalogue: kingdom.catalogue.clone() };
    OfficersCommand { by: officer.actor(), verb }.decide(&kingdom.officers, &context).map(drop)
}

/// A fresh command id.
fn fresh(bus: &Bus) -> String {
    bus.ids().uuid_at(bus.now()).to_string()
}
