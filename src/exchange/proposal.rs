//! From what was decided to one proposal, guarded on everything it was judged on.

use crate::commands::bus::{Bus, BusError, Change, KingdomState, Proposal};
use crate::domain::actor::Actor;
use crate::domain::id::{CommandId, CorrelationId, StreamId, StreamType, StreamVersion};
use crate::store::{ClaimKind, Receipt};

use super::report::{OnProgress, Progress, Step};

/// How often a file is judged again when something else was recorded meanwhile.
pub(super) const TRIES: usize = 3;

/// Who imports what.
pub(super) struct Run<'a> {
    pub bus: &'a Bus,
    pub command_id: CommandId,
    pub actor: &'a Actor,
    pub correlation: CorrelationId,
    pub bytes: &'a [u8],
}

impl<'a> Run<'a> {
    pub fn new(bus: &'a Bus, actor: &'a Actor, correlation: CorrelationId, bytes: &'a [u8]) -> Self {
        let command_id = CommandId(bus.ids().uuid_at(bus.now()));
        Self { bus, command_id, actor, correlation, bytes }
    }
}

/// The streams that every import reads: who may, and what the kingdom has decided.
pub(super) fn guards(kingdom: &KingdomState) -> Vec<(StreamId, StreamVersion)> {
    let catalogue = &kingdom.catalogue;
    let disciplines = catalogue.disciplines.keys().map(StreamId::discipline);
    let others = [StreamType::Regions, StreamType::Rulebook].map(StreamId::only);
    let mut guards: Vec<_> =
        disciplines.chain(others).map(|stream| (stream, catalogue.version_of(stream))).collect();
    guards.push((StreamId::only(StreamType::Officers), kingdom.officers.version));
    guards
}

/// Writes all changes in one transaction. `None` when something that they were
/// judged on changed meanwhile: judge again.
pub(super) async fn write(
    run: &Run<'_>,
    kingdom: &KingdomState,
    changes: Vec<Change>,
    progress: OnProgress<'_>,
) -> Result<Option<Receipt>, BusError> {
    let of = changes.iter().map(|change| change.facts.len()).sum();
    progress(Progress { step: Step::Writing, done: 0, of });
    let proposal = Proposal {
        command_id: run.command_id,
        actor: run.actor.clone(),
        correlation_id: run.correlation,
        body: run.bytes.to_vec(),
        metadata: Vec::new(),
        guards: guards(kingdom),
        changes,
    };
    match run.bus.propose(proposal).await {
        Ok(receipt) => {
            progress(Progress { step: Step::Writing, done: of, of });
            Ok(Some(receipt))
        }
        Err(BusError::Busy | BusError::Taken(ClaimKind::RosterRef)) => Ok(None),
        Err(error) => Err(error),
    }
}
