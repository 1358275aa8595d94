//! What becomes of what goes wrong.
//!
//! Policy: a handler returns an [`AppError`]; it never writes an error page
//! itself. [`AppError`] becomes an answer with a status and a [`Report`] in
//! its extensions; [`super::pass`] turns the report, and every bare error of
//! the framework, into the page for people or `application/problem+json`
//! (RFC 9457) for programs, with the request id that the log has too.
//!
//! | error | status | says |
//! | --- | --- | --- |
//! | `NotFound` | 404 | nothing about what might exist (A4) |
//! | `Bad` | 400 | what could not be read |
//! | `CrossSite` | 403 | that the form was sent from another site |
//! | `Denied` | 403 | which permission is missing (A4), on the page `forbidden` |
//! | `SignIn` | 303 to `/auth/login?next=…`; 401 for programs, and for a form of the desk | for a form: what was typed, to be sent again |
//! | `Refused` | 422 | the rule and what to do |
//! | `Taken`, `Stale`, `Reused` | 409 | what changed, and what to do |
//! | `TooLarge` | 413 | the limit |
//! | `TooMany` | 429 with `Retry-After` | when to come back |
//! | `Busy` | 503 with `Retry-After` | that nothing was saved; also what [`super::pass`] says of a page that the database keeps waiting |
//! | `OutcomeUnknown` | 503 with `Retry-After` | that it is not known, and that sending again is safe |
//! | `Internal` | 500 | nothing but the request id; the text goes to the log |
//!
//! A form that can show a refusal next to its fields does that itself and
//! never makes an error of it (P3).

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::views::href;
use crate::commands::Refusal;
use crate::commands::authorize::Denied;
use crate::commands::bus::BusError;

/// What went wrong; see the policy above.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// There is nothing here, or nothing that the asker may know of.
    #[error("there is no page at this address")]
    NotFound,
    /// What was sent cannot be read; the text goes to the person.
    #[error("{0}")]
    Bad(String),
    /// A form was sent from another site.
    #[error("this form was not sent from this site; nothing was changed")]
    CrossSite,
    /// The permission is missing.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// Nobody is signed in; `next` is where to come back to.
    #[error("sign in to see this page")]
    SignIn {
        /// Path and query on this site.
        next: String,
    },
    /// A rule stands against it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The record changed since it was opened, something is taken, or a form came twice.
    #[error("{0}")]
    Conflict(String),
    /// The body is larger than allowed.
    #[error("what was sent is larger than this page accepts; nothing was saved")]
    TooLarge,
    /// Too many tries.
    #[error("too many tries; wait {retry_after} seconds")]
    TooMany {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// Nothing was saved.
    #[error("the register is busy; nothing was saved. Send it again in a moment")]
    Busy,
    /// The answer was lost.
    #[error("it is not known yet whether this was saved; sending the same form again is safe")]
    OutcomeUnknown,
    /// Ours to mend; the text is for the log only.
    #[error("something broke: {0}")]
    Internal(String),
}

/// What [`super::pass`] makes the page of.
#[derive(Debug, Clone)]
pub struct Report {
    /// What happened, in a few words; the page of the status has its own when there are none.
    pub heading: Option<&'static str>,
    /// What happened, for the person; the page of the status has its own words when there are none.
    pub what: Option<String>,
    /// What to do, where the page's own words would mislead.
    pub todo: Vec<String>,
    /// What is missing, for the page `forbidden`.
    pub denied: Option<Denied>,
    /// A short name of the kind of error, for programs: `refused`.
    pub kind: &'static str,
}

impl AppError {
    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Bad(_) => StatusCode::BAD_REQUEST,
            Self::CrossSite | Self::Denied(_) => StatusCode::FORBIDDEN,
            Self::SignIn { .. } => StatusCode::UNAUTHORIZED,
            Self::Refused(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy | Self::OutcomeUnknown => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn report(self) -> Report {
        let what = match &self {
            Self::Internal(_) | Self::NotFound | Self::TooLarge | Self::TooMany { .. } | Self::Busy => None,
            shown => Some(sentence(&shown.to_string())),
        };
        let (kind, todo): (_, &[&str]) = match &self {
            Self::NotFound => ("not-found", &[]),
            Self::Bad(_) => ("bad-request", &[]),
            Self::CrossSite => ("cross-site", &["Open the page on this site and send the form from there."]),
            Self::Denied(Denied::OwnRecord) => ("denied", &["Ask another officer to make the change."]),
            Self::Denied(_) => {
                ("denied", &["If you think you should have it, ask the Minister of the Lists."])
            }
            Self::SignIn { .. } => ("sign-in", &["Sign in, then try again."]),
            Self::Refused(_) => ("refused", &["Go back, correct it and send it again. Nothing was saved."]),
            Self::Conflict(_) => {
                ("conflict", &["Open the record again: what you see then is how it is now."])
            }
            Self::TooLarge => ("too-large", &[]),
            Self::TooMany { .. } => ("too-many", &[]),
            Self::Busy => ("busy", &[]),
            Self::OutcomeUnknown => {
                ("outcome-unknown", &["Go back and send the same form again: nothing is done twice."])
            }
            Self::Internal(_) => ("internal", &[]),
        };
        let heading = match &self {
            Self::Refused(_) | Self::Conflict(_) => Some("That can’t be done"),
            Self::CrossSite => Some("Sent from another site"),
            Self::Denied(Denied::OwnRecord) => Some("Your own record"),
            Self::OutcomeUnknown => Some("Perhaps it was saved"),
            _ => None,
        };
        let todo = todo.iter().map(|line| (*line).to_owned()).collect();
        let denied = if let Self::Denied(denied) = self { Some(denied) } else { None };
        Report { heading, what, todo, denied, kind }
    }
}

/// A message as a sentence.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let mut out: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    if !out.ends_with(['.', '!', '?']) {
        out.push('.');
    }
    out
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let status = self.status();
        if let Self::Internal(why) = &self {
            tracing::error!(error = %why, "a request failed");
        }
        let mut answer = match &self {
            Self::SignIn { next } => {
                // Programs get the 401 instead: `pass` looks at what they accept.
                Redirect::to(&href("/auth/login", &[("next", next)])).into_response()
            }
            _ => status.into_response(),
        };
        let wait = match &self {
            Self::TooMany { retry_after } => Some(HeaderValue::from(*retry_after)),
            Self::Busy | Self::OutcomeUnknown => Some(HeaderValue::from_static("2")),
            _ => None,
        };
        if let Some(wait) = wait {
            answer.headers_mut().insert(header::RETRY_AFTER, wait);
        }
        answer.extensions_mut().insert(self.report());
        answer
    }
}

impl From<BusError> for AppError {
    fn from(error: BusError) -> Self {
        match error {
            BusError::Refused(refusal) => Self::Refused(refusal),
            BusError::Denied(denied) => Self::Denied(denied),
            BusError::Stale { .. }
            | BusError::Taken(_)
            | BusError::LinkSpent
            | BusError::CommandReused
            | BusError::NotYet(_) => Self::Conflict(error.to_string()),
            BusError::Busy => Self::Busy,
            BusError::OutcomeUnknown => Self::OutcomeUnknown,
            BusError::Clock(why) | BusError::Internal(why) => Self::Internal(why),
        }
    }
}

impl From<handlebars::RenderError> for AppError {
    fn from(error: handlebars::RenderError) -> Self {
        Self::Internal(error.to_string())
    }
}
