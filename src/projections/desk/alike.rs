//! Who may be the same person: somebody with the same name, e-mail address or member number (P6).

use std::sync::Arc;

use super::index::{Entry, Index};
use crate::domain::details::{DetailField, PlainDetails};
use crate::domain::id::CombatantId;
use crate::domain::text::fold;

/// What two people share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shared {
    /// The legal name, folded.
    LegalName,
    /// The SCA name, folded.
    ScaName,
    /// The member number.
    MemberNumber,
    /// The e-mail address, folded.
    Email,
    /// One's legal name is the other's SCA name.
    EitherName,
}

impl Shared {
    /// In words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::LegalName => "the same legal name",
            Self::ScaName => "the same SCA name",
            Self::MemberNumber => "the same member number",
            Self::Email => "the same e-mail address",
            Self::EitherName => "the legal name of one is the SCA name of the other",
        }
    }
}

/// What somebody is known by, folded; empty where it is not known.
struct Known {
    legal: String,
    sca: String,
    number: String,
    lines: Vec<String>,
}

impl Known {
    fn of(entry: &Entry) -> Self {
        Self {
            legal: fold(&entry.legal_name),
            sca: fold(entry.sca_name.as_deref().unwrap_or_default()),
            number: fold(entry.member_number.as_deref().unwrap_or_default()),
            lines: entry.searched.lines().map(ToOwned::to_owned).collect(),
        }
    }

    fn by(details: &PlainDetails) -> Self {
        let folded = |field| fold(details.get(&field).map_or("", String::as_str));
        let (legal, sca) = (folded(DetailField::LegalName), folded(DetailField::ScaName));
        let number = folded(DetailField::MemberNumber);
        let lines = [&legal, &sca, &number, &folded(DetailField::Email)];
        let lines = lines.into_iter().filter(|line| !line.is_empty()).cloned().collect();
        Self { legal, sca, number, lines }
    }

    /// What they share with somebody on file, if anything.
    fn shares(&self, entry: &Entry) -> Option<Shared> {
        let line = entry.searched.lines().find(|line| self.lines.iter().any(|own| own == line))?;
        let same = |own: &str, other: Option<&str>| !own.is_empty() && other.is_some_and(|o| fold(o) == own);
        Some(if same(&self.legal, Some(&entry.legal_name)) {
            Shared::LegalName
        } else if same(&self.sca, entry.sca_name.as_deref()) {
            Shared::ScaName
        } else if same(&self.number, entry.member_number.as_deref()) {
            Shared::MemberNumber
        } else if line.contains('@') {
            Shared::Email
        } else {
            Shared::EitherName
        })
    }
}

impl Index {
    /// Who shares a name, an e-mail address or a member number with a person on file.
    #[must_use]
    pub fn alike(&self, id: CombatantId) -> Vec<(Arc<Entry>, Shared)> {
        let Some(one) = self.iter().find(|entry| entry.id == id) else { return Vec::new() };
        self.sharing(&Known::of(one), id)
    }

    /// The same for somebody who is about to be registered as `id`.
    #[must_use]
    pub fn alike_to(&self, details: &PlainDetails, id: CombatantId) -> Vec<(Arc<Entry>, Shared)> {
        self.sharing(&Known::by(details), id)
    }

    fn sharing(&self, known: &Known, but: CombatantId) -> Vec<(Arc<Entry>, Shared)> {
        let others = self.iter().filter(|entry| entry.id != but);
        others.filter_map(|entry| Some((Arc::clone(entry), known.shares(entry)?))).collect()
    }
}
