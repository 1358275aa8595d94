//! What the marshal list needs of a person.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::date::CivilDate;
use crate::domain::details::DetailField;
use crate::domain::id::Slug;
use crate::domain::personal::Personal;
use crate::domain::policy::Acceptance;
use crate::events::evolve::Warrant;
use crate::projections::{Model, Person, ReadModel};

/// A document of the read model: somebody who accepted and holds or held a warrant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Doc {
    /// Sealed as `sca_name`.
    pub sca_name: Option<Personal>,
    /// Sealed as `legal_name`; only of those who have no SCA name and agreed to be listed (C9).
    pub legal_name: Option<Personal>,
    /// Sealed as `date_of_birth`; only where the legal name is. Who of them is of age is judged when reading (V8).
    pub date_of_birth: Option<Personal>,
    /// Sealed as `branch`.
    pub branch: Option<Personal>,
    /// What the person agreed to: whether that is enough is judged when reading (V4).
    pub acceptance: Acceptance,
    /// When the waiver expires (D3).
    pub waiver_expires: Option<CivilDate>,
    /// The cards that have warrants.
    pub cards: BTreeMap<Slug, DocCard>,
}

/// A card with warrants.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocCard {
    /// When it expires (D3); none when there is no card.
    pub expires_on: Option<CivilDate>,
    /// Every warrant there was.
    pub warrants: Vec<Warrant>,
}

/// Makes the documents.
#[derive(Debug)]
pub struct Projector;

impl ReadModel for Projector {
    const MODEL: Model = Model::Marshals;
    const SHAPE: u8 = 3;
    type Doc = Doc;

    fn document(person: &Person<'_>) -> Option<Doc> {
        if !(person.is_active() && person.record.accepted()) {
            return None;
        }
        let cards: BTreeMap<Slug, DocCard> = person
            .civil
            .cards
            .iter()
            .filter(|(_, card)| !card.warrants.is_empty())
            .map(|(slug, card)| {
                let expires_on = card.term.map(|term| term.expires_on);
                (slug.clone(), DocCard { expires_on, warrants: card.warrants.clone() })
            })
            .collect();
        if cards.is_empty() {
            return None;
        }
        let sca_name = person.detail(DetailField::ScaName);
        let by_legal_name = sca_name.is_none() && person.record.listed;
        let legal_name = by_legal_name.then(|| person.detail(DetailField::LegalName)).flatten();
        if sca_name.is_none() && legal_name.is_none() {
            return None;
        }
        Some(Doc {
            sca_name,
            date_of_birth: by_legal_name.then(|| person.detail(DetailField::DateOfBirth)).flatten(),
            legal_name,
            branch: person.detail(DetailField::Branch),
            acceptance: person.record.acceptance(),
            waiver_expires: person.civil.waiver.map(|waiver| waiver.expires_on),
            cards,
        })
    }
}
