//! Follows the log for what this server keeps in memory: what the kingdom has
//! decided, who changed when, and whether the database is there.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::watch;

use super::state::AppState;
use crate::domain::id::{CombatantId, Position, StreamType};
use crate::store::DbError;

/// Most events read at once.
const PAGE: i64 = 1000;
/// Most people whose last change is remembered one by one.
const MOST: usize = 50_000;
/// The event after which nothing here may hold a person's name.
const ERASED: &str = "CombatantErased";
/// How often the database is asked whether it is there.
const KNOCK: Duration = Duration::from_secs(1);
/// The pause after taking something in, so that a storm of events is read in pages.
const BREATH: Duration = Duration::from_millis(5);
/// The pause after a failure.
const REST: Duration = Duration::from_millis(250);

/// Who changed when. Whoever is not remembered one by one counts as changed at
/// the floor: where this server began to follow, or where it last forgot.
#[derive(Debug)]
pub struct Followed {
    changes: RwLock<Changes>,
    /// Up to where the log was taken in, with what the kingdom decided.
    taken: watch::Sender<Position>,
}

#[derive(Debug)]
struct Changes {
    floor: Position,
    last: Position,
    people: HashMap<CombatantId, Position>,
}

impl Followed {
    /// Nothing is known of what was before.
    #[must_use]
    pub fn from(floor: Position) -> Self {
        let changes = RwLock::new(Changes { floor, last: floor, people: HashMap::new() });
        Self { changes, taken: watch::Sender::new(floor) }
    }

    /// The position of a person's last change, or a later one.
    #[must_use]
    pub fn changed(&self, id: CombatantId) -> Position {
        let changes = self.changes.read().unwrap_or_else(PoisonError::into_inner);
        changes.people.get(&id).copied().unwrap_or(changes.floor)
    }

    /// The position of the last change of anybody, or a later one.
    #[must_use]
    pub fn last(&self) -> Position {
        self.changes.read().unwrap_or_else(PoisonError::into_inner).last
    }

    /// Notes that a person changed.
    pub fn note(&self, id: CombatantId, at: Position) {
        let mut changes = self.changes.write().unwrap_or_else(PoisonError::into_inner);
        if changes.people.len() >= MOST {
            changes.people.clear();
            changes.floor = at;
        }
        changes.people.insert(id, at);
        changes.last = at;
    }

    /// Waits until what is kept here shows everything up to that position; false when that takes longer.
    pub async fn wait_for(&self, position: Position, timeout: Duration) -> bool {
        let mut taken = self.taken.subscribe();
        let arrived = tokio::time::timeout(timeout, taken.wait_for(|taken| *taken >= position)).await;
        matches!(arrived, Ok(Ok(_)))
    }

    /// Notes that something happened which cannot be read: anybody may have changed.
    pub fn lost(&self, at: Position) {
        let mut changes = self.changes.write().unwrap_or_else(PoisonError::into_inner);
        changes.people.clear();
        (changes.floor, changes.last) = (at, at);
    }
}

/// Follows the log until the task is aborted.
pub async fn follow(state: AppState) {
    let store = &state.services.store;
    let mut heads = store.watch();
    let mut position = state.followed.last();
    // Between opening the bus and this, the kingdom may have changed.
    let mut outdated = true;
    loop {
        let step = take(&state, &mut position, &mut outdated).await;
        match step {
            Ok(true) => tokio::time::sleep(BREATH).await,
            Ok(false) => {
                if let Ok(Err(_)) = tokio::time::timeout(KNOCK, heads.changed()).await {
                    return;
                }
            }
            Err(error) => {
                tracing::warn!(%error, "the site waits for the database; kept pages are served");
                tokio::time::sleep(REST).await;
            }
        }
    }
}

/// Takes in a page of events; whether there were any.
async fn take(state: &AppState, position: &mut Position, outdated: &mut bool) -> Result<bool, DbError> {
    let rows = match state.services.store.read_after(*position, PAGE).await {
        // One by one, until the row is found that cannot be read.
        Err(DbError::Shape(_)) => state.services.store.read_after(*position, 1).await,
        rows => rows,
    };
    if let Err(DbError::Shape(what)) = &rows {
        *position = Position(position.0 + 1);
        tracing::error!(position = position.0, what, "a row of the log cannot be read; run `emol verify`");
        state.followed.lost(*position);
        state.desk_rows.clear();
        *outdated = true;
        return Ok(true);
    }
    let rows = rows?;
    state.pages.contact().note();
    for row in &rows {
        match row.stream.kind {
            StreamType::Combatant => {
                let id = CombatantId(row.stream.id);
                state.followed.note(id, row.position);
                state.desk_rows.forget(id);
                // A kept page that is not served any more would hold a name until another takes its place (V6).
                if *row.event_type == *ERASED {
                    state.pages.clear();
                }
            }
            StreamType::Access | StreamType::Log => {}
            _ => *outdated = true,
        }
        *position = row.position;
    }
    if *outdated {
        match state.services.bus.refresh().await {
            Ok(_) => *outdated = false,
            // Decisions guard on versions, so an old copy misleads nobody; but say it.
            Err(error) => tracing::error!(%error, "what the kingdom decided could not be read again"),
        }
    }
    if !*outdated {
        state.followed.taken.send_if_modified(|taken| std::mem::replace(taken, *position) != *position);
    }
    Ok(!rows.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_not_remembered_counts_as_changed_lately() {
        let followed = Followed::from(Position(5));
        let (one, other) = (CombatantId(uuid::Uuid::from_u128(1)), CombatantId(uuid::Uuid::from_u128(2)));
        followed.note(one, Position(7));
        assert_eq!((followed.changed(one), followed.changed(other)), (Position(7), Position(5)));
        assert_eq!(followed.last(), Position(7));
        for number in 0..u128::try_from(MOST).unwrap() {
            followed.note(CombatantId(uuid::Uuid::from_u128(100 + number)), Position(8));
        }
        assert_eq!(followed.changed(one), Position(8), "forgotten, so it counts as changed");
        followed.lost(Position(9));
        assert_eq!((followed.changed(other), followed.last()), (Position(9), Position(9)));
    }
}
