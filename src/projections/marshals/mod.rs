//! The public marshal list: active warrants by discipline (C8, C9).

mod index;
mod projector;

pub use index::{Entry, Index, Marshal};
pub use projector::{Doc, DocCard, Projector};
