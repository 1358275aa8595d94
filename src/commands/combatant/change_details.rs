//! Changing what is known of a person.

use std::collections::BTreeMap;

use crate::commands::{Context, Refusal};
use crate::domain::details::{DetailField, RawDetails, diff};
use crate::domain::personal::Personal;
use crate::domain::validate::validate;
use crate::events::combatant::DetailsChanged;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// Change a person's details: the whole form as typed (P1). Only what differs is recorded.
#[derive(Debug, Clone)]
pub struct ChangeDetails {
    /// Every field as it is to be.
    pub details: RawDetails,
}

impl ChangeDetails {
    /// Nothing is recorded where nothing differs.
    ///
    /// # Errors
    /// [`Refusal::Fields`] with everything that is wrong with the details (P2, P3).
    pub fn decide(&self, record: &Record, context: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let changed = changes(&self.details, record, context)?;
        if changed.is_empty() {
            return Ok(Vec::new());
        }
        Ok(vec![Fact::plain(DetailsChanged { changed }.into())])
    }
}

/// The fields in which what was typed differs from what is on file.
///
/// # Errors
/// [`Refusal::Fields`] with everything that is wrong (P2, P3).
pub(super) fn changes(
    typed: &RawDetails,
    record: &Record,
    context: &Context,
) -> Result<BTreeMap<DetailField, Option<Personal>>, Refusal> {
    let valid = validate(typed, &context.catalogue.regions, context.today).map_err(Refusal::Fields)?;
    let old: BTreeMap<_, _> =
        record.details.iter().filter_map(|(field, value)| Some((*field, value.text()?.to_owned()))).collect();
    Ok(diff(&old, &valid))
}
