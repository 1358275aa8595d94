//! Rebuilding: the same documents from nothing, while others read and write.

use emol::domain::id::Position;
use emol::projections::rebuild::rebuild_within;
use emol::projections::{Model, Projections, State, card, checkpoint, rebuild};
use emol::store::Arg;

use super::people::{ASTA, SOON, Somebody, clocked, erased, granted, project, tables, who, with_card, write};
use crate::support::databases::on_all_databases;

async fn history(store: &emol::store::Store) -> Position {
    for number in 1..=40 {
        let somebody = Somebody { listed: number % 3 == 0, accepted: number % 7 != 0, ..ASTA };
        with_card(store, number, somebody).await;
    }
    for number in (1..=40).step_by(4) {
        write(store, who(number), vec![granted("fencing", "cut-thrust", "2026-01-01")]).await;
    }
    write(store, who(2), vec![erased()]).await
}

#[test]
fn every_read_model_rebuilt_from_nothing_equals_the_live_one() {
    on_all_databases(|database| async move {
        let (store, _) = clocked(&database).await;
        let last = history(&store).await;
        project(&store).await;
        let live = tables(&store).await;
        assert!(live.len() > 120, "{}", live.len());
        let mut seen = 0;
        let report = rebuild(&store, None, |progress| seen = progress.read).await.unwrap();
        assert_eq!(tables(&store).await, live);
        assert_eq!((report.passes, report.people, report.position), (1, 40, last));
        assert_eq!(seen, last.0);
        // In as many parts as fit into very little memory, and twice over.
        let report = rebuild_within(&store, None, 20_000, |_| {}).await.unwrap();
        assert!(report.passes > 2, "{}", report.passes);
        assert_eq!(report.people, 40);
        assert_eq!(tables(&store).await, live);
        for model in Model::ALL {
            let sql = format!(
                "SELECT COUNT(DISTINCT generation), MAX(generation) FROM rm_documents WHERE model = '{model}'"
            );
            let row = store.db().fetch_optional(sql, &[]).await.unwrap().unwrap();
            assert_eq!((row.int(0).unwrap(), row.int(1).unwrap()), (1, 3), "old generations are swept");
        }
    });
}

#[test]
fn one_read_model_can_be_rebuilt_alone_after_it_was_damaged() {
    on_all_databases(|database| async move {
        let (store, _) = clocked(&database).await;
        history(&store).await;
        project(&store).await;
        let live = tables(&store).await;
        database.admin.raw("DELETE FROM rm_documents WHERE model = 'card'").await.unwrap();
        assert!(card::of(&store, who(1)).await.unwrap().is_none());
        rebuild(&store, Some(Model::Card), |_| {}).await.unwrap();
        assert_eq!(tables(&store).await, live);
        let projections = project(&store).await;
        assert!(projections.states().iter().all(|at| at.state == State::Live));
    });
}

#[test]
fn documents_that_another_version_wrote_are_known_and_rebuilt() {
    on_all_databases(|database| async move {
        let (store, _) = clocked(&database).await;
        history(&store).await;
        project(&store).await;
        let live = tables(&store).await;
        assert_eq!(checkpoint::of_other_shapes(store.db()).await.unwrap(), []);
        let subject = who(1);
        let sql = "UPDATE rm_documents SET doc = ? WHERE model = 'card' AND subject = ?";
        let args = [Arg::Bytes(br#"{"Person":{}}"#), Arg::Bytes(subject.0.as_bytes())];
        database.admin.execute(sql, &args).await.unwrap();
        assert!(matches!(card::of(&store, subject).await, Err(card::CardError::Shape)));
        assert_eq!(checkpoint::of_other_shapes(store.db()).await.unwrap(), [Model::Card]);
        rebuild(&store, None, |_| {}).await.unwrap();
        assert_eq!(checkpoint::of_other_shapes(store.db()).await.unwrap(), []);
        assert_eq!(tables(&store).await, live);
    });
}

#[test]
fn readers_and_writers_notice_nothing_of_a_rebuild() {
    on_all_databases(|database| async move {
        let (store, _) = clocked(&database).await;
        history(&store).await;
        let projections = Projections::start(store.clone());
        assert!(projections.wait_for(store.head().await.unwrap().position, SOON).await);
        let reading = tokio::spawn({
            let store = store.clone();
            async move {
                for _ in 0..200 {
                    assert!(card::of(&store, who(1)).await.unwrap().is_some(), "always there");
                    tokio::task::yield_now().await;
                }
            }
        });
        let writing = tokio::spawn({
            let store = store.clone();
            async move {
                let mut last = Position(0);
                for number in 100..130 {
                    last = with_card(&store, number, ASTA).await;
                }
                last
            }
        });
        for _ in 0..3 {
            rebuild(&store, None, |_| {}).await.unwrap();
        }
        reading.await.unwrap();
        let last = writing.await.unwrap();
        assert!(projections.wait_for(last, SOON).await, "{:?}", projections.states());
        let live = tables(&store).await;
        rebuild(&store, None, |_| {}).await.unwrap();
        assert_eq!(tables(&store).await, live);
    });
}

#[test]
fn a_rebuild_that_was_killed_leaves_nothing_behind_for_the_next() {
    on_all_databases(|database| async move {
        let (store, _) = clocked(&database).await;
        history(&store).await;
        project(&store).await;
        let live = tables(&store).await;
        for millis in [1, 4, 9, 16] {
            let killed = tokio::spawn({
                let store = store.clone();
                async move { rebuild_within(&store, None, 10_000, |_| {}).await.map(drop) }
            });
            tokio::time::sleep(std::time::Duration::from_millis(millis)).await;
            killed.abort();
            drop(killed.await);
            assert_eq!(tables(&store).await, live);
        }
        rebuild(&store, None, |_| {}).await.unwrap();
        assert_eq!(tables(&store).await, live);
        let sql = "SELECT COUNT(*) FROM rm_checkpoint WHERE state = 'building'";
        assert_eq!(store.db().fetch_optional(sql, &[]).await.unwrap().unwrap().int(0).unwrap(), 0);
        let sql = "SELECT COUNT(DISTINCT generation) FROM rm_documents WHERE model = 'desk'";
        assert_eq!(store.db().fetch_optional(sql, &[]).await.unwrap().unwrap().int(0).unwrap(), 1);
    });
}
