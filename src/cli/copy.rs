//! `emol copy`: the register into another, empty database, without a file on the way.

use secrecy::ExposeSecret;

use super::{Failure, open, output, restore};
use crate::clock::SystemClock;
use crate::config::{DatabaseConfig, KeysConfig, Source};
use crate::store::Db;
use crate::store::backup::{Part, read, write};
use crate::store::migrate::migrate;

/// Where to.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Copies everything of the database in DATABASE_URL into the empty one in --to, as of one moment and while the server
runs: to try a new release on real data, or to move from SQLite to MySQL and back. The copy has the same master
keys, and its log says that it was restored.")]
pub struct Args {
    /// The empty database: mysql://… or sqlite://…, with an account that may create tables
    #[arg(long, value_name = "URL")]
    to: String,
}

pub async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let from = DatabaseConfig::read(source)?;
    let to = DatabaseConfig { url: args.to.into() };
    if to.url.expose_secret() == from.url.expose_secret() {
        return Err(Failure::Usage("--to names the database that is copied; name another".to_owned()));
    }
    let master = KeysConfig::read(source, &from)?.load()?;
    let db = open::connect(&from).await?;
    open::check_schema(&db).await?;
    let target = Db::connect(to.url.expose_secret()).await?;
    migrate(&target, &SystemClock).await?;
    write::check_empty(&target).await?;
    target.begin_filling().await?;
    let reading = read::begin(&db, &SystemClock);
    let (log, keys) = tokio::join!(
        write::write(&target, Part::Log, reading.log),
        write::write(&target, Part::Keys, reading.keys)
    );
    let manifest = reading.task.await.map_err(|error| Failure::Internal(error.to_string()))?;
    let (log, keys) = (log?, keys?);
    let manifest = manifest?;
    restore::finish(target, master, &[], [&log, &keys]).await?;
    output::say(&format!("Copied {} events to {}.", manifest.position, to.shown()));
    Ok(())
}
