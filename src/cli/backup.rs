//! `emol backup`: the log, the person keys and the list of the erased, in three files (V6).

use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Failure, open, output};
use crate::clock::{Clock, SystemClock};
use crate::config::{ConfigError, DatabaseConfig, Fault, Source, settings};
use crate::store::backup::age::Recipient;
use crate::store::backup::folder::{self, DAYS_OF_KEYS, beside};
use crate::store::backup::{BackupError, Manifest};

/// Where to.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Works while the server runs, and writes beside FILE:
  FILE.keys    the person keys: keep these 30 days at most, or people who were erased can be read again
  FILE.erased  who was erased, as ids: keep the newest for ever and give it to `emol restore`
FILE and FILE.keys are packed and sealed to the public keys in EMOL_BACKUP_RECIPIENT (`emol keys backup` makes a
pair; the private half belongs anywhere but on this machine). The `age` tool opens them too.
With --into DIR the names are made from the time, and what has had its days is removed: keys after 30, logs after
--keep-days. The database password, the master keys and this site's other settings are in none of them.")]
#[command(group = clap::ArgGroup::new("where").required(true).args(["file", "into"]))]
pub struct Args {
    /// The file to write; must not exist
    file: Option<PathBuf>,
    /// A folder to write into instead, with names made from the time
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
    /// With --into: remove logs that are older
    #[arg(long, value_name = "DAYS", default_value_t = DAYS_OF_KEYS, requires = "into")]
    keep_days: i64,
    /// Seal to this public key instead; can be repeated
    #[arg(long = "recipient", value_name = "KEY")]
    recipients: Vec<String>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Report {
    log: String,
    keys: String,
    erased: String,
    position: i64,
    head: String,
    bytes: u64,
    removed: Vec<String>,
}

pub async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let recipients = recipients(&args.recipients, source)?;
    let now = SystemClock.now();
    let path = match (args.file, &args.into) {
        (Some(file), _) => file,
        (None, Some(into)) => folder::file_at(into, now),
        (None, None) => return Err(Failure::Usage("name a file, or a folder with --into".to_owned())),
    };
    let [keys, erased] = ["keys", "erased"].map(|part| beside(&path, part));
    if let Some(file) = [&path, &keys, &erased].into_iter().find(|file| file.exists()) {
        return Err(Failure::Usage(format!("{} is there already; name another", file.display())));
    }
    let db = open::connect(&DatabaseConfig::read(source)?).await?;
    open::check_schema_or_newer(&db).await?;
    let made = folder::make(&db, &SystemClock, path.clone(), recipients).await?;
    let Manifest { position, head, .. } = made.manifest;
    let removed = args.into.map(|into| folder::prune(&into, now, args.keep_days)).unwrap_or_default();
    let shown = |path: &Path| path.display().to_string();
    let report = Report {
        log: shown(&path),
        keys: shown(&keys),
        erased: shown(&erased),
        position,
        head,
        bytes: made.bytes,
        removed,
    };
    if args.json {
        return output::say_json(&report);
    }
    output::say(&format!(
        "{} events and what belongs to them are in {} ({} KiB with the keys).\nhead: {}",
        report.position,
        report.log,
        report.bytes / 1024,
        report.head
    ));
    output::say(&format!(
        "{}: keep this {DAYS_OF_KEYS} days at most.\n{}: keep the newest.",
        report.keys, report.erased
    ));
    for name in &report.removed {
        output::say(&format!("removed {name}"));
    }
    Ok(())
}

/// The public keys that were given, or those of the settings.
pub fn recipients(given: &[String], source: &Source) -> Result<Vec<Recipient>, Failure> {
    let setting = settings::BACKUP_RECIPIENT;
    let text = if given.is_empty() {
        source.get(setting).ok_or_else(|| ConfigError::from(Fault::missing(setting)))?.to_owned()
    } else {
        given.join(",")
    };
    Recipient::parse_all(&text)
        .map_err(|error| ConfigError::from(Fault::wrong(setting, &text, &error.to_string())).into())
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        match error {
            BackupError::Db(error) => error.into(),
            BackupError::File(text) => Self::Config(text),
            BackupError::NotEmpty(text) => Self::Refused(text.to_owned()),
            BackupError::Content(text) => Self::Refused(format!("this backup cannot be used: {text}")),
        }
    }
}
