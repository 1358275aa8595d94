//! What happened to a person: who did it, when it was recorded, when it took
//! effect, what and why.

use std::collections::HashSet;

use super::Shown;
use crate::domain::id::StreamType;
use crate::events::{CombatantEvent, Event};
use crate::web::views::{HistoryRow, Moment};
use crate::web::words;

impl Shown<'_> {
    /// Every event of the person's own stream, newest first. Readings are
    /// counted on the page and listed in full for auditors.
    pub(super) fn history(&self, audit: bool) -> Vec<HistoryRow> {
        let corrected: HashSet<_> = self
            .entries
            .iter()
            .filter_map(|entry| match &entry.event {
                Some(Event::Combatant(CombatantEvent::CardDatesCorrected(e))) => Some(e.corrects),
                Some(Event::Combatant(CombatantEvent::WaiverCorrected(e))) => Some(e.corrects),
                _ => None,
            })
            .collect();
        let zone = self.kingdom.catalogue.kingdom.zone.tz();
        self.entries
            .iter()
            .rev()
            .filter(|entry| entry.row.stream.kind == StreamType::Combatant)
            .map(|entry| {
                let words = words::entry(entry, self.kingdom);
                HistoryRow {
                    text: words.text,
                    more: words.more,
                    effective: entry.row.effective_on.map(Into::into),
                    recorded: Moment::new(entry.row.recorded_at, zone),
                    by: words::actor(&entry.row.actor, self.kingdom),
                    superseded: corrected.contains(&entry.row.event_id),
                    href: audit.then(|| format!("/audit/events/{}", entry.row.position)),
                }
            })
            .collect()
    }
}
