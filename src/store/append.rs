//! What is handed to the store to be written, all of it or nothing, and what comes back.

use uuid::Uuid;

use super::error::DbError;
use super::keys::WrappedKey;
use super::row::NewEvent;
use crate::domain::actor::Actor;
use crate::domain::date::Instant;
use crate::domain::id::{CommandId, CorrelationId, EventId, Position, StreamId, StreamVersion};
use crate::domain::mail::LinkPurpose;
use crate::domain::personal::Purpose;

/// Everything that one command writes, in one transaction.
#[derive(Debug, Clone)]
pub struct Append {
    /// Chosen by whoever issued the command: sending it twice does it once.
    pub command_id: CommandId,
    /// Keyed hash of what the command says ([`super::keys::Keyring::body_hash`]):
    /// another body under the same id is refused.
    pub body_hash: [u8; 32],
    /// Who issued it.
    pub actor: Actor,
    /// What it belongs to.
    pub correlation_id: CorrelationId,
    /// The event that caused it, if one did.
    pub causation_id: Option<EventId>,
    /// Metadata of every event: exact bytes, no personal data, at most 64 KiB.
    pub metadata: Vec<u8>,
    /// At least one event; several streams are allowed.
    pub events: Vec<NewEvent>,
    /// The log format that the newest kind among them needs; 1 is the first.
    pub format: i64,
    /// For each written stream, the version it must have before this append. A
    /// written stream that is missing here may have any version.
    pub expects: Vec<(StreamId, StreamVersion)>,
    /// Streams that were only read, with the versions that they must still have.
    pub guards: Vec<(StreamId, StreamVersion)>,
    /// Claims let go, before new ones are made. One that does not exist is ignored.
    pub releases: Vec<Claim>,
    /// Claims made.
    pub claims: Vec<Claim>,
    /// New person keys, as [`super::keys::Keyring::ensure`] gave them.
    pub keys: Vec<WrappedKey>,
    /// Keys destroyed: of that owner the one for this purpose, or all. Destroying
    /// the details (or all) writes the owner on the list of the erased (V6).
    pub destroy: Vec<(Uuid, Option<Purpose>)>,
    /// Mail to be rendered and handed over later.
    pub outbox: Vec<OutboxRow>,
    /// One-time links that come to be, mostly for mail of this append (L1).
    pub links: Vec<NewLink>,
    /// One-time links that this uses up: each exactly once, or nothing is written (L1).
    pub uses: Vec<Uuid>,
    /// PINs that are set, in place of what was set before (L5).
    pub pins: Vec<NewPin>,
}

impl Append {
    /// An append of nothing yet; fill in the rest with struct update or by pushing.
    #[must_use]
    pub const fn new(
        command_id: CommandId,
        body_hash: [u8; 32],
        actor: Actor,
        correlation_id: CorrelationId,
    ) -> Self {
        Self {
            command_id,
            body_hash,
            actor,
            correlation_id,
            causation_id: None,
            metadata: Vec::new(),
            events: Vec::new(),
            format: 1,
            expects: Vec::new(),
            guards: Vec::new(),
            releases: Vec::new(),
            claims: Vec::new(),
            keys: Vec::new(),
            destroy: Vec::new(),
            outbox: Vec::new(),
            links: Vec::new(),
            uses: Vec::new(),
            pins: Vec::new(),
        }
    }
}

/// The kinds of things that only one owner can have. To add one: a variant and
/// its name; nothing else, the table is shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ClaimKind {
    /// A card id: one person's for ever, also after a merge (P6).
    CardId,
    /// An officer's verified e-mail address.
    OfficerEmail,
    /// A slug that names something in addresses.
    Slug,
    /// The `ref` that names a person across roster files.
    RosterRef,
}

impl ClaimKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::CardId, Self::OfficerEmail, Self::Slug, Self::RosterRef];

    /// The name as the table holds it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CardId => "card_id",
            Self::OfficerEmail => "officer_email",
            Self::Slug => "slug",
            Self::RosterRef => "roster_ref",
        }
    }
}

/// That something belongs to one owner and to nobody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Claim {
    /// What kind of thing.
    pub kind: ClaimKind,
    /// Its keyed hash, see [`super::keys::Keyring::claim_hash`].
    pub hash: [u8; 32],
    /// Whose it is.
    pub owner: Uuid,
}

/// One mail to come: ids and sealed parameters only, rendered at hand-over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its id.
    pub id: Uuid,
    /// The template's name; ASCII, at most 64 bytes.
    pub template: &'static str,
    /// The person it goes to, if it goes to one.
    pub subject: Option<Uuid>,
    /// Parameters: ids, or sealed. At most 64 KiB.
    pub params: Vec<u8>,
    /// Not before.
    pub due_at: Instant,
    /// What it belongs to.
    pub correlation_id: CorrelationId,
}

/// A one-time link that comes to be (L1). Nothing that opens it is stored: see
/// [`super::keys::Keyring::link_text`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewLink {
    /// Its id.
    pub id: Uuid,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Whose record it opens.
    pub subject: Uuid,
    /// From when on it does not work.
    pub expires_at: Instant,
}

/// A person's PIN that is set (L3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPin {
    /// Whose.
    pub person: Uuid,
    /// Its hash; at most 255 bytes.
    pub hash: Vec<u8>,
}

/// Proof that a command is in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The position of its first event.
    pub first: Position,
    /// The position of its last event: a reader that has seen it has seen the command.
    pub last: Position,
    /// When it was recorded.
    pub recorded_at: Instant,
    /// Whether it had been recorded before: this is the receipt of the first time.
    pub repeated: bool,
}

/// Why nothing was saved (but see [`AppendError::OutcomeUnknown`]).
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppendError {
    /// A stream has another version than expected: decide again on the newer state.
    #[error("the {} stream changed in the meantime", .0.kind)]
    StreamConflict(StreamId),
    /// What was claimed belongs to somebody else.
    #[error("this {} is already taken", .0.as_str())]
    ClaimTaken(ClaimKind),
    /// The owner got a key for that purpose in the meantime: seal again with that one.
    #[error("the person's key was made in the meantime")]
    KeyTaken(Uuid),
    /// The owner of a new key was erased in the meantime (V6).
    #[error("this person is erased; nothing more can be recorded about them")]
    Erased(Uuid),
    /// A one-time link was used before, has expired, or is none (L1).
    #[error("this link was used before, or has expired")]
    LinkSpent,
    /// The command id was used for something else.
    #[error("this command id was already used for another command")]
    CommandReused,
    /// Too much to do, or no database: nothing was saved, try again.
    #[error("the log is busy; nothing was saved")]
    Busy,
    /// The database went away during the commit. Sending the same command again is safe.
    #[error("it is not known yet whether this was saved; sending it again is safe")]
    OutcomeUnknown,
    /// This machine's clock is too far behind the log's newest event.
    #[error(
        "this machine's clock shows {clock}, but the log's newest event is of {head}: set the clock right"
    )]
    ClockBehind {
        /// What the clock shows.
        clock: Instant,
        /// When the newest event was recorded.
        head: Instant,
    },
    /// Not every server can read this kind of event yet, see [`super::format`].
    #[error(
        "this is written in log format {needed}, and the log allows {allowed} so far: once every server runs this \
         release, run `emol migrate --raise-log-format`"
    )]
    NotYet {
        /// The format of the newest kind of event in the append.
        needed: i64,
        /// The highest that may be written.
        allowed: i64,
    },
    /// The append has no events, or a field is longer than its column.
    #[error("the append cannot be written: {0}")]
    Malformed(&'static str),
    /// The database refused in another way.
    #[error(transparent)]
    Store(#[from] DbError),
}
