//! Grant and revoke authorizations.

use super::{Asked, Asking, Faults, NotAsked, slug};
use crate::commands::combatant::grant_authorization::GrantAuthorization;
use crate::commands::combatant::revoke_authorization::RevokeAuthorization;
use crate::web::desk::flash::Done;
use crate::web::form::Sent;

/// Grants an authorization (C5), and issues the card where there is none (C2).
///
/// # Errors
/// [`NotAsked`].
pub fn grant(_: &Asking<'_>, sent: &Sent) -> Result<Asked, NotAsked> {
    let (discipline, authorization) = (slug(sent, "discipline")?, slug(sent, "authorization")?);
    let form = match sent.text("begin") {
        "" => format!("grant-{authorization}-{discipline}"),
        "yes" => format!("begin-{discipline}"),
        _ => return Err(NotAsked::NotOurs),
    };
    match sent.day("on") {
        Ok(on) => {
            let done = Done::within("granted", discipline.clone(), Some(authorization.clone()));
            let command = GrantAuthorization { discipline, authorization, on }.into();
            Ok(Asked { command, form, day: "on", done })
        }
        Err(why) => Err(NotAsked::Wrong(form, vec![("on", why)])),
    }
}

/// Revokes an authorization, with a reason (C5).
///
/// # Errors
/// [`NotAsked`].
pub fn revoke(_: &Asking<'_>, sent: &Sent) -> Result<Asked, NotAsked> {
    let (discipline, authorization) = (slug(sent, "discipline")?, slug(sent, "authorization")?);
    let form = format!("revoke-{authorization}-{discipline}");
    let mut faults = Faults::none();
    let day = faults.take("on", sent.day("on"));
    let reason = faults.reason(sent);
    let Some(on) = day.filter(|_| faults.0.is_empty()) else { return Err(faults.wrong(form)) };
    let done = Done::within("revoked", discipline.clone(), Some(authorization.clone()));
    let command = RevokeAuthorization { discipline, authorization, on, reason }.into();
    Ok(Asked { command, form, day: "on", done })
}
