//! The one task per process that writes the log.

use std::sync::Arc;

use tokio::sync::watch;

use super::append::{Append, AppendError, Receipt};
use super::db::Db;
use super::feed::Head;
use super::keys::Keyring;
use crate::clock::Clock;

/// The queue of the writing task.
pub struct Writer;

impl Writer {
    pub(super) fn start(
        _db: Db,
        _clock: Arc<dyn Clock>,
        _keyring: Keyring,
        _heads: watch::Sender<Head>,
    ) -> Self {
        Self
    }

    pub(super) async fn append(&self, _append: Append) -> Result<Receipt, AppendError> {
        unimplemented!("comes next")
    }
}
