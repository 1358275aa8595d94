//! The program in a process of its own: how soon it answers, how much memory it
//! takes, and a rebuild beside readers.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use emol::app::Services;
use emol::clock::{CountingIds, SystemClock};
use emol::store::Db;
use emol::store::backup::age::Identity;
use tokio::net::TcpListener;
use tokio::process::{Child, Command};

use crate::client::{Client, get, searches, wrk, wrk_all};
use crate::history::{drop_database, empty};
use crate::kingdom;
use crate::measure::{Row, report};
use crate::setting;

const ROUNDS: usize = 5;

fn emol(at: &str, subcommand: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_emol"));
    command
        .arg(subcommand)
        .env("DATABASE_URL", at)
        .env("EMOL_MASTER_KEYS", kingdom::keys().to_text().as_str())
        .env("EMOL_LOG", "warn")
        .stdout(Stdio::null())
        .kill_on_drop(true);
    command
}

/// A line of the kernel's account of a process, in MiB; none once it has ended.
fn memory(child: &Child, line: &str) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()?)).ok()?;
    let text = status.lines().find_map(|found| found.strip_prefix(line))?;
    Some(text.trim_matches(|c: char| !c.is_ascii_digit()).parse::<f64>().unwrap() / 1024.0)
}

/// Starts `emol serve`; with it comes how many milliseconds went by until the first answer.
async fn serve(at: &str) -> (Child, SocketAddr, f64) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let started = Instant::now();
    let child = emol(at, "serve").env("EMOL_LISTEN", address.to_string()).spawn().unwrap();
    loop {
        assert!(started.elapsed() < Duration::from_secs(30), "serve answers");
        if tokio::net::TcpStream::connect(address).await.is_ok() {
            let mut client = Client::to(address).await;
            if client.send(&get("/register")).await == 200 {
                return (child, address, started.elapsed().as_secs_f64() * 1000.0);
            }
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// `serve` with the roster of 3 000: first answer, memory at rest and after load.
pub async fn memory_and_start(url: &str) {
    let (db, at) = empty(url).await;
    let services = kingdom::services(&at, Arc::new(SystemClock)).await;
    kingdom::import(&services.bus, 1).await;
    kingdom::projected(&services).await;
    let cards: Vec<String> = kingdom::listed(&services).await.into_iter().map(|(_, card)| card).collect();
    drop(services);
    let names = ["first answer, ms", "at rest, MiB", "after load, MiB", "at most, MiB"];
    let mut rows: Vec<Row> =
        names.map(|name| Row { name: name.to_owned(), rounds: Vec::new() }).into_iter().collect();
    let paths: Vec<String> = cards.iter().map(|id| format!("/card/{id}")).collect();
    let searched = searches();
    for _ in 0..ROUNDS {
        let (child, address, first) = serve(&at).await;
        rows[0].rounds.push(first);
        tokio::time::sleep(Duration::from_secs(2)).await;
        rows[1].rounds.push(memory(&child, "VmRSS:").unwrap());
        wrk(format!("http://{address}/card/{}", cards[0])).await;
        wrk(format!("http://{address}/register")).await;
        wrk_all(address, &paths).await;
        // As many searches as one address may have in a minute.
        let mut reader = Client::to(address).await;
        for path in searched.iter().cycle().take(500) {
            assert_eq!(reader.send(&get(path)).await, 200);
        }
        rows[2].rounds.push(memory(&child, "VmRSS:").unwrap());
        rows[3].rounds.push(memory(&child, "VmHWM:").unwrap());
    }
    report("serve with 3 000 people", "ms and MiB", &rows, names[1]);
    drop_database(db, &at).await;
}

/// A database whose log has `EMOL_BENCH_EVENTS` events, 1 000 000 unless told otherwise: where it is, and how many it has.
async fn grown(url: &str) -> (Db, String, Services, i64) {
    let events: usize = setting("EMOL_BENCH_EVENTS").and_then(|text| text.parse().ok()).unwrap_or(1_000_000);
    let (db, at) = empty(url).await;
    let services = kingdom::services(&at, Arc::new(SystemClock)).await;
    kingdom::import(&services.bus, events.div_ceil(29_427)).await;
    kingdom::projected(&services).await;
    let written = services.store.head().await.unwrap().position.0;
    (db, at, services, written)
}

/// `emol rebuild` of all read models, from `EMOL_BENCH_EVENTS` events (1 000 000 unless told
/// otherwise), while a site answers from the same database.
pub async fn rebuild(url: &str) {
    let (db, at, services, written) = grown(url).await;
    let cards: Vec<String> =
        kingdom::listed(&services).await.into_iter().map(|(_, card)| card).take(5_000).collect();
    drop(services);
    let (_serving, address, _) = serve(&at).await;
    let mut rate = Row { name: "events/s".into(), rounds: Vec::new() };
    let mut seconds = Row { name: "seconds".into(), rounds: Vec::new() };
    let mut above = Row { name: "above idle, MiB".into(), rounds: Vec::new() };
    let mut quiet = Row { name: "reader's p99 before, ms".into(), rounds: Vec::new() };
    let mut busy = Row { name: "reader's p99 beside it, ms".into(), rounds: Vec::new() };
    for _ in 0..ROUNDS {
        let stop = Arc::new(AtomicBool::new(false));
        let reading = tokio::spawn(reader(address, cards.clone(), Arc::clone(&stop)));
        tokio::time::sleep(Duration::from_secs(3)).await;
        stop.store(true, Ordering::Relaxed);
        quiet.rounds.push(reading.await.unwrap());
        let stop = Arc::new(AtomicBool::new(false));
        let reading = tokio::spawn(reader(address, cards.clone(), Arc::clone(&stop)));
        let started = Instant::now();
        let mut child = emol(&at, "rebuild").spawn().unwrap();
        // What the program takes before it has read anything.
        tokio::time::sleep(Duration::from_millis(20)).await;
        let idle = memory(&child, "VmRSS:").unwrap();
        let mut most = idle;
        loop {
            match tokio::time::timeout(Duration::from_millis(5), child.wait()).await {
                Ok(status) => {
                    assert!(status.unwrap().success());
                    break;
                }
                Err(_) => most = memory(&child, "VmHWM:").unwrap_or(most),
            }
        }
        let took = started.elapsed().as_secs_f64();
        stop.store(true, Ordering::Relaxed);
        busy.rounds.push(reading.await.unwrap());
        // Until the database has cleared away what the last round deleted.
        tokio::time::sleep(Duration::from_secs(20)).await;
        rate.rounds.push(written as f64 / took);
        seconds.rounds.push(took);
        above.rounds.push(most - idle);
    }
    report(
        &format!("rebuild of all read models, {written} events"),
        "mixed",
        &[rate, seconds, above, quiet, busy],
        "seconds",
    );
    drop_database(db, &at).await;
}

/// `emol backup` of `EMOL_BENCH_EVENTS` events (1 000 000 unless told otherwise), and `emol restore` of it into an
/// empty database, with verification and read models.
pub async fn backup(url: &str) {
    let (db, at, services, written) = grown(url).await;
    drop(services);
    let folder = std::env::temp_dir().join(format!("emol-bench-backup-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let key = Identity::generate(&CountingIds::from(11));
    std::fs::write(folder.join("key"), key.to_text().as_bytes()).unwrap();
    let names = ["backup, s", "restore, s", "backup at most, MiB", "restore at most, MiB", "files, MiB"];
    let mut rows: Vec<Row> =
        names.map(|name| Row { name: name.to_owned(), rounds: Vec::new() }).into_iter().collect();
    for round in 0..ROUNDS {
        let file = folder.join(format!("{round}.age"));
        let mut saving = emol(&at, "backup");
        saving.arg(&file).arg("--recipient").arg(key.recipient().to_string());
        let (took, most) = timed(saving).await;
        rows[0].rounds.push(took);
        rows[2].rounds.push(most);
        let (other, there) = empty(url).await;
        let mut restoring = emol(&there, "restore");
        restoring.arg(&file).arg("--identity").arg(folder.join("key"));
        let (took, most) = timed(restoring).await;
        rows[1].rounds.push(took);
        rows[3].rounds.push(most);
        drop_database(other, &there).await;
        let sizes = std::fs::read_dir(&folder).unwrap().map(|file| file.unwrap().metadata().unwrap().len());
        rows[4].rounds.push(sizes.sum::<u64>() as f64 / f64::from(1 << 20));
        for part in ["", ".keys", ".erased"] {
            std::fs::remove_file(folder.join(format!("{round}.age{part}"))).unwrap();
        }
    }
    report(&format!("backup and restore, {written} events"), "mixed", &rows, names[0]);
    std::fs::remove_dir_all(&folder).unwrap();
    drop_database(db, &at).await;
}

/// Runs a subcommand to its good end: seconds, and the most memory it took, in MiB.
async fn timed(mut command: Command) -> (f64, f64) {
    let started = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut most = 0.0;
    loop {
        match tokio::time::timeout(Duration::from_millis(20), child.wait()).await {
            Ok(status) => {
                assert!(status.unwrap().success());
                return (started.elapsed().as_secs_f64(), most);
            }
            Err(_) => most = memory(&child, "VmHWM:").unwrap_or(most),
        }
    }
}

/// Asks for one card after another until told to stop; every answer must be a page. The
/// 99th percentile, in milliseconds.
async fn reader(address: SocketAddr, cards: Vec<String>, stop: Arc<AtomicBool>) -> f64 {
    let mut client = Client::to(address).await;
    let mut times = Vec::new();
    for card in cards.iter().cycle() {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let sent = Instant::now();
        assert_eq!(client.send(&get(&format!("/card/{card}"))).await, 200);
        times.push(sent.elapsed().as_secs_f64() * 1000.0);
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    times.sort_by(f64::total_cmp);
    times[times.len() * 99 / 100]
}
