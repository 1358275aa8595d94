//! The site as a browser meets it: served on a free port, asked over HTTP.

mod audit;
mod card_in_hand;
mod combatant;
mod desk;
pub mod desk_cast;
mod desk_dates;
mod desk_many;
mod desk_merge;
mod desk_people;
mod desk_register;
mod desk_warrants;
mod desk_whom;
mod guarding;
pub mod hostile;
mod id_tokens;
mod keeping;
mod kingdom;
mod officers;
mod outbox;
mod permissions;
mod policies;
mod public;
pub mod real_provider;
mod reports;
mod sessions;
mod signing_in;
pub mod site;
