//! Who may ask, what every answer carries, and what errors say.

use super::site::Site;
use crate::support::databases::on_all_databases;

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

#[test]
fn a_form_from_another_site_is_refused_and_nothing_is_written() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        let head = site.state.services.store.head().await.unwrap().position;
        for headers in [
            vec![FORM, ("sec-fetch-site", "cross-site")],
            vec![FORM, ("sec-fetch-site", "same-site")],
            vec![FORM, ("origin", "https://evil.example")],
            vec![FORM],
        ] {
            let answer = site.send("POST", "/request-card", &headers, b"email=a%40example.org").await;
            answer.is(403).shows("not sent from this site");
        }
        let origin = format!("http://{}", site.address);
        let ours = [FORM, ("origin", origin.as_str())];
        site.send("POST", "/request-card", &ours, b"email=a%40example.org").await.is(200);
        assert_eq!(site.state.services.store.head().await.unwrap().position, head);
    });
}

#[test]
fn a_body_that_is_too_large_is_refused_and_so_are_a_thousand_fields() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        site.post("/request-card", &"x".repeat(10 * 1024 * 1024)).await.is(413).shows("larger than");
        site.post("/request-card", &"a=b&".repeat(1000)).await.is(400).shows("fields");
        site.get("/").await.is(200);
    });
}

#[test]
fn every_error_page_carries_the_request_id_and_nothing_of_the_inside() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        let missing = site.get("/nowhere").await.is(404).shows("Nothing here");
        let id = missing.header("x-request-id").to_owned();
        assert_eq!(id.len(), 32);
        missing.shows(&id);
        let not_so = site.post("/marshals", "a=b").await.is(405).shows("Not that way");
        let id = not_so.header("x-request-id").to_owned();
        assert_eq!(not_so.header("allow"), "GET,HEAD");
        not_so.shows(&id);
        let program = site.send("GET", "/nowhere", &[("accept", "application/json")], b"").await.is(404);
        assert_eq!(program.header("content-type"), "application/problem+json");
        program.shows("\"status\":404").shows("request_id");
    });
}

#[test]
fn every_answer_tells_the_browser_to_be_careful() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        for path in ["/", "/nowhere", "/robots.txt", "/theme.css"] {
            let answer = site.get(path).await;
            let policy = answer.header("content-security-policy");
            assert!(policy.contains("default-src 'self'") && policy.contains("frame-ancestors 'none'"));
            assert!(!policy.contains("unsafe-inline"));
            assert_eq!(answer.header("x-content-type-options"), "nosniff");
            assert_eq!(answer.header("referrer-policy"), "same-origin");
            assert_eq!(answer.header("strict-transport-security"), "", "plain http");
        }
    });
}

#[test]
fn under_https_browsers_are_told_to_stay_there() {
    on_all_databases(|database| async move {
        let https = |config: &mut emol::app::WebConfig| config.base_url = "https://emol.example.org".into();
        let site = Site::serve_with(&database, https).await;
        let home = site.get("/").await;
        assert!(home.header("strict-transport-security").starts_with("max-age="));
        let id = emol::domain::id::OfficerId(uuid::Uuid::from_u128(1));
        let cookie = site.state.sessions.begin(id).await.unwrap();
        let cookie = cookie.to_str().unwrap();
        assert!(cookie.starts_with("__Host-emol=") && cookie.ends_with("; Secure"));
        assert!(cookie.contains("; Path=/; HttpOnly; SameSite=Lax"));
    });
}

#[test]
fn a_session_is_an_enabled_officers_and_ends_when_it_is_ended() {
    use emol::commands::Command;
    use emol::commands::officers::{OfficersCommand, Verb};
    use emol::domain::actor::Actor;
    use emol::domain::id::OfficerId;

    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        let officer = OfficerId(uuid::Uuid::from_u128(7));
        let does = |verb| Command::Officers(OfficersCommand { by: Actor::Operator("test".into()), verb });
        let invite =
            Verb::Invite { officer, email: "mol@example.org".into(), label: "Minister of the Lists".into() };
        site.issue(does(invite)).await;
        site.state.bus().refresh().await.unwrap();
        let cookie = site.state.sessions.begin(officer).await.unwrap();
        let cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        assert!(cookie.starts_with("emol="), "plain http");
        let home = async || site.send("GET", "/", &[("cookie", &cookie)], b"").await;
        home().await.is(200).shows("href=\"/desk\"");
        site.get("/").await.is(200).shows("href=\"/auth/login\"");
        site.issue(does(Verb::Disable(officer))).await;
        site.state.bus().refresh().await.unwrap();
        home().await.shows("href=\"/auth/login\"");
        site.issue(does(Verb::Enable(officer))).await;
        site.state.bus().refresh().await.unwrap();
        home().await.shows("href=\"/desk\"");
        let headers = [("cookie".parse().unwrap(), cookie.parse().unwrap())].into_iter().collect();
        let token = site.state.sessions.token_of(&headers).unwrap();
        site.state.sessions.end(token).await.unwrap();
        home().await.shows("href=\"/auth/login\"");
    });
}
