//! The real program against a real OpenID Connect provider of somebody else's,
//! `oidc-provider-mock`. `setup_files/test.sh` installs it; PKCE it does not check,
//! our own provider does.

use std::process::Command;

use super::site::{Answer, ask};
use crate::cli::{Place, Running, free_port, get};
use crate::support::foreign_program;

/// Where the provider's program is; without it, says so and fails when `CI` is set.
pub fn program() -> Option<String> {
    foreign_program("EMOL_TEST_OIDC_PROVIDER", "identity provider")
}

fn cookie(answer: &Answer, name: &str) -> String {
    let lines = answer.headers.iter().filter(|(header, _)| header == "set-cookie");
    let pairs = lines.filter_map(|(_, line)| line.split(';').next()).find(|pair| pair.starts_with(name));
    pairs.unwrap_or_default().to_owned()
}

#[tokio::test]
async fn an_invited_officer_signs_in_at_a_provider_of_somebody_elses() {
    let Some(program) = program() else { return };
    let place = Place::migrated();
    let invited = place.run(&["officer", "invite", "MoL@example.org", "--name", "MoL", "--administrator"]);
    assert_eq!(invited.code, 0, "{invited:?}");
    let (issuer, port) = (free_port(), free_port());
    let mut command = Command::new(program);
    for (sub, verified) in [("mol", true), ("liar", false)] {
        let claims = serde_json::json!({"sub": sub, "email": "mol@example.org", "email_verified": verified});
        command.args(["--user-claims", &claims.to_string()]);
    }
    let _provider = Running::start({
        command.args(["--port", &issuer.to_string()]);
        command
    });
    get(issuer, "/.well-known/openid-configuration");
    let mut command = place.command(&["serve"]);
    command
        .env("EMOL_LISTEN", format!("127.0.0.1:{port}"))
        .env("EMOL_OIDC_ISSUER", format!("http://127.0.0.1:{issuer}"))
        .env("EMOL_OIDC_CLIENT_ID", "emol")
        .env("EMOL_OIDC_CLIENT_SECRET", "anything");
    let _site = Running::start(command);
    get(port, "/health/live");
    let (site, provider) = (([127, 0, 0, 1], port).into(), ([127, 0, 0, 1], issuer).into());
    for (sub, status) in [("liar", 403), ("mol", 303)] {
        let begun = ask(site, "GET", "/auth/login?next=/desk/sessions", &[], b"").await.unwrap().is(303);
        let way = begun.header("location").to_owned();
        let path = way.strip_prefix(&format!("http://127.0.0.1:{issuer}")).unwrap();
        let form = [("content-type", "application/x-www-form-urlencoded")];
        let consent = ask(provider, "POST", path, &form, format!("sub={sub}").as_bytes()).await.unwrap();
        let back = consent.header("location").to_owned();
        let back = &back[back.find("/auth/callback").unwrap_or_else(|| panic!("{consent:?}"))..];
        let begun = cookie(&begun, "emol-begun=");
        let answer = ask(site, "GET", back, &[("cookie", &begun)], b"").await.unwrap().is(status);
        let session = cookie(&answer, "emol=");
        assert_eq!(session.is_empty(), status != 303);
        if status == 303 {
            assert_eq!(answer.header("location"), "/desk/sessions");
            let page = ask(site, "GET", "/desk/sessions", &[("cookie", &session)], b"").await.unwrap();
            page.is(200).shows("This one");
        }
    }
}
