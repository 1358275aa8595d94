//! Imports, history, verify and rebuild on the command line.

use emol::store::{Arg, Db};

use super::{Answer, Place};

const DISCIPLINES: &str = r#"[{"name": "Fencing", "authorizations": [{"name": "Single Rapier", "is_primary": true}],
    "marshals": [{"name": "Marshal"}]}]"#;
const REGIONS: &str =
    r#"[{"code": "ON", "name": "Ontario", "country": "Canada", "postal_format": "A1A 1A1", "active": true}]"#;
const HEAD: &str = "ref,legal_name,sca_name,email,phone,address1,address2,city,province,postal_code,dob,\
    member_number,member_expiry,waiver_signed,privacy_accepted,listed,branch,discipline,card_issued,\
    authorizations,warrants";
const GOOD: &str = "C1,Alex Tester,Asta,alex@example.org,4165550100,1 Queen St,,Toronto,ON,M5V 2T6,1990-01-01,,,\
    2025-03-01,yes,yes,,Fencing,2025-03-01,Single Rapier,";
const BAD: &str = "C2,,Nobody,not-an-address,4165550101,2 Queen St,,Toronto,ON,M5V 2T6,,,,,yes,no,,Fencing,\
    2025-03-01,Single Rapier,";

/// With a discipline, a region and one person on file.
fn kingdom() -> Place {
    let place = Place::migrated();
    let disciplines = place.write("disciplines.json", DISCIPLINES);
    let regions = place.write("regions.json", REGIONS);
    assert_eq!(place.run(&["import", "disciplines", &disciplines]).code, 0);
    assert_eq!(place.run(&["import", "regions", &regions]).code, 0);
    let answer = roster(&place, GOOD, &[]);
    assert_eq!(answer.code, 0, "{answer:?}");
    place
}

fn roster(place: &Place, row: &str, extra: &[&str]) -> Answer {
    let file = place.write("roster.csv", &format!("{HEAD}\n{row}\n"));
    let mut args = vec!["import", "roster", &file];
    args.extend(extra);
    place.run(&args)
}

fn head(place: &Place) -> i64 {
    place.json(&["verify", "--json"])["head"]["position"].as_i64().unwrap()
}

#[test]
fn an_import_says_what_it_recorded_and_a_second_one_nothing() {
    let place = kingdom();
    let before = head(&place);
    let again = roster(&place, GOOD, &[]);
    assert_eq!(again.code, 0);
    assert!(again.out.contains("nothing was recorded"), "{again:?}");
    assert_eq!(head(&place), before);
}

#[test]
fn a_file_with_faults_is_refused_whole_with_a_table() {
    let place = kingdom();
    let before = head(&place);
    let answer = roster(&place, BAD, &[]);
    assert_eq!(answer.code, 1, "{answer:?}");
    for text in ["line", "column", "value", "problem", "what would be right", "legal_name", "not-an-address"]
    {
        assert!(answer.out.contains(text), "{text} is missing: {answer:?}");
    }
    assert!(answer.err.contains("2 faults"), "{answer:?}");
    assert_eq!(head(&place), before);
    let file = place.file("roster.csv").display().to_string();
    let report = place.json(&["import", "roster", &file, "--json"]);
    assert_eq!(report["recorded"], false);
    assert_eq!(report["faults"][0]["line"], 2);
}

#[test]
fn a_dry_run_records_nothing() {
    let place = kingdom();
    let before = head(&place);
    let row = GOOD.replace("C1,", "C9,").replace("alex@", "other@");
    let report = roster(&place, &row, &["--dry-run"]);
    assert!(report.code == 0 && report.out.contains("dry run"), "{report:?}");
    assert_eq!(head(&place), before);
}

#[test]
fn a_file_that_is_not_there_is_a_usage_error() {
    let place = Place::migrated();
    let answer = place.run(&["import", "roster", "nothing.csv"]);
    assert_eq!(answer.code, 2);
    assert!(answer.err.contains("nothing.csv"), "{answer:?}");
}

#[test]
fn history_shows_nothing_personal_without_a_reason() {
    let place = kingdom();
    let answer = place.run(&["history", "C1"]);
    assert_eq!(answer.code, 0, "{answer:?}");
    assert!(answer.out.contains("CombatantRegistered") && answer.out.contains("(sealed)"), "{answer:?}");
    assert!(!answer.out.contains("Tester") && !answer.out.contains("Asta"), "{answer:?}");
}

#[test]
fn v7_history_with_a_reason_is_a_recorded_reading() {
    let place = kingdom();
    let before = head(&place);
    let answer = place.run(&["history", "C1", "--reveal", "asked by the person"]);
    assert!(answer.code == 0 && answer.out.contains("Alex Tester"), "{answer:?}");
    assert_eq!(head(&place), before + 1);
    let history = place.json(&["history", "C1", "--json"]);
    let events = history["events"].as_array().unwrap();
    assert_eq!(events.last().unwrap()["event"], "RecordRead");
}

#[test]
fn v7_a_blank_reason_reveals_nothing() {
    let place = kingdom();
    let before = head(&place);
    for blank in ["", "  "] {
        for of in ["C1", "kingdom"] {
            let answer = place.run(&["history", of, "--reveal", blank]);
            assert!(answer.code == 1 && answer.out.is_empty(), "{answer:?}");
            assert!(answer.err.contains("a reason is needed"), "{answer:?}");
        }
    }
    assert_eq!(head(&place), before);
}

#[test]
fn v7_the_kingdoms_history_with_a_reason_is_recorded_with_what_was_read() {
    let place = kingdom();
    let shown = place.json(&["history", "kingdom", "--json", "--reveal", "audit"]);
    let shown = shown["events"].as_array().unwrap().len();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let payload = runtime.block_on(async {
        let db = Db::connect(&place.url()).await.unwrap();
        let sql = "SELECT payload FROM events ORDER BY position DESC LIMIT 1";
        let row = db.fetch_optional(sql, &[]).await.unwrap().unwrap();
        let payload: serde_json::Value = serde_json::from_slice(row.bytes(0).unwrap()).unwrap();
        db.close().await;
        payload
    });
    assert!(shown > 0 && payload["count"].as_u64() == u64::try_from(shown).ok(), "{shown}: {payload}");
}

#[test]
fn the_kingdoms_history_shows_the_policy_as_text_of_many_lines() {
    let answer = kingdom().run(&["history", "kingdom"]);
    assert!(!answer.out.contains('\u{FFFD}'), "{answer:?}");
    assert!(answer.out.contains("text:\n                # "), "{answer:?}");
}

#[test]
fn d4_history_is_told_as_of_a_day_and_as_known_at_an_instant() {
    let place = kingdom();
    let now = place.json(&["history", "C1", "--json"]);
    assert_eq!(now["state"]["cards"]["fencing"]["expires_on"], "2027-03-01");
    let before = place.json(&["history", "C1", "--json", "--on", "2025-02-28"]);
    assert_eq!(before["state"]["cards"], serde_json::json!({}));
    let unknown = place.run(&["history", "C1", "--known-at", "2020-01-01"]);
    assert_eq!(unknown.code, 1, "{unknown:?}");
    assert_eq!(place.run(&["history", "C1", "--on", "31/02/2025"]).code, 2);
    assert_eq!(place.run(&["history", "nobody-at-all"]).code, 1);
}

#[test]
fn a_head_that_was_noted_earlier_is_found_again_and_a_strange_one_is_not() {
    let place = kingdom();
    let noted = place.json(&["verify", "--json"])["head"]["hash"].as_str().unwrap().to_owned();
    let answer = place.run(&["verify", "--against", &noted]);
    assert_eq!(answer.code, 0, "{answer:?}");
    let fork = place.run(&["verify", "--against", &"ab".repeat(32)]);
    assert_eq!(fork.code, 1);
    assert!(fork.out.contains("fork"), "{fork:?}");
}

#[test]
fn verify_names_the_position_of_a_row_that_was_changed() {
    let place = kingdom();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let db = Db::connect(&place.url()).await.unwrap();
        db.raw("DROP TRIGGER events_no_update").await.unwrap();
        db.execute("UPDATE events SET payload = ? WHERE position = ?", &[Arg::Bytes(b"{}"), Arg::Int(3)])
            .await
            .unwrap();
        db.close().await;
    });
    let answer = place.run(&["verify"]);
    assert_eq!(answer.code, 1);
    assert!(answer.out.contains("position 3: "), "{answer:?}");
    let report = place.json(&["verify", "--json"]);
    assert_eq!(
        (report["clean"].as_bool(), report["findings"][0]["position"].as_i64()),
        (Some(false), Some(3))
    );
    let doctor = place.run(&["doctor"]);
    assert!(doctor.out.contains("WARNING   triggers"), "{doctor:?}");
    for trigger in ["events_no_update", "events_no_delete"] {
        let named = doctor.out.split_whitespace().find(|word| word.ends_with(&format!("_{trigger}.sql")));
        let named = named.unwrap_or_else(|| panic!("no migration makes {trigger}: {doctor:?}"));
        let text = std::fs::read_to_string(format!("{}/{named}", env!("CARGO_MANIFEST_DIR"))).unwrap();
        assert!(text.contains(&format!("CREATE TRIGGER IF NOT EXISTS {trigger} ")), "{named}: {text}");
    }
}

#[test]
fn a_rebuild_says_what_it_built() {
    let place = kingdom();
    let report = place.json(&["rebuild", "--json"]);
    assert_eq!(report["people"], 1);
    assert_eq!(report["models"].as_array().unwrap().len(), 4);
    let one = place.run(&["rebuild", "register"]);
    assert!(one.code == 0 && one.out.starts_with("register: 1 documents"), "{one:?}");
}
