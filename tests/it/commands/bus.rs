//! Once, by whom, on which state.

use emol::commands::Command;
use emol::commands::authorize::Denied;
use emol::commands::bus::{Bus, BusError, Read, Reading};
use emol::commands::combatant::accept_policy::AcceptPolicy;
use emol::commands::combatant::change_details::ChangeDetails;
use emol::commands::combatant::change_own_details::ChangeOwnDetails;
use emol::commands::combatant::grant_authorization::GrantAuthorization;
use emol::commands::combatant::issue_card::IssueCard;
use emol::commands::combatant::merge::Merge;
use emol::commands::combatant::record_waiver::RecordWaiver;
use emol::commands::combatant::register::Register;
use emol::commands::combatant::revoke_authorization::RevokeAuthorization;
use emol::commands::combatant::send_link::SendLink;
use emol::commands::combatant::set_pin::SetPin;
use emol::commands::kingdom::{ChangeRegion, SetSwitch};
use emol::commands::officers::Verb;
use emol::commands::policies::{ApproveDraft, BeginDraft};
use emol::domain::actor::Actor;
use emol::domain::card_id::CardId;
use emol::domain::details::DetailField;
use emol::domain::id::{CorrelationId, Position, StreamId, StreamVersion};
use emol::domain::kingdom::SwitchMode;
use emol::domain::mail::Mail;
use emol::domain::personal::Personal;
use emol::domain::policy::PolicyVersion;
use emol::domain::region::RegionEntry;
use emol::events::combatant::Source;
use emol::store::verify::verify;
use uuid::Uuid;

use super::sample::{
    about, bus, day, details, issue, kingdom, officer, officers, operator, person, register, request, slug,
};
use crate::support::databases::{TestDatabase, on_all_databases};

fn rapier() -> GrantAuthorization {
    GrantAuthorization {
        discipline: slug("fencing"),
        authorization: slug("heavy-rapier"),
        on: day("2026-05-01"),
    }
}

#[test]
fn a_command_is_judged_sealed_appended_and_read_back_open() {
    on_all_databases(|database| async move {
        let bus = bus(database.store(1).await, 1_000).await;
        kingdom(&bus).await;
        register(&bus, 1, person(1)).await;
        issue(&bus, 2, operator(), about(person(1), rapier())).await.unwrap();
        issue(&bus, 3, operator(), about(person(1), RecordWaiver { signed_on: day("2026-01-02") }))
            .await
            .unwrap();
        let other = super::sample::bus(database.other_process().await, 2_000).await;
        for bus in [&bus, &other] {
            let record = bus.record(person(1)).await.unwrap();
            assert_eq!(record.details[&DetailField::PostalCode], Personal::open("K1A 0B1"));
            let civil = record.civil(None).unwrap();
            let term = civil.term(&slug("fencing")).unwrap();
            assert_eq!((term.issued_on, term.expires_on), (day("2026-05-01"), day("2028-05-01")));
            assert_eq!(civil.waiver.unwrap().expires_on, day("2033-01-02"));
        }
        assert!(verify(&database.db, None).await.unwrap().is_clean());
    });
}

#[test]
fn the_same_command_sent_twice_happens_once() {
    on_all_databases(|database| async move {
        let bus = bus(database.store(1).await, 1_000).await;
        kingdom(&bus).await;
        register(&bus, 1, person(1)).await;
        let first = issue(&bus, 2, operator(), about(person(1), rapier())).await.unwrap();
        let again = issue(&bus, 2, operator(), about(person(1), rapier())).await;
        let again = again.expect("the receipt of the first");
        assert_eq!((again.first, again.last, again.repeated), (first.first, first.last, true));
        let mut other_body = request(2, operator(), about(person(1), rapier()));
        other_body.body = b"something else".to_vec();
        assert!(matches!(bus.execute(other_body).await, Err(BusError::CommandReused)));
    });
}

#[test]
fn commands_about_one_person_at_the_same_time_all_find_their_place() {
    on_all_databases(|database| async move {
        let first = bus(database.store(1).await, 1_000).await;
        kingdom(&first).await;
        register(&first, 1, person(1)).await;
        let second = bus(database.other_process().await, 2_000).await;
        let grant =
            tokio::spawn(async move { issue(&first, 2, operator(), about(person(1), rapier())).await });
        let card = IssueCard { discipline: slug("armoured-combat"), issued_on: day("2026-05-02") };
        let card = issue(&second, 3, operator(), about(person(1), card)).await;
        assert!(card.is_ok() && grant.await.unwrap().is_ok());
        assert_eq!(second.record(person(1)).await.unwrap().civil(None).unwrap().cards.len(), 2);
    });
}

#[test]
fn of_forty_commands_at_once_about_one_person_none_is_turned_away() {
    on_all_databases(|database| async move {
        let bus = bus(database.store(1).await, 1_000).await;
        kingdom(&bus).await;
        register(&bus, 1, person(1)).await;
        let all: Vec<_> = (0..40)
            .map(|nth| {
                let bus = bus.clone();
                let signed_on = day(&format!("202{}-01-{:02}", nth / 20, nth % 20 + 1));
                tokio::spawn(async move {
                    let filed = about(person(1), RecordWaiver { signed_on });
                    issue(&bus, 100 + nth, operator(), filed).await
                })
            })
            .collect();
        for one in all {
            one.await.unwrap().unwrap();
        }
    });
}

#[test]
fn a_refusal_on_an_outdated_copy_is_judged_again() {
    on_all_databases(|database| async move {
        let first = bus(database.store(1).await, 1_000).await;
        kingdom(&first).await;
        register(&first, 1, person(1)).await;
        issue(&first, 2, operator(), about(person(1), rapier())).await.unwrap();
        let second = bus(database.other_process().await, 2_000).await;
        let revoke = RevokeAuthorization {
            discipline: slug("fencing"),
            authorization: slug("heavy-rapier"),
            on: day("2026-05-02"),
            reason: "lapse of skill".into(),
        };
        issue(&second, 3, operator(), about(person(1), revoke)).await.unwrap();
        // The first process still believes that it is held.
        let again = GrantAuthorization { on: day("2026-05-03"), ..rapier() };
        issue(&first, 4, operator(), about(person(1), again)).await.unwrap();
        let twice = GrantAuthorization { on: day("2026-05-03"), ..rapier() };
        assert!(matches!(
            issue(&first, 5, operator(), about(person(1), twice)).await,
            Err(BusError::Refused(_))
        ));
    });
}

#[test]
fn p5_a_command_on_a_version_that_is_no_longer_there_is_told_so() {
    on_all_databases(|database| async move {
        let bus = bus(database.store(1).await, 1_000).await;
        kingdom(&bus).await;
        register(&bus, 1, person(1)).await;
        let mut seen = request(2, operator(), about(person(1), rapier()));
        seen.seen = Some(StreamVersion(1));
        bus.execute(seen.clone()).await.unwrap();
        seen.command_id.0 = Uuid::from_u128(3);
        assert!(matches!(
            bus.execute(seen).await,
            Err(BusError::Stale { seen: StreamVersion(1), now: StreamVersion(3) })
        ));
    });
}

#[test]
fn a1_a_deputy_acts_in_their_own_discipline_only() {
    on_all_databases(|database| async move {
        let bus = bus(database.store(1).await, 1_000).await;
        kingdom(&bus).await;
        register(&bus, 1, person(1)).await;
        let deputy = Actor::Officer(officer(1));
        issue(&bus, 2, deputy.clone(), about(person(1), rapier())).await.unwrap();
        let armoured = GrantAuthorization {
            discipline: slug("armoured-combat"),
            authorization: slug("weapon-shield"),
            on: day("2026-05-01"),
        };
        let refused = issue(&bus, 3, deputy, about(person(1), armoured)).await;
        assert!(matches!(refused, Err(BusError::Denied(Denied::Lacking { .. }))));
    });
}

#[test]
fn an_officer_disabled_by_another_process_can_do_nothing_more() {
    on_all_databases(|database| async move {
        let first = bus(database.store(1).await, 1_000).await;
        kingdom(&first).await;
        register(&first, 1, person(1)).await;
        let second = bus(database.other_process().await, 2_000).await;
        officers(&second, 2, Verb::Disable(officer(1))).await;
        let refused = issue(&first, 3, Actor::Officer(officer(1)), about(person(1), rapier())).await;
        assert!(matches!(refused, Err(BusError::Denied(Denied::NoOfficer))));
    });
}

/// Approves a policy, required from a day on where one is named.
async fn policy(bus: &Bus, number: u128, required_from: Option<&str>) {
    let draft = BeginDraft { text: Some("We keep what we need.".to_owned()) };
    issue(bus, number, operator(), Command::Policies(draft.into())).await.unwrap();
    let required_from = required_from.map(day);
    let approved = ApproveDraft { change_log: "It says more.".to_owned(), required_from };
    issue(bus, number + 1, operator(), Command::Policies(approved.into())).await.unwrap();
}

/// Says who is asked for PINs.
async fn pins(bus: &Bus, number: u128, mode: SwitchMode) {
    let command = SetSwitch { switch: slug("pin-authentication"), mode, listed: vec![] };
    issue(bus, number, operator(), Command::Kingdom(command.into())).await.unwrap();
}

/// A kingdom that asks everybody for PINs, and somebody who accepted its policy.
async fn member(database: &TestDatabase) -> Bus {
    emol::store::format::raise(&database.admin, emol::events::LOG_FORMAT).await.unwrap();
    let bus = bus(database.store(1).await, 1_000).await;
    kingdom(&bus).await;
    policy(&bus, 10, None).await;
    register(&bus, 1, person(1)).await;
    let card_id = CardId::from_random(&[5; 10]);
    let accept =
        AcceptPolicy { policy_version: Some("2026.1".into()), imported: false, listed: false, card_id };
    issue(&bus, 2, operator(), about(person(1), accept)).await.unwrap();
    pins(&bus, 3, SwitchMode::Everyone).await;
    bus
}

#[test]
fn l3_a_process_that_has_not_seen_pins_turned_off_sets_none_and_asks_for_none() {
    on_all_databases(|database| async move {
        let first = member(&database).await;
        let second = bus(first.store().clone(), 2_000).await;
        let third = bus(database.other_process().await, 3_000).await;
        pins(&third, 4, SwitchMode::Off).await;
        let set = issue(&first, 5, operator(), about(person(1), SetPin { person: person(1) })).await;
        assert!(matches!(set, Err(BusError::Refused(_))), "{set:?}");
        let send = SendLink { person: person(1), mail: Mail::SetPin };
        let sent = issue(&second, 6, operator(), about(person(1), send)).await;
        assert!(matches!(sent, Err(BusError::Refused(_))), "{sent:?}");
    });
}

#[test]
fn v4_a_process_that_has_not_seen_the_newest_policy_asks_to_accept_that_one() {
    on_all_databases(|database| async move {
        let first = member(&database).await;
        policy(&first, 20, Some("2026-07-01")).await;
        let second = bus(database.other_process().await, 2_000).await;
        policy(&second, 30, Some("2026-06-01")).await;
        // The first process still believes that 2026.2 is the next to be accepted.
        let send = SendLink { person: person(1), mail: Mail::PolicyChanged };
        issue(&first, 5, operator(), about(person(1), send)).await.unwrap();
        let sent = first.record(person(1)).await.unwrap().sent.clone();
        let newest = PolicyVersion::parse("2026.3").unwrap();
        assert!(sent.contains(&(slug("policy-changed"), Some(newest))), "{sent:?}");
    });
}

#[test]
fn p1_a_process_that_has_not_seen_a_region_closed_puts_nobody_there() {
    on_all_databases(|database| async move {
        emol::store::format::raise(&database.admin, emol::events::LOG_FORMAT).await.unwrap();
        let first = bus(database.store(1).await, 1_000).await;
        kingdom(&first).await;
        register(&first, 1, person(1)).await;
        let details = details("new@example.org");
        let own = ChangeOwnDetails { details: details.clone(), link: Uuid::from_u128(1) };
        let register = Register { details: details.clone(), source: Source::Desk, roster_ref: None };
        let mut asked = Vec::new();
        for (number, command) in [
            (2, about(person(2), register)),
            (3, about(person(1), ChangeDetails { details })),
            (4, about(person(1), own)),
        ] {
            asked.push((bus(first.store().clone(), 1_000 * (number + 1)).await, number, command));
        }
        let closed = RegionEntry { active: false, ..first.kingdom().catalogue.regions[0].clone() };
        issue(&first, 5, operator(), Command::Kingdom(ChangeRegion(closed).into())).await.unwrap();
        for (outdated, number, command) in asked {
            let refused = issue(&outdated, number.into(), operator(), command).await;
            assert!(matches!(refused, Err(BusError::Refused(_))), "{number}: {refused:?}");
        }
    });
}

#[test]
fn a3_p6_what_ones_own_record_was_joined_to_step_by_step_is_ones_own() {
    on_all_databases(|database| async move {
        let bus = bus(database.store(1).await, 1_000).await;
        kingdom(&bus).await;
        for number in 1..=4 {
            register(&bus, number, person(number)).await;
        }
        officers(&bus, 10, Verb::Link { officer: officer(1), combatant: Some(person(1)) }).await;
        let deputy = Actor::Officer(officer(1));
        issue(&bus, 11, deputy.clone(), about(person(3), rapier())).await.unwrap();
        // Joined on another server: this one remembers the records from before.
        let other = super::sample::bus(database.other_process().await, 2_000).await;
        for (number, survivor, merged) in [(12, 2, 1), (13, 3, 2)] {
            issue(&other, number, operator(), joining(survivor, merged, None)).await.unwrap();
        }
        let waiver = RecordWaiver { signed_on: day("2026-01-02") };
        officers(&bus, 14, Verb::Grant { officer: officer(1), grant: "write_waiver_date".parse().unwrap() })
            .await;
        let refused = issue(&bus, 15, deputy.clone(), about(person(3), waiver)).await;
        assert!(matches!(refused, Err(BusError::Denied(Denied::OwnRecord))));
        let judge = bus.judge(deputy.clone()).await.unwrap();
        let record = bus.record(person(3)).await.unwrap();
        let judged = judge.facts(person(3), &waiver.into(), &record);
        assert!(matches!(judged, Err(BusError::Denied(Denied::OwnRecord))));
        issue(&bus, 16, deputy, about(person(4), waiver)).await.unwrap();
    });
}

fn joining(survivor: u128, merged: u128, seen_merged: Option<StreamVersion>) -> Command {
    let (survivor, merged) = (person(survivor), person(merged));
    Command::Merge(Merge { survivor, merged, cards: [].into(), waiver: None, seen_merged })
}

#[test]
fn p5_p6_a_merge_is_refused_where_either_record_changed_since_it_was_seen() {
    on_all_databases(|database| async move {
        let first = bus(database.store(1).await, 1_000).await;
        kingdom(&first).await;
        register(&first, 1, person(1)).await;
        register(&first, 2, person(2)).await;
        let seen = |number, survivor: i64, merged: i64| {
            let mut request = request(number, operator(), joining(1, 2, Some(StreamVersion(merged))));
            request.seen = Some(StreamVersion(survivor));
            request
        };
        let second = super::sample::bus(database.other_process().await, 2_000).await;
        issue(&second, 3, operator(), about(person(2), rapier())).await.unwrap();
        // This server still has the version that was seen: the append is overtaken, and decided again.
        let stale = first.execute(seen(4, 1, 1)).await;
        assert!(matches!(stale, Err(BusError::Stale { seen: StreamVersion(1), now: StreamVersion(3) })));
        let stale = first.execute(seen(5, 2, 3)).await;
        assert!(matches!(stale, Err(BusError::Stale { seen: StreamVersion(2), now: StreamVersion(1) })));
        first.execute(seen(6, 1, 3)).await.unwrap();
    });
}

#[test]
fn a3_nobody_changes_their_own_authorizations() {
    on_all_databases(|database| async move {
        let bus = bus(database.store(1).await, 1_000).await;
        kingdom(&bus).await;
        register(&bus, 1, person(1)).await;
        officers(&bus, 2, Verb::Link { officer: officer(1), combatant: Some(person(1)) }).await;
        let refused = issue(&bus, 3, Actor::Officer(officer(1)), about(person(1), rapier())).await;
        assert!(matches!(refused, Err(BusError::Denied(Denied::OwnRecord))));
    });
}

#[test]
fn v7_a_reading_is_in_the_log_before_anything_is_shown() {
    on_all_databases(|database| async move {
        let bus = bus(database.store(1).await, 1_000).await;
        kingdom(&bus).await;
        register(&bus, 1, person(1)).await;
        for what in [
            Read::Record(person(1)),
            Read::Record(person(1)),
            Read::List { query: "zymurgis".into(), count: 3 },
        ] {
            let reading = Reading {
                actor: Actor::Officer(officer(1)),
                correlation_id: CorrelationId(Uuid::from_u128(1)),
                screen: slug("desk"),
                what,
                reason: None,
            };
            bus.record_reading(reading).await.unwrap();
        }
        let stream = StreamId::access(person(1).0, "2026-05");
        let rows = bus.store().read_stream(stream, StreamVersion(0)).await.unwrap();
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().all(|row| row.subject == Some(person(1).0) && &*row.event_type == "RecordRead"));
        let list = StreamId::access(officer(1).0, "2026-05");
        let rows = bus.store().read_stream(list, StreamVersion(0)).await.unwrap();
        assert_eq!(rows.len(), 1);
        assert!(
            rows[0].position > Position(0) && !String::from_utf8_lossy(&rows[0].payload).contains("zymurgis")
        );
    });
}
