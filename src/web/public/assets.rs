//! Stylesheets, script, drawings, and what crawlers are told.

use axum::body::{Body, Bytes};
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};

use crate::web::error::AppError;
use crate::web::state::AppState;

/// Addresses with a hash never change their content.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const AN_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");
const SVG: HeaderValue = HeaderValue::from_static("image/svg+xml");

fn answer(content_type: HeaderValue, caching: HeaderValue, body: Bytes) -> Response {
    let headers = [(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, caching)];
    (headers, Body::from(body)).into_response()
}

/// `/static/…`: a file under its hashed name.
///
/// # Errors
/// [`AppError::NotFound`] for any other name.
pub async fn file(
    State(state): State<AppState>,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, AppError> {
    let asset = state.assets.at(uri.path()).ok_or(AppError::NotFound)?;
    let kind = HeaderValue::from_static(asset.content_type);
    Ok(answer(kind, FOR_EVER, Bytes::copy_from_slice(&asset.bytes)))
}

/// `/theme.css`: the kingdom's colour. Its address changes with the colour.
pub async fn theme(State(state): State<AppState>) -> Response {
    let kind = HeaderValue::from_static("text/css; charset=utf-8");
    answer(kind, AN_HOUR, state.site().theme_css.clone())
}

/// `/favicon.svg`, and `/favicon.ico` for whoever asks for that.
pub async fn favicon(State(state): State<AppState>) -> Response {
    answer(SVG, AN_HOUR, state.site().favicon.clone())
}

/// `/robots.txt`: nothing is indexed.
pub async fn robots() -> Response {
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    answer(kind, AN_HOUR, Bytes::from_static(b"User-agent: *\nDisallow: /\n"))
}

/// `/card-worker.js`: what keeps a card on a phone. Its address stays the same, so browsers ask whether it changed.
///
/// # Errors
/// [`AppError::NotFound`] in a broken build.
pub async fn card_worker(State(state): State<AppState>) -> Result<Response, AppError> {
    let asset = state.assets.named("card-worker.js").ok_or(AppError::NotFound)?;
    let kind = HeaderValue::from_static(asset.content_type);
    Ok(answer(kind, HeaderValue::from_static("no-cache"), Bytes::copy_from_slice(&asset.bytes)))
}
