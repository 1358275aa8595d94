//! An officer's own sessions: where they are, and how they end.

use emol::app::SessionLimits;
use emol::domain::id::OfficerId;
use std::time::Duration;

use super::signing_in::{Browser, MOL, Place};
use super::site::NOW;
use crate::support::databases::on_all_databases;

/// What is posted to end each of the other sessions on the page.
fn others(page: &str) -> Vec<String> {
    let values = page.split("name=\"session\" value=\"").skip(1);
    values.map(|rest| rest[..rest.find('"').unwrap()].to_owned()).collect()
}

async fn signed_in(place: &Place) -> Browser<'_> {
    let mut browser = place.browser();
    browser.sign_in("/auth/login").await.is(303);
    browser
}

#[test]
fn an_officer_sees_their_sessions_and_ends_one_of_them() {
    on_all_databases(|database| async move {
        let place = Place::serve(&database).await;
        let (mut here, mut there, mut third) =
            (signed_in(&place).await, signed_in(&place).await, signed_in(&place).await);
        let somebody = place.site.state.sessions.begin(OfficerId(uuid::Uuid::from_u128(9))).await.unwrap();
        let page = here.get("/desk/sessions").await.is(200).shows("This one").shows("America/Toronto");
        let page = page.shows("12 hours").shows("7 days").shows("href=\"/desk/sessions\"");
        let keys = others(&page.body);
        assert_eq!(keys.len(), 2, "two others of this officer, and nobody else's");
        here.post("/desk/sessions/end", &format!("session={}", keys[0])).await.is(303);
        let page = here.get("/desk/sessions").await.is(200).shows("Signed out there.");
        assert_eq!(others(&page.body), keys[1..]);
        assert_eq!(u8::from(there.is_in().await) + u8::from(third.is_in().await), 1);
        let token = somebody.to_str().unwrap().split(['=', ';']).nth(1).unwrap().to_owned();
        for wrong in [keys[0].as_str(), token.as_str(), "", "A", "%00"] {
            here.post("/desk/sessions/end", &format!("session={wrong}")).await.is(303);
        }
        assert!(here.is_in().await);
        let visits = place.visits().await;
        assert_eq!(visits.len(), 4, "{visits:?}");
        assert_eq!(visits[3], "SignedOut {\"sessions\":1}");
    });
}

#[test]
fn nobody_ends_the_session_of_somebody_else() {
    on_all_databases(|database| async move {
        let place = Place::serve(&database).await;
        let mut here = signed_in(&place).await;
        let other = OfficerId(uuid::Uuid::from_u128(9));
        place.site.state.sessions.begin(other).await.unwrap();
        let store = &place.site.state.services.store;
        let theirs = store.sessions_of(other, NOW).await.unwrap();
        let key = {
            use base64::Engine;
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(theirs[0].0.0)
        };
        here.post("/desk/sessions/end", &format!("session={key}")).await.is(303);
        here.post("/desk/sessions/end-others", "").await.is(303);
        here.post("/auth/logout", "everywhere=yes").await.is(303);
        assert_eq!(store.sessions_of(other, NOW).await.unwrap(), theirs);
        assert_eq!(store.sessions_of(MOL, NOW).await.unwrap(), []);
    });
}

#[test]
fn all_other_sessions_end_at_once_and_this_one_stays() {
    on_all_databases(|database| async move {
        let place = Place::serve(&database).await;
        let (mut here, mut there, mut third) =
            (signed_in(&place).await, signed_in(&place).await, signed_in(&place).await);
        assert!(there.is_in().await && third.is_in().await);
        here.post("/desk/sessions/end-others", "").await.is(303);
        assert!(here.is_in().await && !there.is_in().await && !third.is_in().await);
        here.get("/desk/sessions").await.is(200).hides("End all others");
        assert_eq!(place.visits().await.last().unwrap(), "SignedOut {\"sessions\":2}");
    });
}

#[test]
fn signing_out_ends_this_session_or_if_wished_all() {
    on_all_databases(|database| async move {
        let place = Place::serve(&database).await;
        let (mut here, mut there) = (signed_in(&place).await, signed_in(&place).await);
        let kept = here.jar.clone();
        here.get("/auth/logout").await.is(200).shows("Sign out?").shows("<button");
        assert!(here.is_in().await, "a link does not sign out");
        let answer = here.post("/auth/logout", "").await.is(303);
        assert_eq!(answer.header("location"), "/");
        assert!(here.jar.is_empty());
        here.jar = kept;
        assert!(!here.is_in().await, "the cookie is worth nothing any more");
        assert!(there.is_in().await);
        let mut here = signed_in(&place).await;
        here.post("/auth/logout", "everywhere=yes").await.is(303);
        assert!(!here.is_in().await && !there.is_in().await);
        assert_eq!(place.visits().await.last().unwrap(), "SignedOut {\"sessions\":2}");
        place.browser().post("/auth/logout", "everywhere=yes").await.is(303);
    });
}

#[test]
fn a_session_ends_by_itself_when_it_is_idle_and_when_it_is_old() {
    on_all_databases(|database| async move {
        let limits = SessionLimits { idle: Duration::from_secs(3600), absolute: Duration::from_secs(7200) };
        let place = Place::serve_with(&database, |config| config.sessions = limits).await;
        let mut used = signed_in(&place).await;
        let mut idle = signed_in(&place).await;
        idle.get("/desk/sessions").await.shows("1 hour after").shows("2 hours after");
        let store = &place.site.state.services.store;
        // What the database said about a session is kept for a minute of the machine's clock: not here.
        let again = |seconds| {
            place.site.clock.set(NOW.plus_seconds(seconds));
            let mut web = None;
            let services = place.site.state.services.clone();
            let config = place.site.state.config.clone();
            web.replace(emol::web::session::Sessions::new(services, &config));
            web.unwrap()
        };
        let token = |browser: &Browser<'_>| {
            let header = format!("emol={}", browser.jar["emol"]);
            let headers = [("cookie".parse().unwrap(), header.parse().unwrap())].into_iter().collect();
            place.site.state.sessions.token_of(&headers).unwrap()
        };
        let (one, other) = (token(&used), token(&idle));
        assert!(again(3000).officer(one).await.unwrap().is_some());
        for _ in 0..500 {
            let sessions = store.sessions_of(MOL, NOW).await.unwrap();
            if sessions.iter().any(|(_, session)| session.seen_at > NOW) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(again(3600).officer(other).await.unwrap().is_none(), "nobody used it for an hour");
        assert!(again(6000).officer(one).await.unwrap().is_some(), "it was used meanwhile");
        assert!(again(7200).officer(one).await.unwrap().is_none(), "two hours are the most");
        assert!(!used.is_in().await);
    });
}

#[test]
fn what_was_typed_waits_until_its_owner_has_signed_in_again() {
    on_all_databases(|database| async move {
        let place = Place::serve(&database).await;
        let mut here = signed_in(&place).await;
        place.site.state.sessions.end_all(MOL).await.unwrap();
        let typed = "sca_name=%22%3E%3Cb%3EWulf+the+Red&notes=two%0D%0Alines&listed=1&listed=2";
        let page = here.post("/desk/people/new?from=list", typed).await.is(401);
        let page =
            page.shows("You were signed out meanwhile").shows("action=\"/desk/people/new?from&#x3D;list\"");
        let page = page.shows("name=\"sca_name\" value=\"&quot;&gt;&lt;b&gt;Wulf the Red\"");
        let page = page.shows("value=\"1\"").shows("value=\"2\"").shows("two\r\nlines");
        page.shows("href=\"/auth/login?next&#x3D;%2Fdesk\"");
        // Nothing that was typed, nothing that waits; and a page is led to as before.
        here.post("/desk/sessions/end-others", "").await.is(303);
        here.get("/desk/people/new").await.is(303);
    });
}
