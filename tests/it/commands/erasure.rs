//! Erasing people (V6) and merging them (P6).

use std::collections::BTreeMap;
use std::time::Duration;

use emol::commands::Command;
use emol::commands::bus::BusError;
use emol::commands::combatant::accept_policy::AcceptPolicy;
use emol::commands::combatant::erase::Erase;
use emol::commands::combatant::grant_authorization::GrantAuthorization;
use emol::commands::combatant::merge::Merge;
use emol::commands::combatant::record_waiver::RecordWaiver;
use emol::commands::combatant::revoke_authorization::RevokeAuthorization;
use emol::domain::card_id::CardId;
use emol::domain::details::DetailField;
use emol::domain::personal::{Personal, Purpose};
use emol::events::combatant::ErasureCause;
use emol::events::evolve::{Record, Standing};
use emol::events::{CombatantEvent, Event, StreamEvent};
use emol::store::bounces::Bounce;
use emol::store::verify::verify;
use emol::store::{ClaimKind, Store};

use super::sample::{SECRET_NAME, about, bus, day, issue, kingdom, operator, person, register, slug};
use crate::support::databases::on_all_databases;

const ERASE: Erase = Erase::by(ErasureCause::Officer);

/// Whether any sealed value of the person's stream still opens with its details key.
async fn anything_opens(store: &Store, number: u128) -> bool {
    for row in store.read_subject(person(number).0).await.unwrap() {
        let mut event =
            Event::decode(row.stream.kind, &row.event_type, row.schema_version, &row.payload).unwrap();
        let mut sealed = Vec::new();
        event.each_personal(&mut |field, purpose, value| {
            if let (Purpose::Details, emol::domain::personal::Personal::Sealed(bytes)) = (purpose, &*value) {
                sealed.push((field, bytes.clone()));
            }
        });
        for (field, bytes) in sealed {
            if store.keyring().open_field(field, &bytes).await.unwrap().is_some() {
                return true;
            }
        }
    }
    false
}

#[test]
fn v6_after_erasure_nothing_opens_and_the_log_still_verifies() {
    on_all_databases(|database| async move {
        let bus = bus(database.store(1).await, 1_000).await;
        kingdom(&bus).await;
        register(&bus, 1, person(1)).await;
        let card_id = CardId::parse("lion-rampant-gules").unwrap();
        let accept = AcceptPolicy { policy_version: None, imported: true, listed: true, card_id };
        issue(&bus, 2, operator(), about(person(1), accept)).await.unwrap();
        let hash = bus.store().keyring().claim_hash(ClaimKind::CardId, "lion-rampant-gules");
        assert_eq!(bus.store().claim_owner(ClaimKind::CardId, &hash).await.unwrap(), Some(person(1).0));
        assert!(anything_opens(bus.store(), 1).await);
        let bounce = Bounce { subject: person(1).0, address: [1; 32], at: bus.now(), code: 550 };
        bus.store().mark_bounced(&bounce).await.unwrap();
        assert!(bus.store().bounce_of(person(1).0).await.unwrap().is_some());

        issue(&bus, 3, operator(), about(person(1), ERASE)).await.unwrap();

        assert!(!anything_opens(bus.store(), 1).await);
        assert!(bus.store().bounce_of(person(1).0).await.unwrap().is_none());
        assert_eq!(bus.store().claim_owner(ClaimKind::CardId, &hash).await.unwrap(), None);
        let record = bus.record(person(1)).await.unwrap();
        assert_eq!(record.standing, Standing::Erased);
        assert!(record.details.is_empty());
        let grant = GrantAuthorization {
            discipline: slug("fencing"),
            authorization: slug("heavy-rapier"),
            on: day("2026-05-01"),
        };
        assert!(matches!(
            issue(&bus, 4, operator(), about(person(1), grant)).await,
            Err(BusError::Refused(_))
        ));
        assert!(verify(&database.db, None).await.unwrap().is_clean());
    });
}

#[test]
fn v6_evidence_of_a_waiver_outlives_the_details_until_its_own_date() {
    on_all_databases(|database| async move {
        let bus = bus(database.store(1).await, 1_000).await;
        kingdom(&bus).await;
        register(&bus, 1, person(1)).await;
        let waiver = RecordWaiver { signed_on: day("2026-01-02") };
        issue(&bus, 2, operator(), about(person(1), waiver)).await.unwrap();
        issue(&bus, 3, operator(), about(person(1), ERASE)).await.unwrap();
        assert!(!anything_opens(bus.store(), 1).await);
        let mut signer = None;
        let mut until = None;
        for row in bus.store().read_subject(person(1).0).await.unwrap() {
            let event =
                Event::decode(row.stream.kind, &row.event_type, row.schema_version, &row.payload).unwrap();
            match event {
                Event::Combatant(CombatantEvent::WaiverRecorded(e)) => signer = Some(e.signer.0),
                Event::Combatant(CombatantEvent::CombatantErased(e)) => until = e.evidence_until,
                _ => {}
            }
        }
        let Some(emol::domain::personal::Personal::Sealed(signer)) = signer else {
            panic!("a sealed signer")
        };
        let name = bus.store().keyring().open_field("signer", &signer).await.unwrap();
        assert_eq!(name.as_deref(), Some("Wilhelmina Quixote"));
        assert_eq!(until, Some(day("2040-01-02")));
    });
}

#[test]
fn p6_erasing_the_survivor_destroys_the_keys_of_all_it_joined() {
    on_all_databases(|database| async move {
        let bus = bus(database.store(1).await, 1_000).await;
        kingdom(&bus).await;
        for number in 1..=3 {
            register(&bus, number, person(number)).await;
        }
        for (number, survivor, merged) in [(11, 2, 3), (12, 1, 2)] {
            let (survivor, merged) = (person(survivor), person(merged));
            let merge = Merge { survivor, merged, cards: BTreeMap::new(), waiver: None, seen_merged: None };
            issue(&bus, number, operator(), Command::Merge(merge)).await.unwrap();
        }
        assert_eq!(bus.record(person(3)).await.unwrap().standing, Standing::MergedInto(person(2)));
        issue(&bus, 13, operator(), about(person(1), ERASE)).await.unwrap();
        for number in 1..=3 {
            assert!(!anything_opens(bus.store(), number).await, "{number}");
        }
    });
}

/// Everything open that a record in memory still holds: details, addresses, reasons.
fn held(record: &Record) -> Vec<String> {
    let (mut record, mut held) = (record.clone(), Vec::new());
    let mut note = |value: &Personal| held.extend(value.text().map(ToOwned::to_owned));
    record.each_personal(&mut |_, value| note(value));
    for fact in record.standing_entries() {
        fact.event.clone().each_personal(&mut |_, purpose, value| {
            if purpose == Purpose::Details {
                note(value);
            }
        });
    }
    held
}

#[test]
fn v6_p6_who_was_joined_to_an_erased_record_is_not_kept_in_memory_either() {
    on_all_databases(|database| async move {
        let bus = bus(database.store(1).await, 1_000).await;
        kingdom(&bus).await;
        register(&bus, 1, person(1)).await;
        register(&bus, 2, person(2)).await;
        let (discipline, authorization) = (slug("fencing"), slug("heavy-rapier"));
        let on = day("2026-05-01");
        let grant = GrantAuthorization { discipline, authorization, on };
        let (discipline, authorization) = (slug("fencing"), slug("heavy-rapier"));
        let reason = "a brawl at the inn".to_owned();
        let revoke = RevokeAuthorization { discipline, authorization, on, reason };
        issue(&bus, 3, operator(), about(person(2), grant)).await.unwrap();
        issue(&bus, 4, operator(), about(person(2), revoke)).await.unwrap();
        let (survivor, merged) = (person(1), person(2));
        let merge = Merge { survivor, merged, cards: BTreeMap::new(), waiver: None, seen_merged: None };
        issue(&bus, 5, operator(), Command::Merge(merge)).await.unwrap();
        let other = super::sample::bus(database.other_process().await, 2_000).await;
        for bus in [&bus, &other] {
            let record = bus.record(person(2)).await.unwrap();
            assert!(held(&record).contains(&"a brawl at the inn".to_owned()));
        }
        issue(&bus, 6, operator(), about(person(1), ERASE)).await.unwrap();
        // Another server notices within a second.
        tokio::time::sleep(Duration::from_secs(1)).await;
        for bus in [&bus, &other] {
            for number in [1, 2] {
                let record = bus.record(person(number)).await.unwrap();
                assert_eq!(held(&record), [""; 0], "{number}");
                let many = bus.records(&[person(number)], false).await.unwrap();
                assert_eq!(held(&many[0]), [""; 0], "{number}");
            }
            assert_eq!(bus.record(merged).await.unwrap().standing, Standing::MergedInto(survivor));
        }
    });
}

#[test]
fn v5_no_personal_text_is_found_in_the_files_of_the_database() {
    on_all_databases(|database| async move {
        let bus = bus(database.store(1).await, 1_000).await;
        kingdom(&bus).await;
        register(&bus, 1, person(1)).await;
        assert!(bus.record(person(1)).await.unwrap().details.contains_key(&DetailField::ScaName));
        let Some(path) = database.url.strip_prefix("sqlite://") else { return };
        let mut found_something = false;
        for suffix in ["", "-wal"] {
            let bytes = std::fs::read(format!("{path}{suffix}")).unwrap_or_default();
            found_something |= !bytes.is_empty();
            for secret in [SECRET_NAME, "Wilhelmina", "Vexillum", "person1@example.org", "4165556068"] {
                let hit = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!hit, "a personal text stands open in emol.db{suffix}");
            }
        }
        assert!(found_something);
    });
}
