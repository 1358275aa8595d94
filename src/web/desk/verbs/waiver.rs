//! Record waivers, and correct their dates.

use super::{Asked, Asking, Faults, NotAsked, seen};
use crate::commands::combatant::correct_waiver::CorrectWaiver;
use crate::commands::combatant::record_waiver::RecordWaiver;
use crate::web::desk::flash::Done;
use crate::web::form::Sent;

/// Records a signed waiver (C1).
///
/// # Errors
/// [`NotAsked`].
pub fn record(asking: &Asking<'_>, sent: &Sent) -> Result<Asked, NotAsked> {
    let form = "waiver-new".to_owned();
    match sent.day("signed_on") {
        Ok(signed_on) => {
            // The waiver signed last counts (C10).
            let held = asking.record.civil(None).ok().and_then(|civil| civil.waiver);
            let earlier = held.is_some_and(|held| held.signed_on > signed_on);
            let done = Done::plain(if earlier { "waiver-recorded-earlier" } else { "waiver-recorded" });
            Ok(Asked { command: RecordWaiver { signed_on }.into(), form, day: "signed_on", done })
        }
        Err(why) => Err(NotAsked::Wrong(form, vec![("signed_on", why)])),
    }
}

/// Corrects the date of the waiver last signed, with a reason (D4).
///
/// # Errors
/// [`NotAsked`].
pub fn correct(_: &Asking<'_>, sent: &Sent) -> Result<Asked, NotAsked> {
    let form = "waiver-date".to_owned();
    let seen = Some(seen(sent)?);
    let mut faults = Faults::none();
    let day = faults.take("signed_on", sent.day("signed_on"));
    let reason = faults.reason(sent);
    let Some(signed_on) = day.filter(|_| faults.0.is_empty()) else { return Err(faults.wrong(form)) };
    let done = Done::plain("waiver-corrected");
    Ok(Asked { command: CorrectWaiver { seen, signed_on, reason }.into(), form, day: "signed_on", done })
}
