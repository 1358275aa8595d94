//! The public side: one file per page. Whoever holds a card's link counts as public too.

pub mod assets;
pub mod card;
pub mod card_paper;
pub mod card_view;
pub mod check;
pub mod gone;
pub mod health;
pub mod home;
pub mod marshals;
pub mod privacy_policy;
pub mod register;
