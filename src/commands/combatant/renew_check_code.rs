//! Making the check code on the card page anew.

use crate::commands::{Context, Refusal};
use crate::events::combatant::CheckCodeRenewed;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Make the check code on the card page anew, so that earlier ones lead nowhere: a printed card was lost, or
/// somebody put a picture of it where it does not belong.
#[derive(Debug, Clone, Copy)]
pub struct RenewCheckCode;

impl RenewCheckCode {
    /// Also before there is a card page: a code that nobody was shown does no harm.
    ///
    /// # Errors
    /// P4: it was renewed more often than a code can count.
    pub fn decide(&self, record: &Record, _: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let renewal = record.check_renewals.checked_add(1).ok_or_else(|| {
            Refusal::rule("P4", "the check code was renewed as often as it can be; erase and register anew")
        })?;
        Ok(vec![Fact::plain(CheckCodeRenewed { renewal }.into())])
    }
}
