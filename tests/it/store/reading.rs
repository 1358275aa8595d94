//! Reading: streams, audit filters, instants; and the rows beside the log.

use std::sync::Arc;

use emol::clock::{CountingIds, FixedClock};
use emol::domain::actor::Actor;
use emol::domain::id::{CommandId, OfficerId, Position, StreamVersion};
use emol::store::EventFilter;
use uuid::Uuid;

use super::samples::{adds, person};
use crate::support::databases::{NOW, on_all_databases};

#[test]
fn an_auditor_filters_by_person_actor_kind_and_time_newest_first() {
    on_all_databases(|database| async move {
        let clock = Arc::new(FixedClock::at(NOW));
        let store = database.store_with(clock.clone(), Arc::new(CountingIds::from(1))).await;
        for i in 0..10u128 {
            clock.set(NOW.plus_seconds(i64::try_from(i).unwrap() * 10));
            let mut append = adds(i + 1, person(i % 2), i64::try_from(i / 2).unwrap(), 1);
            if i == 7 {
                append.actor = Actor::Operator("ubuntu".into());
                append.events[0].event_type = "SomethingElse";
            }
            store.append(append).await.unwrap();
        }
        let found = |filter: EventFilter| {
            let store = store.clone();
            async move {
                let rows = store.search(&filter, 3).await.unwrap();
                rows.iter().map(|row| row.position.0).collect::<Vec<_>>()
            }
        };
        let all = EventFilter::default();
        assert_eq!(found(all.clone()).await, [10, 9, 8]);
        assert_eq!(found(EventFilter { before: Some(Position(8)), ..all.clone() }).await, [7, 6, 5]);
        assert_eq!(found(EventFilter { subject: Some(person(0).id), ..all.clone() }).await, [9, 7, 5]);
        assert_eq!(found(EventFilter { stream: Some(person(1)), ..all.clone() }).await, [10, 8, 6]);
        let actor = Some(Actor::Operator("ubuntu".into()));
        assert_eq!(found(EventFilter { actor, ..all.clone() }).await, [8]);
        let event_type = Some("SomethingElse".to_owned());
        assert_eq!(found(EventFilter { event_type, ..all.clone() }).await, [8]);
        let none = Some("Ɖoesn't exist".to_owned());
        assert!(found(EventFilter { event_type: none, ..all.clone() }).await.is_empty());
        let (from, before) = (Some(NOW.plus_seconds(20)), Some(NOW.plus_seconds(40)));
        assert_eq!(found(EventFilter { recorded_from: from, recorded_before: before, ..all }).await, [4, 3]);
        for (seconds, position) in [(-1, 0), (0, 1), (9, 1), (10, 2), (45, 5), (90, 10), (900, 10)] {
            assert_eq!(store.position_at(NOW.plus_seconds(seconds)).await.unwrap(), Position(position));
        }
        let both = store.read_streams(&[person(0), person(1), person(7)]).await.unwrap();
        assert_eq!(both.iter().map(|row| row.position.0).collect::<Vec<_>>(), (1..=10).collect::<Vec<_>>());
        assert_eq!(store.read_stream(person(0), StreamVersion(3)).await.unwrap().len(), 2);
        assert_eq!(store.read_subject(person(0).id).await.unwrap().len(), 5);
        let row = store.read_at(Position(8)).await.unwrap().unwrap();
        assert_eq!(emol::store::chain::hash(&row), row.hash);
    });
}

#[test]
fn a_session_lasts_until_it_ends_or_expires() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        let officer = OfficerId(Uuid::from_u128(4));
        let (token, later) = ([9; 32], NOW.plus_seconds(60));
        store.create_session(&token, officer, NOW, later).await.unwrap();
        store.touch_session(&token, NOW.plus_seconds(5)).await.unwrap();
        let found = store.find_session(&token, NOW.plus_seconds(59)).await.unwrap().unwrap();
        assert_eq!((found.officer, found.seen_at), (officer, NOW.plus_seconds(5)));
        assert_eq!(store.find_session(&token, later).await.unwrap(), None);
        assert_eq!(store.find_session(&[8; 32], NOW).await.unwrap(), None);
        store.end_session(&token).await.unwrap();
        assert_eq!(store.find_session(&token, NOW).await.unwrap(), None);
        store.create_session(&token, officer, NOW, later).await.unwrap();
        assert_eq!(store.sweep_sessions(NOW).await.unwrap(), 0);
        assert_eq!(store.end_sessions_of(officer).await.unwrap(), 1);
    });
}

#[test]
fn a_link_works_once_and_not_after_its_time() {
    on_all_databases(|database| async move {
        let store = database.store(1).await;
        let (one, two, about) = (Uuid::from_u128(1), Uuid::from_u128(2), Uuid::from_u128(3));
        store.create_link(one, "consent", about, NOW.plus_seconds(10)).await.unwrap();
        store.create_link(two, "consent", about, NOW.plus_seconds(10)).await.unwrap();
        let head = store.append(adds(1, person(1), 0, 1)).await.unwrap().last;
        let used = |link, number, at| {
            let (store, id) = (store.clone(), CommandId(Uuid::from_u128(number)));
            async move { store.use_link(link, id, &[7; 32], head, at).await }
        };
        assert!(used(one, 2, NOW).await.unwrap());
        assert!(!used(one, 3, NOW).await.unwrap());
        assert!(!used(two, 4, NOW.plus_seconds(10)).await.unwrap());
        assert!(used(two, 2, NOW).await.is_err(), "the command was remembered with the first link");
        for (number, known) in [(2, true), (3, false), (4, false)] {
            let found = store.recorded_command(CommandId(Uuid::from_u128(number)), &[7; 32]).await.unwrap();
            assert_eq!(found.is_some(), known, "{number}");
        }
        assert_eq!(store.find_link(two).await.unwrap().unwrap().consumed_at, None);
        assert_eq!(store.find_link(one).await.unwrap().unwrap().consumed_at, Some(NOW));
        assert_ne!(store.keyring().link_token(one), store.keyring().link_token(two));
    });
}
