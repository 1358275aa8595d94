//! The log and what stands beside it: append, read, keys, verify, and the
//! operational tables (sessions, links, outbox). The only room that knows the
//! event tables. It knows rows and bytes; what an event means is the business
//! of `events`, what may happen that of `commands`.
//!
//! - [`Store::append`] writes what one command wants, all of it or nothing
//!   ([`append`]); one task per process writes for everybody ([`writer`]; `group` and
//!   `checks` are its statements).
//! - [`Store`]'s reading side ([`feed`]): pages by position (read ahead by [`pages`]), streams, audit filters,
//!   and a watch that tells of every new event, of other processes too.
//! - [`keys`] holds the person keys and opens and seals fields ([`seal`]).
//! - [`Db`] gives up a statement that nobody answers ([`Db::within`]); its connection is
//!   closed then, and not given back (`lease`, `tx`).
//! - [`verify`] walks the chain ([`chain`]).
//! - [`backup`] takes the log out of one database and puts it into another.
//!
//! # How to add things
//!
//! *A table*: one file for each database in `migrations/mysql` and
//! `migrations/sqlite`, with the next number and exactly one statement that can
//! be run twice; list both in [`migrate`]; add the table's rights to
//! `setup_files/mysql-grants.sql` (a test compares the two), and say in [`backup`] whether it is backed up.
//! Columns are BIGINT, BINARY or VARBINARY, BLOB, ASCII VARCHAR: nothing else
//! reads the same from three databases.
//!
//! *A claim kind*: a variant of [`append::ClaimKind`] and its name.
//!
//! *An operational table* (one that is not an event and no read model): a table
//! as above and a file here like [`sessions`], with methods on [`Store`]. That it was
//! used, where that matters, is an event all the same.
//!
//! *A column of events*: don't, if the payload or the metadata can carry it. If
//! it must be, it is a new hash format; see [`chain`].

use std::sync::Arc;

use tokio::sync::watch;

pub mod announcements;
pub mod append;
pub mod backup;
pub mod bounces;
mod cells;
pub mod chain;
mod checks;
pub mod claims;
pub mod db;
pub mod dialect;
pub mod error;
pub mod feed;
pub mod format;
mod group;
pub mod jobs;
pub mod keys;
mod lease;
pub mod links;
pub mod migrate;
pub mod outbox;
pub mod pages;
pub mod pins;
pub mod rights;
pub mod row;
pub mod seal;
pub mod sessions;
mod tx;
pub mod verify;
pub mod writer;

pub use append::{Append, AppendError, Claim, ClaimKind, NewLink, NewPin, OutboxRow, Receipt};
pub use db::{Arg, Backend, Db, Row, Tx};
pub use error::DbError;
pub use feed::{EventFilter, Head};
pub use keys::{CheckCode, KeyError, Keyring, PersonKey, WrappedKey};
pub use links::Link;
pub use pins::{PinHeld, PinTry};
pub use row::{NewEvent, RecordedRow};
pub use seal::MasterKeys;

use crate::clock::{Clock, IdSource};

/// The log of one database, as this process uses it. Cloning is cheap.
#[derive(Clone)]
pub struct Store(Arc<Inner>);

struct Inner {
    db: Db,
    keyring: Keyring,
    writer: writer::Writer,
    format: format::Allowed,
    heads: watch::Sender<Head>,
    follower: tokio::task::JoinHandle<()>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

/// Why a log cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The database.
    #[error(transparent)]
    Db(#[from] DbError),
    /// The keys.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl Store {
    /// Opens the log of a migrated database and starts its writer. Must be
    /// called within a tokio runtime.
    ///
    /// # Errors
    /// The database cannot be read, or none of the master keys opens its keys.
    pub async fn open(
        db: Db,
        master_keys: MasterKeys,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn IdSource>,
    ) -> Result<Self, OpenError> {
        let head = feed::read_head(&db).await?;
        let format = format::Allowed::read(&db).await?;
        let keyring = Keyring::open(db.clone(), master_keys, ids).await?;
        let heads = watch::Sender::new(head);
        let writer = writer::Writer::start(db.clone(), clock, keyring.clone(), heads.clone());
        let follower = feed::follow(db.clone(), heads.clone());
        Ok(Self(Arc::new(Inner { db, keyring, writer, format, heads, follower })))
    }

    /// Writes what one command wants: all of it, or nothing. Returns when it is
    /// durable. Takes at most about 5 seconds unless the append itself is large.
    ///
    /// # Errors
    /// See [`AppendError`]; nothing was saved, except perhaps with
    /// [`AppendError::OutcomeUnknown`].
    pub async fn append(&self, append: Append) -> Result<Receipt, AppendError> {
        self.0.format.check(&self.0.db, append.format).await?;
        self.0.writer.append(append).await
    }

    /// The keys of people, and the hashes made with the log's own secret.
    #[must_use]
    pub fn keyring(&self) -> &Keyring {
        &self.0.keyring
    }

    /// The database, for the read models' own tables.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// Tells of every new head of the log: at once for this process' appends,
    /// within 250 ms for those of others.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<Head> {
        self.0.heads.subscribe()
    }
}
