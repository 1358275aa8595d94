//! Sending a person a mail with a personal link, on purpose: each is recorded, so that everybody
//! sees what was sent, and that no process sends it twice.

use crate::commands::{Context, Refusal};
use crate::domain::id::{CombatantId, Slug};
use crate::domain::mail::Mail;
use crate::domain::policy::{Acceptance, PolicyVersion};
use crate::events::combatant::LinkSent;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Send a person one of the mails that ask for something: to accept the policy, or to set a PIN.
#[derive(Debug, Clone, Copy)]
pub struct SendLink {
    /// Whom, as the switches list people.
    pub person: CombatantId,
    /// Which mail.
    pub mail: Mail,
}

impl SendLink {
    /// Nothing is recorded where the mail was sent already and is sent once only.
    ///
    /// # Errors
    /// V1, V4, V9 where there is nothing to accept; L3, L5 where no PIN is asked for.
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let about = match self.mail {
            Mail::Welcome => {
                welcome(record, context)?;
                None
            }
            Mail::PolicyChanged => match to_accept_again(record, context) {
                Some(version) => Some(version),
                None => return Err(Refusal::rule("V4", "nothing has to be accepted again")),
            },
            Mail::SetPin | Mail::SetPinReminder | Mail::SetPinFinal => {
                self.pin(record, context)?;
                self.invitation(record)?;
                None
            }
            Mail::ResetPin => {
                self.pin(record, context)?;
                if !record.pin {
                    return Err(Refusal::rule(
                        "L5",
                        "there is no PIN to reset; invite the person to set one",
                    ));
                }
                None
            }
            _ => return Err(Refusal::rule("L1", "this mail is not sent by itself")),
        };
        let mail = Slug::parse(self.mail.as_str())
            .map_err(|_| Refusal::rule("L1", "this mail has no name that can be recorded"))?;
        // An officer may send these again; what a process sends is sent once.
        let again = matches!(self.mail, Mail::Welcome | Mail::ResetPin);
        if !again && record.sent.contains(&(mail.clone(), about)) {
            return Ok(Vec::new());
        }
        Ok(vec![Fact::plain(LinkSent { mail, policy_version: about }.into())])
    }

    /// Each of the three mails once, and none before the one before it.
    fn invitation(&self, record: &Record) -> Result<(), Refusal> {
        let had = |mail: Mail| record.sent.iter().any(|(name, _)| name.as_str() == mail.as_str());
        let against = match self.mail.follows() {
            _ if record.pin => "a PIN is set already",
            _ if had(self.mail) => "this mail was sent already, and is sent once",
            Some(Mail::SetPin) if !had(Mail::SetPin) => "the invitation comes before the reminder",
            Some(first) if !had(first) => "the reminder comes before the last notice",
            _ => return Ok(()),
        };
        Err(Refusal::rule("L3", against))
    }

    fn pin(&self, record: &Record, context: &Context) -> Result<(), Refusal> {
        if !context.catalogue.asks_pin(self.person) {
            return Err(Refusal::rule("L3", "PINs are off for this person: see the kingdom’s switches"));
        }
        if !context.catalogue.accepts(record.acceptance(), context.today) {
            return Err(Refusal::rule("V1", "there is no card page until the privacy policy is accepted"));
        }
        Ok(())
    }
}

/// V1: who has accepted what is enough needs no welcome. V9: without a policy nobody is invited.
fn welcome(record: &Record, context: &Context) -> Result<(), Refusal> {
    if context.catalogue.accepts(record.acceptance(), context.today) {
        return Err(Refusal::rule("V1", "this person has accepted the privacy policy already"));
    }
    if context.catalogue.policies.in_force_on(context.today).is_none() {
        return Err(Refusal::rule("V9", "there is no approved privacy policy that could be accepted"));
    }
    Ok(())
}

/// The version that somebody who had accepted an older one has to accept, now or from a day to come (V4).
#[must_use]
pub fn to_accept_again(record: &Record, context: &Context) -> Option<PolicyVersion> {
    let policies = &context.catalogue.policies;
    let acceptance = record.acceptance();
    if acceptance == Acceptance::Awaited {
        return None;
    }
    let coming = policies.coming_after(context.today).map(|(version, _)| version);
    let required = policies.required_on(context.today).max(coming)?;
    (!acceptance.suffices(Some(required))).then_some(required)
}
