//! How every mail looks: drawn by a browser on a phone and on a laptop, by day and by night. The pictures are left
//! below `target/browser`; what a picture must be is asserted.

use emol::domain::mail::Mail;
use emol::processes::mail::{MailTemplates, samples};
use serde_json::json;

use super::driver::{Browser, LAPTOP, PHONE, Screen};
use super::tools::file;

/// How mails are looked at.
const READERS: [Screen; 4] = [
    PHONE,
    Screen { name: "phone-day", dark: false, ..PHONE },
    LAPTOP,
    Screen { name: "laptop-night", dark: true, ..LAPTOP },
];

/// What is wrong with a mail as it is drawn.
const FAULTS: &str = "const wrong = [], at = one => one.tagName + ' ' + one.textContent.trim().slice(0, 40); \
    const [wide] = arguments; \
    if (document.documentElement.scrollWidth > wide) wrong.push('wider than the screen'); \
    for (const one of document.body.querySelectorAll('*')) { \
      const box = one.getBoundingClientRect(), style = getComputedStyle(one); \
      if (box.right > wide + 0.5 || box.left < -0.5) wrong.push('sticks out: ' + at(one)); \
      if (one.innerText && parseFloat(style.fontSize) < 13) wrong.push('too small: ' + at(one)); \
      if (one.matches('p, ul') && one.textContent.trim() && box.width > 560.5) wrong.push('too wide to read: ' + at(one)); \
    } \
    for (const link of document.querySelectorAll('a')) { \
      if (!/^(https:[/][/]|mailto:)/.test(link.getAttribute('href') ?? '')) wrong.push('not absolute: ' + at(link)); \
      if (link.getBoundingClientRect().height < 24) wrong.push('hard to hit: ' + at(link)); \
    } \
    if (!document.title.trim()) wrong.push('no title'); \
    if (performance.getEntriesByType('resource').length) wrong.push('loads something'); \
    return wrong";

#[tokio::test]
async fn every_mail_fits_every_screen_and_axe_finds_nothing() {
    let templates = MailTemplates::load().unwrap();
    let mut faults = Vec::new();
    for screen in READERS {
        let Some(browser) = Browser::open(screen).await else { return };
        for mail in Mail::ALL {
            let name = mail.as_str();
            let html = templates.write(mail, &samples::of(mail)).unwrap().html;
            let path = file(&format!("mail-{name}.html"), html.as_bytes());
            browser.page.goto(&format!("file://{}", path.display())).await.unwrap();
            browser.picture(&format!("mail-{name}")).await;
            let wrong = browser.page.execute(FAULTS, vec![json!(screen.width)]).await.unwrap();
            let wrong = wrong.as_array().unwrap().iter().map(|one| one.as_str().unwrap().to_owned());
            let found: Vec<String> = wrong.chain(browser.violations().await).collect();
            faults.extend(found.into_iter().map(|one| format!("{} {name}: {one}", screen.name)));
        }
        browser.close().await;
    }
    faults.dedup();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
