//! The site under load: kept and unkept pages beside a bare handler that
//! returns the same bytes, and commands sent as forms.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::http::header;
use emol::app::{Application, MissLimits, Services, WebConfig};
use emol::clock::FixedClock;
use emol::commands::Command;
use emol::commands::officers::{OfficersCommand, Verb};
use emol::domain::actor::Actor;
use emol::domain::id::{CommandId, CorrelationId, OfficerId};
use emol::domain::permission::{Grant, Permission};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::client::{Client, get, searches, wrk, wrk_all};
use crate::history::{drop_database, empty};
use crate::kingdom;
use crate::measure::{Row, report};

const ROUNDS: usize = 5;
const OFFICER: OfficerId = OfficerId(Uuid::from_u128(0x0ff1));

/// A kingdom of three thousand, served.
pub struct Site {
    pub services: Services,
    pub address: SocketAddr,
    state: emol::web::state::AppState,
    /// An officer's.
    pub cookie: String,
    /// Everybody listed, with whether they still are.
    pub people: Arc<Vec<(Uuid, AtomicBool)>>,
    cards: Vec<String>,
}

/// Serves the roster of three thousand, so many times over.
pub async fn site(at: &str, times: usize) -> Site {
    let noon = emol::domain::date::Instant::from_micros(1_795_348_800_000_000);
    let services = kingdom::services(at, Arc::new(FixedClock::at(noon))).await;
    let bus = &services.bus;
    let (operator, run) = (Actor::Operator("bench".into()), CorrelationId(Uuid::from_u128(1)));
    kingdom::import(bus, times).await;
    let verbs = [
        Verb::Invite { officer: OFFICER, email: "bench@example.org".into(), label: "Bench".into() },
        Verb::Grant { officer: OFFICER, grant: Grant::everywhere(Permission::ReadCombatantInfo) },
        Verb::Grant { officer: OFFICER, grant: Grant::everywhere(Permission::WriteCombatantInfo) },
        Verb::Grant { officer: OFFICER, grant: Grant::everywhere(Permission::WriteCardDate) },
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
    kingdom::projected(&services).await;
    let mut config = WebConfig::loopback(([127, 0, 0, 1], 0).into());
    // All the readers of a bench come from one address.
    let any = MissLimits { per_address: u32::MAX, in_total: u32::MAX };
    (config.searches, config.desk_searches) = (any, any);
    let app = Application::build(services.clone(), config).unwrap();
    let state = app.state().clone();
    let cookie = state.sessions.begin(OFFICER).await.unwrap();
    let cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(app.run(listener, std::future::pending()));
    let listed = kingdom::listed(&services).await;
    let people = listed.iter().map(|(id, _)| (*id, AtomicBool::new(true))).collect();
    let cards = listed.into_iter().map(|(_, card)| card).collect();
    Site { services, address, state, cookie, people: Arc::new(people), cards }
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

/// Runs the bench of kept pages.
pub async fn pages(url: &str) {
    let (db, at) = empty(url).await;
    let site = site(&at, 1).await;
    let card = format!("/card/{}", site.cards[0]);
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
    drop(site.services);
    drop_database(db, &at).await;
}

/// Runs the bench of pages that are made for each request.
pub async fn unkept(url: &str) {
    let (db, at) = empty(url).await;
    let site = site(&at, 1).await;
    let mut rows = Vec::new();
    let cards: Vec<String> = site.cards.iter().map(|id| format!("/card/{id}")).collect();
    let searched = searches();
    let mut client = Client::to(site.address).await;
    for search in searched.iter().take(28) {
        assert_eq!(client.send(&get(search)).await, 200);
        let page = String::from_utf8_lossy(&client.answer);
        assert_eq!(page.matches("class=\"name\"").count(), 50, "a full page of fifty");
    }
    // All cards in turn take far longer than this: none is asked for twice before its page is forgotten.
    let state = site.state.clone();
    let forgetting = tokio::spawn(async move {
        loop {
            state.pages.clear();
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let papers: Vec<String> = site.cards.iter().map(|id| format!("/card/{id}.pdf?size=letter")).collect();
    let made = [
        ("card page, unkept", &cards),
        ("register page, unkept", &searched),
        ("card as a PDF, letter size", &papers),
    ];
    for (name, paths) in made {
        let mut row = Row { name: name.to_owned(), rounds: Vec::new() };
        for _ in 0..ROUNDS {
            row.rounds.push(wrk_all(site.address, paths).await.0);
        }
        rows.push(row);
    }
    forgetting.abort();
    report("unkept pages", "requests/s", &rows, "card page, unkept");
    drop(site.services);
    drop_database(db, &at).await;
}

/// Runs the bench of commands over HTTP: 8 at once, answered when the read model shows it.
pub async fn commands(url: &str) {
    let (db, at) = empty(url).await;
    let site = site(&at, 1).await;
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
