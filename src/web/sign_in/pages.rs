//! What is said when a sign-in does not come about: what happened, and what to do.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::id_token::Refused;
use super::provider::Fault;
use crate::web::error::AppError;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{Audience, Link, MessageView, Tone, href};

/// When to come back to a provider that is away, in seconds.
const LATER: HeaderValue = HeaderValue::from_static("30");

fn page(
    state: &AppState,
    status: StatusCode,
    tone: Tone,
    heading: &str,
    paragraphs: &[&str],
    next: Vec<Link>,
) -> Result<Response, AppError> {
    let view = MessageView {
        tone,
        heading: heading.to_owned(),
        paragraphs: paragraphs.iter().map(|text| (*text).to_owned()).collect(),
        button: None,
        next,
    };
    shown(state, status, view)
}

fn shown(state: &AppState, status: StatusCode, view: MessageView) -> Result<Response, AppError> {
    let page = state.public_page(Audience::Public, "/auth/callback", "Sign in", view);
    let mut answer = (status, state.render(&page, Templates::message)?).into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if status == StatusCode::SERVICE_UNAVAILABLE {
        headers.insert(header::RETRY_AFTER, LATER);
    }
    Ok(answer)
}

/// Whether to sign out.
pub fn sign_out(state: &AppState) -> Result<Response, AppError> {
    let view = MessageView {
        tone: Tone::Info,
        heading: "Sign out?".to_owned(),
        paragraphs: vec!["What is typed in other tabs and was not sent stays there.".to_owned()],
        button: Some(Link::new("/auth/logout", "Sign out")),
        next: vec![
            Link::new("/desk", "Back to the desk"),
            Link::new("/desk/sessions", "Where you are signed in"),
        ],
    };
    shown(state, StatusCode::OK, view)
}

fn again(next: Option<&str>) -> Vec<Link> {
    vec![
        Link::new(href("/auth/login", &[("next", next.unwrap_or_default())]), "Sign in again"),
        Link::new("/", "First page"),
    ]
}

/// No identity provider is set up.
pub fn none_set_up(state: &AppState) -> Result<Response, AppError> {
    let text = "This server knows no identity provider, so nobody can come back from one.";
    let next = vec![Link::new("/", "First page")];
    page(state, StatusCode::NOT_FOUND, Tone::Off, "No sign-in is set up", &[text], next)
}

/// What came back belongs to no sign-in of this browser, or to one that is over.
pub fn not_begun(state: &AppState, next: Option<&str>) -> Result<Response, AppError> {
    tracing::info!("an answer came back that belongs to no sign-in of that browser, or to one that is over");
    let heading = "This sign-in can’t go on";
    let what = "It began in another browser or more than ten minutes ago, or it was used already. \
                Nobody was signed in by it.";
    let todo = "Begin again here. If that does not help, allow this site to keep cookies.";
    page(state, StatusCode::BAD_REQUEST, Tone::Warn, heading, &[what, todo], again(next))
}

/// The provider sent an error back instead of a code.
pub fn of_error(state: &AppState, error: &str, next: Option<&str>) -> Result<Response, AppError> {
    // What stands there came through the browser: only a word of the protocol is repeated, in the log.
    let word = error.len() <= 40 && error.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    tracing::info!(error = if word { error } else { "something else" }, "the provider sent somebody back");
    match error {
        "access_denied" => {
            let what = "You came back without signing in. Nothing happened.";
            page(state, StatusCode::FORBIDDEN, Tone::Info, "You are not signed in", &[what], again(next))
        }
        "temporarily_unavailable" | "server_error" => away(state, next),
        _ => refused(state, next),
    }
}

/// The provider is away, or what it says is not to be believed.
pub fn of_fault(state: &AppState, fault: &Fault, next: Option<&str>) -> Result<Response, AppError> {
    match fault {
        Fault::Setup(_) => tracing::error!(%fault, "nobody can sign in"),
        _ => tracing::warn!(%fault, "a sign-in failed"),
    }
    match fault {
        Fault::Away(_) => away(state, next),
        Fault::Setup(_) => {
            let heading = "Sign-in is not set up rightly";
            let what = "Nobody can sign in until whoever runs this site mends its settings: its log says \
                        what is wrong.";
            page(state, StatusCode::SERVICE_UNAVAILABLE, Tone::Bad, heading, &[what], again(next))
        }
        Fault::Token(Refused::Unverified | Refused::NoAddress) => {
            let what = "Whom you signed in at does not say that your e-mail address is really yours.";
            let todo = "Confirm the address there, in your account’s settings, then sign in again. Or sign \
                        in with another account.";
            let next = account(next);
            page(
                state,
                StatusCode::FORBIDDEN,
                Tone::Warn,
                "Your address is not verified",
                &[what, todo],
                next,
            )
        }
        Fault::Answer(_) | Fault::Token(_) => refused(state, next),
    }
}

fn away(state: &AppState, next: Option<&str>) -> Result<Response, AppError> {
    let heading = "The sign-in service can’t be reached";
    let what = "This site asked the service that you sign in at, and got no answer. Nobody was signed in.";
    let todo = "Try again in a minute. What is public here can be read without signing in.";
    page(state, StatusCode::SERVICE_UNAVAILABLE, Tone::Warn, heading, &[what, todo], again(next))
}

fn refused(state: &AppState, next: Option<&str>) -> Result<Response, AppError> {
    let heading = "The sign-in did not work";
    let what = "What the sign-in service sent back can’t be used. Nobody was signed in.";
    let todo = "Sign in again. If it happens again, tell whoever runs this site: its log says why.";
    page(state, StatusCode::BAD_GATEWAY, Tone::Bad, heading, &[what, todo], again(next))
}

/// No enabled officer has that address. The same for unknown and disabled ones.
pub fn no_officer(
    state: &AppState,
    address: &str,
    host: &str,
    next: Option<&str>,
) -> Result<Response, AppError> {
    let what =
        format!("You signed in at {host} as {address}, and no officer here signs in with that address.");
    let kingdom = state.kingdom();
    let asked = match &kingdom.catalogue.kingdom.mol_email {
        Some(office) => format!("the Minister of the Lists ({office})"),
        None => "the Minister of the Lists".to_owned(),
    };
    let todo =
        format!("If you should be one, ask {asked}. If you have another account, sign in with that one.");
    let heading = "You are not among the officers here";
    page(state, StatusCode::FORBIDDEN, Tone::Warn, heading, &[&what, &todo], account(next))
}

fn account(next: Option<&str>) -> Vec<Link> {
    let way = href("/auth/login", &[("another", "yes"), ("next", next.unwrap_or_default())]);
    vec![Link::new(way, "Sign in with another account"), Link::new("/", "First page")]
}
