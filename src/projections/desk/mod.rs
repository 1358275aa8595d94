//! The officers' desk: everybody on file, searched and filtered.

mod index;
mod projector;
mod query;

pub use index::{Entry, EntryCard, Index};
pub use projector::{Doc, DocCard, Projector};
pub use query::{Filter, Page, Query, Shared, Sort};
