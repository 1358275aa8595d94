//! `/auth/callback`: where people come back to from the provider.

use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;

use super::begun::{Begun, PURPOSE};
use super::provider::Provider;
use super::{FIRST, begin_session, local, pages, provider};
use crate::commands::bus::KingdomState;
use crate::domain::contact::Email;
use crate::domain::id::OfficerId;
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::guard::ClientAddress;
use crate::web::pass::RequestId;
use crate::web::session::SessionToken;
use crate::web::state::AppState;

/// Ends what `/auth/login` began in this browser, once.
pub async fn callback(
    State(state): State<AppState>,
    address: ClientAddress,
    id: RequestId,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    let Some(provider) = provider(&state) else { return pages::none_set_up(&state) };
    state.sign_ins.take(address.counted)?;
    let sent = Sent::read(query.unwrap_or_default().as_bytes())?;
    let services = &state.services;
    let (now, cookies) = (services.clock.now(), state.sessions.cookies());
    let begun = Begun::of(&headers, cookies, services.store.keyring(), now, sent.text("state"));
    let Some(begun) = begun else { return pages::not_begun(&state, None) };
    if !services.store.use_once(begun.id, PURPOSE, now, begun.until()).await? {
        return pages::not_begun(&state, begun.next.as_deref());
    }
    let old = state.sessions.token_of(&headers);
    let mut answer = end(&state, provider, id, old, &sent, &begun).await?;
    answer.headers_mut().append(header::SET_COOKIE, Begun::gone(cookies)?);
    tidy(&state);
    Ok(answer)
}

/// What becomes of an answer that belongs to this browser's sign-in.
async fn end(
    state: &AppState,
    provider: &Provider,
    id: RequestId,
    old: Option<SessionToken>,
    sent: &Sent,
    begun: &Begun,
) -> Result<Response, AppError> {
    let next = begun.next.as_deref().and_then(local);
    if let Some(error) = sent.filled("error") {
        return pages::of_error(state, error, next);
    }
    let Some(code) = sent.filled("code") else { return pages::of_error(state, "no_code", next) };
    let secrets = begun.secrets(state.services.store.keyring());
    let address = match provider.address(code, sent.filled("iss"), &secrets).await {
        Ok(address) => address,
        Err(fault) => return pages::of_fault(state, &fault, next),
    };
    let Some(officer) = officer_of(&state.kingdom(), &address) else {
        tracing::info!("somebody signed in at the provider who is no officer, or a disabled one");
        return pages::no_officer(state, &address, provider.host(), next);
    };
    state.accounts.take(officer)?;
    begin_session(state, id, old, officer, "openid-connect", next.unwrap_or(FIRST)).await
}

/// The enabled officer with that address, whatever its capitals, as for invitations.
fn officer_of(kingdom: &KingdomState, address: &str) -> Option<OfficerId> {
    let wanted = Email::parse(address).ok()?.key();
    let held = |text: &str| Email::parse(text).is_ok_and(|held| held.key() == wanted);
    let mut officers = kingdom.officers.all.iter().filter(|(_, officer)| officer.enabled);
    officers.find(|(_, officer)| officer.email.text().is_some_and(held)).map(|(id, _)| *id)
}

/// Throws away what nobody needs any more. Nobody waits for that.
fn tidy(state: &AppState) {
    let store = state.services.store.clone();
    let now = state.services.clock.now();
    tokio::spawn(async move {
        let swept = async {
            store.sweep_links(PURPOSE, now).await?;
            store.sweep_sessions(now).await
        };
        if let Err(error) = swept.await {
            tracing::debug!(%error, "what has expired could not be thrown away yet");
        }
    });
}
