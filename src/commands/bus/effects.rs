//! What an event brings along in its own transaction: unique things claimed
//! and released, keys destroyed, mails put in the outbox. Derived from the
//! facts alone, so that nothing can be recorded without it.

use uuid::Uuid;

use crate::domain::contact::Email;
use crate::domain::id::{CombatantId, StreamId};
use crate::domain::mail::Mail;
use crate::domain::personal::{Personal, Purpose};
use crate::events::combatant::Source;
use crate::events::evolve::Record;
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
    /// Mails, and whom each is about.
    pub mails: Vec<(Mail, Uuid)>,
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

impl Effects {
    /// Takes what `event`, still open, brings along; `before` is the person's
    /// record as it was before the command.
    pub(super) fn take(&mut self, owner: Uuid, event: &Event, before: Option<&Record>) {
        match event {
            Event::Combatant(CombatantEvent::CombatantRegistered(e)) => {
                self.claim(ClaimKind::RosterRef, e.roster_ref.as_ref(), owner);
                if e.source == Source::Desk {
                    self.mails.push((Mail::Welcome, owner));
                }
            }
            Event::Combatant(CombatantEvent::CardIdAssigned(e)) => {
                self.claim(ClaimKind::CardId, Some(&e.card_id), owner);
            }
            Event::Combatant(CombatantEvent::CombatantErased(e)) => {
                let kept = e.evidence_until.is_some();
                self.destroy.push((owner, kept.then_some(Purpose::Details)));
                if let Some(record) = before {
                    self.release(owner, record);
                    self.merged.extend(&record.merged);
                }
            }
            Event::Officers(OfficersEvent::OfficerInvited(e)) => {
                let address = e.email.text().and_then(|text| Email::parse(text).ok());
                self.claims.extend(address.map(|email| (ClaimKind::OfficerEmail, email.key(), owner)));
                self.mails.push((Mail::OfficerInvited, owner));
            }
            _ => {}
        }
    }

    /// Whether somebody is invited to accept the privacy policy.
    pub(super) fn invites(&self) -> bool {
        self.mails.iter().any(|(mail, _)| *mail == Mail::Welcome)
    }

    /// Invites nobody: there is no policy to accept (V9).
    pub(super) fn invite_nobody(&mut self) {
        self.mails.retain(|(mail, _)| *mail != Mail::Welcome);
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
