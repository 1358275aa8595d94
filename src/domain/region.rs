//! Regions: the provinces and states that combatants may live in (DOMAIN §1).

use serde::{Deserialize, Serialize};

use super::postal::Country;

/// One region as the kingdom keeps it, and as `regions.json` spells it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegionEntry {
    /// Its code, such as `ON`.
    pub code: String,
    /// Its name, such as `Ontario`.
    pub name: String,
    /// Its country's name, such as `Canada`.
    pub country: String,
    /// How its postal codes look, for people, such as `A1A 1A1`.
    #[serde(default)]
    pub postal_format: String,
    /// Whether combatants may be registered there now.
    #[serde(default = "yes")]
    pub active: bool,
}

const fn yes() -> bool {
    true
}

impl RegionEntry {
    /// The country, as far as its postal codes matter.
    #[must_use]
    pub fn country(&self) -> Country {
        Country::of_text(&self.country)
    }
}

/// The region of that code, active or not; the case of the code does not matter.
#[must_use]
pub fn find_region<'r>(regions: &'r [RegionEntry], code: &str) -> Option<&'r RegionEntry> {
    regions.iter().find(|region| region.code.eq_ignore_ascii_case(code))
}

/// The codes of the active regions, as a list for people: `ON, MI`.
#[must_use]
pub fn active_codes(regions: &[RegionEntry]) -> String {
    let codes: Vec<&str> =
        regions.iter().filter(|region| region.active).map(|region| region.code.as_str()).collect();
    codes.join(", ")
}
