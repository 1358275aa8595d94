//! The words of the register. Pure: no I/O, no clock, no dice. Values are
//! parsed once, at the edge, into types that cannot hold anything else.

pub mod actor;
pub mod date;
pub mod id;
pub mod personal;
