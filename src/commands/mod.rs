//! The decisions: what may happen, judged on what has happened.
//!
//! One folder per aggregate, one file per verb. A decision is a pure function
//! of the state, the [`Context`] and the command; it returns facts or a
//! [`Refusal`] that names the rule. Only [`bus`] does I/O.
//!
//! # Adding a command
//! 1. A file in the aggregate's folder with the command's struct and `decide`,
//!    and its rules as given / when / then tests beside it.
//! 2. A variant in the aggregate's enum, which the compiler then asks for in
//!    [`authorize`]: which permission, where, and whose record.

pub mod authorize;
pub mod bus;
pub mod combatant;
pub mod kingdom;
pub mod officers;
pub mod policies;
pub mod refusal;

use std::sync::Arc;

use crate::domain::date::CivilDate;
use crate::domain::date_text::long_date;
use crate::domain::id::{CombatantId, StreamId, StreamType};
use crate::events::evolve::Catalogue;

pub use refusal::Refusal;

/// What a decision may know beside the state of its own stream.
#[derive(Debug, Clone)]
pub struct Context {
    /// Today in the kingdom's time zone (D1).
    pub today: CivilDate,
    /// Disciplines, regions, rulebook, switches, privacy policy.
    pub catalogue: Arc<Catalogue>,
}

/// Anything that can be asked of the register.
#[derive(Debug, Clone)]
pub enum Command {
    /// Something about one person.
    Combatant {
        /// Whom it is about.
        combatant: CombatantId,
        /// What.
        command: combatant::CombatantCommand,
    },
    /// Two records of one person become one (P6).
    Merge(combatant::merge::Merge),
    /// Something that holds for everyone.
    Kingdom(kingdom::KingdomCommand),
    /// Something about the privacy policy.
    Policies(policies::PolicyCommand),
    /// Something about officers and their grants.
    Officers(officers::OfficersCommand),
}

impl Command {
    /// The streams that it changes.
    #[must_use]
    pub fn streams(&self) -> Vec<StreamId> {
        match self {
            Self::Combatant { combatant, .. } => vec![StreamId::combatant(*combatant)],
            Self::Merge(merge) => {
                vec![StreamId::combatant(merge.survivor), StreamId::combatant(merge.merged)]
            }
            Self::Kingdom(command) => vec![command.stream()],
            Self::Officers(_) => vec![StreamId::only(StreamType::Officers)],
            Self::Policies(_) => vec![StreamId::only(StreamType::Policies)],
        }
    }
}

impl Context {
    /// The effective day, if it may be one (D4): not in the future, not before 1966-05-01.
    ///
    /// # Errors
    /// [`Refusal::Rule`] naming D4.
    pub fn effective(&self, day: CivilDate) -> Result<CivilDate, Refusal> {
        if day > self.today {
            let (day, today) = (long_date(day), long_date(self.today));
            return Err(Refusal::rule("D4", format!("{day} is in the future; today is {today}")));
        }
        self.within_time(day)
    }

    /// A day that may lie in the future, as the start of a warrant may (D4).
    ///
    /// # Errors
    /// [`Refusal::Rule`] naming D4.
    pub fn within_time(&self, day: CivilDate) -> Result<CivilDate, Refusal> {
        if day < CivilDate::BEGINNING {
            let (day, beginning) = (long_date(day), long_date(CivilDate::BEGINNING));
            return Err(Refusal::rule("D4", format!("{day} is before {beginning}, when it all began")));
        }
        if day > CivilDate::LATEST {
            let (day, latest) = (long_date(day), long_date(CivilDate::LATEST));
            return Err(Refusal::rule("D4", format!("{day} is after {latest}; mend the year")));
        }
        Ok(day)
    }
}

/// Implements cqrs-es' [`cqrs_es::Aggregate`] on a state, so that decisions are
/// specified with its given / when / then framework.
macro_rules! aggregate {
    ($State:ty, $name:literal, $Command:ty, $Event:ty, |$state:ident, $fact:ident| $take:expr) => {
        impl cqrs_es::Aggregate for $State {
            const TYPE: &'static str = $name;
            type Command = ($Command, $crate::commands::Context);
            type Event = $crate::events::Fact<$Event>;
            type Error = $crate::commands::Refusal;
            type Services = ();

            async fn handle(
                &mut self,
                (command, context): Self::Command,
                (): &(),
                sink: &cqrs_es::event_sink::EventSink<Self>,
            ) -> Result<(), Self::Error> {
                for fact in command.decide(self, &context)? {
                    sink.write(fact, self).await;
                }
                Ok(())
            }

            fn apply(&mut self, $fact: Self::Event) {
                let $state = self;
                $take
            }
        }
    };
}
pub(crate) use aggregate;
