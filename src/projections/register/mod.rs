//! The public register: listed adults by SCA name (V8).

mod index;
mod projector;

pub use index::{Entry, EntryCard, Index, Page, Query, RegisterRow};
pub use projector::{Doc, DocCard, Projector};
