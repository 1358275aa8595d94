//! Turns: of the commands of one process that change the same stream, one after
//! the other decides and appends, first come first served. Without them eight
//! officers at one record would overtake each other until some had no tries left;
//! between processes the log's expected version decides, and a try is lost.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use tokio::sync::{Mutex, MutexGuard};

use super::BusError;
use crate::domain::id::StreamId;

/// How many streams at most have a turn at once; streams that fall together wait for each other.
const STRIPES: usize = 1_024;
/// The longest wait for one's turn: the database is away or very slow, and then the answer is an honest one.
const PATIENCE: Duration = Duration::from_secs(2);

pub(super) struct Turns {
    stripes: Vec<Mutex<()>>,
    hasher: RandomState,
}

/// The turn of a command; it ends when this is dropped.
#[must_use]
pub(super) struct Turn<'t>(#[expect(dead_code, reason = "held, not read")] Vec<MutexGuard<'t, ()>>);

impl Turns {
    pub(super) fn new() -> Self {
        Self { stripes: (0..STRIPES).map(|_| Mutex::new(())).collect(), hasher: RandomState::new() }
    }

    /// Waits for the turn of a command that changes these streams.
    ///
    /// # Errors
    /// [`BusError::Busy`] when it does not come within two seconds.
    pub(super) async fn take(&self, streams: &[StreamId]) -> Result<Turn<'_>, BusError> {
        let mut at: Vec<usize> = streams.iter().map(|stream| self.stripe(*stream)).collect();
        // In one order for everybody, so that no two wait for each other.
        at.sort_unstable();
        at.dedup();
        let all = async {
            let mut held = Vec::with_capacity(at.len());
            for stripe in at {
                held.push(self.stripes[stripe].lock().await);
            }
            held
        };
        tokio::time::timeout(PATIENCE, all).await.map(Turn).map_err(|_| BusError::Busy)
    }

    fn stripe(&self, stream: StreamId) -> usize {
        usize::try_from(self.hasher.hash_one(stream) % STRIPES as u64).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::StreamType;

    #[tokio::test]
    async fn one_at_a_time_and_whoever_waits_too_long_is_told() {
        let turns = Turns::new();
        let (officers, rulebook) =
            (StreamId::only(StreamType::Officers), StreamId::only(StreamType::Rulebook));
        let first = turns.take(&[rulebook, officers]).await.unwrap();
        assert!(matches!(turns.take(&[officers]).await, Err(BusError::Busy)));
        drop(first);
        let both = turns.take(&[officers, rulebook, officers]).await;
        assert!(both.is_ok(), "a stream that is named twice is waited for once");
    }
}
