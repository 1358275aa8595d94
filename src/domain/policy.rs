//! Privacy policies: how they are written, how their versions are numbered, and
//! what somebody agreed to (DOMAIN V1, V2, V4, V9).

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::date::CivilDate;
use super::date_text::long_date;
use super::rulebook::Rules;
use super::text::{LineFault, clean_lines};

/// The text that a kingdom's first draft begins with (V9).
pub const TEMPLATE: &str = include_str!("../../setup_files/privacy-policy.md");
/// Stands where the day of approval goes (V4).
pub const DATE: &str = "[DATE]";
/// How the template's gaps begin. A text that still has one cannot be approved.
pub const GAP: &str = "[FILL IN";
/// The most characters of a policy: some ten printed pages, in any script within the largest form.
pub const MOST_TEXT: usize = 25_000;
/// The most characters of a change log.
pub const MOST_CHANGE_LOG: usize = 2_000;

/// The number of an approved policy, `YYYY.N` (V4): the year of its approval and
/// how many were approved in it. A later one is greater.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PolicyVersion {
    year: u16,
    number: u16,
}

/// Why a text is no [`PolicyVersion`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a version of the privacy policy is written like 2026.1")]
pub struct NotAVersion;

/// What somebody agreed to (V1, V2). Documents hold it as a number: 0 for nothing yet, 1 for a
/// version nobody knows, else the version's year times 10 000 and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(into = "u32", try_from = "u32")]
pub enum Acceptance {
    /// To nothing yet.
    #[default]
    Awaited,
    /// To a policy of which an import knows neither day nor version.
    Unknown,
    /// To this version.
    Of(PolicyVersion),
}

/// What holds for everyone on a day: the rules, and which policy must have been accepted.
/// Where only the rules are asked for, it is as good as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InForce {
    /// The rules.
    pub rules: Rules,
    /// Who accepted this version or a newer one counts as having accepted; none where any acceptance does.
    pub policy: Option<PolicyVersion>,
}

/// Why a text can be no policy or change log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAText {
    /// Nothing there.
    #[error("it is empty; write something")]
    Empty,
    /// Too long.
    #[error("it has {has} characters, at most {most} fit; shorten it")]
    TooLong {
        /// How many it has.
        has: usize,
        /// How many fit.
        most: usize,
    },
    /// A character that cannot be kept.
    #[error("{fault}; {}", .fault.fault.remedy())]
    Line {
        /// Which, and where.
        fault: LineFault,
    },
}

impl PolicyVersion {
    /// A version; none where either part is out of bounds.
    #[must_use]
    pub fn new(year: u16, number: u16) -> Option<Self> {
        ((1966..=9999).contains(&year) && (1..=9999).contains(&number)).then_some(Self { year, number })
    }

    /// Reads `2026.1`, and nothing that is not written exactly so: it stands in addresses.
    ///
    /// # Errors
    /// [`NotAVersion`].
    pub fn parse(text: &str) -> Result<Self, NotAVersion> {
        let (year, number) = text.split_once('.').ok_or(NotAVersion)?;
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit()) && !part.starts_with('0');
        if !(digits(year) && digits(number)) {
            return Err(NotAVersion);
        }
        let (year, number) = (year.parse().ok(), number.parse().ok());
        year.zip(number).and_then(|(year, number)| Self::new(year, number)).ok_or(NotAVersion)
    }

    /// The version that comes after `last` when it is approved on that day. Numbers begin
    /// anew each year; a clock that was set back does not make an older version.
    ///
    /// # Errors
    /// [`NotAVersion`] when a year has no numbers left.
    pub fn after(last: Option<Self>, day: CivilDate) -> Result<Self, NotAVersion> {
        use chrono::Datelike;
        let year = u16::try_from(day.naive().year()).map_err(|_| NotAVersion)?;
        let next = match last {
            Some(last) if last.year >= year => Self::new(last.year, last.number + 1),
            _ => Self::new(year, 1),
        };
        next.ok_or(NotAVersion)
    }
}

impl Acceptance {
    /// Whether it is enough where that version, or a newer one, must have been accepted. Of an
    /// acceptance without a version nobody can show that it was of the newer text.
    #[must_use]
    pub fn suffices(self, required: Option<PolicyVersion>) -> bool {
        match (self, required) {
            (Self::Awaited, _) | (Self::Unknown, Some(_)) => false,
            (Self::Unknown | Self::Of(_), None) => true,
            (Self::Of(version), Some(required)) => version >= required,
        }
    }
}

impl Deref for InForce {
    type Target = Rules;

    fn deref(&self) -> &Rules {
        &self.rules
    }
}

/// A policy's text as it is kept.
///
/// # Errors
/// [`NotAText`].
pub fn read_text(raw: &str) -> Result<String, NotAText> {
    read(raw, MOST_TEXT)
}

/// A change log as it is kept.
///
/// # Errors
/// [`NotAText`].
pub fn read_change_log(raw: &str) -> Result<String, NotAText> {
    read(raw, MOST_CHANGE_LOG)
}

fn read(raw: &str, most: usize) -> Result<String, NotAText> {
    let text = clean_lines(raw).map_err(|fault| NotAText::Line { fault })?;
    match text.chars().count() {
        0 => Err(NotAText::Empty),
        has if has > most => Err(NotAText::TooLong { has, most }),
        _ => Ok(text),
    }
}

/// A text as it reads once it is approved on that day (V4).
#[must_use]
pub fn dated(text: &str, approved_on: CivilDate) -> String {
    text.replace(DATE, &long_date(approved_on))
}

impl fmt::Display for PolicyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.year, self.number)
    }
}

impl fmt::Debug for PolicyVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PolicyVersion({self})")
    }
}

impl From<PolicyVersion> for String {
    fn from(version: PolicyVersion) -> Self {
        version.to_string()
    }
}

impl TryFrom<String> for PolicyVersion {
    type Error = NotAVersion;

    fn try_from(text: String) -> Result<Self, NotAVersion> {
        Self::parse(&text)
    }
}

impl From<Acceptance> for u32 {
    fn from(acceptance: Acceptance) -> Self {
        match acceptance {
            Acceptance::Awaited => 0,
            Acceptance::Unknown => 1,
            Acceptance::Of(PolicyVersion { year, number }) => Self::from(year) * 10_000 + Self::from(number),
        }
    }
}

impl TryFrom<u32> for Acceptance {
    type Error = NotAVersion;

    fn try_from(number: u32) -> Result<Self, NotAVersion> {
        let part = |part: u32| u16::try_from(part).map_err(|_| NotAVersion);
        match number {
            0 => Ok(Self::Awaited),
            1 => Ok(Self::Unknown),
            _ => PolicyVersion::new(part(number / 10_000)?, part(number % 10_000)?)
                .map(Self::Of)
                .ok_or(NotAVersion),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> PolicyVersion {
        PolicyVersion::parse(text).unwrap()
    }

    fn day(text: &str) -> CivilDate {
        CivilDate::parse(text).unwrap()
    }

    #[test]
    fn v4_a_version_is_a_year_and_a_number_written_in_one_way() {
        assert_eq!(version("2026.12").to_string(), "2026.12");
        for bad in ["", "2026", "2026.", ".1", "2026.0", "2026.01", "02026.1", "2026.1.1", "+2026.1", "1.1"] {
            assert_eq!(PolicyVersion::parse(bad), Err(NotAVersion), "{bad}");
        }
        assert!(version("2026.10") > version("2026.9") && version("2027.1") > version("2026.10"));
    }

    #[test]
    fn v4_numbers_begin_anew_each_year_and_never_go_back() {
        let after = |last: Option<&str>, on: &str| {
            PolicyVersion::after(last.map(version), day(on)).unwrap().to_string()
        };
        assert_eq!(after(None, "2026-05-03"), "2026.1");
        assert_eq!(after(Some("2026.1"), "2026-12-31"), "2026.2");
        assert_eq!(after(Some("2026.2"), "2027-01-01"), "2027.1");
        assert_eq!(after(Some("2027.1"), "2026-12-31"), "2027.2", "the clock was set back");
    }

    #[test]
    fn v4_an_acceptance_suffices_until_a_newer_version_is_required() {
        let of = |text| Acceptance::Of(version(text));
        for (acceptance, any, newer) in [
            (Acceptance::Awaited, false, false),
            (Acceptance::Unknown, true, false),
            (of("2026.1"), true, false),
            (of("2026.2"), true, true),
            (of("2027.1"), true, true),
        ] {
            assert_eq!(acceptance.suffices(None), any, "{acceptance:?}");
            assert_eq!(acceptance.suffices(Some(version("2026.2"))), newer, "{acceptance:?}");
            assert_eq!(Acceptance::try_from(u32::from(acceptance)), Ok(acceptance));
        }
        assert!(Acceptance::try_from(2).is_err() && Acceptance::try_from(u32::MAX).is_err());
    }

    #[test]
    fn v4_the_day_of_approval_takes_its_place() {
        assert_eq!(dated("Of [DATE].", day("2026-05-03")), "Of 3 May 2026.");
    }

    #[test]
    fn v9_the_template_is_a_text_that_waits_to_be_filled_in() {
        assert_eq!(read_text(TEMPLATE).as_deref(), Ok(TEMPLATE.trim_end()));
        assert!(TEMPLATE.contains(DATE) && TEMPLATE.contains(GAP));
    }

    #[test]
    fn a_text_is_neither_empty_nor_endless() {
        assert_eq!(read_text(" \r\n "), Err(NotAText::Empty));
        let long = "x".repeat(MOST_TEXT + 1);
        assert_eq!(read_text(&long), Err(NotAText::TooLong { has: MOST_TEXT + 1, most: MOST_TEXT }));
        let fault = read_change_log("one\ntwo\u{202e}").unwrap_err().to_string();
        assert!(fault.contains("line 2") && fault.contains("U+202E"), "{fault}");
    }
}
