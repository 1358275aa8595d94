//! `emol serve` is killed while officers send forms. How often is set by
//! `EMOL_TEST_KILLS`: a few times in every run, hundreds as the long form.

use std::net::SocketAddr;
use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use emol::clock::{Clock, IdSource, SystemClock, SystemIds};
use emol::domain::id::{CommandId, OfficerId, Position};
use emol::projections::{Projections, rebuild};
use emol::store::verify::verify;
use emol::store::{Arg, RecordedRow, Store};
use uuid::Uuid;

use super::{command_id, cookie, emol, kills, says, somebody};
use crate::cli::free_port;
use crate::exchange::kingdom::data;
use crate::projections::people::tables;
use crate::support::databases::{TestDatabase, master_keys, on_all_databases};
use crate::web::desk_cast::form;
use crate::web::site::ask;

/// How many officers work at once.
const OFFICERS: usize = 6;
/// The latest moment at which the server is killed, in milliseconds after the first form.
const LATEST: u16 = 900;

/// A form that was sent, and what it must come to.
#[derive(Clone)]
struct Form {
    command: String,
    path: String,
    body: String,
    events: &'static [&'static str],
    /// Whether the server said that it is done.
    acknowledged: bool,
}

/// A served database; killed when it is dropped.
struct Server {
    child: Child,
    address: SocketAddr,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    async fn start(database: &TestDatabase) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let mut command = emol(database, &["serve"]);
        command.env("EMOL_LISTEN", address.to_string()).env("EMOL_LOG", "error");
        let server = Self { child: command.spawn().unwrap(), address };
        let since = Instant::now();
        while ask(address, "GET", "/health/ready", &[], b"").await.map_or(0, |answer| answer.status) != 200 {
            assert!(since.elapsed() < Duration::from_secs(30), "it does not serve {}", database.name);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        server
    }
}

/// Sends a form; whether the server said that it is done.
async fn sent(address: SocketAddr, cookie: &str, form: &Form) -> bool {
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("sec-fetch-site", "same-origin"),
        ("accept", "text/html"),
        ("cookie", cookie),
    ];
    match ask(address, "POST", &form.path, &headers, form.body.as_bytes()).await {
        Ok(answer) => {
            assert_eq!(answer.status, 303, "{} answered\n{}", form.path, answer.body);
            true
        }
        Err(_) => false,
    }
}

/// Puts one person after the other on file, each with a card and a waiver, until nobody answers any more.
async fn work(address: SocketAddr, cookie: String) -> Vec<Form> {
    let mut forms = Vec::new();
    loop {
        let [registering, granting, waiving] = [(); 3].map(|()| command_id(&SystemIds));
        // As the desk gives it: who they are follows from the form's own number.
        let person = Uuid::new_v5(&Uuid::parse_str(&registering).unwrap(), b"combatant");
        let fields = [
            ("command_id", granting.as_str()),
            ("discipline", "armoured-combat"),
            ("authorization", "weapon-shield"),
            ("on", "2026-01-10"),
        ];
        let waiver = [("command_id", waiving.as_str()), ("signed_on", "2026-01-09")];
        let steps = [
            ("new".to_owned(), &registering, somebody(&registering, "Magnús"), &["CombatantRegistered"][..]),
            // The card comes with the first authorization: two events or none (C2).
            (
                format!("{person}/grant-authorization"),
                &granting,
                form(&fields),
                &["CardIssued", "AuthorizationGranted"],
            ),
            (format!("{person}/record-waiver"), &waiving, form(&waiver), &["WaiverRecorded"]),
        ];
        for (path, command, body, events) in steps {
            let path = format!("/desk/people/{path}");
            let mut form = Form { command: command.clone(), path, body, events, acknowledged: false };
            form.acknowledged = sent(address, &cookie, &form).await;
            let done = form.acknowledged;
            forms.push(form);
            if !done {
                return forms;
            }
        }
    }
}

/// A kingdom with an officer who may do everything, and the cookie of their session.
async fn kingdom(database: &TestDatabase) -> String {
    let folder = std::env::temp_dir().join(format!("emol-appends-{}-{}", database.name, std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    for kind in ["disciplines", "regions"] {
        let file = folder.join(format!("{kind}.json"));
        std::fs::write(&file, data(&format!("{kind}.json"))).unwrap();
        let done = says(database, &["import", kind, file.to_str().unwrap()]).await;
        assert_eq!(done.code, 0, "{done:?}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
    let invite = ["officer", "invite", "mol@example.org", "--name", "Lists", "--administrator"];
    let done = says(database, &invite).await;
    assert_eq!(done.code, 0, "{done:?}");
    let listed = says(database, &["officer", "list", "--json"]).await;
    let listed: serde_json::Value = serde_json::from_str(&listed.out).unwrap();
    let id = listed.pointer("/0/id").or_else(|| listed.pointer("/officers/0/id")).unwrap();
    let officer = OfficerId(Uuid::parse_str(id.as_str().unwrap()).unwrap());
    let mut token = [0; 32];
    SystemIds.fill(&mut token);
    let (store, now) = (store(database).await, SystemClock.now());
    store.create_session(&token, officer, now, now.plus_seconds(24 * 3600)).await.unwrap();
    cookie(token)
}

async fn store(database: &TestDatabase) -> Store {
    Store::open(database.db.clone(), master_keys(), Arc::new(SystemClock), Arc::new(SystemIds)).await.unwrap()
}

/// The kinds of a form's events in the log, which must be one stretch of it, and the one that was noted.
async fn recorded(database: &TestDatabase, rows: &[RecordedRow], form: &Form) -> Vec<String> {
    let id = CommandId(Uuid::parse_str(&form.command).unwrap());
    let events: Vec<_> = rows.iter().filter(|row| row.command_id == id).collect();
    let sql = "SELECT first_position, last_position FROM commands WHERE command_id = ?";
    let noted = database.db.fetch_all(sql, &[Arg::Bytes(id.0.as_bytes())]).await.unwrap();
    let noted: Vec<_> = noted.iter().map(|row| row.int(0).unwrap()..=row.int(1).unwrap()).collect();
    let there: Vec<_> = events.iter().map(|row| row.position.0).collect();
    assert!(noted.len() <= 1);
    assert_eq!(noted.into_iter().flatten().collect::<Vec<_>>(), there, "{} is there in part", form.path);
    events.iter().map(|row| row.event_type.to_string()).collect()
}

/// What holds after every kill: nothing that was acknowledged is missing, nothing is there in part.
async fn holds(database: &TestDatabase, store: &Store, forms: &[Form]) -> usize {
    let report = verify(&database.db, None).await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    let rows = store.read_after(Position(0), 1_000_000).await.unwrap();
    let mut lost = 0;
    for form in forms {
        let events = recorded(database, &rows, form).await;
        if form.acknowledged || !events.is_empty() {
            assert_eq!(events, form.events, "{} acknowledged: {}", form.path, form.acknowledged);
        } else {
            lost += 1;
        }
    }
    Projections::by_hand(store.clone()).run_to_end().await.unwrap();
    let live = tables(store).await;
    rebuild(store, None, |_| {}).await.unwrap();
    assert!(tables(store).await == live, "a rebuild differs on {}", database.name);
    lost
}

#[test]
fn a_server_that_is_killed_loses_nothing_it_acknowledged_and_leaves_nothing_half_done() {
    on_all_databases(|database| async move {
        let cookie = kingdom(&database).await;
        let store = store(&database).await;
        let mut cut_off = 0;
        for _ in 0..kills() {
            let mut server = Server::start(&database).await;
            let officers: Vec<_> =
                (0..OFFICERS).map(|_| tokio::spawn(work(server.address, cookie.clone()))).collect();
            let mut random = [0; 2];
            SystemIds.fill(&mut random);
            let after = 20 + u16::from_be_bytes(random) % LATEST;
            tokio::time::sleep(Duration::from_millis(after.into())).await;
            server.child.kill().unwrap();
            server.child.wait().unwrap();
            let mut forms = Vec::new();
            for officer in officers {
                forms.extend(officer.await.unwrap());
            }
            cut_off += forms.iter().filter(|form| !form.acknowledged).count();
            holds(&database, &store, &forms).await;
            // Whoever got no answer sends the form again, and it is done once.
            let server = Server::start(&database).await;
            for form in forms.iter_mut().filter(|form| !form.acknowledged) {
                form.acknowledged = sent(server.address, &cookie, form).await;
                assert!(form.acknowledged);
            }
            drop(server);
            assert_eq!(holds(&database, &store, &forms).await, 0);
        }
        assert!(cut_off > 0, "no form was cut off");
    });
}
