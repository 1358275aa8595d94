//! The card page: everything it shows of one person.

mod projector;
mod query;

pub use projector::{Doc, Projector};
pub use query::{CardError, CardView, by_card_id, of, view};
