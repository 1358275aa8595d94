//! Finished pages, kept as bytes.
//!
//! A page is kept for a route, what was asked of it, and a class of readers
//! (never one reader). It is valid while three things hold: it is still the
//! same civil day; the kingdom's own streams (names, colours, disciplines) have
//! not moved; and whoever it shows has not changed since the position that it
//! was made at ([`Shows`]). All three are known in memory, because every server
//! follows the log ([`Followed`]), so a hit asks the database nothing.
//! Templates and assets are part of the program, so they cannot change under a
//! kept page; across releases the entity tag tells, which is a hash of the bytes.
//!
//! When the database is away nothing changes that this server could see; kept
//! pages are served for up to five minutes more ([`Contact`]), then not.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::FromRequestParts;
use axum::http::header::{self, HeaderName};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::assets::short_hash;
use super::followed::Followed;
use super::views::Audience;
use crate::domain::date::CivilDate;
use crate::domain::id::{CombatantId, Position};

/// Bytes that kept pages may take.
const BUDGET: u64 = 16 * 1024 * 1024;
/// How long kept pages are served without a word from the database.
const WITHOUT_DATABASE: Duration = Duration::from_secs(300);
/// What an entry costs besides its bytes, about.
const OVERHEAD: usize = 200;
/// How many pages are expected; more only cost a larger table.
const EXPECTED: usize = 4_096;

const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("private, no-cache");
const VARY: HeaderValue = HeaderValue::from_static("Cookie");

/// Which page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// The route: `card`.
    pub route: &'static str,
    /// What was asked of it, in one canonical way: a card id, a query.
    pub what: Box<str>,
    /// For whom.
    pub audience: Audience,
}

/// What a page shows of the log, besides the kingdom's own streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shows {
    /// Nothing.
    Nobody,
    /// One person.
    Person(CombatantId),
    /// Any number of people.
    People,
}

/// When and from what a page was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    /// The kingdom's civil day.
    pub day: CivilDate,
    /// The last event of the kingdom's own streams.
    pub kingdom: Position,
    /// Whether a read model was paused: the page says so.
    pub paused: bool,
    /// Up to which event the people on it are known; read before they were.
    pub people: Position,
    /// Whom it shows.
    pub shows: Shows,
}

/// A finished page.
#[derive(Debug, Clone)]
pub struct Kept {
    made: Made,
    body: Bytes,
    etag: HeaderValue,
    extra: &'static [(HeaderName, HeaderValue)],
}

/// The kept pages of one server.
pub struct Pages {
    kept: Cache<Key, Kept, Size>,
    contact: Contact,
}

/// What a page weighs: its bytes.
#[derive(Clone)]
struct Size;

impl Weighter<Key, Kept> for Size {
    fn weight(&self, key: &Key, page: &Kept) -> u64 {
        (page.body.len() + key.what.len() + OVERHEAD) as u64
    }
}

/// When the database last answered, by this machine's steady clock: milliseconds since `began`.
#[derive(Debug)]
pub struct Contact {
    began: Instant,
    last_millis: AtomicI64,
}

/// What holds now, to judge kept pages by.
#[derive(Clone, Copy)]
pub struct Now<'a> {
    /// The kingdom's civil day.
    pub day: CivilDate,
    /// The last event of the kingdom's own streams.
    pub kingdom: Position,
    /// Whether a read model is paused.
    pub paused: bool,
    /// Who changed when.
    pub followed: &'a Followed,
}

impl Now<'_> {
    /// What a page is made from when it is made now.
    #[must_use]
    pub const fn made(&self, shows: Shows, people: Position) -> Made {
        Made { day: self.day, kingdom: self.kingdom, paused: self.paused, people, shows }
    }

    fn allows(&self, made: &Made) -> bool {
        made.day == self.day
            && made.kingdom == self.kingdom
            && made.paused == self.paused
            && match made.shows {
                Shows::Nobody => true,
                Shows::Person(id) => self.followed.changed(id) <= made.people,
                Shows::People => self.followed.last() <= made.people,
            }
    }
}

/// What the browser already has.
#[derive(Debug, Clone)]
pub struct IfNoneMatch(Option<HeaderValue>);

impl<S: Sync> FromRequestParts<S> for IfNoneMatch {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(parts.headers.get(header::IF_NONE_MATCH).cloned()))
    }
}

impl Contact {
    fn new() -> Self {
        Self { began: Instant::now(), last_millis: AtomicI64::new(0) }
    }

    fn since_start(&self) -> i64 {
        i64::try_from(self.began.elapsed().as_millis()).unwrap_or(i64::MAX)
    }

    /// The database answered.
    pub fn note(&self) {
        self.last_millis.store(self.since_start(), Ordering::Relaxed);
    }

    /// How long ago the database last answered.
    #[must_use]
    pub fn ago(&self) -> Duration {
        let millis = self.since_start().saturating_sub(self.last_millis.load(Ordering::Relaxed));
        Duration::from_millis(u64::try_from(millis).unwrap_or(0))
    }

    /// As if the database had not answered for that long.
    #[cfg(test)]
    fn silent_for(&self, silence: Duration) {
        let silence = i64::try_from(silence.as_millis()).unwrap();
        self.last_millis.store(self.since_start() - silence, Ordering::Relaxed);
    }
}

impl Default for Pages {
    fn default() -> Self {
        Self::with_budget(BUDGET)
    }
}

impl Pages {
    /// No pages yet; together they may take that many bytes.
    #[must_use]
    pub fn with_budget(bytes: u64) -> Self {
        let kept = Cache::with_weighter(EXPECTED, bytes, Size);
        Self { kept, contact: Contact::new() }
    }

    /// When the database last answered.
    #[must_use]
    pub fn contact(&self) -> &Contact {
        &self.contact
    }

    /// The answer of a page that is kept and still valid.
    #[must_use]
    pub fn hit(&self, key: &Key, now: &Now<'_>, has: &IfNoneMatch) -> Option<Response> {
        if self.contact.ago() > WITHOUT_DATABASE {
            return None;
        }
        let kept = self.kept.get(key)?;
        now.allows(&kept.made).then(|| kept.answer(has))
    }

    /// Keeps a page, and answers with it.
    pub fn keep(&self, key: Key, kept: Kept, has: &IfNoneMatch) -> Response {
        let answer = kept.answer(has);
        self.kept.insert(key, kept);
        answer
    }

    /// How many pages are kept.
    #[must_use]
    pub fn count(&self) -> usize {
        self.kept.len()
    }

    /// Forgets every page.
    pub fn clear(&self) {
        self.kept.clear();
    }
}

impl Kept {
    /// A page with what it was made from.
    #[must_use]
    pub fn new(made: Made, html: String) -> Self {
        let tag = format!("\"{}\"", short_hash(html.as_bytes()));
        // Hexadecimal digits between quotes are always a header's value.
        let etag = HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("\"\""));
        Self { made, body: Bytes::from(html), etag, extra: &[] }
    }

    /// With further headers.
    #[must_use]
    pub const fn with_headers(mut self, extra: &'static [(HeaderName, HeaderValue)]) -> Self {
        self.extra = extra;
        self
    }

    /// The answer: the page, or that the browser has it already.
    #[must_use]
    pub fn answer(&self, has: &IfNoneMatch) -> Response {
        let same = has.0.as_ref().is_some_and(|has| {
            has.as_bytes().windows(self.etag.len()).any(|part| part == self.etag.as_bytes())
        });
        let mut answer = Response::new(if same { Body::empty() } else { Body::from(self.body.clone()) });
        if same {
            *answer.status_mut() = StatusCode::NOT_MODIFIED;
        }
        let headers = answer.headers_mut();
        headers.reserve(16);
        headers.insert(header::CONTENT_TYPE, HTML);
        headers.insert(header::ETAG, self.etag.clone());
        headers.insert(header::CACHE_CONTROL, ASK_AGAIN);
        headers.insert(header::VARY, VARY);
        for (name, value) in self.extra {
            headers.insert(name, value.clone());
        }
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(what: &str) -> Key {
        Key { route: "home", what: what.into(), audience: Audience::Public }
    }

    fn day() -> CivilDate {
        CivilDate::new(2026, 11, 22).unwrap()
    }

    fn page(shows: Shows, people: i64) -> Kept {
        let made = Made { day: day(), kingdom: Position(1), paused: false, people: Position(people), shows };
        Kept::new(made, "page".to_owned())
    }

    fn hits(pages: &Pages, now: Now<'_>) -> bool {
        pages.hit(&key(""), &now, &IfNoneMatch(None)).is_some()
    }

    #[test]
    fn a_kept_page_is_served_until_something_it_shows_changes() {
        let followed = Followed::from(Position(10));
        let now = Now { day: day(), kingdom: Position(1), paused: false, followed: &followed };
        let (one, other) = (CombatantId(uuid::Uuid::from_u128(1)), CombatantId(uuid::Uuid::from_u128(2)));
        let pages = Pages::default();
        pages.keep(key(""), page(Shows::Person(one), 10), &IfNoneMatch(None));
        assert!(hits(&pages, now));
        followed.note(other, Position(11));
        assert!(hits(&pages, now), "somebody else changed");
        followed.note(one, Position(12));
        assert!(!hits(&pages, now), "the person changed");
        pages.keep(key(""), page(Shows::Person(one), 12), &IfNoneMatch(None));
        assert!(hits(&pages, now));
        assert!(!hits(&pages, Now { day: day().plus_days(1), ..now }), "another day");
        assert!(!hits(&pages, Now { kingdom: Position(13), ..now }), "the kingdom changed");
        assert!(!hits(&pages, Now { paused: true, ..now }), "it does not say that it is not up to date");
        pages.keep(key(""), page(Shows::People, 11), &IfNoneMatch(None));
        assert!(!hits(&pages, now), "made before the last change");
    }

    #[test]
    fn kept_pages_keep_to_their_budget() {
        let pages = Pages::with_budget(1_000_000);
        for number in 0..1_000 {
            let page = Kept::new(page(Shows::Nobody, 1).made, "x".repeat(10_000));
            pages.keep(key(&number.to_string()), page, &IfNoneMatch(None));
        }
        assert!(pages.kept.weight() <= 1_000_000, "{}", pages.kept.weight());
        assert!(pages.kept.len() > 50, "{} are kept", pages.kept.len());
    }

    #[test]
    fn a_browser_that_has_the_page_gets_no_page() {
        let kept = page(Shows::Nobody, 1);
        let has = IfNoneMatch(Some(kept.etag.clone()));
        assert_eq!(kept.answer(&has).status(), StatusCode::NOT_MODIFIED);
        assert_eq!(kept.answer(&IfNoneMatch(None)).status(), StatusCode::OK);
        let other = IfNoneMatch(Some(HeaderValue::from_static("\"0123456789abcdef\"")));
        assert_eq!(kept.answer(&other).status(), StatusCode::OK);
    }

    #[test]
    fn kept_pages_outlive_the_database_by_five_minutes() {
        let followed = Followed::from(Position(10));
        let now = Now { day: day(), kingdom: Position(1), paused: false, followed: &followed };
        let pages = Pages::default();
        pages.keep(key(""), page(Shows::Nobody, 1), &IfNoneMatch(None));
        for (silent, served) in [(0, true), (299, true), (301, false)] {
            pages.contact.silent_for(Duration::from_secs(silent));
            assert_eq!(hits(&pages, now), served, "{silent} s");
        }
    }
}
