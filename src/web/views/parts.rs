//! The small parts that pages are made of: days, states, links, page numbers.

use chrono::TimeZone;
use serde::Serialize;

use crate::domain::date::{CivilDate, Instant};
use crate::domain::date_text::{long_date, short_date};

/// Markup that one of our templates made: another one takes it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Html(pub String);

/// A civil day, written three ways so that a template only chooses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Day {
    /// `2026-11-09`, for `<time datetime>` and date inputs.
    pub iso: String,
    /// `9 November 2026`.
    pub long: String,
    /// `9 Nov 2026`, for tables.
    pub short: String,
}

impl From<CivilDate> for Day {
    fn from(day: CivilDate) -> Self {
        Self { iso: day.to_string(), long: long_date(day), short: short_date(day) }
    }
}

/// An instant as the kingdom's clocks show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// RFC 3339 in UTC with microseconds.
    pub iso: String,
    /// `9 Nov 2026, 14:05` in the kingdom's time zone.
    pub text: String,
    /// `9 Nov 2026, 14:05:07.123456 EST`, for auditors.
    pub exact: String,
}

impl Moment {
    /// The instant as read on a clock in `zone`.
    #[must_use]
    pub fn new(at: Instant, zone: chrono_tz::Tz) -> Self {
        let iso = at.to_string();
        match zone.timestamp_micros(at.micros()) {
            chrono::LocalResult::Single(local) | chrono::LocalResult::Ambiguous(local, _) => Self {
                iso,
                text: local.format("%-d %b %Y, %H:%M").to_string(),
                exact: local.format("%-d %b %Y, %H:%M:%S%.6f %Z").to_string(),
            },
            chrono::LocalResult::None => Self { text: iso.clone(), exact: iso.clone(), iso },
        }
    }
}

/// What a state means for the reader. A template gives each tone its own
/// shape and colour; the word comes with it, so no state is told by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    /// In order: a disc with a check mark.
    Good,
    /// In order, but not for long: a triangle.
    Warn,
    /// Not in order: an octagon with a cross.
    Bad,
    /// Not there: an empty ring.
    Off,
    /// Worth knowing: a square with an i.
    Info,
}

/// A state: word, shape and colour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Badge {
    /// Gives shape and colour.
    pub tone: Tone,
    /// The word, such as `Valid`, `Expired`, `No waiver`.
    pub word: String,
}

impl Badge {
    /// A state with its word.
    #[must_use]
    pub fn new(tone: Tone, word: impl Into<String>) -> Self {
        Self { tone, word: word.into() }
    }
}

/// A state that says why (C11).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Gives shape and colour.
    pub tone: Tone,
    /// The answer in a word or three: `May fight today`, `Not valid for combat`.
    pub word: String,
    /// The reason in one sentence: `Waiver lapsed on 3 May 2026; card good to 9 November 2026.`
    pub why: String,
    /// What to do about it, when there is something to do.
    pub fix: Option<String>,
}

/// Somewhere to go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Link {
    /// The address, already percent-encoded (see [`href`]).
    pub href: String,
    /// The words to follow.
    pub label: String,
}

impl Link {
    /// A link with its words.
    #[must_use]
    pub fn new(href: impl Into<String>, label: impl Into<String>) -> Self {
        Self { href: href.into(), label: label.into() }
    }
}

/// One line of a description list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Detail {
    /// What it is: `E-mail`.
    pub label: String,
    /// The value; `None` shows as a quiet "not on file".
    pub value: Option<String>,
}

impl Detail {
    /// A line with a value.
    #[must_use]
    pub fn new(label: impl Into<String>, value: impl Into<String>) -> Self {
        Self { label: label.into(), value: Some(value.into()) }
    }

    /// A line whose value is not on file.
    #[must_use]
    pub fn missing(label: impl Into<String>) -> Self {
        Self { label: label.into(), value: None }
    }
}

/// An address with a query, percent-encoded; empty values are left out so that
/// shared links stay short.
#[must_use]
pub fn href(path: &str, query: &[(&str, &str)]) -> String {
    let mut out = String::from(path);
    let mut lead = '?';
    for (name, value) in query.iter().filter(|(_, value)| !value.is_empty()) {
        out.push(lead);
        lead = '&';
        percent(&mut out, name);
        out.push('=');
        percent(&mut out, value);
    }
    out
}

fn percent(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            b' ' => out.push('+'),
            _ => {
                out.push('%');
                out.push(char::from(HEX[usize::from(byte >> 4)]));
                out.push(char::from(HEX[usize::from(byte & 15)]));
            }
        }
    }
}

/// Where in a long list this page is, and the ways on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pager {
    /// Rows in all, written with thin spaces between thousands.
    pub total: String,
    /// Number of the first row on this page, 1 for the first; 0 when there is none.
    pub from: usize,
    /// Number of the last row on this page.
    pub to: usize,
    /// True when there is more than one page.
    pub many: bool,
    /// The page before.
    pub previous: Option<String>,
    /// The page after.
    pub next: Option<String>,
    /// Numbered pages: first, last and those around the current one.
    pub pages: Vec<PagerLink>,
}

/// One numbered page, or a gap between numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PagerLink {
    /// The page's number; empty for a gap.
    pub label: String,
    /// The page's address.
    pub href: String,
    /// True for the page that is shown.
    pub current: bool,
}

impl Pager {
    /// Page `page` (1 for the first) of `total` rows, `size` a page; `address`
    /// gives the address of a page by its number.
    #[must_use]
    pub fn new(total: usize, size: usize, page: usize, address: impl Fn(usize) -> String) -> Self {
        let size = size.max(1);
        let last = total.div_ceil(size).max(1);
        let page = page.clamp(1, last);
        let mut pages = Vec::new();
        let mut before = 0;
        for number in (1..=last).filter(|n| *n == 1 || *n == last || n.abs_diff(page) <= 1) {
            if number > before + 1 {
                pages.push(PagerLink { label: String::new(), href: String::new(), current: false });
            }
            before = number;
            let current = number == page;
            pages.push(PagerLink { label: number.to_string(), href: address(number), current });
        }
        Self {
            total: thousands(total),
            from: if total == 0 { 0 } else { (page - 1) * size + 1 },
            to: (page * size).min(total),
            many: last > 1,
            previous: (page > 1).then(|| address(page - 1)),
            next: (page < last).then(|| address(page + 1)),
            pages,
        }
    }
}

/// A number with narrow no-break spaces between thousands: `12 345`.
#[must_use]
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + 6);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_carries_any_text_and_leaves_out_what_is_empty() {
        assert_eq!(href("/register", &[("q", "Ásta & co"), ("branch", "")]), "/register?q=%C3%81sta+%26+co");
        assert_eq!(href("/register", &[]), "/register");
    }

    #[test]
    fn a_long_list_shows_its_ends_and_the_pages_around() {
        let pager = Pager::new(3000, 50, 7, |n| n.to_string());
        let labels: Vec<_> = pager.pages.iter().map(|p| p.label.as_str()).collect();
        assert_eq!(labels, ["1", "", "6", "7", "8", "", "60"]);
        assert_eq!((pager.from, pager.to, pager.total.as_str()), (301, 350, "3\u{202f}000"));
    }

    #[test]
    fn an_empty_list_is_one_empty_page() {
        let pager = Pager::new(0, 50, 4, |n| n.to_string());
        assert_eq!((pager.from, pager.to, pager.many), (0, 0, false));
    }

    #[test]
    fn an_instant_is_shown_in_the_kingdoms_time() {
        let at = Instant::from_micros(1_793_500_000_123_456);
        let moment = Moment::new(at, chrono_tz::America::Toronto);
        assert!(moment.exact.ends_with("EST") || moment.exact.ends_with("EDT"), "{}", moment.exact);
    }
}
