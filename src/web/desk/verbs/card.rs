//! Issue, renew and correct cards.

use super::{Asked, Asking, Faults, NotAsked, seen, slug};
use crate::commands::combatant::CombatantCommand;
use crate::commands::combatant::correct_card::CorrectCard;
use crate::commands::combatant::issue_card::IssueCard;
use crate::commands::combatant::renew_card::RenewCard;
use crate::domain::date::CivilDate;
use crate::domain::id::Slug;
use crate::web::desk::flash::Done;
use crate::web::form::Sent;

/// Issues a first card in a discipline (C1).
///
/// # Errors
/// [`NotAsked`].
pub fn issue(_: &Asking<'_>, sent: &Sent) -> Result<Asked, NotAsked> {
    dated(sent, "issue", "card-issued", |discipline, issued_on| IssueCard { discipline, issued_on }.into())
}

/// Renews a card (C4).
///
/// # Errors
/// [`NotAsked`].
pub fn renew(asking: &Asking<'_>, sent: &Sent) -> Result<Asked, NotAsked> {
    let mut asked = dated(sent, "renew", "card-renewed", |discipline, issued_on| {
        RenewCard { discipline, issued_on }.into()
    })?;
    // One that came before the date the card has now moves nothing (D4).
    if let CombatantCommand::RenewCard(RenewCard { discipline, issued_on }) = &asked.command {
        let term = asking.record.civil(None).ok().and_then(|civil| civil.term(discipline));
        if term.is_some_and(|term| term.issued_on > *issued_on) {
            asked.done.code = "card-renewed-earlier";
        }
    }
    Ok(asked)
}

/// Corrects a card's date, with a reason (C4).
///
/// # Errors
/// [`NotAsked`].
pub fn correct(asking: &Asking<'_>, sent: &Sent) -> Result<Asked, NotAsked> {
    let discipline = slug(sent, "discipline")?;
    let seen = Some(seen(sent)?);
    let form = format!("correct-{discipline}");
    let mut faults = Faults::none();
    let day = faults.take("on", sent.day("on"));
    let reason = faults.reason(sent);
    let Some(issued_on) = day.filter(|_| faults.0.is_empty()) else { return Err(faults.wrong(form)) };
    // What was granted before that day is not moved along (C4).
    let earlier = asking.record.civil(None).ok().and_then(|mut civil| civil.cards.remove(&discipline));
    let earlier = earlier.is_some_and(|card| card.authorizations.values().any(|since| *since < issued_on));
    let code = if earlier { "card-corrected-later" } else { "card-corrected" };
    let done = Done::within(code, discipline.clone(), None);
    Ok(Asked { command: CorrectCard { discipline, seen, issued_on, reason }.into(), form, day: "on", done })
}

fn dated(
    sent: &Sent,
    name: &str,
    code: &'static str,
    command: impl FnOnce(Slug, CivilDate) -> CombatantCommand,
) -> Result<Asked, NotAsked> {
    let discipline = slug(sent, "discipline")?;
    let form = format!("{name}-{discipline}");
    match sent.day("on") {
        Ok(day) => {
            let done = Done::within(code, discipline.clone(), None);
            Ok(Asked { command: command(discipline, day), form, day: "on", done })
        }
        Err(why) => Err(NotAsked::Wrong(form, vec![("on", why)])),
    }
}
