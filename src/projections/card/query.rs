//! Finds a card page by its address or its person, and opens the names.

use std::collections::BTreeMap;

use super::projector::{Doc, PersonDoc, Projector};
use crate::domain::card_id::{CardId, CardIdForm};
use crate::domain::date::CivilDate;
use crate::domain::id::{CombatantId, Position, Slug, StreamVersion};
use crate::domain::personal::Personal;
use crate::domain::policy::{Acceptance, PolicyVersion};
use crate::domain::status::WaiverState;
use crate::events::evolve::{Card, WaiverHeld};
use crate::projections::tables::{self, Found};
use crate::projections::{Model, document};
use crate::store::{CheckCode, DbError, KeyError, Store};

/// How often a page may have moved on: merged records that were merged again.
const MOST_MOVES: usize = 16;

/// Everything the card page shows of one person, names opened.
#[derive(Debug, Clone, PartialEq)]
pub struct CardView {
    /// The person; after a merge the one who goes on.
    pub id: CombatantId,
    /// The record that was asked for: after a merge another one than the person (P6).
    pub asked: CombatantId,
    /// How many events the person's stream had: what a form's version refers to.
    pub version: StreamVersion,
    /// The person's last event in it; a page kept for this position is up to date.
    pub position: Position,
    /// Name in the society.
    pub sca_name: Option<String>,
    /// Real name. To be shown as initials where `reached_by` is the guessable form (P4).
    pub legal_name: String,
    /// Home group.
    pub branch: Option<String>,
    /// What the person agreed to: whether that is enough on a day, the policies say (V4).
    pub acceptance: Acceptance,
    /// Whether the public register may show the person (V8).
    pub listed: bool,
    /// The newest address of the page and its form: who has only a guessable one is known by it.
    pub card_id: Option<(CardId, CardIdForm)>,
    /// The form of the address that led here; none when none did.
    pub reached_by: Option<CardIdForm>,
    /// How often the check code was renewed.
    pub check_renewals: u16,
    /// The cards by discipline, empty ones too (C3 hides them).
    pub cards: BTreeMap<Slug, Card>,
    /// The waiver.
    pub waiver: Option<WaiverHeld>,
}

/// Why a card cannot be read.
#[derive(Debug, Clone, thiserror::Error)]
pub enum CardError {
    /// The keys, or the database.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// A document of another shape.
    #[error("a row of the read model card has an old shape; run `emol rebuild card`")]
    Shape,
}

impl CardView {
    /// SCA name, else legal name.
    #[must_use]
    pub fn display_name(&self) -> &str {
        self.sca_name.as_deref().unwrap_or(&self.legal_name)
    }

    /// The waiver's state on a day (C10).
    #[must_use]
    pub fn waiver_on(&self, day: CivilDate) -> WaiverState {
        WaiverState::on(self.waiver.map(|waiver| waiver.expires_on), day)
    }
}

/// A person's card page, also before the person accepted the policy.
///
/// # Errors
/// [`CardError`].
pub async fn of(store: &Store, id: CombatantId) -> Result<Option<CardView>, CardError> {
    follow(store, tables::document(store.db(), Model::Card, id).await?).await
}

/// The person whose newest check code that is; none where it was renewed since, the record was joined to
/// another one, the person is erased or has not accepted the policy (V1, V4).
///
/// # Errors
/// [`CardError`].
pub async fn checked(
    store: &Store,
    code: CheckCode,
    required: Option<PolicyVersion>,
) -> Result<Option<CardView>, CardError> {
    let found = tables::document(store.db(), Model::Card, CombatantId(code.owner)).await?;
    let Some(Found { subject, position, doc }) = found else { return Ok(None) };
    match document::decode::<Projector>(&doc).ok_or(CardError::Shape)? {
        Doc::Person(doc) if doc.check_renewals == code.renewal && doc.acceptance.suffices(required) => {
            view(store, subject, position, *doc).await
        }
        Doc::Person(_) | Doc::MovedTo(_) => Ok(None),
    }
}

/// The page that a document is, or the one that it has moved to.
pub(super) async fn follow(store: &Store, mut found: Option<Found>) -> Result<Option<CardView>, CardError> {
    let asked = found.as_ref().map(|found| found.subject);
    for _ in 0..MOST_MOVES {
        let Some(Found { subject, position, doc }) = found else { return Ok(None) };
        match document::decode::<Projector>(&doc).ok_or(CardError::Shape)? {
            Doc::MovedTo(other) => found = tables::document(store.db(), Model::Card, other).await?,
            Doc::Person(doc) => {
                let card = view(store, subject, position, *doc).await?;
                return Ok(card.map(|card| CardView { asked: asked.unwrap_or(subject), ..card }));
            }
        }
    }
    Ok(None)
}

/// Opens a document; none when the person's key is destroyed.
///
/// # Errors
/// [`CardError`].
pub async fn view(
    store: &Store,
    id: CombatantId,
    position: Position,
    doc: PersonDoc,
) -> Result<Option<CardView>, CardError> {
    let values = [
        ("legal_name", doc.legal_name.as_ref()),
        ("sca_name", doc.sca_name.as_ref()),
        ("branch", doc.branch.as_ref()),
        ("card_id", doc.card_id.as_ref().map(|(id, _)| id)),
    ];
    let sealed: Vec<_> = values
        .iter()
        .filter_map(|(field, value)| match value {
            Some(Personal::Sealed(sealed)) => Some((*field, sealed)),
            _ => None,
        })
        .collect();
    let mut opened = BTreeMap::new();
    for ((field, _), text) in sealed.iter().zip(store.keyring().open_many(&sealed).await?) {
        if let Some(text) = text {
            opened.insert(*field, text);
        }
    }
    let Some(legal_name) = opened.remove("legal_name") else { return Ok(None) };
    let card_id = opened.remove("card_id").and_then(|text| CardId::parse(&text).ok());
    Ok(Some(CardView {
        id,
        asked: id,
        version: doc.version,
        position,
        sca_name: opened.remove("sca_name"),
        legal_name,
        branch: opened.remove("branch"),
        acceptance: doc.acceptance,
        listed: doc.listed,
        card_id: card_id.zip(doc.card_id.map(|(_, form)| form)),
        reached_by: None,
        check_renewals: doc.check_renewals,
        cards: doc.cards,
        waiver: doc.waiver,
    }))
}
