//! eMoL without its pages: the log, the rules and the read models. `src/lib.rs` has the picture of the
//! rooms; the crate `emol` names these here as its own, so a path is the same in both.

pub mod clock;
pub mod commands;
pub mod domain;
pub mod events;
pub mod projections;
pub mod store;

/// The version of this program, equal to the file `VERSION` (a test holds it).
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
