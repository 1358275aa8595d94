//! A form as it was sent: the raw bytes, which are the command's body, and the
//! fields in them. Reading never fails on what a person typed; it keeps it.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};

use super::error::AppError;
use super::guard::MOST_FIELDS;
use crate::domain::date::CivilDate;
use crate::domain::id::{CommandId, StreamVersion};

/// A sent form.
#[derive(Clone, Default)]
pub struct Sent {
    body: Vec<u8>,
    fields: Vec<(String, String)>,
}

/// Why what was sent is no form of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAForm {
    /// Too many fields.
    #[error("a form here has at most {MOST_FIELDS} fields")]
    TooManyFields,
    /// The hidden id is missing or damaged.
    #[error("the form came without its number; open it again")]
    NoCommandId,
    /// A box to tick holds something that the page does not offer.
    #[error("this form is not one of this page; open the page again")]
    OddTick,
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = AppError;

    async fn from_request(request: Request, state: &S) -> Result<Self, AppError> {
        let body = Bytes::from_request(request, state).await;
        let body =
            body.map_err(|_| AppError::Bad("the form did not arrive whole; send it again".to_owned()))?;
        Ok(Self::read(&body)?)
    }
}

impl Sent {
    /// Reads an urlencoded body. What is not UTF-8 becomes U+FFFD, which no
    /// field accepts.
    ///
    /// # Errors
    /// [`NotAForm::TooManyFields`].
    pub fn read(body: &[u8]) -> Result<Self, NotAForm> {
        let parts = body.split(|b| *b == b'&').filter(|part| !part.is_empty());
        let mut fields = Vec::new();
        for part in parts {
            if fields.len() == MOST_FIELDS {
                return Err(NotAForm::TooManyFields);
            }
            let (name, value) = match part.iter().position(|b| *b == b'=') {
                Some(at) => (&part[..at], &part[at + 1..]),
                None => (part, &[][..]),
            };
            fields.push((decoded(name), decoded(value)));
        }
        Ok(Self { body: body.to_vec(), fields })
    }

    /// The same form without the bytes that it came as: nothing of it is remembered.
    #[must_use]
    pub fn forgotten(self) -> Self {
        Self { body: Vec::new(), ..self }
    }

    /// Whether a box was ticked.
    ///
    /// # Errors
    /// [`NotAForm::OddTick`].
    pub fn ticked(&self, name: &str) -> Result<bool, NotAForm> {
        match self.text(name) {
            "yes" => Ok(true),
            "" => Ok(false),
            _ => Err(NotAForm::OddTick),
        }
    }

    /// The bytes as they came: what makes a re-sent form the same command.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// What was typed into a field, as typed; empty when it is not there.
    #[must_use]
    pub fn text(&self, name: &str) -> &str {
        self.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// Everything that was sent under a name: each tick of a group of them.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Every field, in the order of the form.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.fields.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The same form with another value in a field.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Whether the form has that field, filled or not.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(field, _)| field == name)
    }

    /// What was typed into a field, if anything was.
    #[must_use]
    pub fn filled(&self, name: &str) -> Option<&str> {
        Some(self.text(name).trim()).filter(|text| !text.is_empty())
    }

    /// The hidden id that was minted when the form was shown.
    ///
    /// # Errors
    /// [`NotAForm::NoCommandId`].
    pub fn command_id(&self) -> Result<CommandId, NotAForm> {
        CommandId::parse(self.text("command_id")).map_err(|_| NotAForm::NoCommandId)
    }

    /// The record's version that was seen (P5), where the form carries one.
    #[must_use]
    pub fn seen(&self) -> Option<StreamVersion> {
        self.text("seen_version").parse().ok().map(StreamVersion)
    }

    /// A day.
    ///
    /// # Errors
    /// What to show next to the field.
    pub fn day(&self, name: &str) -> Result<CivilDate, String> {
        match self.filled(name) {
            None => Err("Choose a day, written like 2026-05-03".to_owned()),
            Some(text) => match CivilDate::parse(text) {
                Ok(day) if day > CivilDate::LATEST => {
                    Err(format!("This is after {}; mend the year", CivilDate::LATEST))
                }
                day => day.map_err(|why| capital(&why.to_string())),
            },
        }
    }
}

/// The same sentence with a capital first letter.
#[must_use]
pub fn capital(sentence: &str) -> String {
    let mut letters = sentence.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Urlencoded bytes as text.
fn decoded(bytes: &[u8]) -> String {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter().copied();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => out.push(b' '),
            b'%' => {
                let mut ahead = rest.clone();
                let pair = (ahead.next().and_then(hex), ahead.next().and_then(hex));
                if let (Some(high), Some(low)) = pair {
                    out.push(high << 4 | low);
                    rest = ahead;
                } else {
                    out.push(b'%');
                }
            }
            byte => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_keeps_what_was_typed() {
        let sent = Sent::read(b"sca_name=%C3%81sta+%26+co&reason=a%0D%0Ab&empty=&odd=100%&bad=%ff").unwrap();
        assert_eq!(sent.text("sca_name"), "Ásta & co");
        assert_eq!(sent.text("reason"), "a\r\nb");
        assert_eq!(sent.filled("empty"), None);
        assert_eq!(sent.text("odd"), "100%");
        assert_eq!(sent.text("bad"), "\u{FFFD}");
    }

    #[test]
    fn a_thousand_fields_are_no_form() {
        let body = "a=1&".repeat(1_000);
        assert_eq!(Sent::read(body.as_bytes()).err(), Some(NotAForm::TooManyFields));
    }

    #[test]
    fn a_day_says_how_it_is_written() {
        let sent = Sent::read(b"on=2025-02-29&off=2026-05-03").unwrap();
        assert!(sent.day("on").unwrap_err().contains("2026-05-03"));
        assert!(sent.day("none").unwrap_err().contains("Choose a day"));
        assert_eq!(sent.day("off"), Ok(CivilDate::new(2026, 5, 3).unwrap()));
    }
}
