//! Numbers for officers. Nobody is named in them.
//!
//! - [`forecast`] counts what lapses in the days to come, from the desk's list in memory.
//! - [`life`] is one person's cards, authorizations, warrants and waivers over time, a few hundred
//!   bytes; [`histories`] keeps everybody's and follows the log.
//! - [`counts`] and [`quarters`] count them on any day: what took effect by then, as it is known now
//!   (D4). Who was joined to another record or erased since counts up to the day before (P6, V6).
//!
//! All counting is pure: a function of what is held and a day.

pub mod counts;
pub mod forecast;
pub mod histories;
pub mod life;
pub mod quarters;
#[cfg(test)]
mod sample;

pub use counts::{AgeReport, Ages, Tally, TypeCount, ages, by_type};
pub use forecast::{Counts, Forecast, HORIZONS, Lapse, What, Why, forecast, people};
pub use histories::{Histories, Known};
pub use quarters::{Quarter, QuarterCount, quarters};
