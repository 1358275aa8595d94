//! The card page: everything it shows of one person.

mod finder;
mod projector;
mod query;

pub use finder::Finder;
pub use projector::{Doc, PersonDoc, Projector};
pub use query::{CardError, CardView, checked, of, view};
