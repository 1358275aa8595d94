//! How often mail may be asked for, and PINs be tried.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;

use crate::app::{MissLimits, RequestLimits};
use crate::domain::contact::Email;
use crate::web::error::AppError;
use crate::web::guard::Misses;

/// For how long a mailbox is remembered.
const AN_HOUR: Duration = Duration::from_secs(3600);
/// How many mailboxes are remembered at once; the total limit lets fewer in.
const MAILBOXES: usize = 50_000;
/// How many PINs are looked at at once (L3): each takes 19 MiB.
const HASHES: usize = 2;
/// How long others wait for that.
const HASH_PATIENCE: Duration = Duration::from_secs(2);
/// How many requests wait to be looked up; answered they are already.
const WAITING: usize = 1_000;

/// What is counted of those who ask for mail or try PINs.
pub struct Counters {
    asked: Misses,
    mailboxes: Mutex<HashMap<String, (Instant, u32)>>,
    per_mailbox: u32,
    /// Wrong PINs from one address, and from everywhere.
    pub wrong_pins: Misses,
    hashes: Semaphore,
    /// A place for each request that waits to be looked up.
    pub waiting: Arc<Semaphore>,
    /// One is looked up at a time: nobody waits for the answer.
    pub turn: Arc<Semaphore>,
}

impl Counters {
    /// Nothing counted yet.
    #[must_use]
    pub fn new(limits: RequestLimits, wrong_pins: MissLimits) -> Self {
        Self {
            asked: Misses::new(limits.asked),
            mailboxes: Mutex::default(),
            per_mailbox: limits.per_mailbox,
            wrong_pins: Misses::new(wrong_pins),
            hashes: Semaphore::new(HASHES),
            waiting: Arc::new(Semaphore::new(WAITING)),
            turn: Arc::new(Semaphore::new(1)),
        }
    }

    /// Counts a request for mail, whether or not anybody has that mailbox.
    ///
    /// # Errors
    /// [`AppError::TooMany`]: from that address, for that mailbox, or in all.
    pub fn ask(&self, from: IpAddr, mailbox: &Email) -> Result<(), AppError> {
        self.asked.take(from)?;
        let mut mailboxes = self.mailboxes.lock().unwrap_or_else(PoisonError::into_inner);
        if mailboxes.len() >= MAILBOXES {
            mailboxes.retain(|_, (since, _)| since.elapsed() < AN_HOUR);
        }
        let count = mailboxes.entry(mailbox.key()).or_insert_with(|| (Instant::now(), 0));
        if count.0.elapsed() >= AN_HOUR {
            *count = (Instant::now(), 0);
        }
        if count.1 >= self.per_mailbox {
            let rest = AN_HOUR.saturating_sub(count.0.elapsed()).as_secs().max(1);
            return Err(AppError::TooMany { retry_after: u32::try_from(rest).unwrap_or(3600) });
        }
        count.1 += 1;
        Ok(())
    }

    /// A place to hash a PIN (L3).
    ///
    /// # Errors
    /// [`AppError::TooMany`] after two seconds of waiting.
    pub async fn hash_turn(&self) -> Result<tokio::sync::SemaphorePermit<'_>, AppError> {
        match tokio::time::timeout(HASH_PATIENCE, self.hashes.acquire()).await {
            Ok(Ok(turn)) => Ok(turn),
            _ => Err(AppError::TooMany { retry_after: 5 }),
        }
    }
}
