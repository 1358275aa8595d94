//! Kept pages: the same bytes as fresh ones, and never a stale one.

use emol::domain::date::Instant;

use super::site::{NOW, Site, Someone, fighter};
use crate::support::databases::on_all_databases;

const LONG: &str = "lusab-babad-gutih-tugad";

#[test]
fn a_kept_page_equals_a_fresh_one_and_a_browser_that_has_it_gets_304() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        site.register(&Someone { marshal: true, ..fighter("Ásta", LONG) }).await;
        for path in ["/", "/register", "/register?valid=today", "/marshals", &format!("/card/{LONG}")] {
            let first = site.get(path).await.is(200);
            let kept = site.get(path).await.is(200);
            site.state.pages.clear();
            let fresh = site.get(path).await.is(200);
            assert_eq!(first.body, kept.body, "{path}");
            assert_eq!(kept.body, fresh.body, "{path}");
            assert_eq!(kept.header("etag"), fresh.header("etag"), "{path}");
            let again = site.send("GET", path, &[("if-none-match", kept.header("etag"))], b"").await;
            assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
            assert_eq!(again.header("etag"), fresh.header("etag"), "{path}");
        }
    });
}

#[test]
fn kept_pages_follow_what_changes_and_the_civil_day() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        site.register(&fighter("Ásta", LONG)).await;
        let card = format!("/card/{LONG}");
        site.get("/register").await.hides("Olena");
        site.get(&card).await.shows("May fight today");
        site.register(&fighter("Olena", "bufab-babad-gutih-tugad")).await;
        site.get("/register").await.shows("Olena");
        // The card expires on 15 March 2027; on that day it is expired (D3). 04:30 UTC is still the day before.
        site.clock.set(instant("2027-03-15T03:30:00Z"));
        site.get(&card).await.shows("May fight today");
        site.clock.set(instant("2027-03-15T04:30:00Z"));
        site.get(&card).await.shows("Not valid for combat");
        site.clock.set(NOW);
        site.get(&card).await.shows("May fight today");
    });
}

#[test]
fn v8_c9_a_minor_comes_onto_the_kept_list_by_legal_name_on_the_day_of_majority() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        site.register(&Someone { marshal: true, ..fighter("Olena", "bufab-babad-gutih-tugad") }).await;
        let minor =
            Someone { legal_name: "Petra Minor", born: "2008-12-01", marshal: true, ..fighter("", LONG) };
        site.register(&minor).await;
        let ageless = Someone {
            legal_name: "Quentin Ageless",
            born: "",
            marshal: true,
            ..fighter("", "azure-boar-gules")
        };
        site.register(&ageless).await;
        for (at, listed) in [
            ("2026-11-22T17:00:00Z", false),
            // 04:30 UTC is still the day before in the kingdom.
            ("2026-12-01T04:30:00Z", false),
            ("2026-12-01T05:30:00Z", true),
            ("2026-11-30T17:00:00Z", false),
        ] {
            site.clock.set(instant(at));
            for _ in 0..2 {
                let page = site.get("/marshals").await.is(200).shows("Olena").hides("Ageless");
                assert_eq!(page.body.contains("Petra Minor"), listed, "{at}");
            }
        }
    });
}

#[test]
fn kept_pages_are_served_while_the_database_is_away() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        site.register(&fighter("Ásta", LONG)).await;
        let card = format!("/card/{LONG}");
        site.get(&card).await.is(200);
        site.get("/register").await.is(200);
        database.db.close().await;
        site.get(&card).await.is(200).shows("Ásta");
        site.get("/register").await.is(200).shows("Ásta");
        let away = site.get("/card/bufab-babad-gutih-tugad").await.is(503).shows("reach its records");
        assert_eq!(away.header("retry-after"), "2");
        site.get("/health/ready").await.is(503);
        site.get("/health/live").await.is(200);
    });
}

fn instant(text: &str) -> Instant {
    let at = chrono::DateTime::parse_from_rfc3339(text).unwrap();
    Instant::from_micros(at.timestamp_micros())
}
