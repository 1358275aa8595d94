//! What happened to a person: who did it, when it was recorded, when it took
//! effect, what and why; and the way to take back what was a mistake.

use std::collections::HashSet;

use super::Shown;
use crate::commands::bus::Entry;
use crate::commands::combatant::withdraw_entry::Entered;
use crate::domain::id::{EventId, StreamType};
use crate::domain::permission::Permission;
use crate::events::Event;
use crate::events::evolve::Standing;
use crate::web::desk::forms::reason;
use crate::web::views::{Action, HistoryRow, Moment};
use crate::web::words;

impl Shown<'_> {
    /// Every event of the person's own stream, newest first. Readings are
    /// counted on the page and listed in full for auditors.
    pub(super) fn history(&self, audit: bool) -> Vec<HistoryRow> {
        let told = words::Told::of(self.entries, self.kingdom);
        let standing: HashSet<EventId> = match self.record.standing {
            Standing::Active => self.record.standing_entries().map(|fact| fact.id).collect(),
            _ => HashSet::new(),
        };
        let zone = self.kingdom.catalogue.kingdom.zone.tz();
        self.entries
            .iter()
            .rev()
            .filter(|entry| entry.row.stream.kind == StreamType::Combatant)
            .map(|entry| (entry, told.words(entry)))
            .map(|(entry, words)| HistoryRow {
                text: words.text,
                more: words.more,
                effective: entry.row.effective_on.map(Into::into),
                recorded: Moment::new(entry.row.recorded_at, zone),
                by: words::actor(&entry.row.actor, self.kingdom),
                superseded: told.superseded(entry),
                href: audit.then(|| format!("/audit/events/{}", entry.row.position)),
                undo: standing.contains(&entry.row.event_id).then(|| self.undo(entry)).flatten(),
            })
            .collect()
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
