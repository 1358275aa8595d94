//! The site: pages, forms, and the state behind them.

pub mod assets;
pub mod desk;
pub mod form;
pub mod templates;
pub mod theme;
pub mod views;
pub mod words;
