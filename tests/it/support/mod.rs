//! What the tests share.

pub mod databases;
pub mod provider;
pub mod smtp;
pub mod way;
