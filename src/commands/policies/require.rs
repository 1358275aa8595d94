//! Whether everybody has to accept a version again.

use super::one;
use crate::commands::{Context, Refusal};
use crate::domain::policy::PolicyVersion;
use crate::events::evolve::Policies;
use crate::events::policies::AcceptanceNotRequired;
use crate::events::{Event, Fact};

/// Let nobody have to accept a version again after all, while its day has not come (V4).
#[derive(Debug, Clone, Copy)]
pub struct StopRequiring {
    /// The version.
    pub version: PolicyVersion,
}

impl StopRequiring {
    /// V4: once its day has come, who is on public lists has changed.
    pub(super) fn decide(&self, policies: &Policies, context: &Context) -> Result<Vec<Fact<Event>>, Refusal> {
        let Some(policy) = policies.version(self.version) else {
            return Err(Refusal::rule("V4", format!("there is no approved version {}", self.version)));
        };
        match policy.required_from {
            None => Ok(Vec::new()),
            Some(from) if from <= context.today => Err(Refusal::rule(
                "V4",
                format!(
                    "{} has had to be accepted since {from}: that cannot be undone any more",
                    self.version
                ),
            )),
            Some(_) => Ok(one(AcceptanceNotRequired { version: self.version })),
        }
    }
}
