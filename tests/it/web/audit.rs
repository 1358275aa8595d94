//! What auditors see: the log, one event in full, and the past by two clocks.

use super::desk_cast::{Cast, form};
use super::site::fighter;
use crate::support::databases::on_all_databases;

const LONG: &str = "lusab-babad-gutih-tugad";

#[test]
fn an_event_is_shown_in_full_with_its_seals_opened_and_card_ids_masked() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&fighter("Ásta", LONG)).await;
        let minister = cast.be("list-minister").await;
        let path = format!("/desk/people/{id}");
        let command = minister.get(&path).await.command_id("correct-armoured-combat");
        let body = form(&[
            ("command_id", &command),
            ("discipline", "armoured-combat"),
            ("seen", "2025-03-15"),
            ("on", "2025-03-14"),
            ("reason", "Typed <b>wrongly</b>"),
        ]);
        minister.post(&format!("{path}/correct-card"), &body).await.is(303);
        let rows = cast.facts().await;
        let at = |kind: &str| rows.iter().rfind(|row| &*row.event_type == kind).unwrap().position;
        let auditor = cast.be("auditor").await;
        auditor.get("/audit").await.shows("Auditor’s desk").hides("Minister of the Lists’ desk");
        minister.get("/desk").await.shows("Minister of the Lists’ desk").hides("Auditor’s desk");
        let page = auditor.get(&format!("/audit/events/{}", at("CardDatesCorrected"))).await.is(200);
        let page = page.shows("Typed &lt;b&gt;wrongly").shows("Opened for you").shows("Hash verified");
        page.shows("Minister of the Lists").shows("14 March 2025").shows("Ásta");
        let page = auditor.get(&format!("/audit/events/{}", at("CardIdAssigned"))).await.is(200);
        page.hides(LONG).shows("l…");
        let page = auditor.get(&format!("/audit/events/{}", at("CombatantRegistered"))).await.is(200);
        page.shows("details.legal_name").shows("Xavier Jansen");
        assert!(cast.readings().await.iter().filter(|kind| *kind == "RecordRead").count() >= 4);
        for missing in ["0", "-1", "999999", "x", "99999999999999999999"] {
            auditor.get(&format!("/audit/events/{missing}")).await.is(404);
        }
    });
}

#[test]
fn v7_the_page_of_one_event_leaves_others_of_the_same_cause_sealed() {
    use emol::commands::bus::{Read, Reading};
    use emol::domain::actor::Actor;
    use emol::domain::id::{CorrelationId, Slug};

    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let id = cast.site.register(&fighter("Ásta", LONG)).await;
        let other = cast.site.register(&fighter("Magnús", "bufab-babad-gutih-tugad")).await;
        let list = Read::List { query: "zymurgis".to_owned(), count: 2 };
        let mut receipts = Vec::new();
        for what in [list, Read::Record(other), Read::Record(id)] {
            let reading = Reading {
                actor: Actor::Operator("test".to_owned()),
                correlation_id: CorrelationId(uuid::Uuid::from_u128(1)),
                screen: Slug::parse("desk").unwrap(),
                what,
                reason: Some("because".to_owned()),
            };
            receipts.push(cast.site.state.bus().record_reading(reading).await.unwrap().last);
        }
        let auditor = cast.be("auditor").await;
        let page = auditor.get(&format!("/audit/events/{}", receipts[2])).await.is(200).shows("Same cause");
        let page = page.shows("List of 2 people read on desk").hides("zymurgis").hides("Magnús");
        assert_eq!(page.body.matches("Record read on desk").count(), 2, "the heading, and the other's line");
        auditor.get(&format!("/audit/events/{}", receipts[0])).await.is(200).shows("zymurgis");
    });
}

#[test]
fn the_log_is_filtered_by_person_officer_kind_and_time() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let asta = cast.site.register(&fighter("Ásta", LONG)).await;
        cast.site.register(&fighter("Magnús", "bufab-babad-gutih-tugad")).await;
        let auditor = cast.be("auditor").await;
        auditor.get(&format!("/audit?person={asta}")).await.is(200).shows("Ásta").hides("Magnús");
        assert_eq!(
            cast.readings().await,
            ["ListRead", "RecordRead"],
            "the person sees that it was read (V7)"
        );
        let stranger = "018f0000-0000-7000-8000-000000000000";
        auditor.get(&format!("/audit?person={stranger}")).await.is(200);
        assert_eq!(cast.readings().await, ["ListRead", "RecordRead", "ListRead"]);
        auditor.get("/audit?from=1-1-1+1:1&to=2026-3-4%E3%80%8018:30").await.is(422);
        auditor
            .get("/audit?kind=CardIssued")
            .await
            .shows("Card issued in Armoured Combat")
            .hides("Waiver recorded");
        auditor
            .get("/audit?officer=operator:test&kind=WaiverRecorded")
            .await
            .shows("operator:test")
            .shows("Magnús");
        auditor.get("/audit?to=2026-11-21&kind=CardIssued").await.shows("No event matches");
        auditor.get("/audit?from=2026-11-22&to=2026-11-22&kind=CardIssued").await.shows("Ásta");
        auditor.get("/audit?from=2026-11-22+11:59&to=2026-11-22+12:00&kind=CardIssued").await.shows("Ásta");
        let all = auditor.get("/audit").await.is(200).shows("Older");
        all.shows("Head of the chain");
        auditor.get("/audit?before=20").await.is(200).shows("Newer");
        for bad in ["kind=%3Cb%3E", "from=0000-00-00", "to=2025-02-29", "officer=%C3%81sta"] {
            auditor.get(&format!("/audit?{bad}")).await.is(422).shows("can’t be read").hides("=\"<b>");
        }
        auditor.get("/audit?before=x").await.is(400);
        // What was recorded within the minute that is named was recorded from it on.
        auditor.get("/audit?from=2026-11-22+12:00&kind=CardIssued").await.shows("Ásta");
        auditor.get("/audit?from=2026-11-22+12:01&kind=CardIssued").await.shows("No event matches");
    });
}

#[test]
fn d4_the_past_is_shown_by_both_clocks() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let mut asta = fighter("Ásta", LONG);
        asta.marshal = true;
        let id = cast.site.register(&asta).await;
        let auditor = cast.be("auditor").await;
        let card =
            |on: &str, known: &str| format!("/audit/as-of?what=card&person={id}&on={on}&known_at={known}");
        auditor.get(&card("2025-06-01", "")).await.is(200).shows("Could fight that day").shows("Ásta");
        auditor.get(&card("2027-04-01", "")).await.is(200).hides("Could fight that day");
        // Before it was recorded, nobody knew.
        auditor.get(&card("2025-06-01", "2026-11-22+11:59")).await.is(200).shows("Nothing to show");
        auditor.get("/audit/as-of?what=marshals&on=2025-06-01").await.shows("Ásta").shows("Field Marshal");
        auditor.get("/audit/as-of?what=marshals&on=2025-01-01").await.hides("Ásta");
        auditor.get("/audit/as-of?what=register&on=2026-11-22").await.shows("Ásta");
        auditor.get("/audit/as-of?what=card").await.is(422).shows("Whose card?");
        auditor.get(&card("2025-06-01", "2026-11-21")).await.is(200).shows("Nothing to show");
        auditor.get(&card("2025-06-01", "2026-11-22")).await.is(200).shows("Could fight that day");
        for bad in
            ["what=x", "what=card&person=nobody", "what=register&on=2025-02-29", "what=register&known_at=x"]
        {
            auditor.get(&format!("/audit/as-of?{bad}")).await.is(422);
        }
    });
}

#[test]
fn people_are_found_by_what_is_typed_and_looking_is_recorded() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let asta = cast.site.register(&fighter("Ásta", LONG)).await;
        let magnus = cast.site.register(&fighter("Magnús", "bufab-babad-gutih-tugad")).await;
        let auditor = cast.be("auditor").await;
        let before = cast.readings().await.len();
        for (path, rest) in [("/audit", "kind=CardIssued"), ("/audit/as-of", "what=card&on=2025-06-01")] {
            for text in ["asta", "%C3%81sta", LONG] {
                let answer = auditor.get(&format!("{path}?{rest}&person={text}")).await.is(303);
                assert_eq!(answer.header("location"), format!("{path}?{rest}&person={asta}"));
            }
            let page = auditor.get(&format!("{path}?{rest}&person=xavier")).await.is(422);
            let page = page.shows("2 people are found by that").shows("Magnús").shows("Ásta");
            let links = format!("{path}?{rest}&person={magnus}").replace('&', "&amp;").replace('=', "&#x3D;");
            page.shows(&links);
            let page = auditor.get(&format!("{path}?{rest}&person=%3Cb%3E")).await.is(422).hides("=\"<b>");
            page.shows("Nobody on file is found by that").hides("Ásta");
        }
        assert_eq!(cast.readings().await.len() - before, 10, "each of them is a reading (V7)");
        cast.be("list-minister").await.get("/audit?person=asta").await.is(403).hides("Ásta");
    });
}

#[test]
fn what_housekeeping_removed_is_shown_with_the_rule_to_whoever_may_read_the_log() {
    on_all_databases(|database| async move {
        let cast = Cast::serve(&database).await;
        let auditor = cast.be("auditor").await;
        auditor.get("/audit/removals").await.is(200).shows("Nothing was removed yet").shows("One-time links");
        let store = &cast.site.state.services.store;
        for (number, rule) in emol::processes::housekeeping::rules().iter().enumerate() {
            let at = super::site::NOW.plus_seconds(i64::try_from(number).unwrap());
            store.note_removal(rule.what, 1_204, at).await.unwrap();
        }
        store.note_removal("of-another-release", 3, super::site::NOW).await.unwrap();
        let readings = cast.readings().await.len();
        let page = auditor.get("/audit/removals").await.is(200).hides("Nothing was removed yet");
        let page = page
            .shows("1\u{202f}204")
            .shows("30 days after they stopped working")
            .shows("of-another-release");
        assert_eq!(page.body.matches("30 days after").count(), 2, "beside what went, and among the rules");
        assert_eq!(cast.readings().await.len(), readings, "nobody is named, so it is no reading (V7)");
        cast.be("list-minister").await.get("/audit/removals").await.is(403);
    });
}
