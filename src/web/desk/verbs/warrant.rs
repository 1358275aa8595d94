//! Grant and end warrants as marshal.

use uuid::Uuid;

use super::{Asked, Asking, Faults, NotAsked, slug};
use crate::commands::combatant::end_warrant::EndWarrant;
use crate::commands::combatant::grant_warrant::GrantWarrant;
use crate::domain::id::WarrantId;
use crate::web::desk::flash::Done;
use crate::web::form::Sent;

/// Grants a warrant (C8). Its id follows from the command's.
///
/// # Errors
/// [`NotAsked`].
pub fn grant(asking: &Asking<'_>, sent: &Sent) -> Result<Asked, NotAsked> {
    let (discipline, marshal) = (slug(sent, "discipline")?, slug(sent, "marshal")?);
    let form = format!("warrant-{discipline}");
    let mut faults = Faults::none();
    let starts_on = faults.take("starts_on", sent.day("starts_on"));
    let ends_on = match sent.filled("ends_on") {
        Some(_) => faults.take("ends_on", sent.day("ends_on")),
        None => None,
    };
    if starts_on.zip(ends_on).is_some_and(|(start, end)| end < start) {
        faults.0.push(("ends_on", "The warrant would end before it starts".to_owned()));
    }
    let Some(starts_on) = starts_on.filter(|_| faults.0.is_empty()) else { return Err(faults.wrong(form)) };
    let warrant = WarrantId(Uuid::new_v5(&asking.command_id.0, b"warrant"));
    let done = Done::within("warranted", discipline.clone(), Some(marshal.clone()));
    let command =
        GrantWarrant { warrant, discipline, marshal, starts_on, ends_on, granted_by: asking.officer };
    Ok(Asked { command: command.into(), form, day: "starts_on", done })
}

/// Ends a warrant, with a reason (C8).
///
/// # Errors
/// [`NotAsked`].
pub fn end(asking: &Asking<'_>, sent: &Sent) -> Result<Asked, NotAsked> {
    let discipline = slug(sent, "discipline")?;
    let warrant = WarrantId::parse(sent.text("warrant")).map_err(|_| NotAsked::NotOurs)?;
    let form = format!("end-{warrant}-{discipline}");
    let mut faults = Faults::none();
    let day = faults.take("on", sent.day("on"));
    let reason = faults.reason(sent);
    let Some(on) = day.filter(|_| faults.0.is_empty()) else { return Err(faults.wrong(form)) };
    let held = asking.record.civil(None).ok().and_then(|civil| {
        let card = civil.cards.get(&discipline)?;
        card.warrants.iter().find(|held| held.id == warrant).map(|held| held.marshal.clone())
    });
    let done = Done::within("warrant-ended", discipline.clone(), held);
    Ok(Asked { command: EndWarrant { discipline, warrant, on, reason }.into(), form, day: "on", done })
}
