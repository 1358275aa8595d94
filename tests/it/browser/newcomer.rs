//! Somebody new: registered at the desk, asked by mail, and home with the card in hand. The mail goes through a mail
//! server of somebody else's and is read by another program than the one that wrote it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use fantoccini::Locator;
use serde_json::json;

use super::driver::{Browser, LAPTOP, PHONE};
use super::served::Served;
use super::tools::{file, printed, scanned};
use crate::cli::{Place, Running, free_port};
use crate::mail::foreign;
use crate::web::site::ask_bytes;

/// Prints a mail's recipient, its subject and its plain text.
const READ: &str = "import email, sys; from email import policy; \
                    mail = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=policy.default); \
                    print(mail['to']); print(mail['subject']); print(mail.get_body(('plain',)).get_content())";

/// The mails that arrived in a folder, each as [`READ`] prints it, the newest last.
fn mails(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder.join("new")).into_iter().flatten();
    let mut files: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    files.sort_by_key(|file| file.metadata().unwrap().modified().unwrap());
    let read = |file: &PathBuf| printed("python3", &["-c", READ, &file.display().to_string()]).unwrap();
    files.iter().map(read).collect()
}

/// The mail to somebody with that in its subject, once it arrives.
async fn arrived(folder: &Path, to: &str, subject: &str) -> String {
    for _ in 0..300 {
        let fits = |mail: &String| {
            let mut lines = mail.lines();
            lines.next().is_some_and(|line| line.contains(to))
                && lines.next().is_some_and(|line| line.contains(subject))
        };
        if let Some(mail) = mails(folder).into_iter().rev().find(fits) {
            return mail;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    panic!("no mail about {subject:?}: {:?}", mails(folder));
}

/// The first link in a mail to a page of the site.
fn link(mail: &str, begins: &str) -> String {
    let word = mail.split_whitespace().find(|word| word.starts_with(begins));
    word.unwrap_or_else(|| panic!("no link to {begins} in {mail}")).to_owned()
}

#[tokio::test]
async fn somebody_new_follows_the_welcome_mail_and_sees_the_card_where_there_is_no_signal() {
    let Some(mail_server) = foreign::program() else { return };
    let (Some(desk), Some(phone)) = (Browser::open(LAPTOP).await, Browser::open(PHONE).await) else { return };
    let (place, smtp) = (Place::empty(), free_port());
    let folder = place.file("mail");
    let _mail = Running::start({
        let mut command = Command::new(mail_server);
        command.args(["-n", "-c", "aiosmtpd.handlers.Mailbox"]).arg(&folder);
        command.args(["-l", &format!("127.0.0.1:{smtp}")]);
        command
    });
    let smtp = format!("smtp://127.0.0.1:{smtp}");
    let more = [("EMOL_SMTP_URL", smtp.as_str()), ("EMOL_MAIL_FROM", "register@example.org")];
    let Some(mut served) = Served::start(60, &more) else { return };
    let site = served.site();

    // At the desk: PINs are on, somebody is registered, has a waiver and two authorizations.
    served.sign_in(&desk, "/desk/kingdom/switches").await;
    desk.send("pin-authentication--switch", json!({"mode": "everyone"})).await;
    desk.page.goto(&format!("{site}/desk/people/new")).await.unwrap();
    let person = json!({
        "sca_name": "Ragnhildr Ljósa", "legal_name": "Renata Lichtmann", "email": "renata@example.org",
        "phone": "416 555 0177", "address1": "3 Mill Lane", "city": "Toronto", "province": "ON",
        "postal_code": "K1A 0B1", "date_of_birth": "1991-09-12",
    });
    desk.send("person", person).await;
    let today = desk.script("return document.querySelector('#waiver-new input[type=date]').value").await;
    desk.send("waiver-new", json!({"signed_on": today})).await;
    let mut granted = Vec::new();
    for form in ["begin-fencing", "begin-armoured-combat"] {
        let chosen =
            format!("return document.querySelector('#{form} select')?.selectedOptions[0].text ?? ''");
        granted.push(desk.script(&chosen).await.as_str().unwrap().to_owned());
        desk.send(form, json!({"on": today})).await;
    }
    assert!(granted.iter().all(|name| !name.is_empty()), "{granted:?}");

    // On the phone: the mail, both consents, a PIN.
    let welcome = arrived(&folder, "renata@example.org", "may we keep").await;
    phone.page.goto(&link(&welcome, &format!("{site}/welcome/"))).await.unwrap();
    phone.picture("newcomer-welcome").await;
    assert!(phone.shown().await.contains("Welcome, Ragnhildr Ljósa"));
    phone.send("accept", json!({"keep": "yes", "listed": "yes"})).await;
    phone.picture("newcomer-pin").await;
    phone.send("set-pin", json!({"pin": "2580", "again": "2580"})).await;
    phone.says("Your PIN is set").await;
    let card_mail = arrived(&folder, "renata@example.org", "card").await;
    let card = link(&card_mail, &format!("{site}/card/"));

    // The card, which asks for the PIN first.
    phone.press("main a[href^='/card/']").await;
    let asks = phone.says("This card asks for its PIN").await;
    assert!(!asks.contains("Ragnhildr"), "{asks}");
    assert_eq!(phone.page.current_url().await.unwrap().as_str(), card, "the mail leads to the same page");
    phone.send("card-pin", json!({"pin": "2580"})).await;
    let shown = phone.says("Ragnhildr Ljósa").await;
    for name in &granted {
        assert!(shown.contains(name.as_str()), "no {name} in {shown}");
    }
    phone.picture("newcomer-card").await;

    // Its code, scanned from the screen, leads somebody else to the check page.
    let picture = phone.page.find(Locator::Css(".qr")).await.unwrap().screenshot().await.unwrap();
    if let Some(said) = scanned(&file("newcomer-code.png", &picture)) {
        assert!(said.starts_with(&format!("{site}/check/")), "{said}");
        desk.page.delete_all_cookies().await.unwrap();
        desk.page.goto(&said).await.unwrap();
        let check = desk.says("Ragnhildr Ljósa").await;
        assert!(check.contains("May fight") && !check.contains("Renata"), "{check}");
    }

    // On paper: what was granted is held, and nothing else.
    let cookies = phone.cookies().await;
    let path = format!("{}.pdf?size=letter", card.strip_prefix(&site).unwrap());
    let address = ([127, 0, 0, 1], served.port).into();
    let (_, asks) = ask_bytes(address, "GET", &path, &[], b"").await.unwrap();
    assert!(!asks.starts_with(b"%PDF"), "the paper asks for the PIN as well");
    let (answer, pdf) = ask_bytes(address, "GET", &path, &[("cookie", &cookies)], b"").await.unwrap();
    answer.is(200);
    let pdf = file("newcomer.pdf", &pdf);
    if let Some(text) = printed("pdftotext", &["-layout", &pdf.display().to_string(), "-"]) {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in
            granted.iter().map(String::as_str).chain(["Ragnhildr Ljósa", "Fencing", "Armoured Combat"])
        {
            assert!(text.contains(part), "no {part:?} in {text}");
        }
        for name in &granted {
            assert!(!text.contains(&format!("{name}: not held")), "{text}");
        }
        assert!(text.contains(": not held"), "what is not held is said too (C7): {text}");
    }

    // Kept on the phone; then nobody answers any more.
    phone.press("[data-keep-do]").await;
    phone.says("Kept on this phone. Fetched").await;
    desk.close().await;
    served.end();
    phone.page.refresh().await.unwrap();
    let copy = phone.says("A copy kept on this phone").await;
    assert!(copy.contains("Ragnhildr Ljósa") && copy.contains("Fetched "), "{copy}");
    for name in &granted {
        assert!(copy.contains(name.as_str()), "no {name} in {copy}");
    }
    phone.picture("newcomer-kept").await;
    phone.close().await;
}
