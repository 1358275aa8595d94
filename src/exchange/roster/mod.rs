//! Rosters: comma-separated values in UTF-8, one row per person and discipline,
//! `ref` naming the person across rows and across files.
//!
//! ```text
//! bytes ─ table ▶ rows ─ people ▶ people ─ decide ▶ facts ─ proposal ▶ log
//! ```
//!
//! A person whose `ref` is known from before gets only what differs: changed
//! details, a first consent, a listing, a newer waiver, a later card date as a
//! renewal, further authorizations and warrants. What a file may not decide is
//! told as a difference: an earlier card date (that is a correction and needs a
//! reason, C4), what is on file but not in the file, a consent or a listing that
//! the person took back, what was revoked or ended since.

mod columns;
mod decide;
mod names;
mod people;
mod rows;
mod table;

use std::collections::HashMap;
use std::sync::Arc;

use self::columns::Column;
use self::decide::{Decided, Desk, Known};
use self::people::Person;
use super::proposal::{Run, TRIES, write};
use super::report::{Fault, ImportError, ImportReport, OnProgress, Progress, Step};
use crate::commands::Context;
use crate::commands::authorize::{Requirement, permits};
use crate::commands::bus::{Bus, BusError, Change, KingdomState};
use crate::domain::actor::Actor;
use crate::domain::id::{CombatantId, CorrelationId};
use crate::domain::permission::Permission;
use crate::events::StreamEvent;

/// After how many people others get a turn and the progress is told.
const STRIDE: usize = 128;

/// Records a roster, all of it or nothing, and mails nobody. Running it twice
/// records nothing. Officers need `can_import` (A1) and cannot change their own
/// cards by it (A3). `progress` is told at every step.
///
/// # Errors
/// [`ImportError::Faults`] with everything that is wrong with the file;
/// [`ImportError::Bus`] otherwise. Nothing was recorded.
pub async fn import(
    bus: &Bus,
    actor: Actor,
    correlation: CorrelationId,
    bytes: &[u8],
    dry_run: bool,
    progress: OnProgress<'_>,
) -> Result<ImportReport, ImportError> {
    let run = Run::new(bus, &actor, correlation, bytes);
    for _ in 0..TRIES {
        let kingdom = bus.refresh().await?;
        permitted(&actor, &kingdom)?;
        let (mut report, changes) = prepare(&run, &kingdom, progress).await?;
        let civil =
            changes.iter().filter(|(_, change)| change.facts.iter().any(|f| f.effective_on.is_some()));
        let needs = Requirement { not_own: civil.map(|(id, _)| *id).collect(), ..importing() };
        needs.spares(&bus.own_records(&actor, &kingdom).await?).map_err(BusError::from)?;
        report.dry_run = dry_run;
        if dry_run || changes.is_empty() {
            return Ok(report);
        }
        let changes = changes.into_iter().map(|(_, change)| change).collect();
        if let Some(receipt) = write(&run, &kingdom, changes, progress).await? {
            report.receipt = Some(receipt);
            return Ok(report);
        }
    }
    Err(BusError::Busy.into())
}

/// What an import needs (A1).
const fn importing() -> Requirement {
    Requirement { permission: Permission::CanImport, discipline: None, not_own: Vec::new() }
}

/// Whether the actor may import.
fn permitted(actor: &Actor, kingdom: &KingdomState) -> Result<(), BusError> {
    Ok(permits(actor, &importing(), &kingdom.officers)?)
}

/// Everything up to the writing.
async fn prepare(
    run: &Run<'_>,
    kingdom: &KingdomState,
    progress: OnProgress<'_>,
) -> Result<(ImportReport, Vec<(CombatantId, Change)>), ImportError> {
    let mut faults = Vec::new();
    let today = run.bus.today();
    let rows = rows::read(run.bytes, &mut faults);
    progress(Progress { step: Step::Reading, done: 0, of: rows.len() });
    if kingdom.catalogue.disciplines.is_empty()
        && let Some(row) = rows.iter().find(|row| !row.get(Column::Discipline).is_empty())
    {
        let remedy = "bring them in before the people: emol import disciplines FILE";
        let fault = row.fault(Column::Discipline).because("the kingdom has no disciplines yet", remedy);
        return Err(ImportError::Faults(vec![fault]));
    }
    let people = people::of_rows(&rows, &kingdom.catalogue, today, &mut faults);
    progress(Progress { step: Step::Reading, done: rows.len(), of: rows.len() });
    let mut known = known(run.bus, &people).await?;
    let context = Context { today, catalogue: Arc::clone(&kingdom.catalogue) };
    let desk = Desk { context: &context, ids: run.bus.ids(), now: run.bus.now() };
    let mut report = ImportReport { rows: rows.len(), ..ImportReport::default() };
    let mut changes = Vec::with_capacity(people.len());
    for (index, person) in people.iter().enumerate() {
        if index % STRIDE == 0 {
            progress(Progress { step: Step::Deciding, done: index, of: people.len() });
            tokio::task::yield_now().await;
        }
        if !person.sound {
            continue;
        }
        let known = known.remove(&person.ref_);
        let new = known.is_none();
        let decided = desk.decide(person, known);
        count(&mut report, &decided, new);
        let Decided { id, before, facts, faults: refused, differences, .. } = decided;
        faults.extend(refused);
        report.differences.extend(differences);
        if !facts.is_empty() {
            changes.push((id, Change::combatant(id, before, facts)));
        }
    }
    progress(Progress { step: Step::Deciding, done: people.len(), of: people.len() });
    if faults.is_empty() { Ok((report, changes)) } else { Err(ImportError::Faults(sorted(faults))) }
}

/// In the order of the lines, and of the columns in each.
fn sorted(mut faults: Vec<Fault>) -> Vec<Fault> {
    let place = |name: &str| Column::ALL.iter().position(|column| column.name() == name);
    faults.sort_by_key(|fault| (fault.line, place(&fault.column)));
    faults
}

/// What is on file of those people whose `ref` is known.
async fn known(bus: &Bus, people: &[Person]) -> Result<HashMap<String, Known>, BusError> {
    let refs: Vec<&str> = people.iter().filter(|p| p.sound).map(|p| p.ref_.as_str()).collect();
    let owners = bus.roster_owners(&refs).await?;
    let ids: Vec<CombatantId> = owners.values().copied().collect();
    let mut histories = bus.histories(&ids).await?;
    let known = owners.into_iter().map(|(name, id)| {
        let facts = histories.remove(&id).unwrap_or_default();
        (name.to_owned(), Known { id, facts })
    });
    Ok(known.collect())
}

fn count(report: &mut ImportReport, decided: &Decided, new: bool) {
    let counter = if decided.ended {
        &mut report.skipped
    } else if new {
        &mut report.added
    } else if decided.facts.is_empty() {
        &mut report.unchanged
    } else {
        &mut report.changed
    };
    *counter += 1;
    for fact in &decided.facts {
        *report.recorded.entry(fact.event.event_type()).or_default() += 1;
    }
}
