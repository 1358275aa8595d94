//! What happened since some instant, such as this morning: the end of the log without the readings,
//! kept in memory and followed as far as it is asked for. Sealed values stay sealed.

use std::sync::{Arc, PoisonError, RwLock};

use uuid::Uuid;

use super::codec::decode;
use crate::domain::actor::Actor;
use crate::domain::date::Instant;
use crate::domain::id::{Position, StreamType};
use crate::events::Event;
use crate::store::{DbError, RecordedRow, Store};

/// Most rows that are looked at: an import writes more in a day than anybody reads.
const MOST: i64 = 2_000;

/// What happened lately. Cloning is cheap.
#[derive(Clone, Default)]
pub struct Lately(Arc<RwLock<Arc<Deeds>>>);

/// What was done since an instant.
#[derive(Debug, Clone, Default)]
pub struct Deeds {
    /// Since when.
    pub from: Instant,
    /// The last position that was looked at.
    pub position: Position,
    /// What was done, in the order of the log.
    pub all: Vec<Arc<Deed>>,
    /// Whether more was done than is kept.
    pub more: bool,
}

/// One thing that was done.
#[derive(Debug)]
pub struct Deed {
    /// Who did it.
    pub actor: Actor,
    /// When it was recorded.
    pub at: Instant,
    /// Whom it concerns.
    pub subject: Option<Uuid>,
    /// In which kind of stream it is.
    pub kind: StreamType,
    /// What; none where this program cannot read it.
    pub event: Option<Event>,
}

impl Deed {
    fn of(row: &RecordedRow) -> Self {
        Self {
            actor: row.actor.clone(),
            at: row.recorded_at,
            subject: row.subject,
            kind: row.stream.kind,
            event: decode(row).ok().map(|(_, fact)| fact.event),
        }
    }
}

impl Lately {
    /// What was done since then, up to now. What is new costs one statement; nothing new costs none.
    ///
    /// # Errors
    /// The database.
    pub async fn since(&self, store: &Store, from: Instant) -> Result<Arc<Deeds>, DbError> {
        let head = store.watch().borrow().position;
        let known = Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner));
        if known.from == from && known.position >= head && head.0 > 0 {
            return Ok(known);
        }
        let mut deeds = if known.from == from && known.position.0 > 0 {
            Deeds::clone(&known)
        } else {
            let position = store.position_at(Instant::from_micros(from.micros() - 1)).await?;
            Deeds { from, position, ..Deeds::default() }
        };
        if head.0 - deeds.position.0 > MOST {
            deeds = Deeds { from, position: Position(head.0 - MOST), all: Vec::new(), more: true };
        }
        for row in store.read_after(deeds.position, MOST).await? {
            deeds.position = row.position;
            if row.stream.kind != StreamType::Access {
                deeds.all.push(Arc::new(Deed::of(&row)));
            }
        }
        let most = usize::try_from(MOST).unwrap_or(usize::MAX);
        if deeds.all.len() > most {
            deeds.all.drain(..deeds.all.len() - most);
            deeds.more = true;
        }
        let deeds = Arc::new(deeds);
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&deeds);
        Ok(deeds)
    }
}
