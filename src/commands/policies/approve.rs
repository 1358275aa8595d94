//! Approving the draft: from then on it is the privacy policy.

use super::{draft, unreadable};
use crate::commands::{Context, Refusal};
use crate::domain::date::CivilDate;
use crate::domain::policy::{GAP, PolicyVersion, read_change_log};
use crate::events::evolve::Policies;
use crate::events::policies::{AcceptanceRequired, PolicyApproved};
use crate::events::{Event, Fact};

/// Approve the draft as it was saved (V4). Its text never changes again.
#[derive(Debug, Clone)]
pub struct ApproveDraft {
    /// What it changes; required.
    pub change_log: String,
    /// From when everybody has to have accepted it; none where who accepted before need not.
    pub required_from: Option<CivilDate>,
}

impl ApproveDraft {
    /// V4: a change log is required. V9: the template's gaps are filled in.
    pub(super) fn decide(&self, policies: &Policies, context: &Context) -> Result<Vec<Fact<Event>>, Refusal> {
        let draft = draft(policies)?;
        let change_log = read_change_log(&self.change_log).map_err(|why| unreadable("what changed", why))?;
        if let Some(line) = draft.text.lines().position(|line| line.contains(GAP)) {
            let gap = format!("line {} still waits to be filled in: look for {GAP}", line + 1);
            return Err(Refusal::rule("V9", gap));
        }
        let required_from = self.required_from.map(|from| required_from(from, context)).transpose()?;
        let last = policies.newest().map(|policy| policy.version);
        let version = PolicyVersion::after(last, context.today)
            .map_err(|_| Refusal::rule("V4", "this year has no numbers left for another version"))?;
        let event =
            PolicyApproved { version, text: draft.text.to_string(), change_log, approved_on: context.today };
        let mut facts = vec![Fact::on(context.today, Event::Policies(event.into()))];
        if let Some(from) = required_from {
            facts.push(Fact::plain(Event::Policies(AcceptanceRequired { version, from }.into())));
        }
        Ok(facts)
    }
}

/// The day from which everybody has to have accepted: nobody can have done so by today.
fn required_from(from: CivilDate, context: &Context) -> Result<CivilDate, Refusal> {
    if from <= context.today {
        let text = format!("{from} leaves nobody time to accept it: choose a day after {}", context.today);
        return Err(Refusal::rule("D4", text));
    }
    context.within_time(from)
}
