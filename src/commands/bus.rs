//! The bus: from a command to a receipt. It loads the streams, authorizes on
//! what they say, lets the decision judge, seals what is personal and appends.
//! The only part of this room that does I/O.

mod access;
mod along;
mod bulk;
mod effects;
mod joined;
mod kingdom;
mod letters;
mod many;
mod outcome;
mod past;
mod proposal;
mod records;
mod turns;

use std::sync::Arc;

use crate::clock::{Clock, IdSource, civil_date};
use crate::commands::authorize::{Denied, permits, requirement};
use crate::commands::combatant::merge::Merge;
use crate::commands::{Command, Context, Refusal};
use crate::domain::actor::Actor;
use crate::domain::date::{CivilDate, Instant};
use crate::domain::id::{CombatantId, CommandId, CorrelationId, StreamId, StreamType, StreamVersion};
use crate::events::evolve::Clash;
use crate::events::{DecodeError, Event};
use crate::store::{AppendError, ClaimKind, DbError, KeyError, Receipt, Store};

pub use access::{Read, Reading, Visit};
pub use along::Along;
pub use kingdom::KingdomState;
pub use letters::{link_ends, link_of, link_params, people_params};
pub use many::{Judge, Work};
pub use outcome::{Ended, Outcome, Unchanged};
pub use past::Entry;
pub use proposal::{Change, Proposal};

/// How often a decision is made again when another one came first.
const TRIES: usize = 4;

/// One command with who issues it, as it came in.
#[derive(Debug, Clone)]
pub struct Request {
    /// Chosen by whoever issues it: sending it twice does it once.
    pub command_id: CommandId,
    /// Who issues it.
    pub actor: Actor,
    /// The request or run it belongs to.
    pub correlation_id: CorrelationId,
    /// The bytes it came as: the same id with other bytes is refused.
    pub body: Vec<u8>,
    /// The version of the person's record, of the officers' stream, or of what the
    /// command changes of the kingdom, that was seen when deciding to issue it; none
    /// to judge on whatever holds now (P5).
    pub seen: Option<StreamVersion>,
    /// What is asked.
    pub command: Command,
}

/// Issues commands. Cheap to clone.
#[derive(Clone)]
pub struct Bus(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    kingdom: kingdom::Kingdom,
    records: records::Records,
    turns: turns::Turns,
}

/// Why a command did not happen.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    /// A rule stands against it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The actor may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The record changed since it was seen (P5).
    #[error("the record changed since you opened it: look at what changed, then decide")]
    Stale {
        /// The version that was seen.
        seen: StreamVersion,
        /// The version it has now.
        now: StreamVersion,
    },
    /// Something that must be unique belongs to somebody else.
    #[error("this {} is already taken", .0.as_str())]
    Taken(ClaimKind),
    /// The one-time link was used before, or has expired (L1).
    #[error("this link was used before, or has expired")]
    LinkSpent,
    /// The same command id came with another body.
    #[error("this form was already sent with other contents; open it again")]
    CommandReused,
    /// Nothing was saved.
    #[error("the register is busy; nothing was saved. Send it again in a moment")]
    Busy,
    /// The answer was lost.
    #[error("it is not known yet whether this was saved; sending the same form again is safe")]
    OutcomeUnknown,
    /// The log does not allow this kind of event yet: an operator says when every server reads it.
    #[error("{0}")]
    NotYet(String),
    /// The machine's clock is behind the log.
    #[error("{0}")]
    Clock(String),
    /// Something that only an operator can mend; the text is for the log.
    #[error("{0}")]
    Internal(String),
}

impl From<AppendError> for BusError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::ClaimTaken(kind) => Self::Taken(kind),
            AppendError::LinkSpent => Self::LinkSpent,
            AppendError::CommandReused => Self::CommandReused,
            AppendError::StreamConflict(_) | AppendError::KeyTaken(_) | AppendError::Busy => Self::Busy,
            AppendError::OutcomeUnknown => Self::OutcomeUnknown,
            AppendError::Erased(_) => Refusal::rule("V6", "this record was erased").into(),
            AppendError::ClockBehind { .. } => Self::Clock(error.to_string()),
            AppendError::Store(error) => error.into(),
            AppendError::NotYet { .. } => Self::NotYet(error.to_string()),
            AppendError::Malformed(_) => Self::Internal(error.to_string()),
        }
    }
}

impl From<DbError> for BusError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Busy | DbError::Unreachable { .. } => Self::Busy,
            error => Self::Internal(error.to_string()),
        }
    }
}

impl From<KeyError> for BusError {
    fn from(error: KeyError) -> Self {
        match error {
            KeyError::Db(error) => error.into(),
            error => Self::Internal(error.to_string()),
        }
    }
}

impl From<DecodeError> for BusError {
    fn from(error: DecodeError) -> Self {
        Self::Internal(error.to_string())
    }
}

impl From<Clash> for BusError {
    fn from(clash: Clash) -> Self {
        Self::Refused(clash.into())
    }
}

impl Bus {
    /// Opens the bus on a log and reads what the kingdom has decided.
    ///
    /// # Errors
    /// [`BusError`] when the log cannot be read.
    pub async fn open(store: Store, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>) -> Result<Self, BusError> {
        let kingdom = kingdom::Kingdom::load(&store).await?;
        let (records, turns) = (records::Records::new(), turns::Turns::new());
        Ok(Self(Arc::new(Inner { store, clock, ids, kingdom, records, turns })))
    }

    /// The log that the bus writes.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.0.store
    }

    /// What the kingdom has decided and who its officers are, as last read.
    #[must_use]
    pub fn kingdom(&self) -> Arc<KingdomState> {
        self.0.kingdom.now()
    }

    /// Reads the kingdom's streams again, where they grew. For whoever follows the log.
    ///
    /// # Errors
    /// [`BusError`] when the log cannot be read.
    pub async fn refresh(&self) -> Result<Arc<KingdomState>, BusError> {
        self.0.kingdom.refresh(&self.0.store).await
    }

    /// Now.
    #[must_use]
    pub fn now(&self) -> Instant {
        self.0.clock.now()
    }

    /// Today in the kingdom's time zone (D1).
    #[must_use]
    pub fn today(&self) -> CivilDate {
        civil_date(self.now(), self.kingdom().catalogue.kingdom.zone.tz())
    }

    /// The source of ids that the bus was opened with.
    #[must_use]
    pub fn ids(&self) -> &dyn IdSource {
        self.0.ids.as_ref()
    }

    /// A person's record, opened, as the log has it now.
    ///
    /// # Errors
    /// [`BusError`] when the log cannot be read.
    pub async fn record(
        &self,
        combatant: CombatantId,
    ) -> Result<Arc<crate::events::evolve::Record>, BusError> {
        self.0.records.fresh(&self.0.store, combatant).await
    }

    /// Issues a command: judged, sealed and appended, or refused with the reason.
    /// A decision that another one overtook is made again on the newer state;
    /// a refusal stands only when the state it was made on was just read.
    ///
    /// # Errors
    /// [`BusError`] says whether anything may have been saved.
    pub async fn execute(&self, request: Request) -> Result<Receipt, BusError> {
        self.execute_along(request, &Along::default()).await
    }

    /// [`Bus::execute`] with what the command brings along.
    ///
    /// # Errors
    /// [`BusError::LinkSpent`] when the link was used before or has expired; as [`Bus::execute`] otherwise.
    pub async fn execute_along(&self, request: Request, along: &Along) -> Result<Receipt, BusError> {
        let _turn = self.0.turns.take(&request.command.streams()).await?;
        let mut fresh = false;
        for _ in 0..TRIES {
            if fresh {
                self.refresh().await?;
            }
            match self.attempt(&request, along, fresh).await {
                Ok(receipt) => return Ok(receipt),
                Err(Attempt::Failed(error)) if !error.may_be_outdated() => return Err(error),
                Err(Attempt::Failed(error)) if fresh => return self.repeated(&request).await?.ok_or(error),
                Err(_) => fresh = true,
            }
        }
        Err(BusError::Busy)
    }

    /// What decisions may know beside the state of their own stream.
    fn context(&self, kingdom: &KingdomState) -> Context {
        let zone = kingdom.catalogue.kingdom.zone.tz();
        Context { today: civil_date(self.now(), zone), catalogue: Arc::clone(&kingdom.catalogue) }
    }

    /// The receipt of a command that was recorded before: what it did stands
    /// against doing it again, and that is no reason to refuse it.
    async fn repeated(&self, request: &Request) -> Result<Option<Receipt>, BusError> {
        let body_hash = self.0.store.keyring().body_hash(&request.body);
        Ok(self.0.store.recorded_command(request.command_id, &body_hash).await?)
    }

    async fn attempt(&self, request: &Request, along: &Along, fresh: bool) -> Result<Receipt, Attempt> {
        let kingdom = self.kingdom();
        let needs = requirement(&request.command);
        permits(&request.actor, &needs, &kingdom.officers).map_err(BusError::from)?;
        let context = self.context(&kingdom);
        let mut proposal = Proposal::new(request);
        proposal.guards.push(kingdom.officers_guard());
        match &request.command {
            Command::Combatant { combatant, command } => {
                let record = self.0.records.get(&self.0.store, *combatant, fresh).await?;
                self.spares_own(&request.actor, &needs, &kingdom).await?;
                check_seen(request.seen, record.version)?;
                let command = self.knowing(command, &record, &context).await?;
                let facts = command.decide(&record, &context).map_err(BusError::from)?;
                if let Some(discipline) = &needs.discipline {
                    proposal.guards.push(kingdom.guard(StreamId::discipline(discipline)));
                }
                let read = command.reads().iter().chain(&[StreamType::Rulebook]);
                proposal.guards.extend(read.map(|kind| kingdom.guard(StreamId::only(*kind))));
                proposal.changes.push(Change::combatant(*combatant, record, facts));
            }
            Command::Merge(merge) => {
                let survivor = self.0.records.get(&self.0.store, merge.survivor, fresh).await?;
                let merged = self.0.records.get(&self.0.store, merge.merged, fresh).await?;
                self.spares_own(&request.actor, &needs, &kingdom).await?;
                check_seen(request.seen, survivor.version)?;
                check_seen(merge.seen_merged, merged.version)?;
                let Merge { survivor: to, merged: from, .. } = merge;
                let (ours, theirs) = merge.decide(&survivor, &merged, &context).map_err(BusError::from)?;
                proposal.changes.push(Change::combatant(*to, survivor, ours));
                proposal.changes.push(Change::combatant(*from, merged, theirs));
            }
            Command::Kingdom(command) => {
                let expected = kingdom.catalogue.version_of(command.stream());
                check_seen(request.seen, expected)?;
                let facts = command.decide(&kingdom.catalogue, &context).map_err(BusError::from)?;
                proposal.changes.push(Change::plain(command.stream(), expected, facts));
            }
            Command::Policies(command) => {
                let expected = kingdom.catalogue.version_of(command.stream());
                check_seen(request.seen, expected)?;
                let facts = command.decide(&kingdom.catalogue.policies, &context).map_err(BusError::from)?;
                proposal.changes.push(Change::plain(command.stream(), expected, facts));
            }
            Command::Officers(command) => {
                let about = command.verb.about().and_then(|id| kingdom.officers.all.get(&id));
                // What happened to other officers since overwrites nothing.
                if let (Some(seen), Some(about)) = (request.seen, about)
                    && about.changed > seen
                {
                    return Err(BusError::Stale { seen, now: about.changed }.into());
                }
                let facts = command.decide(&kingdom.officers, &context).map_err(BusError::from)?;
                let facts = facts.into_iter().map(|fact| fact.map(Event::Officers)).collect();
                proposal.guards.clear();
                let stream = StreamId::only(StreamType::Officers);
                proposal.changes.push(Change::plain(stream, kingdom.officers.version, facts));
            }
        }
        self.append_along(proposal, along).await
    }
}

/// Whether what was seen still holds (P5).
fn check_seen(seen: Option<StreamVersion>, now: StreamVersion) -> Result<(), BusError> {
    match seen {
        Some(seen) if seen != now => Err(BusError::Stale { seen, now }),
        _ => Ok(()),
    }
}

/// How one attempt at a command ended without a receipt.
enum Attempt {
    /// Another append came first: decide again.
    Overtaken,
    /// It failed; see [`BusError::may_be_outdated`].
    Failed(BusError),
}

impl From<BusError> for Attempt {
    fn from(error: BusError) -> Self {
        Self::Failed(error)
    }
}

impl BusError {
    /// Whether a newer state could have led to another answer.
    const fn may_be_outdated(&self) -> bool {
        matches!(self, Self::Refused(_) | Self::Denied(_) | Self::Stale { .. })
    }
}
