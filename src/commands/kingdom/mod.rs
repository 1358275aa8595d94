//! Decisions that hold for everyone: disciplines, regions, rulebook, switches,
//! the kingdom's own description. All are judged on the [`Catalogue`]; each
//! says which stream it writes.

mod adopt_rulebook;
mod describe_kingdom;
mod discipline;
mod region;
mod switch;
#[cfg(test)]
mod tests;

pub use adopt_rulebook::AdoptRulebook;
pub use describe_kingdom::DescribeKingdom;
pub use discipline::{
    AddAuthorizationType, AddMarshalType, ChangeAuthorizationType, FoundDiscipline, RenameDiscipline,
    RenameMarshalType, ResumeAuthorizationType, ResumeDiscipline, ResumeMarshalType, RetireAuthorizationType,
    RetireDiscipline, RetireMarshalType,
};
pub use region::{AddRegion, ChangeRegion, postal_sample, region_code};
pub use switch::SetSwitch;

use super::{Context, Refusal};
use crate::domain::id::StreamId;
use crate::domain::text::clean;
use crate::events::evolve::Catalogue;
use crate::events::{Event, Fact};

macro_rules! verbs {
    ($($Verb:ident),* $(,)?) => {
        /// Everything that can be asked about the kingdom as a whole.
        #[derive(Debug, Clone)]
        #[expect(missing_docs, reason = "each variant's struct says what it is")]
        pub enum KingdomCommand { $($Verb($Verb)),* }

        impl KingdomCommand {
            /// The stream that the command writes.
            #[must_use]
            pub fn stream(&self) -> StreamId {
                match self { $(Self::$Verb(verb) => verb.stream()),* }
            }

            /// Judges the command on what the kingdom has decided so far.
            ///
            /// # Errors
            /// [`Refusal`] with the rule that stands against it.
            pub fn decide(&self, catalogue: &Catalogue, context: &Context)
                -> Result<Vec<Fact<Event>>, Refusal> {
                match self { $(Self::$Verb(verb) => verb.decide(catalogue, context)),* }
            }
        }

        $(impl From<$Verb> for KingdomCommand {
            fn from(verb: $Verb) -> Self { Self::$Verb(verb) }
        })*
    };
}

verbs! {
    FoundDiscipline, RenameDiscipline, RetireDiscipline, ResumeDiscipline,
    AddAuthorizationType, ChangeAuthorizationType, RetireAuthorizationType, ResumeAuthorizationType,
    AddMarshalType, RenameMarshalType, RetireMarshalType, ResumeMarshalType,
    AddRegion, ChangeRegion, AdoptRulebook, SetSwitch, DescribeKingdom,
}

/// A name for screens: 1 to 100 characters, cleaned.
///
/// # Errors
/// [`Refusal::Rule`] naming P2.
pub fn name(text: &str, of: &str) -> Result<String, Refusal> {
    let cleaned =
        clean(text).map_err(|fault| Refusal::rule("P2", format!("the name of the {of}: {fault}")))?;
    match cleaned.chars().count() {
        0 => Err(Refusal::rule("P2", format!("the {of} needs a name"))),
        1..=100 => Ok(cleaned),
        length => Err(Refusal::rule("P2", format!("the name of the {of} has {length} characters; 100 fit"))),
    }
}

/// One event, about nobody in particular and without a civil effect.
fn one(event: impl Into<Event>) -> Vec<Fact<Event>> {
    vec![Fact::plain(event.into())]
}
