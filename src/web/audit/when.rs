//! Instants as auditors type them.

use chrono::{NaiveDateTime, TimeZone};
use chrono_tz::Tz;

use crate::domain::date::{CivilDate, Instant};

/// How an instant is written, for messages.
pub const EXAMPLE: &str = "2026-03-04 18:30";

/// Reads `2026-03-04 18:30`, with seconds and their parts if wanted, on the
/// kingdom's clocks, or RFC 3339 with its own zone. A minute or second stands
/// for all of it: what was recorded within it was known.
pub fn instant(text: &str, zone: Tz) -> Option<Instant> {
    let text = text.trim();
    if let Ok(at) = chrono::DateTime::parse_from_rfc3339(text) {
        return within(at.timestamp_micros());
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
    within(at.timestamp_micros() + rest)
}

/// The first instant of a day in the kingdom.
pub fn beginning(day: CivilDate, zone: Tz) -> Instant {
    let midnight = day.naive().and_time(chrono::NaiveTime::MIN);
    let at = (0..3)
        .find_map(|hour| zone.from_local_datetime(&(midnight + chrono::TimeDelta::hours(hour))).earliest());
    Instant::from_micros(at.map_or_else(|| midnight.and_utc().timestamp_micros(), |at| at.timestamp_micros()))
}

/// Instants that a civil date can be told of.
fn within(micros: i64) -> Option<Instant> {
    const YEAR_10000: i64 = 253_402_300_800_000_000;
    (-62_135_596_800_000_000..YEAR_10000).contains(&micros).then(|| Instant::from_micros(micros))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::America::Toronto;

    #[test]
    fn an_instant_is_read_on_the_kingdoms_clocks() {
        for (text, utc) in [
            ("2026-03-04 18:30", "2026-03-04T23:30:59.999999Z"),
            ("2026-07-04 18:30:05", "2026-07-04T22:30:05.999999Z"),
            ("2026-07-04T18:30:05.25", "2026-07-04T22:30:05.250000Z"),
            ("2026-07-04T18:30:05Z", "2026-07-04T18:30:05.000000Z"),
        ] {
            assert_eq!(instant(text, Toronto).unwrap().to_string(), utc, "{text}");
        }
        for bad in
            ["", "yesterday", "2026-13-01 10:00", "0000-01-01 00:00", "2026-02-29 10:00", "12026-01-01 10:00"]
                .into_iter()
                .chain(["1-1-1 1:1", "2026-3-4 18:30", "2026-3-4\u{3000}18:30", "2026-3-4\u{a0} 18:30"])
        {
            assert_eq!(instant(bad, Toronto), None, "{bad}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_in_the_kingdom() {
        let day = CivilDate::new(2026, 7, 4).unwrap();
        assert_eq!(beginning(day, Toronto).to_string(), "2026-07-04T04:00:00.000000Z");
    }
}
