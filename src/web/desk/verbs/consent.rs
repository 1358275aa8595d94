//! Being listed publicly, the card page's address, and its check code.

use super::{Asked, Asking, NotAsked};
use crate::commands::combatant::assign_card_id::AssignCardId;
use crate::commands::combatant::renew_check_code::RenewCheckCode;
use crate::commands::combatant::send_link::SendLink;
use crate::commands::combatant::set_listing::SetListing;
use crate::domain::card_id::CardId;
use crate::domain::mail::Mail;
use crate::web::desk::flash::Done;
use crate::web::form::Sent;

/// Says whether the public register may show the person (V8).
///
/// # Errors
/// [`NotAsked`].
pub fn set_listing(_: &Asking<'_>, sent: &Sent) -> Result<Asked, NotAsked> {
    let (listed, code) = match sent.text("listed") {
        "yes" => (true, "listed"),
        "no" => (false, "unlisted"),
        _ => return Err(NotAsked::NotOurs),
    };
    let command = SetListing { listed }.into();
    Ok(Asked { command, form: "listing".to_owned(), day: "", done: Done::plain(code) })
}

/// Gives the card page an address that cannot be guessed (P4). It is drawn by
/// lot: of a form that is sent twice, the first one's stands.
///
/// # Errors
/// [`NotAsked`].
#[expect(clippy::unnecessary_wraps, reason = "every verb answers alike")]
pub fn assign_card_id(asking: &Asking<'_>, _: &Sent) -> Result<Asked, NotAsked> {
    let mut random = [0; 10];
    asking.ids.fill(&mut random);
    let command = AssignCardId { card_id: CardId::from_random(&random) }.into();
    Ok(Asked { command, form: "card-link".to_owned(), day: "", done: Done::plain("card-link") })
}

/// Makes the check code on the card page anew, so that earlier ones lead nowhere.
///
/// # Errors
/// [`NotAsked`].
#[expect(clippy::unnecessary_wraps, reason = "every verb answers alike")]
pub fn renew_check_code(_: &Asking<'_>, _: &Sent) -> Result<Asked, NotAsked> {
    let command = RenewCheckCode.into();
    Ok(Asked { command, form: "check-code".to_owned(), day: "", done: Done::plain("check-code") })
}

/// Sends the welcome mail again (V1).
///
/// # Errors
/// [`NotAsked`].
#[expect(clippy::unnecessary_wraps, reason = "every verb answers alike")]
pub fn send_welcome(asking: &Asking<'_>, _: &Sent) -> Result<Asked, NotAsked> {
    let command = SendLink { person: asking.person, mail: Mail::Welcome }.into();
    Ok(Asked { command, form: "send-welcome".to_owned(), day: "", done: Done::plain("welcome-sent") })
}
