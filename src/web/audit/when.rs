//! Times as auditors type them.

use chrono::{NaiveDateTime, TimeZone};
use chrono_tz::Tz;

use crate::domain::date::{CivilDate, Instant};

/// How a time is written, for messages.
pub const EXAMPLE: &str = "2026-03-04 or 2026-03-04 18:30";

/// A stretch of time: a day, a minute, a second or a microsecond stand for all that is within them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// Its first microsecond.
    pub first: Instant,
    /// Its last one.
    pub last: Instant,
}

/// Reads `2026-03-04`, or `2026-03-04 18:30` with seconds and their parts if wanted, on the
/// kingdom's clocks, or RFC 3339 with its own zone.
pub fn span(text: &str, zone: Tz) -> Option<Span> {
    let text = text.trim();
    if let Ok(day) = CivilDate::parse(text) {
        let next = beginning(day.plus_days(1), zone);
        return Some(Span { first: beginning(day, zone), last: Instant::from_micros(next.micros() - 1) });
    }
    if let Ok(at) = chrono::DateTime::parse_from_rfc3339(text) {
        return within(at.timestamp_micros(), 0);
    }
    let text = text.replacen('T', " ", 1);
    let minute = NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M").map(|at| (at, 59_999_999));
    let second = NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S").map(|at| (at, 999_999));
    let exact = NaiveDateTime::parse_from_str(&text, "%Y-%m-%d %H:%M:%S%.f").map(|at| (at, 0));
    let (local, rest) = minute.or(second).or(exact).ok()?;
    CivilDate::parse(text.get(..10)?).ok()?;
    // An hour that the clocks show twice is taken as the later one, one that they skip as the one after.
    let at = zone
        .from_local_datetime(&local)
        .latest()
        .or_else(|| zone.from_local_datetime(&(local + chrono::TimeDelta::hours(1))).earliest())?;
    within(at.timestamp_micros(), rest)
}

/// The first instant of a day in the kingdom.
pub fn beginning(day: CivilDate, zone: Tz) -> Instant {
    let midnight = day.naive().and_time(chrono::NaiveTime::MIN);
    let at = (0..3)
        .find_map(|hour| zone.from_local_datetime(&(midnight + chrono::TimeDelta::hours(hour))).earliest());
    Instant::from_micros(at.map_or_else(|| midnight.and_utc().timestamp_micros(), |at| at.timestamp_micros()))
}

/// From there on for so many microseconds, if a civil date can be told of it.
fn within(micros: i64, rest: i64) -> Option<Span> {
    const YEAR_10000: i64 = 253_402_300_800_000_000;
    let last = micros + rest;
    (-62_135_596_800_000_000..YEAR_10000)
        .contains(&last)
        .then(|| Span { first: Instant::from_micros(micros), last: Instant::from_micros(last) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::America::Toronto;

    #[test]
    fn a_time_is_read_on_the_kingdoms_clocks_and_stands_for_all_of_it() {
        for (text, first, last) in [
            ("2026-03-04 18:30", "2026-03-04T23:30:00.000000Z", "2026-03-04T23:30:59.999999Z"),
            ("2026-07-04 18:30:05", "2026-07-04T22:30:05.000000Z", "2026-07-04T22:30:05.999999Z"),
            ("2026-07-04T18:30:05.25", "2026-07-04T22:30:05.250000Z", "2026-07-04T22:30:05.250000Z"),
            ("2026-07-04T18:30:05Z", "2026-07-04T18:30:05.000000Z", "2026-07-04T18:30:05.000000Z"),
            ("2026-07-04", "2026-07-04T04:00:00.000000Z", "2026-07-05T03:59:59.999999Z"),
            // The day on which the clocks go back is longer.
            ("2026-11-01", "2026-11-01T04:00:00.000000Z", "2026-11-02T04:59:59.999999Z"),
        ] {
            let span = span(text, Toronto).unwrap();
            assert_eq!(
                (span.first.to_string(), span.last.to_string()),
                (first.into(), last.into()),
                "{text}"
            );
        }
        for bad in
            ["", "yesterday", "2026-13-01 10:00", "0000-01-01 00:00", "2026-02-29 10:00", "12026-01-01 10:00"]
                .into_iter()
                .chain(["1-1-1 1:1", "2026-3-4 18:30", "2026-3-4\u{3000}18:30", "2026-3-4\u{a0} 18:30"])
                .chain(["2026-02-29", "2026-3-4"])
        {
            assert_eq!(span(bad, Toronto), None, "{bad}");
        }
    }
}
