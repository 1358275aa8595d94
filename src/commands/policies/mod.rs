//! Decisions about the privacy policy (DOMAIN V4, V9): one draft at a time, and
//! versions that never change once they are approved.

mod approve;
mod draft;
mod require;
#[cfg(test)]
mod tests;

pub use approve::ApproveDraft;
pub use draft::{BeginDraft, DiscardDraft, EditDraft, ShareDraft, UnshareDraft};
pub use require::StopRequiring;

use super::{Context, Refusal};
use crate::domain::id::{StreamId, StreamType};
use crate::domain::policy::NotAText;
use crate::events::evolve::{Draft, Policies};
use crate::events::{Event, Fact, PolicyEvent};

macro_rules! verbs {
    ($($Verb:ident),* $(,)?) => {
        /// Everything that can be asked about the privacy policy.
        #[derive(Debug, Clone)]
        #[expect(missing_docs, reason = "each variant's struct says what it is")]
        pub enum PolicyCommand { $($Verb($Verb)),* }

        impl PolicyCommand {
            /// Judges the command on the policy as it has become.
            ///
            /// # Errors
            /// [`Refusal`] with the rule that stands against it.
            pub fn decide(&self, policies: &Policies, context: &Context)
                -> Result<Vec<Fact<Event>>, Refusal> {
                match self { $(Self::$Verb(verb) => verb.decide(policies, context)),* }
            }
        }

        $(impl From<$Verb> for PolicyCommand {
            fn from(verb: $Verb) -> Self { Self::$Verb(verb) }
        })*
    };
}

verbs! { BeginDraft, EditDraft, DiscardDraft, ShareDraft, UnshareDraft, ApproveDraft, StopRequiring }

impl PolicyCommand {
    /// The stream that the command writes.
    #[must_use]
    pub fn stream(&self) -> StreamId {
        StreamId::only(StreamType::Policies)
    }
}

/// The draft, which the command is about.
fn draft(policies: &Policies) -> Result<&Draft, Refusal> {
    policies.draft.as_ref().ok_or_else(|| {
        let gone = "there is no draft of the privacy policy any more: it was approved or discarded";
        Refusal::rule("V4", gone)
    })
}

/// One event without a civil effect.
fn one(event: impl Into<PolicyEvent>) -> Vec<Fact<Event>> {
    vec![Fact::plain(Event::Policies(event.into()))]
}

/// A text that cannot be kept.
fn unreadable(what: &str, why: NotAText) -> Refusal {
    Refusal::rule("V4", format!("{what}: {why}"))
}
