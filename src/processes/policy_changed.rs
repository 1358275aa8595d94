//! Asks everybody who accepted an older policy to accept the one that has to be accepted again (V4):
//! one mail for each person and version, as soon as the requirement is published, so that there is time.

use std::time::Duration;

use uuid::Uuid;

use crate::commands::Command;
use crate::commands::bus::{Bus, BusError, Request};
use crate::commands::combatant::send_link::SendLink;
use crate::domain::actor::Actor;
use crate::domain::id::{CombatantId, CommandId, CorrelationId, Position};
use crate::domain::mail::Mail;
use crate::domain::policy::{Acceptance, PolicyVersion};
use crate::projections::Indexes;

/// The process, as the log names it.
const NAME: &str = "policy-changed";
/// How many people's records are looked at together.
const AT_ONCE: usize = 256;
/// How often it is looked whether the policies changed.
const LOOK: Duration = Duration::from_secs(5);
/// The pause after a failure.
const REST: Duration = Duration::from_secs(60);

/// The version that has to be accepted now, or from a day to come.
#[must_use]
fn required(bus: &Bus) -> Option<PolicyVersion> {
    let (kingdom, today) = (bus.kingdom(), bus.today());
    let policies = &kingdom.catalogue.policies;
    policies.required_on(today).max(policies.coming_after(today).map(|(version, _)| version))
}

/// Mails everybody who has to accept again and was not asked yet; how many.
///
/// # Errors
/// [`BusError`]; whoever was mailed is not mailed again.
pub async fn step(bus: &Bus, indexes: &Indexes) -> Result<usize, BusError> {
    let Some(version) = required(bus) else { return Ok(0) };
    let behind: Vec<CombatantId> = indexes
        .desk()
        .iter()
        .filter(|entry| entry.acceptance != Acceptance::Awaited && !entry.acceptance.suffices(Some(version)))
        .map(|entry| entry.id)
        .collect();
    let mut mailed = 0;
    for some in behind.chunks(AT_ONCE) {
        let records = bus.records(some, true).await?;
        for (person, record) in some.iter().zip(records) {
            let asked =
                record.sent.iter().any(|(mail, about)| mail.as_str() == NAME && *about == Some(version));
            if asked || record.acceptance().suffices(Some(version)) {
                continue;
            }
            let id = Uuid::new_v5(&person.0, format!("{NAME}/{version}").as_bytes());
            let command = SendLink { person: *person, mail: Mail::PolicyChanged }.into();
            let request = Request {
                command_id: CommandId(id),
                actor: Actor::Process(NAME.to_owned()),
                correlation_id: CorrelationId(Uuid::new_v5(
                    &Uuid::nil(),
                    format!("{NAME}/{version}").as_bytes(),
                )),
                body: version.to_string().into_bytes(),
                seen: None,
                command: Command::Combatant { combatant: *person, command },
            };
            match bus.execute(request).await {
                Ok(_) => mailed += 1,
                // They accepted it meanwhile, or are gone.
                Err(BusError::Refused(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(mailed)
}

/// Runs the step whenever the policies changed, for as long as the program runs.
pub async fn follow(bus: Bus, indexes: Indexes) {
    let mut done: Option<(Position, crate::domain::date::CivilDate)> = None;
    loop {
        let now = (bus.kingdom().position, bus.today());
        if indexes.ready() && done != Some(now) {
            match step(&bus, &indexes).await {
                Ok(0) => done = Some(now),
                Ok(mailed) => {
                    tracing::info!(mailed, "people were asked to accept the privacy policy again");
                    done = Some(now);
                }
                Err(error) => {
                    tracing::warn!(%error, "asking people to accept the privacy policy waits");
                    tokio::time::sleep(REST).await;
                }
            }
        }
        tokio::time::sleep(LOOK).await;
    }
}
