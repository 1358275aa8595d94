//! What the desk's list needs of a person.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::card_id::CardIdForm;
use crate::domain::date::CivilDate;
use crate::domain::details::{DetailField, Details};
use crate::domain::id::Slug;
use crate::domain::personal::Personal;
use crate::domain::policy::Acceptance;
use crate::projections::{Model, Person, ReadModel};

/// The details that the desk's list searches, filters or shows.
pub(super) const FIELDS: [DetailField; 8] = [
    DetailField::ScaName,
    DetailField::Branch,
    DetailField::LegalName,
    DetailField::Email,
    DetailField::Province,
    DetailField::DateOfBirth,
    DetailField::MemberNumber,
    DetailField::MemberExpiry,
];

/// A document of the read model: everybody who is neither erased nor merged away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Doc {
    /// The details of the list, each sealed under its own name.
    pub details: Details,
    /// What the person agreed to (V1).
    pub acceptance: Acceptance,
    /// Whether the public register may show the person (V8).
    pub listed: bool,
    /// The newest address of the card page, sealed as `card_id`, and its form (P4).
    pub card_id: Option<(Personal, CardIdForm)>,
    /// When the waiver expires (D3).
    pub waiver_expires: Option<CivilDate>,
    /// How many corrections that the person asked for wait.
    pub corrections: usize,
    /// The cards, empty ones too.
    pub cards: BTreeMap<Slug, DocCard>,
}

/// A card on the desk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocCard {
    /// When it expires (D3); none when there is no card, only authorizations or warrants.
    pub expires_on: Option<CivilDate>,
    /// The authorizations held.
    pub authorizations: Vec<Slug>,
    /// Marshal type, first and last day of every warrant (C8).
    pub warrants: Vec<(Slug, CivilDate, Option<CivilDate>)>,
}

/// Makes the documents.
#[derive(Debug)]
pub struct Projector;

impl ReadModel for Projector {
    const MODEL: Model = Model::Desk;
    const SHAPE: u8 = 3;
    type Doc = Doc;

    fn document(person: &Person<'_>) -> Option<Doc> {
        if !person.is_active() {
            return None;
        }
        let cards = person.civil.cards.iter().map(|(slug, card)| {
            let warrants = card.warrants.iter().map(|w| (w.marshal.clone(), w.starts_on, w.ends_on));
            let card = DocCard {
                expires_on: card.term.map(|term| term.expires_on),
                authorizations: card.authorizations.keys().cloned().collect(),
                warrants: warrants.collect(),
            };
            (slug.clone(), card)
        });
        Some(Doc {
            details: FIELDS.into_iter().filter_map(|field| Some((field, person.detail(field)?))).collect(),
            acceptance: person.record.acceptance(),
            listed: person.record.listed,
            card_id: person.record.card_id().cloned(),
            waiver_expires: person.civil.waiver.map(|waiver| waiver.expires_on),
            corrections: person.record.corrections.len(),
            cards: cards.collect(),
        })
    }
}
