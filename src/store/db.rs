//! One way to talk to MySQL, MariaDB and SQLite: statements are written once,
//! bound with [`Arg`], and rows are read by index. What differs between the
//! databases is in [`super::dialect`].
//!
//! Only `store` and `projections` use it (and `exchange/legacy`, to read the old database).

use std::borrow::Cow;
use std::str::FromStr;
use std::time::Duration;

use sqlx::mysql::{MySqlArguments, MySqlConnectOptions, MySqlPool, MySqlPoolOptions};
use sqlx::pool::PoolConnection;
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{Arguments, AssertSqlSafe, ConnectOptions, Connection, MySql, Sqlite};

pub use super::cells::Row;
use super::error::{DbError, Result};
use crate::domain::date::Instant;

/// How long a statement waits for a free connection.
const ACQUIRE: Duration = Duration::from_secs(3);
/// A connection that rested longer than this is tried before it is used again.
const TRY_AFTER: Duration = Duration::from_secs(2);
/// Prepared statements kept per connection: closing one costs 40 ms, so none ever is.
const STATEMENTS: usize = 512;
/// Most connections per process.
const CONNECTIONS: u32 = 16;

/// Which database answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// MySQL 8.0 or newer.
    MySql,
    /// MariaDB 10.11 or newer.
    MariaDb,
    /// The embedded database.
    Sqlite,
}

/// A value bound to a `?` of a statement.
#[derive(Debug, Clone, Copy)]
pub enum Arg<'a> {
    /// A BIGINT.
    Int(i64),
    /// A BIGINT or NULL.
    MaybeInt(Option<i64>),
    /// Bytes: ids, hashes, payloads.
    Bytes(&'a [u8]),
    /// Bytes or NULL.
    MaybeBytes(Option<&'a [u8]>),
    /// ASCII text.
    Text(&'a str),
    /// ASCII text or NULL.
    MaybeText(Option<&'a str>),
}

/// The pools of one database. Cloning is cheap and shares them.
#[derive(Debug, Clone)]
pub struct Db {
    backend: Backend,
    pools: Pools,
}

#[derive(Debug, Clone)]
enum Pools {
    MySql(MySqlPool),
    /// SQLite has one writer: everything that writes shares one connection, readers have their own.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
}

/// A transaction. Dropped without [`Tx::commit`] or [`Tx::rollback`], its
/// connection is closed, which rolls back; nothing half done returns to the pool.
#[derive(Debug)]
pub struct Tx(Option<TxConnection>);

#[derive(Debug)]
enum TxConnection {
    MySql(PoolConnection<MySql>),
    Sqlite(PoolConnection<Sqlite>),
}

fn mysql_arguments(args: &[Arg<'_>]) -> Result<MySqlArguments> {
    let mut out = MySqlArguments::default();
    out.reserve(args.len(), 0);
    bind(args, &mut out)
}

fn sqlite_arguments(args: &[Arg<'_>]) -> Result<SqliteArguments> {
    let mut out = SqliteArguments::default();
    for arg in args {
        match *arg {
            Arg::Int(value) => out.add(value),
            Arg::MaybeInt(value) => out.add(value),
            Arg::Bytes(value) => out.add(value),
            Arg::MaybeBytes(value) => out.add(value),
            Arg::Text(value) => out.add(value),
            Arg::MaybeText(value) => out.add(value),
        }
        .map_err(|_| DbError::Shape("a value that cannot be bound"))?;
    }
    Ok(out)
}

fn bind(args: &[Arg<'_>], out: &mut MySqlArguments) -> Result<MySqlArguments> {
    for arg in args {
        match *arg {
            Arg::Int(value) => out.add(value),
            Arg::MaybeInt(value) => out.add(value),
            Arg::Bytes(value) => out.add(value),
            Arg::MaybeBytes(value) => out.add(value),
            Arg::Text(value) => out.add(value),
            Arg::MaybeText(value) => out.add(value),
        }
        .map_err(|_| DbError::Shape("a value that cannot be bound"))?;
    }
    Ok(std::mem::take(out))
}

/// Runs one statement on whatever executes it.
macro_rules! run {
    ($how:ident, $arguments:ident, $sql:expr, $args:expr, $on:expr) => {
        sqlx::query_with(AssertSqlSafe($sql.into()), $arguments($args)?)
            .$how($on)
            .await
            .map_err(DbError::from)
    };
}

impl Db {
    /// Opens `mysql://user:password@host:port/database` (also `?socket=/path`) or
    /// `sqlite:///path/to/file`; a missing SQLite file is made, its folder is not.
    ///
    /// # Errors
    /// [`DbError::Setting`] for another URL, [`DbError::Unreachable`] when nobody answers.
    pub async fn connect(url: &str) -> Result<Self> {
        if url.starts_with("mysql://") || url.starts_with("mariadb://") {
            Self::connect_mysql(url).await
        } else if url.starts_with("sqlite:") {
            Self::connect_sqlite(url).await
        } else {
            Err(DbError::Setting(
                "the database URL must begin with mysql:// or sqlite://, like \
                 mysql://emol:password@localhost/emol or sqlite:///var/lib/emol/emol.db"
                    .to_owned(),
            ))
        }
    }

    async fn connect_mysql(url: &str) -> Result<Self> {
        let options = MySqlConnectOptions::from_str(url)?
            .statement_cache_capacity(STATEMENTS)
            .disable_statement_logging();
        let pool = MySqlPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE)
            .test_before_acquire(false)
            .before_acquire(|connection, meta| {
                Box::pin(async move { Ok(meta.idle_for < TRY_AFTER || connection.ping().await.is_ok()) })
            })
            .after_connect(|connection, _| {
                Box::pin(async move {
                    for sql in super::dialect::MYSQL_SESSION {
                        sqlx::raw_sql(sql).execute(&mut *connection).await?;
                    }
                    Ok(())
                })
            })
            .connect_with(options)
            .await?;
        let version: String =
            sqlx::query_scalar("SELECT CONCAT(VERSION(), ' ', @@version_comment)").fetch_one(&pool).await?;
        let maria = version.to_ascii_lowercase().contains("mariadb");
        let backend = if maria { Backend::MariaDb } else { Backend::MySql };
        Ok(Self { backend, pools: Pools::MySql(pool) })
    }

    async fn connect_sqlite(url: &str) -> Result<Self> {
        if url.contains(":memory:") || url.contains("mode=memory") {
            return Err(DbError::Setting(
                "SQLite in memory is not supported: readers and the writer have connections of their own. \
                 Give a file, like sqlite:///tmp/emol.db"
                    .to_owned(),
            ));
        }
        let options = SqliteConnectOptions::from_str(url)?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
            .statement_cache_capacity(STATEMENTS)
            .row_buffer_size(1024)
            .pragma("secure_delete", "ON")
            // Without this, INSERT OR REPLACE would pass the trigger against deleting by.
            .pragma("recursive_triggers", "ON")
            .disable_statement_logging();
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(5))
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone())
            .await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(ACQUIRE)
            .test_before_acquire(false)
            .connect_with(options.pragma("query_only", "ON"))
            .await?;
        Ok(Self { backend: Backend::Sqlite, pools: Pools::Sqlite { writer, readers } })
    }

    /// Which database answers.
    #[must_use]
    pub const fn backend(&self) -> Backend {
        self.backend
    }

    /// All rows of a SELECT.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn fetch_all(&self, sql: impl Into<Cow<'static, str>>, args: &[Arg<'_>]) -> Result<Vec<Row>> {
        Ok(match &self.pools {
            Pools::MySql(pool) => wrap(run!(fetch_all, mysql_arguments, sql, args, pool)?, Row::MySql),
            Pools::Sqlite { readers, .. } => {
                wrap(run!(fetch_all, sqlite_arguments, sql, args, readers)?, Row::Sqlite)
            }
        })
    }

    /// The first row of a SELECT, if there is one.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn fetch_optional(
        &self,
        sql: impl Into<Cow<'static, str>>,
        args: &[Arg<'_>],
    ) -> Result<Option<Row>> {
        Ok(match &self.pools {
            Pools::MySql(pool) => run!(fetch_optional, mysql_arguments, sql, args, pool)?.map(Row::MySql),
            Pools::Sqlite { readers, .. } => {
                run!(fetch_optional, sqlite_arguments, sql, args, readers)?.map(Row::Sqlite)
            }
        })
    }

    /// Runs one statement that writes, by itself; returns how many rows it touched.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn execute(&self, sql: impl Into<Cow<'static, str>>, args: &[Arg<'_>]) -> Result<u64> {
        Ok(match &self.pools {
            Pools::MySql(pool) => run!(execute, mysql_arguments, sql, args, pool)?.rows_affected(),
            Pools::Sqlite { writer, .. } => {
                run!(execute, sqlite_arguments, sql, args, writer)?.rows_affected()
            }
        })
    }

    /// Runs a statement that cannot be prepared (DDL, PRAGMA), on the writing side.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn raw(&self, sql: impl Into<Cow<'static, str>>) -> Result<()> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.into()));
        match &self.pools {
            Pools::MySql(pool) => sql.execute(pool).await.map(drop)?,
            Pools::Sqlite { writer, .. } => sql.execute(writer).await.map(drop)?,
        }
        Ok(())
    }

    /// Begins a transaction that may write. On SQLite it holds the write lock from the start.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn begin(&self) -> Result<Tx> {
        Ok(match &self.pools {
            Pools::MySql(pool) => {
                let mut tx = Tx(Some(TxConnection::MySql(pool.acquire().await?)));
                tx.command("BEGIN").await?;
                tx
            }
            Pools::Sqlite { writer, .. } => {
                let writer = writer.acquire().await.map_err(waited)?;
                let mut tx = Tx(Some(TxConnection::Sqlite(writer)));
                tx.command("BEGIN IMMEDIATE").await?;
                tx
            }
        })
    }

    /// Begins a transaction with its first statement, in one round trip where the
    /// database can do that; also returns how many rows the statement touched. The statement
    /// is sent as text: numbers, hexadecimal literals and our own words only.
    ///
    /// # Errors
    /// See [`DbError`]; the transaction is rolled back.
    pub async fn begin_with(&self, sql: &str) -> Result<(Tx, u64)> {
        let Pools::MySql(pool) = &self.pools else {
            let mut tx = self.begin().await?;
            let touched = tx.raw(sql).await;
            return tx.or_undo(touched).await;
        };
        let mut tx = Tx(Some(TxConnection::MySql(pool.acquire().await?)));
        let touched = tx.raw(&format!("BEGIN; {sql}")).await;
        tx.or_undo(touched).await
    }

    /// What the server's clock shows; nothing on SQLite, which has none of its own.
    /// For `doctor` and the start of `serve`: a clock far off the database's is named there.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn server_clock(&self) -> Result<Option<Instant>> {
        if self.backend == Backend::Sqlite {
            return Ok(None);
        }
        let sql = "SELECT CAST(UNIX_TIMESTAMP(NOW(6)) * 1000000 AS SIGNED)";
        let row = self.fetch_optional(sql, &[]).await?;
        row.map(|row| row.int(0).map(Instant::from_micros)).transpose()
    }

    /// Closes all connections, waiting for those in use.
    pub async fn close(&self) {
        match &self.pools {
            Pools::MySql(pool) => pool.close().await,
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
        }
    }
}

/// The only writing connection of SQLite was in use all the time: busy, not away.
fn waited(error: sqlx::Error) -> DbError {
    match error {
        sqlx::Error::PoolTimedOut => DbError::Busy,
        other => other.into(),
    }
}

fn wrap<T>(rows: Vec<T>, into: impl Fn(T) -> Row) -> Vec<Row> {
    rows.into_iter().map(into).collect()
}

/// Why a method of [`Tx`] finds its connection: only `commit`, `rollback` and `drop` take it away.
const OPEN: &str = "a transaction has its connection until it ends";

impl Tx {
    fn connection(&mut self) -> &mut TxConnection {
        self.0.as_mut().expect(OPEN)
    }

    async fn command(&mut self, sql: &str) -> Result<u64, sqlx::Error> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql));
        Ok(match self.connection() {
            TxConnection::MySql(on) => sql.execute(&mut **on).await?.rows_affected(),
            TxConnection::Sqlite(on) => sql.execute(&mut **on).await?.rows_affected(),
        })
    }

    /// Runs one statement as text, for values that are never the same twice: numbers,
    /// hexadecimal literals and our own words only. Returns how many rows it touched.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn raw(&mut self, sql: &str) -> Result<u64> {
        Ok(self.command(sql).await?)
    }

    async fn or_undo<T>(self, outcome: Result<T>) -> Result<(Self, T)> {
        match outcome {
            Ok(done) => Ok((self, done)),
            Err(error) => {
                self.rollback().await;
                Err(error)
            }
        }
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
        Ok(match self.connection() {
            TxConnection::MySql(on) => {
                wrap(run!(fetch_all, mysql_arguments, sql, args, &mut **on)?, Row::MySql)
            }
            TxConnection::Sqlite(on) => {
                wrap(run!(fetch_all, sqlite_arguments, sql, args, &mut **on)?, Row::Sqlite)
            }
        })
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
        Ok(match self.connection() {
            TxConnection::MySql(on) => {
                run!(fetch_optional, mysql_arguments, sql, args, &mut **on)?.map(Row::MySql)
            }
            TxConnection::Sqlite(on) => {
                run!(fetch_optional, sqlite_arguments, sql, args, &mut **on)?.map(Row::Sqlite)
            }
        })
    }

    /// Runs one statement; returns how many rows it touched (found, not changed).
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn execute(&mut self, sql: impl Into<Cow<'static, str>>, args: &[Arg<'_>]) -> Result<u64> {
        Ok(match self.connection() {
            TxConnection::MySql(on) => run!(execute, mysql_arguments, sql, args, &mut **on)?.rows_affected(),
            TxConnection::Sqlite(on) => {
                run!(execute, sqlite_arguments, sql, args, &mut **on)?.rows_affected()
            }
        })
    }

    /// Makes everything durable.
    ///
    /// # Errors
    /// [`DbError::UnknownCommitOutcome`] when the connection was lost under way;
    /// anything else means that nothing was saved.
    pub async fn commit(mut self) -> Result<()> {
        match self.command("COMMIT").await {
            Ok(_) => {
                self.0.take();
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

    async fn end(&mut self) {
        if self.command("ROLLBACK").await.is_ok() {
            self.0.take();
        }
    }
}

impl Drop for Tx {
    fn drop(&mut self) {
        match self.0.take() {
            Some(TxConnection::MySql(connection)) => drop(connection.detach()),
            Some(TxConnection::Sqlite(connection)) => drop(connection.detach()),
            None => {}
        }
    }
}
