//! Asks people to set a PIN, many at once, in three stages: the invitation, a reminder to those who
//! were invited, and a last notice to those who were reminded ([`Mail::PIN_INVITATIONS`]). Who is due which, the
//! decision itself says (L3); the desk asks it too.

use crate::commands::Command;
use crate::commands::bus::{Bus, BusError, Request, Work};
use crate::commands::combatant::CombatantCommand;
use crate::commands::combatant::send_link::SendLink;
use crate::domain::actor::Actor;
use crate::domain::id::{CombatantId, CommandId, CorrelationId};
use crate::domain::mail::Mail;

/// How many people's records are looked at together.
const AT_ONCE: usize = 256;

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Invited {
    /// How many are due this mail, before any limit.
    pub due: usize,
    /// How many were mailed; none in a dry run.
    pub mailed: usize,
}

/// Sends those of `people` who are due one of the three mails that mail, at most to `limit` of them; in a dry run
/// they are only counted.
///
/// # Errors
/// [`BusError`]; whoever was mailed is not mailed again.
pub async fn invite(
    bus: &Bus,
    people: &[CombatantId],
    mail: Mail,
    actor: &Actor,
    correlation_id: CorrelationId,
    limit: Option<usize>,
    dry_run: bool,
) -> Result<Invited, BusError> {
    let judge = bus.judge(actor.clone()).await?;
    let mut done = Invited::default();
    for some in people.chunks(AT_ONCE) {
        let mut work = Vec::new();
        for (person, record) in some.iter().zip(bus.records(some, true).await?) {
            let command: CombatantCommand = SendLink { person: *person, mail }.into();
            match judge.facts(*person, &command, &record) {
                Ok(_) => done.due += 1,
                Err(BusError::Refused(_)) => continue,
                Err(error) => return Err(error),
            }
            if dry_run || limit.is_some_and(|most| done.mailed + work.len() >= most) {
                continue;
            }
            let request = Request {
                command_id: CommandId(uuid::Uuid::new_v5(&person.0, mail.as_str().as_bytes())),
                actor: actor.clone(),
                correlation_id,
                body: mail.as_str().as_bytes().to_vec(),
                seen: None,
                command: Command::Combatant { combatant: *person, command },
            };
            work.push(Work { combatant: *person, requests: vec![request] });
        }
        for (_, outcome) in bus.carry_out(work, |_| {}).await {
            match outcome {
                Ok(_) => done.mailed += 1,
                // Somebody else asked them meanwhile, or they are gone.
                Err(BusError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(done)
}
