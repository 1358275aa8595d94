//! What an event brings along in its own transaction: unique things claimed
//! and released, keys destroyed, mails put in the outbox. Derived from the
//! facts alone, so that nothing can be recorded without it.

use uuid::Uuid;

use super::letters::{Holds, Letter};
use crate::domain::card_id::CardIdForm;
use crate::domain::contact::Email;
use crate::domain::details::DetailField;
use crate::domain::id::{CombatantId, StreamId};
use crate::domain::mail::{LinkPurpose, Mail};
use crate::domain::personal::{Personal, Purpose};
use crate::events::combatant::{ErasureCause, Source};
use crate::events::evolve::{Catalogue, Record};
use crate::events::{CombatantEvent, Event, OfficersEvent};
use crate::store::ClaimKind;

/// What one or more events bring along.
#[derive(Debug, Default)]
pub(super) struct Effects {
    /// Unique things that now belong to somebody.
    pub claims: Vec<(ClaimKind, String, Uuid)>,
    /// Unique things that belong to nobody any more.
    pub releases: Vec<(ClaimKind, String, Uuid)>,
    /// Keys to destroy; all of the owner's where no purpose is named.
    pub destroy: Vec<(Uuid, Option<Purpose>)>,
    /// Mails.
    pub letters: Vec<Letter>,
    /// Records joined to an erased one, whose keys go too (P6).
    pub merged: Vec<CombatantId>,
}

/// The person that an event is about, opaque: the row's `subject`.
pub(super) fn subject(stream: StreamId, event: &Event) -> Option<Uuid> {
    match event {
        Event::Combatant(_) => Some(stream.id),
        Event::Officers(event) => Some(match event {
            OfficersEvent::OfficerInvited(e) => e.officer.0,
            OfficersEvent::PermissionGranted(e) => e.officer.0,
            OfficersEvent::PermissionWithdrawn(e) => e.officer.0,
            OfficersEvent::OfficerDisabled(e) => e.officer.0,
            OfficersEvent::OfficerEnabled(e) => e.officer.0,
            OfficersEvent::OfficerLinked(e) => e.officer.0,
        }),
        _ => None,
    }
}

/// What somebody gets who accepted the privacy policy (V2): the way to set a PIN where the card page asks
/// for one, or else the new address of the card page. Whoever has both needs neither.
fn accepted(owner: Uuid, before: Option<&Record>, catalogue: &Catalogue) -> Option<Letter> {
    let before = before?;
    if catalogue.asks_pin(CombatantId(owner)) && !before.pin {
        return Some(Letter::link(Mail::SetPin, LinkPurpose::SetPin, owner));
    }
    let has_link = before.card_ids.iter().any(|(_, form)| *form == CardIdForm::Long);
    (!has_link).then_some(Letter { mail: Mail::CardLink, who: owner, holds: Holds::Card })
}

/// What the link of a mail is for.
const fn purpose(mail: Mail) -> Option<LinkPurpose> {
    match mail {
        Mail::Welcome | Mail::PolicyChanged => Some(LinkPurpose::AcceptPolicy),
        Mail::SetPin | Mail::SetPinReminder | Mail::SetPinFinal => Some(LinkPurpose::SetPin),
        Mail::ResetPin => Some(LinkPurpose::ResetPin),
        _ => None,
    }
}

impl Effects {
    /// Takes what `event`, still open, brings along; `before` is the person's
    /// record as it was before the command, `catalogue` what the kingdom has decided.
    pub(super) fn take(
        &mut self,
        owner: Uuid,
        event: &Event,
        before: Option<&Record>,
        catalogue: &Catalogue,
    ) {
        match event {
            Event::Combatant(CombatantEvent::CombatantRegistered(e)) => {
                self.claim(ClaimKind::RosterRef, e.roster_ref.as_ref(), owner);
                if e.source == Source::Desk {
                    self.letters.push(Letter::link(Mail::Welcome, LinkPurpose::AcceptPolicy, owner));
                }
            }
            Event::Combatant(CombatantEvent::ConsentAccepted(e)) if !e.imported => {
                self.letters.extend(accepted(owner, before, catalogue));
            }
            Event::Combatant(CombatantEvent::LinkSent(e)) => {
                let mail = Mail::parse(e.mail.as_str());
                self.letters.extend(mail.and_then(|mail| Some(Letter::link(mail, purpose(mail)?, owner))));
            }
            Event::Combatant(CombatantEvent::PinSet(_)) if before.is_some_and(|record| !record.pin) => {
                self.letters.push(Letter { mail: Mail::CardLink, who: owner, holds: Holds::Card });
            }
            Event::Combatant(CombatantEvent::PinLocked(_)) => {
                self.letters.push(Letter { mail: Mail::PinLocked, who: owner, holds: Holds::Nothing });
            }
            Event::Combatant(CombatantEvent::AddressAsked(e)) => {
                let holds = Holds::Confirm(e.link, e.email.clone());
                self.letters.push(Letter { mail: Mail::ConfirmAddress, who: owner, holds });
            }
            Event::Combatant(CombatantEvent::AddressConfirmed(_)) => {
                // The address that is on file until now: whoever reads there learns of it.
                let old = before.and_then(|record| record.details.get(&DetailField::Email)).cloned();
                self.letters.extend(old.map(|old| Letter {
                    mail: Mail::AddressChanged,
                    who: owner,
                    holds: Holds::Address(old),
                }));
            }
            Event::Combatant(CombatantEvent::CardIdAssigned(e)) => {
                self.claim(ClaimKind::CardId, Some(&e.card_id), owner);
            }
            Event::Combatant(CombatantEvent::CombatantErased(e)) => {
                let why = match e.cause {
                    ErasureCause::Officer | ErasureCause::Restored => None,
                    ErasureCause::Declined => Some("declined"),
                    ErasureCause::Withdrawn => Some("withdrawn"),
                };
                self.letters.extend(why.map(|why| Letter {
                    mail: Mail::PolicyDeclined,
                    who: owner,
                    holds: Holds::Office(why),
                }));
                let kept = e.evidence_until.is_some();
                self.destroy.push((owner, kept.then_some(Purpose::Details)));
                if let Some(record) = before {
                    self.release(owner, record);
                    self.merged.extend(&record.merged);
                }
            }
            Event::Combatant(CombatantEvent::EvidenceDestroyed(_)) => {
                self.destroy.push((owner, Some(Purpose::Waiver)));
            }
            Event::Officers(OfficersEvent::OfficerInvited(e)) => {
                let address = e.email.text().and_then(|text| Email::parse(text).ok());
                self.claims.extend(address.map(|email| (ClaimKind::OfficerEmail, email.key(), owner)));
                self.letters.push(Letter { mail: Mail::OfficerInvited, who: owner, holds: Holds::Nothing });
            }
            _ => {}
        }
    }

    /// Whether somebody is invited to accept the privacy policy.
    pub(super) fn invites(&self) -> bool {
        self.letters.iter().any(|letter| letter.mail == Mail::Welcome)
    }

    /// Invites nobody: there is no policy to accept (V9).
    pub(super) fn invite_nobody(&mut self) {
        self.letters.retain(|letter| letter.mail != Mail::Welcome);
    }

    /// Gives back what is unique to a record, so that others may have it. A
    /// roster's name for the person stays claimed, by its keyed hash: the same
    /// file imported again must not bring back whoever was erased (V6).
    pub(super) fn release(&mut self, owner: Uuid, record: &Record) {
        for (card_id, _) in &record.card_ids {
            if let Some(text) = card_id.text() {
                self.releases.push((ClaimKind::CardId, text.to_owned(), owner));
            }
        }
    }

    fn claim(&mut self, kind: ClaimKind, value: Option<&Personal>, owner: Uuid) {
        if let Some(text) = value.and_then(Personal::text) {
            self.claims.push((kind, text.to_owned(), owner));
        }
    }
}
