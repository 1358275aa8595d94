//! V1 to V4, V8: the welcome mail, accepting, declining, and accepting again.

use super::*;
use crate::support::databases::on_all_databases;

#[test]
fn v1_v2_v8_a_newcomer_is_invited_accepts_and_gets_the_card() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let id = newcomer(&cast, "Ásta", "asta@example.org").await;
        let link = last_link(&cast, "welcome", id).await;
        // Following the link does nothing, however often a mail program does.
        for _ in 0..3 {
            cast.site
                .get(&link)
                .await
                .is(200)
                .shows("Welcome, Ásta")
                .shows("<em>what we need</em>")
                .hides("name=\"listed\" value=\"yes\" checked");
        }
        let page = cast.site.get(&link).await;
        assert_eq!(page.header("referrer-policy"), "no-referrer");
        assert_eq!(page.header("cache-control"), "private, no-store");
        assert_eq!(events(&cast, id).await, ["CombatantRegistered"]);
        // Without the tick: the same page, with what is wrong.
        let body = hidden(&page, &["accept"], "version");
        cast.site.post(&link, &body).await.is(422).shows("Tick this to agree");
        let done =
            cast.site.post(&link, &format!("{body}&keep=yes&listed=yes")).await.is(200).shows("Thank you");
        let events = events(&cast, id).await;
        assert_eq!(events, ["CombatantRegistered", "ConsentAccepted", "ListingChanged", "CardIdAssigned"]);
        assert_eq!(mailed(&cast, "card-link").await, 1);
        let card = done.body.split("href=\"/card/").nth(1).unwrap().split('"').next().unwrap().to_owned();
        cast.site.get(&format!("/card/{card}")).await.is(200).shows("Ásta");
        // The same form sent again is the same acceptance; anything else comes too late.
        cast.site.post(&link, &format!("{body}&keep=yes&listed=yes")).await.is(200).shows("Thank you");
        cast.site.get(&link).await.is(410).shows("no longer works").shows("/request-card").hides("Ásta");
        let other =
            form(&[("command_id", &Uuid::from_u128(7).to_string()), ("keep", "yes"), ("version", "2026.1")]);
        cast.site.post(&link, &other).await.is(410);
        assert_eq!(mailed(&cast, "card-link").await, 1);
    });
}

#[test]
fn v3_declining_asks_once_more_then_erases_and_tells_the_minister() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let id = newcomer(&cast, "Ásta", "asta@example.org").await;
        let link = last_link(&cast, "welcome", id).await;
        let doubt = format!("{link}/decline");
        let page =
            cast.site.get(&doubt).await.is(200).shows("unreadable within a second").shows("22 December 2026");
        assert_eq!(events(&cast, id).await.len(), 1, "asking once more does nothing");
        let body = hidden(&page, &["decline"], "");
        cast.site.post(&doubt, &body).await.is(200).shows("You are erased");
        assert_eq!(events(&cast, id).await, ["CombatantRegistered", "CombatantErased"]);
        let told = outbox(&cast).await.into_iter().find(|mail| mail.template == "policy-declined").unwrap();
        assert_eq!((told.subject, told.params["why"].as_str()), (None, Some("declined")));
        // Nothing of theirs works any more.
        for path in [&link, &doubt] {
            cast.site.get(path).await.is(410).shows("no longer works").hides("Ásta");
        }
        cast.site.post(&doubt, &body).await.is(410);
        let left = cast.site.state.services.store.db();
        assert!(left.fetch_all("SELECT id FROM links", &[]).await.unwrap().is_empty());
    });
}

#[test]
fn l1_a_link_that_is_tampered_expired_or_for_something_else_offers_another() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let id = newcomer(&cast, "Ásta", "asta@example.org").await;
        let link = last_link(&cast, "welcome", id).await;
        let token = link.strip_prefix("/welcome/").unwrap();
        for page in ["/my-pin/", "/my-details/", "/my-record/", "/my-address/"] {
            cast.site.get(&format!("{page}{token}")).await.is(410).shows("no longer works").hides("Ásta");
            let body = form(&[("command_id", &Uuid::from_u128(9).to_string()), ("seen_version", "1")]);
            cast.site.post(&format!("{page}{token}"), &body).await.is(410);
        }
        let mut tampered = token.to_owned();
        let last = if tampered.pop() == Some('A') { 'B' } else { 'A' };
        tampered.push(last);
        for bad in [tampered.as_str(), "x", "%00", &"A".repeat(64), &"A".repeat(4000)] {
            cast.site.get(&format!("/welcome/{bad}")).await.is(410);
        }
        let page = cast.site.get(&link).await.is(200);
        let body = format!("{}&keep=yes", hidden(&page, &["accept"], "version"));
        // Seven days later it is over, also for a form that was opened before.
        cast.site.clock.set(NOW.plus_seconds(7 * 24 * 3600));
        cast.site.get(&link).await.is(410);
        cast.site.post(&link, &body).await.is(410);
        let unticked = hidden(&page, &["accept"], "version");
        cast.site.post(&link, &unticked).await.is(410).hides("Ásta");
        assert_eq!(events(&cast, id).await, ["CombatantRegistered"]);
    });
}

#[test]
fn v1_an_officer_sends_the_welcome_mail_again() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let id = newcomer(&cast, "Ásta", "asta@example.org").await;
        let minister = cast.be("list-minister").await;
        let path = format!("/desk/people/{id}");
        let page = minister.get(&path).await.is(200).shows("Send the welcome mail again");
        let body = hidden(&page, &["send-welcome"], "");
        minister.post(&format!("{path}/send-welcome"), &body).await.is(303);
        minister.post(&format!("{path}/send-welcome"), &body).await.is(303);
        assert_eq!(mailed(&cast, "welcome").await, 2, "the same form twice is one mail");
        minister.get(&path).await.shows("Mail sent");
        let link = last_link(&cast, "welcome", id).await;
        accept(&cast, &link, "").await.is(200);
        minister.get(&path).await.is(200).hides("Send the welcome mail again");
    });
}

#[test]
fn v4_whoever_has_to_accept_again_is_asked_once_for_each_version() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let id = member(&cast, "Ásta", "asta@example.org").await;
        let new = newcomer(&cast, "Bjarni", "bjarni@example.org").await;
        let services = &cast.site.state.services;
        let step = || emol::processes::policy_changed::step(&services.bus, &services.indexes);
        assert_eq!(step().await.unwrap(), 0, "nothing is required");
        approve(&cast, "We keep more.", Some("2026-12-24")).await;
        let (one, other) = tokio::join!(step(), step());
        assert!(one.is_ok() && other.is_ok());
        assert_eq!(step().await.unwrap(), 0);
        assert_eq!(mailed(&cast, "policy-changed").await, 1, "one mail, and none to whoever never accepted");
        let link = last_link(&cast, "policy-changed", id).await;
        accept(&cast, &link, "").await.is(200).shows("Thank you");
        assert_eq!(mailed(&cast, "card-link").await, 1, "the card's address is the same");
        assert_eq!(events(&cast, new).await, ["CombatantRegistered"]);
    });
}

#[test]
fn l1_fifty_forms_at_once_use_a_link_once() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let id = newcomer(&cast, "Ásta", "asta@example.org").await;
        let link = last_link(&cast, "welcome", id).await;
        let mut all = tokio::task::JoinSet::new();
        for number in 0..50_u128 {
            let command = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number).to_string();
            let body = form(&[("command_id", &command), ("keep", "yes"), ("version", "2026.1")]);
            let (address, link) = (cast.site.address, link.clone());
            all.spawn(async move {
                let headers = [
                    ("content-type", "application/x-www-form-urlencoded"),
                    ("sec-fetch-site", "same-origin"),
                ];
                crate::web::site::ask(address, "POST", &link, &headers, body.as_bytes()).await.unwrap().status
            });
        }
        let statuses = all.join_all().await;
        let done = statuses.iter().filter(|status| **status == 200).count();
        assert_eq!(done, 1, "{statuses:?}");
        assert!(statuses.iter().all(|status| [200, 410, 422, 503].contains(status)), "{statuses:?}");
        assert_eq!(events(&cast, id).await, ["CombatantRegistered", "ConsentAccepted", "CardIdAssigned"]);
        assert_eq!(mailed(&cast, "card-link").await, 1);
    });
}
