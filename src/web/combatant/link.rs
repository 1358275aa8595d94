//! Whose a one-time link is, and what is said when it does not work (L1).

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request as Asked};
use axum::http::StatusCode;
use axum::http::request::Parts;
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
use crate::web::form::{Sent, capital};
use crate::web::reading::correlation;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{Audience, CommandForm, Link, MessageView, Page, PersonalView, Tone};

/// Somebody who holds a link that is for the page that they ask for, and that still works. As an argument of a
/// handler it answers everybody else with the page that offers another link.
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
}

/// A form that was sent by a link. Of a link that is used up or too old, only the form that was sent before is let
/// through: sent twice, it gets its own answer. Anything else is told that the link is gone, before any page that
/// shows the record (L1).
pub struct SentByLink {
    /// Whose link.
    pub by: ByLink,
    /// What was sent.
    pub form: Sent,
    /// The form's number.
    pub command_id: CommandId,
    /// What the form came to, where the link is used up and the form was sent before.
    pub done: Option<Receipt>,
}

/// Whose link an address holds, and whether it was used or is too old.
struct Found {
    by: ByLink,
    spent: bool,
}

/// What is answered instead of what a handler is for.
pub enum Instead {
    /// A page: the link is gone, or the form comes back with what is wrong.
    Page(Box<Response>),
    /// Something went wrong.
    Failed(AppError),
}

impl<E: Into<AppError>> From<E> for Instead {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl IntoResponse for Instead {
    fn into_response(self) -> Response {
        match self {
            Self::Page(page) => *page,
            Self::Failed(error) => error.into_response(),
        }
    }
}

impl Instead {
    /// A page, where it can be made.
    pub(super) fn page(page: Result<Response, AppError>) -> Self {
        page.map_or_else(Self::Failed, |page| Self::Page(Box::new(page)))
    }

    /// The page that offers another link.
    pub(super) fn gone(state: &AppState, purpose: LinkPurpose) -> Self {
        Self::page(gone(state, purpose))
    }
}

impl FromRequestParts<AppState> for ByLink {
    type Rejection = Instead;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Instead> {
        let Found { by, spent } = find(state, parts.uri.path()).await?;
        if spent { Err(Instead::gone(state, by.purpose)) } else { Ok(by) }
    }
}

impl FromRequest<AppState> for SentByLink {
    type Rejection = Instead;

    async fn from_request(request: Asked, state: &AppState) -> Result<Self, Instead> {
        let path = request.uri().path().to_owned();
        let Found { by, spent } = find(state, &path).await?;
        let mut form = Sent::from_request(request, state).await?;
        if matches!(by.purpose, LinkPurpose::SetPin | LinkPurpose::ResetPin) {
            // The digits are no part of what is remembered of the form, under whatever hash.
            form = form.forgotten();
        }
        if !spent {
            let command_id = form.command_id()?;
            return Ok(Self { by, form, command_id, done: None });
        }
        let Ok(command_id) = form.command_id() else { return Err(Instead::gone(state, by.purpose)) };
        match state.bus().recorded(command_id, &by.body(&form)).await {
            Ok(Some(receipt)) => Ok(Self { by, form, command_id, done: Some(receipt) }),
            Ok(None) | Err(BusError::CommandReused) => Err(Instead::gone(state, by.purpose)),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whose link an address holds. What it may be for, the address says as well.
async fn find(state: &AppState, path: &str) -> Result<Found, Instead> {
    let mut purposes = LinkPurpose::ALL.into_iter().filter(|purpose| path.starts_with(purpose.page()));
    let first = purposes.clone().next().ok_or(AppError::NotFound)?;
    let token = path[first.page().len()..].split('/').next().unwrap_or_default();
    let store = &state.services.store;
    let Some(id) = store.keyring().read_link(token) else { return Err(Instead::gone(state, first)) };
    let link = store.find_link(id).await?;
    let held =
        link.and_then(|link| purposes.find(|purpose| link.is_for(*purpose)).map(|for_it| (for_it, link)));
    let Some((purpose, link)) = held else { return Err(Instead::gone(state, first)) };
    let person = CombatantId(link.subject);
    let record = state.bus().record(person).await?;
    if record.standing != Standing::Active {
        return Err(Instead::gone(state, purpose));
    }
    let spent = !link.is_open(purpose, state.bus().now());
    let path = format!("{}{token}", purpose.page());
    Ok(Found { by: ByLink { id, purpose, person, record, path }, spent })
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
        button: None,
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

    /// What becomes of a refusal that the page itself cannot show.
    pub(super) fn failed(&self, state: &AppState, error: BusError) -> Instead {
        match error {
            BusError::LinkSpent => Instead::gone(state, self.purpose),
            other => other.into(),
        }
    }

    /// Goes on while the link works. Asked before a form is shown again: another one may have used the link up since
    /// this one came in (L1).
    ///
    /// # Errors
    /// The page that offers another link.
    pub(super) async fn still_works(&self, state: &AppState) -> Result<(), Instead> {
        let link = state.services.store.find_link(self.id).await?;
        let open = link.is_some_and(|link| link.is_open(self.purpose, state.bus().now()));
        if open { Ok(()) } else { Err(Instead::gone(state, self.purpose)) }
    }

    /// What makes a form that is sent again the same command.
    fn body(&self, form: &Sent) -> Vec<u8> {
        [self.path.as_bytes(), b"\n", form.body()].concat()
    }
}

impl SentByLink {
    /// Asks for something, which uses the link up. Where a rule stands against it, the form is shown `again` with
    /// what the rule says.
    ///
    /// # Errors
    /// What is answered instead: the form again, the page that offers another link, an error.
    pub async fn ask(
        &self,
        state: &AppState,
        command: CombatantCommand,
        along: Along,
        again: impl FnOnce(String) -> Result<Response, AppError>,
    ) -> Result<Receipt, Instead> {
        match self.attempt(state, None, command, along).await {
            Err(BusError::Refused(refusal)) => {
                self.by.still_works(state).await?;
                Err(Instead::page(again(capital(&refusal.to_string()))))
            }
            answer => answer.map_err(|error| self.by.failed(state, error)),
        }
    }

    /// The same, with every refusal as it is. A form that is sent again is the same command, and does nothing more.
    ///
    /// # Errors
    /// [`BusError::LinkSpent`] where the link was used up by another one.
    pub async fn attempt(
        &self,
        state: &AppState,
        seen: Option<StreamVersion>,
        command: CombatantCommand,
        along: Along,
    ) -> Result<Receipt, BusError> {
        if let Some(receipt) = self.done {
            return Ok(receipt);
        }
        let request = Request {
            command_id: self.command_id,
            actor: self.by.actor(),
            correlation_id: correlation(state),
            body: self.by.body(&self.form),
            seen,
            command: Command::Combatant { combatant: self.by.person, command },
        };
        state.bus().execute_along(request, &Along { uses: Some(self.by.id), ..along }).await
    }
}
