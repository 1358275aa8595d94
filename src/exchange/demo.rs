//! The sample kingdom: made-up people in every state that a card can be in,
//! for `emol demo` and for whoever needs many people at once.
//!
//! Everything goes through the commands' own decisions, so nothing here can be
//! on file that the desk could not have put there. The same seed and day give
//! the same people.

mod catalogue;
mod generated;
mod officers;
mod people;
mod persons;

use crate::commands::Refusal;
use crate::commands::bus::{Bus, BusError};
use crate::commands::kingdom::KingdomCommand;
use crate::domain::actor::Actor;
use crate::domain::card_id::CardId;
use crate::domain::date::{CivilDate, Instant};
use crate::domain::id::{CommandId, CorrelationId, OfficerId};

/// Most people that a sample kingdom may have.
pub const MOST_PEOPLE: usize = 100_000;
/// People in one append.
const BATCH: usize = 500;

/// What was made.
#[derive(Debug)]
pub struct Sample {
    /// How many people are on file.
    pub people: usize,
    /// Whom one can sign in as.
    pub personas: Vec<Persona>,
    /// A card that is valid today.
    pub card: CardId,
}

/// One officer of the sample kingdom.
#[derive(Debug, Clone)]
pub struct Persona {
    /// The officer.
    pub officer: OfficerId,
    /// What other officers know them by.
    pub label: &'static str,
    /// What they may do, for the list of whom one can sign in as.
    pub about: &'static str,
}

/// Why there is no sample kingdom.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// The log.
    #[error(transparent)]
    Bus(#[from] BusError),
    /// A rule stands against a made-up entry: a mistake in this file.
    #[error("the sample kingdom breaks a rule: {0}")]
    Refused(#[from] Refusal),
    /// A text is no slug, address or number: a mistake in this file.
    #[error("the sample kingdom holds {0}, which is none")]
    Text(&'static str),
}

/// The day of the sample kingdom where nobody chose one.
pub const TODAY: &str = "2026-11-22";

/// Noon of a day in Toronto's winter: an instant that lies on that day (D1).
#[must_use]
pub fn noon(day: CivilDate) -> Instant {
    Instant::from_micros((day.day_number() * 24 + 17) * 3_600_000_000)
}

/// Makes the sample kingdom in an empty log. `set_clock` sets the bus' clock:
/// the kingdom is founded some weeks before today, so that its history has a past.
///
/// # Errors
/// [`DemoError`]; a part of it may then be on file.
pub async fn build(
    bus: &Bus,
    today: CivilDate,
    people: usize,
    set_clock: &(dyn Fn(Instant) + Sync),
) -> Result<Sample, DemoError> {
    let process = Actor::Process("demo".to_owned());
    set_clock(noon(today.plus_days(-60)));
    let personas = catalogue::found(bus, &process).await?;
    let made = people::put_on_file(bus, &process, today, people.clamp(1, MOST_PEOPLE), set_clock).await?;
    officers::link_the_deputy(bus, &process, &personas, &made).await?;
    people::what_happened_lately(bus, &personas, &made).await?;
    set_clock(noon(today));
    Ok(Sample { people: made.count, personas: officers::shown(&personas), card: made.card })
}

/// A command's id and its correlation, fresh.
fn fresh(bus: &Bus) -> (CommandId, CorrelationId) {
    let id = || bus.ids().uuid_at(bus.now());
    (CommandId(id()), CorrelationId(id()))
}

/// A slug that is written in this file.
fn slug(text: &'static str) -> Result<crate::domain::id::Slug, DemoError> {
    crate::domain::id::Slug::parse(text).map_err(|_| DemoError::Text(text))
}

/// A kingdom command of any kind.
fn kingdom(verb: impl Into<KingdomCommand>) -> KingdomCommand {
    verb.into()
}
