//! Following the log: in any number of processes, through a stop, up to an
//! event that cannot be used.

use emol::domain::card_id::CardId;
use emol::domain::id::Position;
use emol::projections::{Model, Projections, State, card};

use super::people::{
    ASTA, Somebody, clocked, erased, granted, issued, prepare, project, tables, unknown_event, who,
    with_card, write,
};
use super::people::{SOON, card_id};
use crate::support::databases::on_all_databases;

#[test]
fn a_saved_command_is_shown_when_its_position_is_reached() {
    on_all_databases(|database| async move {
        let (store, _) = clocked(&database).await;
        let projections = Projections::start(store.clone());
        for number in 1..=20 {
            let at = with_card(&store, number, ASTA).await;
            assert!(projections.wait_for(at, SOON).await);
            let card = card::of(&store, who(number)).await.unwrap().unwrap();
            assert_eq!((card.position, card.display_name()), (at, "Ásta Þorsteinsdóttir"));
            assert!(card.cards.values().all(|card| card.authorizations.len() == 1));
        }
        assert!(projections.states().iter().all(|at| at.state == State::Live), "{:?}", projections.states());
        assert!(!projections.wait_for(Position(1_000_000), std::time::Duration::from_millis(50)).await);
    });
}

#[test]
fn a_projector_that_was_killed_goes_on_where_it_was() {
    on_all_databases(|database| async move {
        let (store, _) = clocked(&database).await;
        with_card(&store, 1, ASTA).await;
        project(&store).await;
        for number in 2..40 {
            with_card(&store, number, ASTA).await;
        }
        let killed = Projections::start(store.clone());
        tokio::time::sleep(std::time::Duration::from_millis(3)).await;
        drop(killed);
        let at = write(&store, who(1), vec![granted("fencing", "cut-thrust", "2026-01-01")]).await;
        let projections = project(&store).await;
        assert_eq!(projections.position(), at);
        let followed = tables(&store).await;
        emol::projections::rebuild(&store, None, |_| {}).await.unwrap();
        assert_eq!(tables(&store).await, followed);
    });
}

#[test]
fn of_two_processes_one_takes_in_each_event() {
    on_all_databases(|database| async move {
        let (here, there) = (clocked(&database).await.0, database.other_process().await);
        let (one, two) = (Projections::start(here.clone()), Projections::start(there.clone()));
        let mut last = Position(0);
        for number in 1..=15 {
            let store = if number % 2 == 0 { &here } else { &there };
            last = with_card(store, number, ASTA).await;
        }
        assert!(one.wait_for(last, SOON).await && two.wait_for(last, SOON).await);
        let followed = tables(&here).await;
        assert_eq!(followed.len(), 4 * 15);
        emol::projections::rebuild(&there, None, |_| {}).await.unwrap();
        assert_eq!(tables(&here).await, followed);
        let more = with_card(&there, 99, ASTA).await;
        assert!(one.wait_for(more, SOON).await && two.wait_for(more, SOON).await);
        there.db().close().await;
    });
}

#[test]
fn an_unknown_event_pauses_the_read_models_which_name_it_and_serve_on() {
    on_all_databases(|database| async move {
        let (store, _) = clocked(&database).await;
        let good = with_card(&store, 1, ASTA).await;
        let mut newer = prepare(&store, who(2), ASTA.facts()).await;
        newer.events.extend(unknown_event(2).events);
        let bad = store.append(newer).await.unwrap().last;
        let after = with_card(&store, 3, ASTA).await;
        let projections = Projections::start(store.clone());
        assert!(!projections.wait_for(after, SOON).await, "answered at once: it will not come");
        for at in projections.states().iter() {
            let stop = at.stopped_by.as_ref().unwrap();
            assert_eq!((at.state, stop.position), (State::Paused, bad), "{}", at.model);
            assert_eq!(stop.event_type.as_deref(), Some("BadgeAwarded"));
            assert!(stop.why.contains("newer emol"), "{stop}");
            assert!(at.position >= good && at.position < bad);
        }
        assert!(card::of(&store, who(1)).await.unwrap().is_some());
        assert!(card::of(&store, who(3)).await.unwrap().is_none());
        // Tried again by the next process, to the same end.
        let again = project(&store).await;
        assert!(again.states().iter().all(|at| at.state == State::Paused));
        assert!(
            emol::projections::rebuild(&store, None, |_| {}).await.unwrap_err().to_string().contains("newer")
        );
        assert!(card::of(&store, who(1)).await.unwrap().is_some(), "the old one stays in use");
    });
}

#[test]
fn a_row_that_was_tampered_with_pauses_the_read_models() {
    on_all_databases(|database| async move {
        let (store, _) = clocked(&database).await;
        with_card(&store, 1, ASTA).await;
        let bad = write(&store, who(1), vec![granted("fencing", "cut-thrust", "2026-01-01")]).await;
        with_card(&store, 2, ASTA).await;
        database.admin.raw("DROP TRIGGER IF EXISTS events_no_update").await.unwrap();
        let sql = format!("UPDATE events SET actor = 'process:other' WHERE position = {}", bad.0);
        database.admin.raw(sql).await.unwrap();
        let projections = project(&store).await;
        for at in projections.states().iter() {
            let stop = at.stopped_by.as_ref().unwrap();
            assert_eq!((stop.position, at.position), (bad, Position(bad.0 - 1)));
            assert!(stop.why.contains("hash"), "{stop}");
        }
    });
}

#[test]
fn an_event_after_which_a_record_makes_no_sense_pauses_the_read_models() {
    on_all_databases(|database| async move {
        let (store, _) = clocked(&database).await;
        with_card(&store, 1, ASTA).await;
        with_card(&store, 2, ASTA).await;
        let bad = write(&store, who(1), vec![issued("fencing", "2026-01-01", "2028-01-01")]).await;
        with_card(&store, 3, ASTA).await;
        let projections = project(&store).await;
        for at in projections.states().iter() {
            let stop = at.stopped_by.as_ref().unwrap();
            assert_eq!((stop.position, at.position), (bad, Position(bad.0 - 1)));
            assert!(stop.why.contains("already a card in fencing"), "{stop}");
        }
        assert!(card::of(&store, who(2)).await.unwrap().is_some());
    });
}

#[test]
fn a_card_is_found_by_every_address_it_had_until_the_person_is_erased() {
    on_all_databases(|database| async move {
        let (store, _) = clocked(&database).await;
        let (old, new) = ("lion-rampant-gules", "babab-babab-babab-babad");
        let mut events = ASTA.facts();
        events.extend([card_id(old), card_id(new)]);
        write(&store, who(1), events).await;
        let waiting = Somebody { accepted: false, ..ASTA };
        let mut events = waiting.facts();
        events.push(card_id("wolf-statant-azure"));
        write(&store, who(2), events).await;
        let projections = Projections::start(store.clone());
        let finder = card::Finder::new(store.clone());
        let find = |text: &str| {
            let (finder, id) = (finder.clone(), CardId::parse(text).unwrap());
            async move { finder.find(&id, None).await.unwrap() }
        };
        projections.wait_for(store.head().await.unwrap().position, SOON).await;
        for text in [old, new] {
            let card = find(text).await.unwrap();
            assert_eq!(card.reached_by, Some(CardId::parse(text).unwrap().form()));
            assert_eq!(card.card_id.unwrap().0.as_str(), new);
        }
        assert!(find("wolf-statant-azure").await.is_none(), "V1: not before the policy is accepted");
        assert!(find("eagle-displayed-or").await.is_none());
        // P6: the survivor's page is found by the other's addresses.
        let merged = emol::events::combatant::CombatantMerged { merged: who(1), cards: vec![], waiver: None };
        let today = super::people::day("2026-05-03");
        with_card(&store, 3, ASTA.named("Mathilde")).await;
        write(&store, who(3), vec![emol::events::Fact::on(today, merged.into())]).await;
        let away = emol::events::combatant::CombatantMergedAway { into: who(3) };
        let at = write(&store, who(1), vec![emol::events::Fact::on(today, away.into())]).await;
        assert!(projections.wait_for_model(Model::Card, at, SOON).await);
        assert_eq!(find(old).await.unwrap().id, who(3));
        let at = write(&store, who(3), vec![erased()]).await;
        assert!(find(old).await.is_none(), "at once: the key is gone");
        assert!(projections.wait_for(at, SOON).await);
        assert!(find(new).await.is_none());
    });
}

#[test]
fn those_who_ask_for_cards_at_once_each_get_their_own() {
    on_all_databases(|database| async move {
        let (store, _) = clocked(&database).await;
        let words = ["babab", "dadad", "fafaf", "gagag", "hahah", "jajaj", "kakak", "lalal"];
        let address = |n: usize| {
            let part = |shift: usize| words[(n >> shift) % 8];
            CardId::parse(&format!("{}-{}-{}-babad", part(0), part(3), part(6))).unwrap()
        };
        for n in 0..20 {
            let mut events = ASTA.facts();
            events.push(card_id(address(n).as_str()));
            write(&store, who(n as u128 + 1), events).await;
        }
        let projections = Projections::start(store.clone());
        projections.wait_for(store.head().await.unwrap().position, SOON).await;
        let finder = card::Finder::new(store.clone());
        let asking: Vec<_> = (0..200)
            .map(|i| {
                let (finder, asked) = (finder.clone(), address(i % 25));
                tokio::spawn(async move { finder.find(&asked, None).await.unwrap().map(|card| card.id) })
            })
            .collect();
        // Whoever hangs up takes nobody else's answer along.
        asking[0].abort();
        asking[7].abort();
        for (i, answer) in asking.into_iter().enumerate() {
            let expected = (i % 25 < 20).then(|| who((i % 25) as u128 + 1));
            match answer.await {
                Ok(found) => assert_eq!(found, expected, "address {}", i % 25),
                Err(gone) => assert!(gone.is_cancelled() && (i == 0 || i == 7)),
            }
        }
        // A database that is not there is said to each of them.
        store.db().close().await;
        let (first, second) = (address(1), address(2));
        let (one, other) = tokio::join!(finder.find(&first, None), finder.find(&second, None));
        assert!(one.is_err() && other.is_err());
    });
}
