//! The words of the register. Pure: no I/O, no clock, no dice. Values are
//! parsed once, at the edge, into types that cannot hold anything else.

pub mod actor;
pub mod arms;
pub mod card_id;
pub mod contact;
pub mod date;
pub mod date_text;
pub mod demo;
pub mod details;
pub mod id;
pub mod kingdom;
pub mod mail;
pub mod permission;
pub mod personal;
pub mod pin;
pub mod policy;
pub mod postal;
pub mod region;
pub mod rulebook;
pub mod status;
pub mod text;
pub mod validate;
