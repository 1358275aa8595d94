//! Warrants as marshal: their terms, and what becomes of them when records are joined.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::civil::Card;
use crate::domain::date::CivilDate;
use crate::domain::id::{OfficerId, Slug, WarrantId};
use crate::events::CombatantEvent;

/// One warrant as marshal (C8).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warrant {
    /// Which.
    pub id: WarrantId,
    /// The marshal type.
    pub marshal: Slug,
    /// The first day of its term.
    pub starts_on: CivilDate,
    /// The last day of its term, or of its activity where it was ended earlier.
    pub ends_on: Option<CivilDate>,
    /// Who granted it, where an officer is named.
    pub granted_by: Option<OfficerId>,
}

impl Warrant {
    /// Whether its term and that of another share a day.
    pub(super) fn overlaps(&self, starts_on: CivilDate, ends_on: Option<CivilDate>) -> bool {
        self.runs_on_or_after(starts_on) && ends_on.is_none_or(|end| end >= self.starts_on)
    }

    /// Whether its term has days on or after `day`.
    #[must_use]
    pub fn runs_on_or_after(&self, day: CivilDate) -> bool {
        self.ends_on.is_none_or(|end| end >= day && end >= self.starts_on)
    }
}

/// On which days warrants are ended, anywhere on a timeline.
#[derive(Debug)]
pub(super) struct WarrantEnds(BTreeMap<WarrantId, CivilDate>);

impl WarrantEnds {
    /// Those of the entries of a timeline, in its order.
    pub(super) fn of<'e>(entries: impl Iterator<Item = (CivilDate, &'e CombatantEvent)>) -> Self {
        let mut ends = BTreeMap::new();
        for (on, event) in entries {
            if let CombatantEvent::WarrantEnded(ended) = event {
                ends.entry(ended.warrant).or_insert(on);
            }
        }
        Self(ends)
    }

    /// Whether a warrant was ended on its first day or before: it never ran, and covers no time that another
    /// could want (C8).
    pub(super) fn never_ran(&self, warrant: WarrantId, starts_on: CivilDate) -> bool {
        self.0.get(&warrant).is_some_and(|on| *on <= starts_on)
    }
}

impl Card {
    /// Adds a warrant that came along in a merge. Those of its type whose terms share a day with it become one
    /// with it, from the first day of any to the last of any; that one is called as the first of them (P6, C8).
    pub(super) fn unite(
        &mut self,
        came: Warrant,
        day: CivilDate,
        ends: &WarrantEnds,
        united: &mut BTreeMap<WarrantId, WarrantId>,
    ) {
        let never = |w: &Warrant| w.starts_on > day && ends.never_ran(w.id, w.starts_on);
        let runs = |w: &Warrant| w.runs_on_or_after(w.starts_on) && !never(w);
        let (marshal, starts_on, ends_on) = (came.marshal.clone(), came.starts_on, came.ends_on);
        let came_runs = runs(&came);
        let meets =
            |w: &Warrant| came_runs && w.marshal == marshal && runs(w) && w.overlaps(starts_on, ends_on);
        let Some(first) = self.warrants.iter().position(meets) else {
            self.warrants.push(came);
            return;
        };
        let mut others: Vec<Warrant> = self.warrants.extract_if(first + 1.., |w| meets(w)).collect();
        others.push(came);
        let one = &mut self.warrants[first];
        for other in others {
            one.starts_on = one.starts_on.min(other.starts_on);
            one.ends_on = one.ends_on.zip(other.ends_on).map(|(one, other)| one.max(other));
            united.values_mut().filter(|into| **into == other.id).for_each(|into| *into = one.id);
            united.insert(other.id, one.id);
        }
    }
}
