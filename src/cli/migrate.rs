//! `emol migrate`: brings the tables to what this program needs.

use std::path::Path;
use std::sync::Arc;

use secrecy::ExposeSecret;
use serde::Serialize;

use super::{Failure, open, output};
use crate::clock::{SystemClock, SystemIds};
use crate::commands::Command;
use crate::commands::bus::{Bus, BusError, Request};
use crate::commands::policies::BeginDraft;
use crate::config::{DatabaseConfig, KeySource, KeysConfig, Source, write_key_file};
use crate::domain::id::{CommandId, StreamId, StreamType};
use crate::events::LOG_FORMAT;
use crate::store::migrate::migrate;
use crate::store::{Db, MasterKeys, Store, format};

/// How to say what was done.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
For SQLite this makes the database, and <database>.key with a fresh master key (mode 0600) unless the settings
name one. For MySQL and MariaDB the settings must name one (`emol keys generate`), and the account must be
allowed to create tables; `emol serve` then runs with the fewer rights of setup_files/mysql-grants.sql.
Running it again does nothing.")]
pub struct Args {
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
    /// Allow the kinds of events that this release added: only once every server runs it
    #[arg(long)]
    raise_log_format: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    applied: Vec<String>,
    warnings: Vec<String>,
    key_file: Option<String>,
    log_format: i64,
    policy_draft: bool,
}

pub async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let database = DatabaseConfig::read(source)?;
    let keys = KeysConfig::read(source, &database)?;
    let mut made = None;
    if let (KeySource::Beside(path), Some(file)) = (&keys.source, database.sqlite_file()) {
        made = key_beside(path, &file)?;
    }
    let keys = keys.load()?;
    let db = Db::connect(database.url.expose_secret()).await?;
    let report = migrate(&db, &SystemClock).await?;
    format::raise_unused(&db, LOG_FORMAT).await?;
    let (before, allowed) = if args.raise_log_format {
        let before = format::raise(&db, LOG_FORMAT).await?;
        (before, before.max(LOG_FORMAT))
    } else {
        let as_it_is = format::read(&db).await?;
        (as_it_is, as_it_is)
    };
    // Makes the log's secret where there is none yet, and finds out about wrong keys now.
    let store = Store::open(db, keys, Arc::new(SystemClock), Arc::new(SystemIds)).await?;
    let policy_draft = if allowed >= LOG_FORMAT { first_policy(store).await? } else { false };
    let (applied, warnings) = (report.applied, report.warnings);
    let report = Report { applied, warnings, key_file: made, log_format: allowed, policy_draft };
    if args.json {
        return output::say_json(&report);
    }
    if let Some(path) = &report.key_file {
        output::say(&format!(
            "Made a master key in {path} (readable by you only).\n\
             Keep a copy apart from the database's backups: without it, nothing sealed can be read."
        ));
    }
    match report.applied.len() {
        0 => output::say("The tables are up to date."),
        1 => output::say("Ran 1 migration; the tables are up to date."),
        count => output::say(&format!("Ran {count} migrations; the tables are up to date.")),
    }
    if report.policy_draft {
        output::say(
            "Began a draft of the privacy policy from the template. Nobody can be invited until an officer who holds \
             can_edit_privacy_policy has filled it in and approved it, at /desk/policies.",
        );
    }
    if args.raise_log_format {
        output::say(&match allowed - before {
            0 => format!("Events may be written in log format {allowed}, as before."),
            _ => format!("Events may be written in log format {allowed} from now on."),
        });
    } else if allowed < LOG_FORMAT {
        output::note(&format!(
            "The log allows format {allowed}, this release can write {LOG_FORMAT}: once every server runs it, run \
             `emol migrate --raise-log-format`."
        ));
    }
    for warning in &report.warnings {
        output::note(&format!("warning: {warning}"));
    }
    Ok(())
}

/// Begins the first draft of the privacy policy (V9), where there never was one; whether it did.
async fn first_policy(store: Store) -> Result<bool, Failure> {
    let bus = Bus::open(store, Arc::new(SystemClock), Arc::new(SystemIds)).await?;
    let stream = StreamId::only(StreamType::Policies);
    if bus.kingdom().catalogue.version_of(stream).0 > 0 {
        return Ok(false);
    }
    let request = Request {
        command_id: CommandId(bus.ids().uuid_at(bus.now())),
        actor: open::operator(),
        correlation_id: open::correlation(&bus),
        body: Vec::new(),
        seen: None,
        command: Command::Policies(BeginDraft::default().into()),
    };
    match bus.execute(request).await {
        Ok(_) => Ok(true),
        // Somebody else migrates at the same time.
        Err(BusError::Refused(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Makes the key file of a database that is yet to be made.
fn key_beside(path: &Path, database: &Path) -> Result<Option<String>, Failure> {
    if path.exists() {
        return Ok(None);
    }
    let has_contents = std::fs::metadata(database).is_ok_and(|file| file.len() > 0);
    if has_contents {
        return Err(Failure::Config(format!(
            "{} is missing, but the database {} is there already. A new key would not open it: bring the key \
             file back from its backup, or set EMOL_MASTER_KEYS",
            path.display(),
            database.display()
        )));
    }
    write_key_file(path, &MasterKeys::generate("main", &SystemIds)).map_err(|error| {
        Failure::Config(format!(
            "the key file {} cannot be written: {error}. Check that its folder exists and may be written",
            path.display()
        ))
    })?;
    Ok(Some(path.display().to_string()))
}
