//! The site as a browser meets it: served on a free port, asked over HTTP.

mod audit;
mod desk;
pub mod desk_cast;
mod desk_people;
mod guarding;
mod hostile;
mod keeping;
mod public;
pub mod site;
