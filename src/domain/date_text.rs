//! Dates as people read them. Wherever an expiry is shown, the last valid day
//! is shown with it (DOMAIN D3).

use chrono::Datelike;

use super::date::CivilDate;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The date in words: `3 May 2026`, `9 November 2026`.
#[must_use]
pub fn long_date(day: CivilDate) -> String {
    with_month(day, MONTHS[day.naive().month0() as usize])
}

/// The date for tables: `3 May 2026`, `9 Nov 2026`.
#[must_use]
pub fn short_date(day: CivilDate) -> String {
    with_month(day, &MONTHS[day.naive().month0() as usize][..3])
}

fn with_month(day: CivilDate, month: &str) -> String {
    format!("{} {month} {}", day.naive().day(), day.naive().year())
}

/// An expiry as of `today`: `expires 9 November 2026, last valid day 8 November
/// 2026`, or `expired …` once it has come.
#[must_use]
pub fn expiry_text(expires_on: CivilDate, today: CivilDate) -> String {
    let verb = if today < expires_on { "expires" } else { "expired" };
    format!("{verb} {}, last valid day {}", long_date(expires_on), long_date(expires_on.day_before()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> CivilDate {
        CivilDate::parse(text).unwrap()
    }

    #[test]
    fn d3_an_expiry_is_shown_with_its_last_valid_day() {
        let expiry = day("2026-11-09");
        assert_eq!(
            expiry_text(expiry, day("2026-11-08")),
            "expires 9 November 2026, last valid day 8 November 2026"
        );
        assert_eq!(expiry_text(expiry, expiry), "expired 9 November 2026, last valid day 8 November 2026");
        assert_eq!(
            expiry_text(day("2027-01-01"), expiry),
            "expires 1 January 2027, last valid day 31 December 2026"
        );
    }
}
