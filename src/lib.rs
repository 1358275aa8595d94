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
//! Nothing uses `web`. `domain` and `events` know no sqlx, axum or tokio.
//! Decisions in `commands/<aggregate>` do no I/O and ask neither clock nor dice.

pub mod app;
pub mod cli;
pub mod clock;
pub mod commands;
pub mod config;
pub mod domain;
pub mod events;
pub mod exchange;
pub mod processes;
pub mod projections;
pub mod store;
pub mod telemetry;
pub mod web;

/// The version of this program, equal to the file `VERSION` (a test holds it).
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
