//! What is new in the log, as facts about people, up to the first event that
//! cannot be used.

use super::checkpoint::Stop;
use super::codec::decode_combatant;
use crate::domain::id::{CombatantId, CommandId, EventId, Position, StreamType, StreamVersion};
use crate::events::{CombatantEvent, Fact};
use crate::store::{DbError, RecordedRow, Store, chain};

/// One event of a person.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub position: Position,
    pub version: StreamVersion,
    pub command: CommandId,
    pub who: CombatantId,
    pub fact: Fact<CombatantEvent>,
}

impl Step {
    /// Reads a row of a combatant's stream, and holds it to its hash.
    pub fn read(row: &RecordedRow) -> Result<Self, Stop> {
        check(row)?;
        let fact = decode_combatant(row).map_err(|error| Stop::at(row, error.to_string()))?;
        Ok(Self {
            position: row.position,
            version: row.stream_version,
            command: row.command_id,
            who: CombatantId(row.stream.id),
            fact,
        })
    }

    /// A stop at this event.
    pub fn stop(&self, why: String) -> Stop {
        use crate::events::StreamEvent;
        Stop {
            position: self.position,
            event: Some(EventId(self.fact.id.0)),
            event_type: Some(self.fact.event.event_type().to_owned()),
            why,
        }
    }
}

/// Holds a row to its own hash: what was tampered with is not shown.
pub(super) fn check(row: &RecordedRow) -> Result<(), Stop> {
    if chain::hash(row) == row.hash {
        Ok(())
    } else {
        Err(Stop::at(row, "its bytes do not match its hash; `emol verify` says what else is wrong"))
    }
}

/// A stretch of the log.
#[derive(Debug)]
pub(super) struct Page {
    /// After which position it begins.
    pub after: Position,
    /// The last position it covers; the same as `after` when it covers nothing.
    pub to: Position,
    /// What happened to people in it.
    pub steps: Vec<Step>,
    /// The event right after it, when that one cannot be used.
    pub stop: Option<Stop>,
}

/// Reads at most `limit` events after a position.
pub(super) async fn read(store: &Store, after: Position, limit: i64) -> Result<Page, DbError> {
    let (rows, mut stop) = rows(store, after, limit).await?;
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == limit);
    let mut page = Page { after, to: after, steps: Vec::with_capacity(rows.len()), stop: None };
    for row in &rows {
        if let Err(why) = take(&mut page, row) {
            stop = Some(why);
            break;
        }
    }
    page.stop = stop;
    if full && page.stop.is_none() {
        page.end_with_a_whole_decision(&rows);
    }
    Ok(page)
}

fn take(page: &mut Page, row: &RecordedRow) -> Result<(), Stop> {
    if row.position.0 != page.to.0 + 1 {
        return Err(Stop {
            position: Position(page.to.0 + 1),
            event: None,
            event_type: None,
            why: "the event is missing; run `emol verify`".into(),
        });
    }
    if row.stream.kind == StreamType::Combatant {
        page.steps.push(Step::read(row)?);
    } else {
        check(row)?;
    }
    page.to = row.position;
    Ok(())
}

/// The rows, up to one that cannot even be read as a row.
async fn rows(
    store: &Store,
    after: Position,
    limit: i64,
) -> Result<(Vec<RecordedRow>, Option<Stop>), DbError> {
    let mut limit = limit;
    loop {
        match store.read_after(after, limit).await {
            Ok(rows) => return Ok((rows, None)),
            Err(DbError::Shape(_)) if limit > 1 => limit /= 2,
            Err(DbError::Shape(what)) => {
                let stop = Stop {
                    position: Position(after.0 + 1),
                    event: None,
                    event_type: None,
                    why: format!("the row cannot be read ({what}); run `emol verify`"),
                };
                return Ok((Vec::new(), Some(stop)));
            }
            Err(error) => return Err(error),
        }
    }
}

impl Page {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.to == self.after
    }

    /// Shortens the page so that it ends before a position.
    pub fn cut_before(&mut self, position: Position, stop: Stop) {
        self.to = Position(self.to.0.min(position.0 - 1)).max(self.after);
        let to = self.to;
        self.steps.retain(|step| step.position <= to);
        self.stop = Some(stop);
    }

    /// A page that was filled may end within a decision about one person, whose
    /// first half need not make sense alone: leaves that person for the next page.
    fn end_with_a_whole_decision(&mut self, rows: &[RecordedRow]) {
        let Some(last) = rows.last() else { return };
        let whole =
            rows.iter().rposition(|row| row.stream != last.stream || row.command_id != last.command_id);
        if let Some(whole) = whole {
            self.to = rows[whole].position;
            let to = self.to;
            self.steps.retain(|step| step.position <= to);
        }
    }
}
