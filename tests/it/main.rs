//! Every integration test, in one binary: one link instead of dozens.

mod architecture;
mod dependencies;
mod version;
