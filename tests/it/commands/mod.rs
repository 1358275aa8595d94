//! Commands from the bus to the log and back, on every database.

mod bus;
mod erasure;
pub mod sample;
