//! The combatant's side: nobody logs in here, everybody holds a link that was mailed to them (L1).
//!
//! - [`requests`]: "send me my card", "let me change my details", "show me my record".
//! - [`welcome`]: the privacy policy, to accept or decline (V1 to V4).
//! - [`pin`] sets a PIN, [`asking`] asks for it on the card page (L3 to L5).
//! - [`details`] and [`address`]: one's own details, and a new mail address.
//! - [`record`]: everything that is held, and what can be done about it (V7).
//!
//! A link opens a page as often as it is followed, and does one thing once: it is used up in the
//! transaction of the fact. Nothing ever happens by following a link, because mail programs follow
//! links too. [`link`] says whose a link is; [`visit`] is what a browser keeps for a short while.
//!
//! # Adding a page by link
//! 1. A purpose in `domain::mail`, and who enqueues its mail (`commands::bus::effects`, or [`requests`]).
//! 2. A file here: the page takes a [`link::ByLink`], its form a [`link::SentByLink`], which say by themselves that a
//!    link is gone; the command goes by [`link::SentByLink::ask`].

pub mod address;
pub mod asking;
pub mod details;
mod export;
mod held;
pub mod limits;
pub mod link;
pub mod pin;
pub mod record;
pub mod requests;
mod shown;
pub mod visit;
pub mod welcome;

use axum::Router;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::response::Response;
use axum::routing::{get, post};

use super::state::AppState;

/// What such a page is: nobody's but the reader's, nowhere kept, in no index, told to no other site.
const PERSONAL: [(HeaderName, HeaderValue); 3] = [
    (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow")),
];

/// The routes of this room.
pub fn routes() -> Router<AppState> {
    requests::routes()
        // By the link that was mailed.
        .route("/welcome/{token}", get(welcome::show).post(welcome::accept))
        .route("/welcome/{token}/decline", get(welcome::doubt).post(welcome::decline))
        .route("/my-pin/{token}", get(pin::show).post(pin::set))
        .route("/my-details/{token}", get(details::show).post(details::change))
        .route("/my-address/{token}", get(address::show).post(address::confirm))
        .route("/my-record/{token}", get(record::door).post(record::open))
        // One's own record, for a while after it was opened.
        .route("/my-record/show", get(record::show))
        .route("/my-record/export.json", get(record::export))
        .route("/my-record/correction", post(record::correction))
        .route("/my-record/listing", post(record::listing))
        .route("/my-record/withdraw", get(record::doubt).post(record::withdraw))
        // A card page that asks for a PIN.
        .route("/card/{card_id}/pin", post(asking::try_pin))
}

/// The answer as a personal page.
pub(in crate::web) fn personal(mut answer: Response) -> Response {
    for (name, value) in PERSONAL {
        answer.headers_mut().insert(name, value);
    }
    answer
}
