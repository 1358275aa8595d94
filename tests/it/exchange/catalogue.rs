//! Disciplines and regions from JSON.

use emol::exchange::{disciplines, regions};

use super::kingdom::{RUN, data, empty, founded, head, only_fault, operator};
use crate::support::databases::on_all_databases;

#[test]
fn disciplines_and_regions_are_added_once() {
    on_all_databases(async |database| {
        let bus = empty(&database).await;
        let (types, places) = (data("disciplines.json"), data("regions.json"));
        let tried = disciplines::import(&bus, operator(), RUN, &types, true, &mut |_| {}).await.unwrap();
        assert_eq!((tried.added, head(&bus).await.0), (7, 0), "a dry run writes nothing");
        let report = disciplines::import(&bus, operator(), RUN, &types, false, &mut |_| {}).await.unwrap();
        assert_eq!((report.rows, report.added, report.differences.len()), (7, 7, 0));
        assert_eq!(report.count("AuthorizationTypeAdded"), 27);
        assert_eq!(report.count("MarshalTypeAdded"), 9);
        let report = regions::import(&bus, operator(), RUN, &places, false, &mut |_| {}).await.unwrap();
        assert_eq!((report.added, report.count("RegionAdded")), (3, 3));
        let before = head(&bus).await;
        let again = disciplines::import(&bus, operator(), RUN, &types, false, &mut |_| {}).await.unwrap();
        assert_eq!((again.events(), again.unchanged, again.differences.len()), (0, 7, 0));
        let again = regions::import(&bus, operator(), RUN, &places, false, &mut |_| {}).await.unwrap();
        assert_eq!((again.events(), again.unchanged, again.differences.len()), (0, 3, 0));
        assert_eq!(head(&bus).await, before);
        let kingdom = bus.kingdom();
        let slugs: Vec<&str> =
            kingdom.catalogue.disciplines.keys().map(emol::domain::id::Slug::as_str).collect();
        assert!(slugs.contains(&"armoured-combat") && slugs.contains(&"siege-engines"));
    });
}

#[test]
fn what_a_list_says_differently_is_told_and_left_alone_and_what_is_new_is_added() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        let file = br#"[{"name": "fencing", "authorizations": [
            {"name": "Heavy Rapier", "is_primary": false}, {"name": "Case of Rapier", "is_primary": false}],
            "marshals": [{"name": "Marshal"}, {"name": "Marshal in Training"}]}]"#;
        let report = disciplines::import(&bus, operator(), RUN, file, false, &mut |_| {}).await.unwrap();
        assert_eq!((report.events(), report.count("AuthorizationTypeAdded"), report.changed), (1, 1, 1));
        let told: Vec<String> = report.differences.iter().map(emol::exchange::Difference::shown).collect();
        assert_eq!(told.len(), 1 + 1 + 4 + 6, "{told:#?}");
        assert!(told[0].starts_with("[0].name: “Fencing” is on file, “fencing” in this file"), "{}", told[0]);
        assert!(told[1].starts_with("[0].authorizations[0].is_primary: “true” is on file"), "{}", told[1]);
        let file =
            br#"[{"code": "on", "name": "Upper Canada", "country": "Canada", "postal_format": "A1A 1A1"}]"#;
        let report = regions::import(&bus, operator(), RUN, file, false, &mut |_| {}).await.unwrap();
        assert_eq!((report.events(), report.differences.len()), (0, 3));
    });
}

#[test]
fn a_list_with_a_fault_is_refused_whole() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        let before = head(&bus).await;
        let cases: [(&[u8], usize, &str); 7] = [
            (b"", 1, "this is no JSON (EOF while parsing a value)"),
            (b"\x89PNG", 1, "this is no JSON"),
            (b"{\"name\": \"x\"}", 1, "invalid type: map, expected a sequence"),
            (b"[\n{\"nam\": \"x\"}]", 2, "unknown field `nam`"),
            (b"[{\"name\": \"Cudgels\"}, {\"name\": \"\"}]", 0, "no Latin letter"),
            (b"[{\"name\": \"Cudgels\"}, {\"name\": \"CUDGELS\"}]", 0, "stands twice"),
            (b"[{\"name\": \"Cudgels\\u0007\"}]", 0, "control character"),
        ];
        for (bytes, line, problem) in cases {
            let outcome = disciplines::import(&bus, operator(), RUN, bytes, false, &mut |_| {}).await;
            let found = only_fault(outcome);
            assert!(found.0 == line && found.2.contains(problem), "{found:?}");
        }
        let file = br#"[{"code": "NYC", "name": "x", "country": "y"}]"#;
        let found = only_fault(regions::import(&bus, operator(), RUN, file, false, &mut |_| {}).await);
        assert_eq!(found.1, "[0].code");
        assert_eq!(head(&bus).await, before);
    });
}
