//! The database goes away under a served site, and comes back. How long it is
//! away is set by `EMOL_TEST_AWAY_SECONDS`: a few seconds in every run, 30 as the long form.

use std::time::{Duration, Instant};

use emol::clock::{IdSource, SystemIds};
use emol::commands::Command;
use emol::commands::combatant::set_listing::SetListing;
use emol::domain::demo::DEMO_OFFICERS;
use emol::domain::id::{CombatantId, CommandId, Position};
use emol::store::verify::verify;
use emol::store::{Backend, Db, Store};
use uuid::Uuid;

use super::{command_id, cookie, long_form, somebody};
use crate::support::databases::{TestDatabase, on_all_databases};
use crate::support::way::{Gate, Way};
use crate::web::desk_cast::{Cast, Visitor, form};
use crate::web::site::{Answer, NOW, fighter};

const LONG: &str = "lusab-babad-gutih-tugad";
const OTHER: &str = "bufab-babad-gutih-tugad";
/// How a card page says that the spear was granted.
const HELD: &str = "<em>held</em><span>Spear <small></small></span>";
/// Busy within five seconds, and a little for the way there and back.
const BUSY: Duration = Duration::from_millis(5500);
/// What is kept is not waited for.
const KEPT: Duration = Duration::from_millis(2500);
/// How long the site may take to find its database again.
const AGAIN: Duration = Duration::from_secs(20);

fn away() -> Duration {
    Duration::from_secs(long_form("EMOL_TEST_AWAY_SECONDS").unwrap_or(6).into())
}

/// The answer, which must come in time.
async fn within(limit: Duration, what: &str, asked: impl Future<Output = Answer>) -> Answer {
    let began = Instant::now();
    let answer = asked.await;
    let took = began.elapsed();
    assert!(took < limit, "{what} took {took:?} and answered {}", answer.status);
    answer
}

fn fresh() -> String {
    command_id(&SystemIds)
}

/// A session that no server remembers, last used so long ago that its use is noted.
async fn unknown_session(store: &Store) -> String {
    let mut token = [0; 32];
    SystemIds.fill(&mut token);
    let officer = DEMO_OFFICERS.iter().find(|officer| officer.key == "list-minister").unwrap().officer();
    store.create_session(&token, officer, NOW.plus_seconds(-3600), NOW.plus_seconds(3600)).await.unwrap();
    cookie(token)
}

/// A site with two people on file, somebody signed in, and what is kept.
struct Scene {
    cast: Cast,
    person: CombatantId,
    cookie: String,
}

impl Scene {
    async fn set(db: Db) -> Self {
        let cast = Cast::serve_on(db).await;
        let person = cast.site.register(&fighter("Ásta", LONG)).await;
        cast.site.register(&fighter("Olena", OTHER)).await;
        let minister = cast.be("list-minister").await;
        minister.get(&format!("/desk/people/{person}")).await.is(200);
        cast.nobody().get(&format!("/card/{LONG}")).await.is(200);
        cast.nobody().get("/register").await.is(200).shows("Olena");
        cast.nobody().get("/health/ready").await.is(200);
        let cookie = minister.cookie.clone();
        Self { cast, person, cookie }
    }

    fn minister(&self) -> Visitor<'_> {
        self.cast.with(self.cookie.clone())
    }

    async fn grant(&self, command: &str, authorization: &str) -> Answer {
        let fields = [
            ("command_id", command),
            ("discipline", "armoured-combat"),
            ("authorization", authorization),
            ("on", "2026-11-20"),
        ];
        self.minister()
            .post(&format!("/desk/people/{}/grant-authorization", self.person), &form(&fields))
            .await
    }

    /// Everything that is kept still answers, at once.
    async fn kept_pages_answer(&self) {
        let nobody = self.cast.nobody();
        for path in [format!("/card/{LONG}").as_str(), "/register"] {
            within(KEPT, path, nobody.get(path)).await.is(200).shows("Ásta");
        }
        within(KEPT, "live", nobody.get("/health/live")).await.is(200);
    }

    /// Forms are answered with "busy", all at once, within five seconds each.
    async fn writes_say_busy(&self, commands: &[String], unknown: &str) {
        let write = |number: usize| async move {
            let (command, what) = (&commands[number], format!("write {number}"));
            let answer = if number == 0 {
                within(BUSY, &what, self.grant(command, "spear")).await
            } else {
                let cookie = if number == 1 { unknown } else { &self.cookie };
                let visitor = self.cast.with(cookie.to_owned());
                within(BUSY, &what, visitor.post("/desk/people/new", &somebody(command, "Magnús"))).await
            };
            let answer = answer.is(503).shows("Busy, nothing was saved");
            assert_eq!(answer.header("retry-after"), "2");
        };
        let sign_in = async {
            let nobody = self.cast.nobody();
            within(BUSY, "a sign-in", nobody.post("/auth/login", "persona=auditor")).await.is(503);
        };
        tokio::join!(write(0), write(1), write(2), write(3), sign_in);
    }
}

/// How often each command is in the log.
async fn recorded(store: &Store, commands: &[String]) -> Vec<usize> {
    let rows = store.read_after(Position(0), 10_000).await.unwrap();
    let count = |id: &String| {
        let id = CommandId(Uuid::parse_str(id).unwrap());
        rows.iter().filter(|row| row.command_id == id).count()
    };
    commands.iter().map(count).collect()
}

#[test]
fn without_the_server_kept_pages_answer_writes_say_busy_and_everything_comes_back() {
    on_all_databases(|database| async move {
        if database.db.backend() != Backend::Sqlite {
            Box::pin(goes_away(&database, Way::Refused)).await;
        }
    });
}

#[test]
fn behind_a_silent_network_kept_pages_answer_writes_say_busy_and_everything_comes_back() {
    on_all_databases(|database| async move {
        if database.db.backend() != Backend::Sqlite {
            Box::pin(goes_away(&database, Way::Silent)).await;
        }
    });
}

#[test]
fn a_silent_network_costs_no_connection_for_good() {
    on_all_databases(|database| async move {
        if database.db.backend() == Backend::Sqlite {
            return;
        }
        let gate = Gate::before(&database).await;
        let db = gate.connect().await.within(Duration::from_millis(500));
        let ask = |db: Db| async move { db.fetch_optional("SELECT 1", &[]).await };
        for _ in 0..6 {
            let asking: Vec<_> = (0..48)
                .map(|_| {
                    let db = db.clone();
                    tokio::spawn(async move { while ask(db.clone()).await.is_ok() {} })
                })
                .collect();
            tokio::time::sleep(Duration::from_millis(100)).await;
            gate.set(Way::Silent);
            for one in asking {
                one.await.unwrap();
            }
            gate.set(Way::Open);
        }
        let since = Instant::now();
        let mut held = Vec::new();
        while held.len() < 16 {
            assert!(since.elapsed() < AGAIN, "only {} connections are left", held.len());
            held.extend(db.begin().await);
        }
        drop(held);
        db.close().await;
    });
}

async fn goes_away(database: &TestDatabase, how: Way) {
    let gate = Gate::before(database).await;
    let scene = Scene::set(gate.connect().await).await;
    let direct = database.store(900).await;
    let unknown = unknown_session(&direct).await;
    let before = direct.head().await.unwrap();
    let commands: Vec<String> = (0..4).map(|_| fresh()).collect();

    gate.set(how);
    let since = Instant::now();
    while since.elapsed() < away() {
        scene.kept_pages_answer().await;
        let nobody = scene.cast.nobody();
        let stranger = scene.cast.with(unknown.clone());
        let (minister, record) = (scene.minister(), format!("/desk/people/{}", scene.person));
        let unkept = format!("/card/{OTHER}");
        let reads = async {
            tokio::join!(
                within(BUSY, "an unkept card", nobody.get(&unkept)),
                within(BUSY, "a record", minister.get(&record)),
                within(BUSY, "an unknown session", stranger.get("/desk")),
                within(BUSY, "an unkept card, an unknown session", stranger.get(&unkept)),
                within(BUSY, "ready", nobody.get("/health/ready")),
                within(BUSY, "the register, an unknown session", stranger.get("/register")),
            )
        };
        let ((), (card, record, desk, again, ready, register)) =
            tokio::join!(scene.writes_say_busy(&commands, &unknown), reads);
        for page in [card, record, desk, again] {
            page.is(503).shows("reach its records").hides("Internal");
        }
        ready.is(503).shows("does not answer");
        register.is(200).shows("Ásta");
        scene.kept_pages_answer().await;
    }
    assert_eq!(direct.head().await.unwrap(), before, "something was saved on {}", database.name);

    gate.set(Way::Open);
    comes_back(&scene, &direct, &commands).await;
    assert!(verify(&database.db, None).await.unwrap().is_clean());
    scene.cast.site.state.services.store.db().close().await;
}

/// By itself, and as if nothing had been.
async fn comes_back(scene: &Scene, direct: &Store, commands: &[String]) {
    let since = Instant::now();
    let before = direct.head().await.unwrap();
    while scene.cast.nobody().get("/health/ready").await.status != 200 {
        assert!(since.elapsed() < AGAIN, "not ready {:?} after the database came back", since.elapsed());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(direct.head().await.unwrap(), before, "what was answered with busy was done later");
    for (number, command) in commands.iter().enumerate() {
        let post = async {
            if number == 0 {
                return scene.grant(command, "spear").await;
            }
            scene.minister().post("/desk/people/new", &somebody(command, "Magnús")).await
        };
        within(BUSY, "a write that was sent again", post).await.is(303);
    }
    assert!(recorded(direct, commands).await.iter().all(|times| *times == 1));
    // Another process writes too, and the site follows.
    let services = &scene.cast.site.state.services;
    let hidden: Command =
        Command::Combatant { combatant: scene.person, command: SetListing { listed: false }.into() };
    let last = scene.cast.site.issue(hidden).await;
    let left = AGAIN.saturating_sub(since.elapsed());
    assert!(services.projections.wait_for(last, left).await, "{:?}", services.projections.states());
    assert!(services.indexes.wait_for(last, AGAIN.saturating_sub(since.elapsed())).await);
    let nobody = scene.cast.nobody();
    while !nobody.get("/register").await.is(200).body.contains("Olena")
        || nobody.get("/register").await.body.contains("Ásta")
        || !nobody.get(&format!("/card/{LONG}")).await.is(200).body.contains(HELD)
    {
        assert!(since.elapsed() < AGAIN, "the pages do not follow");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    scene.minister().get("/desk/people?q=magnus").await.is(200).shows("Magnús");
}

#[test]
fn while_another_process_holds_the_file_reads_go_on_and_writes_say_busy() {
    on_all_databases(|database| async move {
        if database.db.backend() != Backend::Sqlite {
            return;
        }
        let scene = Scene::set(database.db.clone()).await;
        let other = database.other_process().await;
        let unknown = unknown_session(&other).await;
        let before = other.head().await.unwrap();
        let commands: Vec<String> = (0..4).map(|_| fresh()).collect();
        let lock = other.db().begin().await.unwrap();
        let since = Instant::now();
        while since.elapsed() < away() {
            scene.kept_pages_answer().await;
            scene.cast.site.state.pages.clear();
            scene.kept_pages_answer().await;
            let nobody = scene.cast.nobody();
            within(KEPT, "another card", nobody.get(&format!("/card/{OTHER}"))).await.is(200);
            within(KEPT, "ready", nobody.get("/health/ready")).await.is(200);
            let stranger = scene.cast.with(unknown.clone());
            let (minister, record) = (scene.minister(), format!("/desk/people/{}", scene.person));
            let ((), record, desk) = tokio::join!(
                scene.writes_say_busy(&commands, &unknown),
                within(BUSY, "a record, whose reading cannot be noted", minister.get(&record)),
                within(BUSY, "the desk, an unknown session", stranger.get("/desk")),
            );
            record.is(503);
            desk.is(200);
        }
        assert_eq!(other.head().await.unwrap(), before, "something was saved");
        lock.rollback().await;
        comes_back(&scene, &other, &commands).await;
        assert!(verify(&database.db, None).await.unwrap().is_clean());
        other.db().close().await;
    });
}
