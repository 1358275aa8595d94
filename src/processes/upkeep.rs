//! What keeps the site whole: a backup every night, and a look every day at what fails without a word. What is
//! found goes to whoever runs the site.

use std::path::PathBuf;

use serde_json::json;

use super::Tools;
use super::certificate;
use crate::clock::SystemClock;
use crate::config::Certificate;
use crate::domain::date::{CivilDate, Instant};
use crate::domain::mail::Mail;
use crate::store::OutboxRow;
use crate::store::backup::age::Recipient;
use crate::store::backup::folder;

/// How long one statement of a backup may take; nobody waits for it at a browser.
const STATEMENT: std::time::Duration = std::time::Duration::from_secs(120);
/// How long backups may stay where they were made, in seconds: a night, and half a day for whoever sends them.
const SENT_AFTER: i64 = 36 * 3600;

/// What a server looks after.
#[derive(Debug, Clone, Default)]
pub struct Upkeep {
    /// Where backups are made, and to whom they are sealed.
    pub backups: Option<Backups>,
    /// The certificate to look at.
    pub certificate: Option<Certificate>,
}

/// Backups of every night.
#[derive(Debug, Clone)]
pub struct Backups {
    /// The folder.
    pub folder: PathBuf,
    /// Whether somebody sends them away from there.
    pub sent_away: bool,
    /// The public keys; not empty.
    pub recipients: Vec<Recipient>,
}

/// Makes a backup and removes what has had its days.
///
/// # Errors
/// Why there is none, for whoever runs the site.
pub async fn back_up(tools: &Tools, backups: &Backups) -> Result<(), String> {
    let db = tools.store.db().clone().within(STATEMENT);
    let (now, folder) = (tools.bus.now(), &backups.folder);
    let made =
        folder::make(&db, &SystemClock, folder::file_at(folder, now), backups.recipients.clone()).await;
    let made = made.map_err(|error| error.to_string())?;
    let removed = folder::prune(folder, now, folder::DAYS_OF_KEYS).len();
    tracing::info!(
        position = made.manifest.position,
        hash = made.manifest.head,
        bytes = made.bytes,
        removed,
        "a backup is made"
    );
    Ok(())
}

/// What is not as it should be, in words for whoever runs the site; `backed_up` is the last night that a backup was made for.
///
/// # Errors
/// What could not be looked at.
pub async fn look(
    upkeep: &Upkeep,
    backed_up: Option<CivilDate>,
    today: CivilDate,
    now: Instant,
) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    if let Some(Backups { folder, sent_away, .. }) = &upkeep.backups {
        if let Some(day) = backed_up.filter(|day| today.days_since(*day) > 1) {
            found.push(format!(
                "the last backup is that of {day}; the server's log says why there is none since"
            ));
        }
        let late = |made: Instant| now.micros() - made.micros() > SENT_AFTER * 1_000_000;
        let waits = match folder::newest_sent(folder) {
            Some(sent) => folder::newest(folder).is_some_and(|made| made > sent) && late(sent),
            None => folder::oldest(folder).is_some_and(late),
        };
        if *sent_away && waits {
            found.push(
                "backups are not sent away from the machine any more: `systemctl status emol-backup` there says why"
                    .to_owned(),
            );
        }
    }
    if let Some(site) = &upkeep.certificate
        && let Some(wrong) = certificate::look(site, now).await?
    {
        found.push(wrong);
    }
    Ok(found)
}

/// A mail to whoever runs the site.
pub(super) fn mail(tools: &Tools, params: &serde_json::Value) -> OutboxRow {
    tools.to_an_office(Mail::NeedsYou, params)
}

/// The same, about something that was found.
pub(super) fn concern(tools: &Tools, what: &str) -> OutboxRow {
    mail(tools, &json!({ "what": what }))
}
