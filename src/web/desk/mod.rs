//! The desk: what officers do.

pub mod forms;
pub mod record;
