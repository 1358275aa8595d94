//! L2: what is asked for by e-mail address.

use super::*;
use crate::support::databases::on_all_databases;

const FORMS: [(&str, &str); 3] =
    [("/request-card", "card-link"), ("/update-info", "update-details"), ("/my-record", "my-record")];

#[test]
fn l2_the_answer_is_the_same_whoever_asks_and_a_family_gets_one_mail() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let mother = member(&cast, "Ásta", "family@example.org").await;
        let son = member(&cast, "Bjarni {{link}} <b>", "Family@Example.org").await;
        let before = mailed(&cast, "card-link").await;
        for (path, mail) in FORMS {
            cast.site.get(path).await.is(200).shows("name=\"email\"");
            cast.site.post(path, "email=nonsense").await.is(422).shows("exactly one @");
            cast.site.post(path, "email=+").await.is(422).shows("Type an e-mail address");
            let somebody = cast.site.post(path, "email=FAMILY%40example.org").await.is(200);
            let nobody = cast.site.post(path, "email=nobody%40example.org").await.is(200);
            assert_eq!(somebody.body, nobody.body);
            let had = if mail == "card-link" { before } else { 0 };
            wait_for_mail(&cast, mail, had + 1).await;
        }
        let mails = outbox(&cast).await;
        for (_, mail) in FORMS {
            let of = |row: &&Mailed| row.params["people"].as_array().is_some_and(|people| people.len() == 2);
            let family = mails.iter().filter(|row| row.template == mail).find(of).unwrap();
            let people = family.params["people"].as_array().unwrap();
            let who: Vec<&str> = people.iter().map(|one| one["who"].as_str().unwrap()).collect();
            assert_eq!(who, [mother.0.to_string(), son.0.to_string()], "{mail}");
            assert_eq!(people[0].get("link").is_some(), mail != "card-link");
        }
        // An officer who looks at such a mail reads of everybody in it (V7).
        let minister = cast.be("list-minister").await;
        for person in [mother, son] {
            let reader = minister.get("/desk/outbox").await.is(200);
            let to =
                reader.body.split("href=\"/desk/outbox/").skip(1).map(|rest| rest.split('"').next().unwrap());
            let before = readings_of(&cast, person).await;
            for mail in to.filter(|mail| !mail.contains('?')) {
                minister.get(&format!("/desk/outbox/{mail}")).await.is(200);
            }
            assert!(readings_of(&cast, person).await >= before + 3, "three mails name {person}");
        }
        // Nothing personal stands in the outbox.
        assert!(!format!("{mails:?}").contains("example"));
    });
}

/// How often somebody's record was read by an officer.
async fn readings_of(cast: &Cast, person: CombatantId) -> usize {
    let store = &cast.site.state.services.store;
    let rows = store.read_subject(person.0).await.unwrap();
    rows.iter().filter(|row| &*row.event_type == "RecordRead").count()
}

#[test]
fn v1_whoever_has_not_accepted_gets_the_welcome_mail_again_and_the_erased_get_nothing() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let id = newcomer(&cast, "Ásta", "asta@example.org").await;
        cast.site.post("/my-record", "email=asta%40example.org").await.is(200);
        wait_for_mail(&cast, "welcome", 2).await;
        assert_eq!(mailed(&cast, "my-record").await, 0);
        accept(&cast, &last_link(&cast, "welcome", id).await, "").await.is(200);
        approve(&cast, "More.", Some("2026-11-23")).await;
        cast.site.clock.set(NOW.plus_seconds(2 * 24 * 3600));
        cast.site.post("/update-info", "email=asta%40example.org").await.is(200);
        wait_for_mail(&cast, "policy-changed", 1).await;
        let link = last_link(&cast, "policy-changed", id).await;
        let page = cast.site.get(&format!("{link}/decline")).await.is(200);
        cast.site.post(&format!("{link}/decline"), &hidden(&page, &["decline"], "")).await.is(200);
        let count = outbox(&cast).await.len();
        cast.site.post("/request-card", "email=asta%40example.org").await.is(200);
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(outbox(&cast).await.len(), count);
    });
}

#[test]
fn p4_whoever_has_only_an_old_card_link_is_mailed_a_new_one() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let id = cast.site.register(&crate::web::site::fighter("Ásta", "lion-rampant-gules")).await;
        cast.site.post("/request-card", "email=somebody%40example.org").await.is(200);
        wait_for_mail(&cast, "card-link", 1).await;
        let record = cast.site.state.bus().record(id).await.unwrap();
        assert_eq!(record.card_ids.len(), 2);
        assert_ne!(record.card_id().unwrap().0.text(), Some("lion-rampant-gules"));
    });
}

#[test]
fn l2_asking_too_often_is_stopped_per_address_and_per_mailbox() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        for _ in 0..5 {
            cast.site.post("/request-card", "email=nobody%40example.org").await.is(200);
        }
        let answer = cast.site.post("/my-record", "email=Nobody%40example.org").await.is(429);
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 60);
        for number in 0..4 {
            cast.site.post("/request-card", &format!("email=n{number}%40example.org")).await.is(200);
        }
        let answer = cast.site.post("/request-card", "email=other%40example.org").await.is(429);
        assert_eq!(answer.header("retry-after"), "60");
    });
}
