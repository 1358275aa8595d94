//! The site as a browser meets it: served on a free port, asked over HTTP.

mod guarding;
mod keeping;
mod public;
pub mod site;
