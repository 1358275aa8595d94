//! The kingdom of three thousand that pages, commands and rebuilds are measured on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use emol::app::Services;
use emol::clock::{Clock, CountingIds, SystemIds};
use emol::commands::bus::Bus;
use emol::domain::actor::Actor;
use emol::domain::id::CorrelationId;
use emol::exchange::{disciplines, regions, roster};
use emol::projections::card;
use emol::store::{Db, MasterKeys};
use uuid::Uuid;

use crate::setting;

/// The master keys of every bench.
pub fn keys() -> MasterKeys {
    MasterKeys::generate("bench", &CountingIds::from(7))
}

/// The whole application without its web server.
pub async fn services(at: &str, clock: Arc<dyn Clock>) -> Services {
    Services::open(Db::connect(at).await.unwrap(), keys(), clock, Arc::new(SystemIds)).await.unwrap()
}

/// Imports disciplines, regions and the roster of 3 000 so many times, each time other people.
pub async fn import(bus: &Bus, times: usize) {
    let folder = setting("EMOL_BENCH_DATA")
        .unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data").to_owned());
    let read = |name: &str| std::fs::read(format!("{folder}/{name}")).unwrap();
    let (operator, run) = (Actor::Operator("bench".into()), CorrelationId(Uuid::from_u128(1)));
    let quiet = &mut |_| {};
    disciplines::import(bus, operator.clone(), run, &read("disciplines.json"), false, quiet).await.unwrap();
    regions::import(bus, operator.clone(), run, &read("regions.json"), false, &mut |_| {}).await.unwrap();
    let roster = String::from_utf8(read("roster-3000.csv")).unwrap();
    let (head, people) = roster.split_once('\n').unwrap();
    let started = Instant::now();
    for time in 0..times {
        let time = time.to_string();
        let others: String = people.lines().flat_map(|line| [time.as_str(), "-", line, "\n"]).collect();
        let file = format!("{head}\n{others}");
        roster::import(bus, operator.clone(), run, file.as_bytes(), false, &mut |_| {}).await.unwrap();
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("\nimport of roster-3000.csv, {times} ×: {seconds:.2} s");
}

/// Waits until the read models show everything.
pub async fn projected(services: &Services) {
    let head = services.store.head().await.unwrap().position;
    assert!(services.indexes.wait_for(head, Duration::from_secs(600)).await, "the read models follow");
}

/// Who accepted the policy and agreed to be listed, with the card page's id.
pub async fn listed(services: &Services) -> Vec<(Uuid, String)> {
    let mut listed = Vec::new();
    for entry in services.indexes.desk().iter() {
        let view = card::of(&services.store, entry.id).await.unwrap();
        if let Some((card_id, _)) =
            view.filter(|view| view.acceptance.suffices(None) && view.listed).and_then(|view| view.card_id)
        {
            listed.push((entry.id.0, card_id.as_str().to_owned()));
        }
    }
    listed
}
