//! `/welcome/<token>`: the privacy policy, to accept or decline (V1 to V4, V8).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::link::{ByLink, Instead, SentByLink, fresh, message, page, refused};
use super::{personal, shown};
use crate::commands::bus::{Along, link_of};
use crate::commands::combatant::accept_policy::AcceptPolicy;
use crate::commands::combatant::erase::Erase;
use crate::domain::card_id::CardId;
use crate::domain::id::Position;
use crate::domain::mail::LinkPurpose;
use crate::domain::policy::dated;
use crate::events::combatant::ErasureCause;
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::markdown;
use crate::web::state::AppState;
use crate::web::views::{CommandForm, Field, Kind, Link, MessageView, PersonalView, PolicyText, Tone};

/// The policy in force and two questions.
///
/// # Errors
/// The database; a broken template.
pub async fn show(State(state): State<AppState>, by: ByLink) -> Result<Response, AppError> {
    form(&state, &by, None, StatusCode::OK)
}

fn form(
    state: &AppState,
    by: &ByLink,
    back: Option<(&Sent, String)>,
    status: StatusCode,
) -> Result<Response, AppError> {
    let kingdom = state.kingdom();
    let Some(policy) = kingdom.catalogue.policies.in_force_on(state.today()) else {
        let view = MessageView {
            tone: Tone::Info,
            heading: "There is no privacy policy yet".to_owned(),
            paragraphs: vec!["Your link keeps working. Come back when there is one.".to_owned()],
            button: None,
            next: vec![Link::new("/", "First page")],
        };
        return message(state, "There is no privacy policy yet", view);
    };
    let listed = match &back {
        Some((sent, _)) => sent.text("listed") == "yes",
        None => by.record.listed,
    };
    let keep = Field::new(Kind::Check, "keep", "Keep me on file, as this policy says")
        .ticked(back.as_ref().is_some_and(|(sent, _)| sent.text("keep") == "yes"))
        .error(back.as_ref().map(|(_, why)| why.clone()));
    let public = Field::new(Kind::Check, "listed", "Also list me publicly by my SCA name")
        .hint("If you like. People find you when they ask who may fight. Minors are never listed. You can change this any time.")
        .ticked(listed);
    let version = policy.version.to_string();
    let form = CommandForm::new("accept", &by.path, "I accept", fresh(state), vec![keep, public])
        .with_hidden("version", version.clone());
    let view = PersonalView {
        heading: format!("Welcome, {}", shown::name(&by.record)),
        lead: Some(
            "Somebody put you on the register of combat authorizations. Please read what is kept about you, and say \
             whether you agree."
                .to_owned(),
        ),
        paragraphs: Vec::new(),
        policy: Some(PolicyText {
            version,
            approved_on: policy.approved_on.into(),
            text: markdown::render(&dated(&policy.text, policy.approved_on)),
        }),
        form: Some(form),
        next: vec![Link::new(format!("{}/decline", by.path), "I don’t agree")],
    };
    page(state, "Welcome", view, status)
}

/// Accepts.
///
/// # Errors
/// The database; what the log does not allow.
pub async fn accept(State(state): State<AppState>, sent: SentByLink) -> Result<Response, Instead> {
    let SentByLink { by, form: typed, .. } = &sent;
    let again = |why| form(&state, by, Some((typed, why)), StatusCode::UNPROCESSABLE_ENTITY);
    let (keep, listed) = (typed.ticked("keep")?, typed.ticked("listed")?);
    if !keep {
        return Ok(again("Tick this to agree, or follow “I don’t agree” below".to_owned())?);
    }
    let mut random = [0; 10];
    state.bus().ids().fill(&mut random);
    let command = AcceptPolicy {
        policy_version: Some(typed.text("version").to_owned()),
        imported: false,
        listed,
        card_id: CardId::from_random(&random),
    };
    let receipt = sent.ask(&state, command.into(), Along::default(), again).await?;
    accepted(&state, by, link_of(sent.command_id, LinkPurpose::SetPin, by.person), receipt.last).await
}

/// On to a PIN where the card page asks for one, or to the card.
async fn accepted(
    state: &AppState,
    by: &ByLink,
    pin_link: uuid::Uuid,
    last: Position,
) -> Result<Response, Instead> {
    let store = &state.services.store;
    shown::wait(state, last).await;
    if store.find_link(pin_link).await?.is_some() {
        let to = format!("{}{}", LinkPurpose::SetPin.page(), store.keyring().link_text(pin_link));
        return Ok(personal(Redirect::to(&to).into_response()));
    }
    let record = state.bus().record(by.person).await?;
    let view = MessageView {
        tone: Tone::Good,
        heading: "Thank you".to_owned(),
        paragraphs: vec![
            "You are on the register. Your card has a page of its own: whoever has its link can see it, so keep the \
             link where you find it again."
                .to_owned(),
            if record.listed {
                "You are listed publicly, unless you are a minor.".to_owned()
            } else {
                "You are not listed publicly.".to_owned()
            },
        ],
        button: None,
        next: shown::card_link(&record).into_iter().chain([Link::new("/", "First page")]).collect(),
    };
    Ok(message(state, "Thank you", view)?)
}

/// Asks once more (V3).
///
/// # Errors
/// The database; a broken template.
pub async fn doubt(State(state): State<AppState>, by: ByLink) -> Result<Response, AppError> {
    doubting(&state, &by, None, StatusCode::OK)
}

fn doubting(
    state: &AppState,
    by: &ByLink,
    why: Option<String>,
    status: StatusCode,
) -> Result<Response, AppError> {
    let action = format!("{}/decline", by.path);
    let form = CommandForm::new("decline", &action, "Erase what is kept about me", fresh(state), Vec::new())
        .dangerous();
    let view = PersonalView {
        heading: "You don’t agree?".to_owned(),
        lead: Some(
            "Without your agreement nothing may be kept about you. This is what happens then:".to_owned(),
        ),
        paragraphs: shown::consequences(state, &by.record),
        policy: None,
        form: Some(refused(form, why)),
        next: vec![Link::new(by.path.clone(), "Back to the policy")],
    };
    page(state, "You don’t agree?", view, status)
}

/// Declines: the person is erased (V3, V6), and the Minister of the Lists is told.
///
/// # Errors
/// The database; what the log does not allow.
pub async fn decline(State(state): State<AppState>, sent: SentByLink) -> Result<Response, Instead> {
    let again = |why| doubting(&state, &sent.by, Some(why), StatusCode::UNPROCESSABLE_ENTITY);
    let command = Erase::by(ErasureCause::Declined);
    sent.ask(&state, command.into(), Along::default(), again).await?;
    Ok(shown::erased(&state)?)
}
