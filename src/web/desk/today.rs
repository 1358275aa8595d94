//! What was done today, for the desk's home: who did what, in words. Nobody on file is named, so looking
//! at it reads nobody's record (V7); a link to the record leads to where that is recorded.

use std::sync::Arc;

use super::list;
use crate::commands::bus::KingdomState;
use crate::domain::actor::Actor;
use crate::domain::date::Instant;
use crate::domain::id::StreamType;
use crate::domain::permission::Permission;
use crate::projections::lately::{Deed as Done, Deeds};
use crate::web::audit::when;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::views::parts::thousands;
use crate::web::views::{Deed, Link, Moment, Today, href};
use crate::web::words;

/// Lines that are shown.
const LINES: usize = 8;

/// Changes of one kind by one person.
struct Line {
    actor: Actor,
    text: String,
    count: usize,
    last: Instant,
    /// The record, while it is the same one.
    about: Option<uuid::Uuid>,
}

/// What was done today, as far as the officer may look; none for whoever may look at nothing.
pub async fn look(state: &AppState, officer: &CurrentOfficer) -> Option<Today> {
    let may = |permission| officer.may(permission, None);
    let (reads, audits) = (may(Permission::ReadCombatantInfo), may(Permission::ReadHistory));
    let sees = |kind: StreamType| match kind {
        StreamType::Combatant => reads || audits,
        StreamType::Officers => may(Permission::WriteOfficerInfo) || audits,
        StreamType::Access => false,
        StreamType::Log => audits,
        // What the kingdom decides holds for everyone.
        _ => reads || audits || may(Permission::ManageKingdom),
    };
    if ![StreamType::Combatant, StreamType::Officers, StreamType::Kingdom].into_iter().any(sees) {
        return None;
    }
    let zone = officer.kingdom.catalogue.kingdom.zone.tz();
    let from = when::beginning(state.today(), zone);
    let nothing = |why: &str| Today { deeds: Vec::new(), rest: None, nothing: why.to_owned(), all: None };
    let deeds = match state.lately.since(&state.services.store, from).await {
        Ok(deeds) => deeds,
        Err(error) => {
            tracing::warn!(%error, "today's changes cannot be read");
            return Some(nothing("What changed today cannot be read just now."));
        }
    };
    let lines = lines(&deeds, sees, &officer.kingdom);
    let mut today = nothing("Nothing has changed yet today.");
    today.rest = match (lines.len().saturating_sub(LINES), deeds.more) {
        (0, false) => None,
        (0, true) => Some("There was more earlier today.".to_owned()),
        (1, _) => Some("And one other kind of change.".to_owned()),
        (more, _) => Some(format!("And {} other kinds of changes.", thousands(more))),
    };
    today.all = (audits && !lines.is_empty()).then(|| {
        let day = state.today().to_string();
        Link::new(href("/audit", &[("from", &day)]), "All of it in the log")
    });
    today.deeds = lines
        .into_iter()
        .take(LINES)
        .map(|line| {
            let at = Moment::new(line.last, zone);
            Deed {
                time: at.text.rsplit(", ").next().unwrap_or_default().to_owned(),
                iso: at.iso,
                text: line.text,
                times: (line.count > 1).then(|| format!("{} times", thousands(line.count))),
                by: words::actor(&line.actor, &officer.kingdom),
                href: line.about.filter(|_| reads).map(|id| format!("{}/{id}", list::PATH)),
            }
        })
        .collect();
    Some(today)
}

/// What was done, the latest first, with the same by the same person in one line.
fn lines(deeds: &Deeds, sees: impl Fn(StreamType) -> bool, kingdom: &KingdomState) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let seen = deeds.all.iter().rev().filter(|deed| sees(deed.kind));
    for deed in seen {
        let text = text(deed, kingdom);
        let about = deed.subject.filter(|_| deed.kind == StreamType::Combatant);
        match lines.iter_mut().find(|line| line.text == text && line.actor == deed.actor) {
            Some(line) => {
                line.count += 1;
                line.about = line.about.filter(|id| Some(*id) == about);
            }
            None => {
                lines.push(Line { actor: deed.actor.clone(), text, count: 1, last: deed.at, about });
            }
        }
    }
    lines
}

fn text(deed: &Arc<Done>, kingdom: &KingdomState) -> String {
    deed.event.as_ref().map_or_else(
        || "Something that this program cannot read".to_owned(),
        |event| words::of(event, kingdom).text,
    )
}
