//! Numbers: what lapses, what is and was so on a day, and what was done today.

use emol::commands::Command;
use emol::commands::combatant::erase::Erase;
use emol::domain::id::CombatantId;
use emol::events::combatant::ErasureCause;
use emol::store::Arg;

use super::desk_cast::Cast;
use super::site::{Someone, fighter};
use crate::support::databases::on_all_databases;

const EVERYBODY: [&str; 5] = ["list-minister", "fencing-deputy", "seneschal", "auditor", "administrator"];
const LONG: &str = "lusab-babad-gutih-tugad";
const OTHER: &str = "dabub-nutuk-sipog-tunuh";

/// Her card expires on 1 December 2026, nine days from the tests' today; her waiver was signed a month
/// and ten days after the bout.
fn lapsing() -> Someone {
    Someone { bout: "2024-12-01", ..fighter("Ásta", LONG) }
}

/// The row of a table on a page, without its markup.
fn row(page: &str, label: &str) -> Vec<String> {
    let start = page.find(&format!("<th scope=\"row\">{label}<")).unwrap_or_else(|| panic!("no row {label}"));
    let row = page[start..].split("</tr>").next().unwrap();
    row.split("<td ")
        .skip(1)
        .map(|cell| {
            let text = cell.split_once('>').unwrap().1;
            let text: String = text.split('<').filter_map(|part| part.rsplit('>').next()).collect();
            text.trim().to_owned()
        })
        .collect()
}

#[test]
fn a4_numbers_are_for_whoever_may_read_people_and_for_nobody_else() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        cast.site.register(&lapsing()).await;
        let readers: [u16; 5] = [200, 200, 200, 403, 403];
        let table = [
            ("/desk/forecast", readers),
            ("/desk/forecast?what=warrants&discipline=fencing&days=90&page=2", readers),
            ("/desk/forecast.csv", readers),
            ("/desk/reports", readers),
            // A day past needs no more: whoever may open every record sees all of its history there.
            ("/desk/reports?on=2025-12-31", readers),
            ("/desk/reports/authorizations.csv", readers),
            ("/desk/reports/ages.csv?on=2025-12-31", readers),
            ("/desk/reports/quarters.csv?discipline=fencing", readers),
            ("/desk/reports/nonsense.csv", [404, 404, 404, 403, 403]),
            ("/desk/reports/ages", [404, 404, 404, 403, 403]),
        ];
        for (path, _) in table {
            let answer = cast.nobody().get(path).await.is(303);
            assert!(answer.header("location").starts_with("/auth/login?next=%2Fdesk%2F"), "{path}");
        }
        for (at, who) in EVERYBODY.into_iter().enumerate() {
            let officer = cast.be(who).await;
            for (path, expected) in table {
                let answer = officer.get(path).await;
                assert_eq!(answer.status, expected[at], "{who} {path}\n{}", answer.body);
                assert!(expected[at] == 200 || !answer.body.contains("Ásta"), "{who} {path}");
            }
        }
    });
}

#[test]
fn an_empty_kingdom_has_zeros_and_no_charts() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let minister = cast.be("list-minister").await;
        let forecast = minister.get("/desk/forecast").await.is(200).shows("No card lapses within 30 days");
        let forecast = forecast.hides("role=\"img\"").shows("Nothing lapses");
        assert_eq!(row(&forecast.body, "Fencing"), ["0", "0", "0", "0"]);
        let reports = minister.get("/desk/reports").await.is(200).hides("role=\"img\"");
        assert_eq!(row(&reports.body, "Heavy Rapier"), ["0", "0", "0"]);
        assert_eq!(row(&reports.body, "Together"), ["0", "0", "0"]);
        assert!(cast.readings().await.is_empty(), "nobody was read");
    });
}

#[test]
fn v7_the_forecast_names_people_under_its_numbers_and_that_is_one_reading() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&lapsing()).await;
        let deputy = cast.be("fencing-deputy").await;
        let page = deputy.get("/desk/forecast").await.is(200).shows("role=\"img\"").shows("Ásta");
        let page = page.shows("1 card lapses within 30 days").shows("in 9 days");
        // D3: the last valid day stands with the day of expiry.
        let page = page.shows("30 Nov 2026").shows("1 Dec 2026").shows(&format!("/desk/people/{id}"));
        assert_eq!(row(&page.body, "Armoured Combat"), ["0", "1", "1", "1"]);
        assert_eq!(row(&page.body, "Fencing"), ["0", "0", "0", "0"]);
        assert_eq!(row(&page.body, "The kingdom"), ["0", "1", "1", "1"]);
        assert_eq!(cast.readings().await, ["ListRead"]);
        for nobody in ["?days=7", "?discipline=fencing", "?what=waivers&days=90"] {
            deputy.get(&format!("/desk/forecast{nobody}")).await.is(200).hides("Ásta");
        }
        deputy.get("/desk/forecast.csv").await.is(200).hides("Ásta");
        deputy.get("/desk/reports").await.is(200).hides("Ásta");
        assert_eq!(cast.readings().await.len(), 1, "numbers read nobody");
        let auditor = cast.be("auditor").await;
        auditor.get("/audit?kind=ListRead").await.is(200).shows("“cards that lapse within 30 days”");
    });
}

#[test]
fn d4_a_report_of_a_day_past_counts_what_had_taken_effect_by_then() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        cast.site.register(&lapsing()).await;
        let minister = cast.be("list-minister").await;
        let held = async |on: &str| {
            let page = minister.get(&format!("/desk/reports?on={on}")).await.is(200);
            row(&page.body, "Weapon &amp; Shield")
        };
        assert_eq!(held("1966-05-01").await, ["0", "0", "0"]);
        assert_eq!(held("2024-11-30").await, ["0", "0", "0"]);
        assert_eq!(held("2024-12-01").await, ["1", "1", "0"], "the waiver was signed later");
        assert_eq!(held("2025-01-10").await, ["1", "1", "1"]);
        assert_eq!(held("").await, ["1", "1", "1"], "an empty field is today");
        let past = minister.get("/desk/reports?on=2025-01-10").await.shows("As it was on");
        past.shows("10 January 2025").shows("Today’s numbers");
        minister.get("/desk/reports").await.hides("As it was on");
        // What is recorded afterwards is in the next report.
        cast.site.register(&Someone { born: "", ..fighter("Olena", OTHER) }).await;
        let page = minister.get("/desk/reports").await.is(200).shows("role=\"img\"");
        assert_eq!(row(&page.body, "Weapon &amp; Shield"), ["2", "2", "2"]);
        assert_eq!(row(&page.body, "Armoured Combat"), ["2", "1", "0", "1", "–"], "P7: unknown is no adult");
        assert_eq!(row(&page.body, "Everybody, once"), ["2", "1", "0", "1", "–"]);
        assert_eq!(row(&page.body, "2024 Q4"), ["1", "0", "0"]);
        assert_eq!(row(&page.body, "2025 Q1"), ["1", "0", "0"]);
    });
}

#[test]
fn v6_the_erased_stay_counted_in_the_past_and_are_of_unknown_age() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id: CombatantId = cast.site.register(&lapsing()).await;
        let minister = cast.be("list-minister").await;
        let erase = Command::Combatant { combatant: id, command: Erase::by(ErasureCause::Officer).into() };
        let position = cast.site.issue(erase).await;
        cast.site.seen(position).await;
        let then = minister.get("/desk/reports?on=2026-11-21").await.is(200);
        assert_eq!(row(&then.body, "Armoured Combat"), ["1", "0", "0", "1", "–"]);
        let now = minister.get("/desk/reports").await.is(200);
        assert_eq!(row(&now.body, "Armoured Combat"), ["0", "0", "0", "0", "–"]);
        let lapsing = minister.get("/desk/forecast").await.is(200).hides("Ásta");
        assert_eq!(row(&lapsing.body, "The kingdom"), ["0", "0", "0", "0"]);
    });
}

#[test]
fn numbers_can_be_taken_along_and_name_nobody() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        cast.site.register(&lapsing()).await;
        let minister = cast.be("list-minister").await;
        let file = async |path: &str, name: &str, lines: &[&str]| {
            let answer = minister.get(path).await.is(200).hides("Ásta").hides("Xavier");
            assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
            assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"{name}\""));
            let found = answer.csv();
            for line in lines {
                assert!(found.iter().any(|found| found == line), "no {line} in\n{}", answer.body);
            }
        };
        file(
            "/desk/forecast.csv",
            "forecast-2026-11-22.csv",
            &[
                "discipline,what,days_7,days_30,days_60,days_90",
                "armoured-combat,cards,0,1,1,1",
                "fencing,warrants,0,0,0,0",
                ",cards,0,1,1,1",
            ],
        )
        .await;
        file(
            "/desk/reports/authorizations.csv?on=2024-12-31",
            "authorizations-2024-12-31.csv",
            &[
                "discipline,kind,type,primary,held,with_good_card,with_good_card_and_waiver",
                "armoured-combat,authorization,weapon-shield,yes,1,1,0",
                "armoured-combat,warrant,marshal,no,0,0,0",
            ],
        )
        .await;
        file(
            "/desk/reports/ages.csv",
            "ages-2026-11-22.csv",
            &["discipline,people,adults,minors,unknown,youth", "armoured-combat,1,1,0,0,", ",1,1,0,0,"],
        )
        .await;
        file(
            "/desk/reports/quarters.csv",
            "quarters-2026-11-22.csv",
            &["quarter,new,renewed,lapsed", "2024 Q4,1,0,0"],
        )
        .await;
        assert!(cast.readings().await.is_empty());
    });
}

#[test]
fn an_address_that_makes_no_sense_is_answered_with_what_would() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        cast.site.register(&lapsing()).await;
        let minister = cast.be("list-minister").await;
        for (path, why) in [
            ("reports?on=2026-02-31", "must exist in the calendar"),
            ("reports?on=31/02/2026", "year-month-day"),
            ("reports?on=2026-11-23", "has not come yet"),
            ("reports?on=9999-12-31", "has not come yet"),
            ("reports?on=1966-04-30", "before 1 May 1966"),
            ("reports?on=yesterday", "year-month-day"),
            ("reports?discipline=jousting", "no such discipline"),
            ("forecast?discipline=jousting", "no such discipline"),
            ("forecast?days=8", "Choose 7, 30, 60 or 90 days"),
            ("forecast?what=horses", "Choose cards, waivers, warrants or memberships"),
        ] {
            let answer = minister.get(&format!("/desk/{path}")).await.is(422);
            answer.shows("role=\"alert\"").shows(why).hides("Ásta");
        }
        for (path, why) in
            [("ages.csv?on=2026-02-31", "must exist"), ("ages.csv?discipline=jousting", "no such")]
        {
            minister.get(&format!("/desk/reports/{path}")).await.is(400).shows(why);
        }
        assert!(cast.readings().await.is_empty());
        // What was typed is kept.
        minister.get("/desk/reports?on=2026-02-31").await.shows("value=\"2026-02-31\"");
    });
}

#[test]
fn the_home_says_what_was_done_today_to_whoever_may_know_it_and_names_nobody_on_file() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&lapsing()).await;
        let deputy = cast.be("fencing-deputy").await;
        let page = deputy.get("/desk").await.is(200).shows("Weapon &amp; Shield granted in Armoured Combat");
        page.shows("operator:test")
            .shows(&format!("/desk/people/{id}"))
            .hides("Ásta")
            .hides("officers’ list");
        let administrator = cast.be("administrator").await;
        let page = administrator.get("/desk").await.is(200).shows("put on the officers’ list");
        page.hides("granted in Armoured Combat").hides(&id.to_string());
        let auditor = cast.be("auditor").await;
        let page = auditor.get("/desk").await.is(200).shows("/audit?from&#x3D;2026-11-22");
        page.shows("granted in Armoured Combat").hides(&format!("/desk/people/{id}"));
        assert!(cast.readings().await.is_empty());
        // The same again by the same person is one line, which leads to no single record.
        cast.site.register(&fighter("Olena", OTHER)).await;
        let page = deputy.get("/desk").await.is(200).shows("2 times");
        page.hides(&format!("/desk/people/{id}"));
        // Tomorrow it is over.
        cast.site.clock.set(super::site::NOW.plus_seconds(86_400));
        cast.be("seneschal").await.get("/desk").await.is(200).shows("Nothing has changed yet today");
    });
}

#[test]
fn m3_dead_letters_and_birth_dates_to_mend_are_on_the_home() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        cast.site.register(&Someone { born: "", ..lapsing() }).await;
        let minister = cast.be("list-minister").await;
        let page = minister.get("/desk").await.is(200).shows("To mend").hides("not tried again");
        page.shows("/desk/people?state&#x3D;age-unknown");
        let insert = "INSERT INTO outbox (id, template, subject, params, created_at, due_at, state, attempts, correlation) \
                      VALUES (?, 'card', NULL, ?, 0, 0, ?, 9, ?)";
        for (number, state) in [(1u8, "dead"), (2, "waiting")] {
            let (id, none) = ([number; 16], [0u8; 16]);
            let args = [Arg::Bytes(&id), Arg::Bytes(b"x"), Arg::Text(state), Arg::Bytes(&none)];
            cast.site.state.services.store.db().execute(insert, &args).await.unwrap();
        }
        let page = minister.get("/desk").await.is(200).shows("One mail could not be handed over");
        page.shows("Mail waits").shows("/desk/outbox?state&#x3D;waiting").shows("state&#x3D;dead");
        cast.be("administrator").await.get("/desk").await.is(200).hides("not tried again");
    });
}
