//! The people mails go to, and what they are reminded of.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::domain::contact::Email;
use crate::domain::date::CivilDate;
use crate::domain::date_text::long_date;
use crate::domain::id::Slug;
use crate::events::evolve::{Catalogue, Civil, Record};

/// Somebody on file.
pub(super) struct Person {
    pub name: String,
    pub email: Email,
    pub record: Arc<Record>,
}

/// One expiry that a reminder announces, as its parameters hold it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminded {
    /// The discipline of the card; none for the waiver.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discipline: Option<Slug>,
    /// The first day on which it is no longer valid (D3).
    pub expires: CivilDate,
}

impl Reminded {
    /// What the mail says of it today; none where it was renewed or corrected since, or the card is empty by now.
    pub(super) fn value(&self, catalogue: &Catalogue, civil: &Civil, today: CivilDate) -> Option<Value> {
        let expires = match &self.discipline {
            None => civil.waiver?.expires_on,
            Some(slug) => {
                let card = civil.cards.get(slug).filter(|card| !card.authorizations.is_empty())?;
                card.term?.expires_on
            }
        };
        if expires != self.expires {
            return None;
        }
        let name = |slug: &Slug| {
            catalogue.disciplines.get(slug).map_or_else(|| slug.to_string(), |state| state.name.clone())
        };
        let days = expires.days_since(today);
        Some(json!({
            "discipline": self.discipline.as_ref().map(name),
            "days": days,
            "past": days <= 0,
            "tomorrow": days == 1,
            "date": long_date(expires),
            "last": long_date(expires.day_before()),
        }))
    }
}
