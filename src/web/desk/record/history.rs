//! What happened to a person: who did it, when it was recorded, when it took
//! effect, what and why; and the way to take back what was a mistake.

use std::collections::{HashMap, HashSet};

use super::Shown;
use crate::commands::bus::Entry;
use crate::commands::combatant::withdraw_entry::Entered;
use crate::domain::id::{EventId, StreamType};
use crate::domain::permission::Permission;
use crate::events::evolve::Standing;
use crate::events::{CombatantEvent, Event};
use crate::web::desk::forms::reason;
use crate::web::views::{Action, HistoryRow, Moment};
use crate::web::words;

impl Shown<'_> {
    /// Every event of the person's own stream, newest first. Readings are
    /// counted on the page and listed in full for auditors.
    pub(super) fn history(&self, audit: bool) -> Vec<HistoryRow> {
        let replaced: HashMap<EventId, &'static str> = self.entries.iter().filter_map(replaces).collect();
        let standing: HashSet<EventId> = match self.record.standing {
            Standing::Active => self.record.standing_entries().map(|fact| fact.id).collect(),
            _ => HashSet::new(),
        };
        let zone = self.kingdom.catalogue.kingdom.zone.tz();
        self.entries
            .iter()
            .rev()
            .filter(|entry| entry.row.stream.kind == StreamType::Combatant)
            .map(|entry| HistoryRow {
                text: self.what(entry),
                more: words::entry(entry, self.kingdom).more,
                effective: entry.row.effective_on.map(Into::into),
                recorded: Moment::new(entry.row.recorded_at, zone),
                by: words::actor(&entry.row.actor, self.kingdom),
                superseded: replaced.get(&entry.row.event_id).copied(),
                href: audit.then(|| format!("/audit/events/{}", entry.row.position)),
                undo: standing.contains(&entry.row.event_id).then(|| self.undo(entry)).flatten(),
            })
            .collect()
    }

    /// What happened; of an entry that took another back, which one that was.
    fn what(&self, entry: &Entry) -> String {
        let text = words::entry(entry, self.kingdom).text;
        let Some(Event::Combatant(CombatantEvent::EntryWithdrawn(e))) = &entry.event else { return text };
        let other = self.entries.iter().find(|other| other.row.event_id == e.entry);
        other.map_or(text, |other| format!("Taken back: {}", words::entry(other, self.kingdom).text))
    }

    /// The form that takes an entry back, for who could have made it.
    fn undo(&self, entry: &Entry) -> Option<Action> {
        let Some(Event::Combatant(event)) = &entry.event else { return None };
        let about = Entered::of(event)?;
        let permission = match about {
            Entered::Card(_) => Permission::WriteCardDate,
            Entered::Authorization(_) => Permission::WriteAuthorizations,
            Entered::Warrant(_) => Permission::WriteMarshal,
            Entered::Waiver => Permission::WriteWaiverDate,
        };
        if !self.may.may_change(permission, about.discipline()) {
            return None;
        }
        let id = entry.row.event_id;
        let form = self
            .forms
            .form(
                &format!("withdraw-{id}"),
                &self.action("withdraw-entry"),
                "Take this entry back",
                vec![reason()],
            )
            .with_hidden("entry", id.to_string())
            .with_hidden("about", about.word())
            .with_hidden("discipline", about.discipline().map(ToString::to_string).unwrap_or_default())
            .note("For an entry that should never have been made, of the wrong person say: the record is as if it had not been. It stays in the history, marked.")
            .dangerous();
        Some(self.forms.action("Take back", form))
    }
}

/// The entry whose place this one took, and how that is said.
fn replaces(entry: &Entry) -> Option<(EventId, &'static str)> {
    let Some(Event::Combatant(event)) = &entry.event else { return None };
    match event {
        CombatantEvent::CardDatesCorrected(e) => Some((e.corrects, "corrected later")),
        CombatantEvent::WaiverCorrected(e) => Some((e.corrects, "corrected later")),
        CombatantEvent::EntryWithdrawn(e) => Some((e.entry, "taken back later")),
        _ => None,
    }
}
