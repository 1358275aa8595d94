//! `/audit`: the log, newest first, by person, officer, kind and time.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::whom::{self, Whom};
use super::{address, row, when};
use crate::domain::actor::Actor;
use crate::domain::date::Instant;
use crate::domain::id::{CombatantId, Position, StreamId};
use crate::domain::permission::Permission;
use crate::events::Event;
use crate::store::EventFilter;
use crate::store::chain::hex;
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::parts::thousands;
use crate::web::views::{AuditLogView, EventLink, Field, Kind, Page, href};
use crate::web::words;

/// Events on a page.
const PER_PAGE: usize = 50;
/// What is asked of the log, in the order of the address.
const ASKED: [&str; 5] = ["person", "officer", "kind", "from", "to"];

/// What the address asks for, and what is wrong with it.
struct Asked {
    sent: Sent,
    filter: EventFilter,
    errors: Vec<(&'static str, String)>,
}

impl Asked {
    fn read(sent: Sent, unclear: Option<String>, zone: chrono_tz::Tz) -> Result<Self, AppError> {
        let mut errors: Vec<_> = unclear.map(|why| ("person", why)).into_iter().collect();
        let mut take = |field: &'static str, right: &str| {
            errors.push((field, format!("This can’t be read; write it like {right}")));
        };
        let subject = sent.filled("person").and_then(|text| Uuid::parse_str(text).ok());
        let mut filter = EventFilter { subject, ..EventFilter::default() };
        if let Some(text) = sent.filled("officer") {
            match text.parse::<Actor>() {
                Ok(actor) => filter.actor = Some(actor),
                Err(_) => take("officer", "process:import, or choose an officer"),
            }
        }
        if let Some(text) = sent.filled("kind") {
            if kinds().contains(&text) {
                filter.event_type = Some(text.to_owned());
            } else {
                take("kind", "CardIssued, or choose one");
            }
        }
        let mut span = |field: &'static str| {
            let text = sent.filled(field)?;
            let span = when::span(text, zone);
            if span.is_none() {
                take(field, when::EXAMPLE);
            }
            span
        };
        filter.recorded_from = span("from").map(|span| span.first);
        filter.recorded_before = span("to").map(|span| Instant::from_micros(span.last.micros() + 1));
        if let Some(text) = sent.filled("before") {
            match text.parse() {
                Ok(position) if position > 0 => filter.before = Some(Position(position)),
                _ => return Err(AppError::Bad("before is the position of an event, like 20362".to_owned())),
            }
        }
        Ok(Self { sent, filter, errors })
    }

    /// The same question, before an event.
    fn address(&self, before: Option<Position>) -> String {
        let before = before.map_or_else(String::new, |position| position.to_string());
        let mut query: Vec<_> = ASKED.iter().map(|name| (*name, self.sent.text(name))).collect();
        query.push(("before", &before));
        href("/audit", &query)
    }

    fn filtered(&self) -> bool {
        ASKED.iter().any(|name| self.sent.filled(name).is_some())
    }

    /// What the access log keeps, sealed.
    fn words(&self) -> String {
        let names = ASKED.iter().chain(&["before"]);
        let said = names.filter_map(|name| Some(format!("{name} {}", self.sent.filled(name)?)));
        said.collect::<Vec<_>>().join(", ")
    }
}

/// Every kind of event, by name.
fn kinds() -> Vec<&'static str> {
    let mut kinds: Vec<_> =
        Event::docs().iter().flat_map(|(_, docs)| docs.iter().map(|doc| doc.name)).collect();
    kinds.sort_unstable();
    kinds
}

/// The log.
pub async fn show(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    officer.require(Permission::ReadHistory, None)?;
    let zone = officer.kingdom.catalogue.kingdom.zone.tz();
    let sent = Sent::read(query.unwrap_or_default().as_bytes())?;
    let (unclear, candidates) = match whom::find(&state, &officer, "/audit", &sent).await? {
        Whom::Lead(answer) => return Ok(answer),
        Whom::Clear => (None, Vec::new()),
        Whom::Unclear(why, candidates) => (Some(why), candidates),
    };
    let asked = Asked::read(sent, unclear, zone)?;
    let store = state.bus().store();
    let head = store.head().await?;
    let mut rows = Vec::new();
    let mut older = None;
    let status = if asked.errors.is_empty() {
        let limit = i64::try_from(PER_PAGE + 1).unwrap_or(i64::MAX);
        let mut found = store.search(&asked.filter, limit).await?;
        if found.len() > PER_PAGE {
            found.truncate(PER_PAGE);
            older = found.last().map(|last| asked.address(Some(last.position)));
        }
        let mut people: Vec<_> = found.iter().filter_map(|row| row.subject).collect();
        people.sort_unstable();
        people.dedup();
        reading::of_list(&state, &officer, "audit-log", asked.words(), people.len()).await?;
        // Whose history alone was asked for can see that it was.
        let alone = asked.filter.subject.map(CombatantId);
        if let Some(person) =
            alone.filter(|id| found.iter().any(|row| row.stream == StreamId::combatant(*id)))
        {
            reading::of_record(&state, &officer, "audit-log", person).await?;
        }
        for entry in state.bus().open_rows(found).await? {
            rows.push(row(&state, &officer, &entry).await?);
        }
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let total = thousands(usize::try_from(head.position.0).unwrap_or(0));
    let view = AuditLogView {
        filters: filters(&asked, &officer),
        candidates,
        filtered: asked.filtered(),
        total,
        head: (head.position.0 > 0).then(|| EventLink {
            position: head.position.0,
            hash: hex(&head.hash),
            href: address(head.position.0),
        }),
        rows,
        newer: asked.filter.before.map(|_| asked.address(None)),
        older,
    };
    let path = asked.address(asked.filter.before);
    let page = Page::desk(&state.site().site, &officer.chrome(), &path, "The log", view);
    Ok((status, state.render(&page, Templates::audit_log)?).into_response())
}

fn filters(asked: &Asked, officer: &CurrentOfficer) -> Vec<Field> {
    let text = |name: &str| asked.sent.text(name).to_owned();
    let error = |name: &str| {
        asked.errors.iter().find(|(field, _)| *field == name).map(|(_, message)| message.clone())
    };
    let mut officers: Vec<(String, String)> = officer
        .kingdom
        .officers
        .all
        .keys()
        .map(|id| {
            let actor = Actor::Officer(*id);
            (actor.to_string(), words::actor(&actor, &officer.kingdom))
        })
        .collect();
    officers.sort_by_key(|(_, name)| crate::domain::text::fold(name));
    let chosen = text("officer");
    if !chosen.is_empty() && !officers.iter().any(|(key, _)| *key == chosen) {
        officers.push((chosen.clone(), chosen.clone()));
    }
    let any = |label: &str| std::iter::once((String::new(), label.to_owned()));
    let kinds = kinds().into_iter().map(|kind| (kind.to_owned(), kind.to_owned()));
    vec![
        Field::new(Kind::Text, "person", whom::LABEL)
            .value(text("person"))
            .hint(whom::HINT)
            .error(error("person")),
        Field::new(Kind::Select, "officer", "By")
            .choices(any("anybody").chain(officers))
            .value(chosen)
            .error(error("officer")),
        Field::new(Kind::Select, "kind", "Kind")
            .choices(any("any").chain(kinds))
            .value(text("kind"))
            .error(error("kind")),
        Field::new(Kind::Text, "from", "Recorded from")
            .value(text("from"))
            .hint(when::EXAMPLE)
            .error(error("from")),
        Field::new(Kind::Text, "to", "Recorded to")
            .value(text("to"))
            .hint("That day or minute included")
            .error(error("to")),
    ]
}
