//! A card page that asks for a PIN (L3, L4), and nothing else does.
//!
//! In this order: is it locked; is there a turn (two hashes at once); is there a try left, which is
//! counted before the PIN is looked at, so that fifty guesses at once are five; is it right. Whoever
//! was right is remembered for half an hour by a cookie, until another PIN is set.

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};

use super::link::{fresh, page};
use super::{personal, visit};
use crate::commands::Command;
use crate::commands::bus::Request;
use crate::commands::combatant::lock_pin::LockPin;
use crate::domain::actor::Actor;
use crate::domain::card_id::{CardId, CardIdForm};
use crate::domain::date::Instant;
use crate::domain::id::{CombatantId, CommandId};
use crate::domain::pin::Pin;
use crate::projections::card::CardView;
use crate::store::{PinHeld, PinTry};
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::guard::ClientAddress;
use crate::web::pass::RequestId;
use crate::web::public::card::missed;
use crate::web::reading::correlation;
use crate::web::state::AppState;
use crate::web::views::{CommandForm, Field, Kind, Link, PersonalView, Width};

/// What a card page has to do about a PIN.
pub enum Guarded {
    /// Nothing: the page is for whoever has the link, and may be kept.
    No,
    /// The browser knew the PIN a while ago: the page is for it alone.
    Passed,
    /// Show this instead.
    Ask(Response),
}

/// Whether a card page may be shown to this browser.
///
/// # Errors
/// The database; a broken template.
pub async fn guard(
    state: &AppState,
    card: &CardView,
    card_id: &CardId,
    headers: &HeaderMap,
) -> Result<Guarded, AppError> {
    let Some((whose, pin)) = held(state, card).await? else { return Ok(Guarded::No) };
    if visit::knows_pin(state, headers, whose, pin.set_at) {
        return Ok(Guarded::Passed);
    }
    let answer = match pin.locked(state.bus().now()) {
        Some(until) => locked(state, until)?,
        None => ask(state, card_id, None, StatusCode::OK)?,
    };
    Ok(Guarded::Ask(answer))
}

/// The PIN that a card page asks for, if it does, and whose it is (L3): the person's, or else that of the joined
/// record whose address led here, which asked for it before (P6).
async fn held(state: &AppState, card: &CardView) -> Result<Option<(CombatantId, PinHeld)>, AppError> {
    let joined = (card.asked != card.id).then_some(card.asked);
    for whose in std::iter::once(card.id).chain(joined) {
        if state.kingdom().catalogue.asks_pin(whose)
            && let Some(pin) = state.services.store.pin(whose.0).await?
        {
            return Ok(Some((whose, pin)));
        }
    }
    Ok(None)
}

fn ask(
    state: &AppState,
    card_id: &CardId,
    wrong: Option<String>,
    status: StatusCode,
) -> Result<Response, AppError> {
    let field = Field::new(Kind::Password, "pin", "PIN")
        .required()
        .autocomplete("current-password")
        .at_most(8)
        .width(Width::Short)
        .error(wrong);
    let form = CommandForm::new(
        "card-pin",
        &format!("/card/{}/pin", card_id.as_str()),
        "Show the card",
        fresh(state),
        vec![field],
    );
    let view = PersonalView {
        // Nobody is named before the PIN is right.
        heading: "This card asks for its PIN".to_owned(),
        lead: None,
        paragraphs: forgotten(),
        policy: None,
        form: Some(form),
        next: Vec::new(),
    };
    page(state, "PIN", view, status)
}

fn forgotten() -> Vec<String> {
    vec!["Forgotten? The Minister of the Lists can mail a link to set another one.".to_owned()]
}

/// Too many were wrong (L4).
fn locked(state: &AppState, until: Instant) -> Result<Response, AppError> {
    let seconds = ((until.micros() - state.bus().now().micros()) / 1_000_000).max(1);
    let minutes = (seconds + 59) / 60;
    let wait = if minutes == 1 { "a minute".to_owned() } else { format!("{minutes} minutes") };
    let view = PersonalView {
        heading: "This card is locked for a while".to_owned(),
        lead: Some(format!("Too many wrong PINs were tried. Try again in {wait}.")),
        paragraphs: forgotten(),
        policy: None,
        form: None,
        next: vec![Link::new("/", "First page")],
    };
    let mut answer = page(state, "Locked", view, StatusCode::TOO_MANY_REQUESTS)?;
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    Ok(answer)
}

/// `/card/<id>/pin`: one try.
///
/// # Errors
/// [`AppError::TooMany`] after too many wrong PINs from one address, or while too many are looked at.
pub async fn try_pin(
    State(state): State<AppState>,
    Path(text): Path<String>,
    from: ClientAddress,
    id: RequestId,
    body: Bytes,
) -> Result<Response, AppError> {
    let Ok(card_id) = CardId::parse(&text) else { return missed(&state, from, id) };
    if card_id.form() == CardIdForm::Legacy {
        state.misses.check(&from.counted)?;
    }
    let required = state.kingdom().catalogue.policies.required_on(state.today());
    let Some(card) = state.services.cards.find(&card_id, required).await? else {
        return missed(&state, from, id);
    };
    let to_card = Redirect::to(&format!("/card/{}", card_id.as_str())).into_response();
    let Some((whose, held)) = held(&state, &card).await? else { return Ok(personal(to_card)) };
    let now = state.bus().now();
    if let Some(until) = held.locked(now) {
        return locked(&state, until);
    }
    state.visitors.wrong_pins.check(&from.counted)?;
    let sent = Sent::read(&body)?;
    let Ok(pin) = Pin::read(sent.text("pin")) else {
        let why = "Type the digits of the PIN".to_owned();
        return ask(&state, &card_id, Some(why), StatusCode::UNPROCESSABLE_ENTITY);
    };
    let rules = state.kingdom().catalogue.rulebook_on(state.today()).rules.pin;
    let until = now.plus_seconds(i64::from(rules.lock_minutes) * 60);
    let store = &state.services.store;
    let turn = state.visitors.hash_turn().await?;
    let PinTry::Allowed { left } = store.take_pin_try(whose.0, rules.tries, now, until).await? else {
        return locked(&state, store.pin(whose.0).await?.and_then(|pin| pin.locked(now)).unwrap_or(until));
    };
    let (keyring, hash) = (store.keyring().clone(), held.hash.clone());
    let right = tokio::task::spawn_blocking(move || keyring.is_pin(&pin, &hash)).await;
    let right = right.map_err(|why| AppError::Internal(why.to_string()))??;
    drop(turn);
    if right {
        store.pin_was_right(whose.0, left == 0).await?;
        let mut answer = personal(to_card);
        let cookie = visit::keep_card(&state, whose, held.set_at)?;
        answer.headers_mut().append(header::SET_COOKIE, cookie);
        return Ok(answer);
    }
    state.visitors.wrong_pins.note(from.counted);
    if left == 0 {
        // Nothing is recorded about a record that was joined to another one, and nobody mailed for it.
        if whose == card.id {
            lock(&state, whose).await;
        }
        return locked(&state, until);
    }
    let tries = if left == 1 { "One more try".to_owned() } else { format!("{left} more tries") };
    ask(&state, &card_id, Some(format!("This is not the PIN. {tries}")), StatusCode::UNPROCESSABLE_ENTITY)
}

/// Records the lock, and mails the person once. The card is locked also where that fails.
async fn lock(state: &AppState, person: CombatantId) {
    let bus = state.bus();
    let request = Request {
        command_id: CommandId(bus.ids().uuid_at(bus.now())),
        actor: Actor::Process("card-page".to_owned()),
        correlation_id: correlation(state),
        body: Vec::new(),
        seen: None,
        command: Command::Combatant { combatant: person, command: LockPin.into() },
    };
    if let Err(error) = bus.execute(request).await {
        tracing::error!(%error, "a card page was locked, and that could not be recorded");
    }
}
