//! Taking back an entry that was a mistake.

use super::{after, keeps_a_primary};
use crate::commands::refusal::reason;
use crate::commands::{Context, Refusal};
use crate::domain::date_text::long_date;
use crate::domain::id::{EventId, Slug};
use crate::events::combatant::{CombatantMerged, EntryWithdrawn};
use crate::events::evolve::{Civil, Record};
use crate::events::{CombatantEvent, Fact};

/// Take back an entry that should never have been made: of the wrong person, say (D4). Another date is a correction;
/// one that is taken back gives its place back to what it corrected.
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

    /// Whether a merge settled what it is about (P6).
    fn settled_by(&self, merge: &CombatantMerged) -> bool {
        match self.discipline() {
            Some(discipline) => merge.cards.iter().any(|card| card.discipline == *discipline),
            None => merge.waiver.is_some(),
        }
    }
}

impl WithdrawEntry {
    /// # Errors
    /// C5: no reason. D4: the entry does not hold any more, or a later one would make no sense without it. C2, C6:
    /// authorizations rest on it. P6: a merge settled since what holds.
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let reason = reason(&self.reason)?;
        let mut standing = record.standing_entries().skip_while(|fact| fact.id != self.entry);
        let found = standing.next().filter(|fact| Entered::of(&fact.event).as_ref() == Some(&self.about));
        let on = found.and_then(|fact| fact.effective_on).ok_or_else(|| {
            let why = "this entry does not hold any more, was corrected or taken back meanwhile, or came along with a \
                       joined record";
            Refusal::rule("D4", why)
        })?;
        let merge = standing.find(|fact| {
            matches!(&fact.event, CombatantEvent::CombatantMerged(merge) if self.about.settled_by(merge))
        });
        if let Some(joined) = merge.and_then(|fact| fact.effective_on) {
            let why = format!(
                "a record was joined to this one on {}, and what holds since was chosen there: correct it, revoke it or \
                 end it instead",
                long_date(joined)
            );
            return Err(Refusal::rule("P6", why));
        }
        let facts = vec![Fact::on(on, EntryWithdrawn { entry: self.entry, reason }.into())];
        self.leaves_sense(record, &after(record, context, &facts)?, context)?;
        Ok(facts)
    }

    /// Whether what is left rests on something.
    fn leaves_sense(&self, record: &Record, left: &Civil, context: &Context) -> Result<(), Refusal> {
        match &self.about {
            Entered::Card(discipline) => {
                let rests = left.cards.get(discipline).is_some_and(|card| {
                    let runs = card.warrants.iter().any(|warrant| warrant.runs_on_or_after(context.today));
                    card.term.is_none() && (runs || !card.authorizations.is_empty())
                });
                if rests {
                    let name = context.catalogue.discipline_name(discipline);
                    let why = format!(
                        "authorizations or warrants in {name} rest on this card: take them back first"
                    );
                    return Err(Refusal::rule("C2", why));
                }
                Ok(())
            }
            Entered::Authorization(discipline) => keeps_a_primary(record, left, context, discipline),
            Entered::Warrant(_) | Entered::Waiver => Ok(()),
        }
    }
}
