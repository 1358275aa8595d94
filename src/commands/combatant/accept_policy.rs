//! Agreeing to be kept on file.

use crate::commands::{Context, Refusal};
use crate::domain::card_id::{CardId, CardIdForm};
use crate::domain::personal::Personal;
use crate::domain::policy::{Acceptance, PolicyVersion};
use crate::events::combatant::{CardIdAssigned, ConsentAccepted, ListingChanged};
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Accept the privacy policy (V2), and say whether to be listed publicly (V8).
#[derive(Debug, Clone)]
pub struct AcceptPolicy {
    /// The version accepted; none where an import does not know it.
    pub policy_version: Option<String>,
    /// Whether an import says so: date and version are then unknown.
    pub imported: bool,
    /// Whether the public register may show the person.
    pub listed: bool,
    /// The address the card page gets; drawn by lot, so not part of what was asked.
    pub card_id: CardId,
}

impl AcceptPolicy {
    /// # Errors
    /// V2: that version was accepted before, is missing, was never approved, or is no longer enough (V4).
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        if self.policy_version.is_none() && !self.imported {
            return Err(Refusal::rule("V2", "an acceptance names the version of the policy"));
        }
        match &self.policy_version {
            None if record.accepted() => {
                return Err(Refusal::rule(
                    "V2",
                    "the privacy policy was already accepted; an import knows no version",
                ));
            }
            None => {}
            Some(text) => judge(text, record, context)?,
        }
        let consent =
            ConsentAccepted { policy_version: self.policy_version.clone(), imported: self.imported };
        let mut facts = vec![Fact::plain(consent.into())];
        if self.listed != record.listed {
            facts.push(Fact::plain(ListingChanged { listed: self.listed }.into()));
        }
        if !record.card_ids.iter().any(|(_, form)| *form == CardIdForm::Long) {
            let event =
                CardIdAssigned { card_id: Personal::open(self.card_id.as_str()), form: self.card_id.form() };
            facts.push(Fact::plain(event.into()));
        }
        Ok(facts)
    }
}

/// Whether that version may be accepted now.
fn judge(text: &str, record: &Record, context: &Context) -> Result<(), Refusal> {
    let policies = &context.catalogue.policies;
    let version = PolicyVersion::parse(text).ok().filter(|version| policies.version(*version).is_some());
    let Some(version) = version else {
        return Err(Refusal::rule("V2", "the version that is accepted was never approved"));
    };
    if let Acceptance::Of(held) = record.acceptance()
        && held >= version
    {
        let which = if held == version { "this" } else { "a newer" };
        return Err(Refusal::rule(
            "V2",
            format!("{which} version of the privacy policy was already accepted"),
        ));
    }
    match policies.required_on(context.today) {
        Some(required) if version < required => Err(Refusal::rule(
            "V4",
            format!("{version} is no longer enough: read and accept {required} or a newer one"),
        )),
        _ => Ok(()),
    }
}
