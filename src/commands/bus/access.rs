//! Recording who reads what (V7). A sealed record is shown only after the
//! entry that says so is in the log.

use uuid::Uuid;

use super::{Bus, BusError, Change, Proposal};
use crate::domain::actor::Actor;
use crate::domain::id::{CombatantId, CommandId, CorrelationId, Slug, StreamId};
use crate::domain::personal::Personal;
use crate::events::access::{ListRead, RecordRead};
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
    /// A list of people: one entry with its query and count.
    List {
        /// What was searched and filtered for.
        query: String,
        /// How many people it showed.
        count: u32,
    },
}

impl Bus {
    /// Records a reading; what was read may be shown once this has returned.
    ///
    /// # Errors
    /// [`BusError`]: then nothing may be shown.
    pub async fn record_reading(&self, reading: Reading) -> Result<Receipt, BusError> {
        let month = self.today().month();
        let reason = reading.reason.as_deref().map(Personal::open);
        let (about, subject, event): (Uuid, Option<Uuid>, AccessEvent) = match reading.what {
            Read::Record(id) => (id.0, Some(id.0), RecordRead { screen: reading.screen, reason }.into()),
            Read::List { query, count } => {
                let reader = match &reading.actor {
                    Actor::Officer(id) => id.0,
                    _ => Uuid::nil(),
                };
                let query = Personal::open(&query);
                (reader, None, ListRead { screen: reading.screen, query, count, reason }.into())
            }
        };
        let stream = StreamId::access(about, &month);
        let change = Change::any_version(stream, subject, vec![Fact::plain(Event::Access(event))]);
        self.propose(Proposal {
            command_id: CommandId(self.ids().uuid_at(self.now())),
            actor: reading.actor,
            correlation_id: reading.correlation_id,
            body: Vec::new(),
            guards: Vec::new(),
            changes: vec![change],
        })
        .await
    }
}
