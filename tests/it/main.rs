//! Tests of the whole program, in one binary: one link instead of dozens.
//! `setup_files/test.sh` starts the servers that they need.

#![expect(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod architecture;
mod browser;
mod cli;
mod commands;
mod dependencies;
mod events;
mod exchange;
mod faults;
mod mail;
mod projections;
mod store;
mod support;
mod version;
mod web;
