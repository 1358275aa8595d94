//! The keys of people: one per owner and purpose, wrapped in the table
//! `person_keys`, open in memory while they are used.
//!
//! A destroyed key must be noticed within a second, also when another process
//! destroyed it (V6). Every destruction raises `log_head.key_epoch` in its own
//! transaction; a keyring looks at that one number before it trusts what it
//! remembers, at most twice a second.

mod check;
mod owners;
mod rewrap;

pub use check::CheckCode;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use quick_cache::sync::Cache;
use tokio::time::Instant as Moment;
use uuid::Uuid;

use super::append::ClaimKind;
use super::db::{Arg, Db, Row};
use super::dialect::{MOST_ROWS, list_of, list_shape, padded};
use super::error::DbError;
use super::seal::{self, Label, MasterKeys, Secret};
use crate::clock::IdSource;
use crate::domain::id::KeyId;
use crate::domain::personal::{Purpose, Seal, Sealed};

/// How long what is remembered is trusted without a look at the key epoch.
const TRUST: Duration = Duration::from_millis(500);
/// Most keys remembered; some 200 bytes each.
const REMEMBERED: usize = 100_000;
/// Under which owner and purpose the log's own secret is kept.
const LOG_SECRET: (Uuid, &str) = (Uuid::nil(), "log");

/// A new row for `person_keys`, to go into the append that uses it first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrappedKey {
    /// Its id, as ciphertexts name it.
    pub id: KeyId,
    /// Whose it is.
    pub owner: Uuid,
    /// What for.
    pub purpose: Purpose,
    /// The key itself, wrapped by a master key.
    pub wrapped: Vec<u8>,
}

/// A person's key, open: seals fields. Cloning is cheap; wiped with the last clone.
#[derive(Clone)]
pub struct PersonKey(Arc<OpenKey>);

struct OpenKey {
    id: KeyId,
    owner: Uuid,
    purpose: Purpose,
    secret: Secret,
    /// The key epoch when it was read: an older one is read again.
    epoch: i64,
}

impl PersonKey {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.0.id
    }

    /// Whose it is.
    #[must_use]
    pub fn owner(&self) -> Uuid {
        self.0.owner
    }

    /// What for.
    #[must_use]
    pub fn purpose(&self) -> Purpose {
        self.0.purpose
    }
}

impl std::fmt::Debug for PersonKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PersonKey({})", self.0.id)
    }
}

/// Why a key cannot be had.
#[derive(Debug, Clone, thiserror::Error)]
pub enum KeyError {
    /// The owner is erased: nothing about them is sealed any more (V6).
    #[error("this person is erased; nothing more can be recorded about them")]
    Erased(Uuid),
    /// The key is wrapped by a master key that was not given, or not the right one.
    #[error("master key {0} is needed to open the keys of this database: add it to the master keys")]
    MasterKeyMissing(String),
    /// A sealed field does not open: it was changed, or copied from another field.
    #[error("the sealed field {field} does not open with its own key {key}: its bytes were changed or moved")]
    Damaged {
        /// The field's name.
        field: &'static str,
        /// The key that it names.
        key: KeyId,
    },
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Opens and seals. Cloning is cheap and shares what is remembered.
#[derive(Clone)]
pub struct Keyring(Arc<Inner>);

/// When the key epoch was last looked up.
#[derive(Default)]
struct Looked {
    at: Option<Moment>,
    /// How often that was forgotten: a look that began before does not count.
    forgotten: u64,
}

struct Inner {
    db: Db,
    master: MasterKeys,
    ids: Arc<dyn IdSource>,
    by_id: Cache<KeyId, PersonKey>,
    by_owner: Cache<(Uuid, Purpose), PersonKey>,
    epoch: AtomicI64,
    looked: Mutex<Looked>,
    claim: Secret,
    body: Secret,
    link: Secret,
    sign_in: Secret,
    check: Secret,
    visitor: Secret,
}

impl Keyring {
    /// Opens the keyring of a migrated database; makes the log's secret where there is none yet.
    ///
    /// # Errors
    /// [`KeyError::MasterKeyMissing`] when none of the master keys opens the log's secret.
    pub async fn open(db: Db, master: MasterKeys, ids: Arc<dyn IdSource>) -> Result<Self, KeyError> {
        let secret = log_secret(&db, &master, ids.as_ref()).await?;
        Ok(Self(Arc::new(Inner {
            by_id: Cache::new(REMEMBERED),
            by_owner: Cache::new(REMEMBERED),
            epoch: AtomicI64::new(-1),
            looked: Mutex::default(),
            claim: seal::subkey(&secret, Label::Claim),
            body: seal::subkey(&secret, Label::Body),
            link: seal::subkey(&secret, Label::Link),
            sign_in: seal::subkey(&secret, Label::SignIn),
            check: seal::subkey(&secret, Label::Check),
            visitor: seal::subkey(&secret, Label::Visitor),
            db,
            master,
            ids,
        })))
    }

    /// The key of an owner for a purpose; a new one where there is none, together
    /// with the row that must go into the append that uses it first.
    ///
    /// # Errors
    /// [`KeyError::Erased`] when the owner's details are destroyed.
    pub async fn ensure(
        &self,
        owner: Uuid,
        purpose: Purpose,
    ) -> Result<(PersonKey, Option<WrappedKey>), KeyError> {
        let mut all = self.ensure_many(&[(owner, purpose)]).await?;
        all.pop().ok_or(KeyError::Db(DbError::Shape("no answer about a key")))
    }

    /// [`Keyring::ensure`] for many at once, in the same order, without repeats.
    ///
    /// # Errors
    /// [`KeyError::Erased`] names the first owner whose details are destroyed.
    pub async fn ensure_many(
        &self,
        wanted: &[(Uuid, Purpose)],
    ) -> Result<Vec<(PersonKey, Option<WrappedKey>)>, KeyError> {
        if wanted.iter().any(|(_, purpose)| *purpose == Purpose::Waiver) {
            // Evidence goes while its owner stays: nothing may be sealed with a key that another process has
            // just destroyed. Whoever decided before that meets the version of the stream.
            self.forget_look();
        }
        let epoch = self.epoch().await?;
        let mut found: HashMap<(Uuid, Purpose), PersonKey> = HashMap::with_capacity(wanted.len());
        let mut missing = Vec::new();
        for &(owner, purpose) in wanted {
            match self.0.by_owner.get(&(owner, purpose)).filter(|key| key.0.epoch == epoch) {
                Some(key) => drop(found.insert((owner, purpose), key)),
                None => missing.push(owner),
            }
        }
        missing.sort_unstable();
        missing.dedup();
        for part in missing.chunks(MOST_ROWS) {
            let sql = format!(
                "SELECT key_id, owner, purpose, wrapped FROM person_keys WHERE owner IN ({})",
                list_of(list_shape(part.len()))
            );
            for row in self.0.db.fetch_all(sql, &padded(part)).await? {
                let key = self.read(&row, epoch)?;
                found.insert((key.owner(), key.purpose()), key);
            }
        }
        let mut lacking: Vec<Uuid> =
            wanted.iter().filter(|want| !found.contains_key(want)).map(|(owner, _)| *owner).collect();
        lacking.sort_unstable();
        lacking.dedup();
        for part in lacking.chunks(MOST_ROWS) {
            let sql =
                format!("SELECT owner FROM erasures WHERE owner IN ({})", list_of(list_shape(part.len())));
            if let Some(row) = self.0.db.fetch_optional(sql, &padded(part)).await? {
                return Err(KeyError::Erased(row.uuid(0)?));
            }
        }
        Ok(wanted
            .iter()
            .map(|&(owner, purpose)| {
                if let Some(key) = found.get(&(owner, purpose)) {
                    return (key.clone(), None);
                }
                let (key, row) = self.mint(owner, purpose);
                found.insert((owner, purpose), key.clone());
                (key, Some(row))
            })
            .collect())
    }

    fn mint(&self, owner: Uuid, purpose: Purpose) -> (PersonKey, WrappedKey) {
        let ids = self.0.ids.as_ref();
        let mut random = [0; 16];
        ids.fill(&mut random);
        let id = KeyId(uuid::Builder::from_random_bytes(random).into_uuid());
        let mut secret = Secret::new([0; 32]);
        ids.fill(secret.as_mut_slice());
        let wrapped = self.0.master.wrap(&secret, &seal::key_place(id, owner, purpose.as_str()), ids);
        let key = PersonKey(Arc::new(OpenKey { id, owner, purpose, secret, epoch: -1 }));
        (key, WrappedKey { id, owner, purpose, wrapped })
    }

    /// Seals one field with a key from [`Keyring::ensure`].
    ///
    /// # Panics
    /// When the key is not of the owner and purpose that `at` names: a mistake in the program.
    #[must_use]
    pub fn seal(&self, at: Seal, text: &str, key: &PersonKey) -> Sealed {
        assert!(
            at.owner == key.owner() && at.purpose == key.purpose(),
            "the field {} is sealed with its own owner's key",
            at.field
        );
        seal::seal_field(&key.0.secret, key.id(), at.field, text, self.0.ids.as_ref())
    }

    /// Opens one field; `None` when its key is destroyed.
    ///
    /// # Errors
    /// [`KeyError::Damaged`] when it was sealed under another name or was changed.
    pub async fn open_field(&self, field: &'static str, sealed: &Sealed) -> Result<Option<String>, KeyError> {
        let mut all = self.open_many(&[(field, sealed)]).await?;
        Ok(all.pop().flatten())
    }

    /// Opens many fields with as few statements as possible; in the same order,
    /// `None` for those whose key is destroyed.
    ///
    /// # Errors
    /// [`KeyError::Damaged`] names the first field that does not open with its own key.
    pub async fn open_many(
        &self,
        fields: &[(&'static str, &Sealed)],
    ) -> Result<Vec<Option<String>>, KeyError> {
        let keys = self.load(fields.iter().map(|(_, sealed)| sealed.key())).await?;
        fields
            .iter()
            .map(|&(field, sealed)| match keys.get(&sealed.key()) {
                None => Ok(None),
                Some(key) => seal::open_field(&key.0.secret, key.id(), field, sealed)
                    .map(Some)
                    .ok_or(KeyError::Damaged { field, key: key.id() }),
            })
            .collect()
    }

    async fn load(&self, wanted: impl Iterator<Item = KeyId>) -> Result<HashMap<KeyId, PersonKey>, KeyError> {
        let epoch = self.epoch().await?;
        let mut found = HashMap::new();
        let mut missing = HashSet::new();
        for id in wanted {
            if found.contains_key(&id) || missing.contains(&id) {
                continue;
            }
            match self.0.by_id.get(&id).filter(|key| key.0.epoch == epoch) {
                Some(key) => drop(found.insert(id, key)),
                None => drop(missing.insert(id)),
            }
        }
        let missing: Vec<Uuid> = missing.into_iter().map(|id| id.0).collect();
        for part in missing.chunks(MOST_ROWS) {
            let sql = format!(
                "SELECT key_id, owner, purpose, wrapped FROM person_keys WHERE key_id IN ({})",
                list_of(list_shape(part.len()))
            );
            for row in self.0.db.fetch_all(sql, &padded(part)).await? {
                let key = self.read(&row, epoch)?;
                found.insert(key.id(), key);
            }
        }
        Ok(found)
    }

    /// Unwraps a row of `person_keys` and remembers it as of `epoch`, which was read before the row.
    fn read(&self, row: &Row, epoch: i64) -> Result<PersonKey, KeyError> {
        let (id, owner) = (KeyId(row.uuid(0)?), row.uuid(1)?);
        let purpose = Purpose::parse(row.text(2)?).ok_or(DbError::Shape("person_keys.purpose"))?;
        let secret = self
            .0
            .master
            .unwrap(row.bytes(3)?, &seal::key_place(id, owner, purpose.as_str()))
            .map_err(KeyError::MasterKeyMissing)?;
        let key = PersonKey(Arc::new(OpenKey { id, owner, purpose, secret, epoch }));
        self.0.by_id.insert(id, key.clone());
        self.0.by_owner.insert((owner, purpose), key.clone());
        Ok(key)
    }

    /// The key epoch, looked up when the last look is older than [`TRUST`]: it changes with every destruction
    /// of keys, and what was opened at another one is opened again (V6).
    ///
    /// # Errors
    /// [`KeyError::Db`].
    pub async fn epoch(&self) -> Result<i64, KeyError> {
        let forgotten = {
            let looked = self.looked();
            if looked.at.is_some_and(|at| at.elapsed() < TRUST) {
                return Ok(self.0.epoch.load(Ordering::Acquire));
            }
            looked.forgotten
        };
        // Several may look at once: while the database is away, nobody waits for another one's look to end.
        let started = Moment::now();
        let row = self.0.db.fetch_optional("SELECT key_epoch FROM log_head WHERE id = 1", &[]).await?;
        let epoch = row.ok_or(DbError::Shape("log_head has no row; run `emol migrate`"))?.int(0)?;
        if self.0.epoch.fetch_max(epoch, Ordering::AcqRel) < epoch {
            self.0.by_id.clear();
            self.0.by_owner.clear();
        }
        let mut looked = self.looked();
        if looked.forgotten == forgotten && looked.at.is_none_or(|at| at < started) {
            looked.at = Some(started);
        }
        Ok(self.0.epoch.load(Ordering::Acquire))
    }

    fn looked(&self) -> MutexGuard<'_, Looked> {
        self.0.looked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next who asks for the epoch looks it up, whatever looks are under way.
    fn forget_look(&self) {
        let mut looked = self.looked();
        looked.at = None;
        looked.forgotten += 1;
    }

    /// Forgets everything remembered: keys were destroyed by this process.
    pub(super) fn distrust(&self) {
        self.forget_look();
        self.0.by_id.clear();
        self.0.by_owner.clear();
    }

    /// The hash under which a unique thing is claimed.
    #[must_use]
    pub fn claim_hash(&self, kind: ClaimKind, text: &str) -> [u8; 32] {
        seal::keyed_hash(&self.0.claim, &[kind.as_str().as_bytes(), text.as_bytes()])
    }

    /// The hash of what a command says, for [`super::Append::body_hash`].
    #[must_use]
    pub fn body_hash(&self, body: &[u8]) -> [u8; 32] {
        seal::keyed_hash(&self.0.body, &[body])
    }

    /// What a mail address is recognised by where it may not stand.
    #[must_use]
    pub fn address_hash(&self, address: &str) -> [u8; 32] {
        seal::keyed_hash(&self.0.claim, &[b"mail_address", address.as_bytes()])
    }

    /// The token of a one-time link: nothing that opens it is stored.
    #[must_use]
    pub fn link_token(&self, id: Uuid) -> [u8; 32] {
        seal::keyed_hash(&self.0.link, &[id.as_bytes()])
    }

    /// What stands in the address of a one-time link: its id and its token, 64 characters.
    #[must_use]
    pub fn link_text(&self, id: Uuid) -> String {
        let mut bytes = [0; 48];
        bytes[..16].copy_from_slice(id.as_bytes());
        bytes[16..].copy_from_slice(&self.link_token(id));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The link that an address names; none where its token is not this log's.
    #[must_use]
    pub fn read_link(&self, text: &str) -> Option<Uuid> {
        let mut bytes = [0; 48];
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        let id = Uuid::from_slice(&bytes[..16]).ok().filter(|_| length == bytes.len())?;
        let differing = bytes[16..].iter().zip(self.link_token(id)).fold(0, |all, (a, b)| all | (a ^ b));
        (differing == 0).then_some(id)
    }

    /// What a sign-in that has begun is recognised by: the same on every server, and known to nobody else.
    #[must_use]
    pub fn sign_in_hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        seal::keyed_hash(&self.0.sign_in, parts)
    }

    /// What somebody without an account is recognised by for a short while: the same on every server, and
    /// known to nobody else. The first part says what for.
    #[must_use]
    pub fn visitor_hash(&self, parts: &[&[u8]]) -> [u8; 32] {
        seal::keyed_hash(&self.0.visitor, parts)
    }
}

/// Reads the log's secret; makes it when it is not there. Two processes may try at once: one wins.
async fn log_secret(db: &Db, master: &MasterKeys, ids: &dyn IdSource) -> Result<Secret, KeyError> {
    let (owner, purpose) = LOG_SECRET;
    for _ in 0..2 {
        let row = db
            .fetch_optional(
                "SELECT key_id, wrapped FROM person_keys WHERE owner = ? AND purpose = ?",
                &[Arg::Bytes(owner.as_bytes()), Arg::Text(purpose)],
            )
            .await?;
        if let Some(row) = row {
            let place = seal::key_place(KeyId(row.uuid(0)?), owner, purpose);
            return master.unwrap(row.bytes(1)?, &place).map_err(KeyError::MasterKeyMissing);
        }
        let mut secret = Secret::new([0; 32]);
        ids.fill(secret.as_mut_slice());
        let id = KeyId(Uuid::nil());
        let wrapped = master.wrap(&secret, &seal::key_place(id, owner, purpose), ids);
        let made = db
            .execute(
                "INSERT INTO person_keys (key_id, owner, purpose, wrapped) VALUES (?, ?, ?, ?)",
                &[
                    Arg::Bytes(id.0.as_bytes()),
                    Arg::Bytes(owner.as_bytes()),
                    Arg::Text(purpose),
                    Arg::Bytes(&wrapped),
                ],
            )
            .await;
        match made {
            Ok(_) => return Ok(secret),
            Err(DbError::DuplicateKey) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(KeyError::Db(DbError::Busy))
}
