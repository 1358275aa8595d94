//! Folds everybody's record from the log, within a budget of memory: the log is
//! read once per part of the people, and only that part's bytes are kept until
//! their records are folded one by one.

use std::ops::RangeInclusive;

use uuid::Uuid;

use super::checkpoint::Stop;
use super::page::check;
use crate::domain::date::CivilDate;
use crate::domain::id::{CombatantId, EventId, Position, StreamType};
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact, StreamEvent};
use crate::store::{DbError, RecordedRow, Store};

/// Memory for one part, in bytes.
pub const BUDGET: usize = 144 << 20;

/// Why the log could not be folded.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// An event that cannot be used.
    #[error("the log cannot be folded: {0}")]
    Stopped(Stop),
    /// The process is shutting down.
    #[error("the program is ending")]
    Ending,
}

/// One event, its payload elsewhere.
struct Raw {
    who: [u8; 16],
    position: i64,
    event_id: [u8; 16],
    effective_on: Option<CivilDate>,
    kind: u16,
    version: u16,
    at: At,
    length: u32,
}

/// A block and a place in it.
type At = (u32, u32);

/// Bytes one after another in blocks, so that more of them never means moving all.
#[derive(Default)]
struct Payloads {
    blocks: Vec<Vec<u8>>,
}

impl Payloads {
    /// Bytes in a block, unless one payload alone has more.
    const BLOCK: usize = 1 << 20;

    fn push(&mut self, payload: &[u8]) -> Option<At> {
        let full = |block: &Vec<u8>| block.len() + payload.len() > block.capacity();
        if self.blocks.last().is_none_or(full) {
            self.blocks.push(Vec::with_capacity(Self::BLOCK.max(payload.len())));
        }
        let number = self.blocks.len() - 1;
        let block = &mut self.blocks[number];
        let at = (u32::try_from(number).ok()?, u32::try_from(block.len()).ok()?);
        block.extend_from_slice(payload);
        Some(at)
    }

    fn get(&self, (block, at): At, length: u32) -> &[u8] {
        &self.blocks[block as usize][at as usize..][..length as usize]
    }

    fn bytes(&self) -> usize {
        self.blocks.len() * Self::BLOCK
    }
}

/// The events of some people.
#[derive(Default)]
pub(super) struct Gathered {
    events: Vec<Raw>,
    payloads: Payloads,
    kinds: Vec<Box<str>>,
}

impl Gathered {
    /// How many events.
    pub fn len(&self) -> usize {
        self.events.len()
    }

    fn bytes(&self) -> usize {
        self.events.len() * size_of::<Raw>() + self.payloads.bytes()
    }

    fn take(&mut self, row: &RecordedRow) -> Result<(), Stop> {
        check(row)?;
        let kind = self.kinds.iter().position(|kind| *kind == row.event_type).unwrap_or_else(|| {
            self.kinds.push(row.event_type.clone());
            self.kinds.len() - 1
        });
        let damaged = || Stop::at(row, "its type or version is not one that any emol wrote");
        self.events.push(Raw {
            who: row.stream.id.into_bytes(),
            position: row.position.0,
            event_id: row.event_id.0.into_bytes(),
            effective_on: row.effective_on,
            kind: u16::try_from(kind).map_err(|_| damaged())?,
            version: u16::try_from(row.schema_version).map_err(|_| damaged())?,
            at: self.payloads.push(&row.payload).ok_or_else(damaged)?,
            length: u32::try_from(row.payload.len()).map_err(|_| damaged())?,
        });
        Ok(())
    }

    /// Keeps only the people of a smaller part.
    fn keep(&mut self, last: u8) {
        let mut kept = Payloads::default();
        self.events.retain_mut(|raw| {
            let payload = self.payloads.get(raw.at, raw.length);
            (raw.who[15] <= last).then(|| kept.push(payload)).flatten().map(|at| raw.at = at).is_some()
        });
        self.payloads = kept;
    }

    /// Folds person by person, in the order of their ids. With each comes the
    /// position of the person's last event.
    pub fn fold<E: From<GatherError>>(
        mut self,
        mut each: impl FnMut(CombatantId, Position, Record) -> Result<(), E>,
    ) -> Result<(), E> {
        self.events.sort_unstable_by_key(|raw| (raw.who, raw.position));
        for events in self.events.chunk_by(|a, b| a.who == b.who) {
            let mut record = Record::default();
            for raw in events {
                record.take(self.fact(raw).map_err(GatherError::Stopped)?);
            }
            let (who, last) = (events[0].who, events[events.len() - 1].position);
            each(CombatantId(Uuid::from_bytes(who)), Position(last), record)?;
        }
        Ok(())
    }

    fn fact(&self, raw: &Raw) -> Result<Fact<CombatantEvent>, Stop> {
        let kind = &self.kinds[usize::from(raw.kind)];
        let payload = self.payloads.get(raw.at, raw.length);
        let id = EventId(Uuid::from_bytes(raw.event_id));
        let event = CombatantEvent::decode(kind, i64::from(raw.version), payload).map_err(|error| Stop {
            position: Position(raw.position),
            event: Some(id),
            event_type: Some(kind.to_string()),
            why: error.to_string(),
        })?;
        Ok(Fact { id, effective_on: raw.effective_on, event })
    }
}

/// How many parts the log up to a position needs, judged by a few looks into it.
pub(super) async fn parts(store: &Store, through: Position, budget: usize) -> Result<usize, DbError> {
    const LOOKS: i64 = 8;
    let (mut events, mut bytes) = (0usize, 0usize);
    for look in 0..LOOKS {
        for row in store.read_after(Position(through.0 * look / LOOKS), 50).await? {
            events += 1;
            bytes += row.payload.len();
        }
    }
    let each = size_of::<Raw>() + bytes.checked_div(events).unwrap_or(0);
    let all = usize::try_from(through.0).unwrap_or(usize::MAX).saturating_mul(each);
    // A little less than the budget, so that a part seldom has to be cut again.
    Ok(all.div_ceil((budget / 10 * 9).max(1)).clamp(1, 256))
}

/// Gathers the events up to a position of the people whose id ends in a byte of
/// the range; of fewer people when they do not fit. Returns the last byte that
/// was gathered. `seen` is told how many positions were read so far.
pub(super) async fn gather(
    store: &Store,
    through: Position,
    range: RangeInclusive<u8>,
    budget: usize,
    mut seen: impl FnMut(i64),
) -> Result<(Gathered, u8), GatherError> {
    let mut pages = store.pages_of_part(through, range.clone());
    let (first, mut last) = range.into_inner();
    let mut gathered = Gathered::default();
    while let Some((rows, to)) = pages.next().await? {
        for row in &rows {
            if row.stream.kind == StreamType::Combatant && row.stream.id.as_bytes()[15] <= last {
                gathered.take(row).map_err(GatherError::Stopped)?;
            }
        }
        seen(to.0);
        while gathered.bytes() > budget && first < last {
            last = first + (last - first) / 2;
            gathered.keep(last);
        }
    }
    Ok((gathered, last))
}
