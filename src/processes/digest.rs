//! The week, for the Minister of the Lists: numbers, and nobody's name.

use serde_json::json;

use super::{Tools, reminders};
use crate::commands::bus::BusError;
use crate::domain::date::CivilDate;
use crate::domain::date_text::long_date;
use crate::domain::mail::Mail;
use crate::store::OutboxRow;
use crate::store::chain::hex;

/// A week, in days.
const WEEK: i64 = 7;
/// How far ahead is counted.
const AHEAD: i64 = 30;

/// The digest of the seven days before a day; none where the kingdom names no address to send it to.
///
/// # Errors
/// The register cannot be read.
pub async fn of_week(tools: &Tools, monday: CivilDate) -> Result<Option<OutboxRow>, BusError> {
    let kingdom = tools.bus.refresh().await?;
    if kingdom.catalogue.kingdom.mol_email.is_none() {
        return Ok(None);
    }
    let (now, today) = (tools.bus.now(), tools.bus.today());
    let in_force = kingdom.catalogue.in_force_on(today);
    let head = tools.store.head().await?;
    let new = tools.store.count_events("CombatantRegistered", now.plus_seconds(-WEEK * 86_400)).await?;
    let refused = reminders::refused(tools).await?.len();
    let lapsed = |day: CivilDate| (0..WEEK).contains(&today.days_since(day));
    let lapsing = |day: CivilDate| (1..=AHEAD).contains(&day.days_since(today));
    let (mut cards, mut waivers, mut not_accepted) = ([0usize; 2], [0usize; 2], 0usize);
    for entry in tools.indexes.desk().iter() {
        let held = entry.cards.iter().filter(|card| card.authorizations > 0);
        for day in held.filter_map(|card| card.expires_on) {
            cards[0] += usize::from(lapsed(day));
            cards[1] += usize::from(lapsing(day));
        }
        if let Some(day) = entry.waiver_expires {
            waivers[0] += usize::from(lapsed(day));
            waivers[1] += usize::from(lapsing(day));
        }
        not_accepted += usize::from(!entry.acceptance.suffices(in_force.policy));
    }
    let params = json!({
        "week": long_date(monday),
        "new": new,
        "lapsed_cards": cards[0],
        "lapsed_waivers": waivers[0],
        "lapsing_cards": cards[1],
        "lapsing_waivers": waivers[1],
        "not_accepted": not_accepted,
        "dead": tools.store.dead_letters().await?,
        "bounced": refused,
        "position": head.position.0,
        "hash": hex(&head.hash),
    });
    Ok(Some(tools.to_an_office(Mail::WeeklyDigest, &params)))
}
