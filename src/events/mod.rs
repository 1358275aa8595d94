//! The facts: what happened, one file per stream type.
//!
//! An event is a struct of its own, declared with [`stream_events!`] together
//! with its version, its fields and what each means; `docs/EVENTS.md` is
//! generated from that. [`evolve`] says what the facts of a stream add up to;
//! commands, read models and auditors share it, so that they cannot disagree.
//!
//! # Adding an event, or changing one
//! 1. Declare it in the file of its stream type. Its name is in the past tense.
//! 2. To change a shipped event, raise its version and give `from` the old
//!    struct with `impl From<Old> for New`: a typed upcaster. The old row is
//!    read for ever and never rewritten.
//! 3. Teach [`evolve`] what it means, and `commands::effects` what it brings along.
//! 4. Add its JSON to `tests/it/golden/` and run `EMOL_WRITE_DOCS=1 cargo test --test it events`.

#[macro_use]
mod declare;

pub mod access;
pub mod catalogue;
pub mod combatant;
pub mod discipline;
pub mod evolve;
pub mod kingdom;
pub mod log;
pub mod officers;
pub mod policies;
pub mod regions;
pub mod rulebook;
pub mod switches;

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::domain::date::CivilDate;
use crate::domain::id::{EventId, StreamType};
use crate::domain::personal::{Personal, Purpose};

pub use access::AccessEvent;
pub use combatant::CombatantEvent;
pub use declare::{EventDoc, FieldDoc, HoldsPersonal};
pub use discipline::DisciplineEvent;
pub use kingdom::KingdomEvent;
pub use log::LogEvent;
pub use officers::OfficersEvent;
pub use policies::PolicyEvent;
pub use regions::RegionsEvent;
pub use rulebook::RulebookEvent;
pub use switches::SwitchesEvent;

/// An event of one stream with what its envelope says that a fold needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fact<E> {
    /// The event's id; nil in a decision, until the bus gives one.
    pub id: EventId,
    /// The day it takes effect; `None` where there is no civil effect (D4).
    pub effective_on: Option<CivilDate>,
    /// What happened.
    pub event: E,
}

impl<E> Fact<E> {
    /// A fact as a decision makes it: without an id, effective on a day.
    pub const fn on(day: CivilDate, event: E) -> Self {
        Self { id: EventId(Uuid::nil()), effective_on: Some(day), event }
    }

    /// A fact without a civil effect, as a decision makes it.
    pub const fn plain(event: E) -> Self {
        Self { id: EventId(Uuid::nil()), effective_on: None, event }
    }

    /// The same fact about another shape of the event.
    pub fn map<F>(self, change: impl FnOnce(E) -> F) -> Fact<F> {
        Fact { id: self.id, effective_on: self.effective_on, event: change(self.event) }
    }
}

impl<E> cqrs_es::DomainEvent for Fact<E>
where
    E: StreamEvent + Serialize + DeserializeOwned + Clone + PartialEq + std::fmt::Debug + Send + Sync,
{
    fn event_type(&self) -> String {
        self.event.event_type().to_owned()
    }

    fn event_version(&self) -> String {
        self.event.schema_version().to_string()
    }
}

/// The highest log format that this program writes, once it is allowed (`emol migrate --raise-log-format`).
pub const LOG_FORMAT: i64 = 2;

/// Kinds of events that came after the first format: type, version of the payload, and the
/// log format that they need. A release reads what it adds here one release before one writes it.
const LATER: &[(&str, i64, i64)] = &[
    ("BadgeChosen", 1, 2),
    ("PolicyDraftBegun", 1, 2),
    ("PolicyDraftEdited", 1, 2),
    ("PolicyDraftDiscarded", 1, 2),
    ("PolicyDraftShared", 1, 2),
    ("PolicyDraftUnshared", 1, 2),
    ("PolicyApproved", 1, 2),
    ("AcceptanceRequired", 1, 2),
    ("AcceptanceNotRequired", 1, 2),
    ("CheckCodeRenewed", 1, 2),
    ("LinkSent", 1, 2),
    ("PinSet", 1, 2),
    ("PinLocked", 1, 2),
    ("AddressAsked", 1, 2),
    ("AddressConfirmed", 1, 2),
    ("CorrectionAsked", 1, 2),
    ("CorrectionSettled", 1, 2),
    ("EvidenceDestroyed", 1, 2),
    ("DisciplineResumed", 1, 2),
    ("EntryWithdrawn", 1, 2),
];

/// The log format that events of this type and version need ([`crate::store::format`]).
#[must_use]
pub fn log_format(event_type: &str, version: i64) -> i64 {
    let later = LATER.iter().find(|(kind, from, _)| *kind == event_type && *from == version);
    later.map_or(1, |(_, _, format)| *format)
}

/// What every event of a stream type can say of itself.
pub trait StreamEvent: Sized {
    /// The kind of stream it belongs to.
    const STREAM: StreamType;
    /// Every event of this stream type, for the documentation.
    const DOCS: &'static [EventDoc];
    /// The name that the event row holds.
    fn event_type(&self) -> &'static str;
    /// The version of its payload that this program writes.
    fn schema_version(&self) -> i64;
    /// The payload's bytes (JSON).
    ///
    /// # Errors
    /// A personal value is still open.
    fn encode(&self) -> Result<Vec<u8>, serde_json::Error>;
    /// Reads a payload of any version that ever shipped.
    ///
    /// # Errors
    /// [`DecodeError`] when this program does not know the type or version, or the bytes are damaged.
    fn decode(event_type: &str, version: i64, payload: &[u8]) -> Result<Self, DecodeError>;
    /// Shows every personal value with its field's name and the key it belongs to.
    fn each_personal(&mut self, visit: &mut dyn FnMut(&'static str, Purpose, &mut Personal));
}

/// Why a row could not be read as an event.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// A newer program wrote it: a read model pauses and says so.
    #[error("event {event_type} version {version} needs a newer emol")]
    Unknown {
        /// The row's event type.
        event_type: String,
        /// The row's schema version.
        version: i64,
    },
    /// The bytes are not what that version wrote.
    #[error("the payload of {event_type} version {version} is damaged (near byte {column})")]
    Damaged {
        /// The row's event type.
        event_type: String,
        /// The row's schema version.
        version: i64,
        /// Where in the payload reading stopped, in bytes.
        column: usize,
    },
}

macro_rules! all_streams {
    ($($variant:ident($event:ty)),* $(,)?) => {
        /// Any event of any stream.
        #[derive(Debug, Clone, PartialEq)]
        #[expect(missing_docs, reason = "each variant is documented where its stream is declared")]
        pub enum Event { $($variant($event)),* }

        impl Event {
            /// The documentation of every event there is, stream by stream.
            #[must_use]
            pub fn docs() -> Vec<(StreamType, &'static [EventDoc])> {
                vec![$((<$event>::STREAM, <$event>::DOCS)),*]
            }

            /// Reads the payload of a row.
            ///
            /// # Errors
            /// As [`StreamEvent::decode`].
            pub fn decode(stream: StreamType, event_type: &str, version: i64, payload: &[u8])
                -> Result<Self, DecodeError> {
                match stream {
                    $(<$event>::STREAM => <$event>::decode(event_type, version, payload).map(Self::$variant)),*
                }
            }

            /// The name that the event row holds.
            #[must_use]
            pub fn event_type(&self) -> &'static str {
                match self { $(Self::$variant(event) => event.event_type()),* }
            }

            /// The version of its payload that this program writes.
            #[must_use]
            pub fn schema_version(&self) -> i64 {
                match self { $(Self::$variant(event) => event.schema_version()),* }
            }

            /// The payload's bytes (JSON).
            ///
            /// # Errors
            /// A personal value is still open.
            pub fn encode(&self) -> Result<Vec<u8>, serde_json::Error> {
                match self { $(Self::$variant(event) => event.encode()),* }
            }

            /// Shows every personal value with its field's name and the key it belongs to.
            pub fn each_personal(&mut self, visit: &mut dyn FnMut(&'static str, Purpose, &mut Personal)) {
                match self { $(Self::$variant(event) => event.each_personal(visit)),* }
            }
        }

        $(impl From<$event> for Event {
            fn from(event: $event) -> Self {
                Self::$variant(event)
            }
        })*
    };
}

all_streams! {
    Combatant(CombatantEvent),
    Discipline(DisciplineEvent),
    Regions(RegionsEvent),
    Rulebook(RulebookEvent),
    Officers(OfficersEvent),
    Switches(SwitchesEvent),
    Kingdom(KingdomEvent),
    Policies(PolicyEvent),
    Access(AccessEvent),
    Log(LogEvent),
}
