//! The indexes in memory: who is in them, what a search finds, and who vanishes.

use emol::domain::date::CivilDate;
use emol::domain::policy::InForce;
use emol::projections::desk::{self, Filter};
use emol::projections::register::Query;
use emol::projections::{Indexes, Projections};
use emol::store::Store;

use super::people::{
    ASTA, SOON, Somebody, card_id, clocked, day, erased, fencer, slug, unknown_event, who, with_card, write,
};
use crate::support::databases::on_all_databases;

async fn indexed(store: &Store) -> (Projections, Indexes) {
    let projections = Projections::start(store.clone());
    let indexes = Indexes::start(store.clone(), projections.clone());
    caught_up(store, &projections, &indexes).await;
    (projections, indexes)
}

async fn caught_up(store: &Store, projections: &Projections, indexes: &Indexes) {
    let head = store.head().await.unwrap().position;
    assert!(projections.wait_for(head, SOON).await, "{:?}", projections.states());
    assert!(indexes.wait_for(head, SOON).await, "{}", indexes.position());
}

fn today() -> CivilDate {
    day("2026-05-03")
}

fn names(indexes: &Indexes, query: &Query) -> Vec<String> {
    let page = indexes.register().search(query, today(), &InForce::default());
    assert_eq!(page.total, page.rows.len());
    page.rows.iter().map(|row| row.entry.name.to_string()).collect()
}

#[test]
fn v8_the_register_shows_listed_adults_by_sca_name_and_nobody_else() {
    on_all_databases(|database| async move {
        let (store, _) = clocked(&database).await;
        let people = [
            (true, ASTA.named("Listed adult")),
            (false, Somebody { listed: false, ..ASTA.named("Not listed") }),
            (false, Somebody { accepted: false, ..ASTA.named("Not accepted") }),
            (false, Somebody { born: Some("2008-05-04"), ..ASTA.named("Of age tomorrow") }),
            (true, Somebody { born: Some("2008-05-03"), ..ASTA.named("Of age today") }),
            (false, Somebody { born: None, ..ASTA.named("Of unknown age") }),
            (false, Somebody { sca_name: None, ..ASTA }),
        ];
        for (number, (_, somebody)) in people.iter().enumerate() {
            write(&store, who(number as u128 + 1), somebody.facts()).await;
        }
        let (_projections, indexes) = indexed(&store).await;
        assert_eq!(names(&indexes, &Query::default()), ["Listed adult", "Of age today"]);
        let expected = people.iter().filter(|(shown, _)| *shown).count();
        assert_eq!(indexes.register().count(today(), &InForce::default()), expected);
        assert_eq!(indexes.register().count(day("2026-05-04"), &InForce::default()), expected + 1);
        assert_eq!(indexes.desk().len(), people.len());
    });
}

#[test]
fn the_register_is_searched_folded_and_filtered() {
    on_all_databases(|database| async move {
        let (store, _) = clocked(&database).await;
        with_card(&store, 1, ASTA).await;
        with_card(&store, 2, Somebody { branch: Some("Septentria"), ..ASTA.named("Ραφαήλ") }).await;
        write(&store, who(3), ASTA.named("Zoë").facts()).await;
        with_card(&store, 4, Somebody { branch: None, ..ASTA }).await;
        let (projections, indexes) = indexed(&store).await;
        let ask = |text: &str| Query { text: text.into(), ..Query::default() };
        assert_eq!(names(&indexes, &ask("asta thor")).len(), 2);
        assert_eq!(names(&indexes, &ask("THOR  asta")).len(), 2, "words in any order");
        assert!(names(&indexes, &ask("asta ραφαηλ")).is_empty(), "but every one of them");
        assert_eq!(names(&indexes, &ask(" ραφαηλ ")), ["Ραφαήλ"]);
        assert_eq!(names(&indexes, &ask("ZOE")), ["Zoë"]);
        assert!(names(&indexes, &ask("Miller")).is_empty(), "legal names are not searched");
        let fencing = Query { discipline: Some(slug("fencing")), ..ask("") };
        assert_eq!(names(&indexes, &fencing).len(), 3);
        let rapier = Query { authorization: Some(slug("rapier")), ..ask("") };
        assert_eq!(names(&indexes, &rapier).len(), 3);
        assert!(names(&indexes, &Query { discipline: Some(slug("archery")), ..rapier.clone() }).is_empty());
        let valid = |on: &str| Query { valid_on: Some(day(on)), ..ask("") };
        assert_eq!(names(&indexes, &valid("2027-05-31")).len(), 3);
        assert!(names(&indexes, &valid("2027-06-01")).is_empty(), "D3: not on the expiry date");
        let branch = Query { branch: Some("septentria".into()), ..ask("") };
        assert_eq!(names(&indexes, &branch), ["Ραφαήλ"]);
        let register = indexes.register();
        assert_eq!(register.branches(today(), &InForce::default()), ["Ben Dunfirth", "Septentria"]);
        let page = register.search(&Query { per_page: 3, page: 9, ..ask("") }, today(), &InForce::default());
        assert_eq!((page.total, page.page, page.pages, page.rows.len()), (4, 2, 2, 1));
        let rows = register.search(&ask(""), today(), &InForce::default()).rows;
        let namesakes = rows.iter().filter(|row| row.namesake).count();
        assert_eq!(namesakes, 2, "two of one name, told apart, never merged");
        // What changes later is followed.
        with_card(&store, 5, ASTA.named("Aaron")).await;
        caught_up(&store, &projections, &indexes).await;
        assert_eq!(names(&indexes, &ask(""))[0], "Aaron");
        assert_eq!(register.len(), 4, "who holds the old state keeps it");
    });
}

#[test]
fn c9_the_marshal_list_shows_active_warrants_by_sca_name() {
    on_all_databases(|database| async move {
        let (store, _) = clocked(&database).await;
        let nameless = Somebody { sca_name: None, ..ASTA };
        with_card(&store, 1, ASTA).await;
        with_card(&store, 2, Somebody { listed: false, born: Some("2009-01-01"), ..ASTA }).await;
        with_card(&store, 3, nameless).await;
        with_card(&store, 4, Somebody { listed: false, ..nameless }).await;
        with_card(&store, 5, Somebody { accepted: false, ..ASTA }).await;
        let mut without_waiver = ASTA.named("No waiver").facts();
        without_waiver.extend(fencer().into_iter().take(3));
        write(&store, who(6), without_waiver).await;
        // V8, P7: by legal name minors never, and whoever may be one neither.
        let minor = Somebody { legal_name: "Petra Minor", born: Some("2009-01-01"), ..nameless };
        with_card(&store, 7, minor).await;
        with_card(&store, 8, Somebody { legal_name: "Quentin Ageless", born: None, ..nameless }).await;
        let (_projections, indexes) = indexed(&store).await;
        let active = |on: &str| {
            let active = indexes.marshals().active(day(on), &InForce::default());
            let list = active.get(&slug("fencing")).map(Vec::as_slice).unwrap_or_default();
            list.iter().map(|m| (m.who.id, m.who.name.to_string())).collect::<Vec<_>>()
        };
        let asta = "Ásta Þorsteinsdóttir".to_owned();
        let expected = [(who(3), "Anna Miller".to_owned()), (who(1), asta.clone()), (who(2), asta)];
        assert_eq!(active("2026-05-03"), expected);
        assert!(active("2025-06-30").is_empty(), "C8: before its term");
        assert_eq!(active("2025-07-01").len(), 3);
        assert_eq!(active("2026-12-31").len(), 3);
        assert!(
            active("2027-01-01").contains(&(who(7), "Petra Minor".to_owned())),
            "of age from that day on"
        );
        assert!(active("2027-06-01").is_empty(), "C8: the card has expired");
    });
}

#[test]
fn the_desk_finds_people_by_what_is_on_file_and_filters_them() {
    on_all_databases(|database| async move {
        let (store, _) = clocked(&database).await;
        with_card(&store, 1, ASTA).await;
        let minor = Somebody { born: Some("2010-01-01"), accepted: false, ..ASTA.named("Björn") };
        let mut events = minor.facts();
        events.push(card_id("lion-rampant-gules"));
        write(&store, who(2), events).await;
        write(&store, who(3), Somebody { sca_name: None, branch: None, ..ASTA }.facts()).await;
        let (_projections, indexes) = indexed(&store).await;
        let (desk, rules) = (indexes.desk(), InForce::default());
        let found = |query: &desk::Query| {
            let page = desk.search(query, today(), &rules);
            assert_eq!((page.total, desk.count(query, today(), &rules)), (page.rows.len(), page.rows.len()));
            page.rows.iter().map(|row| row.id).collect::<Vec<_>>()
        };
        let ask = |text: &str| desk::Query { text: text.into(), ..desk::Query::default() };
        assert_eq!(found(&ask("miller")).len(), 3);
        assert_eq!(found(&ask("SOMEONE@example.org")).len(), 3);
        assert_eq!(found(&ask("48213")).len(), 3);
        assert_eq!(found(&ask("rampant")), [who(2)]);
        assert_eq!(found(&ask("bjorn")), [who(2)]);
        assert_eq!(found(&ask("miller bjorn")), [who(2)], "words in any order, of any name");
        let all = [who(3), who(1), who(2)];
        assert_eq!(found(&ask("")), all, "by display name");
        let state = |filter| desk::Query { filters: vec![filter], ..ask("") };
        assert_eq!(found(&state(Filter::NotAccepted)), [who(2)]);
        assert_eq!(found(&state(Filter::Minor)), [who(2)]);
        assert_eq!(found(&state(Filter::OldLink)), [who(2)]);
        assert_eq!(found(&state(Filter::NoWaiver)), [who(3), who(2)]);
        assert_eq!(found(&state(Filter::Warranted)), [who(1)]);
        assert!(found(&state(Filter::Expired)).is_empty());
        assert!(found(&state(Filter::Lapsing(60))).is_empty());
        assert_eq!(found(&state(Filter::Lapsing(400))), [who(1)]);
        assert_eq!(found(&desk::Query { region: Some("on".into()), ..ask("") }).len(), 3);
        assert_eq!(found(&desk::Query { discipline: Some(slug("fencing")), ..ask("") }), [who(1)]);
        let sorted = desk::Query { sort: desk::Sort::Branch, descending: true, ..ask("") };
        assert_eq!(found(&sorted)[0], who(3));
    });
}

#[test]
fn v6_an_erased_person_vanishes_from_every_index() {
    on_all_databases(|database| async move {
        let (store, _) = clocked(&database).await;
        with_card(&store, 1, ASTA).await;
        with_card(&store, 2, ASTA).await;
        let (projections, indexes) = indexed(&store).await;
        let lengths = |i: &Indexes| (i.register().len(), i.marshals().len(), i.desk().len());
        assert_eq!(lengths(&indexes), (2, 2, 2));
        write(&store, who(1), vec![erased()]).await;
        caught_up(&store, &projections, &indexes).await;
        assert_eq!(lengths(&indexes), (1, 1, 1));
        // Also while the read models are paused: the list of the erased is asked.
        store.append(unknown_event(3)).await.unwrap();
        write(&store, who(2), vec![erased()]).await;
        let begun = std::time::Instant::now();
        while lengths(&indexes) != (0, 0, 0) {
            assert!(begun.elapsed() < SOON);
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        // And a new process does not bring anybody back.
        let other = database.other_process().await;
        let again = Indexes::start(other.clone(), Projections::by_hand(other.clone()));
        assert!(again.wait_for(emol::domain::id::Position(1), SOON).await);
        assert_eq!(lengths(&again), (0, 0, 0));
        drop(again);
        other.db().close().await;
    });
}

#[test]
fn a_rebuild_leaves_the_indexes_as_they_were() {
    on_all_databases(|database| async move {
        let (store, _) = clocked(&database).await;
        for number in 1..=30 {
            with_card(&store, number, ASTA).await;
        }
        let (projections, indexes) = indexed(&store).await;
        let before: Vec<_> = indexes.register().iter().cloned().collect();
        emol::projections::rebuild(&store, None, |_| {}).await.unwrap();
        with_card(&store, 31, ASTA.named("Zz")).await;
        caught_up(&store, &projections, &indexes).await;
        let after: Vec<_> = indexes.register().iter().cloned().collect();
        assert_eq!(after[..30], before[..]);
        assert_eq!(after.len(), 31);
    });
}
