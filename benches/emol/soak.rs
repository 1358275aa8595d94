//! A reader of `position > last` beside 32 writers in two processes: nothing may
//! be missed or reordered.

use std::process::Stdio;
use std::time::{Duration, Instant};

use emol::domain::id::Position;
use emol::store::verify::verify;
use tokio::process::{Child, Command};

use crate::history::{command, drop_database, empty, somebody, store};
use crate::setting;

/// How many writers each process has.
const WRITERS: usize = 16;

fn seconds() -> u64 {
    setting("EMOL_BENCH_SOAK_SECONDS").and_then(|text| text.parse().ok()).unwrap_or(60)
}

/// One of the writing processes: prints how many commands it wrote.
pub async fn writer(at: &str) {
    let lasting = Duration::from_secs(seconds());
    let started = Instant::now();
    let process = store(at).await;
    let mut writers = Vec::new();
    for _ in 0..WRITERS {
        let store = process.clone();
        writers.push(tokio::spawn(async move {
            let mut written = 0_u64;
            while started.elapsed() < lasting {
                written += u64::from(store.append(command(somebody(), 0)).await.is_ok());
            }
            written
        }));
    }
    let mut written = 0;
    for writer in writers {
        written += writer.await.unwrap();
    }
    println!("{written}");
}

fn process(at: &str) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .arg("soak-writer")
        .env("EMOL_BENCH_DATABASE_URL", at)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// Runs the soak for `EMOL_BENCH_SOAK_SECONDS`, 60 unless told otherwise.
pub async fn bench(url: &str) {
    let (db, at) = empty(url).await;
    let reader = store(&at).await;
    let writers = [process(&at), process(&at)];
    let mut ending = tokio::spawn(async move {
        let mut written = 0_u64;
        for writer in writers {
            let output = writer.wait_with_output().await.unwrap();
            let text = String::from_utf8(output.stdout).unwrap();
            written += text.lines().last().unwrap().trim().parse::<u64>().unwrap();
        }
        written
    });
    let (mut last, mut seen, mut wrong) = (Position(0), 0_u64, 0_u64);
    let mut written = None;
    loop {
        let rows = reader.read_after(last, 5_000).await.unwrap();
        for row in &rows {
            seen += 1;
            wrong += u64::from(row.position.0 != last.0 + 1);
            last = row.position;
        }
        if !rows.is_empty() {
            continue;
        }
        if let Some(written) = written {
            println!(
                "\nsoak of {} s, {} writers in 2 processes: {written} commands acknowledged, {seen} events read, \
                 {} missed, {wrong} out of order",
                seconds(),
                2 * WRITERS,
                written - seen.min(written)
            );
            break;
        }
        if ending.is_finished() {
            written = Some((&mut ending).await.unwrap());
        }
    }
    println!(
        "verify after the soak: {}",
        if verify(&db, None).await.unwrap().is_clean() { "clean" } else { "NOT clean" }
    );
    drop_database(db, &at).await;
}
