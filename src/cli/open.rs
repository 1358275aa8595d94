//! Opening what a subcommand works on.

use std::sync::Arc;

use secrecy::ExposeSecret;

use super::Failure;
use crate::clock::{SystemClock, SystemIds};
use crate::commands::bus::Bus;
use crate::config::{DatabaseConfig, KeysConfig, Source};
use crate::domain::actor::Actor;
use crate::domain::id::CorrelationId;
use crate::store::migrate::{SchemaState, not_another_programs, schema_state};
use crate::store::{Db, Store};

/// Connects to the database of the settings. A SQLite file must be there:
/// only `migrate` makes one.
pub async fn connect(config: &DatabaseConfig) -> Result<Db, Failure> {
    if let Some(file) = config.sqlite_file()
        && !file.exists()
    {
        return Err(Failure::Schema(format!(
            "there is no database at {}: `emol migrate` makes one",
            file.display()
        )));
    }
    Ok(Db::connect(config.url.expose_secret()).await?)
}

/// Checks that the tables are those this program needs, or that a newer one has added to them. Migrations only add,
/// so an older program can go on where the newer one says so (`setup_files/host/deploy-docker.sh` asks it).
pub async fn check_schema_or_newer(db: &Db) -> Result<(), Failure> {
    match schema_state(db).await? {
        SchemaState::Newer(number) => {
            tracing::warn!(migration = number, "a newer emol has added to the tables");
            Ok(())
        }
        state => check(db, state).await,
    }
}

/// Checks that the tables are those this program needs.
pub async fn check_schema(db: &Db) -> Result<(), Failure> {
    let state = schema_state(db).await?;
    check(db, state).await
}

async fn check(db: &Db, state: SchemaState) -> Result<(), Failure> {
    if matches!(state, SchemaState::Behind(_)) {
        not_another_programs(db).await?;
    }
    let text = match state {
        SchemaState::UpToDate => return Ok(()),
        SchemaState::Behind(1) => "1 migration is missing: run `emol migrate`".to_owned(),
        SchemaState::Behind(missing) => format!("{missing} migrations are missing: run `emol migrate`"),
        SchemaState::Newer(number) => format!(
            "a newer emol has brought the tables up to migration {number}: use that version, or restore the \
             backup from before it"
        ),
        SchemaState::Changed(name) => format!(
            "migration {name} was run with another text than this program has: this database was made by \
             another build; use that one"
        ),
    };
    Err(Failure::Schema(text))
}

/// The database, its tables checked.
pub async fn database(source: &Source) -> Result<Db, Failure> {
    let db = connect(&DatabaseConfig::read(source)?).await?;
    check_schema(&db).await?;
    Ok(db)
}

/// The log, and the bus on it.
pub async fn bus(source: &Source) -> Result<Bus, Failure> {
    let config = DatabaseConfig::read(source)?;
    let keys = KeysConfig::read(source, &config)?;
    // Before the keys: where there is no database, there is no key file either.
    let db = connect(&config).await?;
    check_schema(&db).await?;
    let keys = keys.load()?;
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
    let store = Store::open(db, keys, clock.clone(), ids.clone()).await?;
    Ok(Bus::open(store, clock, ids).await?)
}

/// A fresh id for what this run causes.
pub fn correlation(bus: &Bus) -> CorrelationId {
    CorrelationId(bus.ids().uuid_at(bus.now()))
}

/// Who runs this: the Unix account, by its name where it has one.
pub fn operator() -> Actor {
    Actor::Operator(account().unwrap_or_else(|| "unknown".to_owned()))
}

/// The account's name. Its number comes from the kernel, not from variables that anybody can set.
fn account() -> Option<String> {
    let uid = uid()?;
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = accounts.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == uid.to_string()).then(|| name.to_owned())
    });
    let fits = |name: &String| {
        !name.is_empty() && name.len() <= 64 && name.bytes().all(|byte| byte.is_ascii_graphic())
    };
    Some(name.filter(fits).unwrap_or_else(|| format!("uid-{uid}")))
}

#[cfg(unix)]
fn uid() -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").map(|process| process.uid()).ok()
}

#[cfg(not(unix))]
fn uid() -> Option<u32> {
    None
}
