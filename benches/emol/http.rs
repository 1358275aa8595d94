//! The site under load: kept and unkept pages beside a bare handler that
//! returns the same bytes, and commands sent as forms.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use axum::http::header;
use emol::app::{Application, Services, WebConfig};
use emol::clock::{CountingIds, FixedClock, SystemIds};
use emol::commands::Command;
use emol::commands::officers::{OfficersCommand, Verb};
use emol::domain::actor::Actor;
use emol::domain::id::{CommandId, CorrelationId, OfficerId};
use emol::domain::permission::{Grant, Permission};
use emol::exchange::{disciplines, regions, roster};
use emol::projections::card;
use emol::store::{Db, MasterKeys};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use uuid::Uuid;

use crate::history::{drop_database, empty};
use crate::measure::{Row, report};
use crate::setting;

const ROUNDS: usize = 5;
const OFFICER: OfficerId = OfficerId(Uuid::from_u128(0x0ff1));

/// A connection that is kept, and one request at a time on it.
struct Client {
    stream: TcpStream,
    answer: Vec<u8>,
}

impl Client {
    async fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, answer: Vec::with_capacity(64 * 1024) }
    }

    /// Sends a request and reads the whole answer; its status.
    async fn send(&mut self, request: &[u8]) -> u16 {
        self.stream.write_all(request).await.unwrap();
        self.answer.clear();
        let mut whole = usize::MAX;
        while self.answer.len() < whole {
            assert!(self.stream.read_buf(&mut self.answer).await.unwrap() > 0, "the server hung up");
            if whole == usize::MAX
                && let Some(end) = self.answer.windows(4).position(|four| four == b"\r\n\r\n")
            {
                let head = String::from_utf8_lossy(&self.answer[..end]).to_ascii_lowercase();
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                whole = end + 4 + length.map_or(0, |length| length.trim().parse::<usize>().unwrap());
            }
        }
        std::str::from_utf8(&self.answer[9..12]).unwrap().parse().unwrap()
    }
}

/// A kingdom of three thousand, served.
struct Site {
    services: Services,
    address: SocketAddr,
    state: emol::web::state::AppState,
    cookie: String,
    people: Arc<Vec<(Uuid, AtomicBool)>>,
    cards: Vec<String>,
}

async fn site(at: &str) -> Site {
    let noon = emol::domain::date::Instant::from_micros(1_795_348_800_000_000);
    let keys = MasterKeys::generate("bench", &CountingIds::from(7));
    let db = Db::connect(at).await.unwrap();
    let services =
        Services::open(db, keys, Arc::new(FixedClock::at(noon)), Arc::new(SystemIds)).await.unwrap();
    let folder = setting("EMOL_BENCH_DATA")
        .unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data").to_owned());
    let read = |name: &str| std::fs::read(format!("{folder}/{name}")).unwrap();
    let (operator, run) = (Actor::Operator("bench".into()), CorrelationId(Uuid::from_u128(1)));
    let bus = &services.bus;
    disciplines::import(bus, operator.clone(), run, &read("disciplines.json"), false, &mut |_| {})
        .await
        .unwrap();
    regions::import(bus, operator.clone(), run, &read("regions.json"), false, &mut |_| {}).await.unwrap();
    let started = Instant::now();
    roster::import(bus, operator.clone(), run, &read("roster-3000.csv"), false, &mut |_| {}).await.unwrap();
    println!("\nimport of roster-3000.csv: {:.2} s", started.elapsed().as_secs_f64());
    let verbs = [
        Verb::Invite { officer: OFFICER, email: "bench@example.org".into(), label: "Bench".into() },
        Verb::Grant { officer: OFFICER, grant: Grant::everywhere(Permission::ReadCombatantInfo) },
        Verb::Grant { officer: OFFICER, grant: Grant::everywhere(Permission::WriteCombatantInfo) },
    ];
    for (number, verb) in (1..).zip(verbs) {
        let request = emol::commands::bus::Request {
            command_id: CommandId(Uuid::from_u128(number)),
            actor: operator.clone(),
            correlation_id: run,
            body: Vec::new(),
            seen: None,
            command: Command::Officers(OfficersCommand { by: operator.clone(), verb }),
        };
        bus.execute(request).await.unwrap();
    }
    let head = services.store.head().await.unwrap().position;
    assert!(services.indexes.wait_for(head, Duration::from_secs(60)).await, "the read models follow");
    let app = Application::build(services.clone(), WebConfig::loopback(([127, 0, 0, 1], 0).into())).unwrap();
    let state = app.state().clone();
    let cookie = state.sessions.begin(OFFICER).await.unwrap();
    let cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(app.run(listener, std::future::pending()));
    let mut people = Vec::new();
    let mut cards = Vec::new();
    for entry in services.indexes.desk().iter() {
        if let Some(view) =
            card::of(&services.store, entry.id).await.unwrap().filter(|view| view.accepted && view.listed)
        {
            people.push((entry.id.0, AtomicBool::new(true)));
            cards.extend(view.card_id.map(|(id, _)| id.as_str().to_owned()));
        }
    }
    Site { services, address, state, cookie, people: Arc::new(people), cards }
}

fn get(path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\n\r\n").into_bytes()
}

/// A handler that returns these bytes and nothing else.
async fn bare(bytes: axum::body::Bytes) -> SocketAddr {
    let handler = move || {
        let bytes = bytes.clone();
        async move { ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], bytes) }
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = axum::Router::new().route("/", axum::routing::get(handler));
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

/// Requests a second and the 99th percentile in milliseconds, by wrk on one thread with 32 connections.
async fn wrk(url: String) -> (f64, f64) {
    let run = tokio::process::Command::new("wrk")
        .args(["-t1", "-c32", "-d2s", "--latency", &url])
        .output()
        .await
        .expect("wrk is installed: setup_files/bench.sh does that");
    let text = String::from_utf8(run.stdout).unwrap();
    assert!(!text.contains("Non-2xx"), "{text}");
    let after = |label: &str| {
        let line = text.lines().find(|line| line.trim().starts_with(label)).unwrap();
        line.trim()[label.len()..].trim().to_owned()
    };
    let slow = after("99%");
    let number: f64 = slow.trim_end_matches(|c: char| c.is_alphabetic()).parse().unwrap();
    let millis = if slow.ends_with("us") {
        number / 1000.0
    } else if slow.ends_with("ms") {
        number
    } else {
        number * 1000.0
    };
    (after("Requests/sec:").parse().unwrap(), millis)
}

/// Every request once, by 32 clients; requests a second.
async fn each_once(address: SocketAddr, paths: &Arc<Vec<Vec<u8>>>) -> f64 {
    let next = Arc::new(AtomicUsize::new(0));
    let started = Instant::now();
    let mut clients = Vec::new();
    for _ in 0..32 {
        let (paths, next) = (Arc::clone(paths), Arc::clone(&next));
        clients.push(tokio::spawn(async move {
            let mut client = Client::to(address).await;
            while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                assert_eq!(client.send(path).await, 200);
            }
        }));
    }
    for client in clients {
        client.await.unwrap();
    }
    paths.len() as f64 / started.elapsed().as_secs_f64()
}

/// Runs the bench of pages.
pub async fn pages(url: &str) {
    let (db, at) = empty(url).await;
    let site = site(&at).await;
    let card = format!("/card/{}", site.cards[0]);
    let mut rows = Vec::new();
    let mut slowest = Vec::new();
    for (name, path) in [("card", card.as_str()), ("register", "/register")] {
        let mut client = Client::to(site.address).await;
        assert_eq!(client.send(&get(path)).await, 200);
        let start = client.answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        let bytes = axum::body::Bytes::copy_from_slice(&client.answer[start..]);
        println!("{name} page: {} bytes", bytes.len());
        let bare = bare(bytes).await;
        let mut floor = Row { name: format!("bare handler, {name}'s bytes"), rounds: Vec::new() };
        let mut kept = Row { name: format!("{name} page, kept"), rounds: Vec::new() };
        let mut latency = Vec::new();
        for _ in 0..ROUNDS {
            floor.rounds.push(wrk(format!("http://{bare}/")).await.0);
            let (rate, p99) = wrk(format!("http://{}{path}", site.address)).await;
            kept.rounds.push(rate);
            latency.push(p99);
        }
        latency.sort_by(f64::total_cmp);
        slowest.push((name, latency[ROUNDS / 2]));
        let to = floor.name.clone();
        report(&format!("{name} page"), "requests/s", &[floor, kept], &to);
    }
    for (name, p99) in slowest {
        println!("{name} page, kept: p99 {p99:.2} ms at 32 connections (median of rounds)");
    }
    let cards = Arc::new(site.cards.iter().map(|id| get(&format!("/card/{id}"))).collect::<Vec<_>>());
    let searches: Vec<_> =
        (0..2_000).map(|n| get(&format!("/register?q=&valid=today&page={}&z={n}", n % 7 + 1))).collect();
    let searches = Arc::new(searches);
    for (name, paths) in [("card page, unkept", &cards), ("register page, unkept", &searches)] {
        let mut row = Row { name: name.to_owned(), rounds: Vec::new() };
        for _ in 0..ROUNDS {
            site.state.pages.clear();
            row.rounds.push(each_once(site.address, paths).await);
        }
        rows.push(row);
    }
    report("unkept pages", "requests/s", &rows, "card page, unkept");
    drop(site.services);
    drop_database(db, &at).await;
}

/// Runs the bench of commands over HTTP: 8 at once, answered when the read model shows it.
pub async fn commands(url: &str) {
    let (db, at) = empty(url).await;
    let site = site(&at).await;
    let mut rows = Vec::new();
    for (name, spread) in [("distinct people", true), ("the same person", false)] {
        let mut row = Row { name: name.to_owned(), rounds: Vec::new() };
        let mut slowest = Vec::new();
        for _ in 0..ROUNDS {
            let started = Instant::now();
            let mut clients = Vec::new();
            for worker in 0..8_usize {
                let (address, cookie) = (site.address, site.cookie.clone());
                let people = Arc::clone(&site.people);
                clients.push(tokio::spawn(async move {
                    let mut client = Client::to(address).await;
                    let mut times = Vec::new();
                    let mut turn = 0;
                    while started.elapsed() < Duration::from_secs(3) {
                        let (person, listed) = &people[if spread { (turn * 8 + worker) % people.len() } else { 0 }];
                        let listed = if listed.fetch_xor(true, Ordering::Relaxed) { "no" } else { "yes" };
                        let command = Uuid::from_u128(crate::history::fresh() << 64);
                        let body = format!("command_id={command}&listed={listed}");
                        let request = format!(
                            "POST /desk/people/{person}/set-listing HTTP/1.1\r\nhost: bench\r\ncookie: {cookie}\r\n\
                             sec-fetch-site: same-origin\r\ncontent-type: application/x-www-form-urlencoded\r\n\
                             content-length: {}\r\n\r\n{body}",
                            body.len()
                        );
                        let sent = Instant::now();
                        assert_eq!(client.send(request.as_bytes()).await, 303);
                        times.push(sent.elapsed().as_secs_f64() * 1000.0);
                        turn += 1;
                    }
                    times
                }));
            }
            let mut times = Vec::new();
            for client in clients {
                times.extend(client.await.unwrap());
            }
            row.rounds.push(times.len() as f64 / started.elapsed().as_secs_f64());
            times.sort_by(f64::total_cmp);
            slowest.push(times[times.len() * 99 / 100]);
        }
        slowest.sort_by(f64::total_cmp);
        println!("commands over HTTP, {name}: p99 {:.1} ms (median of rounds)", slowest[ROUNDS / 2]);
        rows.push(row);
    }
    report("commands over HTTP, 8 at once", "commands/s", &rows, "distinct people");
    drop(site.services);
    drop_database(db, &at).await;
}
