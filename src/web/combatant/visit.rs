//! What a browser keeps for a short while after a link, or a PIN, was right: a cookie that says for what
//! and until when, under a hash that only this register can make. Nothing is stored for it.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::domain::date::Instant;
use crate::domain::id::CombatantId;
use crate::web::cookies::Cookies;
use crate::web::error::AppError;
use crate::web::state::AppState;

/// For how long.
pub const LASTS: Duration = Duration::from_secs(30 * 60);

/// The cookie of somebody's own record.
const RECORD: &str = "record";

/// Somebody who opened their own record a while ago.
#[derive(Debug, Clone, Copy)]
pub struct Visit {
    /// The link that opened it.
    pub link: Uuid,
    /// Whose record it is.
    pub person: CombatantId,
}

fn cookies(state: &AppState) -> Cookies {
    state.sessions.cookies()
}

fn ends(state: &AppState) -> i64 {
    let seconds = i64::try_from(LASTS.as_secs()).unwrap_or_default();
    state.bus().now().plus_seconds(seconds).micros()
}

/// The text `end.hash`, for these parts.
fn seal(state: &AppState, end: i64, parts: &[&[u8]]) -> String {
    let end_bytes = end.to_be_bytes();
    let mut all: Vec<&[u8]> = parts.to_vec();
    all.push(&end_bytes);
    let hash = state.services.store.keyring().visitor_hash(&all);
    format!("{end}.{}", URL_SAFE_NO_PAD.encode(hash))
}

/// Whether a text `end.hash` is ours for these parts, and its end has not come.
fn holds(state: &AppState, text: &str, parts: &[&[u8]]) -> bool {
    let end = text.split('.').next().and_then(|end| end.parse::<i64>().ok());
    let Some(end) = end.filter(|end| Instant::from_micros(*end) > state.bus().now()) else { return false };
    let ours = seal(state, end, parts);
    ours.len() == text.len() && ours.bytes().zip(text.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// The cookie that keeps a record open.
///
/// # Errors
/// Never: the value may stand in a header.
pub fn keep_record(state: &AppState, visit: Visit) -> Result<HeaderValue, AppError> {
    let Visit { link, person } = visit;
    let sealed = seal(state, ends(state), &[b"record", link.as_bytes(), person.0.as_bytes()]);
    cookies(state).set(RECORD, &format!("{}.{}.{sealed}", link.simple(), person.0.simple()), LASTS)
}

/// The cookie that closes it.
///
/// # Errors
/// Never.
pub fn close_record(state: &AppState) -> Result<HeaderValue, AppError> {
    cookies(state).set(RECORD, "", Duration::ZERO)
}

/// Whose record the browser has open.
#[must_use]
pub fn record(state: &AppState, headers: &HeaderMap) -> Option<Visit> {
    let value = cookies(state).get(headers, RECORD)?;
    let mut parts = value.splitn(3, '.');
    let link = Uuid::try_parse(parts.next()?).ok()?;
    let person = Uuid::try_parse(parts.next()?).ok()?;
    let sealed = parts.next()?;
    holds(state, sealed, &[b"record", link.as_bytes(), person.as_bytes()])
        .then_some(Visit { link, person: CombatantId(person) })
}

/// The name of the cookie of a card page: one for each, as families share a browser.
fn card_cookie(state: &AppState, person: CombatantId) -> String {
    let hash = state.services.store.keyring().visitor_hash(&[b"cookie", person.0.as_bytes()]);
    format!("card-{}", URL_SAFE_NO_PAD.encode(&hash[..6]))
}

/// The cookie of somebody who knew the PIN that was set then: another PIN asks again.
///
/// # Errors
/// Never.
pub fn keep_card(state: &AppState, person: CombatantId, set_at: Instant) -> Result<HeaderValue, AppError> {
    let at = set_at.micros().to_be_bytes();
    let sealed = seal(state, ends(state), &[b"card", person.0.as_bytes(), &at]);
    cookies(state).set(&card_cookie(state, person), &sealed, LASTS)
}

/// Whether the browser knew that PIN a while ago.
#[must_use]
pub fn knows_pin(state: &AppState, headers: &HeaderMap, person: CombatantId, set_at: Instant) -> bool {
    let at = set_at.micros().to_be_bytes();
    let value = cookies(state).get(headers, &card_cookie(state, person));
    value.is_some_and(|text| holds(state, text, &[b"card", person.0.as_bytes(), &at]))
}
