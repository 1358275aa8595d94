//! Small kingdoms made by hand, for the tests of this room.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::histories::Known;
use crate::domain::date::CivilDate;
use crate::domain::id::{CombatantId, EventId, Slug, WarrantId};
use crate::domain::personal::Personal;
use crate::domain::policy::Acceptance;
use crate::events::combatant::{
    AuthorizationGranted, AuthorizationRevoked, CardDatesCorrected, CardIssued, CardRenewed, CombatantErased,
    CombatantMerged, CombatantMergedAway, CombatantRegistered, ErasureCause, Evidence, MergedCard,
    MergedWarrant, Source, WaiverRecorded, WarrantGranted,
};
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};
use crate::projections::desk::{Doc, DocCard, Entry};
use crate::projections::sorted::{Indexed, Slugs};

pub fn day(text: &str) -> CivilDate {
    CivilDate::parse(text).unwrap()
}

pub fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

pub fn who(number: u128) -> CombatantId {
    CombatantId(Uuid::from_u128(number))
}

/// What happened to somebody. Everything with a card happens in Fencing unless it says where.
#[derive(Default)]
pub struct Story(Vec<Fact<CombatantEvent>>);

impl Story {
    pub fn new() -> Self {
        Self::default().then(
            None,
            CombatantRegistered { details: BTreeMap::default(), source: Source::Desk, roster_ref: None },
        )
    }

    fn then(mut self, on: Option<&str>, event: impl Into<CombatantEvent>) -> Self {
        let id = EventId(Uuid::from_u128(self.0.len() as u128 + 1));
        self.0.push(Fact { id, effective_on: on.map(day), event: event.into() });
        self
    }

    pub fn card_in(self, discipline: &str, from: &str, expires: &str) -> Self {
        let (issued_on, expires_on) = (day(from), day(expires));
        let discipline = slug(discipline);
        self.then(Some(from), CardIssued { discipline, issued_on, expires_on, rulebook: 1 })
    }

    pub fn card(self, from: &str, expires: &str) -> Self {
        self.card_in("fencing", from, expires)
    }

    pub fn renewed(self, from: &str, expires: &str) -> Self {
        let (discipline, issued_on, expires_on) = (slug("fencing"), day(from), day(expires));
        self.then(Some(from), CardRenewed { discipline, issued_on, expires_on, rulebook: 1 })
    }

    /// Corrects the event of that number, from 1.
    pub fn corrected(self, number: u128, from: &str, expires: &str) -> Self {
        let event = CardDatesCorrected {
            discipline: slug("fencing"),
            issued_on: day(from),
            expires_on: day(expires),
            rulebook: 1,
            corrects: EventId(Uuid::from_u128(number)),
            reason: Personal::open("misread"),
        };
        self.then(Some(from), event)
    }

    pub fn granted_in(self, discipline: &str, authorization: &str, on: &str) -> Self {
        let (discipline, authorization) = (slug(discipline), slug(authorization));
        self.then(Some(on), AuthorizationGranted { discipline, authorization })
    }

    pub fn granted(self, authorization: &str, on: &str) -> Self {
        self.granted_in("fencing", authorization, on)
    }

    pub fn revoked(self, authorization: &str, on: &str) -> Self {
        let (discipline, authorization) = (slug("fencing"), slug(authorization));
        self.then(Some(on), AuthorizationRevoked { discipline, authorization, reason: Personal::open("so") })
    }

    pub fn warranted(self, from: &str, to: Option<&str>) -> Self {
        let event = WarrantGranted {
            warrant: WarrantId(Uuid::from_u128(7)),
            discipline: slug("fencing"),
            marshal: slug("marshal"),
            starts_on: day(from),
            ends_on: to.map(day),
            granted_by: None,
        };
        self.then(Some(from), event)
    }

    pub fn waiver(self, signed: &str, expires: &str) -> Self {
        let signer = Evidence(Personal::open("x"));
        let (signed_on, expires_on) = (day(signed), day(expires));
        self.then(Some(signed), WaiverRecorded { signed_on, expires_on, rulebook: 1, signer })
    }

    pub fn merged(self, other: u128, on: &str, from: &str, expires: &str, authorization: &str) -> Self {
        let card = MergedCard {
            discipline: slug("fencing"),
            issued_on: day(from),
            expires_on: day(expires),
            rulebook: 1,
            authorizations: vec![slug(authorization)],
            warrants: Vec::new(),
        };
        self.then(Some(on), CombatantMerged { merged: who(other), cards: vec![card], waiver: None })
    }

    /// The same with a warrant that came along.
    pub fn merged_marshal(self, other: u128, on: &str, from: &str, to: Option<&str>) -> Self {
        let warrant = MergedWarrant {
            warrant: WarrantId(Uuid::from_u128(8)),
            marshal: slug("marshal"),
            starts_on: day(from),
            ends_on: to.map(day),
            granted_by: None,
        };
        let card = MergedCard {
            discipline: slug("fencing"),
            issued_on: day(from),
            expires_on: day("2027-01-01"),
            rulebook: 1,
            authorizations: Vec::new(),
            warrants: vec![warrant],
        };
        self.then(Some(on), CombatantMerged { merged: who(other), cards: vec![card], waiver: None })
    }

    pub fn merged_into(self, other: u128, on: &str) -> Self {
        self.then(Some(on), CombatantMergedAway { into: who(other) })
    }

    pub fn erased(self) -> Self {
        self.then(None, CombatantErased { cause: ErasureCause::Officer, evidence_until: None })
    }

    pub fn record(self) -> Record {
        Record::of(self.0)
    }
}

/// A kingdom of these people, numbered from 1; with some comes the day of their erasure.
pub fn kingdom(stories: Vec<(Story, Option<&str>)>) -> Known {
    let records: Vec<_> =
        stories.into_iter().map(|(story, erased)| (story.record(), erased.map(day))).collect();
    let numbered = (1..).zip(&records);
    Known::of(numbered.map(|(number, (record, erased))| (who(number), record, *erased))).unwrap()
}

/// A card on the desk's list: discipline, expiry, how many authorizations, warrants.
pub type Card<'a> = (&'a str, Option<&'a str>, usize, &'a [(&'a str, &'a str, Option<&'a str>)]);

/// Somebody on the desk's list, who has accepted.
pub fn entry(number: u128, waiver: Option<&str>, member: Option<&str>, cards: &[Card<'_>]) -> Arc<Entry> {
    let cards = cards.iter().map(|(discipline, expires, authorizations, warrants)| {
        let warrants = warrants.iter().map(|(marshal, from, to)| (slug(marshal), day(from), to.map(day)));
        let card = DocCard {
            expires_on: expires.map(day),
            authorizations: (0..*authorizations).map(|i| slug(&format!("type-{i}"))).collect(),
            warrants: warrants.collect(),
        };
        (slug(discipline), card)
    });
    let doc = Doc {
        details: BTreeMap::default(),
        acceptance: Acceptance::Unknown,
        listed: false,
        card_id: None,
        corrections: 0,
        waiver_expires: waiver.map(day),
        cards: cards.collect(),
    };
    let mut opened = vec![None; 9];
    opened[2] = Some(format!("Person {number}"));
    opened[7] = member.map(ToOwned::to_owned);
    Arc::new(Entry::entry(who(number), doc, opened, &mut Slugs::default()).unwrap())
}
