//! Changing what is known of oneself.

use uuid::Uuid;

use super::change_details::changes;
use crate::commands::{Context, Refusal};
use crate::domain::contact::Email;
use crate::domain::details::{DetailField, RawDetails};
use crate::domain::personal::Personal;
use crate::events::combatant::{AddressAsked, DetailsChanged};
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Change one's own details: the whole form as typed (P1). A new e-mail address holds once it is
/// confirmed there: until then the old one stays, so that a mistyped one locks nobody out.
#[derive(Debug, Clone)]
pub struct ChangeOwnDetails {
    /// Every field as it is to be.
    pub details: RawDetails,
    /// The id of the one-time link that confirms a new address.
    pub link: Uuid,
}

impl ChangeOwnDetails {
    /// Nothing is recorded where nothing differs.
    ///
    /// # Errors
    /// [`Refusal::Fields`] with everything that is wrong with the details (P2, P3).
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let mut changed = changes(&self.details, record, context)?;
        let mut facts = Vec::new();
        if let Some(Some(email)) = changed.remove(&DetailField::Email) {
            // The same mailbox in other letters needs no confirming.
            if same_mailbox(record.details.get(&DetailField::Email), &email) {
                changed.insert(DetailField::Email, Some(email));
            } else {
                facts.push(Fact::plain(AddressAsked { link: self.link, email }.into()));
            }
        }
        if !changed.is_empty() {
            facts.insert(0, Fact::plain(DetailsChanged { changed }.into()));
        }
        Ok(facts)
    }
}

fn same_mailbox(held: Option<&Personal>, new: &Personal) -> bool {
    let key = |address: &Personal| address.text().and_then(|text| Email::parse(text).ok()).map(|e| e.key());
    held.and_then(key).is_some_and(|held| Some(held) == key(new))
}
