//! Somebody with all rights changes a row of the log under a served site.

use std::time::{Duration, Instant};

use emol::commands::Command;
use emol::commands::combatant::CombatantCommand;
use emol::commands::combatant::grant_authorization::GrantAuthorization;
use emol::commands::combatant::set_listing::SetListing;
use emol::domain::date::CivilDate;
use emol::domain::id::{CombatantId, EventId, Position, Slug};
use emol::projections::State;
use emol::store::{Arg, Backend, RecordedRow};

use super::{command_id, says, somebody};
use crate::projections::people::tables;
use crate::support::databases::{TestDatabase, on_all_databases};
use crate::web::desk_cast::{Cast, form};
use crate::web::site::fighter;

const LONG: &str = "lusab-babad-gutih-tugad";
const OTHER: &str = "bufab-babad-gutih-tugad";
/// How a card page says that the spear was granted.
const HELD: &str = "<em>held</em><span>Spear <small></small></span>";
/// What every page says while a read model is paused.
const LATE: &str = "NOT UP TO DATE";
const SOON: Duration = Duration::from_secs(15);

/// Does to one row what only the database's owner can do.
async fn tamper(database: &TestDatabase, column: &str, value: Arg<'_>, position: Position) {
    for trigger in ["events_no_update", "events_no_delete"] {
        let _ = database.admin.raw(format!("DROP TRIGGER {trigger}")).await;
    }
    let sql = format!("UPDATE events SET {column} = ? WHERE position = ?");
    let touched = database.admin.execute(sql, &[value, Arg::Int(position.0)]).await.unwrap();
    assert_eq!(touched, 1);
}

/// From now on the read models cannot move, until [`let_go`].
async fn hold(database: &TestDatabase) {
    let refuse = match database.admin.backend() {
        Backend::Sqlite => "BEGIN SELECT RAISE(ABORT, 'held by the test'); END",
        Backend::MySql | Backend::MariaDb => "FOR EACH ROW SIGNAL SQLSTATE '45000'",
    };
    let sql = format!("CREATE TRIGGER test_hold BEFORE UPDATE ON rm_checkpoint {refuse}");
    database.admin.raw(sql).await.unwrap();
}

async fn let_go(database: &TestDatabase) {
    // Whoever read the log before it was changed has failed by then, and reads it again.
    tokio::time::sleep(Duration::from_millis(500)).await;
    database.admin.raw("DROP TRIGGER test_hold").await.unwrap();
}

async fn grant(cast: &Cast, person: CombatantId, authorization: &str) -> Position {
    let command: CombatantCommand = GrantAuthorization {
        discipline: Slug::parse("armoured-combat").unwrap(),
        authorization: Slug::parse(authorization).unwrap(),
        on: CivilDate::parse("2026-11-20").unwrap(),
    }
    .into();
    cast.site.issue(Command::Combatant { combatant: person, command }).await
}

/// The row at a position, as it is.
async fn row(cast: &Cast, position: Position) -> RecordedRow {
    cast.site.state.services.store.read_at(position).await.unwrap().unwrap()
}

/// Public pages, the desk and the numbers for whoever watches all answer.
async fn stays_up(cast: &Cast) {
    cast.site.state.pages.clear();
    let nobody = cast.nobody();
    for path in ["/", "/register", "/marshals", &format!("/card/{LONG}"), &format!("/card/{OTHER}")] {
        nobody.get(path).await.is(200);
    }
    nobody.get("/health/live").await.is(200);
    nobody.get("/health/ready").await.is(200);
    let minister = cast.be("list-minister").await;
    minister.get("/desk").await.is(200);
    minister.get("/desk/people?q=asta").await.is(200).shows("Ásta");
    let auditor = cast.be("auditor").await;
    auditor.get("/audit").await.is(200);
}

/// Forms are taken, and what they say is in the log.
async fn takes_forms(cast: &Cast) {
    let minister = cast.be("list-minister").await;
    let before = cast.facts().await.len();
    let command = command_id(cast.site.state.services.ids.as_ref());
    let done = minister.post("/desk/people/new", &somebody(&command, "Magnús")).await.is(303);
    assert_eq!(cast.facts().await.len(), before + 1);
    // The record is read from the log itself.
    minister.get(done.header("location")).await.is(200).shows("Magnús");
}

async fn verify_names(database: &TestDatabase, position: Position) {
    let report = says(database, &["verify", "--json"]).await;
    assert_eq!(report.code, 1, "{report:?}");
    let json: serde_json::Value = serde_json::from_str(&report.out).unwrap();
    let found: Vec<_> = json["findings"].as_array().unwrap().iter().map(|one| &one["position"]).collect();
    assert_eq!(found, [&serde_json::json!(position.0)], "{report:?}");
    let text = says(database, &["verify"]).await;
    assert!(format!("{}{}", text.out, text.err).contains(&position.to_string()), "{text:?}");
}

/// Every read model is paused before that event, and every place that speaks of it names it.
async fn paused_at(database: &TestDatabase, cast: &Cast, position: Position, event: EventId) {
    let since = Instant::now();
    let projections = &cast.site.state.services.projections;
    while projections.states().iter().any(|at| at.state != State::Paused) || projections.states().is_empty() {
        assert!(since.elapsed() < SOON, "{:?}", projections.states());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for at in projections.states().iter() {
        let stop = at.stopped_by.as_ref().unwrap();
        assert_eq!((stop.position, stop.event), (position, Some(event)), "{}", at.model);
        assert_eq!(at.position, Position(position.0 - 1), "{}", at.model);
    }
    let (place, id) = (format!("position {position}"), event.to_string());
    let doctor = says(database, &["doctor"]).await;
    assert_ne!(doctor.code, 0, "{doctor:?}");
    assert!(doctor.out.contains(&place) && doctor.out.contains(&id), "{doctor:?}");
    cast.be("list-minister").await.get("/desk").await.is(200).shows(&place).shows(&id);
    cast.nobody().get("/health/ready").await.is(200).shows("paused").shows(&place).shows(&id);
}

#[test]
fn a_changed_row_that_was_taken_in_before_is_named_by_verify_and_the_site_goes_on() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let asta = cast.site.register(&fighter("Ásta", LONG)).await;
        let olena = cast.site.register(&fighter("Olena", OTHER)).await;
        let bad = grant(&cast, asta, "spear").await;
        cast.site.seen(bad).await;
        let payload = row(&cast, bad).await.payload;
        let other = String::from_utf8(payload.clone()).unwrap().replace("spear", "siege");
        tamper(&database, "payload", Arg::Bytes(other.as_bytes()), bad).await;
        verify_names(&database, bad).await;
        stays_up(&cast).await;
        takes_forms(&cast).await;
        // What follows is followed.
        let last = grant(&cast, olena, "spear").await;
        cast.site.seen(last).await;
        cast.nobody().get(&format!("/card/{OTHER}")).await.is(200).shows(HELD);
        assert!(cast.site.state.services.projections.states().iter().all(|at| at.state == State::Live));
        // A rebuild meets the row, names it and leaves what is served as it was.
        let store = &cast.site.state.services.store;
        let (live, event) = (tables(store).await, row(&cast, bad).await.event_id);
        let rebuilt = says(&database, &["rebuild"]).await;
        assert_ne!(rebuilt.code, 0, "{rebuilt:?}");
        assert!(rebuilt.err.contains(&format!("position {bad}")), "{rebuilt:?}");
        assert!(rebuilt.err.contains(&event.to_string()), "{rebuilt:?}");
        assert!(tables(store).await == live);
        stays_up(&cast).await;
        // Mended from a backup, everything is as if nothing had been.
        tamper(&database, "payload", Arg::Bytes(&payload), bad).await;
        assert_eq!(says(&database, &["verify"]).await.code, 0);
        assert_eq!(says(&database, &["rebuild"]).await.code, 0);
        assert!(tables(store).await == live);
    });
}

#[test]
fn a_changed_row_that_was_not_taken_in_yet_pauses_the_read_models_which_name_it_and_the_site_goes_on() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let asta = cast.site.register(&fighter("Ásta", LONG)).await;
        cast.site.register(&fighter("Olena", OTHER)).await;
        cast.nobody().get("/register").await.is(200).hides(LATE);
        hold(&database).await;
        let bad = grant(&cast, asta, "spear").await;
        let event = row(&cast, bad).await.event_id;
        let payload = row(&cast, bad).await.payload;
        let other = String::from_utf8(payload.clone()).unwrap().replace("spear", "siege");
        tamper(&database, "payload", Arg::Bytes(other.as_bytes()), bad).await;
        let_go(&database).await;

        paused_at(&database, &cast, bad, event).await;
        verify_names(&database, bad).await;
        stays_up(&cast).await;
        takes_forms(&cast).await;
        cast.nobody().get(&format!("/card/{LONG}")).await.is(200).shows("Ásta").hides(HELD).shows(LATE);
        cast.nobody().get("/register").await.is(200).shows(LATE).shows("Ásta").shows("Olena").hides("Magnús");
        // A server that starts now serves the last state too.
        let again = Cast::serve_again(database.other_process().await.db().clone()).await;
        paused_at(&database, &again, bad, event).await;
        stays_up(&again).await;
        takes_forms(&again).await;
        again.site.state.services.store.db().close().await;
        drop(again);
        // Mended from a backup: the next start takes in everything.
        tamper(&database, "payload", Arg::Bytes(&payload), bad).await;
        let mended = Cast::serve_again(database.other_process().await.db().clone()).await;
        let head = mended.site.state.services.store.head().await.unwrap().position;
        mended.site.seen(head).await;
        mended.nobody().get(&format!("/card/{LONG}")).await.is(200).shows(HELD).hides(LATE);
        mended.nobody().get("/health/ready").await.is(200).hides("paused");
        mended.site.state.services.store.db().close().await;
    });
}

#[test]
fn a_row_that_cannot_even_be_read_stops_nothing_but_the_read_models() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let asta = cast.site.register(&fighter("Ásta", LONG)).await;
        let olena = cast.site.register(&fighter("Olena", OTHER)).await;
        cast.nobody().get(&format!("/card/{OTHER}")).await.is(200);
        hold(&database).await;
        let bad = grant(&cast, asta, "spear").await;
        tamper(&database, "actor", Arg::Text("nobody we know"), bad).await;
        let_go(&database).await;
        verify_names(&database, bad).await;
        let hidden: CombatantCommand = SetListing { listed: false }.into();
        let last = cast.site.issue(Command::Combatant { combatant: olena, command: hidden }).await;
        let since = Instant::now();
        while cast.site.state.followed.last() < last {
            assert!(since.elapsed() < SOON, "the site does not follow past position {bad}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let ready = async || cast.nobody().get("/health/ready").await.is(200).body;
        while !ready().await.contains(&format!("\"stopped_by\":\"position {bad}\"")) {
            assert!(since.elapsed() < SOON, "{}", ready().await);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let command = command_id(cast.site.state.services.ids.as_ref());
        let minister = cast.be("list-minister").await;
        minister.post("/desk/people/new", &somebody(&command, "Magnús")).await.is(303);
        let waiver = form(&[
            ("command_id", &command_id(cast.site.state.services.ids.as_ref())),
            ("signed_on", "2026-11-20"),
        ]);
        minister.post(&format!("/desk/people/{olena}/record-waiver"), &waiver).await.is(303);
        for path in ["/", "/register", "/marshals", &format!("/card/{LONG}"), &format!("/card/{OTHER}")] {
            cast.nobody().get(path).await.is(200);
        }
    });
}

#[test]
fn lists_that_could_not_be_read_yet_are_not_shown_as_empty() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        cast.site.register(&fighter("Ásta", LONG)).await;
        let sql = "UPDATE rm_documents SET doc = ? WHERE model = 'register'";
        database.admin.execute(sql, &[Arg::Bytes(b"{}")]).await.unwrap();
        let again = Cast::serve_again(database.other_process().await.db().clone()).await;
        for path in ["/register", "/register?q=asta", "/marshals"] {
            again.nobody().get(path).await.is(503).hides("Nobody");
        }
        again.nobody().get(&format!("/card/{LONG}")).await.is(200).shows("Ásta");
        again.site.state.services.store.db().close().await;
    });
}
