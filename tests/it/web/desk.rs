//! What officers may see and do, and who they are.

use super::desk_cast::{Cast, form};
use super::site::{Site, fighter};
use crate::support::databases::on_all_databases;

const LONG: &str = "lusab-babad-gutih-tugad";
const EVERYBODY: [&str; 5] = ["list-minister", "fencing-deputy", "seneschal", "auditor", "administrator"];
const UNKNOWN: &str = "018f5c1e-7a3b-7c00-8000-0123456789ab";
const FRESH: &str = "018f5c1e-7a3b-7c00-8000-00000000000";

#[test]
fn a4_every_room_opens_to_whoever_holds_its_permission_and_to_nobody_else() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&fighter("Ásta", LONG)).await;
        let readers: [u16; 5] = [200, 200, 200, 403, 403];
        let writer: [u16; 5] = [200, 403, 403, 403, 403];
        let auditor: [u16; 5] = [403, 403, 403, 200, 403];
        let table = [
            ("/desk".to_owned(), [200; 5]),
            ("/desk/people".to_owned(), readers),
            ("/desk/people?q=asta&state=lapsing&sort=expiry&dir=down".to_owned(), readers),
            (format!("/desk/people/{id}"), readers),
            // Existence is not revealed to those who may not see.
            (format!("/desk/people/{UNKNOWN}"), [404, 404, 404, 403, 403]),
            ("/desk/people/nonsense".to_owned(), [404, 404, 404, 403, 403]),
            ("/desk/people/new".to_owned(), writer),
            (format!("/desk/people/{id}/edit"), writer),
            (format!("/desk/people/{UNKNOWN}/edit"), [404, 403, 403, 403, 403]),
            (format!("/desk/people/{id}/merge"), writer),
            ("/desk/people/many".to_owned(), [422, 422, 403, 403, 403]),
            (format!("/desk/people/many?person={id}"), [200, 200, 403, 403, 403]),
            (format!("/desk/people/many/{UNKNOWN}"), [404, 404, 404, 403, 403]),
            ("/desk/warrants".to_owned(), [200, 200, 403, 403, 403]),
            ("/audit".to_owned(), auditor),
            (format!("/audit?person={id}&kind=CardIssued&from=2026-01-01"), auditor),
            ("/audit/events/1".to_owned(), auditor),
            ("/audit/as-of".to_owned(), auditor),
            (format!("/audit/as-of?what=card&person={id}&on=2026-01-01"), auditor),
            ("/audit/as-of?what=marshals&on=2026-01-01".to_owned(), auditor),
            ("/audit/as-of?what=register&on=2026-11-01".to_owned(), auditor),
        ];
        for (path, _) in &table {
            let answer = cast.nobody().get(path).await.is(303);
            assert!(answer.header("location").starts_with("/auth/login?next=%2F"), "{path}");
            assert!(!answer.body.contains("Ásta"));
        }
        for (at, who) in EVERYBODY.into_iter().enumerate() {
            let officer = cast.be(who).await;
            for (path, expected) in &table {
                let answer = officer.get(path).await;
                assert_eq!(answer.status, expected[at], "{who} {path}\n{}", answer.body);
                assert!(expected[at] == 200 || !answer.body.contains("Ásta"), "{who} {path}");
            }
        }
    });
}

#[test]
fn a1_every_verb_is_refused_to_whoever_lacks_the_permission() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&fighter("Ásta", LONG)).await;
        let before = cast.facts().await.len();
        let rest = "on=2026-11-01&starts_on=2026-11-01&signed_on=2026-11-01&reason=x&listed=no\
                    &warrant=018f5c1e-7a3b-7c00-8000-0123456789ab&seen=2026-11-01&word=ERASE&name=%C3%81sta";
        let verbs = [
            ("issue-card", ""),
            ("renew-card", ""),
            ("correct-card", ""),
            ("grant-authorization", "authorization=spear"),
            ("revoke-authorization", "authorization=weapon-shield"),
            ("grant-warrant", "marshal=marshal"),
            ("end-warrant", ""),
            ("record-waiver", ""),
            ("correct-waiver", ""),
            ("set-listing", ""),
            ("withdraw-entry", "entry=018f5c1e-7a3b-7c00-8000-0123456789ab&about=card"),
            ("assign-card-id", ""),
            ("renew-check-code", ""),
            ("erase", ""),
            ("edit", "seen_version=5"),
        ];
        for who in ["fencing-deputy", "seneschal", "auditor", "administrator"] {
            let officer = cast.be(who).await;
            for (verb, own) in verbs {
                let body = format!("command_id={FRESH}1&discipline=armoured-combat&{own}&{rest}");
                officer.post(&format!("/desk/people/{id}/{verb}"), &body).await.is(403).hides("Ásta");
            }
            officer.post("/desk/people/new", &format!("command_id={FRESH}2")).await.is(403);
        }
        for (verb, _) in verbs {
            cast.nobody().post(&format!("/desk/people/{id}/{verb}"), "").await.is(303);
        }
        assert_eq!(cast.facts().await.len(), before, "a refused form wrote something");
    });
}

#[test]
fn a1_a_deputy_for_fencing_works_in_fencing_and_sees_no_form_of_another_discipline() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&fighter("Ásta", LONG)).await;
        let deputy = cast.be("fencing-deputy").await;
        let path = format!("/desk/people/{id}");
        let page = deputy.get(&path).await.is(200).shows("Authorize in Fencing");
        let page =
            page.hides("id=\"renew-armoured-combat\"").hides("id=\"erase\"").hides("id=\"waiver-new\"");
        let page = page.shows("You don’t hold");
        let command = page.command_id("begin-fencing");
        let body = form(&[
            ("command_id", &command),
            ("discipline", "fencing"),
            ("begin", "yes"),
            ("authorization", "heavy-rapier"),
            ("on", "2026-11-21"),
        ]);
        let done = deputy.post(&format!("{path}/grant-authorization"), &body).await.is(303);
        assert_eq!(done.header("location"), format!("{path}#d-fencing"));
        assert!(done.header("set-cookie").starts_with("emol-done=granted.fencing.heavy-rapier"));
        deputy.get(&path).await.shows("id=\"renew-fencing\"").shows("Heavy Rapier granted in Fencing");
        // The same address with another discipline in the form changes what the form says.
        let other = form(&[
            ("command_id", &format!("{FRESH}3")),
            ("discipline", "armoured-combat"),
            ("authorization", "spear"),
            ("on", "2026-11-21"),
        ]);
        deputy.post(&format!("{path}/grant-authorization"), &other).await.is(403);
    });
}

#[test]
fn v7_every_reading_is_recorded_before_it_is_shown() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&fighter("Ásta", LONG)).await;
        let minister = cast.be("list-minister").await;
        minister.get("/desk").await.is(200);
        assert!(cast.readings().await.is_empty(), "counting people reads nobody's record");
        minister.get("/desk/people?q=asta").await.is(200).shows("Ásta");
        assert_eq!(cast.readings().await, ["ListRead"]);
        minister.get(&format!("/desk/people/{id}")).await.is(200).shows("Xavier Jansen");
        minister.get(&format!("/desk/people/{id}/edit")).await.is(200);
        assert_eq!(cast.readings().await, ["ListRead", "RecordRead", "RecordRead"]);
        minister.get(&format!("/desk/people/{UNKNOWN}")).await.is(404);
        minister.get("/desk/people?q=a%00b").await.is(422).shows("control character").hides("Ásta");
        minister.get(&format!("/desk/people?q={}", "x".repeat(300))).await.is(422).shows("255 characters");
        assert_eq!(cast.readings().await.len(), 3, "what shows nobody is no reading");
        let auditor = cast.be("auditor").await;
        auditor.get("/audit?kind=ListRead").await.is(200).shows("“asta”");
    });
}

#[test]
fn v7_an_officers_first_readings_may_come_all_at_once() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        cast.site.register(&fighter("Ásta", LONG)).await;
        let minister = cast.be("list-minister").await;
        let list = || minister.get("/desk/people");
        let (a, b, c, d) = tokio::join!(list(), list(), list(), list());
        assert_eq!([a, b, c, d].map(|answer| answer.status), [200; 4]);
        assert_eq!(cast.readings().await, ["ListRead"; 4]);
    });
}

#[test]
fn signing_in_makes_a_new_secret_and_leads_back_to_this_site_only() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        cast.nobody().get("/auth/login?next=/desk/people").await.is(200).shows("Deputy for Fencing");
        for (next, to) in [
            ("/desk/people?q=a", "/desk/people?q=a"),
            ("//evil.example", "/desk"),
            ("https://evil.example", "/desk"),
        ] {
            let body = form(&[("persona", "list-minister"), ("next", next)]);
            let answer = cast.nobody().post("/auth/login", &body).await.is(303);
            assert_eq!(answer.header("location"), to);
        }
        let first = cast.be("seneschal").await;
        let again = first.post("/auth/login", "persona=seneschal").await.is(303);
        let cookie = again.header("set-cookie").split(';').next().unwrap();
        assert_ne!(cookie, first.cookie, "a session's secret is never used again");
        first.get("/desk").await.is(303);
        cast.nobody().post("/auth/login", "persona=nobody").await.is(422);
        let other = cast.be("seneschal").await;
        other.post("/auth/logout", "").await.is(303);
        other.get("/desk").await.is(303);
    });
}

#[test]
fn without_the_demo_nobody_can_choose_whom_to_be() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        site.get("/auth/login").await.is(404).hides("persona").shows("no sign-in set up");
        site.post("/auth/login", "persona=list-minister").await.is(404);
        site.get("/auth/callback").await.is(404);
    });
}
