//! The columns of a roster.

use crate::domain::details::DetailField;

/// One column. Those of the person are the same on every row of one `ref`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Column {
    Ref,
    LegalName,
    ScaName,
    Email,
    Phone,
    Address1,
    Address2,
    City,
    Province,
    PostalCode,
    Dob,
    MemberNumber,
    MemberExpiry,
    WaiverSigned,
    PrivacyAccepted,
    Listed,
    Branch,
    Discipline,
    CardIssued,
    Authorizations,
    Warrants,
}

impl Column {
    /// Every column, in the order of the files that a kingdom gets.
    pub const ALL: [Self; 21] = [
        Self::Ref,
        Self::LegalName,
        Self::ScaName,
        Self::Email,
        Self::Phone,
        Self::Address1,
        Self::Address2,
        Self::City,
        Self::Province,
        Self::PostalCode,
        Self::Dob,
        Self::MemberNumber,
        Self::MemberExpiry,
        Self::WaiverSigned,
        Self::PrivacyAccepted,
        Self::Listed,
        Self::Branch,
        Self::Discipline,
        Self::CardIssued,
        Self::Authorizations,
        Self::Warrants,
    ];

    /// Its name in the header.
    pub const fn name(self) -> &'static str {
        match self.detail() {
            Some(DetailField::DateOfBirth) => "dob",
            Some(field) => field.as_str(),
            None => match self {
                Self::Ref => "ref",
                Self::WaiverSigned => "waiver_signed",
                Self::PrivacyAccepted => "privacy_accepted",
                Self::Listed => "listed",
                Self::Discipline => "discipline",
                Self::CardIssued => "card_issued",
                Self::Authorizations => "authorizations",
                _ => "warrants",
            },
        }
    }

    /// The column of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.name() == name)
    }

    /// The field of a person's details that it holds.
    pub const fn detail(self) -> Option<DetailField> {
        Some(match self {
            Self::LegalName => DetailField::LegalName,
            Self::ScaName => DetailField::ScaName,
            Self::Email => DetailField::Email,
            Self::Phone => DetailField::Phone,
            Self::Address1 => DetailField::Address1,
            Self::Address2 => DetailField::Address2,
            Self::City => DetailField::City,
            Self::Province => DetailField::Province,
            Self::PostalCode => DetailField::PostalCode,
            Self::Dob => DetailField::DateOfBirth,
            Self::MemberNumber => DetailField::MemberNumber,
            Self::MemberExpiry => DetailField::MemberExpiry,
            Self::Branch => DetailField::Branch,
            _ => return None,
        })
    }

    /// The column that holds a field.
    pub fn of(field: DetailField) -> Self {
        // Every field has its column: a test holds it.
        Self::ALL.into_iter().find(|column| column.detail() == Some(field)).unwrap_or(Self::LegalName)
    }

    /// Whether it is about the person, not about one card.
    pub fn of_person(self) -> bool {
        !matches!(
            self,
            Self::Ref | Self::Discipline | Self::CardIssued | Self::Authorizations | Self::Warrants
        )
    }

    /// The header that a roster has.
    pub fn header() -> String {
        Self::ALL.map(Self::name).join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_found_by_its_name_and_every_field_has_one() {
        for column in Column::ALL {
            assert_eq!(Column::parse(column.name()), Some(column));
        }
        for field in DetailField::ALL {
            assert_eq!(Column::of(field).detail(), Some(field));
        }
        assert!(Column::ALL.iter().enumerate().all(|(index, column)| *column as usize == index));
    }
}
