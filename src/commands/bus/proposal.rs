//! What a decision came to, on its way into the log: ids given, personal
//! values sealed, effects collected, appended.

use std::collections::HashMap;
use std::sync::Arc;

use uuid::Uuid;

use super::effects::{Effects, subject};
use super::{Along, Attempt, Bus, BusError, Request};
use crate::domain::actor::Actor;
use crate::domain::id::{
    CombatantId, CommandId, CorrelationId, EventId, StreamId, StreamType, StreamVersion,
};
use crate::domain::personal::{Personal, Purpose, Seal};
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Event, Fact, log_format};
use crate::store::{Append, AppendError, Claim, KeyError, NewEvent, NewPin, PersonKey, Receipt, WrappedKey};

/// Everything that one command wants written, all of it or nothing.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The command.
    pub command_id: CommandId,
    /// Who issued it.
    pub actor: Actor,
    /// The request or run it belongs to.
    pub correlation_id: CorrelationId,
    /// The bytes it came as.
    pub body: Vec<u8>,
    /// What the events say about their making: exact bytes, nothing personal, at most 64 KiB.
    pub metadata: Vec<u8>,
    /// Streams that must still have the version the decision was made on.
    pub guards: Vec<(StreamId, StreamVersion)>,
    /// What happens, stream by stream.
    pub changes: Vec<Change>,
}

/// What happens in one stream.
#[derive(Debug, Clone)]
pub struct Change {
    /// The stream.
    pub stream: StreamId,
    /// Its version before; none to append at any version.
    pub expected: Option<StreamVersion>,
    /// What happens, open and without ids.
    pub facts: Vec<Fact<Event>>,
    /// The person it is about, where the events themselves do not say.
    about: Option<Uuid>,
    /// The person's record before, where it is a person's stream.
    before: Option<(CombatantId, Arc<Record>)>,
}

impl Change {
    /// What happens to a person whose record was `before`.
    #[must_use]
    pub fn combatant(id: CombatantId, before: Arc<Record>, facts: Vec<Fact<CombatantEvent>>) -> Self {
        Self {
            stream: StreamId::combatant(id),
            expected: Some(before.version),
            facts: facts.into_iter().map(|fact| fact.map(Event::Combatant)).collect(),
            about: None,
            before: Some((id, before)),
        }
    }

    /// What happens in a stream that is no person's.
    #[must_use]
    pub const fn plain(stream: StreamId, expected: StreamVersion, facts: Vec<Fact<Event>>) -> Self {
        Self { stream, expected: Some(expected), facts, about: None, before: None }
    }

    /// What is added to a stream whatever its version, about a person.
    #[must_use]
    pub const fn any_version(stream: StreamId, about: Option<Uuid>, facts: Vec<Fact<Event>>) -> Self {
        Self { stream, expected: None, facts, about, before: None }
    }

    /// The person that an event of this change is about: the row's `subject`.
    fn subject(&self, event: &Event) -> Option<Uuid> {
        self.about.or_else(|| subject(self.stream, event))
    }

    /// Who owns the keys that seal an event of this change.
    fn owner(&self, event: &Event) -> Uuid {
        self.subject(event).unwrap_or(self.stream.id)
    }
}

impl Proposal {
    /// An empty proposal of a request.
    #[must_use]
    pub fn new(request: &Request) -> Self {
        Self {
            command_id: request.command_id,
            actor: request.actor.clone(),
            correlation_id: request.correlation_id,
            body: request.body.clone(),
            metadata: Vec::new(),
            guards: Vec::new(),
            changes: Vec::new(),
        }
    }
}

impl Bus {
    /// Appends what several decisions came to, as one transaction: for imports.
    ///
    /// # Errors
    /// [`BusError`]; [`BusError::Busy`] too when another append came first.
    pub async fn propose(&self, proposal: Proposal) -> Result<Receipt, BusError> {
        self.append(proposal).await.map_err(|ended| match ended {
            Attempt::Overtaken => BusError::Busy,
            Attempt::Failed(error) => error,
        })
    }

    pub(super) async fn append(&self, proposal: Proposal) -> Result<Receipt, Attempt> {
        self.append_along(proposal, &Along::default()).await
    }

    pub(super) async fn append_along(
        &self,
        mut proposal: Proposal,
        along: &Along,
    ) -> Result<Receipt, Attempt> {
        proposal.changes.retain(|change| !change.facts.is_empty());
        if proposal.changes.is_empty() {
            return match along.uses {
                Some(link) => Ok(self.use_up(&proposal, link).await?),
                None => Ok(self.nothing_to_record()),
            };
        }
        let now = self.now();
        let catalogue = Arc::clone(&self.kingdom().catalogue);
        let mut effects = Effects::default();
        for change in &mut proposal.changes {
            for fact in &mut change.facts {
                fact.id = EventId(self.ids().uuid_at(now));
            }
            for fact in &change.facts {
                let owner = change.owner(&fact.event);
                let before = change.before.as_ref().map(|(_, record)| record.as_ref());
                effects.take(owner, &fact.event, before, &catalogue);
            }
        }
        if effects.invites() {
            let stream = StreamId::only(StreamType::Policies);
            proposal.guards.push((stream, catalogue.version_of(stream)));
            if catalogue.policies.in_force_on(self.today()).is_none() {
                effects.invite_nobody();
            }
        }
        self.erase_merged(&mut effects).await?;
        let open = proposal.changes.clone();
        let keys = match self.seal(&mut proposal.changes).await {
            Ok(keys) => keys,
            Err(KeyError::Erased(_)) => {
                self.forget(&open);
                return Err(Attempt::Overtaken);
            }
            Err(error) => return Err(BusError::from(error).into()),
        };
        let letters = std::mem::take(&mut effects.letters);
        let (outbox, links) = self.letters(letters, proposal.command_id, proposal.correlation_id).await?;
        let mut append = self.row(proposal, effects, keys)?;
        (append.outbox, append.links) = (outbox, links);
        append.uses.extend(along.uses);
        let pin = along.pin.clone();
        append.pins.extend(pin.map(|(person, hash)| NewPin { person: person.0, hash }));
        let destroys = !append.destroy.is_empty();
        let written = self.0.store.append(append).await;
        if destroys {
            self.0.records.forget_all();
        }
        self.settle(open, written).await
    }

    /// A receipt for a command that changes nothing: what holds, holds as of the head.
    pub(super) fn nothing_to_record(&self) -> Receipt {
        let watch = self.0.store.watch();
        let head = *watch.borrow();
        Receipt { first: head.position, last: head.position, recorded_at: head.recorded_at, repeated: true }
    }

    /// Records joined to an erased one lose their keys too, and those joined to them (P6).
    async fn erase_merged(&self, effects: &mut Effects) -> Result<(), BusError> {
        while let Some(id) = effects.merged.pop() {
            let record = self.0.records.once(&self.0.store, id).await?;
            let waived = record.civil(None)?.waiver.is_some();
            effects.destroy.push((id.0, waived.then_some(Purpose::Details)));
            effects.release(id.0, &record);
            effects.merged.extend(&record.merged);
        }
        Ok(())
    }

    /// Seals every open value with the key of the person it is about.
    async fn seal(&self, changes: &mut [Change]) -> Result<Vec<WrappedKey>, KeyError> {
        let mut wanted: Vec<(Uuid, Purpose)> = Vec::new();
        for change in changes.iter_mut() {
            let owners: Vec<Uuid> = change.facts.iter().map(|fact| change.owner(&fact.event)).collect();
            for (fact, owner) in change.facts.iter_mut().zip(owners) {
                fact.event.each_personal(&mut |_, purpose, value| {
                    if matches!(value, Personal::Open(_)) {
                        wanted.push((owner, purpose));
                    }
                });
            }
        }
        wanted.sort_unstable();
        wanted.dedup();
        let keyring = self.0.store.keyring();
        let mut keys: HashMap<(Uuid, Purpose), PersonKey> = HashMap::with_capacity(wanted.len());
        let mut minted = Vec::new();
        for (want, (key, row)) in wanted.iter().zip(keyring.ensure_many(&wanted).await?) {
            keys.insert(*want, key);
            minted.extend(row);
        }
        for change in changes {
            let owners: Vec<Uuid> = change.facts.iter().map(|fact| change.owner(&fact.event)).collect();
            for (fact, owner) in change.facts.iter_mut().zip(owners) {
                fact.event.each_personal(&mut |field, purpose, value| {
                    if let (Personal::Open(text), Some(key)) = (&*value, keys.get(&(owner, purpose))) {
                        let sealed = keyring.seal(Seal { owner, purpose, field }, text, key);
                        *value = Personal::Sealed(sealed);
                    }
                });
            }
        }
        Ok(minted)
    }

    fn row(&self, proposal: Proposal, effects: Effects, keys: Vec<WrappedKey>) -> Result<Append, BusError> {
        let keyring = self.0.store.keyring();
        let body_hash = keyring.body_hash(&proposal.body);
        let mut append = Append::new(proposal.command_id, body_hash, proposal.actor, proposal.correlation_id);
        append.metadata = proposal.metadata;
        append.guards = proposal.guards;
        append.keys = keys;
        append.destroy = effects.destroy;
        let claim = |(kind, text, owner): (_, String, _)| Claim {
            kind,
            hash: keyring.claim_hash(kind, &text),
            owner,
        };
        append.claims = effects.claims.into_iter().map(claim).collect();
        append.releases = effects.releases.into_iter().map(claim).collect();
        for mut change in proposal.changes {
            append.expects.extend(change.expected.map(|version| (change.stream, version)));
            append.guards.retain(|(stream, _)| *stream != change.stream);
            for fact in std::mem::take(&mut change.facts) {
                let payload = fact.event.encode().map_err(|error| BusError::Internal(error.to_string()))?;
                let (kind, version) = (fact.event.event_type(), fact.event.schema_version());
                append.format = append.format.max(log_format(kind, version));
                append.events.push(NewEvent {
                    event_id: fact.id,
                    stream: change.stream,
                    subject: change.subject(&fact.event),
                    effective_on: fact.effective_on,
                    event_type: kind,
                    schema_version: version,
                    payload,
                });
            }
        }
        Ok(append)
    }

    /// Brings what is kept in memory up to what was written.
    async fn settle(
        &self,
        open: Vec<Change>,
        written: Result<Receipt, AppendError>,
    ) -> Result<Receipt, Attempt> {
        match written {
            Ok(receipt) => {
                let kingdom = open.iter().any(|change| {
                    !matches!(
                        change.stream.kind,
                        StreamType::Combatant | StreamType::Access | StreamType::Log
                    )
                });
                if receipt.repeated {
                    self.forget(&open);
                } else {
                    self.advance(open);
                }
                if kingdom {
                    self.refresh().await?;
                }
                Ok(receipt)
            }
            Err(AppendError::StreamConflict(_) | AppendError::KeyTaken(_)) => {
                self.forget(&open);
                Err(Attempt::Overtaken)
            }
            Err(error) => {
                self.forget(&open);
                Err(BusError::from(error).into())
            }
        }
    }

    fn advance(&self, changes: Vec<Change>) {
        for change in changes {
            let Some((id, before)) = change.before else { continue };
            let facts = change.facts.into_iter().filter_map(|fact| match fact.event {
                Event::Combatant(event) => Some(Fact { id: fact.id, effective_on: fact.effective_on, event }),
                _ => None,
            });
            self.0.records.advance(id, &before, facts.collect());
        }
    }

    fn forget(&self, changes: &[Change]) {
        for (id, _) in changes.iter().filter_map(|change| change.before.as_ref()) {
            self.0.records.forget(*id);
        }
    }
}
