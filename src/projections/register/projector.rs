//! What the public register needs of a person.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::date::CivilDate;
use crate::domain::details::DetailField;
use crate::domain::id::Slug;
use crate::domain::personal::Personal;
use crate::domain::policy::Acceptance;
use crate::projections::{Model, Person, ReadModel};

/// A document of the read model: somebody who accepted and agreed to be listed, and
/// has an SCA name to be listed by. Who of them is of age is judged when
/// reading: the date of birth is sealed, and today moves (V8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Doc {
    /// Sealed as `sca_name`.
    pub sca_name: Personal,
    /// Sealed as `branch`.
    pub branch: Option<Personal>,
    /// Sealed as `date_of_birth`.
    pub date_of_birth: Option<Personal>,
    /// What the person agreed to: whether that is enough is judged when reading (V4).
    pub acceptance: Acceptance,
    /// When the waiver expires (D3).
    pub waiver_expires: Option<CivilDate>,
    /// The cards that hold an authorization (C3).
    pub cards: BTreeMap<Slug, DocCard>,
}

/// A card in the register.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DocCard {
    /// When it expires (D3).
    pub expires_on: CivilDate,
    /// The authorizations held.
    pub authorizations: Vec<Slug>,
}

/// Makes the documents.
#[derive(Debug)]
pub struct Projector;

impl ReadModel for Projector {
    const MODEL: Model = Model::Register;
    const SHAPE: u8 = 2;
    type Doc = Doc;

    fn document(person: &Person<'_>) -> Option<Doc> {
        if !(person.is_active() && person.record.accepted() && person.record.listed) {
            return None;
        }
        let cards = person.civil.cards.iter().filter_map(|(slug, card)| {
            let term = card.term.filter(|_| !card.authorizations.is_empty())?;
            let authorizations = card.authorizations.keys().cloned().collect();
            Some((slug.clone(), DocCard { expires_on: term.expires_on, authorizations }))
        });
        Some(Doc {
            sca_name: person.detail(DetailField::ScaName)?,
            branch: person.detail(DetailField::Branch),
            date_of_birth: person.detail(DetailField::DateOfBirth),
            acceptance: person.record.acceptance(),
            waiver_expires: person.civil.waiver.map(|waiver| waiver.expires_on),
            cards: cards.collect(),
        })
    }
}
