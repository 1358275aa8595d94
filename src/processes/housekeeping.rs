//! Removes what is used up, and notes what it removed: kinds and numbers. What happens to evidence of waivers is
//! in [`super::evidence`].

use super::{Tools, evidence};
use crate::commands::bus::BusError;

/// A day, in seconds.
const DAY: i64 = 86_400;
/// For how many days a link that stopped working is kept, so that its page can say what became of it.
pub const LINKS: i64 = 30;
/// For how many days a mail that came to an end is kept, and what was announced of days past.
pub const MAILS: i64 = 400;

/// What a run removed: kinds and numbers.
pub type Removed = Vec<(&'static str, u64)>;

/// Removes it.
///
/// # Errors
/// The database; what was removed is noted.
pub async fn run(tools: &Tools) -> Result<Removed, BusError> {
    let store = &tools.store;
    let (now, today) = (tools.bus.now(), tools.bus.today());
    let mut removed = Removed::new();
    for what in ["sessions", "links", "mails", "announcements", "evidence"] {
        let count = match what {
            "sessions" => store.sweep_sessions(now).await?,
            "links" => store.sweep_old_links(now.plus_seconds(-LINKS * DAY)).await?,
            "mails" => store.sweep_mails(now.plus_seconds(-MAILS * DAY)).await?,
            "announcements" => store.sweep_announcements(today.plus_days(-MAILS)).await?,
            _ => evidence::run(tools).await?,
        };
        if count > 0 {
            store.note_removal(what, count, now).await?;
            tracing::info!(what, count, "housekeeping removed what was used up");
            removed.push((what, count));
        }
    }
    Ok(removed)
}

/// Why something goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// What goes, as it is noted.
    pub what: &'static str,
    /// In words.
    pub label: &'static str,
    /// When and why.
    pub rule: String,
}

/// The rules, one for each kind of what a run removes.
#[must_use]
pub fn rules() -> Vec<Rule> {
    let rule = |what, label, rule: String| Rule { what, label, rule };
    vec![
        rule(
            "sessions",
            "Sign-ins of officers",
            "Once they are over: nobody can use them any more.".to_owned(),
        ),
        rule(
            "links",
            "One-time links",
            format!("{LINKS} days after they stopped working (L1): until then their page says what became of them."),
        ),
        rule(
            "mails",
            "Mails that were sent, or not needed",
            format!("{MAILS} days after they came to an end: a year of reminders can be looked up (M2)."),
        ),
        rule(
            "announcements",
            "Notes that an expiry was announced",
            format!("{MAILS} days after that day: so long it is certain that nothing is announced twice (M2)."),
        ),
        rule(
            "evidence",
            "Evidence of waivers",
            "When it need not be kept any more (V6): seven years after the waiver lapsed, of minors seven years after \
             they came of age. What is left cannot be read by anybody."
                .to_owned(),
        ),
    ]
}
