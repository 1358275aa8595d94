//! Whose a one-time link is, and what is said when it does not work (L1).

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::personal;
use crate::commands::Command;
use crate::commands::bus::{Along, BusError, Request};
use crate::commands::combatant::CombatantCommand;
use crate::domain::actor::Actor;
use crate::domain::id::{CombatantId, CommandId, StreamVersion};
use crate::domain::mail::LinkPurpose;
use crate::events::evolve::{Record, Standing};
use crate::store::Receipt;
use crate::web::error::AppError;
use crate::web::reading::correlation;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{Audience, CommandForm, Link, MessageView, Page, PersonalView, Tone};

/// Somebody who holds a link that is for this page.
pub struct ByLink {
    /// The link's id.
    pub id: Uuid,
    /// What it is for.
    pub purpose: LinkPurpose,
    /// Whose record it opens.
    pub person: CombatantId,
    /// The record as it is now.
    pub record: Arc<Record>,
    /// The page's own path.
    pub path: String,
    /// Whether it was used or is too old: then only a form that was sent before is answered.
    pub spent: bool,
}

/// Whose link it is, for showing the page; the page that offers another one where it does not work.
///
/// # Errors
/// The database.
pub async fn open(
    state: &AppState,
    token: &str,
    purposes: &[LinkPurpose],
) -> Result<Result<ByLink, Response>, AppError> {
    find(state, token, purposes, false).await
}

/// The same for a form that was sent: a link that is used up is let through, because the same form
/// may have been sent twice, and the log knows what it did the first time.
///
/// # Errors
/// The database.
pub async fn sent(
    state: &AppState,
    token: &str,
    purposes: &[LinkPurpose],
) -> Result<Result<ByLink, Response>, AppError> {
    find(state, token, purposes, true).await
}

async fn find(
    state: &AppState,
    token: &str,
    purposes: &[LinkPurpose],
    spent_too: bool,
) -> Result<Result<ByLink, Response>, AppError> {
    let first = purposes.first().copied().unwrap_or(LinkPurpose::MyRecord);
    let store = &state.services.store;
    let Some(id) = store.keyring().read_link(token) else { return gone(state, first).map(Err) };
    let Some(link) = store.find_link(id).await? else { return gone(state, first).map(Err) };
    let Some(purpose) = purposes.iter().copied().find(|purpose| link.is_for(*purpose)) else {
        return gone(state, first).map(Err);
    };
    let spent = !link.is_open(purpose, state.bus().now());
    if spent && !spent_too {
        return gone(state, purpose).map(Err);
    }
    let person = CombatantId(link.subject);
    let record = state.bus().record(person).await?;
    if record.standing != Standing::Active {
        return gone(state, purpose).map(Err);
    }
    Ok(Ok(ByLink { id, purpose, person, record, path: format!("{}{token}", purpose.page()), spent }))
}

/// A link that does not work, and how to get another: the same for every reason.
///
/// # Errors
/// A broken template.
pub fn gone(state: &AppState, purpose: LinkPurpose) -> Result<Response, AppError> {
    let (href, label) = match purpose {
        LinkPurpose::AcceptPolicy => ("/request-card", "Send me a new one"),
        LinkPurpose::UpdateDetails | LinkPurpose::ConfirmAddress => {
            ("/update-info", "Send me a new link to update my details")
        }
        LinkPurpose::SetPin | LinkPurpose::ResetPin => ("/request-card", "Send me a new one with my card"),
        LinkPurpose::MyRecord => ("/my-record", "Send me a new link to my record"),
    };
    let mut paragraphs = vec![
        "Links that we mail work once and for a limited time. This one was used, is too old, or is not whole."
            .to_owned(),
        "Nothing was changed. Ask for a new one.".to_owned(),
    ];
    if purpose == LinkPurpose::ResetPin {
        paragraphs
            .push("If you forgot your PIN, the Minister of the Lists can mail you another link.".to_owned());
    }
    let view = MessageView {
        tone: Tone::Info,
        heading: "This link no longer works".to_owned(),
        paragraphs,
        next: vec![Link::new(href, label), Link::new("/", "First page")],
    };
    Ok(personal((StatusCode::GONE, message(state, "This link no longer works", view)?).into_response()))
}

/// A page of few words. The address holds a secret: it is not repeated on the page.
pub(super) fn message(state: &AppState, title: &str, view: MessageView) -> Result<Response, AppError> {
    let page = state.public_page(Audience::Public, "/", title, view);
    Ok(personal(state.render(&page, Templates::message)?.into_response()))
}

/// A page with a form.
pub(super) fn page(
    state: &AppState,
    title: &str,
    view: PersonalView,
    status: StatusCode,
) -> Result<Response, AppError> {
    let page: Page<PersonalView> = state.public_page(Audience::Public, "/", title, view);
    Ok(personal((status, state.render(&page, Templates::personal)?).into_response()))
}

/// A fresh command id for a form that is shown.
pub(super) fn fresh(state: &AppState) -> String {
    state.bus().ids().uuid_at(state.bus().now()).to_string()
}

/// A form with what is wrong with it as a whole, where something is.
pub(super) fn refused(form: CommandForm, why: Option<String>) -> CommandForm {
    match why {
        Some(why) => form.refused(why),
        None => form,
    }
}

impl ByLink {
    /// As whom commands are issued.
    #[must_use]
    pub const fn actor(&self) -> Actor {
        Actor::LinkHolder(self.id)
    }

    /// Asks for something, which uses the link up. `body` makes a form that is sent again the same command.
    ///
    /// # Errors
    /// [`BusError::LinkSpent`] where it was used up by another one.
    pub async fn ask(
        &self,
        state: &AppState,
        command_id: CommandId,
        body: &[u8],
        seen: Option<StreamVersion>,
        command: CombatantCommand,
        along: Along,
    ) -> Result<Receipt, BusError> {
        let request = Request {
            command_id,
            actor: self.actor(),
            correlation_id: correlation(state),
            body: [self.path.as_bytes(), b"\n", body].concat(),
            seen,
            command: Command::Combatant { combatant: self.person, command },
        };
        state.bus().execute_along(request, &Along { uses: Some(self.id), ..along }).await
    }

    /// What becomes of a refusal that the page itself cannot show.
    ///
    /// # Errors
    /// Everything but a link that is used up.
    pub fn failed(&self, state: &AppState, error: BusError) -> Result<Response, AppError> {
        match error {
            BusError::LinkSpent => gone(state, self.purpose),
            BusError::Refused(_) if self.spent => gone(state, self.purpose),
            other => Err(other.into()),
        }
    }
}
