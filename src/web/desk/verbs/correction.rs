//! Corrections that people ask for.

use super::{Asked, Asking, NotAsked};
use crate::commands::combatant::settle_correction::SettleCorrection;
use crate::domain::id::EventId;
use crate::web::desk::flash::Done;
use crate::web::form::Sent;

/// Says that one was looked after.
///
/// # Errors
/// [`NotAsked`].
pub fn settle(_: &Asking<'_>, sent: &Sent) -> Result<Asked, NotAsked> {
    let asked = uuid::Uuid::try_parse(sent.text("asked")).map(EventId).map_err(|_| NotAsked::NotOurs)?;
    let form = format!("settle-{asked}");
    Ok(Asked { command: SettleCorrection { asked }.into(), form, day: "", done: Done::plain("settled") })
}
