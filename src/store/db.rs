//! One way to talk to MySQL, MariaDB and SQLite: statements are written once,
//! bound with [`Arg`], and rows are read by index. What differs between the
//! databases is in [`super::dialect`].
//!
//! Only `store` and `projections` use it (and `exchange/legacy`, to read the old database).

use std::borrow::Cow;
use std::path::Path;
use std::pin::Pin;
use std::str::FromStr;
use std::time::Duration;

use sqlx::mysql::{MySqlArguments, MySqlConnectOptions, MySqlConnection, MySqlPoolOptions};
use sqlx::sqlite::{
    SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{Arguments, AssertSqlSafe, ConnectOptions, Connection};

pub use super::cells::Row;
use super::error::{DbError, Result};
use super::lease::Connections;
pub use super::tx::Tx;
use super::tx::TxConnection;
use crate::domain::date::Instant;

/// How long a statement waits for a free connection.
const ACQUIRE: Duration = Duration::from_secs(3);
/// How long a statement may take, connection included, where nobody waits at a browser.
const PATIENCE: Duration = Duration::from_secs(120);
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
    patience: Duration,
}

#[derive(Debug, Clone)]
enum Pools {
    MySql(Connections),
    /// SQLite has one writer: everything that writes shares one connection, readers have their own.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
}

pub(super) fn mysql_arguments(args: &[Arg<'_>]) -> Result<MySqlArguments> {
    let mut out = MySqlArguments::default();
    out.reserve(args.len(), 0);
    bind(args, &mut out)
}

pub(super) fn sqlite_arguments(args: &[Arg<'_>]) -> Result<SqliteArguments> {
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

/// The same on a connection of its own, which only returns to the pool when it answered.
macro_rules! lease {
    ($how:ident, $sql:expr, $args:expr, $pool:expr) => {{
        let mut lease = $pool.lease().await?;
        let arguments = mysql_arguments($args)?;
        let done = sqlx::query_with(AssertSqlSafe($sql.into()), arguments).$how(lease.connection()).await;
        lease.end(&done);
        done.map_err(DbError::from)
    }};
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
        // By itself, because a pool tries again and then says only that it took too long.
        let first = async {
            let mut connection = MySqlConnection::connect_with(&options).await?;
            sqlx::query_scalar("SELECT CONCAT(VERSION(), ' ', @@version_comment)")
                .fetch_one(&mut connection)
                .await
        };
        let version: String =
            tokio::time::timeout(ACQUIRE, first).await.map_err(|_| Backend::MySql.gave_no_answer())??;
        let pool = MySqlPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(ACQUIRE)
            .test_before_acquire(false)
            .after_connect(|connection, _| {
                Box::pin(async move {
                    for sql in super::dialect::MYSQL_SESSION {
                        sqlx::raw_sql(sql).execute(&mut *connection).await?;
                    }
                    Ok(())
                })
            })
            .connect_lazy_with(options);
        let maria = version.to_ascii_lowercase().contains("mariadb");
        let backend = if maria { Backend::MariaDb } else { Backend::MySql };
        let connections = Connections::of(pool, CONNECTIONS, ACQUIRE);
        Ok(Self { backend, pools: Pools::MySql(connections), patience: PATIENCE })
    }

    async fn connect_sqlite(url: &str) -> Result<Self> {
        if url.contains(":memory:") || url.contains("mode=memory") {
            return Err(DbError::Setting(
                "SQLite in memory is not supported: readers and the writer have connections of their own. \
                 Give a file, like sqlite:///tmp/emol.db"
                    .to_owned(),
            ));
        }
        let options = SqliteConnectOptions::from_str(url)?;
        make_private(options.get_filename());
        let options = options
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
        Ok(Self { backend: Backend::Sqlite, pools: Pools::Sqlite { writer, readers }, patience: PATIENCE })
    }

    /// The same connections, but no statement may take longer than that. A server that
    /// is cut off without a word would otherwise be waited for as long as TCP does.
    #[must_use]
    pub const fn within(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Boxed, because a request's future holds it whether or not the request comes to ask the database,
    /// and is moved about whole.
    async fn in_time<T>(&self, work: Pin<Box<impl Future<Output = Result<T>>>>) -> Result<T> {
        tokio::time::timeout(self.patience, work).await.unwrap_or_else(|_| Err(self.backend.gave_no_answer()))
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
        self.in_time(Box::pin(async {
            Ok(match &self.pools {
                Pools::MySql(pool) => wrap(lease!(fetch_all, sql, args, pool)?, Row::MySql),
                Pools::Sqlite { readers, .. } => {
                    wrap(run!(fetch_all, sqlite_arguments, sql, args, readers)?, Row::Sqlite)
                }
            })
        }))
        .await
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
        self.in_time(Box::pin(async {
            Ok(match &self.pools {
                Pools::MySql(pool) => lease!(fetch_optional, sql, args, pool)?.map(Row::MySql),
                Pools::Sqlite { readers, .. } => {
                    run!(fetch_optional, sqlite_arguments, sql, args, readers)?.map(Row::Sqlite)
                }
            })
        }))
        .await
    }

    /// Runs one statement that writes, by itself; returns how many rows it touched.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn execute(&self, sql: impl Into<Cow<'static, str>>, args: &[Arg<'_>]) -> Result<u64> {
        self.in_time(Box::pin(async {
            Ok(match &self.pools {
                Pools::MySql(pool) => lease!(execute, sql, args, pool)?.rows_affected(),
                Pools::Sqlite { writer, .. } => {
                    run!(execute, sqlite_arguments, sql, args, writer)?.rows_affected()
                }
            })
        }))
        .await
    }

    /// Runs a statement that cannot be prepared (DDL, PRAGMA), on the writing side.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn raw(&self, sql: impl Into<Cow<'static, str>>) -> Result<()> {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.into()));
        match &self.pools {
            Pools::MySql(pool) => {
                let mut lease = pool.lease().await?;
                let done = sql.execute(lease.connection()).await;
                lease.end(&done);
                done.map(drop)?;
            }
            Pools::Sqlite { writer, .. } => sql.execute(writer).await.map(drop)?,
        }
        Ok(())
    }

    /// Begins a transaction that may write. On SQLite it holds the write lock from the start.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn begin(&self) -> Result<Tx> {
        self.in_time(Box::pin(async {
            match &self.pools {
                Pools::MySql(pool) => {
                    let on = TxConnection::MySql(pool.lease().await?);
                    Ok(Tx::begin(on, "BEGIN", self.patience).await?.0)
                }
                Pools::Sqlite { writer, .. } => self.begin_sqlite(writer).await,
            }
        }))
        .await
    }

    async fn begin_sqlite(&self, writer: &SqlitePool) -> Result<Tx> {
        let on = TxConnection::Sqlite(writer.acquire().await.map_err(waited)?);
        Ok(Tx::begin(on, "BEGIN IMMEDIATE", self.patience).await?.0)
    }

    /// Begins to read the database as it is now: every SELECT of it sees the same state, and nobody waits for it.
    /// It must not write.
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn snapshot(&self) -> Result<Tx> {
        self.in_time(Box::pin(async {
            let (on, sql) = match &self.pools {
                Pools::MySql(pool) => (
                    TxConnection::MySql(pool.lease().await?),
                    "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; START TRANSACTION WITH CONSISTENT SNAPSHOT",
                ),
                Pools::Sqlite { readers, .. } => {
                    (TxConnection::Sqlite(readers.acquire().await.map_err(waited)?), "BEGIN")
                }
            };
            Ok(Tx::begin(on, sql, self.patience).await?.0)
        }))
        .await
    }

    /// Begins a transaction with its first statement, in one round trip where the
    /// database can do that; also returns how many rows the statement touched. The statement
    /// is sent as text: numbers, hexadecimal literals and our own words only.
    ///
    /// # Errors
    /// See [`DbError`]; then there is no transaction.
    pub async fn begin_with(&self, sql: &str) -> Result<(Tx, u64)> {
        self.in_time(Box::pin(async {
            match &self.pools {
                Pools::MySql(pool) => {
                    let on = TxConnection::MySql(pool.lease().await?);
                    Tx::begin(on, &format!("BEGIN; {sql}"), self.patience).await
                }
                Pools::Sqlite { writer, .. } => self.begin_sqlite(writer).await?.first(sql).await,
            }
        }))
        .await
    }

    /// Makes ready for filling an empty database that is thrown away when that is broken off: SQLite waits for no disk and keeps
    /// more in memory, until [`Db::end_filling`].
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn begin_filling(&self) -> Result<()> {
        if self.backend != Backend::Sqlite {
            return Ok(());
        }
        // In KiB where it is below nothing, otherwise in pages of 4 KiB.
        self.raw("PRAGMA synchronous = OFF; PRAGMA cache_size = -131072; PRAGMA wal_autocheckpoint = 32768")
            .await
    }

    /// From now on everything is durable again, also what was written since [`Db::begin_filling`].
    ///
    /// # Errors
    /// See [`DbError`].
    pub async fn end_filling(&self) -> Result<()> {
        if self.backend != Backend::Sqlite {
            return Ok(());
        }
        self.raw("PRAGMA synchronous = FULL; PRAGMA cache_size = -2000; PRAGMA wal_autocheckpoint = 1000")
            .await?;
        self.raw("PRAGMA wal_checkpoint(TRUNCATE)").await
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

/// Makes the file where there is none, readable by its owner only; what SQLite puts beside it is as private.
/// Where that is not possible, SQLite says why.
fn make_private(file: &Path) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = options.open(file);
}

/// The only writing connection of SQLite was in use all the time: busy, not away.
fn waited(error: sqlx::Error) -> DbError {
    match error {
        sqlx::Error::PoolTimedOut => DbError::Busy,
        other => other.into(),
    }
}

pub(super) fn wrap<T>(rows: Vec<T>, into: impl Fn(T) -> Row) -> Vec<Row> {
    rows.into_iter().map(into).collect()
}
