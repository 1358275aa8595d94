//! The way of every form of these settings: read, asked of the bus with the
//! version that was seen, and then on with a word of what changed, or the page
//! again with what is wrong and everything typed (P3, P5).

use axum::http::StatusCode;
use axum::response::Response;

use super::page::{self, Screen, Shown};
use crate::commands::bus::{BusError, Request};
use crate::commands::kingdom::KingdomCommand;
use crate::commands::{Command, Refusal};
use crate::domain::id::StreamVersion;
use crate::events::evolve::Catalogue;
use crate::web::desk::act::{back, done};
use crate::web::desk::flash::Done;
use crate::web::desk::forms::Back;
use crate::web::error::AppError;
use crate::web::form::{Sent, capital};
use crate::web::reading::correlation;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::views::{Conflict, Flash, Link, Tone};

/// Reads a sent form of a page. It decides nothing.
pub type Read = fn(&Catalogue, &Screen, &Sent) -> Result<Asked, NotAsked>;

/// What a form asks for.
pub struct Asked {
    /// The command.
    pub command: KingdomCommand,
    /// Which form of the page it came from.
    pub form: String,
    /// What to say once it is done.
    pub done: &'static str,
    /// Where to go then.
    pub to: String,
    /// What the form would overwrite; none where it only adds.
    pub overwrites: Option<Overwrites>,
    /// The field that a refusal belongs to, by its rule; empty for the form as a whole.
    pub blame: Blame,
}

/// What holds of a form's values, for comparing what was seen with what is (P5).
pub type Overwrites = Box<dyn Fn(&Catalogue) -> Vec<Held> + Send + Sync>;
/// Which field is to blame, given what holds and the rule that was named.
pub type Blame = Box<dyn Fn(&Catalogue, &str) -> &'static str + Send + Sync>;

/// One value that a form would overwrite.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The form's field; none where the form has no field for it.
    pub field: Option<String>,
    /// What it is.
    pub label: String,
    /// What it is now, as the field would show it.
    pub value: String,
}

impl Held {
    /// A value that a field of the form shows.
    pub fn of(field: &str, label: &str, value: impl Into<String>) -> Self {
        Self { field: Some(field.to_owned()), label: label.to_owned(), value: value.into() }
    }

    /// A value that the form depends on.
    pub fn beside(label: &str, value: impl Into<String>) -> Self {
        Self { field: None, label: label.to_owned(), value: value.into() }
    }
}

/// Why a form asks for nothing.
pub enum NotAsked {
    /// It is not one of ours: a name in it was tampered with.
    NotOurs,
    /// Fields are wrong: in which form of the page, and by field.
    Wrong(String, Vec<(String, String)>),
}

/// Every refusal is of that field's making.
pub fn blame(field: &'static str) -> Blame {
    Box::new(move |_, _| field)
}

/// What a form asks for is done, or the page says why not.
///
/// # Errors
/// [`AppError`]; what is wrong with the form itself is shown in it instead.
pub async fn act(
    state: &AppState,
    officer: &CurrentOfficer,
    path: &str,
    screen: &Screen,
    sent: Sent,
    asked: Result<Asked, NotAsked>,
) -> Result<Response, AppError> {
    screen.exists(&state.kingdom().catalogue)?;
    let command_id = sent.command_id()?;
    let asked = match asked {
        Ok(asked) => asked,
        Err(NotAsked::NotOurs) => {
            return Err(AppError::Bad("this form is not one of this page; open the page again".to_owned()));
        }
        Err(NotAsked::Wrong(form, errors)) => {
            let back = Back { form, sent, errors, message: None, renew: false };
            return refused(state, officer, screen, back, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    let seen = match &asked.overwrites {
        None => None,
        Some(_) => Some(sent.seen().ok_or_else(|| {
            AppError::Bad("the form came without the version it was opened at; open it again".to_owned())
        })?),
    };
    let stream = asked.command.stream();
    let before = state.kingdom().catalogue.version_of(stream);
    let request = |seen| Request {
        command_id,
        actor: officer.actor(),
        correlation_id: correlation(state),
        body: [path.as_bytes(), b"\n", sent.body()].concat(),
        seen,
        command: Command::Kingdom(asked.command.clone()),
    };
    let mut answer = state.bus().execute(request(seen)).await;
    if let (Err(BusError::Stale { seen, now }), Some(overwrites)) = (&answer, &asked.overwrites) {
        let (seen, now) = (*seen, *now);
        if !(StreamVersion(0)..now).contains(&seen) {
            return Err(AppError::Bad("the form names a version that never was; open it again".to_owned()));
        }
        let then = overwrites(&state.bus().catalogue_at(stream, seen).await?);
        let kingdom = state.kingdom();
        let is = overwrites(&kingdom.catalogue);
        if kingdom.catalogue.version_of(stream) != now || then != is {
            return conflict(state, officer, screen, &asked.form, sent, &then, &is).await;
        }
        // Something else of the kingdom changed: nothing that this form would overwrite.
        answer = state.bus().execute(request(Some(now))).await;
    }
    match answer {
        Ok(receipt) => {
            let same = receipt.repeated && unchanged(state, &asked, before);
            let said = Done::plain(if same { "kingdom-same" } else { asked.done });
            done(state, receipt.last, &said, &asked.to).await
        }
        Err(error) => {
            let field = match &error {
                BusError::Refused(Refusal::Rule { rule, .. }) => {
                    (asked.blame)(&state.kingdom().catalogue, rule)
                }
                _ => "",
            };
            let (status, mut back) = back(error, &asked.form, "", sent)?;
            if let (false, Some(message)) = (field.is_empty(), &back.message) {
                back.errors.push((field.to_owned(), message.clone()));
                back.message = None;
            }
            refused(state, officer, screen, back, status).await
        }
    }
}

fn unchanged(state: &AppState, asked: &Asked, before: StreamVersion) -> bool {
    state.kingdom().catalogue.version_of(asked.command.stream()) == before
}

/// The page with a form that was refused.
pub(super) async fn refused(
    state: &AppState,
    officer: &CurrentOfficer,
    screen: &Screen,
    back: Back,
    status: StatusCode,
) -> Result<Response, AppError> {
    let first = back.message.as_ref().or_else(|| back.errors.first().map(|(_, message)| message));
    let said = Flash {
        tone: Tone::Bad,
        title: "Nothing was changed.".to_owned(),
        text: first.map_or_else(String::new, |text| format!("{}.", text.trim_end_matches('.'))),
        next: Some(Link::new(format!("#{}", back.form), "To the form")),
    };
    let shown = Shown { back: Some(back), said: Some(said), ..Shown::default() };
    page::page(state, officer, screen, shown, status).await
}

/// The page with the form as typed, where the officer did not touch a field with
/// what is there now, and a list of what changed meanwhile (P5).
async fn conflict(
    state: &AppState,
    officer: &CurrentOfficer,
    screen: &Screen,
    form: &str,
    mut sent: Sent,
    then: &[Held],
    now: &[Held],
) -> Result<Response, AppError> {
    let mut conflicts = Vec::new();
    let nothing = |text: &str| if text.is_empty() { "nothing".to_owned() } else { text.to_owned() };
    for held in now {
        let old = then.iter().find(|old| (&old.field, &old.label) == (&held.field, &held.label));
        let old = old.map_or("", |old| old.value.as_str());
        if old == held.value {
            continue;
        }
        let typed = held.field.as_ref().map(|field| sent.text(field).trim().to_owned());
        let yours = match (&held.field, typed) {
            (Some(field), Some(typed)) if typed == old => {
                sent = sent.with(field, &held.value);
                "not changed by you: what is there now stays".to_owned()
            }
            (_, Some(typed)) if typed == held.value => continue,
            (_, Some(typed)) => nothing(&typed),
            (_, None) => "–".to_owned(),
        };
        let target = held.field.as_ref().map_or_else(|| form.to_owned(), |field| format!("{form}-{field}"));
        conflicts.push(Conflict {
            label: capital(&held.label),
            on_file: nothing(&held.value),
            yours,
            target,
        });
    }
    let message = "Somebody else changed this meanwhile: compare the two, then send it again".to_owned();
    let back = Back { form: form.to_owned(), sent, errors: Vec::new(), message: Some(message), renew: true };
    let shown = Shown { back: Some(back), conflicts, newest: true, ..Shown::default() };
    page::page(state, officer, screen, shown, StatusCode::CONFLICT).await
}
