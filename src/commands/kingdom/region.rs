//! The regions a combatant may live in.

use super::{name, one};
use crate::commands::{Context, Refusal};
use crate::domain::id::{StreamId, StreamType};
use crate::domain::region::{RegionEntry, find_region};
use crate::domain::text::clean;
use crate::events::evolve::Catalogue;
use crate::events::regions::{RegionAdded, RegionChanged};
use crate::events::{Event, Fact, RegionsEvent};

/// Add a province or state.
#[derive(Debug, Clone)]
pub struct AddRegion(pub RegionEntry);

/// Change a region, or open or close it for new entries; its code never changes.
#[derive(Debug, Clone)]
pub struct ChangeRegion(pub RegionEntry);

/// The entry with its texts cleaned.
fn checked(entry: &RegionEntry) -> Result<RegionEntry, Refusal> {
    Ok(RegionEntry {
        code: region_code(&entry.code)?,
        name: name(&entry.name, "region")?,
        country: name(&entry.country, "country")?,
        postal_format: postal_sample(&entry.postal_format)?,
        active: entry.active,
    })
}

/// The code of a region: two letters, in capitals.
///
/// # Errors
/// [`Refusal::Rule`] naming P1.
pub fn region_code(text: &str) -> Result<String, Refusal> {
    let code = text.trim().to_ascii_uppercase();
    if code.len() != 2 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
        return Err(Refusal::rule("P1", format!("a region's code is two letters, not “{text}”")));
    }
    Ok(code)
}

/// A sample of postal codes: at most 20 characters, cleaned; may be empty.
///
/// # Errors
/// [`Refusal::Rule`] naming P2.
pub fn postal_sample(text: &str) -> Result<String, Refusal> {
    let cleaned =
        clean(text).map_err(|fault| Refusal::rule("P2", format!("the sample of postal codes: {fault}")))?;
    match cleaned.chars().count() {
        0..=20 => Ok(cleaned),
        length => {
            Err(Refusal::rule("P2", format!("the sample of postal codes has {length} characters; 20 fit")))
        }
    }
}

impl AddRegion {
    pub(super) fn stream(&self) -> StreamId {
        StreamId::only(StreamType::Regions)
    }

    pub(super) fn decide(&self, catalogue: &Catalogue, _: &Context) -> Result<Vec<Fact<Event>>, Refusal> {
        let RegionEntry { code, name, country, postal_format, active } = checked(&self.0)?;
        if find_region(&catalogue.regions, &code).is_some() {
            return Err(Refusal::rule("P1", format!("there is already a region {code}")));
        }
        Ok(one(RegionsEvent::from(RegionAdded { code, name, country, postal_format, active })))
    }
}

impl ChangeRegion {
    pub(super) fn stream(&self) -> StreamId {
        StreamId::only(StreamType::Regions)
    }

    pub(super) fn decide(&self, catalogue: &Catalogue, _: &Context) -> Result<Vec<Fact<Event>>, Refusal> {
        let new = checked(&self.0)?;
        match find_region(&catalogue.regions, &new.code) {
            None => Err(Refusal::rule("P1", format!("there is no region {}", new.code))),
            Some(old) if *old == new => Ok(Vec::new()),
            Some(_) => {
                let RegionEntry { code, name, country, postal_format, active } = new;
                Ok(one(RegionsEvent::from(RegionChanged { code, name, country, postal_format, active })))
            }
        }
    }
}
