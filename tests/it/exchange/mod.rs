//! Files in: what the rosters and lists that kingdoms get come to on each database.

mod catalogue;
mod faults;
pub mod kingdom;
mod later;
mod odd_files;
mod sealed;
mod whole;
