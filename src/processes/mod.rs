//! What acts on facts and on time. Each is a step that may run on any number of servers at once, and
//! again after a crash: what it does is a command whose id follows from what it is about, so the log
//! decides once.
//!
//! - [`policy_changed`] asks everybody to accept a policy that has to be accepted again (V4).
//! - [`pin_invitations`] asks people to set a PIN (L3).

pub mod pin_invitations;
pub mod policy_changed;
