//! `emol backup`: the log, the person keys and the list of the erased, in three files (V6).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::{Failure, open, output};
use crate::clock::{Clock, SystemClock};
use crate::config::{ConfigError, DatabaseConfig, Fault, Source, settings};
use crate::store::Db;
use crate::store::backup::age::Recipient;
use crate::store::backup::{BackupError, file, read};

/// Days that person keys are kept in backups: when the last such file is gone, so is an erased person (V6).
const DAYS_OF_KEYS: i64 = 30;
const DAY: i64 = 86_400_000_000;

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
    #[arg(long, value_name = "DAYS", default_value_t = 30, requires = "into")]
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
    let (path, folder) = match (&args.file, &args.into) {
        (Some(file), _) => (file.clone(), None),
        (None, Some(folder)) => {
            // 2026-05-03T12-00-00Z: sorts by time, and is a name everywhere.
            let time = now.to_string().chars().take(19).collect::<String>().replace(':', "-");
            (folder.join(format!("emol-{time}Z.log.age")), Some(folder.clone()))
        }
        (None, None) => return Err(Failure::Usage("name a file, or a folder with --into".to_owned())),
    };
    let [keys, erased] = ["keys", "erased"].map(|part| beside(&path, part));
    for file in [&path, &keys, &erased] {
        if file.exists() {
            return Err(Failure::Usage(format!("{} is there already; name another", file.display())));
        }
    }
    let db = open::connect(&DatabaseConfig::read(source)?).await?;
    open::check_schema_or_newer(&db).await?;
    let reading = read::begin(&db, &SystemClock);
    let log = file::save(path.clone(), recipients.clone(), reading.log);
    let saved_keys = file::save(keys.clone(), recipients, reading.keys);
    let (log, saved_keys) = tokio::join!(log, saved_keys);
    let task = reading.task.await.map_err(|error| Failure::Internal(error.to_string()))?;
    // A database that went away says more than a file that was not written to its end, and a file that could not
    // be written more than that the reading could not go on.
    let written = match task {
        Err(error @ BackupError::Db(_)) => Err(error),
        read => log.and_then(|log| Ok((read?, log + saved_keys?))),
    };
    let (manifest, bytes) = match written {
        Ok(written) => written,
        Err(error) => {
            for file in [&path, &keys] {
                let _ = std::fs::remove_file(file);
            }
            return Err(error.into());
        }
    };
    write_erased(&db, &erased).await?;
    let removed = folder.map(|folder| prune(&folder, now.micros(), args.keep_days)).unwrap_or_default();
    let shown = |path: &Path| path.display().to_string();
    let report = Report {
        log: shown(&path),
        keys: shown(&keys),
        erased: shown(&erased),
        position: manifest.position,
        head: manifest.head,
        bytes,
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

/// `FILE.keys`, `FILE.erased`.
pub fn beside(path: &Path, part: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(part);
    name.into()
}

fn recipients(given: &[String], source: &Source) -> Result<Vec<Recipient>, Failure> {
    let setting = settings::BACKUP_RECIPIENT;
    let text = if given.is_empty() {
        source.get(setting).ok_or_else(|| ConfigError::from(Fault::missing(setting)))?.to_owned()
    } else {
        given.join(",")
    };
    Recipient::parse_all(&text)
        .map_err(|error| ConfigError::from(Fault::wrong(setting, &text, &error.to_string())).into())
}

/// Ids and times only: nothing in it is personal, and no key is needed to read it.
async fn write_erased(db: &Db, path: &Path) -> Result<(), Failure> {
    let mut text = String::from("# Who was erased, and when. A restore brings none of them back.\n");
    for (owner, at) in crate::store::backup::read::erasures(db).await? {
        let _ = writeln!(text, "{owner} {}", at.micros());
    }
    std::fs::write(path, text)
        .map_err(|error| Failure::Config(format!("{} cannot be written: {error}", path.display())))
}

/// Removes what has had its days, by the time in the name; what cannot be removed is left and not named.
fn prune(folder: &Path, now: i64, keep_days: i64) -> Vec<String> {
    let mut removed = Vec::new();
    let Ok(files) = std::fs::read_dir(folder) else { return removed };
    let mut names: Vec<String> = files.filter_map(|file| file.ok()?.file_name().into_string().ok()).collect();
    names.sort();
    for name in names {
        let Some(time) = name.strip_prefix("emol-").and_then(|rest| rest.get(..20)) else { continue };
        let days = if name.ends_with(".log.age.keys") { DAYS_OF_KEYS.min(keep_days) } else { keep_days };
        let made = chrono::NaiveDateTime::parse_from_str(time, "%Y-%m-%dT%H-%M-%SZ");
        let old = made.is_ok_and(|made| now - made.and_utc().timestamp_micros() > days * DAY);
        // The list of the erased outlives backups; it is small.
        if old && !name.ends_with(".erased") && std::fs::remove_file(folder.join(&name)).is_ok() {
            removed.push(name);
        }
    }
    removed
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_go_after_thirty_days_and_the_list_of_the_erased_stays() {
        let folder = std::env::temp_dir().join(format!("emol-prune-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for name in [
            "emol-2026-03-01T01-00-00Z.log.age",
            "emol-2026-03-01T01-00-00Z.log.age.keys",
            "emol-2026-03-01T01-00-00Z.log.age.erased",
            "emol-2026-05-02T01-00-00Z.log.age.keys",
            "somebody-elses.keys",
        ] {
            std::fs::write(folder.join(name), "x").unwrap();
        }
        let now = 1_777_809_600_000_000;
        assert_eq!(prune(&folder, now, 365), ["emol-2026-03-01T01-00-00Z.log.age.keys"]);
        assert_eq!(prune(&folder, now, 30), ["emol-2026-03-01T01-00-00Z.log.age"]);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 3);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
