//! The read models: what screens show, kept ready. Projectors write, queries read.
//!
//! A person read model is a pure function of one person's [`Record`] to one
//! document ([`ReadModel`]); sealed values are copied as they are. The table
//! `rm_documents` holds a document per read model and person, `rm_checkpoint` how far each read model is.
//!
//! - [`codec`] turns rows into facts; [`page`] reads what is new and stops at
//!   the first event that cannot be used; [`runner`] keeps the tables up to date.
//! - [`rebuild`] makes the tables again from nothing, while they are read.
//! - [`card`], [`register`], [`marshals`], [`desk`]: `projector` says what a
//!   document holds, `query` or `index` reads it.
//! - [`indexes`] follows the tables and keeps opened names in memory.
//! - [`asof`] folds the past for auditors; it feeds the same views.
//! - [`reports`] counts: what lapses, and what was so on any day; [`lately`] is what happened today.
//!
//! # Adding a read model
//! 1. A folder with a `projector` that implements [`ReadModel`], and a way to read it.
//! 2. A variant of [`Model`], and a line in [`Model::render`].
//! 3. `rebuild` fills its rows of `rm_documents`.
//!
//! To change what a document holds, change its struct, raise its [`ReadModel::SHAPE`] and run `emol rebuild`.

pub mod asof;
pub mod card;
pub mod checkpoint;
pub mod codec;
pub mod desk;
mod document;
pub mod gather;
pub mod indexes;
pub mod lately;
pub mod marshals;
mod page;
mod people;
pub mod rebuild;
pub mod register;
pub mod reports;
pub mod runner;
mod sorted;
mod sought;
mod tables;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::date::CivilDate;
use crate::domain::details::DetailField;
use crate::domain::id::CombatantId;
use crate::domain::personal::Personal;
use crate::events::evolve::{Civil, Clash, Record, Standing};

pub use checkpoint::{ModelState, State, Stop};
pub use gather::BUDGET;
pub use indexes::Indexes;
pub use rebuild::{RebuildError, RebuildReport, rebuild, rebuild_within};
pub use runner::Projections;

/// One person as read models see them: the record, and its civil state.
#[derive(Debug)]
pub struct Person<'r> {
    /// Who.
    pub id: CombatantId,
    /// Everything the person's stream says.
    pub record: &'r Record,
    /// Whether the record is in use.
    pub standing: Standing,
    /// Cards, warrants and waiver; empty when the record is not in use.
    pub civil: Civil,
}

impl<'r> Person<'r> {
    /// With everything on the timeline.
    ///
    /// # Errors
    /// [`Clash`] when the timeline makes no sense.
    pub fn now(id: CombatantId, record: &'r Record) -> Result<Self, Clash> {
        Self::by(id, record, None)
    }

    /// With what was effective on a day: before a merge there are two people (D4, P6).
    ///
    /// # Errors
    /// [`Clash`] when the timeline makes no sense.
    pub fn on(id: CombatantId, record: &'r Record, day: CivilDate) -> Result<Self, Clash> {
        Self::by(id, record, Some(day))
    }

    fn by(id: CombatantId, record: &'r Record, day: Option<CivilDate>) -> Result<Self, Clash> {
        let standing = day.map_or(record.standing, |day| record.standing_on(day));
        let civil = if standing == Standing::Active { record.civil(day)? } else { Civil::default() };
        Ok(Self { id, record, standing, civil })
    }

    /// Whether the record is in use: neither merged away nor erased.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.standing == Standing::Active
    }

    /// A detail, sealed as it came.
    #[must_use]
    pub fn detail(&self, field: DetailField) -> Option<Personal> {
        self.record.details.get(&field).cloned()
    }
}

/// A read model: one document per person.
pub trait ReadModel {
    /// Which.
    const MODEL: Model;
    /// The number of the document's shape: raised with every change of it, so that no row is read as what it is not.
    const SHAPE: u8;
    /// What a row holds, with sealed values.
    type Doc: Serialize + DeserializeOwned + Send + 'static;

    /// The person's document; `None` when the read model does not have the person.
    fn document(person: &Person<'_>) -> Option<Self::Doc>;
}

/// The read models there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Model {
    /// The card page.
    Card,
    /// The public register.
    Register,
    /// The public marshal list.
    Marshals,
    /// The officers' desk.
    Desk,
}

impl Model {
    /// Every read model.
    pub const ALL: [Self; 4] = [Self::Card, Self::Register, Self::Marshals, Self::Desk];

    /// Its name: in commands, in `rm_checkpoint`, and after `rm_` its table's.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Register => "register",
            Self::Marshals => "marshals",
            Self::Desk => "desk",
        }
    }

    /// The read model of that name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|model| model.as_str() == name)
    }

    const fn shape(self) -> u8 {
        match self {
            Self::Card => card::Projector::SHAPE,
            Self::Register => register::Projector::SHAPE,
            Self::Marshals => marshals::Projector::SHAPE,
            Self::Desk => desk::Projector::SHAPE,
        }
    }

    /// The person's document as the row holds it.
    ///
    /// # Errors
    /// A personal value is open, which none from the log is.
    pub fn render(self, person: &Person<'_>) -> Result<Option<Vec<u8>>, rmp_serde::encode::Error> {
        fn bytes<M: ReadModel>(person: &Person<'_>) -> Result<Option<Vec<u8>>, rmp_serde::encode::Error> {
            M::document(person).map(|doc| document::encode::<M>(&doc)).transpose()
        }
        match self {
            Self::Card => bytes::<card::Projector>(person),
            Self::Register => bytes::<register::Projector>(person),
            Self::Marshals => bytes::<marshals::Projector>(person),
            Self::Desk => bytes::<desk::Projector>(person),
        }
    }
}

impl std::fmt::Display for Model {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
