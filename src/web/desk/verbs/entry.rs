//! Take back entries that were mistakes.

use super::{Asked, Asking, Faults, NotAsked, slug};
use crate::commands::combatant::withdraw_entry::{Entered, WithdrawEntry};
use crate::domain::id::EventId;
use crate::web::desk::flash::Done;
use crate::web::form::Sent;

/// Takes an entry back, with a reason (D4).
///
/// # Errors
/// [`NotAsked`].
pub fn withdraw(_: &Asking<'_>, sent: &Sent) -> Result<Asked, NotAsked> {
    let entry = uuid::Uuid::try_parse(sent.text("entry")).map(EventId).map_err(|_| NotAsked::NotOurs)?;
    let about = match sent.text("about") {
        "card" => Entered::Card(slug(sent, "discipline")?),
        "authorization" => Entered::Authorization(slug(sent, "discipline")?),
        "warrant" => Entered::Warrant(slug(sent, "discipline")?),
        "waiver" => Entered::Waiver,
        _ => return Err(NotAsked::NotOurs),
    };
    let form = format!("withdraw-{entry}");
    let mut faults = Faults::none();
    let reason = faults.reason(sent);
    if !faults.0.is_empty() {
        return Err(faults.wrong(form));
    }
    let done = match about.discipline() {
        Some(discipline) => Done::within("entry-withdrawn", discipline.clone(), None),
        None => Done::plain("waiver-withdrawn"),
    };
    Ok(Asked { command: WithdrawEntry { entry, about, reason }.into(), form, day: "", done })
}
