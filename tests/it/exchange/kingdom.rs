//! A kingdom to import into, and the files that are imported.

use std::collections::BTreeMap;
use std::sync::Arc;

use emol::clock::{Clock, FixedClock, IdSource, SystemIds};
use emol::commands::Command;
use emol::commands::bus::{Bus, Request};
use emol::domain::actor::Actor;
use emol::domain::date::Instant;
use emol::domain::id::{CombatantId, CommandId, CorrelationId, Position};
use emol::events::evolve::Record;
use emol::exchange::{ImportError, ImportReport, disciplines, regions, roster};
use uuid::Uuid;

use crate::support::databases::TestDatabase;

/// 2026-11-22T12:00:00Z: no date of the sample roster is later.
pub const NOW: Instant = Instant::from_micros(1_795_348_800_000_000);

/// The columns of a roster.
pub const HEADER: &str = "ref,legal_name,sca_name,email,phone,address1,address2,city,province,postal_code,dob,\
     member_number,member_expiry,waiver_signed,privacy_accepted,listed,branch,discipline,card_issued,\
     authorizations,warrants";

/// A file of `../shared/data`, which must be there.
pub fn data(name: &str) -> Vec<u8> {
    let path = format!("{}/../shared/data/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|why| panic!("{path} is needed for this test: {why}"))
}

/// Who imports in these tests.
pub fn operator() -> Actor {
    Actor::Operator("test".into())
}

/// What the tests' imports belong to.
pub const RUN: CorrelationId = CorrelationId(Uuid::from_u128(6));

/// A bus on an empty log.
pub async fn empty(database: &TestDatabase) -> Bus {
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(NOW));
    let ids: Arc<dyn IdSource> = Arc::new(SystemIds);
    let store = database.store_with(Arc::clone(&clock), Arc::clone(&ids)).await;
    Bus::open(store, clock, ids).await.unwrap()
}

/// Another bus on the same log, as another process has it.
pub async fn beside(bus: &Bus) -> Bus {
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(NOW));
    Bus::open(bus.store().clone(), clock, Arc::new(SystemIds)).await.unwrap()
}

/// Issues a command as an operator.
pub async fn issue(bus: &Bus, command: Command) {
    let command_id = CommandId(bus.ids().uuid_at(bus.now()));
    let actor = operator();
    let request = Request { command_id, actor, correlation_id: RUN, body: Vec::new(), seen: None, command };
    bus.execute(request).await.unwrap();
}

/// A bus on a log with the sample disciplines and regions.
pub async fn founded(database: &TestDatabase) -> Bus {
    let bus = empty(database).await;
    disciplines::import(&bus, operator(), RUN, &data("disciplines.json"), false, &mut |_| {}).await.unwrap();
    regions::import(&bus, operator(), RUN, &data("regions.json"), false, &mut |_| {}).await.unwrap();
    bus
}

/// Imports a roster.
pub async fn import(bus: &Bus, bytes: &[u8]) -> Result<ImportReport, ImportError> {
    roster::import(bus, operator(), RUN, bytes, false, &mut |_| {}).await
}

/// Imports a roster of these rows under the usual header.
pub async fn import_rows(bus: &Bus, rows: &[&str]) -> Result<ImportReport, ImportError> {
    import(bus, format!("{HEADER}\n{}\n", rows.join("\n")).as_bytes()).await
}

/// Each fault as (line, ref, column).
pub fn places(error: ImportError) -> Vec<(usize, String, String)> {
    match error {
        ImportError::Faults(faults) => faults.into_iter().map(|f| (f.line, f.ref_, f.column)).collect(),
        ImportError::Bus(error) => panic!("{error}"),
    }
}

/// The only fault, as (line, column, problem).
pub fn only_fault(outcome: Result<ImportReport, ImportError>) -> (usize, String, String) {
    match outcome {
        Err(ImportError::Faults(faults)) if faults.len() == 1 => {
            let fault = faults.into_iter().next().unwrap();
            (fault.line, fault.column, fault.problem)
        }
        other => panic!("one fault was expected, not {other:?}"),
    }
}

/// Where the log ends.
pub async fn head(bus: &Bus) -> Position {
    bus.store().head().await.unwrap().position
}

/// Everybody's record, opened.
pub async fn people(bus: &Bus) -> BTreeMap<CombatantId, Record> {
    let rows = bus.store().read_kinds(&[emol::domain::id::StreamType::Combatant], Position(0)).await.unwrap();
    let mut ids: Vec<CombatantId> = rows.iter().map(|row| CombatantId(row.stream.id)).collect();
    ids.sort_unstable();
    ids.dedup();
    let histories = bus.histories(&ids).await.unwrap();
    histories.into_iter().map(|(id, facts)| (id, Record::of(facts))).collect()
}

/// The record of the only person on file.
pub async fn only_person(bus: &Bus) -> Record {
    let mut people = people(bus).await;
    assert_eq!(people.len(), 1);
    people.pop_first().unwrap().1
}
