//! What happens to one person: details, consent, cards, warrants, waiver.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use uuid::Uuid;

use super::HoldsPersonal;
use crate::domain::card_id::CardIdForm;
use crate::domain::date::CivilDate;
use crate::domain::details::{DetailField, Details};
use crate::domain::id::{CombatantId, EventId, OfficerId, Slug, WarrantId};
use crate::domain::personal::{Personal, Purpose};
use crate::domain::policy::PolicyVersion;

stream_events! {
    /// The events of a combatant's stream.
    pub enum CombatantEvent on Combatant {
        /// A person was put on file (P1).
        CombatantRegistered = 1 {
            /// What is known of the person, sealed field by field.
            details: Details,
            /// Where the person came from.
            source: Source,
            /// The name a roster calls the person by, sealed; only from an import.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            roster_ref: Option<Personal>,
        }
        /// Details were changed; only what differs (P1).
        DetailsChanged = 1 {
            /// The new value of each changed field; none for a field that was cleared.
            changed: BTreeMap<DetailField, Option<Personal>>,
        }
        /// The person agreed to be kept on file (V2).
        ConsentAccepted = 1 {
            /// The version of the privacy policy; none where an import does not know it.
            policy_version: Option<String>,
            /// An import says so: the date and version are unknown.
            imported: bool,
        }
        /// The person is, or is no longer, to be listed publicly (V8).
        ListingChanged = 1 {
            /// Whether the public register may show the person.
            listed: bool,
        }
        /// The card page got an address (P4). Earlier ones keep working.
        CardIdAssigned = 1 {
            /// The address, sealed: it is a secret.
            card_id: Personal,
            /// Whether it is one of the original's guessable ids.
            form: CardIdForm,
        }
        /// The check code on the card page was made anew: earlier ones lead nowhere.
        CheckCodeRenewed = 1 {
            /// How often it was renewed, this time included.
            renewal: u16,
        }
        /// A first card was issued in a discipline (C1, C2).
        CardIssued = 1 {
            /// The discipline.
            discipline: Slug,
            /// From when the card runs.
            issued_on: CivilDate,
            /// The first day it is no longer valid (D3), computed once (D5).
            expires_on: CivilDate,
            /// The version of the rulebook that set the term.
            rulebook: u32,
        }
        /// The card was renewed: a new issue date after the old one (C4).
        CardRenewed = 1 {
            /// The discipline.
            discipline: Slug,
            /// From when the renewed card runs.
            issued_on: CivilDate,
            /// The first day it is no longer valid (D3), computed once (D5).
            expires_on: CivilDate,
            /// The version of the rulebook that set the term.
            rulebook: u32,
        }
        /// A card's dates had been recorded wrongly; this takes the place of that entry (C4, D4).
        CardDatesCorrected = 1 {
            /// The discipline.
            discipline: Slug,
            /// From when the card really runs.
            issued_on: CivilDate,
            /// The first day it is no longer valid (D3), computed once (D5).
            expires_on: CivilDate,
            /// The version of the rulebook that set the term.
            rulebook: u32,
            /// The event whose place this takes.
            corrects: EventId,
            /// Why, sealed.
            reason: Personal,
        }
        /// An authorization was granted (C5).
        AuthorizationGranted = 1 {
            /// The discipline.
            discipline: Slug,
            /// The authorization type.
            authorization: Slug,
        }
        /// An authorization was revoked (C3, C5).
        AuthorizationRevoked = 1 {
            /// The discipline.
            discipline: Slug,
            /// The authorization type.
            authorization: Slug,
            /// Why, sealed.
            reason: Personal,
        }
        /// An entry had been a mistake; nothing takes its place on the timeline (D4).
        EntryWithdrawn = 1 {
            /// The entry that was taken back.
            entry: EventId,
            /// Why, sealed.
            reason: Personal,
        }
        /// A warrant as marshal was granted; in effect on its start (C8).
        WarrantGranted = 1 {
            /// The warrant.
            warrant: WarrantId,
            /// The discipline.
            discipline: Slug,
            /// The marshal type.
            marshal: Slug,
            /// The first day of its term.
            starts_on: CivilDate,
            /// The last day of its term; none when open-ended, as imported ones are.
            ends_on: Option<CivilDate>,
            /// The officer who granted it, where one is named.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            granted_by: Option<OfficerId>,
        }
        /// A warrant was ended; from its effective day it is no longer active (C8).
        WarrantEnded = 1 {
            /// The warrant.
            warrant: WarrantId,
            /// The discipline.
            discipline: Slug,
            /// The marshal type.
            marshal: Slug,
            /// Why, sealed.
            reason: Personal,
        }
        /// A signed liability waiver was filed (C1, V6).
        WaiverRecorded = 1 {
            /// The day it was signed.
            signed_on: CivilDate,
            /// The first day it is no longer valid (D3), computed once (D5).
            expires_on: CivilDate,
            /// The version of the rulebook that set the term.
            rulebook: u32,
            /// The legal name it was signed with, sealed with the evidence key.
            signer: Evidence,
        }
        /// A waiver's date had been recorded wrongly; this takes the place of that entry (D4).
        WaiverCorrected = 1 {
            /// The day it was really signed.
            signed_on: CivilDate,
            /// The first day it is no longer valid (D3), computed once (D5).
            expires_on: CivilDate,
            /// The version of the rulebook that set the term.
            rulebook: u32,
            /// The event whose place this takes.
            corrects: EventId,
            /// Why, sealed.
            reason: Personal,
        }
        /// A mail with a personal link was sent to the person, by an officer or by the register itself.
        LinkSent = 1 {
            /// The mail's name: `welcome`, `policy-changed`, `set-pin`, `reset-pin`, ….
            mail: Slug,
            /// The version of the privacy policy that it asks to accept, where it is about one (V4).
            #[serde(default, skip_serializing_if = "Option::is_none")]
            policy_version: Option<PolicyVersion>,
        }
        /// The person chose a PIN for the card page (L3). Its hash is not in the log.
        PinSet = 1 {}
        /// The card page was locked for a while: too many wrong PINs were tried (L4).
        PinLocked = 1 {}
        /// The person asked for mail to go to another address, which has to be confirmed there.
        AddressAsked = 1 {
            /// The one-time link that confirms it. It does not open the link.
            link: Uuid,
            /// The new address, sealed.
            email: Personal,
        }
        /// The new address was confirmed; the old one is told.
        AddressConfirmed = 1 {
            /// The one-time link that was used.
            link: Uuid,
        }
        /// The person asked for something on file to be corrected.
        CorrectionAsked = 1 {
            /// What is wrong, in the person's words, sealed.
            text: Personal,
        }
        /// An officer looked after a correction that was asked for.
        CorrectionSettled = 1 {
            /// The event that asked for it.
            asked: EventId,
        }
        /// Another record of the same person was joined to this one (P6).
        CombatantMerged = 1 {
            /// The record that ended.
            merged: CombatantId,
            /// What this record holds from now on, discipline by discipline.
            cards: Vec<MergedCard>,
            /// The waiver chosen, if either had one.
            waiver: Option<MergedWaiver>,
        }
        /// This record was joined to another and refuses commands from now on (P6).
        CombatantMergedAway = 1 {
            /// The record that survives.
            into: CombatantId,
        }
        /// The person's key was destroyed: nobody can read the details any more (V6).
        CombatantErased = 1 {
            /// What led to it.
            cause: ErasureCause,
            /// Until when the evidence of a waiver is kept; none when there is none.
            evidence_until: Option<CivilDate>,
        }
        /// The key of the evidence of this record's waivers was destroyed at its date: nobody can read any more
        /// with which name they were signed (V6).
        EvidenceDestroyed = 1 {
            /// The first day on which it did not have to be kept any more.
            kept_until: CivilDate,
        }
    }
}

/// Where a person came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// An officer typed it in. The welcome mail goes out (V1).
    Desk,
    /// A roster or the original's database. Imports mail nobody.
    Import,
}

/// Why a person was erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErasureCause {
    /// An officer erased the record, on the person's request or for good reason.
    Officer,
    /// The person declined the privacy policy (V3).
    Declined,
    /// The person withdrew consent.
    Withdrawn,
    /// The person was erased before, and a backup from before that was restored.
    Restored,
}

/// A name as evidence of a waiver: sealed with a key of its own, with its own date (V6).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Evidence(pub Personal);

impl HoldsPersonal for Evidence {
    fn each(&mut self, name: &'static str, visit: &mut dyn FnMut(&'static str, Purpose, &mut Personal)) {
        visit(name, Purpose::Waiver, &mut self.0);
    }
}

/// One discipline of a merged record: dates as the officer picked them, grants united (P6).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedCard {
    /// The discipline.
    pub discipline: Slug,
    /// From when the card runs.
    pub issued_on: CivilDate,
    /// The first day it is no longer valid.
    pub expires_on: CivilDate,
    /// The version of the rulebook that set the term.
    pub rulebook: u32,
    /// Authorization types that came from the merged record.
    pub authorizations: Vec<Slug>,
    /// Warrants that came from the merged record.
    pub warrants: Vec<MergedWarrant>,
}

/// A warrant that came from a merged record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedWarrant {
    /// The warrant.
    pub warrant: WarrantId,
    /// The marshal type.
    pub marshal: Slug,
    /// The first day of its term.
    pub starts_on: CivilDate,
    /// The last day of its term.
    pub ends_on: Option<CivilDate>,
    /// The officer who granted it, where one is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub granted_by: Option<OfficerId>,
}

/// The waiver of a merged record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedWaiver {
    /// The day it was signed.
    pub signed_on: CivilDate,
    /// The first day it is no longer valid.
    pub expires_on: CivilDate,
    /// The version of the rulebook that set the term.
    pub rulebook: u32,
}

not_personal!(Source, ErasureCause, MergedCard, MergedWaiver);
