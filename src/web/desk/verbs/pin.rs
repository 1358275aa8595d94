//! Mails with links to set a PIN.

use super::{Asked, Asking, NotAsked};
use crate::commands::combatant::send_link::SendLink;
use crate::domain::mail::Mail;
use crate::web::desk::flash::Done;
use crate::web::form::Sent;

/// Mails a link to set another PIN; the old one works until then (L5).
///
/// # Errors
/// [`NotAsked`].
#[expect(clippy::unnecessary_wraps, reason = "every verb answers alike")]
pub fn reset(asking: &Asking<'_>, _: &Sent) -> Result<Asked, NotAsked> {
    let command = SendLink { person: asking.person, mail: Mail::ResetPin }.into();
    Ok(Asked { command, form: "reset-pin".to_owned(), day: "", done: Done::plain("pin-link") })
}

/// Mails a link to set a first PIN: the invitation, then the reminder, then the last notice.
///
/// # Errors
/// [`NotAsked`].
#[expect(clippy::unnecessary_wraps, reason = "every verb answers alike")]
pub fn invite(asking: &Asking<'_>, _: &Sent) -> Result<Asked, NotAsked> {
    let sent = |mail: &Mail| asking.record.sent.iter().any(|(name, _)| name.as_str() == mail.as_str());
    let mail = Mail::PIN_INVITATIONS.into_iter().find(|mail| !sent(mail));
    let command = SendLink { person: asking.person, mail: mail.unwrap_or(Mail::SetPinFinal) }.into();
    Ok(Asked { command, form: "invite-pin".to_owned(), day: "", done: Done::plain("pin-link") })
}
