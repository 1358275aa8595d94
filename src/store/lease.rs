//! The connections to MySQL or MariaDB, each lent to one statement or transaction at a time.
//!
//! `sqlx`'s pool opens and closes them. It also asks every connection that
//! comes back whether it is well, since a statement may have been given up half way: a
//! round trip for each statement, and where the network swallows everything a question that
//! is never answered, so that the connection's place is gone for good. Here a lease knows how its
//! statement ended. After an answer the connection rests until the next one
//! takes it; anything else closes it. One that rested long is asked before it is used.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use sqlx::mysql::{MySqlConnection, MySqlPool};
use sqlx::pool::PoolConnection;
use sqlx::{Connection, Error, MySql};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// A connection that rested longer than this is tried before it is used again.
const TRY_AFTER: Duration = Duration::from_secs(2);
/// How long a connection may take to say that it is well.
const WELL: Duration = Duration::from_secs(1);

/// The connections of one database. Cloning is cheap and shares them.
#[derive(Debug, Clone)]
pub(super) struct Connections {
    pool: MySqlPool,
    /// As many as the pool may open: whoever has one never waits for the pool itself.
    places: Arc<Semaphore>,
    resting: Arc<Mutex<Vec<Resting>>>,
    patience: Duration,
}

#[derive(Debug)]
struct Resting {
    connection: PoolConnection<MySql>,
    since: Instant,
}

/// A connection until its statement or transaction ends; closed when that is given up.
#[derive(Debug)]
pub(super) struct Lease {
    connection: Option<PoolConnection<MySql>>,
    resting: Arc<Mutex<Vec<Resting>>>,
    place: OwnedSemaphorePermit,
}

impl Connections {
    /// The connections of a pool that opens at most so many; `patience` is how long a lease waits for a free one.
    pub fn of(pool: MySqlPool, most: u32, patience: Duration) -> Self {
        let places = Arc::new(Semaphore::new(most as usize));
        Self { pool, places, resting: Arc::default(), patience }
    }

    /// A connection, rested or new.
    pub async fn lease(&self) -> Result<Lease, Error> {
        let place = timeout(self.patience, Arc::clone(&self.places).acquire_owned());
        let place = place.await.map_err(|_| Error::PoolTimedOut)?.map_err(|_| Error::PoolClosed)?;
        let mut lease = Lease { connection: None, resting: Arc::clone(&self.resting), place };
        let rested = self.rested().pop();
        if let Some(Resting { connection, since }) = rested {
            lease.connection = Some(connection);
            if since.elapsed() < TRY_AFTER || is_well(lease.connection()).await {
                return Ok(lease);
            }
            // The others rested at least as long: what took this one took them too.
            lease.close();
            self.rested().drain(..).for_each(|other| drop(other.connection.detach()));
        }
        lease.connection = Some(self.pool.acquire().await?);
        Ok(lease)
    }

    fn rested(&self) -> MutexGuard<'_, Vec<Resting>> {
        rested(&self.resting)
    }

    /// Closes all connections, waiting for those in use.
    pub async fn close(&self) {
        self.places.close();
        let resting: Vec<Resting> = self.rested().drain(..).collect();
        // One by one and in time: the pool would ask each whether it is well, and wait for the answer.
        let goodbyes = async {
            for Resting { connection, .. } in resting {
                let _ = connection.detach().close().await;
            }
        };
        let _ = timeout(WELL, goodbyes).await;
        self.pool.close().await;
    }
}

async fn is_well(connection: &mut MySqlConnection) -> bool {
    matches!(timeout(WELL, connection.ping()).await, Ok(Ok(())))
}

fn rested(resting: &Mutex<Vec<Resting>>) -> MutexGuard<'_, Vec<Resting>> {
    resting.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Lease {
    /// The connection.
    pub fn connection(&mut self) -> &mut MySqlConnection {
        self.connection.as_mut().expect("a lease has its connection until it ends")
    }

    /// The statement came to an end; after an answer of the server, also a refusal, the connection is as good as before.
    pub fn end<T>(self, done: &Result<T, Error>) {
        if matches!(done, Ok(_) | Err(Error::Database(_))) {
            self.give_back();
        }
    }

    /// The server answered everything that was asked: the next may have the connection.
    pub fn give_back(mut self) {
        let mut resting = rested(&self.resting);
        // Once all are to be closed, nobody would look here again; it is closed as this is dropped.
        if !self.place.semaphore().is_closed()
            && let Some(connection) = self.connection.take()
        {
            resting.push(Resting { connection, since: Instant::now() });
        }
    }

    fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(connection.detach());
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.close();
    }
}
