//! Whether backups are made, as far as the settings and their folder say.

use super::{Findings, Grade};
use crate::clock::{Clock, SystemClock};
use crate::config::{Source, UpkeepConfig, settings};
use crate::store::backup::folder;

/// Hours after which there should have been another.
const HOURS: i64 = 36;

pub(super) fn backups(source: &Source, config: &UpkeepConfig, findings: &mut Findings) {
    let Some(place) = &config.backups else { return };
    if source.get(settings::BACKUP_RECIPIENT).is_none() {
        let to_do =
            "run `emol keys backup` on another machine and set EMOL_BACKUP_RECIPIENT to what it prints";
        return findings.add(
            "backups",
            Grade::Warning,
            "no backup is made: there is nobody to seal it to",
            Some(to_do),
        );
    }
    let shown = place.display();
    let hours = |at: crate::domain::date::Instant| (SystemClock.now().micros() - at.micros()) / 3_600_000_000;
    match folder::newest(place) {
        None => {
            let to_do = "`emol serve` makes the first one soon after its start; its log says why not";
            findings.add("backups", Grade::Note, format!("there is none yet in {shown}"), Some(to_do));
        }
        Some(at) if hours(at) > HOURS => {
            let to_do = "the log of `emol serve` says why there is none since; is the disk full?";
            let found = format!("the newest in {shown} is {} hours old", hours(at));
            findings.add("backups", Grade::Warning, found, Some(to_do));
        }
        Some(at) => findings.ok("backups", format!("the newest in {shown} is of {}", folder::time_of(at))),
    }
    if config.sent_away && folder::newest_sent(place).is_none_or(|at| hours(at) > HOURS) {
        let to_do = "on the machine: `systemctl status emol-backup`, `deploy-docker.sh --send`";
        findings.add("backups", Grade::Warning, "none was sent away lately", Some(to_do));
    }
}
