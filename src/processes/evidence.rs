//! Evidence of waivers, at the end of the time for which it has to be kept (V6).
//!
//! With which name a waiver was signed is sealed with a key of its own, which outlives the record: an erased person's
//! too, until the day that was fixed then. Whose day has come is looked up anew every day, from the keys that there
//! are: nothing else has to be kept, and a key that came back with a restored backup goes again.

use std::collections::HashSet;
use std::sync::Arc;

use uuid::Uuid;

use super::Tools;
use crate::commands::bus::{BusError, Request, Work};
use crate::commands::combatant::destroy_evidence::DestroyEvidence;
use crate::commands::{Command, Context};
use crate::domain::actor::Actor;
use crate::domain::id::{CombatantId, CommandId, CorrelationId};
use crate::domain::personal::Purpose;
use crate::events::evolve::Record;

/// The process, as the log names it.
const NAME: &str = "housekeeping";
/// Keys that are looked at with one question.
const KEYS: i64 = 5_000;
/// Records that are looked at together.
const RECORDS: usize = 256;

/// Destroys the keys whose day has come; returns how many.
///
/// # Errors
/// The register cannot be read or written; what was destroyed stays so, and the next run goes on from there.
pub async fn run(tools: &Tools) -> Result<u64, BusError> {
    tools.caught_up().await?;
    let kingdom = tools.bus.refresh().await?;
    let context = Context { today: tools.bus.today(), catalogue: Arc::clone(&kingdom.catalogue) };
    let correlation_id = CorrelationId(tools.bus.ids().uuid_at(tools.bus.now()));
    let kept = kept(tools, &context);
    let (mut after, mut destroyed) = (Uuid::nil(), 0);
    loop {
        let owners = tools.store.keyring().owners_of(Purpose::Waiver, after, KEYS).await?;
        let Some(last) = owners.last() else { return Ok(destroyed) };
        after = *last;
        let owners: Vec<CombatantId> =
            owners.iter().copied().map(CombatantId).filter(|owner| !kept.contains(owner)).collect();
        for some in owners.chunks(RECORDS) {
            let mut work = Vec::new();
            for (owner, record) in some.iter().zip(tools.bus.records(some, true).await?) {
                let command = tools.bus.destroying_evidence(&record, &context).await?;
                if command.decide(&record, &context).is_ok() {
                    work.push(Work {
                        combatant: *owner,
                        requests: vec![request(*owner, &record, command, correlation_id)],
                    });
                }
            }
            for (_, outcome) in tools.bus.carry_out(work, |_| {}).await {
                match outcome {
                    Ok(_) => destroyed += 1,
                    // Another waiver was filed meanwhile.
                    Err(BusError::Refused(_)) => {}
                    Err(BusError::NotYet(why)) => {
                        tracing::warn!(%why, "evidence of waivers that need not be kept waits");
                        return Ok(destroyed);
                    }
                    Err(error) => return Err(error),
                }
            }
        }
    }
}

/// Whose evidence has to be kept for certain, as the lists in memory know: nobody need look at their records.
fn kept(tools: &Tools, context: &Context) -> HashSet<CombatantId> {
    let rules = context.catalogue.rulebook_on(context.today).rules;
    let index = tools.indexes.desk();
    let all = index.iter().filter(|entry| {
        entry.waiver_expires.is_some_and(|end| rules.waiver_kept_until(end, entry.born) > context.today)
    });
    all.map(|entry| entry.id).collect()
}

/// The same on every server: whoever comes second changes nothing.
fn request(who: CombatantId, record: &Record, command: DestroyEvidence, run: CorrelationId) -> Request {
    let name = format!("evidence/{}", record.version.0);
    Request {
        command_id: CommandId(Uuid::new_v5(&who.0, name.as_bytes())),
        actor: Actor::Process(NAME.to_owned()),
        correlation_id: run,
        body: name.into_bytes(),
        seen: None,
        command: Command::Combatant { combatant: who, command: command.into() },
    }
}
