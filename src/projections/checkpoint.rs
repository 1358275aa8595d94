//! How far each read model is, which generation of its table readers use, and
//! what stopped it: the rows of `rm_checkpoint`.

use serde::{Deserialize, Serialize};

use super::{Model, tables};
use crate::domain::id::{EventId, Position};
use crate::store::{Arg, Db, DbError, RecordedRow, Row};

/// What a read model is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// It has not yet reached the end of the log for the first time.
    Building,
    /// It follows the log.
    Live,
    /// It stopped at an event it cannot use; its last state stays served.
    Paused,
}

/// The event that stopped a read model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("stopped at {}: {why}", self.place())]
pub struct Stop {
    /// Where in the log.
    pub position: Position,
    /// The event's id, where the row could be read.
    pub event: Option<EventId>,
    /// What happened, where the row could be read.
    pub event_type: Option<String>,
    /// Why it cannot be used, and what to do.
    pub why: String,
}

/// One read model and where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelState {
    /// Which.
    pub model: Model,
    /// The generation of its table that readers use.
    pub generation: i64,
    /// The last event that it has taken in.
    pub position: Position,
    /// What it is doing.
    pub state: State,
    /// What stopped it, while it is paused.
    pub stopped_by: Option<Stop>,
}

impl State {
    /// The name as the row and screens have it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Building => "building",
            Self::Live => "live",
            Self::Paused => "paused",
        }
    }

    fn parse(name: &str) -> Option<Self> {
        [Self::Building, Self::Live, Self::Paused].into_iter().find(|state| state.as_str() == name)
    }
}

impl Stop {
    /// At a row that was read.
    pub(super) fn at(row: &RecordedRow, why: impl Into<String>) -> Self {
        Self {
            position: row.position,
            event: Some(row.event_id),
            event_type: Some(row.event_type.to_string()),
            why: why.into(),
        }
    }

    /// Which event it is: `position 7 (CardIssued, event 018f…)`.
    #[must_use]
    pub fn place(&self) -> String {
        match (&self.event_type, self.event) {
            (Some(kind), Some(id)) => format!("position {} ({kind}, event {id})", self.position),
            _ => format!("position {}", self.position),
        }
    }
}

const SELECT: &str = "SELECT name, generation, position, state, detail FROM rm_checkpoint";

fn read_row(row: &Row) -> Result<Option<ModelState>, DbError> {
    let Some(model) = Model::parse(row.text(0)?) else { return Ok(None) };
    let state = State::parse(row.text(3)?).ok_or(DbError::Shape("rm_checkpoint.state"))?;
    let detail = row.bytes(4)?;
    Ok(Some(ModelState {
        model,
        generation: row.int(1)?,
        position: Position(row.int(2)?),
        state,
        stopped_by: if state == State::Paused { serde_json::from_slice(detail).ok() } else { None },
    }))
}

/// Where every read model is, in the order of [`Model::ALL`]. A read model that
/// is not there yet begins at the log's beginning.
///
/// # Errors
/// [`DbError`].
pub async fn read(db: &Db) -> Result<Vec<ModelState>, DbError> {
    for _ in 0..2 {
        let mut found = Vec::with_capacity(Model::ALL.len());
        for row in db.fetch_all(SELECT, &[]).await? {
            found.extend(read_row(&row)?);
        }
        found.sort_by_key(|state: &ModelState| state.model);
        if found.len() == Model::ALL.len() {
            return Ok(found);
        }
        for model in Model::ALL {
            let sql = format!(
                "{} rm_checkpoint (name, generation, position, state, detail) VALUES (?, 1, 0, 'building', ?)",
                db.backend().insert_ignore()
            );
            db.execute(sql, &[Arg::Text(model.as_str()), Arg::Bytes(b"")]).await?;
        }
    }
    Err(DbError::Shape("rm_checkpoint lacks read models; run `emol migrate`"))
}

/// The read models whose documents another version of this program wrote: they are to be rebuilt.
///
/// # Errors
/// [`DbError`].
pub async fn of_other_shapes(db: &Db) -> Result<Vec<Model>, DbError> {
    let mut models = Vec::new();
    for at in read(db).await? {
        if tables::has_other_shapes(db, at.model, at.generation).await? {
            models.push(at.model);
        }
    }
    Ok(models)
}

/// The statement that moves read models that stand at one position to another. When it
/// touches fewer rows than there are read models, one of them stands elsewhere: somebody
/// else did it, and nothing is to be written.
pub(super) fn advance(group: &[ModelState], to: Position) -> String {
    let one = |at: &ModelState| format!("(name = '{}' AND generation = {})", at.model, at.generation);
    let from = group.first().map_or(to, |first| first.position);
    // Who is building stays so until the end of the log is reached, see `reached`.
    let building = group.first().is_some_and(|first| first.state == State::Building);
    let state = if building { State::Building } else { State::Live };
    format!(
        "UPDATE rm_checkpoint SET position = {}, state = '{}', detail = x'' WHERE position = {} AND ({})",
        to.0,
        state.as_str(),
        from.0,
        group.iter().map(one).collect::<Vec<_>>().join(" OR ")
    )
}

/// Says that a read model which was building has reached the end of the log.
pub(super) async fn reached(db: &Db, at: &ModelState) -> Result<(), DbError> {
    let args = [Arg::Text(at.model.as_str()), Arg::Int(at.generation)];
    db.execute(
        "UPDATE rm_checkpoint SET state = 'live' WHERE name = ? AND generation = ? AND state = 'building'",
        &args,
    )
    .await
    .map(drop)
}

/// Stops a read model at an event. Its position stays before the event.
pub(super) async fn pause(db: &Db, at: &ModelState, stop: &Stop) -> Result<(), DbError> {
    let mut stop = stop.clone();
    let detail = loop {
        let json = serde_json::to_vec(&stop).unwrap_or_default();
        if json.len() <= 1024 {
            break json;
        }
        let half = stop.why.chars().count() / 2;
        stop.why = stop.why.chars().take(half).collect();
    };
    db.execute(
        "UPDATE rm_checkpoint SET state = 'paused', detail = ? WHERE name = ? AND generation = ? AND position = ?",
        &[
            Arg::Bytes(&detail),
            Arg::Text(at.model.as_str()),
            Arg::Int(at.generation),
            Arg::Int(at.position.0),
        ],
    )
    .await
    .map(drop)
}
