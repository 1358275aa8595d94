//! `/request-card` and `/update-info`: what is answered by mail (L2).
//!
//! The answer never depends on whether the address is on file, and nothing is
//! looked up before it is given, so it takes the same time. As long as this
//! kingdom's mail is not set up, the pages say that, and whom to write to.

use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use crate::domain::contact::Email;
use crate::web::error::AppError;
use crate::web::pass::RequestId;
use crate::web::session::MaybeOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{CommandForm, Field, Kind, Link, MessageView, Page, RequestView, Tone};

/// What the forms send. The original's names are understood too.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default, alias = "request-card-email", alias = "update-info-email")]
    email: String,
}

type Template = fn(&Templates, &Page<RequestView>) -> Result<String, handlebars::RenderError>;

/// One of the two pages.
struct Request {
    path: &'static str,
    title: &'static str,
    template: Template,
}

const CARD: Request =
    Request { path: "/request-card", title: "Send me my card", template: Templates::request_card };
const UPDATE: Request =
    Request { path: "/update-info", title: "Update my details", template: Templates::update_info };

/// `/request-card`.
///
/// # Errors
/// A broken template.
pub async fn card(State(state): State<AppState>, officer: MaybeOfficer) -> Result<Html<String>, AppError> {
    page(&state, &officer, &CARD, None)
}

/// `/update-info`.
///
/// # Errors
/// A broken template.
pub async fn update(State(state): State<AppState>, officer: MaybeOfficer) -> Result<Html<String>, AppError> {
    page(&state, &officer, &UPDATE, None)
}

/// `/request-card`, sent.
///
/// # Errors
/// A broken template.
pub async fn ask_card(
    State(state): State<AppState>,
    officer: MaybeOfficer,
    id: RequestId,
    Form(asked): Form<Asked>,
) -> Result<Response, AppError> {
    answer(&state, &officer, &CARD, id, &asked.email)
}

/// `/update-info`, sent.
///
/// # Errors
/// A broken template.
pub async fn ask_update(
    State(state): State<AppState>,
    officer: MaybeOfficer,
    id: RequestId,
    Form(asked): Form<Asked>,
) -> Result<Response, AppError> {
    answer(&state, &officer, &UPDATE, id, &asked.email)
}

/// Whom to write to while no mail is sent.
fn instead(state: &AppState) -> String {
    let whom = match &state.kingdom().catalogue.kingdom.mol_email {
        Some(address) => format!("write to the Minister of the Lists at {address}"),
        None => "ask the Minister of the Lists".to_owned(),
    };
    format!("This register does not send mail yet. Until it does, {whom}.")
}

fn page(
    state: &AppState,
    officer: &MaybeOfficer,
    request: &Request,
    form: Option<CommandForm>,
) -> Result<Html<String>, AppError> {
    let view = RequestView { form, notice: Some(instead(state)) };
    let page = state.public_page(officer.audience(), request.path, request.title, view);
    state.render(&page, request.template)
}

fn answer(
    state: &AppState,
    officer: &MaybeOfficer,
    request: &Request,
    id: RequestId,
    typed: &str,
) -> Result<Response, AppError> {
    if let Err(why) = Email::parse(typed) {
        let field = Field::new(Kind::Email, "email", "E-mail address")
            .required()
            .autocomplete("email")
            .at_most(254)
            .value(typed)
            .error(Some(why.to_string()));
        let form =
            CommandForm::new("ask", request.path, "Send it", id.correlation().to_string(), vec![field]);
        let page = page(state, officer, request, Some(form))?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let view = MessageView {
        tone: Tone::Info,
        heading: "No mail was sent".to_owned(),
        paragraphs: vec![
            instead(state),
            "This answer is the same whether or not the address is on file.".to_owned(),
        ],
        next: vec![Link::new("/", "First page"), Link::new("/register", "Search the register")],
    };
    let page = state.public_page(officer.audience(), request.path, request.title, view);
    Ok(state.render(&page, Templates::message)?.into_response())
}
