//! What happened, opened for whoever may look: a person's history, and rows of
//! the log as an auditor sees them. Recording the reading (V7) comes first and
//! is the caller's: see [`Bus::record_reading`].

use super::records::opened;
use super::{Bus, BusError};
use crate::domain::actor::Actor;
use crate::domain::date::Instant;
use crate::domain::id::{CombatantId, OfficerId, StreamId, StreamType, StreamVersion};
use crate::events::evolve::Catalogue;
use crate::events::{Event, Fact};
use crate::store::{EventFilter, RecordedRow};

/// One event of the log: its row, and the event with its sealed fields opened
/// where their keys still exist.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The row as the log has it.
    pub row: RecordedRow,
    /// The event; none where this program cannot read it.
    pub event: Option<Event>,
}

/// The event of a row, its sealed fields sealed; none where this program cannot read it.
fn decoded(row: &RecordedRow) -> Option<Event> {
    Event::decode(row.stream.kind, &row.event_type, row.schema_version, &row.payload).ok()
}

impl Entry {
    /// A row of the log with its sealed fields left sealed.
    #[must_use]
    pub fn sealed(row: RecordedRow) -> Self {
        Self { event: decoded(&row), row }
    }
}

impl Bus {
    /// Everything that happened to a person, in the order of the log, readings included.
    ///
    /// # Errors
    /// [`BusError`] when the log cannot be read.
    pub async fn history(&self, combatant: CombatantId) -> Result<Vec<Entry>, BusError> {
        let rows = self.store().read_subject(combatant.0).await?;
        self.open_rows(rows).await
    }

    /// The last `limit` changes of an officer's rights, newest first.
    ///
    /// # Errors
    /// [`BusError`] when the log cannot be read.
    pub async fn changes_of(&self, officer: OfficerId, limit: i64) -> Result<Vec<Entry>, BusError> {
        let stream = Some(StreamId::only(StreamType::Officers));
        let filter = EventFilter { subject: Some(officer.0), stream, ..EventFilter::default() };
        let rows = self.store().search(&filter, limit).await?;
        self.open_rows(rows).await
    }

    /// The last `limit` things that an officer did, newest first, readings included.
    ///
    /// # Errors
    /// [`BusError`] when the log cannot be read.
    pub async fn deeds_of(&self, officer: OfficerId, limit: i64) -> Result<Vec<Entry>, BusError> {
        let filter = EventFilter { actor: Some(Actor::Officer(officer)), ..EventFilter::default() };
        let rows = self.store().search(&filter, limit).await?;
        self.open_rows(rows).await
    }

    /// When an officer last signed in, if they ever did.
    ///
    /// # Errors
    /// [`BusError`] when the log cannot be read.
    pub async fn last_sign_in(&self, officer: OfficerId) -> Result<Option<Instant>, BusError> {
        let actor = Some(Actor::Officer(officer));
        let filter = EventFilter { actor, event_type: Some("SignedIn".to_owned()), ..EventFilter::default() };
        Ok(self.store().search(&filter, 1).await?.first().map(|row| row.recorded_at))
    }

    /// Everything that happened in one stream, in order.
    ///
    /// # Errors
    /// [`BusError`] when the log cannot be read.
    pub async fn stream_history(&self, stream: StreamId) -> Result<Vec<Entry>, BusError> {
        let rows = self.store().read_streams(&[stream]).await?;
        self.open_rows(rows).await
    }

    /// The last `limit` events of one stream, newest first; of one type, where one is named.
    ///
    /// # Errors
    /// [`BusError`] when the log cannot be read.
    pub async fn last_in(
        &self,
        stream: StreamId,
        event_type: Option<&str>,
        limit: i64,
    ) -> Result<Vec<Entry>, BusError> {
        let event_type = event_type.map(ToOwned::to_owned);
        let filter = EventFilter { stream: Some(stream), event_type, ..EventFilter::default() };
        let rows = self.store().search(&filter, limit).await?;
        self.open_rows(rows).await
    }

    /// What one stream of the kingdom had decided at a version, and nothing else:
    /// for comparing what somebody saw with what holds now (P5).
    ///
    /// # Errors
    /// [`BusError`] when the log cannot be read.
    pub async fn catalogue_at(
        &self,
        stream: StreamId,
        version: StreamVersion,
    ) -> Result<Catalogue, BusError> {
        let mut catalogue = Catalogue::default();
        for entry in self.stream_history(stream).await? {
            if let (Some(event), true) = (entry.event, entry.row.stream_version <= version) {
                catalogue.take(stream, &Fact::plain(event));
            }
        }
        Ok(catalogue)
    }

    /// Opens what rows of the log hold. A row that this program cannot read
    /// stays closed; the others are opened all the same.
    ///
    /// # Errors
    /// [`BusError`] when the keys cannot be read.
    pub async fn open_rows(&self, rows: Vec<RecordedRow>) -> Result<Vec<Entry>, BusError> {
        let events: Vec<Option<Event>> = rows.iter().map(decoded).collect();
        let readable: Vec<bool> = events.iter().map(Option::is_some).collect();
        let mut facts: Vec<Fact<Event>> = events.into_iter().flatten().map(Fact::plain).collect();
        opened(self.store().keyring(), &mut facts).await?;
        let mut facts = facts.into_iter();
        let entries = rows.into_iter().zip(readable).map(|(row, readable)| {
            let event = if readable { facts.next().map(|fact| fact.event) } else { None };
            Entry { row, event }
        });
        Ok(entries.collect())
    }
}
