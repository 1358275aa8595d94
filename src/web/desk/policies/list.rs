//! `/desk/policies`: the draft, and every approved version.

use std::collections::HashMap;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};

use super::{APPROVE, DRAFT, PATH, form, require, said, standing, stream, with_flash_gone};
use crate::commands::bus::Entry;
use crate::domain::date::CivilDate;
use crate::domain::policy::{Acceptance, PolicyVersion};
use crate::events::evolve::{ApprovedPolicy, Draft};
use crate::events::{Event, PolicyEvent};
use crate::web::error::AppError;
use crate::web::markdown;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::parts::thousands;
use crate::web::views::{Badge, DeskPoliciesView, DraftLine, Moment, Page, PolicyRow, Tone};
use crate::web::words;

/// More versions than a kingdom will ever approve.
const MOST: i64 = 1_000;

/// What there is.
pub async fn show(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    require(&officer)?;
    let kingdom = state.kingdom();
    let policies = &kingdom.catalogue.policies;
    let today = state.today();
    let rows = Rows::read(&state).await?;
    let draft = match &policies.draft {
        Some(draft) => Some(draft_line(&state, draft).await?),
        None => None,
    };
    let begin = draft.is_none().then(|| {
        let note = match policies.newest() {
            Some(newest) => format!("It begins as a copy of {}.", newest.version),
            None => "It begins with a template, whose gaps are to be filled in.".to_owned(),
        };
        let to = "/desk/policies/draft/begin";
        form(&state, None, "begin", to, "Begin a draft", Vec::new()).note(note)
    });
    let view = DeskPoliciesView {
        notes: standing(policies, today, true),
        draft,
        begin,
        versions: policies.approved.iter().rev().map(|policy| rows.row(policy, today)).collect(),
        unknown: rows.unknown(),
    };
    let (said, shown) = said(&officer, &headers);
    let page = Page::desk(&state.site().site, &officer.chrome(), PATH, "Privacy policy", view);
    let html = state.render(&page.with_flash(said), Templates::desk_policies)?;
    Ok(with_flash_gone(html.into_response(), shown))
}

async fn draft_line(state: &AppState, draft: &Draft) -> Result<DraftLine, AppError> {
    let (changed, by) = last_change(state).await?;
    Ok(DraftLine {
        href: DRAFT.to_owned(),
        approve_href: APPROVE.to_owned(),
        based_on: began_as(draft),
        changed,
        by,
        state: match draft.link {
            Some(_) => Badge::new(Tone::Info, "Shared by a link"),
            None => Badge::new(Tone::Off, "Not shared"),
        },
    })
}

/// What a draft began as, in a sentence.
pub(super) fn began_as(draft: &Draft) -> String {
    match draft.based_on {
        Some(version) => format!("It began as a copy of {version}."),
        None => "It began anew.".to_owned(),
    }
}

/// When the draft was last begun or changed, and by whom.
pub(super) async fn last_change(state: &AppState) -> Result<(Option<Moment>, String), AppError> {
    let entries = state.bus().last_in(stream(), None, 20).await?;
    let written = entries.iter().find(|entry| {
        let event = entry.event.as_ref();
        matches!(
            event,
            Some(Event::Policies(PolicyEvent::PolicyDraftBegun(_) | PolicyEvent::PolicyDraftEdited(_)))
        )
    });
    let kingdom = state.kingdom();
    let zone = kingdom.catalogue.kingdom.zone.tz();
    Ok(written.map_or_else(
        || (None, String::new()),
        |entry| (Some(Moment::new(entry.row.recorded_at, zone)), words::actor(&entry.row.actor, &kingdom)),
    ))
}

/// What is needed to show versions in a line each.
pub(super) struct Rows<'a> {
    state: &'a AppState,
    approvals: HashMap<PolicyVersion, Entry>,
    accepted: Option<HashMap<Acceptance, usize>>,
}

impl<'a> Rows<'a> {
    /// Reads who approved what, and counts who accepted what.
    pub async fn read(state: &'a AppState) -> Result<Self, AppError> {
        let entries = state.bus().last_in(stream(), Some("PolicyApproved"), MOST).await?;
        let approvals = entries.into_iter().filter_map(|entry| match &entry.event {
            Some(Event::Policies(PolicyEvent::PolicyApproved(e))) => Some((e.version, entry)),
            _ => None,
        });
        let index = &state.services.indexes;
        let accepted = index.ready().then(|| index.desk().acceptances());
        Ok(Self { state, approvals: approvals.collect(), accepted })
    }

    /// One version in a line.
    pub fn row(&self, policy: &ApprovedPolicy, today: CivilDate) -> PolicyRow {
        let kingdom = self.state.kingdom();
        let in_force = kingdom.catalogue.policies.in_force_on(today).map(|policy| policy.version);
        let state = match in_force {
            Some(version) if version == policy.version => Badge::new(Tone::Good, "In force"),
            Some(version) if version > policy.version => Badge::new(Tone::Off, "Replaced"),
            _ => Badge::new(Tone::Info, "To come"),
        };
        let zone = kingdom.catalogue.kingdom.zone.tz();
        let approval = self.approvals.get(&policy.version).map(|entry| &entry.row);
        PolicyRow {
            version: policy.version.to_string(),
            href: format!("{PATH}/{}", policy.version),
            state,
            approved_on: policy.approved_on.into(),
            recorded: approval.map(|row| Moment::new(row.recorded_at, zone)),
            by: approval.map_or_else(String::new, |row| words::actor(&row.actor, &kingdom)),
            change_log: markdown::render(&policy.change_log),
            accepted: self.accepted(Acceptance::Of(policy.version)),
            required_from: policy.required_from.map(Into::into),
        }
    }

    /// Who accepted before versions were kept, in a sentence.
    fn unknown(&self) -> Option<String> {
        let count = self.accepted.as_ref()?.get(&Acceptance::Unknown)?;
        let who = if *count == 1 { "1 person".to_owned() } else { format!("{} people", thousands(*count)) };
        Some(format!("{who} accepted a policy of which an import knows no version."))
    }

    fn accepted(&self, what: Acceptance) -> String {
        match &self.accepted {
            None => "–".to_owned(),
            Some(counts) => match counts.get(&what).copied().unwrap_or_default() {
                0 => "nobody yet".to_owned(),
                1 => "1 person".to_owned(),
                count => format!("{} people", thousands(count)),
            },
        }
    }
}
