//! Every integration test, in one binary: one link instead of dozens.

#![expect(clippy::unwrap_used, reason = "in a test, a panic is the report")]

mod architecture;
mod dependencies;
mod version;
