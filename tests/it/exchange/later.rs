//! Later files about people who are on file: only what differs is recorded.

use std::collections::BTreeMap;

use emol::commands::bus::{Bus, BusError};
use emol::commands::combatant::CombatantCommand;
use emol::commands::combatant::end_warrant::EndWarrant;
use emol::commands::combatant::erase::Erase;
use emol::commands::combatant::merge::{Keep, Merge};
use emol::commands::combatant::revoke_authorization::RevokeAuthorization;
use emol::commands::combatant::set_listing::SetListing;
use emol::commands::officers::{OfficersCommand, Verb};
use emol::commands::{Command, authorize::Denied};
use emol::domain::actor::Actor;
use emol::domain::date::CivilDate;
use emol::domain::id::{CombatantId, OfficerId, Slug};
use emol::domain::permission::{Grant, GrantScope, Permission};
use emol::events::combatant::ErasureCause;
use emol::events::evolve::Record;
use emol::exchange::{ImportError, roster};
use uuid::Uuid;

use super::kingdom::{
    HEADER, RUN, beside, data, founded, head, import, import_rows, issue, only_fault, only_person, operator,
    people,
};
use crate::support::databases::on_all_databases;

const PERSON: &str = "C1,A B,Ab,a@example.org,905 555 9487,1 Queen St,,Ottawa,ON,N8T 7X4,,,,2024-01-24";
const ARCHERY: &str = "Target Archery,2025-09-07,Archer; Crossbow,Target Archery Marshal";

fn row(person: &str, consent: &str, card: &str) -> String {
    format!("{person},{consent},Septentria,{card}")
}

fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

async fn desk(bus: &Bus, command: impl Into<CombatantCommand>) {
    let combatant: CombatantId = *people(bus).await.keys().next().unwrap();
    issue(bus, Command::Combatant { combatant, command: command.into() }).await;
}

#[test]
fn a_later_file_with_one_changed_phone_and_one_more_authorization_records_two_events() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        let file = String::from_utf8(data("roster-3000.csv")).unwrap();
        let lines: Vec<&str> = file.lines().take(60).collect();
        import(&bus, lines.join("\r\n").as_bytes()).await.unwrap();
        let before = head(&bus).await;
        let later = lines.join("\n").replace("9055559487", "905 555 0000").replacen(
            "Axe; Spear",
            "Axe;Knife;Spear",
            1,
        );
        let report = import(&bus, later.as_bytes()).await.unwrap();
        assert_eq!((report.count("DetailsChanged"), report.count("AuthorizationGranted")), (1, 1));
        assert_eq!((report.events(), report.changed, head(&bus).await.0 - before.0), (2, 2, 2));
        assert!(report.differences.is_empty());
    });
}

#[test]
fn p2_an_address_in_other_letters_is_no_change() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        import_rows(&bus, &[&row(PERSON, "yes,no", ARCHERY)]).await.unwrap();
        let shouted = PERSON.replace("a@example.org", "A@EXAMPLE.ORG");
        let report = import_rows(&bus, &[&row(&shouted, "yes,no", ARCHERY)]).await.unwrap();
        assert_eq!((report.events(), report.unchanged), (0, 1));
    });
}

#[test]
fn c4_a_later_card_date_renews_and_an_earlier_one_is_only_told() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        import_rows(&bus, &[&row(PERSON, "yes,no", ARCHERY)]).await.unwrap();
        let renewed = ARCHERY.replace("2025-09-07", "2026-10-01");
        let report = import_rows(&bus, &[&row(PERSON, "yes,no", &renewed)]).await.unwrap();
        assert_eq!((report.events(), report.count("CardRenewed")), (1, 1));

        let report = import_rows(&bus, &[&row(PERSON, "yes,no", ARCHERY)]).await.unwrap();
        assert_eq!((report.events(), report.differences.len()), (0, 1));
        assert_eq!(report.differences[0].column, "card_issued");
        let card = only_person(&bus).await.civil(None).unwrap().cards.into_values().next().unwrap();
        assert_eq!(card.term.unwrap().issued_on, day("2026-10-01"));
    });
}

#[test]
fn what_a_later_file_leaves_out_is_told_and_kept() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        let axes = row(PERSON, "yes,no", "Thrown Weapons,2025-09-07,Axe,");
        import_rows(&bus, &[&row(PERSON, "yes,no", ARCHERY), &axes]).await.unwrap();
        let before = head(&bus).await;
        let less = row(&PERSON.replace("2024-01-24", ""), "no,no", "Target Archery,2025-09-07,Archer,");
        let report = import_rows(&bus, &[&less]).await.unwrap();
        let columns: Vec<&str> = report.differences.iter().map(|d| d.column.as_str()).collect();
        assert_eq!(
            columns,
            ["privacy_accepted", "waiver_signed", "authorizations", "warrants", "discipline"]
        );
        let named: Vec<&str> = report.differences[2..].iter().map(|d| d.on_file.as_str()).collect();
        assert_eq!(named, ["Crossbow", "Target Archery Marshal", "Thrown Weapons"], "names and no slugs");
        assert_eq!((report.events(), head(&bus).await), (0, before));
        assert!(only_person(&bus).await.accepted());
    });
}

#[test]
fn a_newer_waiver_a_first_consent_and_a_listing_are_recorded() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        import_rows(&bus, &[&row(PERSON, "no,no", ",,,")]).await.unwrap();
        assert!(!only_person(&bus).await.accepted());
        let later = PERSON.replace("2024-01-24", "2026-01-24");
        let report = import_rows(&bus, &[&row(&later, "yes,yes", ",,,")]).await.unwrap();
        let types = ["ConsentAccepted", "ListingChanged", "CardIdAssigned", "WaiverRecorded"];
        assert!(types.iter().all(|name| report.count(name) == 1) && report.events() == 4);
        let report = import_rows(&bus, &[&row(&later, "yes,no", ",,,")]).await.unwrap();
        assert_eq!((report.events(), report.count("ListingChanged")), (1, 1));
        let record = only_person(&bus).await;
        assert!(record.accepted() && !record.listed);
        assert_eq!(record.civil(None).unwrap().waiver.unwrap().signed_on, day("2026-01-24"));
    });
}

#[test]
fn v8_what_was_taken_back_revoked_or_ended_since_is_not_done_again_by_the_same_file() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        let file = row(PERSON, "yes,yes", ARCHERY);
        import_rows(&bus, &[&file]).await.unwrap();
        let civil = only_person(&bus).await.civil(None).unwrap();
        let archery = slug("target-archery");
        let warrant = civil.cards[&archery].warrants[0].id;
        let (on, reason) = (day("2026-11-01"), "as asked".to_owned());
        desk(&bus, SetListing { listed: false }).await;
        let authorization = slug("crossbow");
        let discipline = archery.clone();
        desk(&bus, RevokeAuthorization { discipline, authorization, on, reason: reason.clone() }).await;
        desk(&bus, EndWarrant { discipline: archery.clone(), warrant, on, reason }).await;
        let before = head(&bus).await;

        let report = import_rows(&bus, &[&file]).await.unwrap();
        let columns: Vec<&str> = report.differences.iter().map(|d| d.column.as_str()).collect();
        assert_eq!(columns, ["listed", "authorizations", "warrants"]);
        assert_eq!((report.events(), head(&bus).await), (0, before));

        // A renewal after the revocation may bring it back.
        let renewed = file.replace("2025-09-07", "2026-11-20");
        let report = import_rows(&bus, &[&renewed]).await.unwrap();
        let types = ["CardRenewed", "AuthorizationGranted", "WarrantGranted"];
        assert!(types.iter().all(|name| report.count(name) == 1) && report.events() == 3, "{report:?}");
    });
}

#[test]
fn p2_a_family_may_share_an_address_and_a_ref_keeps_people_apart() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        let other = PERSON.replace("C1,", "C2,");
        let rows = [row(PERSON, "yes,no", ARCHERY), row(&other, "yes,no", ARCHERY)];
        let report = import_rows(&bus, &[&rows[0], &rows[1]]).await.unwrap();
        assert_eq!((report.added, people(&bus).await.len()), (2, 2));
    });
}

#[test]
fn c5_a_retired_type_is_a_fault_where_it_is_new_and_none_where_it_is_held() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        import_rows(&bus, &[&row(PERSON, "yes,no", ARCHERY)]).await.unwrap();
        let command = emol::commands::kingdom::RetireAuthorizationType {
            discipline: slug("target-archery"),
            slug: slug("crossbow"),
        };
        issue(&bus, Command::Kingdom(command.into())).await;
        let report = import_rows(&bus, &[&row(PERSON, "yes,no", ARCHERY)]).await.unwrap();
        assert_eq!(report.events(), 0);
        let other = row(&PERSON.replace("C1,", "C2,"), "yes,no", ARCHERY);
        let (line, column, problem) = only_fault(import_rows(&bus, &[&other]).await);
        assert_eq!((line, column.as_str()), (2, "authorizations"));
        assert!(problem.contains("retired"), "{problem}");
    });
}

#[test]
fn v6_a_file_does_not_bring_back_whoever_was_erased() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        let file = row(PERSON, "yes,no", ARCHERY);
        import_rows(&bus, &[&file]).await.unwrap();
        desk(&bus, Erase::by(ErasureCause::Withdrawn)).await;
        let before = head(&bus).await;
        let report = import_rows(&beside(&bus).await, &[&file]).await.unwrap();
        assert_eq!((report.skipped, report.added, report.events()), (1, 0, 0));
        assert!(report.differences[0].note.contains("erased"));
        assert_eq!(head(&bus).await, before);
    });
}

#[test]
fn p6_a_ref_of_a_record_that_was_joined_to_another_records_nothing() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        let rows = [row(PERSON, "yes,no", ARCHERY), row(&PERSON.replace("C1,", "C2,"), "no,no", ",,,")];
        import_rows(&bus, &[&rows[0], &rows[1]]).await.unwrap();
        let folded = people(&bus).await;
        let with_cards = |record: &Record| !record.civil(None).unwrap().cards.is_empty();
        let (survivor, _) = folded.iter().find(|(_, record)| with_cards(record)).unwrap();
        let (merged, _) = folded.iter().find(|(_, record)| !with_cards(record)).unwrap();
        let waiver = Some(Keep::Survivor);
        let merge =
            Merge { survivor: *survivor, merged: *merged, cards: BTreeMap::new(), waiver, seen_merged: None };
        issue(&bus, Command::Merge(merge)).await;
        let other = rows[1].replace("Ottawa", "Toronto");
        let report = import_rows(&bus, &[&rows[0], &other]).await.unwrap();
        assert_eq!((report.skipped, report.unchanged, report.events()), (1, 1, 0));
        assert_eq!(report.differences[0].ref_, "C2");
    });
}

#[test]
fn two_imports_of_one_file_at_once_record_it_once() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        let other = beside(&bus).await;
        let file = row(PERSON, "yes,no", ARCHERY);
        let rows = [file.as_str()];
        let (one, two) = tokio::join!(import_rows(&bus, &rows), import_rows(&other, &rows));
        let (one, two) = (one.unwrap(), two.unwrap());
        assert_eq!((one.added + two.added, one.unchanged + two.unchanged), (1, 1));
        assert_eq!(people(&bus).await.len(), 1);
    });
}

#[test]
fn a3_an_officer_cannot_change_their_own_card_by_an_import() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        import_rows(&bus, &[&row(PERSON, "yes,no", ARCHERY)]).await.unwrap();
        let own: CombatantId = *people(&bus).await.keys().next().unwrap();
        let officer = OfficerId(Uuid::from_u128(9));
        let grant = Grant::new(Permission::CanImport, GrantScope::Kingdom).unwrap();
        let (email, label) = ("mol@example.org".to_owned(), "List minister".to_owned());
        for verb in [
            Verb::Invite { officer, email, label },
            Verb::Grant { officer, grant },
            Verb::Link { officer, combatant: Some(own) },
        ] {
            issue(&bus, Command::Officers(OfficersCommand { by: operator(), verb })).await;
        }
        let before = head(&bus).await;
        let attempt = async |card: &str, person: &str| {
            let file = format!("{HEADER}\n{}\n", row(person, "yes,no", card));
            roster::import(&bus, Actor::Officer(officer), RUN, file.as_bytes(), false, &mut |_| {}).await
        };
        let renewed = ARCHERY.replace("2025-09-07", "2026-10-01");
        let outcome = attempt(&renewed, PERSON).await;
        assert!(matches!(outcome, Err(ImportError::Bus(BusError::Denied(Denied::OwnRecord)))));
        assert_eq!(head(&bus).await, before);
        assert_eq!(attempt(&renewed, &PERSON.replace("C1,", "C2,")).await.unwrap().added, 1);
        // Nor that of a record which theirs was joined to (P6).
        let folded = people(&bus).await;
        let merged = *folded.keys().find(|id| **id != own).unwrap();
        let verb = Verb::Link { officer, combatant: Some(merged) };
        issue(&bus, Command::Officers(OfficersCommand { by: operator(), verb })).await;
        let disciplines = bus.kingdom().catalogue.disciplines.keys().cloned().collect::<Vec<_>>();
        let cards = disciplines.into_iter().map(|discipline| (discipline, Keep::Survivor)).collect();
        let waiver = Some(Keep::Survivor);
        let merge = Merge { survivor: own, merged, cards, waiver, seen_merged: None };
        issue(&bus, Command::Merge(merge)).await;
        let outcome = attempt(&renewed, PERSON).await;
        assert!(matches!(outcome, Err(ImportError::Bus(BusError::Denied(Denied::OwnRecord)))));
    });
}

#[test]
fn a1_an_officer_without_can_import_imports_nothing() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        let before = head(&bus).await;
        let actor = Actor::Officer(OfficerId(Uuid::from_u128(9)));
        let outcome = roster::import(&bus, actor, RUN, &data("roster-3000.csv"), false, &mut |_| {}).await;
        assert!(matches!(outcome, Err(ImportError::Bus(BusError::Denied(Denied::NoOfficer)))));
        assert_eq!(head(&bus).await, before);
    });
}
