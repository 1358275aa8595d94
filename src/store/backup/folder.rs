//! Whole backups: three files each, `NAME` (the log), `NAME.keys` (the person keys) and `NAME.erased` (who was
//! erased), and folders of them, whose names are made from the time: `emol-2026-05-03T07-00-00Z.log.age`.
//!
//! Whoever sends a folder's files away writes the name of the newest log that arrived into its file `sent`.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::age::Recipient;
use super::{BackupError, Manifest, file, read};
use crate::clock::Clock;
use crate::domain::date::Instant;
use crate::store::db::Db;

/// Days that person keys are kept in backups: when the last such file is gone, so is an erased person (V6).
pub const DAYS_OF_KEYS: i64 = 30;
const DAY: i64 = 86_400_000_000;
/// How long a time in a name is: `2026-05-03T07-00-00Z`.
const TIME: usize = 20;
const FORMAT_OF_TIME: &str = "%Y-%m-%dT%H-%M-%SZ";

/// A backup that was made.
#[derive(Debug)]
pub struct Made {
    /// The file with the log; the others are beside it.
    pub log: PathBuf,
    /// What it says of itself.
    pub manifest: Manifest,
    /// Bytes of log and keys together.
    pub bytes: u64,
}

/// `FILE.keys`, `FILE.erased`.
#[must_use]
pub fn beside(path: &Path, part: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(part);
    name.into()
}

/// The file of a folder that a backup of that moment goes into.
#[must_use]
pub fn file_at(folder: &Path, now: Instant) -> PathBuf {
    folder.join(format!("emol-{}.log.age", time_of(now)))
}

/// Makes a backup of a running database, sealed to the recipients. Leaves nothing behind where it fails.
///
/// # Errors
/// The database, or the files; also where one of them is there already.
pub async fn make(
    db: &Db,
    clock: &dyn Clock,
    log: PathBuf,
    recipients: Vec<Recipient>,
) -> Result<Made, BackupError> {
    let [keys, erased] = ["keys", "erased"].map(|part| beside(&log, part));
    if let Some(file) = [&log, &keys, &erased].into_iter().find(|file| file.exists()) {
        return Err(BackupError::File(format!("{} is there already; name another", file.display())));
    }
    let reading = read::begin(db, clock);
    let saved_log = file::save(log.clone(), recipients.clone(), reading.log);
    let saved_keys = file::save(keys.clone(), recipients, reading.keys);
    let (saved_log, saved_keys) = tokio::join!(saved_log, saved_keys);
    let task = reading.task.await.map_err(|error| BackupError::File(error.to_string()))?;
    // A database that went away says more than a file that was not written to its end, and a file that could not
    // be written more than that the reading could not go on.
    let written = match task {
        Err(error @ BackupError::Db(_)) => Err(error),
        read => saved_log.and_then(|bytes| Ok((read?, bytes + saved_keys?))),
    };
    let listed = match written {
        Ok((manifest, bytes)) => list_erased(db, &erased).await.map(|()| (manifest, bytes)),
        Err(error) => Err(error),
    };
    match listed {
        Ok((manifest, bytes)) => Ok(Made { log, manifest, bytes }),
        Err(error) => {
            for file in [&log, &keys, &erased] {
                let _ = std::fs::remove_file(file);
            }
            Err(error)
        }
    }
}

/// Ids and times only: nothing in it is personal, and no key is needed to read it.
async fn list_erased(db: &Db, path: &Path) -> Result<(), BackupError> {
    let mut text = String::from("# Who was erased, and when. A restore brings none of them back.\n");
    for (owner, at) in read::erasures(db).await? {
        let _ = writeln!(text, "{owner} {}", at.micros());
    }
    std::fs::write(path, text)
        .map_err(|error| BackupError::File(format!("{} cannot be written: {error}", path.display())))
}

/// Removes what has had its days, by the time in the name; what cannot be removed is left and not named.
pub fn prune(folder: &Path, now: Instant, keep_days: i64) -> Vec<String> {
    let mut removed = Vec::new();
    for name in names(folder) {
        let days = if name.ends_with(".log.age.keys") { DAYS_OF_KEYS.min(keep_days) } else { keep_days };
        let old = time_in(&name).is_some_and(|made| now.micros() - made.micros() > days * DAY);
        // The list of the erased outlives backups; it is small.
        if old && !name.ends_with(".erased") && std::fs::remove_file(folder.join(&name)).is_ok() {
            removed.push(name);
        }
    }
    removed
}

/// When the newest whole backup of a folder was made; none where there is none yet.
#[must_use]
pub fn newest(folder: &Path) -> Option<Instant> {
    names(folder).iter().rev().find(|name| name.ends_with(".log.age")).and_then(|name| time_in(name))
}

/// The same of the oldest that is still there.
#[must_use]
pub fn oldest(folder: &Path) -> Option<Instant> {
    names(folder).iter().find(|name| name.ends_with(".log.age")).and_then(|name| time_in(name))
}

/// When the newest backup was made that was sent away from a folder; none where none was yet.
#[must_use]
pub fn newest_sent(folder: &Path) -> Option<Instant> {
    std::fs::read_to_string(folder.join("sent")).ok().and_then(|name| time_in(name.trim()))
}

/// The time of a moment as file names have it: `2026-05-03T07-00-00Z`.
#[must_use]
pub fn time_of(at: Instant) -> String {
    at.to_string().chars().take(TIME - 1).collect::<String>().replace(':', "-") + "Z"
}

fn names(folder: &Path) -> Vec<String> {
    let files = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = files.filter_map(|file| file.ok()?.file_name().into_string().ok()).collect();
    names.retain(|name| name.starts_with("emol-"));
    names.sort();
    names
}

fn time_in(name: &str) -> Option<Instant> {
    let time = name.strip_prefix("emol-")?.get(..TIME)?;
    let made = chrono::NaiveDateTime::parse_from_str(time, FORMAT_OF_TIME).ok()?;
    Some(Instant::from_micros(made.and_utc().timestamp_micros()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, files: &[&str]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("emol-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        for file in files {
            std::fs::write(folder.join(file), "x").unwrap();
        }
        folder
    }

    #[test]
    fn keys_go_after_thirty_days_and_the_list_of_the_erased_stays() {
        let folder = folder(
            "prune",
            &[
                "emol-2026-03-01T01-00-00Z.log.age",
                "emol-2026-03-01T01-00-00Z.log.age.keys",
                "emol-2026-03-01T01-00-00Z.log.age.erased",
                "emol-2026-05-02T01-00-00Z.log.age.keys",
                "somebody-elses.keys",
            ],
        );
        let now = Instant::from_micros(1_777_809_600_000_000);
        assert_eq!(prune(&folder, now, 365), ["emol-2026-03-01T01-00-00Z.log.age.keys"]);
        assert_eq!(prune(&folder, now, 30), ["emol-2026-03-01T01-00-00Z.log.age"]);
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 3);
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_folder_says_when_its_newest_backup_was_made_and_which_was_sent() {
        let folder = folder(
            "newest",
            &[
                "emol-2026-05-02T01-00-00Z.log.age",
                "emol-2026-05-03T07-00-00Z.log.age",
                "emol-2026-05-04T07-00-00Z.log.age.keys",
            ],
        );
        let at = |text| time_in(text).unwrap();
        assert_eq!(newest(&folder), Some(at("emol-2026-05-03T07-00-00Z.log.age")));
        assert_eq!(time_of(newest(&folder).unwrap()), "2026-05-03T07-00-00Z");
        assert_eq!(
            file_at(&folder, newest(&folder).unwrap()),
            folder.join("emol-2026-05-03T07-00-00Z.log.age")
        );
        assert_eq!(newest_sent(&folder), None);
        std::fs::write(folder.join("sent"), "emol-2026-05-02T01-00-00Z.log.age\n").unwrap();
        assert_eq!(newest_sent(&folder), Some(at("emol-2026-05-02T01-00-00Z.log.age")));
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(newest(&folder), None);
    }
}
