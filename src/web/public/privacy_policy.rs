//! `/privacy-policy`, its versions, and a draft for whoever has its link (V4, V9).

use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::gone;
use crate::domain::id::Position;
use crate::domain::policy::{PolicyVersion, dated};
use crate::events::evolve::ApprovedPolicy;
use crate::web::error::AppError;
use crate::web::markdown;
use crate::web::pages::{IfNoneMatch, Kept, Key, Shows};
use crate::web::session::MaybeOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{Audience, Link, PrivacyDraftView, PrivacyPolicyView, ShownPolicy, VersionLine};

/// The page's address.
pub const PATH: &str = "/privacy-policy";

/// A draft's link is for whom it was given to: it goes to no other site and into no index.
const SECRET: [(HeaderName, HeaderValue); 2] = [
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow")),
];

/// The policy in force, or that none is approved yet (V9).
///
/// # Errors
/// A broken template.
pub async fn show(
    State(state): State<AppState>,
    officer: MaybeOfficer,
    has: IfNoneMatch,
) -> Result<Response, AppError> {
    page(&state, &officer, &has, None)
}

/// One approved version; any other name is a link of the original, which works no more.
///
/// # Errors
/// [`AppError::NotFound`] for a version that was never approved.
pub async fn version(
    State(state): State<AppState>,
    Path(name): Path<String>,
    officer: MaybeOfficer,
    has: IfNoneMatch,
) -> Result<Response, AppError> {
    match PolicyVersion::parse(&name) {
        Ok(version) => page(&state, &officer, &has, Some(version)),
        Err(_) => Ok(gone::policy_link(&state)?.into_response()),
    }
}

/// `/privacy-policy/version/…`, where the original had them.
///
/// # Errors
/// [`AppError::NotFound`] for a version that was never approved.
pub async fn version_before(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<Response, AppError> {
    let version = PolicyVersion::parse(&name).map_err(|_| AppError::NotFound)?;
    let known = state.kingdom().catalogue.policies.version(version).is_some();
    if known { gone::moved(&address(version)) } else { Err(AppError::NotFound) }
}

/// `/privacy-policy/edit`, where the original's was written.
///
/// # Errors
/// Never.
pub async fn edit() -> Result<Response, AppError> {
    gone::moved("/desk/policies")
}

/// The draft, for whoever has its link; once it is approved, the way to the version that it became.
///
/// # Errors
/// [`AppError::NotFound`] for any other link, withdrawn ones included.
pub async fn draft(State(state): State<AppState>, Path(token): Path<String>) -> Result<Response, AppError> {
    let kingdom = state.kingdom();
    let policies = &kingdom.catalogue.policies;
    let opens = |link: Option<Uuid>| link.is_some_and(|link| same(&token, &self::token(&state, link)));
    if let Some(draft) = policies.draft.as_ref().filter(|draft| opens(draft.link)) {
        let view = PrivacyDraftView {
            text: markdown::render(&draft.text),
            change_log: (!draft.change_log.is_empty()).then(|| markdown::render(&draft.change_log)),
            contact: kingdom.catalogue.kingdom.mol_email.clone(),
        };
        // The address is a secret: it is not repeated on the page.
        let page = state.public_page(Audience::Public, PATH, "Privacy policy, a draft", view);
        let mut answer = state.render(&page, Templates::privacy_draft)?.into_response();
        for (name, value) in SECRET {
            answer.headers_mut().insert(name, value);
        }
        return Ok(answer);
    }
    let approved = policies.approved.iter().rev().find(|policy| opens(policy.link));
    match approved {
        Some(policy) => Ok(Redirect::to(&address(policy.version)).into_response()),
        None => Err(AppError::NotFound),
    }
}

/// The address of a version.
#[must_use]
pub fn address(version: PolicyVersion) -> String {
    format!("{PATH}/{version}")
}

/// The address of a shared draft. Its token is made from what the log holds and a secret that is
/// sealed, so the log opens no draft.
#[must_use]
pub fn draft_address(state: &AppState, link: Uuid) -> String {
    format!("{PATH}/draft/{}", token(state, link))
}

fn token(state: &AppState, link: Uuid) -> String {
    URL_SAFE_NO_PAD.encode(state.services.store.keyring().link_token(link))
}

/// Compared by their hashes, so that how long it takes says nothing about either.
fn same(one: &str, other: &str) -> bool {
    Sha256::digest(one.as_bytes()) == Sha256::digest(other.as_bytes())
}

/// A version, or the one in force, kept.
fn page(
    state: &AppState,
    officer: &MaybeOfficer,
    has: &IfNoneMatch,
    version: Option<PolicyVersion>,
) -> Result<Response, AppError> {
    let now = state.now();
    let what = version.map(|version| version.to_string()).unwrap_or_default();
    let key = Key { route: "policy", what: what.into(), audience: officer.audience() };
    if let Some(answer) = state.pages.hit(&key, &now, has) {
        return Ok(answer);
    }
    let kingdom = state.kingdom();
    let policies = &kingdom.catalogue.policies;
    let in_force = policies.in_force_on(now.day);
    let shown = match version {
        None => in_force,
        Some(version) => Some(policies.version(version).ok_or(AppError::NotFound)?),
    };
    let newest = in_force.filter(|policy| shown.is_some_and(|shown| shown.version != policy.version));
    let versions = policies.approved.iter().rev().map(|policy| VersionLine {
        href: address(policy.version),
        version: policy.version.to_string(),
        approved_on: policy.approved_on.into(),
        change_log: markdown::render(&policy.change_log),
        current: shown.is_some_and(|shown| shown.version == policy.version),
    });
    let view = PrivacyPolicyView {
        shown: shown.map(shown_policy),
        newest: newest
            .map(|policy| Link::new(address(policy.version), format!("Version {} is", policy.version))),
        versions: versions.collect(),
        contact: kingdom.catalogue.kingdom.mol_email.clone(),
    };
    let title =
        version.map_or_else(|| "Privacy policy".to_owned(), |version| format!("Privacy policy {version}"));
    let page = state.public_page(key.audience, PATH, &title, view);
    let kept = Kept::new(now.made(Shows::Nobody, Position(0)), state.templates.privacy_policy(&page)?);
    Ok(state.pages.keep(key, kept, has))
}

fn shown_policy(policy: &ApprovedPolicy) -> ShownPolicy {
    ShownPolicy {
        version: policy.version.to_string(),
        approved_on: policy.approved_on.into(),
        text: markdown::render(&dated(&policy.text, policy.approved_on)),
        change_log: markdown::render(&policy.change_log),
        required_from: policy.required_from.map(Into::into),
    }
}
