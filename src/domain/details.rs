//! What is on file about a person (DOMAIN P1): the fields, and the shapes in
//! which they travel. How typed texts become valid ones is in [`super::validate`].

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::personal::Personal;

/// One field of a person's details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DetailField {
    /// Name in the society; public only with consent.
    ScaName,
    /// Home group.
    Branch,
    /// Real name; required.
    LegalName,
    /// E-mail address; required; a family may share one.
    Email,
    /// Telephone number; required.
    Phone,
    /// First line of the address; required.
    #[serde(rename = "address1")]
    Address1,
    /// Second line of the address.
    #[serde(rename = "address2")]
    Address2,
    /// City; required.
    City,
    /// Code of a region; required.
    Province,
    /// Postal code; required.
    PostalCode,
    /// Date of birth, `YYYY-MM-DD`.
    DateOfBirth,
    /// Membership number, a positive integer.
    MemberNumber,
    /// Day on which the membership expires, `YYYY-MM-DD`.
    MemberExpiry,
}

/// Details as events carry them: only the fields that are there.
pub type Details = BTreeMap<DetailField, Personal>;

/// Details in plain text, by field: what is on file, opened.
pub type PlainDetails = BTreeMap<DetailField, String>;

/// Details as a person typed them. Printing them for debugging shows the fields only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawDetails(pub BTreeMap<DetailField, String>);

/// Details that keep every rule of P1 and P2, normalised; empty fields are
/// absent. Only [`super::validate::validate`] makes them.
#[derive(Clone, PartialEq, Eq)]
pub struct ValidDetails(pub(super) PlainDetails);

impl DetailField {
    /// Every field, in the order of forms.
    pub const ALL: [Self; 13] = [
        Self::ScaName,
        Self::Branch,
        Self::LegalName,
        Self::Email,
        Self::Phone,
        Self::Address1,
        Self::Address2,
        Self::City,
        Self::Province,
        Self::PostalCode,
        Self::DateOfBirth,
        Self::MemberNumber,
        Self::MemberExpiry,
    ];

    /// The name in events, forms and files.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ScaName => "sca_name",
            Self::Branch => "branch",
            Self::LegalName => "legal_name",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Address1 => "address1",
            Self::Address2 => "address2",
            Self::City => "city",
            Self::Province => "province",
            Self::PostalCode => "postal_code",
            Self::DateOfBirth => "date_of_birth",
            Self::MemberNumber => "member_number",
            Self::MemberExpiry => "member_expiry",
        }
    }

    /// The field of that name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.as_str() == name)
    }

    /// The name on screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::ScaName => "SCA name",
            Self::Branch => "Branch",
            Self::LegalName => "Legal name",
            Self::Email => "E-mail",
            Self::Phone => "Phone",
            Self::Address1 => "Address line 1",
            Self::Address2 => "Address line 2",
            Self::City => "City",
            Self::Province => "Province or state",
            Self::PostalCode => "Postal code",
            Self::DateOfBirth => "Date of birth",
            Self::MemberNumber => "Member number",
            Self::MemberExpiry => "Membership expires",
        }
    }

    /// Whether nobody is on file without it.
    #[must_use]
    pub const fn required(self) -> bool {
        matches!(
            self,
            Self::LegalName
                | Self::Email
                | Self::Phone
                | Self::Address1
                | Self::City
                | Self::Province
                | Self::PostalCode
        )
    }

    /// Most characters it may have.
    #[must_use]
    pub const fn max_chars(self) -> usize {
        match self {
            Self::Branch => 100,
            _ => 255,
        }
    }
}

impl fmt::Display for DetailField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl RawDetails {
    /// What was typed into the field; empty when nothing was.
    #[must_use]
    pub fn get(&self, field: DetailField) -> &str {
        self.0.get(&field).map_or("", String::as_str)
    }

    /// The same with that text in the field.
    #[must_use]
    pub fn with(mut self, field: DetailField, text: &str) -> Self {
        self.0.insert(field, text.to_owned());
        self
    }
}

impl FromIterator<(DetailField, String)> for RawDetails {
    fn from_iter<I: IntoIterator<Item = (DetailField, String)>>(fields: I) -> Self {
        Self(fields.into_iter().collect())
    }
}

impl fmt::Debug for RawDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RawDetails").field(&self.0.keys().collect::<Vec<_>>()).finish()
    }
}

impl ValidDetails {
    /// The normalised text of a field, if it is filled in.
    #[must_use]
    pub fn get(&self, field: DetailField) -> Option<&str> {
        self.0.get(&field).map(String::as_str)
    }

    /// Every field that is filled in.
    #[must_use]
    pub const fn texts(&self) -> &PlainDetails {
        &self.0
    }

    /// As an event carries them, open.
    #[must_use]
    pub fn into_details(self) -> Details {
        self.0.into_iter().map(|(field, text)| (field, Personal::open(&text))).collect()
    }
}

impl fmt::Debug for ValidDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ValidDetails").field(&self.0.keys().collect::<Vec<_>>()).finish()
    }
}

/// What changes from what is on file to what is valid now: only the fields
/// that differ, `None` where the field is cleared.
#[must_use]
pub fn diff(old: &PlainDetails, new: &ValidDetails) -> BTreeMap<DetailField, Option<Personal>> {
    DetailField::ALL
        .into_iter()
        .filter(|field| old.get(field).map(String::as_str) != new.get(*field))
        .map(|field| (field, new.get(field).map(Personal::open)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p1_a_field_has_one_name_everywhere() {
        for field in DetailField::ALL {
            assert_eq!(serde_json::to_string(&field).unwrap(), format!("\"{field}\""));
            assert_eq!(DetailField::parse(field.as_str()), Some(field));
        }
        assert!(DetailField::ALL.is_sorted());
    }

    #[test]
    fn a_change_holds_only_what_differs_and_says_what_was_cleared() {
        let old = PlainDetails::from([
            (DetailField::City, "Ottawa".to_owned()),
            (DetailField::Branch, "Septentria".to_owned()),
            (DetailField::Province, "ON".to_owned()),
        ]);
        let new = ValidDetails(PlainDetails::from([
            (DetailField::City, "London".to_owned()),
            (DetailField::Province, "ON".to_owned()),
            (DetailField::Email, "a@example.org".to_owned()),
        ]));
        let expected = BTreeMap::from([
            (DetailField::Branch, None),
            (DetailField::Email, Some(Personal::open("a@example.org"))),
            (DetailField::City, Some(Personal::open("London"))),
        ]);
        assert_eq!(diff(&old, &new), expected);
        assert!(diff(new.texts(), &new).is_empty());
    }

    #[test]
    fn printing_details_for_debugging_shows_no_value() {
        let raw = RawDetails::default().with(DetailField::City, "Ottawa");
        let valid = ValidDetails(raw.0.clone());
        assert_eq!(format!("{raw:?}{valid:?}"), "RawDetails([City])ValidDetails([City])");
    }
}
