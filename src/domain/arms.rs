//! The kingdom's badge: a charge on a shield of the kingdom's colour. The
//! charges are drawn by the program, so that no file that somebody sends ever
//! becomes part of a page.

use serde::{Deserialize, Serialize};

use super::kingdom::{Colour, RawKingdom, SettingError};

/// What is drawn on the shield.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Charge {
    /// Two crossed swords.
    #[default]
    Swords,
    /// A flower of three petals.
    Trillium,
    /// A star of five points.
    Star,
    /// A cross.
    Cross,
    /// A chevron.
    Chevron,
    /// A tower.
    Tower,
    /// The shield alone.
    Plain,
}

/// The badge; its field is the kingdom's accent colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arms {
    /// What is drawn.
    pub charge: Charge,
    /// In which colour.
    pub colour: Colour,
}

impl Default for Arms {
    /// White swords.
    fn default() -> Self {
        Self { charge: Charge::default(), colour: Colour::WHITE }
    }
}

impl Charge {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Swords, Self::Trillium, Self::Star, Self::Cross, Self::Chevron, Self::Tower, Self::Plain];

    /// The name in events and forms.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Swords => "swords",
            Self::Trillium => "trillium",
            Self::Star => "star",
            Self::Cross => "cross",
            Self::Chevron => "chevron",
            Self::Tower => "tower",
            Self::Plain => "plain",
        }
    }

    /// The words on screens.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Swords => "Two crossed swords",
            Self::Trillium => "A trillium",
            Self::Star => "A star",
            Self::Cross => "A cross",
            Self::Chevron => "A chevron",
            Self::Tower => "A tower",
            Self::Plain => "The shield alone",
        }
    }

    /// The charge of that name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|charge| charge.as_str() == name)
    }
}

impl Arms {
    /// Reads what was typed; what is empty stays as it is.
    ///
    /// # Errors
    /// Every setting that is wrong.
    pub fn parse(raw: &RawKingdom, now: Self) -> Result<Self, Vec<SettingError>> {
        let mut errors = Vec::new();
        let charge = match raw.charge.trim() {
            "" => Some(now.charge),
            name => Charge::parse(name),
        };
        if charge.is_none() {
            let names: Vec<_> = Charge::ALL.into_iter().map(Charge::as_str).collect();
            let problem = format!("the badge shows one of {}", names.join(", "));
            errors.push(SettingError { field: "charge", problem });
        }
        let colour = match raw.charge_colour.trim() {
            "" => Ok(now.colour),
            text => text.parse::<Colour>(),
        };
        let colour = colour
            .map_err(|why| errors.push(SettingError { field: "charge_colour", problem: why.to_string() }));
        match (charge, colour) {
            (Some(charge), Ok(colour)) => Ok(Self { charge, colour }),
            _ => Err(errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_charge_has_a_name_of_its_own() {
        for charge in Charge::ALL {
            assert_eq!(Charge::parse(charge.as_str()), Some(charge));
            assert_eq!(serde_json::to_string(&charge).unwrap(), format!("\"{}\"", charge.as_str()));
        }
    }

    #[test]
    fn what_is_not_typed_stays_and_what_is_wrong_is_named() {
        let now = Arms { charge: Charge::Star, ..Arms::default() };
        assert_eq!(Arms::parse(&RawKingdom::default(), now), Ok(now));
        let raw =
            RawKingdom { charge: "dragon".into(), charge_colour: "red".into(), ..RawKingdom::default() };
        let fields: Vec<_> = Arms::parse(&raw, now).unwrap_err().iter().map(|error| error.field).collect();
        assert_eq!(fields, ["charge", "charge_colour"]);
    }
}
