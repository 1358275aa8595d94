//! A mail as it is handed over: addressed, with its headers.

use std::time::{Duration, SystemTime};

use lettre::address::Address;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart, SinglePart};
use uuid::Uuid;

use crate::domain::contact::Email;
use crate::domain::date::Instant;

/// The part of every Message-ID behind the `@`. It belongs to nobody (RFC 2606), and unlike an
/// address of this site it never changes.
const HOST: &str = "emol.invalid";

/// A mail, written.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    /// Where it goes.
    pub to: Email,
    /// Its subject, one line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The HTML.
    pub html: String,
}

/// What is the same for every letter of a kingdom.
#[derive(Debug, Clone)]
pub struct Sender {
    /// The address that it comes from.
    pub from: Email,
    /// The name beside it: the kingdom's.
    pub name: String,
    /// Where answers go: to the Minister of the Lists (M3).
    pub reply_to: Option<Email>,
}

/// A message as bytes, and whose it is.
pub struct Handover {
    /// The address that it comes from.
    pub from: Address,
    /// Where it goes.
    pub to: Address,
    /// Headers and body, in the form of RFC 5322.
    pub bytes: Vec<u8>,
}

/// The Message-ID of a mail of the outbox: the same for ever (M2).
#[must_use]
pub fn message_id(mail: Uuid) -> String {
    format!("<{mail}@{HOST}>")
}

impl Letter {
    /// The message. It is the same, byte for byte, however often it is made of the same letter.
    ///
    /// # Errors
    /// An address that `lettre` does not take; says which.
    pub fn message(&self, mail: Uuid, written: Instant, sender: &Sender) -> Result<Handover, String> {
        let address = |email: &Email, whose: &str| {
            email.as_str().parse::<Address>().map_err(|why| format!("{whose} address is not taken: {why}"))
        };
        let from = address(&sender.from, "the sender's")?;
        let to = address(&self.to, "the recipient's")?;
        let at = SystemTime::UNIX_EPOCH
            + Duration::from_micros(u64::try_from(written.micros()).unwrap_or_default());
        // `lettre` panics at a line break in a name.
        let name: String = sender.name.chars().filter(|c| !c.is_control()).collect();
        let mut builder = Message::builder()
            .from(Mailbox::new(Some(name), from.clone()))
            .to(Mailbox::new(None, to.clone()))
            .subject(self.subject.clone())
            .date(at)
            .message_id(Some(message_id(mail)));
        if let Some(reply_to) = &sender.reply_to {
            builder = builder.reply_to(Mailbox::new(None, address(reply_to, "the minister's")?));
        }
        // Nobody's holiday notice is to be sent to a machine (RFC 3834).
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        let builder = builder.raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()));
        let message = builder
            .multipart(
                MultiPart::alternative()
                    .boundary(format!("emol-{}", mail.simple()))
                    .singlepart(SinglePart::plain(self.text.clone()))
                    .singlepart(SinglePart::html(self.html.clone())),
            )
            .map_err(|why| why.to_string())?;
        Ok(Handover { from, to, bytes: message.formatted() })
    }
}

impl std::fmt::Debug for Letter {
    /// Nothing of what it says.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Letter(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn m2_a_message_is_the_same_however_often_it_is_made() {
        let letter = Letter {
            to: Email::parse("asta@example.org").unwrap(),
            subject: "Königreich 🎉: ".to_owned() + &"lång ".repeat(30),
            text: "Grüße\n".to_owned(),
            html: "<p>Grüße</p>".to_owned(),
        };
        let sender = Sender {
            from: Email::parse("lists@example.org").unwrap(),
            name: "Kingdom \"of\"\r\nBcc: x@example.org".to_owned(),
            reply_to: Some(Email::parse("mol@example.org").unwrap()),
        };
        let make =
            || letter.message(Uuid::from_u128(7), Instant::from_micros(1_777_809_600_000_000), &sender);
        let bytes = make().unwrap().bytes;
        assert_eq!(bytes, make().unwrap().bytes);
        let text = String::from_utf8(bytes).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        assert!(head.contains("Message-ID: <00000000-0000-0000-0000-000000000007@emol.invalid>"), "{head}");
        assert!(head.contains("Date: Sun, 03 May 2026 12:00:00 +0000"), "{head}");
        assert!(
            head.contains("Reply-To: mol@example.org") && head.contains("Auto-Submitted: auto-generated")
        );
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        assert!(head.is_ascii() && head.lines().all(|line| line.len() <= 78), "{head}");
    }
}
