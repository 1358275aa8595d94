//! What mails lead to. A demonstration has no mail server: there the links of a mail are shown at the desk.

use std::time::Duration;

use serde_json::{Value, json};

use super::driver::Browser;

/// The paths of pages behind mailed links, by what [`super::screens`] calls them.
pub type Paths = Vec<(&'static str, String)>;

/// The path of a link to that page in the newest mail that has one and is not the path `known`.
async fn newest(browser: &Browser, site: &str, page: &str, known: &str) -> String {
    let begins = format!("{site}{page}");
    for _ in 0..50 {
        browser.page.goto(&format!("{site}/desk/outbox")).await.unwrap();
        let mails = "return [...document.querySelectorAll('main th a')].slice(0, 4).map(a => a.href)";
        for mail in browser.script(mails).await.as_array().unwrap() {
            browser.page.goto(mail.as_str().unwrap()).await.unwrap();
            let text = browser.shown().await;
            let link = text
                .split_whitespace()
                .find(|word| word.starts_with(&begins) && word.strip_prefix(site) != Some(known));
            if let Some(link) = link {
                return link[site.len()..].to_owned();
            }
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("no mail with a link to {page}");
}

fn person(name: &str, email: &str) -> Value {
    json!({
        "sca_name": name, "legal_name": format!("Somebody called {name}"), "email": email, "phone": "416 555 0188",
        "address1": "12 Castle Street", "city": "Toronto", "province": "ON", "postal_code": "K1A 0B1",
        "date_of_birth": "1988-02-29",
    })
}

/// Registers people, turns PINs on, asks for every mail with a link, and looks the links up. `person` is somebody
/// who has accepted. The browser is signed in as the Minister of the Lists afterwards.
pub async fn paths(browser: &Browser, site: &str, somebody: &str) -> Paths {
    let go = async |path: &str| browser.page.goto(&format!("{site}{path}")).await.unwrap();
    browser.be(site, "administrator").await;
    go("/desk/kingdom/switches").await;
    browser.send("pin-authentication--switch", json!({"mode": "everyone"})).await;
    browser.be(site, "list-minister").await;
    let mut found = Paths::new();

    // Somebody who has a PIN.
    let email = "ingrid@example.org";
    go("/desk/people/new").await;
    browser.send("person", person("Ingríðr the Patient", email)).await;
    let record = browser.page.current_url().await.unwrap().path().to_owned();
    go(&newest(browser, site, "/welcome/", "").await).await;
    browser.send("accept", json!({"keep": "yes"})).await;
    browser.send("set-pin", json!({"pin": "2580", "again": "2580"})).await;
    let card = "return document.querySelector('main a[href^=\"/card/\"]').getAttribute('href')";
    found.push(("{guarded}", browser.script(card).await.as_str().unwrap().to_owned()));
    go(&record).await;
    browser.send("reset-pin", json!({})).await;
    found.push(("{reset-pin}", newest(browser, site, "/my-pin/", "").await));
    go(&format!("/desk/people/{somebody}")).await;
    browser.send("invite-pin", json!({})).await;
    let reset = found[1].1.clone();
    found.push(("{set-pin}", newest(browser, site, "/my-pin/", &reset).await));

    // Their details, twice: one link is used up for another address.
    go("/update-info").await;
    browser.send("ask", json!({"email": email})).await;
    let details = newest(browser, site, "/my-details/", "").await;
    go(&details).await;
    browser.send("person", json!({"email": "ingrid.new@example.org"})).await;
    found.push(("{address}", newest(browser, site, "/my-address/", "").await));
    go("/update-info").await;
    browser.send("ask", json!({"email": email})).await;
    found.push(("{details}", newest(browser, site, "/my-details/", &details).await));
    go("/my-record").await;
    browser.send("ask", json!({"email": email})).await;
    found.push(("{own}", newest(browser, site, "/my-record/", "").await));

    // Somebody who has not accepted.
    go("/desk/people/new").await;
    browser.send("person", person("Þorfinnr the New", "thorfinn@example.org")).await;
    found.push(("{welcome}", newest(browser, site, "/welcome/", "").await));
    found
}
