//! Taking back an entry that was a mistake.

use super::judged;
use crate::commands::refusal::reason;
use crate::commands::{Context, Refusal};
use crate::domain::id::{EventId, Slug};
use crate::events::combatant::EntryWithdrawn;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Take back an entry that should never have been made: of the wrong person, say (D4). Another date is a correction.
#[derive(Debug, Clone)]
pub struct WithdrawEntry {
    /// The entry's event.
    pub entry: EventId,
    /// What it is about: who may take it back is judged by this, and it must be true (A1).
    pub about: Entered,
    /// Why.
    pub reason: String,
}

/// What an entry with an effective day is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entered {
    /// A card's dates in a discipline.
    Card(Slug),
    /// An authorization in a discipline.
    Authorization(Slug),
    /// A warrant in a discipline.
    Warrant(Slug),
    /// The waiver.
    Waiver,
}

impl Entered {
    /// What an event is about; none where it cannot be taken back: a merge, and what is no entry of that kind.
    #[must_use]
    pub fn of(event: &CombatantEvent) -> Option<Self> {
        Some(match event {
            CombatantEvent::CardIssued(e) => Self::Card(e.discipline.clone()),
            CombatantEvent::CardRenewed(e) => Self::Card(e.discipline.clone()),
            CombatantEvent::CardDatesCorrected(e) => Self::Card(e.discipline.clone()),
            CombatantEvent::AuthorizationGranted(e) => Self::Authorization(e.discipline.clone()),
            CombatantEvent::AuthorizationRevoked(e) => Self::Authorization(e.discipline.clone()),
            CombatantEvent::WarrantGranted(e) => Self::Warrant(e.discipline.clone()),
            CombatantEvent::WarrantEnded(e) => Self::Warrant(e.discipline.clone()),
            CombatantEvent::WaiverRecorded(_) | CombatantEvent::WaiverCorrected(_) => Self::Waiver,
            _ => return None,
        })
    }

    /// The word for its kind, in forms.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Card(_) => "card",
            Self::Authorization(_) => "authorization",
            Self::Warrant(_) => "warrant",
            Self::Waiver => "waiver",
        }
    }

    /// Where, if it is about a discipline.
    #[must_use]
    pub const fn discipline(&self) -> Option<&Slug> {
        match self {
            Self::Card(slug) | Self::Authorization(slug) | Self::Warrant(slug) => Some(slug),
            Self::Waiver => None,
        }
    }
}

impl WithdrawEntry {
    /// # Errors
    /// C5: no reason. D4: the entry does not hold any more, or a later one would make no sense without it.
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let reason = reason(&self.reason)?;
        let mut standing = record.standing_entries();
        let found = standing.find(|fact| fact.id == self.entry);
        let found = found.filter(|fact| Entered::of(&fact.event).as_ref() == Some(&self.about));
        let on = found.and_then(|fact| fact.effective_on).ok_or_else(|| {
            Refusal::rule("D4", "this entry does not hold any more: it was corrected or taken back meanwhile")
        })?;
        judged(record, context, vec![Fact::on(on, EntryWithdrawn { entry: self.entry, reason }.into())])
    }
}
