//! The two clocks of D4: what was so on a day, as it was known at an instant.

use emol::domain::policy::InForce;
use emol::events::Fact;
use emol::events::combatant::{CombatantMerged, CombatantMergedAway};
use emol::events::evolve::Standing;
use emol::projections::asof::{
    card_as_of, catalogue_as_of, everyone_as_of, marshals_as_of, record_as_of, register_as_of,
};
use emol::projections::register::Query;

use super::people::{ASTA, clocked, day, erased, granted, note, slug, who, with_card, write};
use crate::support::databases::{NOW, on_all_databases};

#[test]
fn d4_a_day_and_an_instant_are_two_clocks() {
    on_all_databases(|database| async move {
        let (store, clock) = clocked(&database).await;
        with_card(&store, 1, ASTA).await;
        let tuesday = NOW.plus_seconds(4 * 86_400);
        clock.set(tuesday);
        // The bout was on 1 May; it was typed in days later.
        write(&store, who(1), vec![granted("fencing", "cut-thrust", "2026-05-01")]).await;
        let held = |on: &'static str, known_at| {
            let store = store.clone();
            async move {
                let (_, civil, _) = record_as_of(&store, who(1), day(on), known_at).await.unwrap().unwrap();
                civil.cards.get(&slug("fencing")).map_or(0, |card| card.authorizations.len())
            }
        };
        assert_eq!(held("2026-05-03", NOW).await, 1, "not yet known");
        assert_eq!(held("2026-05-03", tuesday).await, 2);
        assert_eq!(held("2026-04-30", tuesday).await, 1, "not yet so");
        assert_eq!(held("2025-05-31", tuesday).await, 0, "before the card");
        let before = NOW.plus_seconds(-86_400);
        assert!(record_as_of(&store, who(1), day("2026-05-03"), before).await.unwrap().is_none());
        let everyone = everyone_as_of(&store, day("2026-05-03"), tuesday).await.unwrap();
        assert_eq!(everyone.len(), 1);
        assert_eq!(everyone[0].1.standing, Standing::Active);
        assert_eq!(everyone[0].2.cards[&slug("fencing")].authorizations.len(), 2);
    });
}

#[test]
fn d4_card_register_and_marshal_list_of_then_are_shown_by_the_same_views() {
    on_all_databases(|database| async move {
        let (store, clock) = clocked(&database).await;
        with_card(&store, 1, ASTA).await;
        with_card(&store, 2, ASTA.named("Gone later")).await;
        let later = NOW.plus_seconds(3600);
        clock.set(later);
        with_card(&store, 3, ASTA.named("Came later")).await;
        let (then, rules) = (day("2026-05-03"), InForce::default());
        let known = |known_at| {
            let store = store.clone();
            async move {
                let register = register_as_of(&store, day("2026-05-03"), known_at).await.unwrap();
                let page = register.search(&Query::default(), day("2026-05-03"), &InForce::default());
                page.rows.iter().map(|row| row.entry.name.to_string()).collect::<Vec<_>>()
            }
        };
        assert_eq!(
            known(NOW).await,
            ["Gone later", "Ásta Þorsteinsdóttir"].map(String::from).into_iter().rev().collect::<Vec<_>>()
        );
        assert_eq!(known(later).await.len(), 3);
        let marshals = marshals_as_of(&store, then, NOW).await.unwrap();
        assert_eq!(marshals.active(then, &rules)[&slug("fencing")].len(), 2);
        let early = marshals_as_of(&store, day("2025-06-15"), later).await.unwrap();
        assert!(early.is_empty(), "no warrant had begun");
        let card = card_as_of(&store, who(1), day("2025-05-31"), later).await.unwrap().unwrap();
        assert!(card.cards.is_empty());
        let live = card_as_of(&store, who(1), then, later).await.unwrap().unwrap();
        super::people::project(&store).await;
        let shown = emol::projections::card::of(&store, who(1)).await.unwrap().unwrap();
        assert_eq!(live, shown, "as of now is what is shown now");
        // V6: the erased have no name in the past either.
        clock.set(later.plus_seconds(60));
        write(&store, who(2), vec![erased()]).await;
        assert_eq!(known(NOW).await, ["Ásta Þorsteinsdóttir"]);
        assert!(card_as_of(&store, who(2), then, NOW).await.unwrap().is_none());
        let register = register_as_of(&store, then, NOW).await.unwrap();
        assert_eq!(register.count(then, &rules), 1);
    });
}

#[test]
fn the_kingdom_of_then_is_known_too() {
    on_all_databases(|database| async move {
        let (store, clock) = clocked(&database).await;
        let mut append = super::people::prepare(&store, who(1), ASTA.facts()).await;
        append.events.push(note());
        clock.set(NOW.plus_seconds(60));
        store.append(append).await.unwrap();
        let catalogue = catalogue_as_of(&store, NOW.plus_seconds(60)).await.unwrap();
        assert_eq!(catalogue.regions.len(), 1);
        let before = catalogue_as_of(&store, NOW.plus_seconds(-60)).await.unwrap();
        assert!(before.regions.is_empty());
    });
}

#[test]
fn p6_d4_on_a_day_before_they_were_joined_there_are_two_people() {
    on_all_databases(|database| async move {
        let (store, _) = clocked(&database).await;
        with_card(&store, 1, ASTA).await;
        with_card(&store, 2, ASTA.named("Mathilde")).await;
        let (before, then) = (day("2026-05-02"), day("2026-05-03"));
        let merged = CombatantMerged { merged: who(2), cards: vec![], waiver: None };
        write(&store, who(1), vec![Fact::on(then, merged.into())]).await;
        write(&store, who(2), vec![Fact::on(then, CombatantMergedAway { into: who(1) }.into())]).await;
        for (on, people, leads_to) in [(before, 2, 2), (then, 1, 1)] {
            let card = card_as_of(&store, who(2), on, NOW).await.unwrap().unwrap();
            assert_eq!((card.id, card.cards.len()), (who(leads_to), 1), "{on}");
            let register = register_as_of(&store, on, NOW).await.unwrap();
            assert_eq!(register.count(on, &InForce::default()), people, "{on}");
            let marshals = marshals_as_of(&store, on, NOW).await.unwrap();
            assert_eq!(marshals.active(on, &InForce::default())[&slug("fencing")].len(), people, "{on}");
            assert_eq!(everyone_as_of(&store, on, NOW).await.unwrap().len(), people, "{on}");
        }
    });
}
