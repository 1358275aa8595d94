//! V6: evidence of waivers, and when it goes. Its tests share the ground of mail: the scheduler does both.

use emol::commands::Command;
use emol::commands::combatant::change_details::ChangeDetails;
use emol::commands::combatant::erase::Erase;
use emol::commands::combatant::merge::Merge;
use emol::commands::combatant::record_waiver::RecordWaiver;
use emol::domain::date::{CivilDate, Instant};
use emol::domain::details::DetailField;
use emol::domain::id::CombatantId;
use emol::domain::personal::{Personal, Purpose};
use emol::events::combatant::ErasureCause;
use emol::events::{CombatantEvent, Event};
use emol::processes::housekeeping;
use emol::processes::scheduler::{Job, Scheduler};
use emol::store::Db;
use emol::store::verify::verify;
use uuid::Uuid;

use super::{Ground, details};
use crate::commands::sample::{day, issue, operator, person};
use crate::support::databases::{NOW, on_all_databases};

/// The waiver of these tests lapses seven years after this day, and its evidence is kept for seven more.
const SIGNED: &str = "2026-05-02";
const LAST_DAY: &str = "2040-05-01";
const DAY: &str = "2040-05-02";

/// Noon of a day, in Toronto.
fn noon(on: &str) -> Instant {
    NOW.plus_seconds(day(on).days_since(day("2026-05-03")) * 86_400 + 4 * 3600)
}

/// With which names a person's waivers were signed, as far as anybody can read that.
async fn signers(ground: &Ground, who: CombatantId) -> Vec<Option<String>> {
    let store = &ground.tools.store;
    let mut names = Vec::new();
    for row in store.read_subject(who.0).await.unwrap() {
        let event =
            Event::decode(row.stream.kind, &row.event_type, row.schema_version, &row.payload).unwrap();
        if let Event::Combatant(CombatantEvent::WaiverRecorded(e)) = event {
            let Personal::Sealed(sealed) = &e.signer.0 else { panic!("a sealed signer") };
            names.push(store.keyring().open_field("signer", sealed).await.unwrap());
        }
    }
    names
}

fn readable(count: usize) -> Vec<Option<String>> {
    vec![Some("Xavier Jansen".to_owned()); count]
}

async fn signed(ground: &Ground, who: CombatantId) {
    ground.register(who, "Ásta", "asta@example.org", Some(day(SIGNED)), &[], true).await;
}

async fn erase(ground: &Ground, who: CombatantId) {
    ground.issue(who, Erase::by(ErasureCause::Officer)).await;
}

/// What housekeeping removes on a day, of evidence.
async fn removed(ground: &Ground, on: &str) -> u64 {
    ground.set(noon(on));
    let removed = housekeeping::run(&ground.tools).await.unwrap();
    removed.iter().find(|(what, _)| *what == "evidence").map_or(0, |(_, count)| *count)
}

#[test]
fn v6_evidence_is_kept_to_its_last_day_and_destroyed_on_its_date_with_a_note_of_it() {
    on_all_databases(|database| async move {
        let ground = Ground::found(&database).await;
        signed(&ground, person(1)).await;
        signed(&ground, person(2)).await;
        erase(&ground, person(2)).await;
        let other = database.other_process().await;
        assert_eq!(removed(&ground, LAST_DAY).await, 0);
        for number in [1, 2] {
            assert_eq!(signers(&ground, person(number)).await, readable(1));
        }
        assert_eq!(other.keyring().owners_of(Purpose::Waiver, Uuid::nil(), 9).await.unwrap().len(), 2);

        assert_eq!(removed(&ground, DAY).await, 2);

        for number in [1, 2] {
            assert_eq!(signers(&ground, person(number)).await, [None]);
        }
        assert!(other.keyring().owners_of(Purpose::Waiver, Uuid::nil(), 9).await.unwrap().is_empty());
        let noted = ground.tools.store.removals(20).await.unwrap();
        assert!(noted.contains(&(noon(DAY), "evidence".to_owned(), 2)), "{noted:?}");
        let history = ground.tools.bus.history(person(2)).await.unwrap();
        let last = history.last().unwrap();
        assert_eq!(last.row.actor.to_string(), "process:housekeeping");
        assert!(matches!(
            &last.event,
            Some(Event::Combatant(CombatantEvent::EvidenceDestroyed(e))) if e.kept_until == day(DAY)
        ));
        // The rest of the record stays: only who signed is gone, in memory too.
        let record = ground.tools.bus.record(person(1)).await.unwrap();
        assert!(record.details.contains_key(&DetailField::LegalName));
        assert!(verify(&database.db, None).await.unwrap().is_clean());
        assert_eq!(removed(&ground, DAY).await, 0, "once");
    });
}

#[test]
fn v6_the_scheduler_destroys_evidence_on_its_date_whichever_server_comes_first() {
    on_all_databases(|database| async move {
        let one = Ground::found(&database).await;
        signed(&one, person(1)).await;
        one.set(noon("2026-05-04"));
        let two = Ground::on(database.db.clone(), one.clock.clone()).await;
        let schedulers = [&one, &two].map(|g| Scheduler::new(g.tools.clone(), g.server, 9));
        schedulers[0].step().await;
        one.set(noon(DAY));
        let (a, b) = tokio::join!(schedulers[0].step(), schedulers[1].step());
        let done = a.into_iter().chain(b).filter(|job| *job == Job::Housekeeping).count();
        assert_eq!(done, 1);
        assert_eq!(signers(&two, person(1)).await, [None]);
    });
}

#[test]
fn v6_a_minors_evidence_is_kept_until_7_years_after_majority() {
    on_all_databases(|database| async move {
        let ground = Ground::found(&database).await;
        for number in [1, 2] {
            signed(&ground, person(number)).await;
            let minor = details("Ásta", "asta@example.org").with(DetailField::DateOfBirth, "2020-03-01");
            ground.issue(person(number), ChangeDetails { details: minor }).await;
        }
        erase(&ground, person(2)).await;
        assert_eq!(removed(&ground, DAY).await, 0);
        assert_eq!(removed(&ground, "2045-02-28").await, 0);
        assert_eq!(removed(&ground, "2045-03-01").await, 2);
    });
}

#[test]
fn v6_who_signed_again_keeps_evidence_until_the_last_waivers_date() {
    on_all_databases(|database| async move {
        let ground = Ground::found(&database).await;
        signed(&ground, person(1)).await;
        ground.set(noon("2033-05-01"));
        ground.issue(person(1), RecordWaiver { signed_on: day("2033-05-01") }).await;
        assert_eq!(removed(&ground, DAY).await, 0);
        assert_eq!(signers(&ground, person(1)).await, readable(2));
        assert_eq!(removed(&ground, "2047-05-01").await, 1);
        assert_eq!(signers(&ground, person(1)).await, [None, None]);
        // Whoever comes back and signs is evidence again, under a new key.
        ground.issue(person(1), RecordWaiver { signed_on: day("2047-05-01") }).await;
        assert_eq!(signers(&ground, person(1)).await, [vec![None, None], readable(1)].concat());
        assert_eq!(removed(&ground, "2047-05-02").await, 0);
    });
}

#[test]
fn v6_p6_a_joined_records_evidence_goes_by_what_the_surviving_one_says() {
    on_all_databases(|database| async move {
        let ground = Ground::found(&database).await;
        for number in [1, 2, 3, 4] {
            signed(&ground, person(number)).await;
        }
        // Only the surviving records know that they are a minor's; one of them is erased.
        for (survivor, merged) in [(1, 2), (3, 4)] {
            let (survivor, merged) = (person(survivor), person(merged));
            let minor = details("Ásta", "asta@example.org").with(DetailField::DateOfBirth, "2020-03-01");
            ground.issue(survivor, ChangeDetails { details: minor }).await;
            let merge = Merge {
                survivor,
                merged,
                cards: std::collections::BTreeMap::new(),
                waiver: None,
                seen_merged: None,
            };
            let number = survivor.0.as_u128();
            issue(&ground.tools.bus, number, operator(), Command::Merge(merge)).await.unwrap();
        }
        erase(&ground, person(3)).await;
        assert_eq!(removed(&ground, DAY).await, 0);
        assert_eq!(removed(&ground, "2045-02-28").await, 0);
        assert_eq!(removed(&ground, "2045-03-01").await, 4);
        assert_eq!(signers(&ground, person(4)).await, [None]);
    });
}

#[test]
fn v6_p6_a_date_of_birth_that_only_the_joined_record_has_counts_for_all() {
    on_all_databases(|database| async move {
        let ground = Ground::found(&database).await;
        for number in [1, 2, 3, 4] {
            signed(&ground, person(number)).await;
        }
        for (survivor, merged) in [(1, 2), (3, 4)] {
            let (survivor, merged) = (person(survivor), person(merged));
            let minor = details("Ásta", "asta@example.org").with(DetailField::DateOfBirth, "2020-03-01");
            ground.issue(merged, ChangeDetails { details: minor }).await;
            let cards = std::collections::BTreeMap::new();
            let merge = Merge { survivor, merged, cards, waiver: None, seen_merged: None };
            let number = survivor.0.as_u128();
            issue(&ground.tools.bus, number, operator(), Command::Merge(merge)).await.unwrap();
        }
        erase(&ground, person(3)).await;
        assert_eq!(removed(&ground, DAY).await, 0);
        assert_eq!(removed(&ground, "2045-02-28").await, 0);
        assert_eq!(removed(&ground, "2045-03-01").await, 4);
    });
}

#[test]
fn v6_evidence_that_a_waiver_is_filed_beside_is_not_destroyed_with_it() {
    on_all_databases(|database| async move {
        let ground = Ground::found(&database).await;
        let people: Vec<CombatantId> = (1..=20).map(person).collect();
        for who in &people {
            signed(&ground, *who).await;
        }
        ground.set(noon(DAY));
        let today: CivilDate = day(DAY);
        // On another server, which remembers the keys.
        let other = Ground::on(Db::connect(&database.url).await.unwrap(), ground.clock.clone()).await;
        for who in &people {
            assert_eq!(signers(&other, *who).await, readable(1));
        }
        let file = async {
            for who in &people {
                other.issue(*who, RecordWaiver { signed_on: today }).await;
            }
        };
        let ((), removed) = tokio::join!(file, housekeeping::run(&ground.tools));
        removed.unwrap();
        for who in &people {
            // However the two fell: what was signed today can be read.
            assert_eq!(signers(&ground, *who).await.last(), Some(&Some("Xavier Jansen".to_owned())));
        }
    });
}
