//! The form is sent: what was seen must still be what would happen; then it is carried out in the
//! background, so that nothing is cut off by a browser that goes away, and its end is recorded.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use tokio::sync::watch;
use uuid::Uuid;

use super::acts::Act;
use super::plan::{self, Plan, Row};
use super::selection::Selection;
use super::{PATH, page};
use crate::commands::bus::{Bus, BusError, Outcome, Request, Unchanged, Work};
use crate::commands::refusal;
use crate::commands::{Command, Refusal};
use crate::domain::id::{CombatantId, CommandId, CorrelationId, OfficerId, Position, Slug};
use crate::web::desk::forms::Back;
use crate::web::desk::wait_for;
use crate::web::error::AppError;
use crate::web::form::{Sent, capital};
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;

/// How long the form waits for the end before it leads to the page that shows how far it is.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long that page then waits until the lists show what was done.
const SHOWN: Duration = Duration::from_secs(2);
/// How often it is tried to record the end, with a pause between.
const TRIES: u32 = 20;
/// That pause.
const PAUSE: Duration = Duration::from_secs(3);
/// Said of somebody about whom no answer came.
const UNKNOWN: &str = "It is not known what became of this; look at the record.";

/// The runs that this process is carrying out.
#[derive(Default)]
pub struct Runs(Mutex<HashMap<(OfficerId, CommandId), watch::Receiver<Progress>>>);

/// How far a run is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Progress {
    /// How many people were done.
    pub done: usize,
    /// Of how many.
    pub of: usize,
    /// The position up to which it is in the log, once it ended.
    pub ended: Option<Position>,
}

impl Runs {
    /// How far a run of that officer is, while it is under way here.
    pub fn of(&self, officer: OfficerId, run: CommandId) -> Option<watch::Receiver<Progress>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&(officer, run)).cloned()
    }

    /// Notes a run, unless it is noted already: then that one.
    fn begin(
        &self,
        officer: OfficerId,
        run: CommandId,
        of: usize,
    ) -> Result<watch::Sender<Progress>, watch::Receiver<Progress>> {
        let mut runs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = runs.get(&(officer, run)) {
            return Err(known.clone());
        }
        let (tell, told) = watch::channel(Progress { of, ..Progress::default() });
        runs.insert((officer, run), told);
        Ok(tell)
    }

    fn end(&self, officer: OfficerId, run: CommandId) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&(officer, run));
    }
}

/// Carries it out.
///
/// # Errors
/// [`AppError`]; what changed meanwhile and what is wrong with the reason is shown in the preview instead.
pub async fn carry_out(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    body: Bytes,
) -> Result<Response, AppError> {
    super::admit(&officer)?;
    let sent = Sent::read(&body)?;
    let run = sent.command_id()?;
    let Ok(act) = Act::read(&sent, &officer)? else {
        return Err(AppError::Bad("this form is not one of this page; open the page again".to_owned()));
    };
    let whole = [PATH.as_bytes(), b"\n", sent.body()].concat();
    let again = state.bus().recorded(run, &whole).await;
    if matches!(again, Ok(Some(_))) {
        return Ok(to_result(run));
    }
    if let Some(told) = state.runs.of(officer.id, run) {
        return Ok(arrived(&state, run, told).await);
    }
    let selection = Selection::read(&state, &officer, &sent).await?;
    let people = selection.people(&state, &officer)?;
    if people.is_empty() || people.len() > super::MOST {
        return page::choose(&state, &officer, &selection, people.len(), &sent, Vec::new());
    }
    let plan = plan::plan(&state, &officer, &act, &people, true).await?;
    let back = |errors: Vec<(String, String)>, message: Option<&str>, renew: bool| Back {
        form: page::FORM.to_owned(),
        sent: sent.clone(),
        errors,
        message: message.map(ToOwned::to_owned),
        renew,
    };
    let refused = match again {
        Err(BusError::CommandReused) => Some((
            StatusCode::CONFLICT,
            back(
                Vec::new(),
                Some(
                    "This form was already sent with other contents. Look at what would happen now, then send it if it is still needed",
                ),
                true,
            ),
        )),
        Err(error) => return Err(error.into()),
        Ok(_) if sent.text("mark") != plan.mark => Some((
            StatusCode::CONFLICT,
            back(
                Vec::new(),
                Some(
                    "What would happen changed since you looked: somebody else was at work, or other people are found now. Nothing was done; please look again",
                ),
                true,
            ),
        )),
        Ok(_) => reason_fault(&act, &sent).map(|why| {
            (StatusCode::UNPROCESSABLE_ENTITY, back(vec![("reason".to_owned(), why)], None, false))
        }),
    };
    if let Some((status, back)) = refused {
        return page::preview(&state, &officer, &selection, &act, &plan, 1, Some(&back), status).await;
    }
    if plan.changes == 0 {
        return Err(Refusal::rule("C5", "nobody of them would change").into());
    }
    let since = state.bus().store().head().await?.position;
    let screen = Slug::parse("desk-many").map_err(|why| AppError::Internal(why.to_string()))?;
    let told = match state.runs.begin(officer.id, run, plan.changes) {
        Err(known) => known,
        Ok(tell) => {
            let told = tell.subscribe();
            let reason = act.kind.takes_reason().then(|| sent.text("reason").trim().to_owned());
            let outcome = Outcome {
                command_id: run,
                body: whole,
                actor: officer.actor(),
                screen,
                query: format!("{}: {}", act.code(), selection.words()),
                reason,
                asked: act.code(),
                people: people.len(),
                since,
                unchanged: Vec::new(),
            };
            let work = work(state.bus(), &plan, &act, &outcome, officer.id);
            let task = Task { state: state.clone(), officer: officer.id, run, tell };
            tokio::spawn(task.run(outcome, plan, work));
            told
        }
    };
    Ok(arrived(&state, run, told).await)
}

fn reason_fault(act: &Act, sent: &Sent) -> Option<String> {
    let fault = if act.kind.takes_reason() { refusal::reason(sent.text("reason")).err() } else { None };
    fault.map(|fault| match fault {
        Refusal::Rule { message, .. } => capital(&message),
        other => capital(&other.to_string()),
    })
}

/// On to the result, once it is there or has taken long.
async fn arrived(state: &AppState, run: CommandId, mut told: watch::Receiver<Progress>) -> Response {
    let ended = async { told.wait_for(|at| at.ended.is_some()).await.ok().and_then(|at| at.ended) };
    if let Ok(Some(position)) = tokio::time::timeout(PATIENCE, ended).await {
        // The lists are usually there before; where they are not, they follow.
        let _ = wait_for(state, position, SHOWN).await;
    }
    to_result(run)
}

fn to_result(run: CommandId) -> Response {
    Redirect::to(&format!("{PATH}/{run}")).into_response()
}

/// The commands of everybody who changes. Their ids follow from the form's, so that it does each once,
/// however often it is sent; each goes by the version of the record that was judged (P5).
fn work(bus: &Bus, plan: &Plan, act: &Act, outcome: &Outcome, officer: OfficerId) -> Vec<Work> {
    let form = bus.store().keyring().body_hash(&outcome.body);
    let changing = plan.rows.iter().filter(|row| row.outcome.is_ok());
    let mut work: Vec<Work> = Vec::new();
    for row in changing {
        let own = [row.person.0.as_bytes().as_slice(), row.unit.as_bytes()].concat();
        let (reason, form_id) = (outcome.reason.as_deref(), outcome.command_id.0);
        let command = act.command_of(row.person, row.unit, reason, form_id, Some(officer));
        let request = Request {
            command_id: CommandId(Uuid::new_v5(&outcome.command_id.0, &own)),
            actor: outcome.actor.clone(),
            correlation_id: CorrelationId(outcome.command_id.0),
            body: [form.as_slice(), &own].concat(),
            seen: Some(row.seen),
            command: Command::Combatant { combatant: row.person, command },
        };
        match work.last_mut().filter(|work| work.combatant == row.person) {
            Some(work) => work.requests.push(request),
            None => work.push(Work { combatant: row.person, requests: vec![request] }),
        }
    }
    work
}

/// One run in the background.
struct Task {
    state: AppState,
    officer: OfficerId,
    run: CommandId,
    tell: watch::Sender<Progress>,
}

impl Drop for Task {
    fn drop(&mut self) {
        self.state.runs.end(self.officer, self.run);
    }
}

impl Task {
    async fn run(self, mut outcome: Outcome, plan: Plan, work: Vec<Work>) {
        let bus = self.state.bus();
        let asked: Vec<CombatantId> =
            work.iter().flat_map(|work| work.requests.iter().map(|_| work.combatant)).collect();
        let tell = |done| self.tell.send_modify(|at| at.done = done);
        let came_to = bus.carry_out(work, tell).await;
        let left = plan
            .rows
            .into_iter()
            .filter_map(|row: Row| row.outcome.err().map(|why| Unchanged { person: row.person, why }));
        outcome.unchanged.extend(left);
        let (mut last, mut answered) = (outcome.since, HashMap::<CombatantId, usize>::new());
        for (person, came_to) in came_to {
            *answered.entry(person).or_default() += 1;
            match came_to {
                Ok(receipt) => {
                    last = last.max(receipt.last);
                    outcome.since = outcome.since.min(Position(receipt.first.0 - 1));
                }
                Err(error) => outcome.unchanged.push(Unchanged { person, why: plan::sentence(&error) }),
            }
        }
        for person in asked {
            match answered.get_mut(&person).filter(|left| **left > 0) {
                Some(left) => *left -= 1,
                None => outcome.unchanged.push(Unchanged { person, why: UNKNOWN.to_owned() }),
            }
        }
        for _ in 0..TRIES {
            match bus.record_outcome(&outcome).await {
                Ok(receipt) => {
                    last = last.max(receipt.last);
                    break;
                }
                Err(error) => {
                    tracing::warn!(%error, "the end of a run over many people could not be recorded yet");
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
        self.tell.send_modify(|at| at.ended = Some(last));
    }
}
