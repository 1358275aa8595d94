//! The one pass that every request takes, there and back: request id,
//! admission ([`guard`]), patience, error pages, headers, log line, count.
//!
//! One pass and not a stack of layers: a kept page costs a look-up, and what
//! is around it must not cost more than the page.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use uuid::Uuid;

use super::error::{AppError, Report};
use super::form::Sent;
use super::guard::{self, SentForm};
use super::session::CurrentOfficer;
use super::state::AppState;
use super::views::{Audience, ErrorView, ForbiddenView, Hidden, Page, SignedOutView, href};
use crate::clock::{Clock, IdSource};
use crate::commands::authorize::Denied;
use crate::domain::id::CorrelationId;
use crate::domain::permission::GrantScope;

/// The answer's headers, ready made. A handler that sets one of them keeps its own.
const HEADERS: [(HeaderName, HeaderValue); 7] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; \
             form-action 'self'; frame-ancestors 'none'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (
        HeaderName::from_static("permissions-policy"),
        HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
];
const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000; includeSubDomains");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const HTML: HeaderValue = HeaderValue::from_static("text/html; charset=utf-8");
const PROBLEM: HeaderValue = HeaderValue::from_static("application/problem+json");

/// After so long an answer is given up, if the database is away: several statements of one
/// request may each have waited for it.
const PATIENCE: Duration = Duration::from_millis(4800);
/// Without a word for so long, the database counts as away.
const AWAY: Duration = Duration::from_secs(3);

/// Names one request: on its error page, in the log, and as correlation id of
/// every event that it caused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId(Uuid);

/// Gives request ids: ordered by time, unpredictable enough, and without a
/// call to the operating system for each.
pub struct RequestIds {
    seed: [u8; 8],
    count: AtomicU64,
}

impl RequestId {
    /// The id for events.
    #[must_use]
    pub const fn correlation(self) -> CorrelationId {
        CorrelationId(self.0)
    }

    /// The id as people read it.
    #[must_use]
    pub fn text(self) -> String {
        self.0.simple().to_string()
    }
}

impl RequestIds {
    /// A source with a seed of its own.
    #[must_use]
    pub fn new(ids: &dyn IdSource) -> Self {
        let mut seed = [0; 8];
        ids.fill(&mut seed);
        Self { seed, count: AtomicU64::new(0) }
    }

    fn next(&self, clock: &dyn Clock) -> RequestId {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        // An odd factor: every count gives another number.
        let mixed = (u64::from_be_bytes(self.seed) ^ count).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let mut random = [0; 10];
        random[..2].copy_from_slice(&self.seed[..2]);
        random[2..].copy_from_slice(&mixed.to_be_bytes());
        let millis = u64::try_from(clock.now().micros() / 1000).unwrap_or(0);
        RequestId(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }
}

impl<S: Sync> FromRequestParts<S> for RequestId {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        let id = parts.extensions.get::<Self>().copied();
        id.ok_or_else(|| AppError::Internal("a request without an id".to_owned()))
    }
}

/// What is remembered of a request for the case that its answer is an error.
struct Asked {
    id: RequestId,
    accept: Option<HeaderValue>,
    cookie: Option<HeaderValue>,
    desk: bool,
    /// A form of the desk, and where it goes.
    form: Option<(String, SentForm)>,
}

/// The pass.
pub async fn pass(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = state.request_ids.next(state.services.clock.as_ref());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = request.method().clone();
    let path = request.uri().path();
    let mut asked = Asked {
        id,
        accept: request.headers().get(header::ACCEPT).cloned(),
        cookie: request.headers().get(header::COOKIE).cloned(),
        desk: path.starts_with("/desk") || path.starts_with("/audit"),
        form: None,
    };
    request.extensions_mut().insert(id);
    let safe = matches!(method, Method::GET | Method::HEAD | Method::OPTIONS);
    let admitted = if safe { Ok(request) } else { guard::admit(&state.config, request).await };
    let mut answer = match admitted {
        Ok(request) => {
            if asked.desk
                && let Some(form) = request.extensions().get::<SentForm>()
            {
                let to = request.uri().path_and_query().map_or("/desk", |to| to.as_str());
                asked.form = Some((to.to_owned(), form.clone()));
            }
            let otherwise = if safe { AppError::Busy } else { AppError::OutcomeUnknown };
            in_time(&state, pin!(surviving(next.run(request))), otherwise).await
        }
        Err(error) => error.into_response(),
    };
    if needs_page(&answer) {
        answer = error_page(&state, asked, answer).await;
    }
    let status = answer.status();
    let headers = answer.headers_mut();
    headers.reserve(HEADERS.len() + 2);
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(value);
    }
    if state.config.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    let mut text = Uuid::encode_buffer();
    if let Ok(value) = HeaderValue::from_str(id.0.simple().encode_lower(&mut text)) {
        headers.insert(REQUEST_ID, value);
    }
    let took = started.elapsed();
    let route = route.as_ref().map_or("none", MatchedPath::as_str);
    state.metrics.count(route, status.as_u16(), took.as_secs_f64());
    tracing::info!(
        target: "emol::access",
        method = method.as_str(),
        route,
        status = status.as_u16(),
        micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        request = %id.0.simple(),
        "answered"
    );
    answer
}

/// The answer, and an error page in place of a panic: a fault of ours costs one request its answer, and nobody a word.
async fn surviving(answer: impl Future<Output = Response>) -> Response {
    let mut answer = pin!(answer);
    poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(context)));
        polled.unwrap_or_else(|_| {
            Poll::Ready(AppError::Internal("the handler panicked".to_owned()).into_response())
        })
    })
    .await
}

/// The answer; or, while the database is away, what is said instead after [`PATIENCE`].
async fn in_time(
    state: &AppState,
    mut answer: Pin<&mut impl Future<Output = Response>>,
    otherwise: AppError,
) -> Response {
    // A kept page is there at once, and a clock for it would cost as much as looking it up.
    if let Poll::Ready(answer) = poll_fn(|context| Poll::Ready(answer.as_mut().poll(context))).await {
        return answer;
    }
    let mut patience = PATIENCE;
    loop {
        match tokio::time::timeout(patience, &mut answer).await {
            Ok(answer) => return answer,
            Err(_) if state.pages.contact().ago() > AWAY => return otherwise.into_response(),
            // The database answers: the page is slow, and not lost.
            Err(_) => patience = Duration::from_millis(200),
        }
    }
}

/// A report, or an error that the framework wrote as bare text or nothing.
fn needs_page(answer: &Response) -> bool {
    if answer.extensions().get::<Report>().is_some() {
        return true;
    }
    let status = answer.status();
    (status.is_client_error() || status.is_server_error())
        && answer
            .headers()
            .get(header::CONTENT_TYPE)
            .is_none_or(|kind| kind.as_bytes().starts_with(b"text/plain"))
}

/// Whether the answer goes to a program: it asks for JSON and not for HTML.
fn wants_json(accept: Option<&HeaderValue>) -> bool {
    let accept = accept.and_then(|value| value.to_str().ok()).unwrap_or_default();
    accept.contains("json") && !accept.contains("text/html")
}

async fn error_page(state: &AppState, asked: Asked, answer: Response) -> Response {
    let (mut parts, _) = answer.into_parts();
    let report = parts.extensions.remove::<Report>();
    let json = wants_json(asked.accept.as_ref());
    if parts.status.is_redirection() {
        let waits = if json { None } else { asked.form.as_ref().and_then(|form| signed_out(state, form)) };
        if !json && waits.is_none() {
            return Response::from_parts(parts, Body::empty());
        }
        parts.status = StatusCode::UNAUTHORIZED;
        parts.headers.remove(header::LOCATION);
        if let Some(page) = waits {
            parts.headers.insert(header::CONTENT_TYPE, HTML);
            return Response::from_parts(parts, Body::from(page));
        }
    }
    let status = parts.status.as_u16();
    let id = asked.id.text();
    let mut view = ErrorView::of(status, &id);
    let kind = report.as_ref().map_or("http", |report| report.kind);
    let mut denied = None;
    if let Some(report) = report {
        if let Some(heading) = report.heading {
            heading.clone_into(&mut view.heading);
        }
        view.what = report.what.unwrap_or(view.what);
        if !report.todo.is_empty() {
            view.todo = report.todo;
        }
        denied = report.denied;
    }
    let (kind, body) = if json {
        (PROBLEM, Problem::of(&view, kind, &id).text())
    } else {
        (HTML, html(state, &asked, view, denied).await)
    };
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, kind);
    Response::from_parts(parts, Body::from(body))
}

/// The page on which a form waits whose sender is signed in no more; none where nothing was typed.
fn signed_out(state: &AppState, (action, form): &(String, SentForm)) -> Option<String> {
    let sent = Sent::read(&form.0).ok()?;
    let fields = sent.fields().map(|(name, value)| Hidden { name: name.to_owned(), value: value.to_owned() });
    let view = SignedOutView {
        action: action.clone(),
        fields: fields.collect(),
        sign_in: href("/auth/login", &[("next", "/desk")]),
    };
    if view.fields.is_empty() {
        return None;
    }
    let page = Page::public(&state.site().site, Audience::Public, "/", "Signed out", view);
    state.templates.signed_out(&page).inspect_err(|error| tracing::error!(%error, "a page failed")).ok()
}

async fn html(state: &AppState, asked: &Asked, view: ErrorView, denied: Option<Denied>) -> String {
    let site = &state.site().site;
    let title = view.heading.clone();
    let fallback = format!("{title}. {} Request {}", view.what, view.request_id);
    // Without the database nobody knows who asks, and the page must not wait for it once more.
    let known = view.status != StatusCode::SERVICE_UNAVAILABLE.as_u16();
    let officer = if known && (asked.desk || denied.is_some()) {
        officer(state, asked.cookie.as_ref()).await
    } else {
        None
    };
    let page = |view| match &officer {
        Some(officer) => Page::desk(site, &officer.chrome(), "/desk", &title, view),
        None => Page::public(site, Audience::Public, "/", &title, view),
    };
    let rendered = match (&officer, denied) {
        (Some(officer), Some(Denied::Lacking { permission, discipline })) => {
            let names = &officer.kingdom.catalogue.disciplines;
            let scope = discipline.map_or_else(
                || "the kingdom".to_owned(),
                |slug| names.get(&slug).map_or_else(|| slug.to_string(), |state| state.name.clone()),
            );
            let view = ForbiddenView {
                tried: "This".to_owned(),
                permission: permission.as_str().to_owned(),
                scope,
                allows: lower_first(permission.describe()),
                held: held(officer),
                request_id: asked.id.text(),
            };
            state.templates.forbidden(&Page::desk(site, &officer.chrome(), "/desk", &title, view))
        }
        _ => state.templates.error(&page(view)),
    };
    rendered.unwrap_or_else(|error| {
        tracing::error!(%error, "the error page itself failed");
        fallback
    })
}

async fn officer(state: &AppState, cookie: Option<&HeaderValue>) -> Option<CurrentOfficer> {
    let headers: HeaderMap = cookie.map(|value| (header::COOKIE, value.clone())).into_iter().collect();
    let token = state.sessions.token_of(&headers)?;
    state.sessions.officer(token).await.ok().flatten()
}

fn held(officer: &CurrentOfficer) -> Vec<String> {
    let names = &officer.kingdom.catalogue.disciplines;
    let grants = officer.state().map(|state| state.grants.iter()).into_iter().flatten();
    grants
        .map(|grant| match grant.scope() {
            GrantScope::Kingdom => format!("{} for the kingdom", grant.permission()),
            GrantScope::Discipline(slug) => {
                let name = names.get(slug).map_or(slug.as_str(), |state| state.name.as_str());
                format!("{} for {name}", grant.permission())
            }
        })
        .collect()
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}

/// Problem details for programs (RFC 9457).
#[derive(Debug, Serialize)]
struct Problem<'a> {
    #[serde(rename = "type")]
    kind: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    request_id: &'a str,
}

impl<'a> Problem<'a> {
    fn of(view: &'a ErrorView, kind: &str, request_id: &'a str) -> Self {
        Self {
            kind: if kind == "http" { "about:blank".to_owned() } else { format!("urn:emol:error:{kind}") },
            title: &view.heading,
            status: view.status,
            detail: &view.what,
            request_id,
        }
    }

    fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_costs_one_request_its_answer() {
        let panics = async { panic!("what somebody typed") };
        assert_eq!(surviving(panics).await.status(), StatusCode::INTERNAL_SERVER_ERROR);
        let later = async {
            tokio::task::yield_now().await;
            panic!("what somebody typed")
        };
        let answer = surviving(later).await;
        assert!(answer.extensions().get::<Report>().is_some(), "it becomes a page");
        let well = async { StatusCode::NO_CONTENT.into_response() };
        assert_eq!(surviving(well).await.status(), StatusCode::NO_CONTENT);
    }
}
