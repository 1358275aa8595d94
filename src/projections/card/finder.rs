//! Finds card pages by their addresses. Whoever asks while the database is already
//! being asked is answered together with all others who wait, by one statement:
//! a muster at the field, where everybody opens a card, costs it little more than one page.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::query::{self, CardError, CardView};
use crate::domain::card_id::CardId;
use crate::domain::policy::PolicyVersion;
use crate::projections::Model;
use crate::projections::tables::{self, Found};
use crate::store::{ClaimKind, DbError, Store};

/// Most addresses in one statement.
const MOST: usize = 64;

type Hash = [u8; 32];
type Answer = Result<Option<Found>, DbError>;

/// Who finds card pages. Cloning is cheap and shares what is under way.
#[derive(Clone)]
pub struct Finder {
    store: Store,
    queue: Arc<Mutex<Queue>>,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: Vec<(Hash, oneshot::Sender<Answer>)>,
    /// Whether a task answers whoever waits.
    answered: bool,
}

impl Finder {
    /// A finder in that database. Must be used within a tokio runtime.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, queue: Arc::default() }
    }

    /// The card page of that address; none when nobody has it, the person is erased
    /// or has not accepted the policy (V1), `required` or a newer one where that is asked for (V4). A merged record's address leads to the
    /// record that goes on (P6). What it shows is at least as new as the moment of the call.
    ///
    /// # Errors
    /// [`CardError`].
    pub async fn find(
        &self,
        card_id: &CardId,
        required: Option<PolicyVersion>,
    ) -> Result<Option<CardView>, CardError> {
        let hash = self.store.keyring().claim_hash(ClaimKind::CardId, card_id.as_str());
        let found = self.ask(hash).await.unwrap_or(Err(DbError::Busy))?;
        let card = query::follow(&self.store, found).await?;
        let card = card.filter(|card| card.acceptance.suffices(required));
        Ok(card.map(|card| CardView { reached_by: Some(card_id.form()), ..card }))
    }

    fn ask(&self, hash: Hash) -> oneshot::Receiver<Answer> {
        let (sender, answer) = oneshot::channel();
        let mut queue = self.queue();
        queue.waiting.push((hash, sender));
        if !queue.answered {
            queue.answered = true;
            // A task of its own: whoever asked first may hang up before the others have their answers.
            tokio::spawn(self.clone().answer_all());
        }
        answer
    }

    async fn answer_all(self) {
        loop {
            // Whoever is about to ask gets a turn: twice as many are answered by one statement.
            tokio::task::yield_now().await;
            let Some(some) = self.next() else { return };
            let hashes: Vec<Hash> = some.iter().map(|(hash, _)| *hash).collect();
            let db = self.store.db();
            let found = tables::claimed_documents(db, Model::Card, ClaimKind::CardId, &hashes).await;
            let found: Result<HashMap<Hash, Found>, DbError> = found.map(|rows| rows.into_iter().collect());
            for (hash, sender) in some {
                // Nobody waits for it any more when this fails.
                let _ =
                    sender.send(found.as_ref().map(|found| found.get(&hash).cloned()).map_err(Clone::clone));
            }
        }
    }

    /// Those to be answered next; none when nobody waits, and this task has ended.
    fn next(&self) -> Option<Vec<(Hash, oneshot::Sender<Answer>)>> {
        let mut queue = self.queue();
        if queue.waiting.is_empty() {
            queue.answered = false;
            return None;
        }
        let most = queue.waiting.len().min(MOST);
        Some(queue.waiting.drain(..most).collect())
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
