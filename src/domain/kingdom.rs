//! What a kingdom says about itself, and the switches it sets: data, not code.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::contact::Email;
use super::text::clean;

/// The kingdom's own description. All of it is public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KingdomSettings {
    /// Short name, such as `Ealdormere`; 1 to 100 characters.
    pub name: String,
    /// Full name, such as `Kingdom of Ealdormere`; 1 to 100 characters.
    pub title: String,
    /// The time zone whose civil date is *today* (D1).
    pub zone: Zone,
    /// The one accent colour of its pages.
    pub accent: Colour,
    /// Where to write to the Minister of the Lists, an office address; `Reply-To` of mails.
    pub mol_email: Option<String>,
    /// The kingdom's own pages, starting with `https://` or `http://`.
    pub website: Option<String>,
}

/// An IANA time zone, such as `America/Toronto`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Zone(chrono_tz::Tz);

/// A colour, written `#RRGGBB`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Colour([u8; 3]);

/// Why a text is no setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotASetting {
    /// No such time zone.
    #[error("a time zone is a name of the IANA list, like America/Toronto")]
    Zone,
    /// No colour.
    #[error("a colour is written # and six hexadecimal digits, like #942824")]
    Colour,
}

/// Settings as an officer typed them; an empty text is no e-mail or website.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RawKingdom {
    /// Short name.
    pub name: String,
    /// Full name.
    pub title: String,
    /// Time zone.
    pub zone: String,
    /// Accent colour.
    pub accent: String,
    /// The Minister of the Lists' address.
    pub mol_email: String,
    /// The kingdom's own pages.
    pub website: String,
    /// What the badge shows; empty to leave it ([`super::arms`]).
    pub charge: String,
    /// In which colour; empty to leave it.
    pub charge_colour: String,
}

/// What is wrong with one setting.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {problem}")]
pub struct SettingError {
    /// The field's name in [`RawKingdom`].
    pub field: &'static str,
    /// What is wrong and what would be right.
    pub problem: String,
}

/// For whom a feature is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SwitchMode {
    /// For nobody.
    #[default]
    Off,
    /// For everyone.
    Everyone,
    /// For the combatants that are listed.
    Listed,
}

/// The switch of PINs (L3).
pub const PIN_SWITCH: &str = "pin-authentication";

/// The switches that the program asks: name, what it is called, what it does.
pub const SWITCHES: [(&str, &str, &str); 1] = [(
    PIN_SWITCH,
    "PINs on card pages",
    "With it on, a person’s card page asks for the PIN that the person chose (L3).",
)];

impl Default for KingdomSettings {
    fn default() -> Self {
        Self {
            name: "Ealdormere".to_owned(),
            title: "Kingdom of Ealdormere".to_owned(),
            zone: Zone(chrono_tz::America::Toronto),
            accent: Colour([0x94, 0x28, 0x24]),
            mol_email: None,
            website: None,
        }
    }
}

impl KingdomSettings {
    /// Reads what was typed.
    ///
    /// # Errors
    /// Every setting that is wrong.
    pub fn parse(raw: &RawKingdom) -> Result<Self, Vec<SettingError>> {
        let mut errors = Vec::new();
        let mut note = |field: &'static str, problem: String| errors.push(SettingError { field, problem });
        let name = named(&raw.name).map_err(|problem| note("name", problem));
        let title = named(&raw.title).map_err(|problem| note("title", problem));
        let zone = raw.zone.trim().parse::<Zone>().map_err(|why| note("zone", why.to_string()));
        let accent = raw.accent.trim().parse::<Colour>().map_err(|why| note("accent", why.to_string()));
        let mol_email =
            unless_empty(&raw.mol_email, office_address).map_err(|problem| note("mol_email", problem));
        let website = unless_empty(&raw.website, web_address).map_err(|problem| note("website", problem));
        match (name, title, zone, accent, mol_email, website) {
            (Ok(name), Ok(title), Ok(zone), Ok(accent), Ok(mol_email), Ok(website)) => {
                Ok(Self { name, title, zone, accent, mol_email, website })
            }
            _ => Err(errors),
        }
    }
}

fn named(raw: &str) -> Result<String, String> {
    let text = clean(raw).map_err(|fault| format!("{fault}; {}", fault.remedy()))?;
    match text.chars().count() {
        1..=100 => Ok(text),
        0 => Err("it is missing; fill it in".to_owned()),
        length => Err(format!("it has {length} characters, at most 100 fit; shorten it")),
    }
}

fn unless_empty(raw: &str, read: fn(&str) -> Result<String, String>) -> Result<Option<String>, String> {
    let text = raw.trim();
    if text.is_empty() { Ok(None) } else { read(text).map(Some) }
}

fn office_address(text: &str) -> Result<String, String> {
    Email::parse(text).map(|email| email.as_str().to_owned()).map_err(|why| why.to_string())
}

fn web_address(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let shaped = text.len() <= 255
        && text.bytes().all(|b| b.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&b))
        && rest.is_some_and(|rest| rest.bytes().next().is_some_and(|b| b.is_ascii_alphanumeric()));
    let wrong =
        "a website is written like https://ealdormere.example/, at most 255 characters without spaces";
    if shaped { Ok(text.to_owned()) } else { Err(wrong.to_owned()) }
}

impl Zone {
    /// The names of the zones there are, by continent or ocean.
    pub fn names() -> impl Iterator<Item = &'static str> {
        const PLACES: [&str; 9] = [
            "Africa/",
            "America/",
            "Antarctica/",
            "Asia/",
            "Atlantic/",
            "Australia/",
            "Europe/",
            "Indian/",
            "Pacific/",
        ];
        let all = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
        all.filter(|name| PLACES.iter().any(|place| name.starts_with(place)))
    }

    /// The zone for computing with.
    #[must_use]
    pub const fn tz(self) -> chrono_tz::Tz {
        self.0
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())
    }
}

impl FromStr for Zone {
    type Err = NotASetting;

    fn from_str(text: &str) -> Result<Self, NotASetting> {
        text.parse().map(Self).map_err(|_| NotASetting::Zone)
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.to_string()
    }
}

impl TryFrom<String> for Zone {
    type Error = NotASetting;

    fn try_from(text: String) -> Result<Self, NotASetting> {
        text.parse()
    }
}

impl Colour {
    /// White.
    pub const WHITE: Self = Self([0xff; 3]);

    /// Red, green and blue.
    #[must_use]
    pub const fn rgb(self) -> [u8; 3] {
        self.0
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [red, green, blue] = self.0;
        write!(f, "#{red:02x}{green:02x}{blue:02x}")
    }
}

impl FromStr for Colour {
    type Err = NotASetting;

    fn from_str(text: &str) -> Result<Self, NotASetting> {
        let digits = text.strip_prefix('#').ok_or(NotASetting::Colour)?;
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(NotASetting::Colour);
        }
        let value = u32::from_str_radix(digits, 16).map_err(|_| NotASetting::Colour)?;
        let [_, red, green, blue] = value.to_be_bytes();
        Ok(Self([red, green, blue]))
    }
}

impl From<Colour> for String {
    fn from(colour: Colour) -> Self {
        colour.to_string()
    }
}

impl TryFrom<String> for Colour {
    type Error = NotASetting;

    fn try_from(text: String) -> Result<Self, NotASetting> {
        text.parse()
    }
}

impl SwitchMode {
    /// The name in events, forms and on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Everyone => "everyone",
            Self::Listed => "listed",
        }
    }

    /// The mode of that name, if there is one.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Off, Self::Everyone, Self::Listed].into_iter().find(|mode| mode.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> RawKingdom {
        RawKingdom {
            name: "Ealdormere".into(),
            title: " Kingdom  of Ealdormere".into(),
            zone: "America/Toronto".into(),
            accent: "#942824".into(),
            ..RawKingdom::default()
        }
    }

    #[test]
    fn the_first_kingdom_is_ealdormere() {
        let settings = KingdomSettings::default();
        assert_eq!(KingdomSettings::parse(&typed()), Ok(settings.clone()));
        let json = serde_json::to_string(&settings).unwrap();
        assert!(json.contains(r##""zone":"America/Toronto","accent":"#942824""##));
        assert_eq!(serde_json::from_str::<KingdomSettings>(&json).unwrap(), settings);
        assert_eq!(serde_json::from_str::<KingdomSettings>("{}").unwrap(), settings);
    }

    #[test]
    fn an_office_address_and_a_website_may_be_given() {
        let raw = RawKingdom {
            mol_email: " mol@ealdormere.example ".into(),
            website: "https://ealdormere.example/".into(),
            ..typed()
        };
        let settings = KingdomSettings::parse(&raw).unwrap();
        assert_eq!(settings.mol_email.as_deref(), Some("mol@ealdormere.example"));
        assert_eq!(settings.website.as_deref(), Some("https://ealdormere.example/"));
    }

    #[test]
    fn every_wrong_setting_is_named_at_once() {
        let raw = RawKingdom {
            name: String::new(),
            title: "x".repeat(101),
            zone: "Toronto".into(),
            accent: "red".into(),
            mol_email: "mol".into(),
            website: "javascript:alert(1)".into(),
            ..RawKingdom::default()
        };
        let errors = KingdomSettings::parse(&raw).unwrap_err();
        let fields: Vec<_> = errors.iter().map(|error| error.field).collect();
        assert_eq!(fields, ["name", "title", "zone", "accent", "mol_email", "website"]);
        assert!("#94282".parse::<Colour>().is_err() && "#+42824".parse::<Colour>().is_err());
        for bad in ["https://", "https:///x", "https://a b", "https://a\"b", "ftp://a"] {
            assert!(web_address(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_switch_is_off_for_everyone_or_for_those_listed() {
        for mode in [SwitchMode::Off, SwitchMode::Everyone, SwitchMode::Listed] {
            assert_eq!(serde_json::to_string(&mode).unwrap(), format!("\"{}\"", mode.as_str()));
            assert_eq!(SwitchMode::parse(mode.as_str()), Some(mode));
        }
    }
}
