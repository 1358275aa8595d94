//! What the card page needs of a person.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::card_id::CardIdForm;
use crate::domain::details::DetailField;
use crate::domain::id::{CombatantId, Slug, StreamVersion};
use crate::domain::personal::Personal;
use crate::domain::policy::Acceptance;
use crate::events::evolve::{Card, Standing, WaiverHeld};
use crate::projections::{Model, Person, ReadModel};

/// A document of the read model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Doc {
    /// The record was joined to another one (P6).
    MovedTo(CombatantId),
    /// The person.
    Person(Box<PersonDoc>),
}

/// The person's part of the card page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonDoc {
    /// How many events the person's stream has.
    pub version: StreamVersion,
    /// Sealed as `sca_name`.
    pub sca_name: Option<Personal>,
    /// Sealed as `legal_name`.
    pub legal_name: Option<Personal>,
    /// Sealed as `branch`.
    pub branch: Option<Personal>,
    /// What the person agreed to: before it is enough, there is no card page (V1).
    pub acceptance: Acceptance,
    /// Whether the public register may show the person (V8).
    pub listed: bool,
    /// The newest address of the page, sealed as `card_id`, and its form (P4).
    pub card_id: Option<(Personal, CardIdForm)>,
    /// How often the check code was renewed.
    pub check_renewals: u16,
    /// The cards, empty ones too.
    pub cards: BTreeMap<Slug, Card>,
    /// The waiver.
    pub waiver: Option<WaiverHeld>,
}

/// Makes the documents.
#[derive(Debug)]
pub struct Projector;

impl ReadModel for Projector {
    const MODEL: Model = Model::Card;
    const SHAPE: u8 = 3;
    type Doc = Doc;

    fn document(person: &Person<'_>) -> Option<Doc> {
        match person.standing {
            Standing::MergedInto(into) => return Some(Doc::MovedTo(into)),
            Standing::Unknown | Standing::Erased => return None,
            Standing::Active => {}
        }
        Some(Doc::Person(Box::new(PersonDoc {
            version: person.record.version,
            sca_name: person.detail(DetailField::ScaName),
            legal_name: person.detail(DetailField::LegalName),
            branch: person.detail(DetailField::Branch),
            acceptance: person.record.acceptance(),
            listed: person.record.listed,
            card_id: person.record.card_id().cloned(),
            check_renewals: person.record.check_renewals,
            cards: person.civil.cards.clone(),
            waiver: person.civil.waiver,
        })))
    }
}
