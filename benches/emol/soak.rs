//! A reader of `position > last` beside 32 writers in two processes' worth of
//! stores: nothing may be missed or reordered.

use std::time::{Duration, Instant};

use emol::domain::id::Position;
use emol::store::verify::verify;

use crate::history::{command, drop_database, empty, somebody, store};
use crate::setting;

/// Runs the soak for `EMOL_BENCH_SOAK_SECONDS`, 60 unless told otherwise.
pub async fn bench(url: &str) {
    let seconds = setting("EMOL_BENCH_SOAK_SECONDS").and_then(|text| text.parse().ok()).unwrap_or(60);
    let lasting = Duration::from_secs(seconds);
    let (db, at) = empty(url).await;
    let started = Instant::now();
    let mut writers = Vec::new();
    for process in [store(&at).await, store(&at).await] {
        for _ in 0..16 {
            let store = process.clone();
            writers.push(tokio::spawn(async move {
                let mut written = 0_u64;
                while started.elapsed() < lasting {
                    let append = command(somebody(), 0);
                    if store.append(append).await.is_ok() {
                        written += 1;
                    }
                }
                written
            }));
        }
    }
    let reader = store(&at).await;
    let (mut last, mut seen, mut wrong) = (Position(0), 0_u64, 0_u64);
    let mut written = None;
    loop {
        let rows = reader.read_after(last, 5_000).await.unwrap();
        for row in &rows {
            seen += 1;
            wrong += u64::from(row.position.0 != last.0 + 1);
            last = row.position;
        }
        if rows.is_empty() {
            if let Some(written) = written {
                println!(
                    "\nsoak of {seconds} s: {written} commands written, {seen} events read, {} missed, {wrong} out of order",
                    written - seen
                );
                break;
            }
            if started.elapsed() >= lasting {
                let mut total = 0;
                for writer in writers.drain(..) {
                    total += writer.await.unwrap();
                }
                written = Some(total);
            }
        }
    }
    println!(
        "verify after the soak: {}",
        if verify(&db, None).await.unwrap().is_clean() { "clean" } else { "NOT clean" }
    );
    drop_database(db, &at).await;
}
