//! What the facts of a stream add up to. Pure folds, shared by decisions, read
//! models and auditors.

pub mod catalogue;
pub mod civil;
pub mod officers;
pub mod policies;
pub mod record;
mod warrants;

pub use catalogue::{Catalogue, DisciplineState, TypeState};
pub use civil::{Card, Civil, Senseless, Term, WaiverHeld, Warrant};
pub use officers::{OfficerState, Officers};
pub use policies::{ApprovedPolicy, Draft, Policies};
pub use record::{Clash, Consent, Record, Standing};
