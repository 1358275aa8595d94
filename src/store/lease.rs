//! A pooled connection of MySQL or MariaDB for one statement.
//!
//! Pools take back what is dropped, and first ask it whether it is well. Where
//! the network swallows everything, that question is never answered and the
//! connection's place in the pool is gone for good. So a connection that did
//! not answer is closed and not given back, and giving back takes its time only.

use std::time::Duration;

use sqlx::mysql::{MySqlConnection, MySqlPool};
use sqlx::pool::PoolConnection;
use sqlx::{Error, MySql};

/// How long a connection may take to say that it is well.
const WELL: Duration = Duration::from_secs(3);

/// A connection until its statement ends; closed when the statement is given up.
pub(super) struct Lease(Option<PoolConnection<MySql>>);

impl Lease {
    pub async fn of(pool: &MySqlPool) -> Result<Self, Error> {
        Ok(Self(Some(pool.acquire().await?)))
    }

    pub fn connection(&mut self) -> &mut MySqlConnection {
        self.0.as_mut().expect("a lease has its connection until it ends")
    }

    /// The statement came to an end; after an answer of the server, also a refusal, the connection is as good as before.
    pub fn end<T>(mut self, done: &Result<T, Error>) {
        if matches!(done, Ok(_) | Err(Error::Database(_)))
            && let Some(connection) = self.0.take()
        {
            give_back(connection);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(connection.detach());
        }
    }
}

/// Gives a connection back to its pool, unless it says within [`WELL`] nothing at all.
pub(super) fn give_back(mut connection: PoolConnection<MySql>) {
    let back = connection.return_to_pool();
    tokio::spawn(async move { tokio::time::timeout(WELL, back).await.is_ok() });
}
