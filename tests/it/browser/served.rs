//! The sample kingdom served as any other, with a Minister of the Lists who signs in at an identity provider of
//! somebody else's.

use std::process::Command;

use fantoccini::Locator;
use serde_json::json;

use super::demo::Demo;
use super::driver::Browser;
use crate::cli::{Place, Running, bare, free_port, get};
use crate::web::real_provider::program;

/// `emol serve` on a sample kingdom's database, ended by the test or with it.
pub struct Served {
    _place: Place,
    url: String,
    _provider: Running,
    serving: Option<Running>,
    /// Where it answers, on this machine.
    pub port: u16,
}

impl Served {
    /// With so many people and some more settings; none where there is no provider.
    pub fn start(people: usize, more: &[(&str, &str)]) -> Option<Self> {
        let program = program()?;
        let (place, url) = Demo::start(people).end();
        let emol = |args: &[&str]| {
            let mut command = bare(args);
            command.env("DATABASE_URL", &url);
            command
        };
        let invite = ["officer", "invite", "mol@example.org", "--name", "MoL", "--administrator"];
        let invited = emol(&invite).output().unwrap();
        assert!(invited.status.success(), "{invited:?}");
        let (issuer, port) = (free_port(), free_port());
        let provider = Running::start({
            let mut command = Command::new(program);
            let claims = json!({"sub": "mol", "email": "mol@example.org", "email_verified": true});
            command.args(["--user-claims", &claims.to_string(), "--port", &issuer.to_string()]);
            command
        });
        get(issuer, "/.well-known/openid-configuration");
        let serving = Running::start({
            let mut command = emol(&["serve"]);
            command
                .env("EMOL_LISTEN", format!("127.0.0.1:{port}"))
                .env("EMOL_OIDC_ISSUER", format!("http://127.0.0.1:{issuer}"))
                .env("EMOL_OIDC_CLIENT_ID", "emol")
                .env("EMOL_OIDC_CLIENT_SECRET", "anything")
                .envs(more.iter().copied());
            command
        });
        get(port, "/health/live");
        Some(Self { _place: place, url, _provider: provider, serving: Some(serving), port })
    }

    /// The address of its first page, without the slash.
    pub fn site(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The program on the same database.
    pub fn emol(&self, args: &[&str]) -> Command {
        let mut command = bare(args);
        command.env("DATABASE_URL", &self.url);
        command
    }

    /// Signs in as the Minister of the Lists on the way to a page of the desk.
    pub async fn sign_in(&self, browser: &Browser, path: &str) {
        browser.page.goto(&format!("{}{path}", self.site())).await.unwrap();
        let sign_in = Locator::Css("form[action='/auth/login'] button, a[href*='/auth/login']");
        if let Ok(button) = browser.page.find(sign_in).await {
            button.click().await.unwrap();
        }
        let user = Locator::Css("button[name=sub][value=mol]");
        browser.page.wait().for_element(user).await.unwrap().click().await.unwrap();
        browser.page.wait().for_element(Locator::Css("form[action='/auth/logout']")).await.unwrap();
    }

    /// Ends it; its database stays.
    pub fn end(&mut self) {
        assert_eq!(self.serving.take().unwrap().end().code, 0);
    }
}
