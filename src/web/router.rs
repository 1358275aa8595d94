//! The site map.

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::get;

use super::pass::pass;
use super::public::{assets, card, check, gone, health, home, marshals, privacy_policy, register};
use super::state::AppState;
use super::{audit, combatant, desk, sign_in};

/// Every address of the site. Anything else is the page that says so.
pub fn router(state: &AppState) -> Router {
    Router::new()
        // For everybody.
        .route("/", get(home::show))
        .route("/register", get(register::show))
        .route("/marshals", get(marshals::show))
        .route("/privacy-policy", get(privacy_policy::show))
        .route("/privacy-policy/{version}", get(privacy_policy::version))
        // For whoever has the link.
        .route("/card/{card_id}", get(card::show))
        .route("/check/{code}", get(check::show))
        .route("/privacy-policy/draft/{token}", get(privacy_policy::draft))
        // For combatants, who hold links that were mailed to them.
        .merge(combatant::routes())
        // For officers and auditors; each checks who asks.
        .merge(sign_in::routes())
        .merge(desk::routes())
        .merge(audit::routes())
        // What people have from the original (DOMAIN §10).
        .route("/marshal-list", get(gone::marshal_list))
        .route("/combatants", get(gone::combatants))
        .route("/self-serve-update/{code}", get(gone::update_link))
        .route("/privacy-policy/version/{version}", get(privacy_policy::version_before))
        .route("/privacy-policy/edit", get(privacy_policy::edit))
        .route("/pin/setup/{code}", get(gone::pin_link))
        .route("/pin/reset/{code}", get(gone::pin_link))
        .route("/pin/verify/{card_id}", get(gone::pin_link))
        // For browsers, crawlers and whoever keeps the server alive.
        .route("/static/{file}", get(assets::file))
        .route("/card-worker.js", get(assets::card_worker))
        .route("/theme.css", get(assets::theme))
        .route("/favicon.svg", get(assets::favicon))
        .route("/favicon.ico", get(assets::favicon))
        .route("/robots.txt", get(assets::robots))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
        .route("/health/metrics", get(health::metrics))
        .fallback(gone::nothing)
        .layer(from_fn_with_state(state.clone(), pass))
        .with_state(state.clone())
}
