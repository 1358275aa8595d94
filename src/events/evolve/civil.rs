//! The civil state of one person: cards, authorizations, warrants, waiver, as
//! the events on the timeline leave it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::catalogue::Catalogue;
pub use super::warrants::Warrant;
use super::warrants::WarrantEnds;
use crate::domain::date::CivilDate;
use crate::domain::date_text::long_date;
use crate::domain::id::{Slug, WarrantId};
use crate::events::combatant::{CombatantMerged, MergedCard, WarrantGranted};
use crate::events::{CombatantEvent, Fact};

/// Cards by discipline, and the waiver, as of some day.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Civil {
    /// At most one card per discipline.
    pub cards: BTreeMap<Slug, Card>,
    /// The waiver last signed.
    pub waiver: Option<WaiverHeld>,
    /// Warrants that a merge united with another of their type, and with which: ending one ends that one (P6, C8).
    pub united: BTreeMap<WarrantId, WarrantId>,
}

/// One combatant's record in one discipline.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The card's dates; none while authorizations stand without a card, which
    /// only a correction to a later date can bring about.
    pub term: Option<Term>,
    /// The authorizations held, each since its effective day.
    pub authorizations: BTreeMap<Slug, CivilDate>,
    /// Every warrant there ever was, in order of entry.
    pub warrants: Vec<Warrant>,
}

/// From when to when something runs, and by which rulebook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// From when it runs.
    pub issued_on: CivilDate,
    /// The first day it is no longer valid (D3).
    pub expires_on: CivilDate,
    /// The version of the rulebook that set the term (D5).
    pub rulebook: u32,
}

/// The waiver on file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverHeld {
    /// The day it was signed.
    pub signed_on: CivilDate,
    /// The first day it is no longer valid (D3).
    pub expires_on: CivilDate,
    /// The version of the rulebook that set the term (D5).
    pub rulebook: u32,
}

/// Why an event cannot have happened at its place on the timeline (D4, C4, C5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Senseless {
    /// A card is issued where there is one.
    CardExists {
        /// Where.
        discipline: Slug,
        /// Since when.
        issued_on: CivilDate,
    },
    /// A card is renewed that is not there.
    NoCard {
        /// Where.
        discipline: Slug,
    },
    /// A renewal does not run later than the card it renews (C4).
    NotLater {
        /// Where.
        discipline: Slug,
        /// The date it has.
        issued_on: CivilDate,
    },
    /// Granted twice (C5).
    AlreadyHeld {
        /// Where.
        discipline: Slug,
        /// What.
        authorization: Slug,
        /// Since when.
        since: CivilDate,
    },
    /// Revoked without being held (C5).
    NotHeld {
        /// Where.
        discipline: Slug,
        /// What.
        authorization: Slug,
        /// On that day.
        on: CivilDate,
    },
    /// A warrant of that type already covers part of the term (C5, C8).
    WarrantOverlaps {
        /// Where.
        discipline: Slug,
        /// What.
        marshal: Slug,
        /// The start of the other one.
        starts_on: CivilDate,
    },
    /// A warrant is ended that is not there or is over (C5).
    NoWarrant {
        /// Where.
        discipline: Slug,
        /// What.
        marshal: Slug,
    },
    /// The same signature twice.
    WaiverExists {
        /// The day.
        signed_on: CivilDate,
    },
}

impl Senseless {
    /// The number of the rule that it breaks.
    #[must_use]
    pub const fn rule(&self) -> &'static str {
        match self {
            Self::NoCard { .. } | Self::NotLater { .. } => "C4",
            Self::WaiverExists { .. } => "C10",
            Self::CardExists { .. }
            | Self::AlreadyHeld { .. }
            | Self::NotHeld { .. }
            | Self::WarrantOverlaps { .. }
            | Self::NoWarrant { .. } => "C5",
        }
    }

    /// Why, with the names that the kingdom gave; it names what stands in the way, with its day.
    #[must_use]
    pub fn told(&self, names: &Catalogue) -> String {
        let at = |discipline| names.discipline_name(discipline);
        match self {
            Self::CardExists { discipline, issued_on } => {
                format!("there is already a card in {}, issued on {}", at(discipline), long_date(*issued_on))
            }
            Self::NoCard { discipline } => format!("there is no card in {} to renew", at(discipline)),
            Self::NotLater { discipline, issued_on } => format!(
                "the card in {} has the issue date {} already; it can only be followed by a later one",
                at(discipline),
                long_date(*issued_on)
            ),
            Self::AlreadyHeld { discipline, authorization, since } => format!(
                "{} in {} is already held, since {}",
                names.authorization_name(discipline, authorization),
                at(discipline),
                long_date(*since)
            ),
            Self::NotHeld { discipline, authorization, on } => format!(
                "{} in {} was not held on {}",
                names.authorization_name(discipline, authorization),
                at(discipline),
                long_date(*on)
            ),
            Self::WarrantOverlaps { discipline, marshal, starts_on } => format!(
                "a warrant as {} in {} from {} already covers that time",
                names.marshal_name(discipline, marshal),
                at(discipline),
                long_date(*starts_on)
            ),
            Self::NoWarrant { discipline, marshal } => format!(
                "there is no running warrant as {} in {} to end",
                names.marshal_name(discipline, marshal),
                at(discipline)
            ),
            Self::WaiverExists { signed_on } => {
                format!("a waiver signed on {} is already on file", long_date(*signed_on))
            }
        }
    }
}

impl std::error::Error for Senseless {}

impl std::fmt::Display for Senseless {
    /// With what disciplines and types are called in addresses.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.told(&Catalogue::default()))
    }
}

impl Civil {
    /// Takes one event that took effect on `day`; `ends` says which warrants are ended, now or later.
    ///
    /// # Errors
    /// [`Senseless`] when it cannot have happened in this state; the state is then unchanged.
    pub(super) fn apply(
        &mut self,
        day: CivilDate,
        event: &CombatantEvent,
        ends: &WarrantEnds,
    ) -> Result<(), Senseless> {
        match event {
            CombatantEvent::CardIssued(e) => {
                let term = Term { issued_on: e.issued_on, expires_on: e.expires_on, rulebook: e.rulebook };
                self.issue(&e.discipline, term)
            }
            CombatantEvent::CardRenewed(e) => {
                let term = Term { issued_on: e.issued_on, expires_on: e.expires_on, rulebook: e.rulebook };
                self.renew(&e.discipline, term)
            }
            CombatantEvent::CardDatesCorrected(e) => {
                let term = Term { issued_on: e.issued_on, expires_on: e.expires_on, rulebook: e.rulebook };
                if self.term(&e.discipline).is_some() {
                    self.renew(&e.discipline, term)
                } else {
                    self.issue(&e.discipline, term)
                }
            }
            CombatantEvent::AuthorizationGranted(e) => self.grant(&e.discipline, &e.authorization, day),
            CombatantEvent::AuthorizationRevoked(e) => self.revoke(&e.discipline, &e.authorization, day),
            CombatantEvent::WarrantGranted(e) => {
                self.free_for(e, ends)?;
                self.note_warrant(e);
                Ok(())
            }
            CombatantEvent::WarrantEnded(e) => self.end_warrant(&e.discipline, e.warrant, &e.marshal, day),
            CombatantEvent::WaiverRecorded(e) => self.waive(WaiverHeld {
                signed_on: e.signed_on,
                expires_on: e.expires_on,
                rulebook: e.rulebook,
            }),
            CombatantEvent::WaiverCorrected(e) => self.waive(WaiverHeld {
                signed_on: e.signed_on,
                expires_on: e.expires_on,
                rulebook: e.rulebook,
            }),
            CombatantEvent::CombatantMerged(e) => {
                self.merge(e, day, ends);
                Ok(())
            }
            CombatantEvent::CombatantRegistered(_)
            | CombatantEvent::DetailsChanged(_)
            | CombatantEvent::ConsentAccepted(_)
            | CombatantEvent::ListingChanged(_)
            | CombatantEvent::CardIdAssigned(_)
            | CombatantEvent::CheckCodeRenewed(_)
            | CombatantEvent::CombatantMergedAway(_)
            | CombatantEvent::CombatantErased(_)
            | CombatantEvent::LinkSent(_)
            | CombatantEvent::PinSet(_)
            | CombatantEvent::PinLocked(_)
            | CombatantEvent::AddressAsked(_)
            | CombatantEvent::AddressConfirmed(_)
            | CombatantEvent::CorrectionAsked(_)
            | CombatantEvent::CorrectionSettled(_)
            | CombatantEvent::EvidenceDestroyed(_)
            // What it names is not on the timeline any more.
            | CombatantEvent::EntryWithdrawn(_) => Ok(()),
        }
    }

    /// The dates of the card in a discipline, if there is one.
    #[must_use]
    pub fn term(&self, discipline: &Slug) -> Option<Term> {
        self.cards.get(discipline).and_then(|card| card.term)
    }

    fn issue(&mut self, discipline: &Slug, term: Term) -> Result<(), Senseless> {
        let card = self.cards.entry(discipline.clone()).or_default();
        if let Some(old) = card.term {
            return Err(Senseless::CardExists { discipline: discipline.clone(), issued_on: old.issued_on });
        }
        card.term = Some(term);
        Ok(())
    }

    fn renew(&mut self, discipline: &Slug, term: Term) -> Result<(), Senseless> {
        let held = self.cards.get_mut(discipline).and_then(|card| card.term.as_mut());
        let Some(held) = held else {
            return Err(Senseless::NoCard { discipline: discipline.clone() });
        };
        if term.issued_on <= held.issued_on {
            return Err(Senseless::NotLater { discipline: discipline.clone(), issued_on: held.issued_on });
        }
        *held = term;
        Ok(())
    }

    fn grant(&mut self, discipline: &Slug, authorization: &Slug, day: CivilDate) -> Result<(), Senseless> {
        let card = self.cards.entry(discipline.clone()).or_default();
        if let Some(&since) = card.authorizations.get(authorization) {
            return Err(Senseless::AlreadyHeld {
                discipline: discipline.clone(),
                authorization: authorization.clone(),
                since,
            });
        }
        card.authorizations.insert(authorization.clone(), day);
        Ok(())
    }

    fn revoke(&mut self, discipline: &Slug, authorization: &Slug, on: CivilDate) -> Result<(), Senseless> {
        let held = self.cards.get_mut(discipline).and_then(|card| card.authorizations.remove(authorization));
        held.map(|_| ()).ok_or_else(|| Senseless::NotHeld {
            discipline: discipline.clone(),
            authorization: authorization.clone(),
            on,
        })
    }

    /// Whether no warrant of that type covers part of the term.
    fn free_for(&self, granted: &WarrantGranted, ends: &WarrantEnds) -> Result<(), Senseless> {
        if ends.never_ran(granted.warrant, granted.starts_on) {
            return Ok(());
        }
        let mut others = self.cards.get(&granted.discipline).into_iter().flat_map(|card| &card.warrants);
        let other = others.find(|other| {
            other.marshal == granted.marshal
                && other.overlaps(granted.starts_on, granted.ends_on)
                && !ends.never_ran(other.id, other.starts_on)
        });
        other.map_or(Ok(()), |other| {
            Err(Senseless::WarrantOverlaps {
                discipline: granted.discipline.clone(),
                marshal: granted.marshal.clone(),
                starts_on: other.starts_on,
            })
        })
    }

    /// Adds a warrant without asking whether its time is free.
    fn note_warrant(&mut self, granted: &WarrantGranted) {
        self.cards.entry(granted.discipline.clone()).or_default().warrants.push(Warrant {
            id: granted.warrant,
            marshal: granted.marshal.clone(),
            starts_on: granted.starts_on,
            ends_on: granted.ends_on,
            granted_by: granted.granted_by,
        });
    }

    fn end_warrant(
        &mut self,
        discipline: &Slug,
        warrant: WarrantId,
        marshal: &Slug,
        day: CivilDate,
    ) -> Result<(), Senseless> {
        let one = self.united.get(&warrant).copied().unwrap_or(warrant);
        let found = self
            .cards
            .get_mut(discipline)
            .and_then(|card| card.warrants.iter_mut().find(|w| w.id == one && w.runs_on_or_after(day)));
        let Some(found) = found else {
            // Two that are one by now may each have been ended.
            if self.united.iter().any(|(with, into)| [*with, *into].contains(&warrant)) {
                return Ok(());
            }
            return Err(Senseless::NoWarrant { discipline: discipline.clone(), marshal: marshal.clone() });
        };
        found.ends_on = Some(day.day_before());
        Ok(())
    }

    /// The waiver signed last counts, whenever it is filed.
    fn waive(&mut self, waiver: WaiverHeld) -> Result<(), Senseless> {
        if self.waiver.is_some_and(|held| held.signed_on == waiver.signed_on) {
            return Err(Senseless::WaiverExists { signed_on: waiver.signed_on });
        }
        if self.waiver.is_none_or(|held| held.signed_on < waiver.signed_on) {
            self.waiver = Some(waiver);
        }
        Ok(())
    }

    /// Sets dates that were picked in a merge to what they really are (C4, P6).
    pub(super) fn pick_again(&mut self, event: &CombatantEvent) {
        match event {
            CombatantEvent::CardDatesCorrected(e) => {
                let term = Term { issued_on: e.issued_on, expires_on: e.expires_on, rulebook: e.rulebook };
                self.cards.entry(e.discipline.clone()).or_default().term = Some(term);
            }
            CombatantEvent::WaiverCorrected(e) => {
                self.waiver = Some(WaiverHeld {
                    signed_on: e.signed_on,
                    expires_on: e.expires_on,
                    rulebook: e.rulebook,
                });
            }
            _ => {}
        }
    }

    /// Dates as picked, grants united (P6).
    fn merge(&mut self, merge: &CombatantMerged, day: CivilDate, ends: &WarrantEnds) {
        for MergedCard { discipline, issued_on, expires_on, rulebook, authorizations, warrants } in
            &merge.cards
        {
            let card = self.cards.entry(discipline.clone()).or_default();
            card.term = Some(Term { issued_on: *issued_on, expires_on: *expires_on, rulebook: *rulebook });
            for authorization in authorizations {
                card.authorizations.entry(authorization.clone()).or_insert(day);
            }
            for came in warrants {
                let came = Warrant {
                    id: came.warrant,
                    marshal: came.marshal.clone(),
                    starts_on: came.starts_on,
                    ends_on: came.ends_on,
                    granted_by: came.granted_by,
                };
                card.unite(came, day, ends, &mut self.united);
            }
        }
        if let Some(waiver) = merge.waiver {
            self.waiver = Some(WaiverHeld {
                signed_on: waiver.signed_on,
                expires_on: waiver.expires_on,
                rulebook: waiver.rulebook,
            });
        }
    }
}

/// The event whose place on the timeline another takes, if it is a correction (D4).
#[must_use]
pub(super) fn corrected(fact: &Fact<CombatantEvent>) -> Option<crate::domain::id::EventId> {
    match &fact.event {
        CombatantEvent::CardDatesCorrected(e) => Some(e.corrects),
        CombatantEvent::WaiverCorrected(e) => Some(e.corrects),
        _ => None,
    }
}
