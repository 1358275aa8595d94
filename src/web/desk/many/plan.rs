//! What an act would come to, person by person: each command is asked of its own decision, and nothing is
//! recorded. A refusal is shown only of a record that was just read, as with a single command.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::acts::Act;
use super::selection::Somebody;
use super::words;
use crate::commands::bus::{BusError, Judge};
use crate::commands::combatant::CombatantCommand;
use crate::domain::id::{CombatantId, StreamVersion};
use crate::events::evolve::{Catalogue, Record};
use crate::web::error::AppError;
use crate::web::form::capital;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::views::parts::thousands;

/// After so many people others get their turn.
const BREATH: usize = 128;

/// One command, and what it would come to.
pub struct Row {
    /// Whom it is about.
    pub person: CombatantId,
    /// What to call them.
    pub name: String,
    /// The real name, where it is another one.
    pub legal_name: Option<String>,
    /// Whether there is a record to look at.
    pub on_list: bool,
    /// What tells it from the other commands of this person.
    pub unit: Uuid,
    /// The version that the record must have, where the command changes something.
    pub seen: StreamVersion,
    /// From what to what, or why not.
    pub outcome: Result<(String, String), String>,
}

/// The whole of it.
pub struct Plan {
    /// Who cannot come first, then who changes, each in the order of the list.
    pub rows: Vec<Row>,
    /// How many commands would change something.
    pub changes: usize,
    /// Why not, and how often.
    pub why: Vec<(usize, String)>,
    /// What was seen: other rows, another mark.
    pub mark: String,
}

/// Asks what an act would come to: of records as last seen, or, where it is about to be done, as the log has
/// them now.
///
/// # Errors
/// [`AppError`] when the log cannot be read.
pub async fn plan(
    state: &AppState,
    officer: &CurrentOfficer,
    act: &Act,
    people: &[Somebody],
    fresh: bool,
) -> Result<Plan, AppError> {
    let bus = state.bus();
    let judge = bus.judge(officer.actor()).await?;
    let catalogue = &bus.kingdom().catalogue;
    let ids: Vec<CombatantId> = people.iter().map(|one| one.id).collect();
    let records = bus.records(&ids, fresh).await?;
    let mut judged: Vec<Vec<Row>> = Vec::with_capacity(people.len());
    for (number, (one, record)) in people.iter().zip(&records).enumerate() {
        judged.push(rows(&judge, act, one, record, catalogue)?);
        if number % BREATH == 0 {
            tokio::task::yield_now().await;
        }
    }
    // What was refused is asked again of records that were just read.
    if !fresh {
        let refused =
            |(at, rows): (usize, &Vec<Row>)| rows.iter().any(|row| row.outcome.is_err()).then_some(at);
        let again: Vec<usize> = judged.iter().enumerate().filter_map(refused).collect();
        let ids: Vec<CombatantId> = again.iter().map(|at| people[*at].id).collect();
        let records: Vec<Arc<Record>> = bus.records(&ids, true).await?;
        for (at, record) in again.iter().zip(&records) {
            judged[*at] = rows(&judge, act, &people[*at], record, catalogue)?;
        }
    }
    let mut judged: Vec<Row> = judged.into_iter().flatten().collect();
    if let Some(most) = act.most() {
        for row in judged.iter_mut().filter(|row| row.outcome.is_ok()).skip(most) {
            row.outcome = Err("Not this time: that is the limit. Ask again for the others.".to_owned());
        }
    }
    let (mut rows, changing): (Vec<Row>, Vec<Row>) = judged.into_iter().partition(|row| row.outcome.is_err());
    let changes = changing.len();
    let mut why: BTreeMap<&str, usize> = BTreeMap::new();
    for row in &rows {
        if let Err(reason) = &row.outcome {
            *why.entry(reason).or_default() += 1;
        }
    }
    let mut why: Vec<(usize, String)> =
        why.into_iter().map(|(text, count)| (count, text.to_owned())).collect();
    why.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    rows.extend(changing);
    let mark = mark(state, act, &rows);
    Ok(Plan { rows, changes, why, mark })
}

fn rows(
    judge: &Judge,
    act: &Act,
    one: &Somebody,
    record: &Record,
    catalogue: &Catalogue,
) -> Result<Vec<Row>, AppError> {
    let mut rows = Vec::new();
    let mut seen = record.version;
    for unit in act.units(record) {
        let command = act.command_of(one.id, unit, None, Uuid::nil(), None);
        let (outcome, facts) = outcome(judge, one.id, &command, record, catalogue)?;
        rows.push(Row {
            person: one.id,
            name: one.name().to_owned(),
            legal_name: one.legal_name(),
            on_list: one.entry.is_some(),
            unit,
            seen,
            outcome,
        });
        seen.0 += facts;
    }
    Ok(rows)
}

/// From what to what and with how many facts, or why not.
#[expect(clippy::type_complexity, reason = "an outcome with a number beside it")]
fn outcome(
    judge: &Judge,
    person: CombatantId,
    command: &CombatantCommand,
    record: &Record,
    catalogue: &Catalogue,
) -> Result<(Result<(String, String), String>, i64), AppError> {
    match judge.facts(person, command, record) {
        Ok(facts) => {
            let civil = record.civil(None).unwrap_or_default();
            let from = words::before(&facts, &civil, catalogue);
            let to = if words::moves_nothing(&facts, &civil) {
                "stays: the renewal is earlier".to_owned()
            } else {
                words::after(facts.iter().map(|fact| (&fact.event, fact.effective_on)), catalogue)
            };
            Ok((Ok((from, to)), i64::try_from(facts.len()).unwrap_or(i64::MAX)))
        }
        Err(error) => Ok((Err(why(error)?), 0)),
    }
}

/// Why somebody is left as they are, as a sentence; what is nobody's fault is an error of the whole.
pub fn why(error: BusError) -> Result<String, AppError> {
    match error {
        BusError::Internal(_) => Err(error.into()),
        error => Ok(sentence(&error)),
    }
}

/// A refusal as a sentence.
pub fn sentence(error: &BusError) -> String {
    format!("{}.", capital(&error.to_string()).trim_end_matches('.'))
}

/// A mark of what was shown: the form sends it back, and it fits only while the same would be shown (P5).
fn mark(state: &AppState, act: &Act, rows: &[Row]) -> String {
    let mut text = act.code();
    for row in rows {
        text.push('\n');
        text.push_str(&row.person.to_string());
        text.push_str(&row.unit.to_string());
        match &row.outcome {
            Ok((from, to)) => text.extend(["+", from, ">", to]),
            Err(why) => text.extend(["-", why]),
        }
    }
    let hash = state.bus().store().keyring().body_hash(text.as_bytes());
    crate::store::chain::hex(&hash)
}

impl Plan {
    /// How many people cannot, in words; nothing where all can.
    pub fn cannot(&self) -> Option<String> {
        let count = self.rows.len() - self.changes;
        (count > 0).then(|| thousands(count))
    }
}
