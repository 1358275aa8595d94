//! Pages of few words: messages, errors, requests, sign-in.

use serde::Serialize;

use super::forms::{CommandForm, Hidden};
use super::parts::{Link, Tone};

/// Anything that needs only a heading and some sentences. Template `message`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MessageView {
    /// Gives shape and colour.
    pub tone: Tone,
    /// The heading.
    pub heading: String,
    /// The sentences.
    pub paragraphs: Vec<String>,
    /// What can be done here: where the button posts to, and its word.
    pub button: Option<Link>,
    /// What one would do next, the likeliest first.
    pub next: Vec<Link>,
}

/// A form came without a session: what was typed waits until its owner has signed in again. Template
/// `signed_out`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignedOutView {
    /// Where the form goes.
    pub action: String,
    /// Everything that it brought.
    pub fields: Vec<Hidden>,
    /// Where one signs in.
    pub sign_in: String,
}

/// No card at this address. Template `card_not_found`. The same for every miss (P4).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CardNotFoundView {
    /// Whether a check code was tried, and not a card's address.
    pub check: bool,
    /// For support; appears in the log.
    pub request_id: String,
}

/// Something went wrong. Template `error`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ErrorView {
    /// The HTTP status.
    pub status: u16,
    /// What happened, in a few words.
    pub heading: String,
    /// What happened, in a sentence.
    pub what: String,
    /// What to do, one line each.
    pub todo: Vec<String>,
    /// For support; appears in the log.
    pub request_id: String,
}

impl ErrorView {
    /// The page for an HTTP status; statuses without a page of their own get the nearest.
    #[must_use]
    pub fn of(status: u16, request_id: &str) -> Self {
        let (heading, what, todo): (&str, &str, &[&str]) = match status {
            403 => (
                "Not yours to open",
                "You don’t have the permission that this page needs. Nothing was changed.",
                &["If you think you should have it, ask the Minister of the Lists."],
            ),
            404 => (
                "Nothing here",
                "There is no page at this address.",
                &["Check the address for a missing letter.", "Or begin again from the first page."],
            ),
            405 => (
                "Not that way",
                "This address exists, but not for what was just tried. Nothing was changed.",
                &["Go back and use the form or the link on the page."],
            ),
            413 => (
                "Too much at once",
                "What was sent is larger than this page accepts. Nothing was saved.",
                &["Send less text, or a smaller file."],
            ),
            429 => (
                "Too many tries",
                "There were many requests from your connection in a short time.",
                &["Wait a minute, then try again. Nothing is locked for good."],
            ),
            503 => (
                "Busy, nothing was saved",
                "The register can’t reach its records just now.",
                &[
                    "Try again in a few seconds.",
                    "If you were saving a form, go back and send it again: that is safe, nothing is done twice.",
                ],
            ),
            400..=499 => (
                "That could not be read",
                "What the browser sent is not what this page expects. Nothing was saved.",
                &["Go back, reload the page and try again."],
            ),
            _ => (
                "Something broke",
                "That is our fault, not yours. It was noted and somebody will look at it.",
                &[
                    "Try again in a minute.",
                    "If it happens again, tell the Minister of the Lists the number below.",
                ],
            ),
        };
        Self {
            status,
            heading: heading.to_owned(),
            what: what.to_owned(),
            todo: todo.iter().map(|line| (*line).to_owned()).collect(),
            request_id: request_id.to_owned(),
        }
    }
}

/// An officer lacks a permission (A4). Template `forbidden`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ForbiddenView {
    /// What was tried: `Grant an authorization in Armoured Combat`.
    pub tried: String,
    /// The missing permission's slug: `write_authorizations`.
    pub permission: String,
    /// For the whole kingdom, or the discipline's name.
    pub scope: String,
    /// What the permission allows: `grant and revoke authorizations`.
    pub allows: String,
    /// What the officer does hold, in words; empty when nothing.
    pub held: Vec<String>,
    /// For support; appears in the log.
    pub request_id: String,
}

/// A request that is answered by mail (L2): `/request-card`, `/update-info`.
/// Templates `request_card` and `update_info`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestView {
    /// The form; `None` while this kingdom does not send mail.
    pub form: Option<CommandForm>,
    /// What to know before asking, or what to do instead of the form.
    pub notice: Option<String>,
}

/// The demo's sign-in. Template `sign_in`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SignInView {
    /// Where the choice is posted, as field `persona`.
    pub action: String,
    /// Sent along: `next`, the page to come back to.
    pub hidden: Vec<Hidden>,
    /// Why somebody arrived here without meaning to, if so.
    pub reason: Option<String>,
    /// Whom one can be. Empty where the demo's sign-in is off.
    pub personas: Vec<Persona>,
}

/// Somebody one can be in the demo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Persona {
    /// What is posted: `list-minister`.
    pub key: String,
    /// `Minister of the Lists`.
    pub name: String,
    /// What they may do, in a sentence.
    pub may: String,
}
