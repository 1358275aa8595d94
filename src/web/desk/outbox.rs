//! `/desk/outbox`: what mail waits, what was sent, and what could not be. What a mail said can be looked at; the
//! one-time links in it are for its recipient alone.

use std::collections::{HashMap, HashSet};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use uuid::Uuid;

use super::flash::{self, Done};
use crate::domain::date::Instant;
use crate::domain::id::{CombatantId, OfficerId};
use crate::domain::mail::{Mail, MailState, TryOutcome};
use crate::domain::permission::Permission;
use crate::processes::mail::{ComposeError, Composed, Links, Post};
use crate::store::outbox::{MailFilter, StoredMail};
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::parts::thousands;
use crate::web::views::{
    Badge, CommandForm, DeskMailView, DeskOutboxView, Link, Moment, OutboxRow, Page, Tab, Tone, TryRow, href,
};

/// The page's address.
pub const PATH: &str = "/desk/outbox";
/// Mails on a page.
const ROWS: i64 = 50;

/// What is said after a deed here.
pub const SAID: [(&str, &str, &str); 1] = [(
    "mail-again",
    "It goes again.",
    "It is handed over within moments, as the same mail: nobody gets it twice.",
)];

/// The routes of this part.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route(PATH, get(list))
        .route("/desk/outbox/{mail}", get(show))
        .route("/desk/outbox/{mail}/again", post(again))
}

/// The mails, the newest first.
async fn list(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    officer.require(Permission::ReadCombatantInfo, None)?;
    let sent = Sent::read(query.as_deref().unwrap_or_default().as_bytes())?;
    let asked = MailState::parse(sent.text("state"));
    let before = Uuid::parse_str(sent.text("before")).ok();
    let store = &state.services.store;
    let counts = store.mail_counts().await?;
    let filter = MailFilter { state: asked, subject: None, before };
    let mails = store.mails(&filter, ROWS).await?;
    let word = asked.map_or("", MailState::as_str);
    reading::of_list(&state, &officer, "outbox", format!("state={word}"), mails.len()).await?;
    let tabs = std::iter::once(None).chain(MailState::ALL.into_iter().map(Some)).map(|one| {
        let count = counts.iter().filter(|(state, _)| one.is_none_or(|one| one == *state));
        Tab {
            href: href(PATH, &[("state", one.map_or("", MailState::as_str))]),
            label: one.map_or("All", |one| badge(one).1).to_owned(),
            count: Some(thousands(count.map(|(_, count)| count).sum())),
            current: one == asked,
        }
    });
    let last = mails.last().filter(|_| i64::try_from(mails.len()).is_ok_and(|count| count == ROWS));
    let view = DeskOutboxView {
        tabs: tabs.collect(),
        notices: notices(&state),
        older: last.map(|mail| href(PATH, &[("state", word), ("before", &mail.id.to_string())])),
        rows: {
            let names = names(&state, &mails);
            mails.iter().map(|mail| row(&state, &officer, mail, &names)).collect()
        },
    };
    let page = Page::desk(&state.site().site, &officer.chrome(), PATH, "Mail", view);
    Ok(state.render(&page, Templates::desk_outbox)?.into_response())
}

/// What keeps mail from leaving.
fn notices(state: &AppState) -> Vec<String> {
    let zone = state.kingdom().catalogue.kingdom.zone.tz();
    match &state.config.mail {
        None => vec![
            "No mail server is set up, so no mail leaves: everything waits here. Whoever runs this site sets EMOL_SMTP_URL and EMOL_MAIL_FROM."
                .to_owned(),
        ],
        Some(status) => status
            .trouble()
            .map(|(since, why)| {
                let since = Moment::new(since, zone).text;
                format!("Since {since} no mail leaves: {why}. It is tried again by itself, and nothing is lost.")
            })
            .into_iter()
            .collect(),
    }
}

fn row(state: &AppState, officer: &CurrentOfficer, mail: &StoredMail, names: &Names) -> OutboxRow {
    let zone = officer.kingdom.catalogue.kingdom.zone.tz();
    let (about, about_href) = about(officer, mail, names);
    OutboxRow {
        href: format!("{PATH}/{}", mail.id),
        what: label(&mail.template),
        about,
        about_href,
        written: Moment::new(mail.created_at, zone),
        state: Badge::new(badge(mail.state).0, badge(mail.state).1),
        more: more(mail, zone, state.services.bus.now()),
    }
}

/// The people that mails are about.
type Names = HashMap<Uuid, String>;

/// The names of those who are on file, found in one pass.
fn names(state: &AppState, mails: &[StoredMail]) -> Names {
    let wanted: HashSet<Uuid> = mails.iter().filter_map(|mail| mail.subject).collect();
    let index = state.services.indexes.desk();
    let found = index.iter().filter(|entry| wanted.contains(&entry.id.0));
    found.map(|entry| (entry.id.0, entry.display_name().to_owned())).collect()
}

/// Whom a mail is about, and where more is known of them.
fn about(officer: &CurrentOfficer, mail: &StoredMail, names: &Names) -> (Option<String>, Option<String>) {
    let Some(subject) = mail.subject else { return (None, None) };
    if Mail::parse(&mail.template) == Some(Mail::OfficerInvited) {
        let known = officer.kingdom.officers.all.get(&OfficerId(subject));
        return (known.and_then(|state| state.label.text()).map(ToOwned::to_owned), None);
    }
    let name = names.get(&subject).cloned();
    let record = name.is_some().then(|| format!("/desk/people/{}", CombatantId(subject)));
    (name, record)
}

/// When it goes next, or when that was.
fn more(mail: &StoredMail, zone: chrono_tz::Tz, now: Instant) -> Option<String> {
    let due = Moment::new(mail.due_at, zone).text;
    match mail.state {
        MailState::Waiting | MailState::Unclear if mail.due_at > now => Some(format!("again at {due}")),
        MailState::Waiting | MailState::Sending => None,
        MailState::Unclear => Some("goes again soon".to_owned()),
        MailState::Sent | MailState::Moot | MailState::Dead => Some(due),
    }
}

/// One mail: what it says, and what became of it.
async fn show(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    officer.require(Permission::ReadCombatantInfo, None)?;
    let mail = find(&state, &id).await?;
    match mail.subject {
        Some(id) if Mail::parse(&mail.template) == Some(Mail::OfficerInvited) => {
            reading::of_officer(&state, &officer, "outbox", OfficerId(id)).await?;
        }
        Some(_) => {
            for person in Post::people_in(&mail) {
                reading::of_record(&state, &officer, "outbox", person).await?;
            }
        }
        None => reading::of_list(&state, &officer, "outbox", "mail".to_owned(), 1).await?,
    }
    let zone = officer.kingdom.catalogue.kingdom.zone.tz();
    // A demonstration has no mail server: there the links are followed from here.
    let links = if state.config.demo.is_some() { Links::Shown } else { Links::Hidden };
    let (subject, text, why) = match state.post.compose(&mail, links).await {
        Ok(Composed::Letter { letter, .. }) => (Some(letter.subject), Some(letter.text), None),
        Ok(Composed::Moot(why) | Composed::NoAddress(why)) => (None, None, Some(why.to_owned())),
        Err(ComposeError::Unwritable(_)) => {
            (None, None, Some("This release cannot write this mail. Tell whoever runs this site.".to_owned()))
        }
        Err(ComposeError::Bus(error)) => return Err(error.into()),
    };
    let tries = state.services.store.tries_of(mail.id).await?;
    let row = row(&state, &officer, &mail, &names(&state, std::slice::from_ref(&mail)));
    let may = officer.may(Permission::WriteCombatantInfo, None);
    let ended = matches!(mail.state, MailState::Dead | MailState::Moot);
    let fresh = state.bus().ids().uuid_at(state.bus().now()).to_string();
    let view = DeskMailView {
        heading: row.what,
        about: row.about,
        about_href: row.about_href,
        written: row.written,
        state: row.state,
        more: row.more,
        subject,
        text,
        why,
        hidden: links == Links::Hidden,
        tries: tries
            .iter()
            .map(|one| TryRow {
                at: Moment::new(one.at, zone),
                what: outcome(one.outcome).to_owned(),
                code: one.code.map(|code| format!("the mail server said {code}")),
            })
            .collect(),
        again: (may && ended).then(|| {
            CommandForm::new(
                "again",
                &format!("{PATH}/{}/again", mail.id),
                "Send it again",
                fresh,
                Vec::new(),
            )
        }),
        back: Link::new(PATH, "All mail"),
    };
    let done = Done::of(&headers);
    let said = done.as_ref().and_then(|done| done.flash(&officer.kingdom));
    let page = Page::desk(&state.site().site, &officer.chrome(), PATH, "Mail", view).with_flash(said);
    let mut answer = state.render(&page, Templates::desk_mail)?.into_response();
    if done.is_some() {
        answer.headers_mut().append(header::SET_COOKIE, flash::gone());
    }
    Ok(answer)
}

/// Another round of tries for a mail that came to its end unsent.
async fn again(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Response, AppError> {
    officer.require(Permission::ReadCombatantInfo, None)?;
    officer.require(Permission::WriteCombatantInfo, None)?;
    Sent::read(&body)?.command_id()?;
    let mail = find(&state, &id).await?;
    let now = state.bus().now();
    let back = state.services.store.send_again(mail.id, officer.id.0, now).await?;
    let mut answer = Redirect::to(&format!("{PATH}/{}", mail.id)).into_response();
    if back {
        tracing::info!(mail = %mail.id, "an officer sends a mail again");
        answer.headers_mut().append(header::SET_COOKIE, Done::plain("mail-again").cookie()?);
    }
    Ok(answer)
}

async fn find(state: &AppState, id: &str) -> Result<StoredMail, AppError> {
    let id = Uuid::parse_str(id).map_err(|_| AppError::NotFound)?;
    state.services.store.mail(id).await?.ok_or(AppError::NotFound)
}

/// A state's tone and word.
const fn badge(state: MailState) -> (Tone, &'static str) {
    match state {
        MailState::Waiting => (Tone::Info, "Waiting"),
        MailState::Sending => (Tone::Info, "On its way"),
        MailState::Unclear => (Tone::Warn, "Unclear"),
        MailState::Sent => (Tone::Good, "Sent"),
        MailState::Moot => (Tone::Off, "Not needed"),
        MailState::Dead => (Tone::Bad, "Not sent"),
    }
}

const fn outcome(outcome: TryOutcome) -> &'static str {
    match outcome {
        TryOutcome::Accepted => "The mail server took it",
        TryOutcome::Later => "Not now: it is tried again",
        TryOutcome::Refused => "The mail server does not take this mail",
        TryOutcome::NoSuchAddress => "The mail server does not know this address",
        TryOutcome::Unclear => "The answer was lost: it may have arrived, and goes again as the same mail",
        TryOutcome::Moot => "There was nothing to send any more",
        TryOutcome::NoAddress => "There was no address to send it to",
        TryOutcome::Unwritable => "It could not be written",
        TryOutcome::Again => "An officer sent it again",
    }
}

/// What a mail is called here.
fn label(template: &str) -> String {
    let known = Mail::parse(template).map(|mail| match mail {
        Mail::Reminder => "Reminder",
        Mail::CardLink => "Card page link",
        Mail::UpdateDetails => "Link to update details",
        Mail::MyRecord => "Link to the own record",
        Mail::Welcome => "Welcome and privacy policy",
        Mail::PolicyChanged => "The privacy policy changed",
        Mail::SetPin => "Link to choose a PIN",
        Mail::SetPinReminder => "Choose a PIN, reminder",
        Mail::SetPinFinal => "Choose a PIN, last reminder",
        Mail::ResetPin => "Link to choose another PIN",
        Mail::PinLocked => "Card page locked",
        Mail::ConfirmAddress => "Confirm a new address",
        Mail::AddressChanged => "The address was changed",
        Mail::PolicyDeclined => "The policy was declined",
        Mail::WeeklyDigest => "Weekly digest",
        Mail::NeedsYou => "Something needs you",
        Mail::OfficerInvited => "Officer invited",
    });
    known.unwrap_or("Another mail").to_owned()
}
