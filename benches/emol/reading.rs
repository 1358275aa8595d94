//! Ordered replay with decoding, and verification.

use std::time::Instant;

use emol::domain::id::Position;
use emol::events::Event;
use emol::store::verify::verify;

use crate::history::{command, drop_database, empty, grant, somebody, store};
use crate::measure::{Row, report};
use crate::setting;

const ROUNDS: usize = 5;

/// Reads `EMOL_BENCH_EVENTS` events, 200 000 unless told otherwise.
pub async fn bench(url: &str) {
    let events: i64 = setting("EMOL_BENCH_EVENTS").and_then(|text| text.parse().ok()).unwrap_or(200_000);
    let (db, at) = empty(url).await;
    let store = store(&at).await;
    let mut written = 0;
    while written < events {
        let stream = somebody();
        let mut append = command(stream, 0);
        append.events = (0..2_000).map(|_| grant(stream)).collect();
        store.append(append).await.unwrap();
        written += 2_000;
    }
    let mut replay = Row { name: "replay with decoding".into(), rounds: Vec::new() };
    let mut verified = Row { name: "verify".into(), rounds: Vec::new() };
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let mut decoded = 0_i64;
        let mut pages = store.pages(Position(0), Position(written));
        while let Some((rows, _)) = pages.next().await.unwrap() {
            for row in &rows {
                let event = Event::decode(row.stream.kind, &row.event_type, row.schema_version, &row.payload);
                decoded += i64::from(event.is_ok());
            }
        }
        assert_eq!(decoded, written);
        replay.rounds.push(written as f64 / started.elapsed().as_secs_f64());
        let started = Instant::now();
        assert!(verify(&db, None).await.unwrap().is_clean());
        verified.rounds.push(written as f64 / started.elapsed().as_secs_f64());
    }
    report("reading", "events/s", &[replay, verified], "verify");
    drop_database(db, &at).await;
}
