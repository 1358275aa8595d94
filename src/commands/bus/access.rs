//! Recording who reads what (V7), and who comes and goes. A sealed record is
//! shown only after the entry that says so is in the log.

use uuid::Uuid;

use super::{Attempt, Bus, BusError, Change, Proposal};
use crate::domain::actor::Actor;
use crate::domain::id::{CombatantId, CommandId, CorrelationId, OfficerId, Slug, StreamId};
use crate::domain::personal::Personal;
use crate::events::access::{ListRead, RecordRead, SignedIn, SignedOut};
use crate::events::{AccessEvent, Event, Fact};
use crate::store::Receipt;

/// One reading of sealed data by an officer.
#[derive(Debug, Clone)]
pub struct Reading {
    /// Who reads.
    pub actor: Actor,
    /// The request it belongs to.
    pub correlation_id: CorrelationId,
    /// Through which screen.
    pub screen: Slug,
    /// What.
    pub what: Read,
    /// Why; exports and evidence need it.
    pub reason: Option<String>,
}

/// What was read.
#[derive(Debug, Clone)]
pub enum Read {
    /// One person's record.
    Record(CombatantId),
    /// One officer's address, grants and doings.
    Officer(OfficerId),
    /// A list of people: one entry with its query and count.
    List {
        /// What was searched and filtered for.
        query: String,
        /// How many people it showed.
        count: u32,
    },
}

/// An officer's coming or going.
#[derive(Debug, Clone)]
pub enum Visit {
    /// A session begins.
    Begins {
        /// How the officer signed in.
        how: Slug,
    },
    /// Sessions ended, by the officer's own wish.
    Ends {
        /// How many.
        sessions: u32,
    },
}

impl Bus {
    /// Records that an officer signed in or out; a session may begin once this has returned.
    ///
    /// # Errors
    /// [`BusError`]: then no session may begin.
    pub async fn record_visit(
        &self,
        officer: OfficerId,
        correlation_id: CorrelationId,
        visit: Visit,
    ) -> Result<Receipt, BusError> {
        let event: AccessEvent = match visit {
            Visit::Begins { how } => SignedIn { how }.into(),
            Visit::Ends { sessions } => SignedOut { sessions }.into(),
        };
        let actor = Actor::Officer(officer);
        self.propose(self.access(actor, correlation_id, officer.0, None, event)).await
    }

    /// Records a reading; what was read may be shown once this has returned.
    ///
    /// # Errors
    /// [`BusError`]: then nothing may be shown.
    pub async fn record_reading(&self, reading: Reading) -> Result<Receipt, BusError> {
        let proposal = self.reading(reading);
        // An officer's key is made with their first reading: where two come at once, one has to seal again.
        match self.append(proposal.clone()).await {
            Err(Attempt::Overtaken) => self.propose(proposal).await,
            Err(Attempt::Failed(error)) => Err(error),
            Ok(receipt) => Ok(receipt),
        }
    }

    /// What records a reading.
    pub(super) fn reading(&self, reading: Reading) -> Proposal {
        let reason = reading.reason.as_deref().map(Personal::open);
        let (about, subject, event): (Uuid, Option<Uuid>, AccessEvent) = match reading.what {
            Read::Record(CombatantId(id)) | Read::Officer(OfficerId(id)) => {
                (id, Some(id), RecordRead { screen: reading.screen, reason }.into())
            }
            Read::List { query, count } => {
                let reader = match &reading.actor {
                    Actor::Officer(id) => id.0,
                    _ => Uuid::nil(),
                };
                let query = Personal::open(&query);
                (reader, None, ListRead { screen: reading.screen, query, count, reason }.into())
            }
        };
        self.access(reading.actor, reading.correlation_id, about, subject, event)
    }

    fn access(
        &self,
        actor: Actor,
        correlation_id: CorrelationId,
        about: Uuid,
        subject: Option<Uuid>,
        event: AccessEvent,
    ) -> Proposal {
        let stream = StreamId::access(about, &self.today().month());
        let change = Change::any_version(stream, subject, vec![Fact::plain(Event::Access(event))]);
        Proposal {
            command_id: CommandId(self.ids().uuid_at(self.now())),
            actor,
            correlation_id,
            body: Vec::new(),
            metadata: Vec::new(),
            guards: Vec::new(),
            changes: vec![change],
        }
    }
}
