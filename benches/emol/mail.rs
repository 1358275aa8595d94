//! Mail: reminders decided for a hundred thousand people, and mails handed to a mail server on loopback.

use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use emol::app::Services;
use emol::clock::{Clock, FixedClock, IdSource, SystemIds};
use emol::commands::Command as Asked;
use emol::commands::bus::Request;
use emol::commands::kingdom::AdoptRulebook;
use emol::config::{SmtpConfig, SmtpTls};
use emol::domain::actor::Actor;
use emol::domain::contact::Email;
use emol::domain::date::{CivilDate, Instant as At};
use emol::domain::id::{CommandId, CorrelationId};
use emol::domain::mail::MailState;
use emol::domain::rulebook::Rules;
use emol::processes::mail::{Status, Step, Worker};
use emol::processes::reminders;
use emol::store::Db;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use uuid::Uuid;

use crate::history::{drop_database, empty};
use crate::kingdom;
use crate::measure::{Row, report};
use crate::setting;

const ROUNDS: usize = 5;
/// Noon in Toronto on 2026-11-23, the day on which the roster is true.
const NOON: At = At::from_micros(1_795_453_200_000_000);
/// A day, in seconds.
const DAY: i64 = 86_400;
/// Mails that are handed over in a round.
const MAILS: usize = 2_000;

/// How often the roster of 3 000 is on file, each time other people: 34 times unless `EMOL_BENCH_PEOPLE` says how many.
fn times() -> usize {
    setting("EMOL_BENCH_PEOPLE").map_or(34, |text| text.parse::<usize>().unwrap().div_ceil(3_000))
}

/// One row of figures.
fn row(name: &str) -> Row {
    Row { name: name.to_owned(), rounds: Vec::new() }
}

/// A line of the kernel's account of this process, in MiB.
fn memory(line: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let text = status.lines().find_map(|found| found.strip_prefix(line)).unwrap();
    text.trim_matches(|c: char| !c.is_ascii_digit()).parse::<f64>().unwrap() / 1024.0
}

/// In a process of its own, which has the lists in memory as a server has: decides one day's reminders, and
/// prints mails, milliseconds, and memory above what it took before.
pub async fn decider(at: &str) {
    let day: i64 = setting("EMOL_BENCH_DAY").unwrap().parse().unwrap();
    let clock = Arc::new(FixedClock::at(NOON.plus_seconds(day * DAY)));
    let services = kingdom::services(at, clock).await;
    kingdom::projected(&services).await;
    let tools = services.tools("https://emol.example").unwrap();
    // Until the allocator has given back what reading the lists took.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let idle = memory("VmRSS:");
    // The kernel forgets the highest mark.
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    let began = Instant::now();
    let decided = reminders::run(&tools).await.unwrap();
    let took = began.elapsed().as_secs_f64() * 1000.0;
    assert_eq!(decided.due, decided.written);
    println!("{} {took} {}", decided.due, memory("VmHWM:") - idle);
}

/// What [`decider`] prints, for a day so many after the roster's.
async fn decide(at: &str, day: usize) -> [f64; 3] {
    let child = Command::new(std::env::current_exe().unwrap())
        .arg("reminders-decider")
        .env("EMOL_BENCH_DATABASE_URL", at)
        .env("EMOL_BENCH_DAY", day.to_string())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let output = child.wait_with_output().await.unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let mut figures = text.lines().last().unwrap().split(' ').map(|figure| figure.parse::<f64>().unwrap());
    std::array::from_fn(|_| figures.next().unwrap())
}

/// As if nothing had been announced yet.
async fn forget(db: &Db) {
    for table in ["announcements", "outbox_tries", "outbox"] {
        db.execute(format!("DELETE FROM {table}"), &[]).await.unwrap();
    }
}

/// From today on, everything is announced that expires within so many days.
async fn announce_within(services: &Services, days: u32) {
    let rules = Rules { reminder_days: vec![days, 30, 14, 0], ..Rules::default() };
    let in_force_from = CivilDate::parse("2026-11-23").unwrap();
    let id = Uuid::from_u128(u128::from(days));
    let request = Request {
        command_id: CommandId(id),
        actor: Actor::Operator("bench".into()),
        correlation_id: CorrelationId(id),
        body: Vec::new(),
        seen: None,
        command: Asked::Kingdom(AdoptRulebook { in_force_from, rules, law: "bench".into() }.into()),
    };
    services.bus.execute(request).await.unwrap();
}

/// A register with the roster so many times.
async fn people(at: &str, times: usize) -> Services {
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(NOON));
    let services = kingdom::services(at, clock).await;
    kingdom::import(&services.bus, times).await;
    kingdom::projected(&services).await;
    services
}

/// Reminders of a hundred thousand people: those of a usual day; those of the first day, when everything within 60
/// days is new; and of a day on which everything within a year is.
pub async fn reminders(url: &str) {
    let (db, at) = empty(url).await;
    let services = people(&at, times()).await;
    let on_file = services.indexes.desk().len();
    let rows = |what: &str| ["mails", "ms", "above idle, MiB"].map(|unit| row(&format!("{what}: {unit}")));
    let mut usual = rows("a usual day");
    let mut first = rows("all within 60 days");
    let mut year = rows("all within a year");
    let take = |rows: &mut [Row; 3], figures: [f64; 3]| {
        for (row, figure) in rows.iter_mut().zip(figures) {
            row.rounds.push(figure);
        }
    };
    for _ in 0..ROUNDS {
        forget(&db).await;
        take(&mut first, decide(&at, 0).await);
    }
    for day in 1..=ROUNDS {
        take(&mut usual, decide(&at, day).await);
    }
    announce_within(&services, 365).await;
    drop(services);
    for _ in 0..ROUNDS {
        forget(&db).await;
        take(&mut year, decide(&at, 0).await);
    }
    let rows: Vec<Row> = usual.into_iter().chain(first).chain(year).collect();
    let base = rows[1].name.clone();
    report(&format!("reminders decided, {on_file} people"), "mixed", &rows, &base);
    drop_database(db, &at).await;
}

/// A mail server that takes everything at once.
async fn taker() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(take(stream));
        }
    });
    port
}

async fn take(stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let (from, mut to) = stream.into_split();
    let mut lines = BufReader::new(from).lines();
    to.write_all(b"220 ready\r\n").await?;
    let mut data = false;
    while let Some(line) = lines.next_line().await? {
        let answer: &[u8] = match line.as_str() {
            "." if data => {
                data = false;
                b"250 2.0.0 taken\r\n"
            }
            _ if data => continue,
            "DATA" => {
                data = true;
                b"354 go on\r\n"
            }
            "QUIT" => b"221 bye\r\n",
            _ => b"250 ok\r\n",
        };
        to.write_all(answer).await?;
    }
    Ok(())
}

/// Works until nothing is due; how many mails that were.
async fn hand_over(services: Services, port: u16) -> usize {
    let smtp = SmtpConfig {
        host: "127.0.0.1".to_owned(),
        port,
        tls: SmtpTls::Never,
        ca_file: None,
        login: None,
        from: Email::parse("lists@emol.example").unwrap(),
    };
    let tools = services.tools("https://emol.example").unwrap();
    let server = SystemIds.uuid_at(NOON);
    let mut worker = Worker::new(services.store, tools.post, smtp, server, Arc::new(Status::default()));
    let mut handed = 0;
    while let Step::Worked(count) = worker.step().await.unwrap() {
        handed += count;
    }
    handed
}

/// Reminders on their way from the outbox to the mail server, rendered and handed over, by one server and by two.
pub async fn mail(url: &str) {
    let (db, at) = empty(url).await;
    let services = people(&at, 1).await;
    announce_within(&services, 365).await;
    let tools = services.tools("https://emol.example").unwrap();
    let decided = reminders::run(&tools).await.unwrap().written;
    let outbox = "SELECT id FROM outbox ORDER BY id LIMIT 1000000";
    let ids = db.fetch_all(outbox, &[]).await.unwrap();
    for id in ids.iter().skip(MAILS) {
        let id = id.bytes(0).unwrap();
        db.execute("DELETE FROM outbox WHERE id = ?", &[emol::store::Arg::Bytes(id)]).await.unwrap();
    }
    let mails = decided.min(MAILS);
    let port = taker().await;
    let mut rows = ["one server", "two servers"].map(row);
    for round in 0..=ROUNDS {
        for (row, servers) in rows.iter_mut().zip([1, 2]) {
            db.execute("DELETE FROM outbox_tries", &[]).await.unwrap();
            let again =
                format!("UPDATE outbox SET state = 'waiting', attempts = 0, due_at = {}", NOON.micros());
            db.execute(again, &[]).await.unwrap();
            let mut working = Vec::new();
            for _ in 0..servers {
                // With connections and caches of its own, as another process has them.
                working.push(kingdom::services(&at, Arc::new(FixedClock::at(NOON))).await);
            }
            for services in &working {
                kingdom::projected(services).await;
            }
            let began = Instant::now();
            let tasks: Vec<_> =
                working.into_iter().map(|services| tokio::spawn(hand_over(services, port))).collect();
            for task in tasks {
                task.await.unwrap();
            }
            let rate = mails as f64 / began.elapsed().as_secs_f64();
            assert_eq!(services.store.mail_counts().await.unwrap(), [(MailState::Sent, mails)]);
            // The first round warms up.
            if round > 0 {
                row.rounds.push(rate);
            }
        }
    }
    report(&format!("mails handed to SMTP on loopback, {mails} a round"), "mails/s", &rows, "one server");
    drop_database(db, &at).await;
}
