//! Writing: all or nothing, conflicts, repeats, many writers.

use std::sync::Arc;
use std::time::Duration;

use emol::clock::{CountingIds, FixedClock};
use emol::domain::id::{Position, StreamId, StreamType, StreamVersion};
use emol::store::chain::hex;
use emol::store::verify::verify;
use emol::store::{Append, AppendError, Arg, Claim, ClaimKind, OutboxRow, Store};
use uuid::Uuid;

use super::samples::{adds, command, event, person};
use crate::support::databases::{NOW, on_all_databases};

/// The sample history: its newest hash is the same on every database, for ever.
const GOLDEN_HEAD: &str = "4bc8e19fa20008e9261459535c9fa57f11244218946b4568d9bc8a85966c36f5";

#[test]
fn the_same_history_has_the_same_hashes_on_every_database() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        store.append(adds(1, person(1), 0, 3)).await.unwrap();
        let mut second = adds(2, person(2), 0, 1);
        second.events[0].subject = None;
        second.events[0].effective_on = None;
        second.events[0].payload = (0..=255).collect();
        second.metadata = b"{}".to_vec();
        second.causation_id = Some(emol::domain::id::EventId(Uuid::from_u128(1000)));
        store.append(second).await.unwrap();
        let receipt = store.append(adds(3, person(1), 3, 70)).await.unwrap();
        assert_eq!((receipt.first, receipt.last), (Position(5), Position(74)));
        assert_eq!(hex(&store.head().await.unwrap().hash), GOLDEN_HEAD, "{}", database.name);
        assert!(verify(&database.db, None).await.unwrap().is_clean());
    });
}

#[test]
fn an_append_with_an_outdated_version_is_refused_and_writes_nothing() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        store.append(adds(1, person(1), 0, 2)).await.unwrap();
        for wrong in [0, 1, 3, 9] {
            let refused = store.append(adds(100 + wrong, person(1), wrong.try_into().unwrap(), 1)).await;
            assert!(
                matches!(refused, Err(AppendError::StreamConflict(stream)) if stream == person(1)),
                "{wrong}: {refused:?}"
            );
        }
        assert_eq!(store.head().await.unwrap().position, Position(2));
        store.append(adds(2, person(1), 2, 1)).await.unwrap();
    });
}

#[test]
fn an_append_whose_guard_moved_is_refused() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        let rulebook = StreamId::only(StreamType::Rulebook);
        let guarded = |number, version| {
            let mut append = adds(number, person(number), 0, 1);
            append.guards = vec![(rulebook, StreamVersion(version))];
            append
        };
        store.append(guarded(1, 0)).await.unwrap();
        store.append(adds(2, rulebook, 0, 1)).await.unwrap();
        let refused = store.append(guarded(3, 0)).await;
        assert!(matches!(refused, Err(AppendError::StreamConflict(stream)) if stream == rulebook));
        let ahead = store.append(guarded(4, 2)).await;
        assert!(matches!(ahead, Err(AppendError::StreamConflict(stream)) if stream == rulebook));
        store.append(guarded(5, 1)).await.unwrap();
    });
}

#[test]
fn what_is_claimed_belongs_to_one_owner_until_it_is_released() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        let hash = store.keyring().claim_hash(ClaimKind::CardId, "0000-0000");
        let claim = |owner| Claim { kind: ClaimKind::CardId, hash, owner: Uuid::from_u128(owner) };
        let claiming = |number, owner| {
            let mut append = adds(number, person(number), 0, 1);
            append.claims = vec![claim(owner)];
            append
        };
        store.append(claiming(1, 1)).await.unwrap();
        let taken = store.append(claiming(2, 2)).await;
        assert!(matches!(taken, Err(AppendError::ClaimTaken(ClaimKind::CardId))), "{taken:?}");
        assert_eq!(store.claim_owner(ClaimKind::CardId, &hash).await.unwrap(), Some(Uuid::from_u128(1)));
        let mut handed_over = claiming(3, 2);
        handed_over.releases = vec![claim(1)];
        store.append(handed_over).await.unwrap();
        assert_eq!(store.claim_owner(ClaimKind::CardId, &hash).await.unwrap(), Some(Uuid::from_u128(2)));
        assert_eq!(store.head().await.unwrap().position, Position(2));
    });
}

#[test]
fn the_same_command_sent_twice_is_done_once() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        let first = store.append(adds(1, person(1), 0, 2)).await.unwrap();
        store.append(adds(2, person(1), 2, 1)).await.unwrap();
        let again = store.append(adds(1, person(1), 0, 2)).await.unwrap();
        assert!(!first.repeated && again.repeated);
        assert_eq!(
            (again.first, again.last, again.recorded_at),
            (first.first, first.last, first.recorded_at)
        );
        let (a, b) =
            tokio::join!(store.append(adds(5, person(5), 0, 1)), store.append(adds(5, person(5), 0, 1)));
        assert_eq!(a.unwrap().last, b.unwrap().last);
        assert_eq!(store.head().await.unwrap().position, Position(4));
    });
}

#[test]
fn a_command_id_with_another_body_is_refused() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        store.append(adds(1, person(1), 0, 1)).await.unwrap();
        let mut other = adds(1, person(1), 1, 1);
        other.body_hash = [8; 32];
        assert!(matches!(store.append(other).await, Err(AppendError::CommandReused)));
        assert_eq!(store.head().await.unwrap().position, Position(1));
    });
}

#[test]
fn several_streams_are_written_together_or_not_at_all() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        let mut merge = adds(1, person(1), 0, 1);
        merge.events.push(event(person(2), 2));
        merge.expects.push((person(2), StreamVersion(0)));
        merge.events.push(event(StreamId::access(Uuid::nil(), "2026-05"), 3));
        merge.outbox.push(OutboxRow {
            id: Uuid::from_u128(1),
            template: "merged",
            subject: None,
            params: vec![],
            due_at: NOW,
            correlation_id: merge.correlation_id,
        });
        store.append(merge).await.unwrap();
        let mut half = adds(2, person(1), 1, 1);
        half.events.push(event(person(2), 4));
        half.expects.push((person(2), StreamVersion(0)));
        assert!(matches!(store.append(half).await, Err(AppendError::StreamConflict(s)) if s == person(2)));
        assert_eq!(store.head().await.unwrap().position, Position(3));
        assert_eq!(store.read_stream(person(1), StreamVersion(0)).await.unwrap().len(), 1);
    });
}

#[test]
fn the_guilty_leave_the_group_and_the_rest_is_written() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        store.append(adds(1, person(1), 0, 1)).await.unwrap();
        let appends: Vec<Append> = (0..40)
            .map(|i| {
                if i % 4 == 0 { adds(100 + i, person(1), 0, 1) } else { adds(100 + i, person(100 + i), 0, 2) }
            })
            .collect();
        let tasks: Vec<_> = appends
            .into_iter()
            .map(|append| {
                let store = store.clone();
                tokio::spawn(async move { store.append(append).await.is_ok() })
            })
            .collect();
        let mut done = 0;
        for task in tasks {
            done += i64::from(task.await.unwrap());
        }
        assert_eq!(done, 30);
        assert_eq!(store.head().await.unwrap().position, Position(1 + 60));
        assert!(verify(&database.db, None).await.unwrap().is_clean());
    });
}

#[test]
fn streams_of_any_version_never_conflict() {
    on_all_databases(|database| async move {
        let (one, two) = (database.store(1).await, database.other_process().await);
        let access = StreamId::access(Uuid::nil(), "2026-05");
        let tasks: Vec<_> = (0..40u128)
            .map(|i| {
                let store = if i % 2 == 0 { one.clone() } else { two.clone() };
                tokio::spawn(async move {
                    let mut append = command(i + 1);
                    append.events = vec![event(access, i)];
                    store.append(append).await.unwrap();
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(one.read_stream(access, StreamVersion(0)).await.unwrap().len(), 40);
        assert!(verify(&database.db, None).await.unwrap().is_clean());
    });
}

#[test]
fn a_clock_behind_the_log_is_refused_and_named() {
    on_all_databases(|database| async move {
        database.store(1).await.append(adds(1, person(1), 0, 1)).await.unwrap();
        let behind = |seconds: i64| {
            database.store_with(
                Arc::new(FixedClock::at(NOW.plus_seconds(-seconds))),
                Arc::new(CountingIds::from(5)),
            )
        };
        let receipt = behind(60).await.append(adds(2, person(2), 0, 1)).await.unwrap();
        assert_eq!(receipt.recorded_at, NOW, "time never goes back in the log");
        let refused = behind(61).await.append(adds(3, person(3), 0, 1)).await;
        assert!(
            matches!(refused, Err(AppendError::ClockBehind { clock, head }) if clock < head),
            "{refused:?}"
        );
    });
}

#[test]
fn l1_a_link_that_expires_between_a_slow_clock_and_the_head_is_spent_and_holds_up_nobody() {
    on_all_databases(|database| async move {
        let clock = Arc::new(FixedClock::at(NOW));
        let store = database.store_with(clock.clone(), Arc::new(CountingIds::from(1))).await;
        store.append(adds(1, person(1), 0, 1)).await.unwrap();
        clock.set(NOW.plus_seconds(-30));
        let (late, good) = (Uuid::from_u128(1), Uuid::from_u128(2));
        store.create_link(late, "my-record", person(1).id, NOW.plus_seconds(-10)).await.unwrap();
        store.create_link(good, "my-record", person(2).id, NOW.plus_seconds(10)).await.unwrap();
        let using = |mut append: Append, link| {
            append.uses.push(link);
            append
        };
        let (refused, written) = tokio::join!(
            store.append(using(adds(2, person(1), 1, 1), late)),
            store.append(using(adds(3, person(2), 0, 1), good)),
        );
        assert!(matches!(refused, Err(AppendError::LinkSpent)), "{refused:?}");
        assert_eq!(written.unwrap().recorded_at, NOW);
        assert_eq!(store.find_link(late).await.unwrap().unwrap().consumed_at, None);
        assert_eq!(store.find_link(good).await.unwrap().unwrap().consumed_at, Some(NOW));
    });
}

#[test]
fn an_append_that_cannot_become_rows_is_refused_before_anything_is_written() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        assert!(matches!(store.append(command(1)).await, Err(AppendError::Malformed(_))));
        let mut large = adds(2, person(2), 0, 1);
        large.payload_of_first(5 << 20);
        assert!(matches!(store.append(large).await, Err(AppendError::Malformed(_))));
        let mut just_right = adds(3, person(3), 0, 3);
        just_right.payload_of_first(4 << 20);
        store.append(just_right).await.unwrap();
        assert!(verify(&database.db, None).await.unwrap().is_clean());
    });
}

trait Swell {
    fn payload_of_first(&mut self, bytes: usize);
}

impl Swell for Append {
    fn payload_of_first(&mut self, bytes: usize) {
        self.events[0].payload = vec![b'x'; bytes];
    }
}

#[test]
fn an_import_of_thousands_is_one_transaction() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        let mut import = command(1);
        for number in 0..3000 {
            import.expects.push((person(number), StreamVersion(0)));
            import.events.extend([event(person(number), number), event(person(number), 10_000 + number)]);
        }
        let (receipt, other) = tokio::join!(store.append(import), store.append(adds(2, person(9999), 0, 1)));
        let receipt = receipt.unwrap();
        assert_eq!(receipt.last.0 - receipt.first.0, 5999);
        assert!(other.is_ok(), "{other:?}");
        assert!(verify(&database.db, None).await.unwrap().is_clean());
    });
}

#[test]
fn a_reader_misses_nothing_while_two_processes_write() {
    on_all_databases(|database| async move {
        const WRITERS: u128 = 16;
        const EACH: u128 = 12;
        let stores = [database.store(1).await, database.other_process().await];
        let mut tasks = Vec::new();
        for writer in 0..2 * WRITERS {
            let store = stores[usize::from(writer >= WRITERS)].clone();
            tasks.push(tokio::spawn(async move {
                for i in 0..EACH {
                    let append =
                        adds(writer * 1000 + i + 1, person(writer), i64::try_from(i).unwrap() * 2, 2);
                    while let Err(error) = store.append(append.clone()).await {
                        assert!(matches!(error, AppendError::Busy), "{error:?}");
                    }
                }
            }));
        }
        let total = i64::try_from(2 * WRITERS * EACH * 2).unwrap();
        let reader = tokio::spawn(follow_to(stores[0].clone(), total));
        for task in tasks {
            task.await.unwrap();
        }
        tokio::time::timeout(Duration::from_secs(10), reader).await.unwrap().unwrap();
        let report = verify(&database.db, None).await.unwrap();
        assert!(report.is_clean() && report.events == total, "{report:?}");
    });
}

/// Reads on with `position > last` and asserts that the next event is always the next position.
async fn follow_to(store: Store, end: i64) {
    let mut last = Position(0);
    while last.0 < end {
        for row in store.read_after(last, 50).await.unwrap() {
            assert_eq!(row.position.0, last.0 + 1, "an event was missed or came late");
            last = row.position;
        }
    }
}

#[test]
fn the_watch_tells_of_appends_of_this_and_of_other_processes() {
    on_all_databases(|database| async move {
        let (here, there) = (database.store(1).await, database.other_process().await);
        let mut watch = here.watch();
        here.append(adds(1, person(1), 0, 1)).await.unwrap();
        assert_eq!(watch.borrow_and_update().position, Position(1));
        there.append(adds(2, person(2), 0, 1)).await.unwrap();
        tokio::time::timeout(Duration::from_secs(2), watch.changed()).await.unwrap().unwrap();
        assert_eq!(watch.borrow().position, Position(2));
    });
}

#[test]
fn a_process_that_is_killed_leaves_whole_commands_or_nothing() {
    on_all_databases(|database| async move {
        for round in 0..6u128 {
            let (url, name) = (database.url.clone(), database.name);
            tokio::task::spawn_blocking(move || {
                let doomed = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
                doomed.block_on(async move {
                    let db = emol::store::Db::connect(&url).await.unwrap();
                    let keys = crate::support::databases::master_keys();
                    let clock = Arc::new(FixedClock::at(NOW));
                    let store =
                        Store::open(db, keys, clock, Arc::new(emol::clock::SystemIds)).await.expect(name);
                    for i in 0..200 {
                        let number = round * 1000 + i + 1;
                        let store = store.clone();
                        tokio::spawn(async move { store.append(adds(number, person(number), 0, 3)).await });
                    }
                    let cut = u64::try_from(round).unwrap();
                    tokio::time::sleep(Duration::from_millis(3 + 7 * cut)).await;
                });
                doomed.shutdown_background();
            })
            .await
            .unwrap();
        }
        let store = database.other_process().await;
        store.append(adds(999_999, person(999_999), 0, 3)).await.unwrap();
        let report = verify(&database.db, None).await.unwrap();
        assert!(report.is_clean(), "{report:?}");
        let commands = database.db.fetch_optional("SELECT COUNT(*) FROM commands", &[]).await.unwrap();
        assert_eq!(report.events, commands.unwrap().int(0).unwrap() * 3);
        let broken = "SELECT COUNT(*) FROM commands WHERE last_position <> first_position + ?";
        let broken = database.db.fetch_optional(broken, &[Arg::Int(2)]).await.unwrap();
        assert_eq!(broken.unwrap().int(0).unwrap(), 0);
    });
}
