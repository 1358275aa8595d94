//! What became of many commands that belong together. Those that were recorded are in the log with the run's
//! correlation id; who was left as they were, and why, is in the metadata of the entry that ends the run: the
//! reading of the list that the run was about (V7). So a run's result can be looked at again, and nothing is
//! kept beside the log. The reasons name types, days and rules, never a person.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Bus, BusError, Entry, Reading};
use crate::commands::bus::Read;
use crate::domain::actor::Actor;
use crate::domain::date::Instant;
use crate::domain::id::{CombatantId, CommandId, CorrelationId, Position, Slug, StreamType};
use crate::store::Receipt;

/// Most bytes of one entry's metadata that are used: 64 KiB fit.
const MOST_BYTES: usize = 60_000;

/// A run that has ended, to be recorded.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The form's id, which is also the run's correlation id.
    pub command_id: CommandId,
    /// The bytes it came as.
    pub body: Vec<u8>,
    /// Who asked for it.
    pub actor: Actor,
    /// Through which screen.
    pub screen: Slug,
    /// What was asked and of whom, in words.
    pub query: String,
    /// Why, where a reason was due.
    pub reason: Option<String>,
    /// What was asked, for the page that shows it again: names nobody.
    pub asked: String,
    /// How many people it was about.
    pub people: usize,
    /// The end of the log before it began.
    pub since: Position,
    /// Who was left as they were, and why.
    pub unchanged: Vec<Unchanged>,
}

/// A run that ended, as the log tells of it.
#[derive(Debug, Clone)]
pub struct Ended {
    /// What was asked.
    pub asked: String,
    /// How many people it was about.
    pub people: usize,
    /// When it ended.
    pub recorded_at: Instant,
    /// Who was left as they were, and why.
    pub unchanged: Vec<Unchanged>,
    /// What was recorded, in order.
    pub changed: Vec<Entry>,
}

/// Somebody who was left as they were.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unchanged {
    /// Who.
    pub person: CombatantId,
    /// Why.
    pub why: String,
}

/// The metadata of the entry that ends a run, or of one before it where there is too much for one.
#[derive(Serialize, Deserialize)]
struct Notes {
    asked: String,
    since: i64,
    people: usize,
    unchanged: Vec<Unchanged>,
}

impl Bus {
    /// The receipt of a form that was recorded before with these bytes.
    ///
    /// # Errors
    /// [`BusError::CommandReused`] when it came with others; [`BusError`] when the log cannot be read.
    pub async fn recorded(&self, command_id: CommandId, body: &[u8]) -> Result<Option<Receipt>, BusError> {
        let hash = self.store().keyring().body_hash(body);
        Ok(self.store().recorded_command(command_id, &hash).await?)
    }

    /// Records that a run ended: from now on [`Bus::outcome`] finds it.
    ///
    /// # Errors
    /// [`BusError`]: then it can be tried again.
    pub async fn record_outcome(&self, outcome: &Outcome) -> Result<Receipt, BusError> {
        let mut parts = parts(&outcome.unchanged);
        let last = parts.pop().unwrap_or_default();
        let others: usize = parts.iter().map(Vec::len).sum();
        for (number, part) in parts.into_iter().enumerate() {
            let id = Uuid::new_v5(&outcome.command_id.0, format!("part {number}").as_bytes());
            let count = part.len();
            self.record_part(outcome, CommandId(id), count, part).await?;
        }
        self.record_part(outcome, outcome.command_id, outcome.people.saturating_sub(others), last).await
    }

    async fn record_part(
        &self,
        outcome: &Outcome,
        command_id: CommandId,
        count: usize,
        unchanged: Vec<Unchanged>,
    ) -> Result<Receipt, BusError> {
        let notes =
            Notes { asked: outcome.asked.clone(), since: outcome.since.0, people: outcome.people, unchanged };
        let metadata = serde_json::to_vec(&notes).map_err(|why| BusError::Internal(why.to_string()))?;
        let mut proposal = self.reading(Reading {
            actor: outcome.actor.clone(),
            correlation_id: CorrelationId(outcome.command_id.0),
            screen: outcome.screen.clone(),
            what: Read::List {
                query: outcome.query.clone(),
                count: u32::try_from(count).unwrap_or(u32::MAX),
            },
            reason: outcome.reason.clone(),
        });
        proposal.command_id = command_id;
        proposal.body.clone_from(&outcome.body);
        proposal.metadata = metadata;
        self.propose(proposal).await
    }

    /// What became of a run; none where no run of that actor ended.
    ///
    /// # Errors
    /// [`BusError`] when the log cannot be read.
    pub async fn outcome(&self, command_id: CommandId, actor: &Actor) -> Result<Option<Ended>, BusError> {
        let ends = self.store().read_command(command_id).await?;
        let ours = |row: &&crate::store::RecordedRow| {
            row.stream.kind == StreamType::Access
                && row.actor == *actor
                && row.correlation_id.0 == command_id.0
        };
        let Some(end) = ends.iter().find(ours) else { return Ok(None) };
        let Ok(notes) = serde_json::from_slice::<Notes>(&end.metadata) else { return Ok(None) };
        let run = CorrelationId(command_id.0);
        let rows = self.store().read_run(run, Position(notes.since), end.position).await?;
        let (mut changed, mut unchanged) = (Vec::new(), Vec::new());
        for row in rows {
            if row.stream.kind == StreamType::Access {
                let part = serde_json::from_slice::<Notes>(&row.metadata);
                unchanged.extend(part.into_iter().flat_map(|part| part.unchanged));
            } else {
                changed.push(row);
            }
        }
        Ok(Some(Ended {
            asked: notes.asked,
            people: notes.people,
            recorded_at: end.recorded_at,
            unchanged,
            changed: self.open_rows(changed).await?,
        }))
    }
}

/// The list in pieces that fit.
fn parts(all: &[Unchanged]) -> Vec<Vec<Unchanged>> {
    let mut parts: Vec<Vec<Unchanged>> = vec![Vec::new()];
    let mut bytes = 0;
    for one in all {
        // What a JSON string may take at most, and the person's id.
        let more = one.why.chars().map(|letter| letter.len_utf8().max(2)).sum::<usize>() + 80;
        bytes += more;
        if bytes > MOST_BYTES {
            parts.push(Vec::new());
            bytes = more;
        }
        if let Some(part) = parts.last_mut() {
            part.push(one.clone());
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_long_for_one_entry_is_spread_over_several_and_nobody_is_lost() {
        let one = |number: u128| Unchanged {
            person: CombatantId(Uuid::from_u128(number)),
            why: "there is no card in fencing to renew (rule C4) \"–\"".to_owned(),
        };
        let all: Vec<Unchanged> = (0..5_000).map(one).collect();
        let parts = parts(&all);
        assert!(parts.len() > 1);
        for part in &parts {
            assert!(serde_json::to_vec(part).unwrap().len() < 64_000);
        }
        assert_eq!(parts.concat(), all);
    }

    #[test]
    fn a_run_that_left_nobody_out_ends_with_one_entry() {
        assert_eq!(parts(&[]), [Vec::new()]);
    }
}
