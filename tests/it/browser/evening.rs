//! An evening at the desk, as an officer spends it: signed in at an identity
//! provider of somebody else's, on the sample kingdom, with mouse and keyboard.

use fantoccini::Locator;
use serde_json::{Value, json};

use super::driver::{Browser, LAPTOP};
use super::served::Served;

#[tokio::test]
async fn an_invited_officer_does_an_evenings_work_and_all_of_it_is_in_the_history() {
    let Some(browser) = Browser::open(LAPTOP).await else { return };
    let Some(mut served) = Served::start(600, &[]) else { return };
    let site = served.site();
    let go = async |path: &str| browser.page.goto(&format!("{site}{path}")).await.unwrap();

    // Signs in, and is brought to where the link led.
    served.sign_in(&browser, "/desk/people/new").await;
    browser.page.wait().for_element(Locator::Id("person")).await.unwrap();

    // Registers somebody, and has the waiver.
    let person = json!({
        "sca_name": "Wulfric of the Evening", "legal_name": "Wulfric Abendroth", "email": "wulfric@example.org",
        "phone": "416 555 0134", "address1": "9 Hill Street", "city": "Toronto", "province": "ON",
        "postal_code": "K1A 0B1", "date_of_birth": "1985-04-03",
    });
    browser.send("person", person).await;
    browser.picture("evening-registered").await;
    let path = browser.page.current_url().await.unwrap().path().to_owned();
    let id = path.rsplit('/').next().unwrap().to_owned();
    let today = browser.script("return document.querySelector('#waiver-new input[type=date]').value").await;
    let today = today.as_str().unwrap().to_owned();
    browser.send("waiver-new", json!({"signed_on": today})).await;

    // Two cards, one more authorization, and one back.
    browser.send("begin-fencing", json!({"on": today})).await;
    browser.send("begin-armoured-combat", json!({"on": today})).await;
    let forms =
        "return [...document.querySelectorAll('form[id^=grant-][id$=-fencing]')].map(form => form.id)";
    let grants = browser.script(forms).await;
    let grant = grants[0].as_str().unwrap().to_owned();
    browser.send(&grant, json!({"on": today})).await;
    let revoke = grant.replacen("grant-", "revoke-", 1);
    browser.send(&revoke, json!({"on": today, "reason": "Asked for by a marshal"})).await;
    browser.picture("evening-record").await;
    let shows = browser.shown().await;
    assert!(shows.contains("Wulfric of the Evening") && shows.contains("Armoured"), "{shows}");

    // Two hundred cards and more at once.
    go("/desk/people/many?all=yes&discipline=fencing").await;
    browser.send("renew-cards", json!({"in": "fencing", "on": today})).await;
    browser.picture("evening-many").await;
    browser.send("many", json!({})).await;
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
    browser.send("begin", json!({})).await;
    go("/desk/policies/draft").await;
    let text = "# What is kept\n\nNames, and what was earned on the field. In force since [DATE].";
    let draft = browser.script("return document.querySelector('main form.command').id").await;
    browser.send(draft.as_str().unwrap(), json!({"text": text})).await;
    go("/desk/policies/draft/approve").await;
    let approve = browser.script("return document.querySelector('main form.command').id").await;
    browser.send(approve.as_str().unwrap(), json!({"change_log": "Shorter."})).await;
    browser.picture("evening-policy").await;
    go("/privacy-policy").await;
    assert!(browser.shown().await.contains("what was earned on the field"));
    go(&path).await;
    browser.picture("evening-history").await;
    browser.close().await;
    served.end();

    // All of it is in the log: by that officer, with both times.
    let history = |of: &str| -> Vec<Value> {
        let output = served.emol(&["history", of, "--json"]).output().unwrap();
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
    let verified = served.emol(&["verify"]).output().unwrap();
    assert!(verified.status.success(), "{verified:?}");
}
