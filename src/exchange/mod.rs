//! Files in: rosters, disciplines, regions. All or nothing per file.
//!
//! A file is read as a whole, every fault in it is told at once ([`Fault`]),
//! and only a file without faults becomes one proposal to the bus. What the
//! decisions of [`crate::commands`] refuse is a fault of the file too. Where a
//! file says something else than what is on file, and a file may not decide
//! that, it is told as a [`Difference`] and left alone.
//!
//! # Adding a file format
//! A module with `import(bus, actor, correlation, bytes, dry_run, progress)`
//! that gives an [`ImportReport`]: read, check, decide on states in memory,
//! then one proposal. Running it twice must record nothing.

pub mod demo;
pub mod disciplines;
mod json;
mod proposal;
pub mod regions;
pub mod report;
pub mod roster;

pub use report::{Difference, Fault, ImportError, ImportReport, OnProgress, Progress, Step};
