//! The only place that may ask for the time or for randomness. Everything else
//! is handed a [`Clock`] and an [`IdSource`], so that tests are exact.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use chrono::TimeZone;
use chrono_tz::Tz;
use uuid::Uuid;

use crate::domain::date::{CivilDate, Instant};

/// Tells the instant. *Today* follows from it and the kingdom's time zone (D1).
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Instant;
}

/// The civil date of an instant in a time zone (D1).
#[must_use]
pub fn civil_date(at: Instant, zone: Tz) -> CivilDate {
    let utc = chrono::DateTime::from_timestamp_micros(at.micros()).unwrap_or_default();
    CivilDate::from_naive(zone.from_utc_datetime(&utc.naive_utc()).date_naive())
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
    fn now(&self) -> Instant {
        Instant::from_micros(chrono::Utc::now().timestamp_micros())
    }
}

/// A clock that a test or the demo sets. It stands still until told otherwise.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that shows `at`.
    #[must_use]
    pub const fn at(at: Instant) -> Self {
        Self(AtomicI64::new(at.micros()))
    }

    /// Sets the clock.
    pub fn set(&self, at: Instant) {
        self.0.store(at.micros(), Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// Gives ids and random bytes.
pub trait IdSource: Send + Sync + 'static {
    /// Fills `bytes` with unpredictable bytes.
    fn fill(&self, bytes: &mut [u8]);

    /// A fresh UUID version 7 of that instant.
    fn uuid_at(&self, at: Instant) -> Uuid {
        let mut random = [0; 10];
        self.fill(&mut random);
        let millis = u64::try_from(at.micros() / 1000).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }
}

/// The operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemIds;

impl IdSource for SystemIds {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
    fn fill(&self, bytes: &mut [u8]) {
        // Without randomness no key may be made: nothing sensible can go on.
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}

/// A source that counts: the same history gets the same ids. For tests and golden vectors.
#[derive(Debug)]
pub struct CountingIds(AtomicU64);

impl CountingIds {
    /// A source that begins after `seed`.
    #[must_use]
    pub const fn from(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl IdSource for CountingIds {
    fn fill(&self, bytes: &mut [u8]) {
        use sha2::{Digest, Sha256};
        for chunk in bytes.chunks_mut(32) {
            let count = self.0.fetch_add(1, Ordering::SeqCst);
            chunk.copy_from_slice(&Sha256::digest(count.to_be_bytes())[..chunk.len()]);
        }
    }
}
