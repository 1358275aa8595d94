//! The officers' desk: everybody on file, searched and filtered.

mod alike;
mod index;
mod projector;
mod query;

pub use alike::Shared;
pub use index::{Entry, EntryCard, Index};
pub use projector::{Doc, DocCard, Projector};
pub use query::{Filter, Page, Query, Sort};
