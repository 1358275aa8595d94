//! Keeping: nobody changes the past, and if somebody does, it shows.

use emol::clock::{Clock, FixedClock, SystemClock};
use emol::domain::id::Position;
use emol::store::dialect::rows_of;
use emol::store::migrate::{SchemaState, has_append_only_triggers, migrate, schema_state};
use emol::store::verify::{Against, Finding, Problem, verify};
use emol::store::{AppendError, Arg, Backend, DbError, format};

use super::samples::{adds, person};
use crate::support::databases::{NOW, TestDatabase, on_all_databases};

#[test]
fn the_application_can_neither_change_nor_delete_events() {
    on_all_databases(|database| async move {
        database.store(1).await.append(adds(1, person(1), 0, 3)).await.unwrap();
        for sql in [
            "UPDATE events SET payload = metadata",
            "DELETE FROM events",
            "DELETE FROM events WHERE position = 3",
        ] {
            let refused = database.db.execute(sql, &[]).await;
            assert!(matches!(refused, Err(DbError::Denied(_))), "{sql}: {refused:?}");
        }
        if database.db.backend() != Backend::Sqlite {
            for sql in [
                "TRUNCATE events",
                "DROP TABLE events",
                "ALTER TABLE events DROP COLUMN actor",
                "CREATE TABLE other (id BIGINT)",
                "DROP TRIGGER events_no_update",
                "UPDATE commands SET last_position = 0",
                "DELETE FROM erasures",
            ] {
                let refused = database.db.raw(sql).await;
                assert!(matches!(refused, Err(DbError::Denied(_))), "{sql}: {refused:?}");
            }
        }
        assert!(verify(&database.db, None).await.unwrap().is_clean());
    });
}

#[test]
fn not_even_the_owner_changes_events_where_triggers_could_be_made() {
    on_all_databases(|database| async move {
        database.store(1).await.append(adds(1, person(1), 0, 1)).await.unwrap();
        assert!(has_append_only_triggers(&database.admin).await.unwrap());
        for sql in ["UPDATE events SET schema_version = 9", "DELETE FROM events"] {
            let refused = database.admin.execute(sql, &[]).await;
            assert!(matches!(refused, Err(DbError::Denied(_))), "{refused:?}");
        }
    });
}

/// Does to the log what only somebody with all rights can do.
async fn tamper(database: &TestDatabase, sql: &'static str) {
    for trigger in ["events_no_update", "events_no_delete"] {
        let _ = database.admin.raw(format!("DROP TRIGGER {trigger}")).await;
    }
    database.admin.execute(sql, &[]).await.unwrap();
}

#[test]
fn verify_names_the_position_of_a_changed_row() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        store.append(adds(1, person(1), 0, 9)).await.unwrap();
        for sql in [
            "UPDATE events SET effective_on = effective_on + 1 WHERE position = 5",
            "UPDATE events SET effective_on = effective_on - 1, actor = 'process:tesu' WHERE position = 5",
        ] {
            tamper(&database, sql).await;
            let report = verify(&database.db, None).await.unwrap();
            assert_eq!(report.findings, [Finding { position: Position(5), problem: Problem::Hash }]);
        }
    });
}

#[test]
fn verify_names_a_missing_row_and_a_cut_tail() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        store.append(adds(1, person(1), 0, 9)).await.unwrap();
        tamper(&database, "DELETE FROM events WHERE position = 9").await;
        let report = verify(&database.db, None).await.unwrap();
        assert_eq!(report.findings, [Finding { position: Position(9), problem: Problem::Head }]);
        tamper(&database, "DELETE FROM events WHERE position = 4").await;
        let report = verify(&database.db, None).await.unwrap();
        assert_eq!(report.findings[0], Finding { position: Position(4), problem: Problem::Missing });
        // A place that somebody made up may be far away: nothing is looked for on the way.
        tamper(&database, "UPDATE events SET position = 1000000000000000 WHERE position = 8").await;
        let report = verify(&database.db, None).await.unwrap();
        let missing = Finding { position: Position(8), problem: Problem::Missing };
        assert!(report.findings.contains(&missing), "{report:?}");
        assert_eq!(report.head.position, Position(1_000_000_000_000_000));
    });
}

#[test]
fn verify_against_a_head_kept_elsewhere_tells_a_fork() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        store.append(adds(1, person(1), 0, 4)).await.unwrap();
        let kept = store.head().await.unwrap().hash;
        store.append(adds(2, person(1), 4, 3)).await.unwrap();
        let report = verify(&database.db, Some(kept)).await.unwrap();
        assert!(report.is_clean() && report.against == Against::Ancestor(Position(4)));
        let report = verify(&database.db, Some([1; 32])).await.unwrap();
        assert!(!report.is_clean() && report.against == Against::Fork);
        assert!(verify(&database.db, Some([0; 32])).await.unwrap().is_clean());
    });
}

#[test]
fn migrating_twice_changes_nothing() {
    on_all_databases(|database| async move {
        assert_eq!(schema_state(&database.db).await.unwrap(), SchemaState::UpToDate);
        let again = migrate(&database.admin, &FixedClock::at(NOW)).await.unwrap();
        assert!(again.applied.is_empty() && again.warnings.is_empty(), "{again:?}");
        let sql = "INSERT INTO migrations (number, name, checksum, applied_at) \
                   SELECT 900, 'of_the_future', checksum, 0 FROM migrations WHERE number = 1";
        database.admin.execute(sql, &[]).await.unwrap();
        assert_eq!(schema_state(&database.db).await.unwrap(), SchemaState::Newer(900));
        database.admin.execute("DELETE FROM migrations WHERE number > 10", &[]).await.unwrap();
        assert!(matches!(schema_state(&database.db).await.unwrap(), SchemaState::Behind(_)));
        migrate(&database.admin, &FixedClock::at(NOW)).await.unwrap();
        assert_eq!(schema_state(&database.db).await.unwrap(), SchemaState::UpToDate);
        database.admin.raw("DROP TABLE migrations").await.unwrap();
    });
}

#[test]
fn every_table_has_its_rights_listed() {
    let grants = include_str!("../../../setup_files/mysql-grants.sql");
    on_all_databases(move |database| async move {
        if database.db.backend() == Backend::Sqlite {
            return;
        }
        let sql = "SELECT CONVERT(table_name USING utf8mb4) FROM information_schema.tables \
                   WHERE table_schema = DATABASE()";
        for row in database.admin.fetch_all(sql, &[]).await.unwrap() {
            let table = row.text(0).unwrap();
            assert!(grants.contains(&format!("ON `emol`.`{table}` TO")), "{table} has no line");
        }
        for word in ["CREATE ON", "DROP", "ALTER", "TRIGGER ON", "ALL"] {
            assert!(!grants.lines().any(|line| line.starts_with("GRANT") && line.contains(word)), "{word}");
        }
    });
}

#[test]
fn a_read_model_row_is_put_whether_it_exists_or_not() {
    on_all_databases(|database| async move {
        for (position, doc) in [(1, Some(b"one".as_slice())), (2, None), (3, Some(b"three".as_slice()))] {
            let sql = format!(
                "INSERT INTO rm_documents (model, generation, subject, position, doc) VALUES {}{}",
                rows_of(5, 2),
                database.db.backend().upsert("model, generation, subject", &["position", "doc"])
            );
            let row = |subject| {
                [
                    Arg::Text("card"),
                    Arg::Int(1),
                    Arg::Bytes(subject),
                    Arg::Int(position),
                    Arg::MaybeBytes(doc),
                ]
            };
            let args = [row(&[1; 16]), row(&[2; 16])].concat();
            database.db.execute(sql, &args).await.unwrap();
            let sql = "SELECT position, doc FROM rm_documents WHERE generation = ? ORDER BY subject";
            let rows = database.db.fetch_all(sql, &[Arg::Int(1)]).await.unwrap();
            assert_eq!(rows.len(), 2);
            assert_eq!((rows[1].int(0).unwrap(), rows[1].maybe_bytes(1).unwrap()), (position, doc));
        }
    });
}

#[test]
fn a_transaction_that_is_dropped_leaves_nothing_behind() {
    on_all_databases(|database| async move {
        let sql = "INSERT INTO erasures (owner, erased_at) VALUES (?, 0)";
        let mut tx = database.db.begin().await.unwrap();
        tx.execute(sql, &[Arg::Bytes(&[1; 16])]).await.unwrap();
        drop(tx);
        let mut tx = database.db.begin().await.unwrap();
        tx.execute(sql, &[Arg::Bytes(&[1; 16])]).await.unwrap();
        let twice = tx.execute(sql, &[Arg::Bytes(&[1; 16])]).await;
        assert!(matches!(twice, Err(DbError::DuplicateKey)));
        tx.rollback().await;
        let rows = database.db.fetch_all("SELECT owner FROM erasures", &[]).await.unwrap();
        assert!(rows.is_empty());
    });
}

#[test]
fn the_servers_clock_can_be_compared_with_ours() {
    on_all_databases(|database| async move {
        if let Some(theirs) = database.db.server_clock().await.unwrap() {
            let apart = theirs.micros() - SystemClock.now().micros();
            assert!(apart.abs() < 60_000_000, "{apart} µs");
        }
    });
}

#[test]
fn a_kind_of_event_that_not_every_server_reads_yet_is_written_once_that_is_allowed() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        let mut later = adds(1, person(1), 0, 1);
        later.format = 2;
        let refused = store.append(later.clone()).await.unwrap_err();
        assert!(matches!(refused, AppendError::NotYet { needed: 2, allowed: 1 }), "{refused}");
        assert!(refused.to_string().contains("emol migrate --raise-log-format"));
        assert_eq!(store.head().await.unwrap().position, Position(0), "nothing was written");
        store.append(adds(2, person(2), 0, 1)).await.unwrap();
        if database.db.backend() != Backend::Sqlite {
            let by_the_application = format::raise(&database.db, 2).await;
            assert!(matches!(by_the_application, Err(DbError::Denied(_))), "{by_the_application:?}");
        }
        assert_eq!(format::raise(&database.admin, 2).await.unwrap(), 1);
        // Nobody has to start anew, and nothing is ever lowered.
        store.append(later).await.unwrap();
        assert_eq!(format::raise(&database.admin, 1).await.unwrap(), 2);
        assert_eq!(format::read(&database.db).await.unwrap(), 2);
    });
}

#[test]
fn a_log_without_events_allows_every_kind_at_once_and_one_with_events_waits() {
    on_all_databases(|database| async move {
        format::raise_unused(&database.admin, 2).await.unwrap();
        assert_eq!(format::read(&database.db).await.unwrap(), 2);
        let store = database.store(1).await;
        store.append(adds(1, person(1), 0, 1)).await.unwrap();
        format::raise_unused(&database.admin, 3).await.unwrap();
        assert_eq!(format::read(&database.db).await.unwrap(), 2, "another server may read this log");
    });
}

#[test]
fn a_database_of_another_program_is_left_alone() {
    on_all_databases(|database| async move {
        // With the list of migrations gone, these tables might be anybody's.
        database.admin.raw("DROP TABLE migrations").await.unwrap();
        let refused = migrate(&database.admin, &FixedClock::at(NOW)).await.unwrap_err();
        assert!(matches!(refused, DbError::Setting(_)), "{refused}");
        assert!(refused.to_string().contains("announcements, bounces"), "{refused}");
        let list = database.admin.fetch_all("SELECT number FROM migrations", &[]).await;
        assert!(list.is_err(), "nothing was made");
    });
}
