//! The read models: what ARCHITECTURE §3 promises, on every database.

mod following;
mod past;
pub mod people;
mod rebuilding;
mod searching;
