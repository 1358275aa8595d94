//! What every mail says, as text and as HTML: `tests/it/mail/snapshots/`.

use emol::domain::mail::Mail;
use emol::processes::mail::{MailTemplates, samples};

#[test]
fn every_mail_says_what_it_said() {
    let templates = MailTemplates::load().unwrap();
    for mail in Mail::ALL {
        let words = templates.write(mail, &samples::of(mail)).unwrap();
        let name = mail.as_str();
        insta::assert_snapshot!(
            format!("{name}.txt"),
            format!("Subject: {}\n\n{}", words.subject, words.text)
        );
        insta::assert_snapshot!(format!("{name}.html"), words.html);
    }
}

#[test]
fn a_mail_loads_nothing_from_anywhere_and_its_lines_fit() {
    let templates = MailTemplates::load().unwrap();
    for mail in Mail::ALL {
        let words = templates.write(mail, &samples::of(mail)).unwrap();
        for loads in ["<img", "<script", "<link", "url(", "@import", "src="] {
            assert!(!words.html.contains(loads), "{}: {loads}", mail.as_str());
        }
        for line in words.text.lines().filter(|line| !line.contains("http")) {
            assert!(line.chars().count() <= 72, "{}: {line}", mail.as_str());
        }
        assert!(words.html.len() < 16_384, "{}", mail.as_str());
    }
}
