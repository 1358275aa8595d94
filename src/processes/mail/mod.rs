//! Mail: from a row of the outbox to the mail server's answer.
//!
//! 1. [`Post`] finds whom a mail goes to and writes it, from the record and the kingdom as they are at that moment
//!    ([`post`]; what each says is in `templates/mail/`, one file a mail for both its forms, see [`templates`]).
//! 2. [`letter`] makes a message of it, with a Message-ID that follows from the row's id and never changes.
//! 3. [`Worker`] takes rows, hands messages over ([`smtp`]) and writes down what came of it.
//!
//! # Adding a mail
//! A variant of [`crate::domain::mail::Mail`], its template, its sample in [`samples`], and an arm in [`post`] where
//! it needs more than the others. Whoever enqueues it writes the row with the fact, in one transaction; the
//! parameters hold ids, or what is sealed, and nothing personal.

pub mod letter;
mod people;
pub mod post;
pub mod samples;
pub mod smtp;
pub mod templates;
mod worker;

pub use letter::Letter;
pub use people::Reminded;
pub use post::{ComposeError, Composed, Links, Post};
pub use templates::MailTemplates;
pub use worker::{Status, Step, Worker};
