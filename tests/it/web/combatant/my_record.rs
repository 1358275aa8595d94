//! V6 to V8: everything that is held, for whom it is about.

use super::*;
use crate::support::databases::on_all_databases;

const SHOW: &str = "/my-record/show";

async fn opened(cast: &Cast, id: CombatantId) -> String {
    let before = mailed(cast, "my-record").await;
    // A while later: mails are in the order of their moments.
    cast.site.clock.set(NOW.plus_seconds(i64::try_from(before).unwrap() + 1));
    cast.site.post("/my-record", "email=asta%40example.org").await.is(200);
    wait_for_mail(cast, "my-record", before + 1).await;
    let link = last_link(cast, "my-record", id).await;
    let door = cast.site.get(&link).await.is(200).shows("Open my record").hides("Xavier");
    let answer = cast.site.post(&link, &hidden(&door, &["open"], "")).await.is(303);
    assert_eq!(answer.header("location"), SHOW);
    cast.site.get(&link).await.is(410);
    cookie_of(&answer)
}

#[test]
fn v7_a_person_sees_what_is_held_who_changed_it_and_who_looked() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let id = member(&cast, "Ásta <b>of</b> {{Septentria}}", "asta@example.org").await;
        let other = member(&cast, "Bjarni", "bjarni@example.org").await;
        let minister = cast.be("list-minister").await;
        minister.get(&format!("/desk/people/{id}")).await.is(200);
        minister.get(&format!("/desk/people/{other}")).await.is(200);
        let cookie = opened(&cast, id).await;
        let page = with_cookie(&cast, "GET", SHOW, &cookie, "").await.is(200);
        assert_eq!(page.header("cache-control"), "private, no-store");
        let page = page
            .shows("Xavier Jansen")
            .shows("Ásta &lt;b&gt;of&lt;/b&gt; {{Septentria}}")
            .shows("Privacy policy accepted")
            .shows("you, by a link")
            .shows("Minister of the Lists")
            .shows("your record, on the desk")
            .hides("Bjarni")
            .hides("<b>of");
        assert_eq!(page.body.matches("your record, on the desk").count(), 1);
        let file = with_cookie(&cast, "GET", "/my-record/export.json", &cookie, "").await.is(200);
        let json: Value = serde_json::from_str(&file.body).unwrap();
        assert_eq!(json["details"]["legal_name"], "Xavier Jansen");
        assert_eq!(json["details"]["email"], "asta@example.org");
        assert_eq!(json["read_by"].as_array().unwrap().len(), 2, "the desk, and the person");
        assert!(json["history"].as_array().unwrap().len() >= 3);
        // Nobody else's browser, nor a made-up cookie, nor half an hour later.
        cast.site.get(SHOW).await.is(410).hides("Xavier");
        let forged = cookie.replace(&id.0.simple().to_string(), &other.0.simple().to_string());
        with_cookie(&cast, "GET", SHOW, &forged, "").await.is(410);
        cast.site.clock.set(NOW.plus_seconds(31 * 60));
        with_cookie(&cast, "GET", SHOW, &cookie, "").await.is(410);
    });
}

#[test]
fn a_correction_that_is_asked_for_waits_on_the_desk_until_somebody_looks_after_it() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let id = member(&cast, "Ásta", "asta@example.org").await;
        let cookie = opened(&cast, id).await;
        let page = with_cookie(&cast, "GET", SHOW, &cookie, "").await;
        let command = page.command_id("correction");
        let body = form(&[("command_id", &command), ("text", " ")]);
        with_cookie(&cast, "POST", "/my-record/correction", &cookie, &body)
            .await
            .is(422)
            .shows("Say in a few words");
        let body = form(&[("command_id", &command), ("text", "My bout was on <i>Saturday</i>")]);
        with_cookie(&cast, "POST", "/my-record/correction", &cookie, &body).await.is(303);
        with_cookie(&cast, "POST", "/my-record/correction", &cookie, &body).await.is(303);
        with_cookie(&cast, "GET", SHOW, &cookie, "")
            .await
            .shows("wait to be looked after")
            .hides("<i>Saturday");
        let minister = cast.be("list-minister").await;
        minister.get("/desk").await.shows("Corrections asked").shows("state&#x3D;corrections");
        minister.get("/desk/people?state=corrections").await.is(200).shows("Ásta");
        let path = format!("/desk/people/{id}");
        let record = minister.get(&path).await.shows("My bout was on &lt;i&gt;Saturday");
        let rest = &record.body[record.body.find("id=\"settle-").unwrap() + 4..];
        let settle = rest.split('"').next().unwrap().to_owned();
        let body = hidden(&record, &[&settle], "asked");
        minister.post(&format!("{path}/settle-correction"), &body).await.is(303);
        minister.get(&path).await.hides("Corrections asked by the person").shows("Correction looked after");
        minister.get("/desk/people?state=corrections").await.is(200).hides(&format!("/desk/people/{id}\""));
        with_cookie(&cast, "GET", SHOW, &cookie, "").await.hides("wait to be looked after");
    });
}

#[test]
fn v8_listing_is_changed_any_time_and_withdrawing_erases_after_saying_what_it_means() {
    on_all_databases(|database| async move {
        let cast = serve(&database).await;
        let id = member(&cast, "Ásta", "asta@example.org").await;
        let cookie = opened(&cast, id).await;
        let page = with_cookie(&cast, "GET", SHOW, &cookie, "").await;
        let body = hidden(&page, &["listing"], "listed");
        with_cookie(&cast, "POST", "/my-record/listing", &cookie, &body).await.is(303);
        with_cookie(&cast, "GET", SHOW, &cookie, "").await.shows("Stop listing me");
        let doubt = with_cookie(&cast, "GET", "/my-record/withdraw", &cookie, "").await.is(200);
        let doubt = doubt.shows("unreadable within a second").shows("to fight again");
        let body = hidden(&doubt, &["withdraw"], "");
        with_cookie(&cast, "POST", "/my-record/withdraw", &cookie, &body).await.is(422).shows("you mean it");
        let body = format!("{body}&sure=yes");
        with_cookie(&cast, "POST", "/my-record/withdraw", &cookie, &body)
            .await
            .is(200)
            .shows("You are erased");
        assert_eq!(events(&cast, id).await.last().unwrap(), "CombatantErased");
        with_cookie(&cast, "GET", SHOW, &cookie, "").await.is(410);
        assert_eq!(mailed(&cast, "policy-declined").await, 1);
    });
}
