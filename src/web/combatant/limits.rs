//! How often mail may be asked for, and PINs be tried.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::app::{MissLimits, RequestLimits};
use crate::domain::contact::Email;
use crate::web::error::AppError;
use crate::web::guard::Misses;

/// For how long a mailbox is remembered.
const AN_HOUR: Duration = Duration::from_secs(3600);
/// How many PINs are looked at at once (L3): each takes 19 MiB.
const HASHES: usize = 2;
/// How long others wait for that.
const HASH_PATIENCE: Duration = Duration::from_secs(2);
/// How many requests wait to be looked up; answered they are already.
const WAITING: usize = 1_000;

/// What is counted of those who ask for mail or try PINs.
pub struct Counters {
    asked: Misses,
    mailboxes: Misses<String>,
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
            // How many there are in all is limited where they ask.
            mailboxes: Misses::within(
                AN_HOUR,
                MissLimits { per_address: limits.per_mailbox, in_total: u32::MAX },
            ),
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
        self.mailboxes.take(mailbox.key())
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
