//! Asks people to set a PIN, many at once, in three stages: the invitation, a reminder to those who
//! were invited, and a last notice to those who were reminded (L3). Each person gets each of them once.

use crate::commands::Command;
use crate::commands::bus::{Bus, BusError, Request};
use crate::commands::combatant::send_link::SendLink;
use crate::domain::actor::Actor;
use crate::domain::id::{CombatantId, CommandId, CorrelationId};
use crate::domain::mail::Mail;
use crate::events::evolve::{Record, Standing};

/// How many people's records are looked at together.
const AT_ONCE: usize = 256;

/// Which of the three mails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The first.
    Invitation,
    /// To whoever got the first and set none.
    Reminder,
    /// To whoever got both and set none.
    Final,
}

impl Stage {
    /// The mail.
    #[must_use]
    pub const fn mail(self) -> Mail {
        match self {
            Self::Invitation => Mail::SetPin,
            Self::Reminder => Mail::SetPinReminder,
            Self::Final => Mail::SetPinFinal,
        }
    }

    /// The mail that somebody must have had before.
    const fn after(self) -> Option<Mail> {
        match self {
            Self::Invitation => None,
            Self::Reminder => Some(Mail::SetPin),
            Self::Final => Some(Mail::SetPinReminder),
        }
    }
}

/// What came of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Invited {
    /// How many are due this mail, before any limit.
    pub due: usize,
    /// How many were mailed; none in a dry run.
    pub mailed: usize,
}

/// Who is due a mail: whose card page would ask for a PIN, who has none, and has had the mail before it
/// and not this one.
fn is_due(bus: &Bus, person: CombatantId, record: &Record, stage: Stage) -> bool {
    let kingdom = bus.kingdom();
    let had = |mail: Mail| record.sent.iter().any(|(name, _)| name.as_str() == mail.as_str());
    record.standing == Standing::Active
        && !record.pin
        && kingdom.catalogue.asks_pin(person)
        && kingdom.catalogue.accepts(record.acceptance(), bus.today())
        && stage.after().is_none_or(had)
        && !had(stage.mail())
}

/// Mails those of `people` who are due, at most `limit`; in a dry run they are only counted.
///
/// # Errors
/// [`BusError`]; whoever was mailed is not mailed again.
pub async fn invite(
    bus: &Bus,
    people: &[CombatantId],
    stage: Stage,
    actor: &Actor,
    correlation_id: CorrelationId,
    limit: Option<usize>,
    dry_run: bool,
) -> Result<Invited, BusError> {
    let mut done = Invited::default();
    for some in people.chunks(AT_ONCE) {
        let records = bus.records(some, true).await?;
        for (person, record) in some.iter().zip(records) {
            if !is_due(bus, *person, &record, stage) {
                continue;
            }
            done.due += 1;
            if dry_run || limit.is_some_and(|most| done.mailed >= most) {
                continue;
            }
            let command = SendLink { person: *person, mail: stage.mail() }.into();
            let request = Request {
                command_id: CommandId(uuid::Uuid::new_v5(&person.0, stage.mail().as_str().as_bytes())),
                actor: actor.clone(),
                correlation_id,
                body: stage.mail().as_str().as_bytes().to_vec(),
                seen: None,
                command: Command::Combatant { combatant: *person, command },
            };
            match bus.execute(request).await {
                Ok(_) => done.mailed += 1,
                Err(BusError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(done)
}
