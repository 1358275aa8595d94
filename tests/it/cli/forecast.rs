//! `emol forecast`: numbers for scripts, without anybody's name.

use chrono::Months;
use emol::clock::{Clock, SystemClock, civil_date};
use emol::domain::date::CivilDate;

use super::{Place, bare};

const DISCIPLINES: &str = r#"[{"name": "Fencing", "authorizations": [{"name": "Single Rapier", "is_primary": true}],
    "marshals": [{"name": "Marshal"}]}]"#;
const REGIONS: &str =
    r#"[{"code": "ON", "name": "Ontario", "country": "Canada", "postal_format": "A1A 1A1", "active": true}]"#;
const HEAD: &str = "ref,legal_name,sca_name,email,phone,address1,address2,city,province,postal_code,dob,\
    member_number,member_expiry,waiver_signed,privacy_accepted,listed,branch,discipline,card_issued,\
    authorizations,warrants";

/// With a discipline, a region, and one person whose card expires in about twenty days.
pub fn kingdom() -> Place {
    let place = Place::migrated();
    let today = civil_date(SystemClock.now(), chrono_tz::America::Toronto);
    let issued = today.plus_days(20).naive().checked_sub_months(Months::new(24)).unwrap();
    let issued = CivilDate::from_naive(issued);
    let row = format!(
        "C1,Alex Tester,Asta,alex@example.org,4165550100,1 Queen St,,Toronto,ON,M5V 2T6,1990-01-01,,,\
         {issued},yes,yes,,Fencing,{issued},Single Rapier,"
    );
    let files = [
        ("disciplines", place.write("disciplines.json", DISCIPLINES)),
        ("regions", place.write("regions.json", REGIONS)),
        ("roster", place.write("roster.csv", &format!("{HEAD}\n{row}\n"))),
    ];
    for (what, file) in files {
        let answer = place.run(&["import", what, &file]);
        assert_eq!(answer.code, 0, "{answer:?}");
    }
    place
}

#[test]
fn a_forecast_counts_and_names_nobody() {
    let place = kingdom();
    let json = place.json(&["forecast", "--json"]);
    assert_eq!(json["horizons"], serde_json::json!([7, 30, 60, 90]));
    let fencing = &json["disciplines"][0];
    assert_eq!((&fencing["slug"], &fencing["name"]), (&"fencing".into(), &"Fencing".into()));
    assert_eq!(fencing["cards"], serde_json::json!([0, 1, 1, 1]));
    assert_eq!(json["kingdom"]["cards"], serde_json::json!([0, 1, 1, 1]));
    assert_eq!(json["kingdom"]["waivers"], serde_json::json!([0, 0, 0, 0]));
    assert_eq!(json["reminders"].as_array().unwrap().len(), 4);
    assert!(json.get("lapses").is_none(), "ids only when asked for");
    let table = place.run(&["forecast"]);
    assert_eq!(table.code, 0, "{table:?}");
    for text in ["7 days", "90 days", "Fencing", "cards", "the kingdom"] {
        assert!(table.out.contains(text), "{text} is missing: {table:?}");
    }
    for name in ["Tester", "Asta", "alex@"] {
        assert!(!table.out.contains(name) && !json.to_string().contains(name));
    }
}

#[test]
fn whose_they_are_is_told_by_id_when_asked() {
    let place = kingdom();
    let json = place.json(&["forecast", "--json", "--ids"]);
    let lapse = &json["lapses"][0];
    assert_eq!((&lapse["what"], &lapse["discipline"]), (&"cards".into(), &"fencing".into()));
    let id = lapse["id"].as_str().unwrap();
    assert_eq!(place.run(&["history", id]).code, 0);
    let table = place.run(&["forecast", "--ids"]);
    assert!(table.out.contains(id) && !table.out.contains("Tester"), "{table:?}");
}

#[test]
fn an_empty_kingdom_has_an_empty_forecast() {
    let json = Place::migrated().json(&["forecast", "--json"]);
    assert_eq!(json["disciplines"], serde_json::json!([]));
    assert_eq!(json["kingdom"]["memberships"], serde_json::json!([0, 0, 0, 0]));
}

#[test]
fn without_a_database_it_says_what_to_do() {
    let place = Place::empty();
    let answer = place.run(&["forecast", "--json"]);
    assert_eq!(answer.code, 5, "{answer:?}");
    assert!(answer.err.contains("emol migrate"), "{answer:?}");
    let output = super::answer(bare(&["forecast", "--days", "8"]).output().unwrap());
    assert_eq!(output.code, 2, "{output:?}");
}
