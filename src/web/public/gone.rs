//! Addresses that people have from the original, and those that nobody has.

use axum::extract::State;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};

use crate::web::error::AppError;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{Audience, Link, MessageView, Tone};

/// `/marshal-list`, now `/marshals`.
///
/// # Errors
/// Never.
pub async fn marshal_list() -> Result<Response, AppError> {
    moved("/marshals")
}

/// `/combatants`, now `/desk/people`.
///
/// # Errors
/// Never.
pub async fn combatants() -> Result<Response, AppError> {
    moved("/desk/people")
}

/// The way to where something is now.
///
/// # Errors
/// The address is none.
pub fn moved(to: &str) -> Result<Response, AppError> {
    let to = HeaderValue::try_from(to).map_err(|why| AppError::Internal(why.to_string()))?;
    Ok((StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, to)]).into_response())
}

/// `/self-serve-update/…`: codes of the original work no more.
///
/// # Errors
/// A broken template.
pub async fn update_link(State(state): State<AppState>) -> Result<Html<String>, AppError> {
    used_up(&state, "/update-info", "Send me a new link to update my details")
}

/// `/privacy-policy/…`: consent codes of the original work no more.
///
/// # Errors
/// A broken template.
pub fn policy_link(state: &AppState) -> Result<Html<String>, AppError> {
    used_up(state, "/request-card", "Send me a new one")
}

/// `/pin/…`: PIN links of the original work no more.
///
/// # Errors
/// A broken template.
pub async fn pin_link(State(state): State<AppState>) -> Result<Html<String>, AppError> {
    used_up(&state, "/request-card", "Send me a new one")
}

fn used_up(state: &AppState, href: &str, label: &str) -> Result<Html<String>, AppError> {
    let view = MessageView {
        tone: Tone::Info,
        heading: "This link no longer works".to_owned(),
        paragraphs: vec![
            "Links that we mail work once and for a limited time, and links of the former site ended with it."
                .to_owned(),
            "Nothing was changed. Ask for a new one.".to_owned(),
        ],
        button: None,
        next: vec![Link::new(href, label), Link::new("/", "First page")],
    };
    // The address holds a code: it is not repeated on the page.
    state.render(
        &state.public_page(Audience::Public, "/", "This link no longer works", view),
        Templates::message,
    )
}

/// Any other address. One with slashes at its end leads to the same without them.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn nothing(method: Method, uri: Uri) -> Result<Response, AppError> {
    let bare = uri.path().trim_end_matches('/');
    // Browsers read two slashes, of either kind, as the beginning of another site's name.
    let ours = bare.starts_with('/') && !bare.contains("//") && !bare.contains('\\');
    if bare == uri.path() || !ours || !matches!(method, Method::GET | Method::HEAD) {
        return Err(AppError::NotFound);
    }
    match uri.query() {
        Some(query) => moved(&format!("{bare}?{query}")),
        None => moved(bare),
    }
}
