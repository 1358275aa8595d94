//! Many commands about people: asked what they would come to without recording anything, and carried out
//! side by side. Each is a command of its own, with its own transaction: where one of five hundred is
//! refused or overtaken, the others stand. The writer puts those that wait into one transaction all the same.

use std::collections::VecDeque;
use std::sync::Arc;

use tokio::task::JoinSet;

use super::{Bus, BusError, KingdomState, Request};
use crate::commands::Context;
use crate::commands::authorize::{of_combatant, permits};
use crate::commands::combatant::CombatantCommand;
use crate::domain::actor::Actor;
use crate::domain::id::CombatantId;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};
use crate::store::Receipt;

/// How many people's commands are under way at once: a few less than the writer takes into one transaction,
/// so that somebody who saves a form meanwhile is in the next one.
const SIDE_BY_SIDE: usize = 48;
/// How often a command is sent again that the log was too busy for: with its id, that is safe.
const TRIES: usize = 3;

/// Judges commands as they would be judged now, and records nothing.
pub struct Judge {
    actor: Actor,
    kingdom: Arc<KingdomState>,
    own: Vec<CombatantId>,
    context: Context,
}

/// What shall be done to one person, in order.
#[derive(Debug, Clone)]
pub struct Work {
    /// To whom.
    pub combatant: CombatantId,
    /// The commands. Where one is refused, those after it are asked all the same.
    pub requests: Vec<Request>,
}

impl Judge {
    /// What a command would come to on a record.
    ///
    /// # Errors
    /// [`BusError::Denied`] and [`BusError::Refused`], exactly as the command itself would meet them.
    pub fn facts(
        &self,
        combatant: CombatantId,
        command: &CombatantCommand,
        record: &Record,
    ) -> Result<Vec<Fact<CombatantEvent>>, BusError> {
        let needs = of_combatant(combatant, command);
        permits(&self.actor, &needs, &self.kingdom.officers)?;
        needs.spares(&self.own)?;
        Ok(command.decide(record, &self.context)?)
    }
}

impl Bus {
    /// Whoever asks what commands of that actor would come to now.
    ///
    /// # Errors
    /// [`BusError`] when the log cannot be read.
    pub async fn judge(&self, actor: Actor) -> Result<Judge, BusError> {
        let kingdom = self.kingdom();
        let own = self.own_records(&actor, &kingdom).await?;
        let context = self.context(&kingdom);
        Ok(Judge { actor, kingdom, own, context })
    }

    /// People's records, opened, in the order asked for: as last seen, or as the log has them now where
    /// `fresh` is asked for. Nobody's record is an empty one.
    ///
    /// # Errors
    /// [`BusError`] when the log cannot be read.
    pub async fn records(&self, people: &[CombatantId], fresh: bool) -> Result<Vec<Arc<Record>>, BusError> {
        self.0.records.many(&self.0.store, people, fresh).await
    }

    /// Carries out the work, some of it side by side, and tells after each person how many are done. What
    /// each command came to, by person; once the log cannot be written any more, nothing further is tried.
    pub async fn carry_out(
        &self,
        work: Vec<Work>,
        done: impl Fn(usize),
    ) -> Vec<(CombatantId, Result<Receipt, BusError>)> {
        let mut waiting: VecDeque<Work> = work.into();
        let mut running = JoinSet::new();
        let mut outcomes = Vec::with_capacity(waiting.len());
        let (mut finished, mut stopped) = (0, false);
        loop {
            while running.len() < SIDE_BY_SIDE
                && !stopped
                && let Some(next) = waiting.pop_front()
            {
                let bus = self.clone();
                running.spawn(async move { bus.one_by_one(next).await });
            }
            let Some(ended) = running.join_next().await else { break };
            // A task that broke answers for nobody: whom it was about is missing among the outcomes.
            let Ok(ended) = ended else { continue };
            stopped |= ended.iter().any(|(_, outcome)| outcome.as_ref().is_err_and(BusError::stops));
            outcomes.extend(ended);
            finished += 1;
            done(finished);
        }
        let rest = waiting.into_iter().flat_map(|work| {
            let combatant = work.combatant;
            work.requests.into_iter().map(move |_| (combatant, Err(BusError::Busy)))
        });
        outcomes.extend(rest);
        outcomes
    }

    async fn one_by_one(&self, work: Work) -> Vec<(CombatantId, Result<Receipt, BusError>)> {
        let mut outcomes = Vec::with_capacity(work.requests.len());
        for request in work.requests {
            let mut outcome = self.execute(request.clone()).await;
            for _ in 1..TRIES {
                if !matches!(outcome, Err(BusError::Busy | BusError::OutcomeUnknown)) {
                    break;
                }
                outcome = self.execute(request.clone()).await;
            }
            outcomes.push((work.combatant, outcome));
        }
        outcomes
    }
}

impl BusError {
    /// Whether nothing else would be recorded either.
    const fn stops(&self) -> bool {
        matches!(
            self,
            Self::Busy | Self::OutcomeUnknown | Self::NotYet(_) | Self::Clock(_) | Self::Internal(_)
        )
    }
}
