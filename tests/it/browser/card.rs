//! The card on a phone: scanned from its screen, and kept for where there is no signal.

use std::time::Duration;

use fantoccini::Locator;

use super::demo::Demo;
use super::driver::{Browser, PHONE};
use super::tools::{file, scanned};

/// The most bytes of a card page and all that it needs, compressed.
const HEAVIEST: usize = 30_000;

/// The address of the card of somebody who may fight.
async fn fighter(browser: &Browser, demo: &Demo) -> String {
    let site = demo.site();
    browser.be(&site, "list-minister").await;
    browser.page.goto(&format!("{site}/desk/people")).await.unwrap();
    let people = "return [...document.querySelectorAll('main a')].map(a => a.getAttribute('href'))\
                  .filter(to => /^.desk.people.[0-9a-f-]{36}$/.test(to))";
    let people = browser.script(people).await;
    for person in people.as_array().unwrap() {
        browser.page.goto(&format!("{site}{}", person.as_str().unwrap())).await.unwrap();
        let card = "return document.querySelector('main a[href^=\"/card/\"]')?.getAttribute('href')";
        let Some(card) = browser.script(card).await.as_str().map(|card| format!("{site}{card}")) else {
            continue;
        };
        browser.page.goto(&card).await.unwrap();
        let fights = "return !!document.querySelector('[data-good-until]')";
        if browser.script(fights).await == true {
            browser.page.delete_all_cookies().await.unwrap();
            return card;
        }
    }
    panic!("nobody on the first page may fight");
}

#[tokio::test]
async fn the_code_on_the_screen_is_scanned_and_leads_to_the_check_page() {
    let Some(browser) = Browser::open(PHONE).await else { return };
    let demo = Demo::start(60);
    let card = fighter(&browser, &demo).await;
    browser.page.goto(&card).await.unwrap();
    let name = browser.script("return document.querySelector('h1').innerText").await;
    // In the middle of the screen, or the picture may be of a part of it.
    browser.script("document.querySelector('img.qr').scrollIntoView({ block: 'center' })").await;
    let picture = browser.page.find(Locator::Css("img.qr")).await.unwrap().screenshot().await.unwrap();
    if let Some(said) = scanned(&file("phone-code.png", &picture)) {
        assert!(said.starts_with(&format!("{}/check/", demo.site())), "{said}");
        browser.page.goto(&said).await.unwrap();
        assert!(browser.shown().await.contains(name.as_str().unwrap()));
        browser.picture("check").await;
        let faults = browser.violations().await;
        assert!(faults.is_empty(), "{faults:?}");
        browser.page.goto(&format!("{said}x")).await.unwrap();
        browser.says("This code leads to nobody").await;
        browser.picture("check-nobody").await;
    }
    browser.close().await;
    demo.end();
}

#[tokio::test]
async fn a_card_that_was_kept_is_shown_without_a_signal_with_when_it_was_fetched() {
    let Some(browser) = Browser::open(PHONE).await else { return };
    let demo = Demo::start(60);
    let card = fighter(&browser, &demo).await;
    browser.page.goto(&card).await.unwrap();
    let bytes = super::screens::weight(&browser, demo.port).await;
    assert!(bytes <= HEAVIEST, "{bytes} bytes");
    let name = browser.script("return document.querySelector('h1').innerText").await;
    let name = name.as_str().unwrap();
    // Nothing is kept unless somebody asks for it.
    browser.says("Keep on this phone").await;
    assert_eq!(browser.script("return navigator.serviceWorker.controller").await, serde_json::Value::Null);
    browser.press("[data-keep-do]").await;
    let kept = browser.says("Kept on this phone. Fetched").await;
    assert!(kept.contains("Remove from this phone") && !kept.contains("A copy kept"), "{kept}");
    // While there is a signal, the register answers.
    browser.page.refresh().await.unwrap();
    assert!(!browser.shown().await.contains("A copy kept"));
    // Another card that was not kept, and the rest of the site, are not.
    demo.end();
    browser.page.refresh().await.unwrap();
    let copy = browser.says("A copy kept on this phone").await;
    assert!(copy.contains(name) && copy.contains("Fetched ") && copy.contains("did not answer"), "{copy}");
    let drawn = "return getComputedStyle(document.querySelector('.pass-verdict')).backgroundColor";
    assert_ne!(browser.script(drawn).await, "rgba(0, 0, 0, 0)", "without its stylesheet");
    let code = "return document.querySelector('img.qr').naturalWidth";
    assert_ne!(browser.script(code).await, 0, "without its code");
    browser.picture("card-kept").await;
    let faults = browser.violations().await;
    assert!(faults.is_empty(), "{faults:?}");
    // Years later, what was good on it counts no more.
    let aged = "const done = arguments[0], place = location.origin + location.pathname; \
                caches.open('emol-card').then(async shelf => { const kept = await shelf.match(place); \
                const text = (await kept.text()).replace(/data-good-until=\"[^\"]+/, 'data-good-until=\"2020-02-29')\
                .replace(/(class=\"asof\"><time datetime=\")[^\"]+\">[^<]+/, '$12020-02-01\">1 February 2020'); \
                await shelf.put(place, new Response(text, {headers: kept.headers})); done(true) })";
    browser.page.execute_async(aged, Vec::new()).await.unwrap();
    browser.page.refresh().await.unwrap();
    let over = browser.says("This copy is out of date").await;
    assert!(over.contains("29 February 2020") && over.contains("Could fight on 1 February 2020"), "{over}");
    assert!(!over.contains("May fight today"), "{over}");
    browser.picture("card-over").await;
    browser.press("[data-keep-undo]").await;
    for _ in 0..50 {
        let left = "const done = arguments[0]; caches.keys().then(done)";
        if browser.page.execute_async(left, Vec::new()).await.unwrap() == serde_json::json!([]) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // What was removed is gone: without a signal there is no page any more.
    let _ = browser.page.goto(&card).await;
    assert!(!browser.shown().await.contains(name), "it is still there");
    browser.close().await;
}
