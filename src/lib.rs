//! eMoL, the electronic Minister of the Lists: the register of combat
//! authorizations of an SCA kingdom.
//!
//! The rooms, and which may use which (`tests/it/architecture.rs` holds them to it):
//!
//! ```text
//! web ──▶ commands ──▶ events ──▶ domain
//!  │         └─(bus)─▶ store
//!  ├────▶ projections' queries        projections ──▶ store's feed, events
//!  └────▶ store's reading side (web/audit only)
//! processes, exchange ──▶ commands, projections' queries
//! ```
//!
//! The rooms below the web are a crate of their own, `emol-core` (`src/core.rs`): it compiles while
//! the web's libraries still do (`docs/adr/0015-two-crates.md`).
//!
//! Nothing uses `web`. `domain` and `events` know no sqlx, axum or tokio.
//! Decisions in `commands/<aggregate>` do no I/O and ask neither clock nor dice.

pub use emol_core::{VERSION, clock, commands, domain, events, projections, store};

pub mod app;
pub mod cli;
pub mod config;
pub mod exchange;
pub mod processes;
pub mod telemetry;
pub mod web;
