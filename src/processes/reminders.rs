//! Who is reminded of what (M1, M2): once a day, each expiry at each threshold of the rulebook in exactly one
//! mail, everything due in one mail a person.
//!
//! What was announced is a row in the database that only one can insert, in the transaction that puts the mail into
//! the outbox: however many servers decide at once and wherever one is killed, no expiry is announced twice.

use std::collections::HashSet;
use std::sync::Arc;

use serde::Serialize;
use uuid::Uuid;

use super::Tools;
use super::mail::Reminded;
use crate::commands::bus::BusError;
use crate::domain::date::CivilDate;
use crate::domain::details::DetailField;
use crate::domain::id::{CombatantId, CorrelationId, StreamId};
use crate::domain::mail::Mail;
use crate::domain::personal::Personal;
use crate::domain::policy::InForce;
use crate::projections::desk::Entry;
use crate::store::OutboxRow;
use crate::store::announcements::{Announced, Announcement};

/// For how many days after an expiry it is still told, where nothing could be sent on the day itself.
/// Who is imported long after an expiry is not reminded of it.
pub const TOLD_LATE: i64 = 30;
/// What is announced of a waiver.
const WAIVER: Uuid = Uuid::from_u128(1);
/// That somebody was written to on a day (M1).
const THE_DAY: Uuid = Uuid::from_u128(2);

/// One mail that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// To whom.
    pub person: CombatantId,
    /// What it announces.
    pub items: Vec<Reminded>,
    /// What nobody may have announced before.
    pub claims: Vec<Announcement>,
}

/// What a run came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Mails that are due.
    pub due: usize,
    /// Mails that were put into the outbox; fewer where another server decided at the same time.
    pub written: usize,
    /// Expiries that those due announce.
    pub expiries: usize,
}

/// Which thresholds are due so many days before an expiry: those that have come, and of what has expired only the
/// last one.
fn due(days: i64, thresholds: &[u32]) -> impl Iterator<Item = u32> {
    thresholds.iter().copied().filter(move |threshold| {
        if days > 0 { i64::from(*threshold) >= days } else { *threshold == 0 && days >= -TOLD_LATE }
    })
}

/// What is due on a day, of what was not announced before. Nobody is reminded who has not accepted the policy in
/// force (V1), who has no address, or whose address is refused.
fn plan<'e>(
    entries: impl Iterator<Item = &'e Arc<Entry>>,
    today: CivilDate,
    in_force: &InForce,
    announced: &HashSet<Announcement>,
    refused: &HashSet<Uuid>,
) -> Vec<Planned> {
    let mut all = Vec::new();
    for entry in entries {
        if !entry.acceptance.suffices(in_force.policy) || !entry.has_email || refused.contains(&entry.id.0) {
            continue;
        }
        let subject = entry.id.0;
        let day = Announcement { subject, what: THE_DAY, day: today, threshold: 0 };
        let mut planned = Planned { person: entry.id, items: Vec::new(), claims: vec![day] };
        let cards = entry.cards.iter().filter(|card| card.authorizations > 0);
        let cards = cards.filter_map(|card| Some((Some(&card.discipline), card.expires_on?)));
        for (discipline, expires) in cards.chain(entry.waiver_expires.map(|expires| (None, expires))) {
            let what = discipline.map_or(WAIVER, |slug| StreamId::discipline(slug).id);
            let claim = |threshold| Announcement { subject, what, day: expires, threshold };
            let days = expires.days_since(today);
            let mut new = due(days, &in_force.reminder_days).map(claim).collect::<Vec<_>>();
            // The nearest one is what is announced; earlier ones that were missed go with it.
            let nearest = new.iter().min_by_key(|claim| claim.threshold);
            if nearest.is_some_and(|nearest| !announced.contains(nearest)) {
                new.retain(|claim| !announced.contains(claim));
                planned.claims.extend(new);
                planned.items.push(Reminded { discipline: discipline.cloned(), expires });
            }
        }
        if !planned.items.is_empty() && !announced.contains(&day) {
            planned.items.sort_by_key(|item| item.expires);
            all.push(planned);
        }
    }
    // In the order of the claims' table: rows that come in order are written several times as fast.
    all.sort_unstable_by_key(|planned| planned.person);
    all
}

/// What is due on a day, by what the database says was announced.
///
/// # Errors
/// The register cannot be read.
pub async fn plan_for(tools: &Tools, today: CivilDate) -> Result<Vec<Planned>, BusError> {
    tools.caught_up().await?;
    let kingdom = tools.bus.refresh().await?;
    let in_force = kingdom.catalogue.in_force_on(today);
    let furthest = in_force.reminder_days.iter().max().copied().unwrap_or(0);
    let until = today.plus_days(i64::from(furthest));
    let announced = tools.store.announced(today.plus_days(-TOLD_LATE), until).await?;
    let refused = refused(tools).await?;
    let index = tools.indexes.desk();
    Ok(plan(index.iter(), today, &in_force, &announced, &refused))
}

/// Whose address, as it is on file now, a mail server refuses.
///
/// # Errors
/// The register cannot be read.
pub async fn refused(tools: &Tools) -> Result<HashSet<Uuid>, BusError> {
    let mut refused = HashSet::new();
    for some in tools.store.bounces().await?.chunks(256) {
        let people: Vec<_> = some.iter().map(|bounce| CombatantId(bounce.subject)).collect();
        for (bounce, record) in some.iter().zip(tools.bus.records(&people, true).await?) {
            let email = record.details.get(&DetailField::Email).and_then(Personal::text);
            let hash = |email: &str| tools.store.keyring().address_hash(&email.to_ascii_lowercase());
            if email.is_some_and(|email| hash(email) == bounce.address) {
                refused.insert(bounce.subject);
            }
        }
    }
    Ok(refused)
}

/// Decides who is reminded today, and puts the mails into the outbox.
///
/// # Errors
/// The register cannot be read or written; what was written stays, and the next run goes on from there.
pub async fn run(tools: &Tools) -> Result<Report, BusError> {
    let planned = plan_for(tools, tools.bus.today()).await?;
    let now = tools.bus.now();
    let correlation_id = CorrelationId(tools.bus.ids().uuid_at(now));
    let mut report = Report { due: planned.len(), ..Report::default() };
    // Not all at once: a hundred thousand mails need not be in memory twice.
    for part in planned.chunks(1_000) {
        let mails: Vec<Announced> = part
            .iter()
            .map(|one| Announced {
                mail: OutboxRow {
                    id: tools.bus.ids().uuid_at(now),
                    template: Mail::Reminder.as_str(),
                    subject: Some(one.person.0),
                    params: params(&one.items),
                    due_at: now,
                    correlation_id,
                },
                claims: one.claims.clone(),
            })
            .collect();
        report.expiries += part.iter().map(|one| one.items.len()).sum::<usize>();
        report.written += tools.store.announce(&mails, now).await?;
    }
    if report.due > 0 {
        tracing::info!(due = report.due, written = report.written, expiries = report.expiries, "reminders");
    }
    Ok(report)
}

fn params(items: &[Reminded]) -> Vec<u8> {
    serde_json::json!({ "items": items }).to_string().into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: [u32; 4] = [60, 30, 14, 0];

    fn due_in(days: i64) -> Vec<u32> {
        due(days, &USUAL).collect()
    }

    #[test]
    fn m1_a_threshold_is_due_from_its_day_on() {
        assert_eq!(due_in(61), Vec::<u32>::new());
        assert_eq!(due_in(60), [60]);
        assert_eq!(due_in(31), [60]);
        assert_eq!(due_in(14), [60, 30, 14]);
        assert_eq!(due_in(1), [60, 30, 14]);
    }

    #[test]
    fn m1_what_has_expired_is_never_announced_as_coming() {
        assert_eq!(due_in(0), [0]);
        assert_eq!(due_in(-TOLD_LATE), [0]);
        assert_eq!(due_in(-TOLD_LATE - 1), Vec::<u32>::new());
        assert_eq!(due(0, &[30]).count(), 0);
    }
}
