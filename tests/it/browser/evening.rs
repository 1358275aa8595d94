//! An evening at the desk, as an officer spends it: signed in at an identity
//! provider of somebody else's, on the sample kingdom, with mouse and keyboard.

use std::process::Command;

use fantoccini::Locator;
use serde_json::{Value, json};

use super::demo::Demo;
use super::driver::{Browser, LAPTOP};
use crate::cli::{Running, bare, free_port, get};
use crate::web::real_provider::program;

/// A form by its id: opened, filled in, sent, and the next page is there.
async fn send(browser: &Browser, form: &str, fields: Value) {
    let script = "const [id, fields] = arguments, form = document.getElementById(id); \
                  if (!form) throw new Error('no form ' + id); \
                  for (let at = form; at; at = at.parentElement) if (at.tagName == 'DETAILS') at.open = true; \
                  for (const [name, value] of Object.entries(fields)) { \
                    const all = [...form.elements].filter(field => field.name == name); \
                    if (!all.length) throw new Error('no field ' + name + ' in ' + id); \
                    const choice = all.find(field => field.type == 'radio' && field.value == value); \
                    if (choice) choice.checked = true; else all[0].value = value; \
                  } \
                  window.sentFrom = true; form.requestSubmit()";
    browser
        .page
        .execute(script, vec![json!(form), fields])
        .await
        .unwrap_or_else(|why| panic!("{form}: {why}"));
    for _ in 0..400 {
        let there = "return !window.sentFrom && document.readyState == 'complete'";
        if browser.page.execute(there, Vec::new()).await.is_ok_and(|there| there == true) {
            let alert = "return document.querySelector('[role=alert]')?.innerText ?? ''";
            let alert = browser.script(alert).await;
            assert_eq!(alert, "", "{form} was not taken");
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    panic!("{form} led nowhere");
}

async fn shown(browser: &Browser) -> String {
    browser.script("return document.querySelector('main').innerText").await.as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_invited_officer_does_an_evenings_work_and_all_of_it_is_in_the_history() {
    let Some(program) = program() else { return };
    let Some(browser) = Browser::open(LAPTOP).await else { return };
    // The sample kingdom, served as any other.
    let (_place, url) = Demo::start(600).end();
    let emol = |args: &[&str]| {
        let mut command = bare(args);
        command.env("DATABASE_URL", &url);
        command
    };
    let invited =
        emol(&["officer", "invite", "mol@example.org", "--name", "MoL", "--administrator"]).output().unwrap();
    assert!(invited.status.success(), "{invited:?}");
    let (issuer, port) = (free_port(), free_port());
    let _provider = Running::start({
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
            .env("EMOL_OIDC_CLIENT_SECRET", "anything");
        command
    });
    get(port, "/health/live");
    let site = format!("http://127.0.0.1:{port}");
    let go = async |path: &str| browser.page.goto(&format!("{site}{path}")).await.unwrap();

    // Signs in, and is brought to where the link led.
    go("/desk/people/new").await;
    let sign_in =
        browser.page.find(Locator::Css("form[action='/auth/login'] button, a[href*='/auth/login']")).await;
    if let Ok(button) = sign_in {
        button.click().await.unwrap();
    }
    let user = browser.page.wait().for_element(Locator::Css("button[name=sub][value=mol]")).await.unwrap();
    user.click().await.unwrap();
    browser.page.wait().for_element(Locator::Id("person")).await.unwrap();

    // Registers somebody, and has the waiver.
    let person = json!({
        "sca_name": "Wulfric of the Evening", "legal_name": "Wulfric Abendroth", "email": "wulfric@example.org",
        "phone": "416 555 0134", "address1": "9 Hill Street", "city": "Toronto", "province": "ON",
        "postal_code": "K1A 0B1", "date_of_birth": "1985-04-03",
    });
    send(&browser, "person", person).await;
    browser.picture("evening-registered").await;
    let path = browser.page.current_url().await.unwrap().path().to_owned();
    let id = path.rsplit('/').next().unwrap().to_owned();
    let today = browser.script("return document.querySelector('#waiver-new input[type=date]').value").await;
    let today = today.as_str().unwrap().to_owned();
    send(&browser, "waiver-new", json!({"signed_on": today})).await;

    // Two cards, one more authorization, and one back.
    send(&browser, "begin-fencing", json!({"on": today})).await;
    send(&browser, "begin-armoured-combat", json!({"on": today})).await;
    let forms =
        "return [...document.querySelectorAll('form[id^=grant-][id$=-fencing]')].map(form => form.id)";
    let grants = browser.script(forms).await;
    let grant = grants[0].as_str().unwrap().to_owned();
    send(&browser, &grant, json!({"on": today})).await;
    let revoke = grant.replacen("grant-", "revoke-", 1);
    send(&browser, &revoke, json!({"on": today, "reason": "Asked for by a marshal"})).await;
    browser.picture("evening-record").await;
    let shows = shown(&browser).await;
    assert!(shows.contains("Wulfric of the Evening") && shows.contains("Armoured"), "{shows}");

    // Two hundred cards and more at once.
    go("/desk/people/many?all=yes&discipline=fencing").await;
    send(&browser, "renew-cards", json!({"in": "fencing", "on": today})).await;
    browser.picture("evening-many").await;
    send(&browser, "many", json!({})).await;
    browser.picture("evening-many-done").await;
    let done = browser.page.current_url().await.unwrap().path().to_owned();
    assert!(done.starts_with("/desk/people/many/"), "{done}");
    let counted = "return document.querySelector('.tally b')?.innerText";
    let counted = browser.script(counted).await;
    let counted: usize = counted.as_str().unwrap().parse().unwrap();
    assert!(counted >= 200, "{counted} renewed");
    let one = "return document.querySelector('tbody tr:has(.badge.good) a[href^=\"/desk/people/\"]').getAttribute('href').split('/').pop()";
    let one = browser.script(one).await.as_str().unwrap().to_owned();

    // A policy.
    go("/desk/policies").await;
    send(&browser, "begin", json!({})).await;
    go("/desk/policies/draft").await;
    let text = "# What is kept\n\nNames, and what was earned on the field. In force since [DATE].";
    let draft = browser.script("return document.querySelector('main form.command').id").await;
    send(&browser, draft.as_str().unwrap(), json!({"text": text})).await;
    go("/desk/policies/draft/approve").await;
    let approve = browser.script("return document.querySelector('main form.command').id").await;
    send(&browser, approve.as_str().unwrap(), json!({"change_log": "Shorter."})).await;
    browser.picture("evening-policy").await;
    go("/privacy-policy").await;
    assert!(shown(&browser).await.contains("what was earned on the field"));
    go(&path).await;
    browser.picture("evening-history").await;
    browser.close().await;
    assert_eq!(serving.end().code, 0);

    // All of it is in the log: by that officer, with both times.
    let history = |of: &str| -> Vec<Value> {
        let output = emol(&["history", of, "--json"]).output().unwrap();
        let history: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
        history["events"].as_array().unwrap().clone()
    };
    let kingdom = history("kingdom");
    let invited = kingdom.iter().rev().find(|event| event["event"] == "OfficerInvited").unwrap();
    let officer = format!("officer:{}", invited["payload"]["officer"].as_str().unwrap());
    let of_person = history(&id);
    let kinds: Vec<_> = of_person.iter().map(|event| event["event"].as_str().unwrap()).collect();
    for (kind, times) in [
        ("CombatantRegistered", 1),
        ("WaiverRecorded", 1),
        ("CardIssued", 2),
        ("AuthorizationGranted", 3),
        ("AuthorizationRevoked", 1),
    ] {
        assert_eq!(kinds.iter().filter(|known| **known == kind).count(), times, "{kind} in {kinds:?}");
    }
    let many = history(&one);
    let renewed = many.iter().rev().find(|event| event["event"] == "CardRenewed");
    for event in of_person.iter().chain([renewed.expect("the card was renewed")]) {
        assert_eq!(event["actor"], officer.as_str(), "{event}");
        assert!(event["recorded_at"].as_str().unwrap().ends_with('Z'), "{event}");
        // Registering and being read take effect on no day of their own.
        if !["CombatantRegistered", "RecordRead"].contains(&event["event"].as_str().unwrap()) {
            assert_eq!(event["effective_on"], today.as_str(), "{event}");
        }
    }
    let approved = kingdom.iter().rev().find(|event| event["event"] == "PolicyApproved").unwrap();
    assert_eq!(approved["actor"], officer.as_str());
    let verified = emol(&["verify"]).output().unwrap();
    assert!(verified.status.success(), "{verified:?}");
}
