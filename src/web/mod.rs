//! The site: pages, forms, and the state behind them.
//!
//! A request passes [`pass`] (who may ask at all, and the headers of every
//! answer), then [`router`], which reads as the site map, then one handler:
//! `public`, `desk` and `audit` have one file per page. Handlers fill the
//! structs of [`views`]; [`templates`] lays them out; [`error`] says what
//! becomes of what went wrong.

pub mod assets;
pub mod audit;
pub mod combatant;
pub mod cookies;
pub mod desk;
pub mod error;
pub mod followed;
pub mod form;
pub mod guard;
pub mod markdown;
pub mod pages;
pub mod paper;
pub mod pass;
pub mod public;
pub mod qr;
pub mod reading;
pub mod router;
pub mod session;
pub mod sign_in;
pub mod state;
pub mod templates;
pub mod theme;
pub mod views;
pub mod words;
pub mod xlsx;
