//! Signing in at a provider: the way there and back, and everything that may
//! go wrong on it. What tokens are refused is in [`super::id_tokens`].

use std::collections::BTreeMap;

use emol::app::{DemoConfig, MissLimits, WebConfig};
use emol::commands::Command;
use emol::commands::officers::{OfficersCommand, Verb};
use emol::domain::actor::Actor;
use emol::domain::date::CivilDate;
use emol::domain::id::{OfficerId, Position, StreamType};
use emol::domain::permission::Permission;

use super::site::{Answer, NOW, Site};
use crate::support::databases::{TestDatabase, on_all_databases};
use crate::support::provider::{Instead, Provider};

/// A site whose officers sign in at a provider.
pub struct Place {
    /// The site.
    pub site: Site,
    /// The provider.
    pub provider: Provider,
}

/// A browser with its cookies.
pub struct Browser<'a> {
    place: &'a Place,
    /// Its cookies.
    pub jar: BTreeMap<String, String>,
}

/// The officers of the tests.
pub const MOL: OfficerId = OfficerId(uuid::Uuid::from_u128(7));
const DISABLED: OfficerId = OfficerId(uuid::Uuid::from_u128(8));

impl Place {
    /// With one officer, and one who is disabled.
    pub async fn serve(database: &TestDatabase) -> Self {
        Self::serve_with(database, |_| {}).await
    }

    /// The same with another configuration.
    pub async fn serve_with(database: &TestDatabase, change: impl FnOnce(&mut WebConfig)) -> Self {
        let provider = Provider::start().await;
        let config = provider.config();
        let site = Site::serve_with(database, |web| {
            web.provider = Some(config);
            change(web);
        })
        .await;
        let grant = emol::domain::permission::Grant::everywhere(Permission::ReadCombatantInfo);
        for verb in [
            Verb::Invite {
                officer: MOL,
                email: "MoL@Example.org".into(),
                label: "Minister of the Lists".into(),
            },
            Verb::Grant { officer: MOL, grant },
            Verb::Invite { officer: DISABLED, email: "gone@example.org".into(), label: "Gone".into() },
            Verb::Disable(DISABLED),
        ] {
            let by = Actor::Operator("test".into());
            site.issue(Command::Officers(OfficersCommand { by, verb })).await;
        }
        site.state.bus().refresh().await.unwrap();
        Self { site, provider }
    }

    /// A browser without cookies.
    pub fn browser(&self) -> Browser<'_> {
        Browser { place: self, jar: BTreeMap::new() }
    }

    /// What was recorded of comings and goings: event and payload.
    pub async fn visits(&self) -> Vec<String> {
        let rows = self.site.state.services.store.read_after(Position(0), 10_000).await.unwrap();
        rows.iter()
            .filter(|row| row.stream.kind == StreamType::Access && row.event_type.starts_with("Signed"))
            .map(|row| {
                assert_eq!(row.actor.to_string(), Actor::Officer(MOL).to_string());
                format!("{} {}", row.event_type, String::from_utf8_lossy(&row.payload))
            })
            .collect()
    }
}

impl Browser<'_> {
    async fn send(&mut self, method: &str, path: &str, body: &str) -> Answer {
        let cookies: Vec<_> = self.jar.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let cookies = cookies.join("; ");
        let headers = [
            ("cookie", cookies.as_str()),
            ("accept", "text/html"),
            ("content-type", "application/x-www-form-urlencoded"),
            ("sec-fetch-site", "same-origin"),
        ];
        let answer = self.place.site.send(method, path, &headers, body.as_bytes()).await;
        for (_, line) in answer.headers.iter().filter(|(name, _)| name == "set-cookie") {
            let (name, value) = line.split(';').next().unwrap().split_once('=').unwrap();
            if line.contains("Max-Age=0") {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    /// Follows a link.
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, "").await
    }

    /// Sends a form.
    pub async fn post(&mut self, path: &str, form: &str) -> Answer {
        self.send("POST", path, form).await
    }

    /// Begins at an address of `/auth/login` and goes to the provider; the way back.
    pub async fn go(&mut self, login: &str) -> String {
        let answer = self.get(login).await.is(303);
        self.place.provider.visit(answer.header("location")).await
    }

    /// The whole way; the answer of `/auth/callback`.
    pub async fn sign_in(&mut self, login: &str) -> Answer {
        let back = self.go(login).await;
        self.get(&back).await
    }

    /// Whether the desk opens.
    pub async fn is_in(&mut self) -> bool {
        self.get("/desk").await.status == 200
    }
}

#[test]
fn an_officer_signs_in_and_comes_back_to_the_page_they_came_from() {
    on_all_databases(|database| async move {
        let place = Place::serve(&database).await;
        let mut browser = place.browser();
        let asked = browser.get("/desk/people?q=a%20b&state=lapsing").await.is(303);
        let login = asked.header("location").to_owned();
        assert!(login.starts_with("/auth/login?next=%2Fdesk%2Fpeople"), "{login}");
        let answer = browser.sign_in(&login).await.is(303);
        assert_eq!(answer.header("location"), "/desk/people?q=a%20b&state=lapsing");
        assert_eq!(browser.jar.keys().collect::<Vec<_>>(), ["emol"], "what began is taken away");
        browser.get("/desk/people?q=a%20b&state=lapsing").await.is(200).shows("Minister of the Lists");
        assert_eq!(place.visits().await, ["SignedIn {\"how\":\"openid-connect\"}"]);
        let again = browser.get("/auth/login?next=/desk/people").await.is(303);
        assert_eq!(again.header("location"), "/desk/people", "who is signed in need not go there");
        let another = browser.get("/auth/login?another=yes").await.is(303);
        assert!(another.header("location").contains("prompt=select_account"));
    });
}

#[test]
fn under_https_what_began_is_kept_from_other_hosts_too() {
    on_all_databases(|database| async move {
        let https = |config: &mut WebConfig| config.base_url = "https://emol.example.org".into();
        let place = Place::serve_with(&database, https).await;
        let mut browser = place.browser();
        let begun = browser.get("/auth/login").await.is(303);
        let line = begun.header("set-cookie");
        assert!(line.starts_with("__Host-emol-begun=") && line.ends_with("; Secure"), "{line}");
        assert!(line.contains("; Path=/; HttpOnly; SameSite=Lax; Max-Age=600"), "{line}");
        assert!(
            begun
                .header("location")
                .contains("redirect_uri=https%3A%2F%2Femol.example.org%2Fauth%2Fcallback")
        );
        browser.sign_in("/auth/login").await.is(303);
        assert!(browser.jar.contains_key("__Host-emol"));
    });
}

#[test]
fn without_a_provider_nobody_can_sign_in_and_a_page_says_so() {
    on_all_databases(|database| async move {
        let site = Site::serve(&database).await;
        site.get("/auth/login?next=/desk").await.is(404).shows("Nobody can sign in here yet");
        site.get("/auth/callback?code=a&state=b").await.is(404).shows("No sign-in is set up");
        site.post("/auth/login", "persona=administrator").await.is(404).shows("Nobody can sign in");
    });
}

#[test]
fn the_demos_officers_and_a_provider_never_stand_side_by_side() {
    on_all_databases(|database| async move {
        let place = Place::serve(&database).await;
        let answer = place.site.post("/auth/login", "persona=administrator").await.is(404);
        assert_eq!(answer.header("set-cookie"), "");
        let today = CivilDate::parse("2026-11-22").unwrap();
        let demo = Place::serve_demo(&database, |config| {
            config.demo = DemoConfig::on_loopback(config.listen, today);
        });
        let demo = demo.await;
        demo.get("/auth/login").await.is(200).shows("Who are you today?");
        demo.get("/auth/callback?code=a&state=b").await.is(404);
    });
}

impl Place {
    async fn serve_demo(database: &TestDatabase, change: impl FnOnce(&mut WebConfig)) -> Site {
        let provider = Provider::start().await.config();
        Site::serve_again(database.db.clone(), |config| {
            config.provider = Some(provider);
            change(config);
        })
        .await
    }
}

#[test]
fn an_answer_counts_once_and_only_in_the_browser_that_asked() {
    on_all_databases(|database| async move {
        let place = Place::serve(&database).await;
        let cant = "This sign-in can’t go on";
        let (mut one, mut other) = (place.browser(), place.browser());
        other.get("/auth/callback?code=code-0&state=x").await.is(400).shows(cant);
        let back = one.go("/auth/login").await;
        other.get(&back).await.is(400).shows(cant);
        other.get("/auth/login").await.is(303);
        other.get(&back).await.is(400).shows(cant);
        assert!(!other.jar.contains_key("emol"), "nobody is signed in as somebody else");
        let kept = one.jar.clone();
        one.get(&back).await.is(303);
        assert!(one.is_in().await);
        let asked = place.provider.asked("token");
        one.jar = kept;
        one.get(&back).await.is(400).shows(cant);
        assert!(!one.is_in().await);
        assert_eq!(place.provider.asked("token"), asked, "a used answer is not even asked about");
        assert_eq!(place.visits().await.len(), 1);
    });
}

#[test]
fn what_began_too_long_ago_or_was_tampered_with_does_not_go_on() {
    on_all_databases(|database| async move {
        let place = Place::serve(&database).await;
        let mut browser = place.browser();
        let back = browser.go("/auth/login?next=/desk/people").await;
        let kept = browser.jar.clone();
        let cookie = kept["emol-begun"].clone();
        for at in [0, 20, 24, 30, cookie.len() - 2] {
            let mut changed = cookie.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            browser.jar.insert("emol-begun".into(), String::from_utf8(changed).unwrap());
            browser.get(&back).await.is(400);
        }
        for odd in ["", "AAAA", "%00", "ä"] {
            browser.jar.insert("emol-begun".into(), odd.into());
            browser.get(&back).await.is(400);
        }
        browser.jar = kept;
        place.site.clock.set(NOW.plus_seconds(600));
        browser.get(&back).await.is(400).shows("more than ten minutes ago");
        assert_eq!(place.visits().await.len(), 0);
    });
}

#[test]
fn nobody_is_led_to_another_site() {
    on_all_databases(|database| async move {
        let place = Place::serve(&database).await;
        for next in [
            "//evil.example",
            "https://evil.example",
            "/%5Cevil.example",
            "%2F%2Fevil.example",
            "/a%0d%0aset-cookie:x",
            "/auth/logout",
            "javascript:alert(1)",
        ] {
            let mut browser = place.browser();
            let answer = browser.sign_in(&format!("/auth/login?next={next}")).await.is(303);
            assert_eq!(answer.header("location"), "/desk", "{next}");
            let there = browser.get(&format!("/auth/login?next={next}")).await.is(303);
            assert_eq!(there.header("location"), "/desk", "{next}");
        }
    });
}

#[test]
fn a_session_that_somebody_else_put_into_the_browser_is_not_the_officers() {
    on_all_databases(|database| async move {
        let place = Place::serve(&database).await;
        let mut browser = place.browser();
        let planted = "A".repeat(43);
        browser.jar.insert("emol".into(), planted.clone());
        browser.sign_in("/auth/login").await.is(303);
        let first = browser.jar["emol"].clone();
        assert_ne!(first, planted);
        browser.sign_in("/auth/login?another=yes").await.is(303);
        assert_ne!(browser.jar["emol"], first, "every sign-in begins a session of its own");
        let mut thief = place.browser();
        for old in [planted, first] {
            thief.jar.insert("emol".into(), old);
            assert!(!thief.is_in().await);
        }
    });
}

#[test]
fn whoever_is_no_officer_reads_whom_to_ask_and_not_whether_they_once_were() {
    on_all_databases(|database| async move {
        let place = Place::serve(&database).await;
        let mut pages = Vec::new();
        for address in ["gone@example.org", "nobody@example.org", "<b>@example.org"] {
            place.provider.book().email = address.into();
            let mut browser = place.browser();
            let page = browser.sign_in("/auth/login").await.is(403).hides("<b>@");
            assert!(!browser.jar.contains_key("emol"));
            let page = page.shows("You are not among the officers here").shows("the Minister of the Lists");
            let page = page.shows("/auth/login?another&#x3D;yes");
            pages.push(page.body.replace(address, "…"));
        }
        assert_eq!(pages[0], pages[1]);
        assert_eq!(place.visits().await.len(), 0);
    });
}

#[test]
fn cancelling_and_errors_of_the_provider_are_pages() {
    on_all_databases(|database| async move {
        let place = Place::serve(&database).await;
        for (error, status, says) in [
            ("access_denied", 403, "You are not signed in"),
            ("temporarily_unavailable", 503, "can’t be reached"),
            ("server_error", 503, "can’t be reached"),
            ("%3Cscript%3Ealert(1)%3C/script%3E", 502, "did not work"),
            ("", 502, "did not work"),
        ] {
            let mut browser = place.browser();
            let back = browser.go("/auth/login?next=/desk/people").await;
            let state = back.split("state=").nth(1).unwrap();
            let path = format!("/auth/callback?error={error}&error_description=x&state={state}");
            let page = browser.get(&path).await.is(status).shows(says).hides("<script>alert");
            page.shows("/auth/login?next&#x3D;%2Fdesk%2Fpeople");
            assert!(browser.jar.is_empty(), "{error}");
        }
        let mut browser = place.browser();
        let back = browser.go("/auth/login").await;
        browser.get(&format!("{back}&iss=https://evil.example")).await.is(502).shows("did not work");
        assert_eq!(place.provider.asked("token"), 0, "no code is shown to whoever else answered");
    });
}

#[test]
fn a_provider_that_is_away_slow_or_mad_is_a_page_that_says_what_to_do() {
    on_all_databases(|database| async move {
        for (path, instead, status) in [
            ("description", Instead::Silence, 503),
            ("description", Instead::TooMuch, 503),
            ("description", Instead::Broken, 502),
            ("description", Instead::Page, 503),
            ("keys", Instead::TooMuch, 503),
            ("keys", Instead::Page, 503),
            ("token", Instead::Silence, 503),
            ("token", Instead::TooMuch, 503),
            ("token", Instead::Broken, 502),
            ("token", Instead::Page, 502),
        ] {
            let place = Place::serve_again(&database).await;
            place.provider.book().instead.insert(path, instead);
            let mut browser = place.browser();
            let page = if path == "description" {
                browser.get("/auth/login").await
            } else {
                browser.sign_in("/auth/login").await
            };
            assert_eq!(page.status, status, "{path} {instead:?}: {}", page.body);
            assert_eq!(page.header("retry-after"), if status == 503 { "30" } else { "" });
            page.shows("Sign in again").shows("First page");
            place.provider.book().instead.clear();
            browser.sign_in("/auth/login").await.is(303);
        }
        let place = Place::serve_again(&database).await;
        let gone = Place::serve_demo(&database, |config| {
            config.demo = None;
            config.provider.as_mut().unwrap().issuer = "http://127.0.0.1:9".into();
        });
        gone.await.get("/auth/login").await.is(503).shows("can’t be reached");
        drop(place);
    });
}

impl Place {
    /// With a provider of its own, on a database where the officers are already.
    async fn serve_again(database: &TestDatabase) -> Self {
        let provider = Provider::start().await;
        let config = provider.config();
        let site = Site::serve_again(database.db.clone(), |web| web.provider = Some(config)).await;
        if site.state.kingdom().officers.all.is_empty() {
            let invite =
                Verb::Invite { officer: MOL, email: "mol@example.org".into(), label: "Minister".into() };
            let by = Actor::Operator("test".into());
            site.issue(Command::Officers(OfficersCommand { by, verb: invite })).await;
            site.state.bus().refresh().await.unwrap();
        }
        Self { site, provider }
    }
}

#[test]
fn while_the_provider_is_silent_nobody_stands_in_a_queue() {
    on_all_databases(|database| async move {
        let place = Place::serve_again(&database).await;
        place.provider.book().instead.insert("description", Instead::Silence);
        let since = std::time::Instant::now();
        let many = (0..6).map(|_| {
            let address = place.site.address;
            tokio::spawn(
                async move { super::site::ask(address, "GET", "/auth/login", &[], b"").await.unwrap() },
            )
        });
        for asked in many.collect::<Vec<_>>() {
            asked.await.unwrap().is(503).shows("can’t be reached");
        }
        let took = since.elapsed();
        assert!(took < 3 * place.provider.config().patience, "{took:?} for six at once");
    });
}

#[test]
fn a_description_of_somebody_else_is_not_believed() {
    on_all_databases(|database| async move {
        type Change = fn(&mut serde_json::Value);
        let changes: [Change; 5] = [
            |d| d["issuer"] = "https://accounts.google.com".into(),
            |d| d["issuer"] = format!("{}/", d["issuer"].as_str().unwrap()).into(),
            |d| d["token_endpoint"] = "http://evil.example/token".into(),
            |d| d["jwks_uri"] = "file:///etc/passwd".into(),
            |d| d["authorization_endpoint"] = "javascript:alert(1)".into(),
        ];
        for change in changes {
            let place = Place::serve_again(&database).await;
            place.provider.book().description = Box::new(change);
            let page = place.browser().get("/auth/login").await.is(503);
            assert_eq!(page.header("set-cookie"), "");
            page.shows("Sign-in is not set up rightly");
        }
    });
}

#[test]
fn signing_in_is_limited_by_address() {
    on_all_databases(|database| async move {
        let few = MissLimits { per_address: 4, in_total: 1000 };
        let place = Place::serve_with(&database, |config| config.sign_ins = few).await;
        let mut browser = place.browser();
        browser.sign_in("/auth/login").await.is(303);
        place.browser().get("/auth/login").await.is(303);
        place.browser().get("/auth/callback?state=x").await.is(400);
        for path in ["/auth/login", "/auth/callback?state=x"] {
            let stopped = place.browser().get(path).await.is(429).shows("Too many tries");
            assert_eq!(stopped.header("retry-after"), "60");
        }
        assert!(browser.is_in().await, "who is in stays in");
    });
}

#[test]
fn signing_in_and_searching_are_limited_by_account() {
    on_all_databases(|database| async move {
        let few = MissLimits { per_address: 2, in_total: 1000 };
        let place = Place::serve_with(&database, |config| {
            (config.accounts, config.desk_searches, config.searches) = (few, few, few);
        })
        .await;
        let mut browser = place.browser();
        browser.sign_in("/auth/login").await.is(303);
        place.browser().sign_in("/auth/login").await.is(303);
        let stopped = place.browser().sign_in("/auth/login").await.is(429);
        assert_eq!(stopped.header("retry-after"), "60");
        assert!(browser.is_in().await, "who is in stays in");
        for path in ["/desk/people?q=a", "/register?q=a"] {
            browser.get(path).await.is(200);
            browser.get(path).await.is(200);
            let stopped = browser.get(path).await.is(429).shows("Too many tries");
            assert_eq!(stopped.header("retry-after"), "60");
            browser.get(&path.replace("?q=a", "")).await.is(200);
        }
    });
}
