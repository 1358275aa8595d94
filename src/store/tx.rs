//! A transaction on one connection.

use std::borrow::Cow;
use std::time::Duration;

use sqlx::pool::PoolConnection;
use sqlx::{AssertSqlSafe, Sqlite};

use super::cells::Row;
use super::db::{Arg, Backend, mysql_arguments, sqlite_arguments, wrap};
use super::error::{DbError, Result};
use super::lease::Lease;

/// A transaction. Dropped without [`Tx::commit`] or [`Tx::rollback`], its
/// connection is closed, which rolls back; nothing half done returns to the pool.
#[derive(Debug)]
pub struct Tx {
    connection: Option<TxConnection>,
    patience: Duration,
    /// A statement was given up: what the connection says next is of no use.
    lost: bool,
}

#[derive(Debug)]
pub(super) enum TxConnection {
    MySql(Lease),
    Sqlite(PoolConnection<Sqlite>),
}

/// Why a method of [`Tx`] finds its connection: only `commit`, `rollback` and `drop` take it away.
const OPEN: &str = "a transaction has its connection until it ends";

/// Runs one statement on the transaction's connection, in time.
macro_rules! run {
    ($tx:expr, $how:ident, $sql:expr, $args:expr, $mysql:expr, $sqlite:expr) => {{
        let backend = $tx.kind();
        if $tx.lost {
            return Err(backend.gave_no_answer());
        }
        let work = async {
            Ok(match $tx.connection.as_mut().expect(OPEN) {
                TxConnection::MySql(on) => {
                    let query = sqlx::query_with(AssertSqlSafe($sql.into()), mysql_arguments($args)?);
                    $mysql(query.$how(on.connection()).await?)
                }
                TxConnection::Sqlite(on) => {
                    let query = sqlx::query_with(AssertSqlSafe($sql.into()), sqlite_arguments($args)?);
                    $sqlite(query.$how(&mut **on).await?)
                }
            })
        };
        match tokio::time::timeout($tx.patience, work).await {
            Ok(done) => done,
            Err(_) => {
                $tx.lost = true;
                Err(backend.gave_no_answer())
            }
        }
    }};
}

impl Tx {
    /// Sends what begins it, and how many rows that touched. Whoever stops waiting for this
    /// drops the connection.
    pub(super) async fn begin(
        connection: TxConnection,
        sql: &str,
        patience: Duration,
    ) -> Result<(Self, u64)> {
        Self { connection: Some(connection), patience, lost: false }.first(sql).await
    }

    /// Runs what it begins with as text, and says how many rows that touched; undone where that fails.
    pub(super) async fn first(mut self, sql: &str) -> Result<(Self, u64)> {
        match self.raw(sql).await {
            Ok(touched) => Ok((self, touched)),
            Err(error) => {
                self.rollback().await;
                Err(error)
            }
        }
    }

    fn connection(&mut self) -> &mut TxConnection {
        self.connection.as_mut().expect(OPEN)
    }

    /// What to call its database in an error: which MySQL it is makes no difference there.
    fn kind(&mut self) -> Backend {
        match self.connection() {
            TxConnection::MySql(_) => Backend::MySql,
            TxConnection::Sqlite(_) => Backend::Sqlite,
        }
    }

    async fn command(&mut self, sql: &str) -> Result<u64, sqlx::Error> {
        if self.lost {
            return Err(sqlx::Error::PoolTimedOut);
        }
        let patience = self.patience;
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        let work = async {
            Ok(match self.connection() {
                TxConnection::MySql(on) => sql.execute(on.connection()).await?.rows_affected(),
                TxConnection::Sqlite(on) => sql.execute(&mut **on).await?.rows_affected(),
            })
        };
        let done = tokio::time::timeout(patience, work).await;
        self.lost |= done.is_err();
        done.unwrap_or(Err(sqlx::Error::PoolTimedOut))
    }

    /// Runs one statement as text, for values that are never the same twice: numbers,
    /// hexadecimal literals and our own words only. Returns how many rows it touched.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn raw(&mut self, sql: &str) -> Result<u64> {
        Ok(self.command(sql).await?)
    }

    /// All rows of a SELECT, as this transaction sees them.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn fetch_all(
        &mut self,
        sql: impl Into<Cow<'static, str>>,
        args: &[Arg<'_>],
    ) -> Result<Vec<Row>> {
        run!(self, fetch_all, sql, args, |rows| wrap(rows, Row::MySql), |rows| wrap(rows, Row::Sqlite))
    }

    /// The first row of a SELECT, if there is one.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn fetch_optional(
        &mut self,
        sql: impl Into<Cow<'static, str>>,
        args: &[Arg<'_>],
    ) -> Result<Option<Row>> {
        run!(self, fetch_optional, sql, args, |row: Option<_>| row.map(Row::MySql), |row: Option<_>| row
            .map(Row::Sqlite))
    }

    /// Runs one statement; returns how many rows it touched (found, not changed).
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn execute(&mut self, sql: impl Into<Cow<'static, str>>, args: &[Arg<'_>]) -> Result<u64> {
        run!(
            self,
            execute,
            sql,
            args,
            |done: sqlx::mysql::MySqlQueryResult| done.rows_affected(),
            |done: sqlx::sqlite::SqliteQueryResult| done.rows_affected()
        )
    }

    /// Makes everything durable.
    ///
    /// # Errors
    /// [`DbError::UnknownCommitOutcome`] when the connection was lost under way;
    /// anything else means that nothing was saved.
    pub async fn commit(mut self) -> Result<()> {
        match self.command("COMMIT").await {
            Ok(_) => {
                self.give_back();
                Ok(())
            }
            // The server answered: it refused, and the transaction is over or is ended here.
            Err(error @ sqlx::Error::Database(_)) => {
                self.end().await;
                Err(match DbError::from(error) {
                    DbError::Unreachable(_) => DbError::UnknownCommitOutcome,
                    other => other,
                })
            }
            Err(_) => Err(DbError::UnknownCommitOutcome),
        }
    }

    /// Undoes everything.
    pub async fn rollback(mut self) {
        self.end().await;
    }

    /// Ends it by what came of its statements: saved, or undone where one failed.
    ///
    /// # Errors
    /// The statement's, or that of [`Tx::commit`].
    pub async fn settle<T>(self, done: Result<T>) -> Result<T> {
        match done {
            Ok(answer) => self.commit().await.map(|()| answer),
            Err(error) => {
                self.rollback().await;
                Err(error)
            }
        }
    }

    /// Like [`Tx::settle`], and undone as well where the answer is that there was nothing to do.
    ///
    /// # Errors
    /// Those of [`Tx::settle`].
    pub async fn settle_if(self, done: Result<bool>) -> Result<bool> {
        if matches!(done, Ok(false)) {
            self.rollback().await;
            return Ok(false);
        }
        self.settle(done).await
    }

    async fn end(&mut self) {
        if self.command("ROLLBACK").await.is_ok() {
            self.give_back();
        }
    }

    fn give_back(&mut self) {
        match self.connection.take() {
            Some(TxConnection::MySql(lease)) => lease.give_back(),
            Some(TxConnection::Sqlite(connection)) => drop(connection),
            None => {}
        }
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        match self.connection.take() {
            Some(TxConnection::MySql(lease)) => drop(lease),
            Some(TxConnection::Sqlite(connection)) => drop(connection.detach()),
            None => {}
        }
    }
}
