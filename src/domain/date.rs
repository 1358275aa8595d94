//! Civil dates and instants (DOMAIN §2).

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// A day in the kingdom's calendar, between the years 1 and 9999.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilDate(NaiveDate);

/// An instant in microseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(i64);

/// Why a text is not a [`CivilDate`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a date is written year-month-day, like 2026-05-03, and must exist in the calendar")]
pub struct NotADate;

impl CivilDate {
    /// The first day on which anything can have taken effect (D4): the SCA's first tournament.
    pub const BEGINNING: Self = match NaiveDate::from_ymd_opt(1966, 5, 1) {
        Some(day) => Self(day),
        None => panic!("1966-05-01 exists"),
    };

    /// The last day that a term can reach: later ones are slips of the keyboard.
    pub const LATEST: Self = match NaiveDate::from_ymd_opt(2199, 12, 31) {
        Some(day) => Self(day),
        None => panic!("2199-12-31 exists"),
    };

    /// A date of the calendar, if it exists.
    #[must_use]
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        ((1..=9999).contains(&year)).then(|| NaiveDate::from_ymd_opt(year, month, day).map(Self)).flatten()
    }

    /// Takes a chrono date.
    #[must_use]
    pub const fn from_naive(day: NaiveDate) -> Self {
        Self(day)
    }

    /// Gives the chrono date.
    #[must_use]
    pub const fn naive(self) -> NaiveDate {
        self.0
    }

    /// Reads `YYYY-MM-DD`, exactly.
    ///
    /// # Errors
    /// [`NotADate`] for another shape or a day that does not exist.
    pub fn parse(text: &str) -> Result<Self, NotADate> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes
                .iter()
                .enumerate()
                .all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() });
        if !shaped {
            return Err(NotADate);
        }
        let number = |range: std::ops::Range<usize>| text[range].parse::<u32>().map_err(|_| NotADate);
        let year = i32::try_from(number(0..4)?).map_err(|_| NotADate)?;
        Self::new(year, number(5..7)?, number(8..10)?).ok_or(NotADate)
    }

    /// The same day of the month so many months later; the month's last day
    /// where it is shorter (D2: 29 February becomes 28 February).
    #[must_use]
    pub fn plus_months(self, months: u32) -> Self {
        self.0.checked_add_months(chrono::Months::new(months)).map_or(self, Self)
    }

    /// So many days later, or earlier when negative.
    #[must_use]
    pub fn plus_days(self, days: i64) -> Self {
        self.0.checked_add_signed(chrono::TimeDelta::days(days)).map_or(self, Self)
    }

    /// The day before: of an expiry date, the last valid day (D3).
    #[must_use]
    pub fn day_before(self) -> Self {
        self.plus_days(-1)
    }

    /// Whole days from `earlier` to this day; negative when this day is before it.
    #[must_use]
    pub fn days_since(self, earlier: Self) -> i64 {
        self.0.signed_duration_since(earlier.0).num_days()
    }

    /// Days since 1970-01-01, as the event row holds them.
    #[must_use]
    pub fn day_number(self) -> i64 {
        i64::from(self.0.num_days_from_ce()) - 719_163
    }

    /// The date of a [`CivilDate::day_number`], if it is within the calendar.
    #[must_use]
    pub fn from_day_number(days: i64) -> Option<Self> {
        let from_ce = i32::try_from(days.checked_add(719_163)?).ok()?;
        let day = NaiveDate::from_num_days_from_ce_opt(from_ce)?;
        (1..=9999).contains(&day.year()).then_some(Self(day))
    }

    /// The month as `YYYY-MM`.
    #[must_use]
    pub fn month(self) -> String {
        self.0.format("%Y-%m").to_string()
    }
}

impl fmt::Display for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl fmt::Debug for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for CivilDate {
    type Err = NotADate;
    fn from_str(text: &str) -> Result<Self, NotADate> {
        Self::parse(text)
    }
}

impl Serialize for CivilDate {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_i64(self.day_number())
        }
    }
}

impl<'de> Deserialize<'de> for CivilDate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            let day = i64::deserialize(deserializer)?;
            return Self::from_day_number(day)
                .ok_or_else(|| serde::de::Error::custom("a day that no calendar has"));
        }
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl Instant {
    /// An instant from microseconds since 1970.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since 1970.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// So many seconds later, or earlier when negative.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }
}

impl fmt::Display for Instant {
    /// RFC 3339 in UTC with microseconds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match chrono::DateTime::from_timestamp_micros(self.0) {
            Some(at) => f.write_str(&at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)),
            None => write!(f, "{} µs", self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> CivilDate {
        CivilDate::parse(text).unwrap()
    }

    #[test]
    fn d2_adding_years_keeps_month_and_day_and_shortens_29_february() {
        assert_eq!(day("2024-02-29").plus_months(24), day("2026-02-28"));
        assert_eq!(day("2024-02-29").plus_months(48), day("2028-02-29"));
        assert_eq!(day("2024-03-31").plus_months(84), day("2031-03-31"));
    }

    #[test]
    fn a_date_has_one_spelling() {
        for bad in [
            "2025-02-29",
            "31/02/2001",
            "2026-1-01",
            "0000-01-01",
            "12026-01-01",
            "2026-13-01",
            "yesterday",
            "",
            "２０２６-01-01",
        ] {
            assert_eq!(CivilDate::parse(bad), Err(NotADate), "{bad}");
        }
        assert_eq!(day("0001-01-01").to_string(), "0001-01-01");
        assert_eq!(day("9999-12-31").to_string(), "9999-12-31");
    }

    #[test]
    fn day_numbers_go_both_ways() {
        assert_eq!(day("1970-01-01").day_number(), 0);
        assert_eq!(CivilDate::BEGINNING.day_number(), -1341);
        for text in ["0001-01-01", "1966-05-01", "2026-11-22", "9999-12-31"] {
            assert_eq!(CivilDate::from_day_number(day(text).day_number()), Some(day(text)));
        }
    }
}
