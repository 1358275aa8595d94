//! Every screen: nothing that axe-core finds, nothing that sticks out, not too
//! heavy, and a picture of it.

use std::io::Write;
use std::process::{Command, Stdio};

use fantoccini::Locator;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::key::Key;
use serde_json::{Value, json};

use super::demo::Demo;
use super::driver::{Browser, LAPTOP, NARROW, PHONE, Screen};
use super::mailed;
use crate::web::site::ask;

/// The most bytes of a first visit, compressed, with everything that the page needs.
const HEAVIEST: usize = 60_000;

/// Who looks at what, and what the pictures are called. `{person}` is somebody on the list, `{card}` their card,
/// `{check}` what the code on it leads to, `{officer}` the officer who stands first; [`mailed`] knows the others.
/// `combatant` is somebody who has their own record open.
const SCREENS: &[(&str, &[(&str, &str)])] = &[
    (
        "",
        &[
            ("home", "/"),
            ("answer", "/register?q=as"),
            ("register", "/register"),
            ("register-none", "/register?q=nobody+of+that+name"),
            ("marshals", "/marshals"),
            ("card", "{card}"),
            ("check", "{check}"),
            ("check-nobody", "/check/nobody"),
            ("privacy-policy", "/privacy-policy"),
            ("request-card", "/request-card"),
            ("update-info", "/update-info"),
            ("my-record", "/my-record"),
            ("nothing-here", "/nothing-here"),
            ("sign-in", "/auth/login"),
            ("welcome", "{welcome}"),
            ("decline", "{welcome}/decline"),
            ("my-details", "{details}"),
            ("confirm-address", "{address}"),
            ("set-pin", "{set-pin}"),
            ("reset-pin", "{reset-pin}"),
            ("enter-pin", "{guarded}"),
            ("my-record-door", "{own}"),
            ("link-gone", "/welcome/gone"),
        ],
    ),
    ("combatant", &[("my-record-open", "/my-record/show"), ("withdraw", "/my-record/withdraw")]),
    (
        "list-minister",
        &[
            ("desk", "/desk"),
            ("people", "/desk/people"),
            ("many", "/desk/people/many?person={person}"),
            ("ask-for-pin", "/desk/people/many?all=yes&act=ask-for-pin&in=set-pin&most=50"),
            ("warrants", "/desk/warrants"),
            ("forecast", "/desk/forecast"),
            ("reports", "/desk/reports"),
            ("reports-past", "/desk/reports?on=2026-01-31"),
            ("policies", "/desk/policies"),
            ("policy-draft", "/desk/policies/draft"),
            ("policy-approve", "/desk/policies/draft/approve"),
            ("people-none", "/desk/people?q=nobody+of+that+name"),
            ("register-a-person", "/desk/people/new"),
            ("record", "/desk/people/{person}"),
            ("edit", "/desk/people/{person}/edit"),
            ("merge", "/desk/people/{person}/merge"),
            ("mail", "/desk/outbox"),
            ("mail-none", "/desk/outbox?state=dead"),
            ("sessions", "/desk/sessions"),
            ("not-allowed", "/desk/kingdom"),
        ],
    ),
    (
        "administrator",
        &[
            ("officers", "/desk/officers"),
            ("invite", "/desk/officers/new"),
            ("officer", "/desk/officers/{officer}"),
            ("kingdom", "/desk/kingdom"),
            ("disciplines", "/desk/kingdom/disciplines"),
            ("discipline", "/desk/kingdom/disciplines/armoured-combat"),
            ("regions", "/desk/kingdom/regions"),
            ("rulebook", "/desk/kingdom/rulebook"),
            ("switches", "/desk/kingdom/switches"),
        ],
    ),
    (
        "auditor",
        &[
            ("log", "/audit"),
            ("event", "/audit/events/40"),
            ("as-of", "/audit/as-of"),
            ("as-of-register", "/audit/as-of?what=register&on=2026-01-01"),
            ("removals", "/audit/removals"),
        ],
    ),
];

/// What a page and all that it needs weigh on a first visit, compressed as nginx does it.
pub async fn weight(browser: &Browser, port: u16) -> usize {
    let names = "return [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]\
                 .map(one => one.name)";
    let names = browser.script(names).await;
    let cookies = browser.cookies().await;
    let mut bytes = 0;
    for name in names.as_array().unwrap().iter().filter_map(Value::as_str) {
        let path = format!("/{}", name.splitn(4, '/').nth(3).unwrap());
        let headers = [("cookie", cookies.as_str()), ("accept", "text/html")];
        let answer = ask(([127, 0, 0, 1], port).into(), "GET", &path, &headers, b"").await.unwrap();
        bytes += gzipped(answer.body.as_bytes());
    }
    bytes
}

fn gzipped(text: &[u8]) -> usize {
    let mut gzip =
        Command::new("gzip").args(["-c", "-5"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = gzip.stdin.take().unwrap();
    let text = text.to_vec();
    let writing = std::thread::spawn(move || input.write_all(&text).unwrap());
    let output = gzip.wait_with_output().unwrap();
    writing.join().unwrap();
    output.stdout.len()
}

/// The last part of the first link of a page that leads to one of those.
async fn first(browser: &Browser, page: &str, begins: &str) -> String {
    browser.page.goto(page).await.unwrap();
    let script = format!(
        "return [...document.querySelectorAll('main a')].map(a => a.getAttribute('href'))\
         .find(to => to.startsWith('{begins}') && to.split('/').pop().split('?')[0].length == 36)"
    );
    let found = browser.script(&script).await;
    found
        .as_str()
        .unwrap_or_else(|| panic!("no link to {begins} on {page}"))
        .rsplit('/')
        .next()
        .unwrap()
        .to_owned()
}

async fn look_at_every_screen(screen: Screen) {
    let Some(browser) = Browser::open(screen).await else { return };
    let demo = Demo::start(200);
    let site = demo.site();
    browser.be(&site, "administrator").await;
    let officer = first(&browser, &format!("{site}/desk/officers"), "/desk/officers/").await;
    browser.be(&site, "list-minister").await;
    browser.page.goto(&format!("{site}/desk/policies")).await.unwrap();
    browser.script("document.getElementById('begin').requestSubmit()").await;
    browser.page.wait().for_element(Locator::Css("textarea[name=text]")).await.unwrap();
    let person = first(&browser, &format!("{site}/desk/people"), "/desk/people/").await;
    browser.page.goto(&format!("{site}/desk/people/{person}")).await.unwrap();
    let card = browser
        .script("return document.querySelector('main a[href^=\"/card/\"]').getAttribute('href')")
        .await;
    let card = card.as_str().unwrap().to_owned();
    browser.page.goto(&format!("{site}{card}")).await.unwrap();
    let check = "return document.querySelector('main a[href^=\"/check/\"]').getAttribute('href')";
    let check = browser.script(check).await.as_str().unwrap().to_owned();
    let mut paths = mailed::paths(&browser, &site, &person).await;
    paths.extend([("{person}", person), ("{officer}", officer), ("{card}", card), ("{check}", check)]);
    let at = |path: &str| {
        let filled = paths.iter().fold(path.to_owned(), |path, (name, value)| path.replace(name, value));
        format!("{site}{filled}")
    };
    browser.page.delete_all_cookies().await.unwrap();
    let mut faults = Vec::new();
    for (persona, screens) in SCREENS {
        match *persona {
            "" => {}
            "combatant" => {
                browser.page.goto(&at("{own}")).await.unwrap();
                browser.send("open", json!({})).await;
            }
            persona => browser.be(&site, persona).await,
        }
        for (name, path) in *screens {
            browser.page.goto(&at(path)).await.unwrap();
            browser.picture(name).await;
            faults.extend(browser.violations().await.into_iter().map(|one| format!("{name}: {one}")));
            let seen = browser
                .script(
                    "return [document.documentElement.scrollWidth - innerWidth, innerWidth, \
                     matchMedia('(prefers-color-scheme: dark)').matches]",
                )
                .await;
            assert_eq!((&seen[1], &seen[2]), (&screen.width.into(), &screen.dark.into()), "not that screen");
            if seen[0].as_i64() > Some(0) {
                faults.push(format!("{name} is {} px too wide", seen[0]));
            }
            let bytes = weight(&browser, demo.port).await;
            if bytes > HEAVIEST {
                faults.push(format!("{name} weighs {bytes} bytes"));
            }
        }
    }
    browser.close().await;
    demo.end();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[tokio::test]
async fn every_screen_on_a_laptop_is_light_and_axe_finds_nothing() {
    look_at_every_screen(LAPTOP).await;
}

#[tokio::test]
async fn every_screen_on_a_phone_at_night_is_light_and_axe_finds_nothing() {
    look_at_every_screen(PHONE).await;
}

#[tokio::test]
async fn every_screen_at_320_pixels_has_everything_in_one_column() {
    look_at_every_screen(NARROW).await;
}

#[tokio::test]
async fn with_the_keyboard_alone_one_always_sees_where_one_is() {
    let Some(browser) = Browser::open(LAPTOP).await else { return };
    let demo = Demo::start(20);
    browser.be(&demo.site(), "list-minister").await;
    for path in ["/", "/desk/people", "/desk/people/new"] {
        browser.page.goto(&format!("{}{path}", demo.site())).await.unwrap();
        browser.script("document.activeElement.blur()").await;
        let mut places = Vec::new();
        for step in 0..20 {
            let tab = KeyActions::new("keyboard".to_owned())
                .then(KeyAction::Down { value: Key::Tab.into() })
                .then(KeyAction::Up { value: Key::Tab.into() });
            browser.page.perform_actions(tab).await.unwrap();
            let at = "const at = document.activeElement, style = getComputedStyle(at); \
                      return [at.outerHTML.slice(0, 80), style.outlineStyle != 'none' || style.boxShadow != 'none']";
            let at = browser.script(at).await;
            let place = at[0].as_str().unwrap().to_owned();
            if place.starts_with("<body") {
                // Past the last one, before it begins again.
                continue;
            }
            assert_eq!(at[1], true, "{path}, step {step}: nothing shows the focus at {place}");
            places.push(place);
        }
        assert!(
            places[0].contains("#main") || places.iter().any(|place| place.contains("#main")),
            "{places:?}"
        );
        places.dedup();
        assert!(places.len() > 10, "{path}: the focus is trapped: {places:?}");
    }
    browser.close().await;
    demo.end();
}

#[test]
fn the_manual_has_pictures_of_these_screens() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/docs");
    let manual = std::fs::read_to_string(format!("{root}/OFFICERS.md")).unwrap();
    let pictures: Vec<&str> =
        manual.split("](images/").skip(1).map(|rest| rest.split(".png").next().unwrap()).collect();
    assert!(pictures.len() > 5, "{pictures:?}");
    for picture in pictures {
        let taken = SCREENS.iter().any(|(_, screens)| screens.iter().any(|(name, _)| *name == picture));
        assert!(taken, "{picture}: no such screen");
        let file = format!("{root}/images/{picture}.png");
        assert!(std::fs::exists(&file).unwrap(), "{file}: copy target/browser/laptop-{picture}.png");
    }
}
