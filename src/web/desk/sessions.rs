//! `/desk/sessions`: where the officer is signed in, and how to end that.

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::flash::{self, Done};
use crate::store::sessions::SessionHash;
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::pass::RequestId;
use crate::web::session::CurrentOfficer;
use crate::web::sign_in::record_end;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{Badge, DeskSessionsView, Moment, Page, SessionRow, Tone};

/// The page's address.
const PATH: &str = "/desk/sessions";

/// The officer's own sessions.
pub async fn show(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let settings = &officer.kingdom.catalogue.kingdom;
    let moment = |at| Moment::new(at, settings.zone.tz());
    let own = state.sessions.own(&officer).await?;
    let limits = state.sessions.limits();
    let rows: Vec<_> = own
        .iter()
        .map(|(hash, session, this)| SessionRow {
            key: URL_SAFE_NO_PAD.encode(hash.0),
            since: moment(session.created_at),
            seen: moment(session.seen_at),
            until: moment(session.expires_at),
            here: this.then(|| Badge::new(Tone::Good, "This one")),
        })
        .collect();
    let view = DeskSessionsView {
        others: rows.iter().any(|row| row.here.is_none()),
        rows,
        zone: settings.zone.to_string(),
        idle: span(limits.idle.as_secs()),
        absolute: span(limits.absolute.as_secs()),
    };
    let done = Done::of(&headers);
    let said = done.as_ref().and_then(|done| done.flash(&officer.kingdom));
    let page = Page::desk(&state.site().site, &officer.chrome(), PATH, "Where you are signed in", view);
    let mut answer = state.render(&page.with_flash(said), Templates::desk_sessions)?.into_response();
    if done.is_some() {
        answer.headers_mut().append(header::SET_COOKIE, flash::gone());
    }
    Ok(answer)
}

/// Ends one of them.
pub async fn end(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    id: RequestId,
    body: Bytes,
) -> Result<Response, AppError> {
    let sent = Sent::read(&body)?;
    let mut hash = [0; 32];
    let length = URL_SAFE_NO_PAD.decode_slice(sent.text("session"), &mut hash).ok();
    // Somebody else's session, or one that has ended: there is no such session of this officer.
    if length != Some(hash.len()) || !state.sessions.end_own(officer.id, SessionHash(hash)).await? {
        return Ok(Redirect::to(PATH).into_response());
    }
    record_end(&state, id, officer.id, 1).await;
    ended()
}

/// Ends all but this one.
pub async fn end_others(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    id: RequestId,
) -> Result<Response, AppError> {
    let ended_there = state.sessions.end_others(&officer).await?;
    if ended_there == 0 {
        return Ok(Redirect::to(PATH).into_response());
    }
    record_end(&state, id, officer.id, ended_there).await;
    ended()
}

fn ended() -> Result<Response, AppError> {
    let mut answer = Redirect::to(PATH).into_response();
    answer.headers_mut().append(header::SET_COOKIE, Done::plain("session-ended").cookie()?);
    Ok(answer)
}

/// A span of time in words: `12 hours`, `7 days`.
fn span(seconds: u64) -> String {
    let (count, unit) = match seconds {
        days if days % 86_400 == 0 => (days / 86_400, "day"),
        hours if hours % 3600 == 0 => (hours / 3600, "hour"),
        other => (other.div_ceil(60), "minute"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_said_in_the_largest_unit_that_fits() {
        let said = [(86_400, "1 day"), (604_800, "7 days"), (43_200, "12 hours"), (5400, "90 minutes")];
        for (seconds, text) in said {
            assert_eq!(span(seconds), text);
        }
    }
}
