//! People's PINs: a hash, how often it was mistyped, and until when it is locked (L3, L4).
//!
//! Rows that change and not events: a PIN has so few digits that a hash of it must not stay in
//! a log for ever, and mistakes have to be counted by one statement. That a PIN was set, or
//! locked, is an event all the same ([decision 11](../../docs/adr/0011-consent-links-pins.md)).

use argon2::{Algorithm, Argon2, Params, Version};
use uuid::Uuid;

use super::append::NewPin;
use super::db::{Arg, Tx};
use super::error::{DbError, Result};
use super::{Keyring, Store};
use crate::clock::IdSource;
use crate::domain::date::Instant;
use crate::domain::pin::Pin;

/// The hash's own version: its first byte.
const FORMAT: u8 = 1;
/// Memory in KiB, passes and lanes (L3).
const COST: (u32, u32, u32) = (19 * 1024, 2, 1);
/// Bytes before the salt.
const HEAD: usize = 7;
const SALT: usize = 16;
const TAG: usize = 32;

/// What is kept of a person's PIN.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PinHeld {
    /// Its hash.
    pub hash: Vec<u8>,
    /// When it was set: another time is another PIN.
    pub set_at: Instant,
    /// Until when it is locked, if it ever was since it was last right.
    pub locked_until: Option<Instant>,
}

impl PinHeld {
    /// Until when nobody may try, if that is so now.
    #[must_use]
    pub fn locked(&self, now: Instant) -> Option<Instant> {
        self.locked_until.filter(|until| *until > now)
    }
}

/// Whether a PIN may be tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PinTry {
    /// Yes; it is counted already.
    Allowed {
        /// How many more may follow if this one is wrong; with none left, the card is locked until it proves right.
        left: u32,
    },
    /// No: it is locked, or there is none.
    Refused,
}

/// Sets a person's PIN, in place of what was set before.
pub(super) async fn set(tx: &mut Tx, pin: &NewPin, at: Instant) -> Result<()> {
    let person = Arg::Bytes(pin.person.as_bytes());
    tx.execute("DELETE FROM pins WHERE person = ?", &[person]).await?;
    let sql = "INSERT INTO pins (person, hash, set_at, failures, locked_until) VALUES (?, ?, ?, 0, NULL)";
    tx.execute(sql, &[person, Arg::Bytes(&pin.hash), Arg::Int(at.micros())]).await.map(drop)
}

impl Store {
    /// What is kept of a person's PIN; none where none was set.
    ///
    /// # Errors
    /// The database.
    pub async fn pin(&self, person: Uuid) -> Result<Option<PinHeld>> {
        let sql = "SELECT hash, set_at, locked_until FROM pins WHERE person = ?";
        let row = self.db().fetch_optional(sql, &[Arg::Bytes(person.as_bytes())]).await?;
        row.map(|row| {
            Ok(PinHeld {
                hash: row.bytes(0)?.to_vec(),
                set_at: Instant::from_micros(row.int(1)?),
                locked_until: row.maybe_int(2)?.map(Instant::from_micros),
            })
        })
        .transpose()
    }

    /// Counts a try before the PIN is looked at, so that however many come at once, no more than
    /// `tries` are answered. The last one locks at once; [`Store::pin_was_right`] takes that back.
    ///
    /// # Errors
    /// The database.
    pub async fn take_pin_try(
        &self,
        person: Uuid,
        tries: u32,
        now: Instant,
        locked_until: Instant,
    ) -> Result<PinTry> {
        let mut tx = self.db().begin().await?;
        let answer = count(&mut tx, person, tries, now, locked_until).await;
        tx.settle(answer).await
    }

    /// Forgets the mistakes: the PIN was right. `last` says that this very try had locked it;
    /// a lock that somebody else's mistake made stays.
    ///
    /// # Errors
    /// The database.
    pub async fn pin_was_right(&self, person: Uuid, last: bool) -> Result<()> {
        let sql = if last {
            "UPDATE pins SET failures = 0, locked_until = NULL WHERE person = ?"
        } else {
            "UPDATE pins SET failures = 0 WHERE person = ? AND locked_until IS NULL"
        };
        self.db().execute(sql, &[Arg::Bytes(person.as_bytes())]).await.map(drop)
    }
}

async fn count(tx: &mut Tx, person: Uuid, tries: u32, now: Instant, locked_until: Instant) -> Result<PinTry> {
    let person = Arg::Bytes(person.as_bytes());
    let over = "UPDATE pins SET failures = 0, locked_until = NULL WHERE person = ? AND locked_until <= ?";
    tx.execute(over, &[person, Arg::Int(now.micros())]).await?;
    // In this order: MySQL reads a column that was just set as it is by then, SQLite as it was.
    let sql = "UPDATE pins SET locked_until = CASE WHEN failures + 1 >= ? THEN ? ELSE NULL END, \
               failures = failures + 1 WHERE person = ? AND locked_until IS NULL";
    let args = [Arg::Int(i64::from(tries)), Arg::Int(locked_until.micros()), person];
    if tx.execute(sql, &args).await? == 0 {
        return Ok(PinTry::Refused);
    }
    let row = tx.fetch_optional("SELECT failures FROM pins WHERE person = ?", &[person]).await?;
    let made = row.ok_or(DbError::Shape("pins.failures"))?.int(0)?;
    Ok(PinTry::Allowed { left: tries.saturating_sub(u32::try_from(made).unwrap_or(u32::MAX)) })
}

impl Keyring {
    /// The hash to keep of a PIN: Argon2id with a salt of its own and with a secret that is not in
    /// the database, so that the database alone cannot be searched for so few digits. Takes about
    /// 20 ms and 19 MiB: not on a thread that answers requests.
    ///
    /// # Errors
    /// There is no memory for it.
    pub fn hash_pin(&self, pin: &Pin, ids: &dyn IdSource) -> Result<Vec<u8>> {
        let mut salt = [0; SALT];
        ids.fill(&mut salt);
        let mut hash = Vec::with_capacity(HEAD + SALT + TAG);
        let (memory, passes, lanes) = COST;
        hash.push(FORMAT);
        hash.extend(memory.to_be_bytes());
        hash.extend([passes, lanes].map(|cost| u8::try_from(cost).unwrap_or(u8::MAX)));
        hash.extend(salt);
        hash.extend(self.pin_tag(pin, COST, &salt)?);
        Ok(hash)
    }

    /// Whether a PIN is the one that a hash was made of. As dear as [`Keyring::hash_pin`].
    ///
    /// # Errors
    /// The hash is of no shape that this program knows, or there is no memory for it.
    pub fn is_pin(&self, pin: &Pin, hash: &[u8]) -> Result<bool> {
        let shape = DbError::Shape("pins.hash");
        let (Some(&[FORMAT, a, b, c, d, passes, lanes]), Some(salt), Some(tag)) =
            (hash.first_chunk::<HEAD>(), hash.get(HEAD..HEAD + SALT), hash.get(HEAD + SALT..))
        else {
            return Err(shape);
        };
        let cost = (u32::from_be_bytes([a, b, c, d]), u32::from(passes), u32::from(lanes));
        let made = self.pin_tag(pin, cost, salt)?;
        let differing = made.iter().zip(tag).fold(0, |all, (a, b)| all | (a ^ b));
        Ok(tag.len() == TAG && differing == 0)
    }

    fn pin_tag(&self, pin: &Pin, (memory, passes, lanes): (u32, u32, u32), salt: &[u8]) -> Result<[u8; TAG]> {
        let shape = |_| DbError::Shape("pins.hash");
        let pepper = self.visitor_hash(&[b"pin"]);
        let cost = Params::new(memory, passes, lanes, Some(TAG)).map_err(shape)?;
        let argon =
            Argon2::new_with_secret(&pepper, Algorithm::Argon2id, Version::V0x13, cost).map_err(shape)?;
        let mut tag = [0; TAG];
        argon.hash_password_into(pin.digits().as_bytes(), salt, &mut tag).map_err(shape)?;
        Ok(tag)
    }
}
