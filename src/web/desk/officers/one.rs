//! `/desk/officers/<id>`: one officer's rights, who they are on file, what they did.

use std::collections::BTreeSet;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::matrix::{Faults, Ticks, held, in_words, summary, written};
use super::{PATH, fresh, known, name_of, person, standing};
use crate::commands::bus::{Entry, KingdomState};
use crate::domain::actor::Actor;
use crate::domain::id::OfficerId;
use crate::domain::permission::{Grant, Permission};
use crate::events::evolve::OfficerState;
use crate::events::{AccessEvent, Event, OfficersEvent};
use crate::web::desk::flash::{self, Done};
use crate::web::desk::forms::{Back, Forms};
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{
    Action, Conflict, DeskOfficerView, Detail, Flash, HistoryRow, Invitation, Link, Moment, Page, Preview,
    Tone, href,
};
use crate::web::words;

/// The form with the matrix.
pub(super) const GRANTS: &str = "grants";
/// How many changes and doings are shown.
const LATELY: i64 = 10;
/// Among how many of an officer's last entries in the log doings are looked for.
const LOOKED_AT: i64 = 100;

/// What a page says beyond what is on file.
#[derive(Default)]
pub(super) struct Beyond {
    /// A form that was refused.
    pub back: Option<Back>,
    /// The ticks, where they are not what holds.
    pub ticked: Option<BTreeSet<Grant>>,
    /// What is wrong with single ticks.
    pub faults: Faults,
    /// What saving would change.
    pub preview: Option<Preview>,
    /// What somebody else changed meanwhile.
    pub conflicts: Vec<Conflict>,
    /// What just happened.
    pub said: Option<Flash>,
    /// Whom to look for.
    pub find: String,
}

/// The page.
pub async fn show(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let id = known(&officer, &state, &id)?;
    let sent = Sent::read(query.unwrap_or_default().as_bytes())?;
    let done = Done::of(&headers);
    let beyond = Beyond {
        said: done.as_ref().and_then(|done| done.flash(&officer.kingdom)),
        find: sent.filled("find").unwrap_or_default().to_owned(),
        ..Beyond::default()
    };
    let mut answer = page(&state, &officer, id, beyond, StatusCode::OK).await?;
    if done.is_some() {
        answer.headers_mut().append(header::SET_COOKIE, flash::gone());
    }
    Ok(answer)
}

/// The page after something was refused: it says first that nothing was changed.
pub(super) async fn refused(
    state: &AppState,
    officer: &CurrentOfficer,
    id: OfficerId,
    mut beyond: Beyond,
    status: StatusCode,
) -> Result<Response, AppError> {
    let back = beyond.back.as_ref();
    let first =
        back.and_then(|back| back.message.as_ref().or_else(|| back.errors.first().map(|(_, why)| why)));
    let text = first.or_else(|| beyond.faults.values().next()).map_or("", |why| why.trim_end_matches('.'));
    beyond.said = Some(Flash {
        tone: Tone::Bad,
        title: "Nothing was changed.".to_owned(),
        text: if text.is_empty() { String::new() } else { format!("{text}.") },
        next: Some(Link::new(format!("#{}", back.map_or(GRANTS, |back| &back.form)), "To the form")),
    });
    page(state, officer, id, beyond, status).await
}

/// The page; a reading, recorded first (V7).
pub(super) async fn page(
    state: &AppState,
    officer: &CurrentOfficer,
    id: OfficerId,
    beyond: Beyond,
    status: StatusCode,
) -> Result<Response, AppError> {
    let bus = state.bus();
    let kingdom = state.kingdom();
    let one = kingdom.officers.all.get(&id).ok_or(AppError::NotFound)?;
    reading::of_officer(state, officer, "desk-officer", id).await?;
    let zone = kingdom.catalogue.kingdom.zone;
    let seen = bus.last_sign_in(id).await?;
    let here = format!("{PATH}/{id}");
    let version = kingdom.officers.version.0;
    let held = held(&one.grants);
    let reader = &officer.state()?.grants;
    let own = officer.id == id;
    let ticks = Ticks {
        catalogue: &kingdom.catalogue,
        reader,
        own,
        held: &held,
        ticked: beyond.ticked.as_ref().unwrap_or(&held),
        faults: &beyond.faults,
    };
    let lately = bus.deeds_of(id, LOOKED_AT).await?;
    let changes = bus.changes_of(id, LATELY).await?;
    let person = person::look(state, officer, one, own, &beyond.find).await?;
    let mint = || fresh(bus);
    let forms = Forms { fresh: &mint, back: beyond.back.as_ref() };
    let auditor = officer.may(Permission::ReadHistory, None);
    let more = |query: &str, value: &str| {
        auditor.then(|| Link::new(href("/audit", &[(query, value)]), "All of it in the log"))
    };
    let readings = lately.iter().filter(|entry| is_reading(entry)).count();
    let lines = Lines { kingdom: &kingdom, auditor };
    let view = DeskOfficerView {
        name: name_of(one).to_owned(),
        state: standing(one, seen),
        facts: vec![
            Detail { label: "E-mail".to_owned(), value: one.email.text().map(ToOwned::to_owned) },
            Detail::new(
                "Last signed in",
                seen.map_or_else(|| "never".to_owned(), |at| Moment::new(at, zone.tz()).text),
            ),
        ],
        invitation: (one.enabled && seen.is_none()).then(|| invitation(state, officer, &kingdom, one)),
        limits: limits(officer, own),
        form: forms
            .form(GRANTS, &format!("{here}/grants"), "Save what they may do", Vec::new())
            .seen(version)
            .with_hidden("was", written(&held)),
        matrix: ticks.view(),
        preview: beyond.preview,
        conflicts: beyond.conflicts,
        person: person.shown(&forms, &here, own, version),
        access: access(&forms, &here, one, own, version),
        changes: changes.iter().map(|entry| lines.change(entry)).collect(),
        changes_more: more("person", &id.to_string()),
        deeds: lately
            .iter()
            .filter(|entry| !is_reading(entry))
            .take(usize::try_from(LATELY).unwrap_or(usize::MAX))
            .map(|entry| lines.line(entry, words::entry(entry, &kingdom).text))
            .collect(),
        readings: (readings > 0).then(|| match i64::try_from(lately.len()) {
            Ok(LOOKED_AT) => format!(
                "{readings} of their last {LOOKED_AT} entries in the log are readings of lists and records."
            ),
            _ if readings == 1 => "Read a list or a record once.".to_owned(),
            _ => format!("Read lists and records {readings} times."),
        }),
        deeds_more: more("officer", &Actor::Officer(id).to_string()),
        zone: zone.to_string(),
    };
    let title = view.name.clone();
    let page = Page::desk(&state.site().site, &officer.chrome(), &here, &title, view.with_summary());
    Ok((status, state.render(&page.with_flash(beyond.said), Templates::desk_officer)?).into_response())
}

/// Why some ticks cannot be set (A2).
fn limits(officer: &CurrentOfficer, own: bool) -> Option<String> {
    if own {
        return Some("This is you: you can give up rights here, and nobody can widen their own.".to_owned());
    }
    let everything = Permission::ALL.into_iter().all(|permission| officer.may(permission, None));
    (!everything).then(|| "What you don’t hold yourself is not yours to give, only to take away.".to_owned())
}

/// Disable, or enable again.
fn access(forms: &Forms<'_>, here: &str, one: &OfficerState, own: bool, version: i64) -> Vec<Action> {
    if one.enabled {
        let form = forms.form("disable", &format!("{here}/disable"), "Disable", Vec::new());
        let note = if own {
            "This is you: you are signed out everywhere, and another officer has to let you in again."
        } else {
            "They cannot sign in any more and are signed out everywhere. What they did stays in the history, and what they may do comes back when they are enabled again."
        };
        return vec![forms.action("Disable", form.seen(version).note(note).dangerous())];
    }
    if own {
        return Vec::new();
    }
    let form = forms.form("enable", &format!("{here}/enable"), "Enable", Vec::new());
    vec![
        forms.action(
            "Enable again",
            form.seen(version).note("They can sign in again, with the rights below."),
        ),
    ]
}

/// What to send to somebody who has not signed in yet: no secret, only where and as whom.
fn invitation(
    state: &AppState,
    officer: &CurrentOfficer,
    kingdom: &KingdomState,
    one: &OfficerState,
) -> Invitation {
    let address = format!("{}/auth/login", state.config.base_url);
    let email = one.email.text().unwrap_or_default();
    let (why, at) = match &state.provider {
        _ if state.config.demo.is_some() => (
            "This is a demonstration, where one picks an officer to sign in. On a real site this is what you would send.".to_owned(),
            String::new(),
        ),
        Some(provider) => (
            "No mail goes out from here yet, so send this yourself. There is no secret in it and nothing in it expires: they sign in at the address below, with exactly this e-mail address.".to_owned(),
            format!(" at {}", provider.host()),
        ),
        None => (
            "No mail goes out from here yet, so send this yourself. Signing in is not set up on this site either: ask whoever runs it first.".to_owned(),
            String::new(),
        ),
    };
    let may = summary(&one.grants, &kingdom.catalogue);
    let may = if may.is_empty() {
        "What you may do there will be said soon.".to_owned()
    } else {
        format!("What you may do there: {}.", may.join("; "))
    };
    let title = &kingdom.catalogue.kingdom.title;
    let from = officer.state().ok().and_then(|state| state.label.text()).unwrap_or_default();
    let text = format!(
        "Good day {name},\n\nyou are on the officers’ list of the register of combat authorizations of the {title}.\n\nSign in here: {address}\nUse your account{at} with the address {email}; no other address works, and there is no password to remember.\n\n{may}\n\n{from}",
        name = name_of(one),
    );
    let subject = format!("You are an officer in the register of the {title}");
    let query = href("", &[("to", email), ("subject", &subject), ("body", &text)]);
    // In a mail's text a plus is a plus.
    let mail_href = format!("mailto:{}", query.replace('+', "%20"));
    Invitation { why, address, text, mail_href }
}

/// Whether an entry of the log is a reading.
const fn is_reading(entry: &Entry) -> bool {
    matches!(entry.event, Some(Event::Access(AccessEvent::ListRead(_) | AccessEvent::RecordRead(_))))
}

/// Makes lines of entries of the log. No line names whom something was done to.
struct Lines<'a> {
    kingdom: &'a KingdomState,
    auditor: bool,
}

impl Lines<'_> {
    fn line(&self, entry: &Entry, text: String) -> HistoryRow {
        HistoryRow {
            text,
            more: None,
            effective: None,
            recorded: Moment::new(entry.row.recorded_at, self.kingdom.catalogue.kingdom.zone.tz()),
            by: String::new(),
            superseded: None,
            href: self.auditor.then(|| format!("/audit/events/{}", entry.row.position.0)),
            undo: None,
        }
    }

    /// A change of the officer's own rights.
    fn change(&self, entry: &Entry) -> HistoryRow {
        let grant = |grant: &Grant| in_words(grant, &self.kingdom.catalogue);
        let text = match &entry.event {
            Some(Event::Officers(event)) => match event {
                OfficersEvent::OfficerInvited(_) => "Invited".to_owned(),
                OfficersEvent::PermissionGranted(e) => format!("{}: given", grant(&e.grant)),
                OfficersEvent::PermissionWithdrawn(e) => format!("{}: taken away", grant(&e.grant)),
                OfficersEvent::OfficerDisabled(_) => "Disabled".to_owned(),
                OfficersEvent::OfficerEnabled(_) => "Enabled again".to_owned(),
                OfficersEvent::OfficerLinked(e) if e.combatant.is_some() => {
                    "Linked to a person on file".to_owned()
                }
                OfficersEvent::OfficerLinked(_) => "Link to a person on file undone".to_owned(),
            },
            _ => words::entry(entry, self.kingdom).text,
        };
        HistoryRow { by: words::actor(&entry.row.actor, self.kingdom), ..self.line(entry, text) }
    }
}
