//! Postal codes, written as each country writes them (DOMAIN P2).

use std::fmt;

use super::text::{TextFault, clean};

/// A country whose postal codes have a known shape, or any other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Country {
    /// `ANA NAN`.
    Canada,
    /// `NNNNN` or `NNNNN-NNNN`.
    UnitedStates,
    /// Anything of 1 to 20 letters, digits, spaces and hyphens.
    Other,
}

/// A postal code in its country's spelling. Personal: never printed for debugging.
#[derive(Clone, PartialEq, Eq)]
pub struct PostalCode(String);

/// Why a text is no [`PostalCode`] of the country.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAPostalCode {
    /// A character that no text may hold.
    #[error(transparent)]
    Text(#[from] TextFault),
    /// Another shape than that country's.
    #[error("a postal code {}", .0.shape())]
    Shape(Country),
}

impl Country {
    /// The country that a region's country text names, in full or by its code.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        match text.trim().to_ascii_lowercase().as_str() {
            "canada" | "ca" | "can" => Self::Canada,
            "united states" | "united states of america" | "usa" | "us" | "u.s." | "u.s.a." => {
                Self::UnitedStates
            }
            _ => Self::Other,
        }
    }

    /// The shape of its postal codes, to follow the words "a postal code".
    #[must_use]
    pub const fn shape(self) -> &'static str {
        match self {
            Self::Canada => "in Canada is written like M5V 2T6",
            Self::UnitedStates => "in the United States is written like 48226 or 48226-1234",
            Self::Other => "has 1 to 20 letters, digits, spaces and hyphens",
        }
    }
}

impl PostalCode {
    /// Reads a postal code of the country; case, spaces and hyphens are put right.
    ///
    /// # Errors
    /// [`NotAPostalCode`] when it has another shape.
    pub fn parse(raw: &str, country: Country) -> Result<Self, NotAPostalCode> {
        let text = clean(raw)?.to_uppercase();
        let bare: String =
            text.chars().filter(|c| !matches!(c, ' ' | '-' | '\u{2010}'..='\u{2014}')).collect();
        let code = match country {
            Country::Canada => canadian(&bare),
            Country::UnitedStates => american(&bare),
            Country::Other => {
                let fits = !bare.is_empty()
                    && text.len() <= 20
                    && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ' || b == b'-');
                fits.then_some(text)
            }
        };
        code.map(Self).ok_or(NotAPostalCode::Shape(country))
    }

    /// The code in its country's spelling.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PostalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostalCode(…)")
    }
}

fn canadian(bare: &str) -> Option<String> {
    let shaped = bare.len() == 6
        && bare
            .bytes()
            .enumerate()
            .all(|(i, b)| if i % 2 == 0 { b.is_ascii_uppercase() } else { b.is_ascii_digit() });
    shaped.then(|| format!("{} {}", &bare[..3], &bare[3..]))
}

fn american(bare: &str) -> Option<String> {
    if !bare.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match bare.len() {
        5 => Some(bare.to_owned()),
        9 => Some(format!("{}-{}", &bare[..5], &bare[5..])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn kept(raw: &str, country: Country) -> Option<String> {
        PostalCode::parse(raw, country).ok().map(|code| code.0)
    }

    #[test]
    fn p2_a_canadian_code_is_upper_case_with_one_space() {
        for typed in ["M9N 8N6", "m9n8n6", " m9n  8n6 ", "M9N-8N6"] {
            assert_eq!(kept(typed, Country::Canada).as_deref(), Some("M9N 8N6"));
        }
        for bad in ["", "12345-678", "L0L0L0L", "M9N 8N", "M9N 8NÑ", "48226", "Ａ1A 1A1"] {
            assert_eq!(kept(bad, Country::Canada), None, "{bad}");
        }
    }

    #[test]
    fn p2_an_american_code_has_five_digits_or_five_and_four() {
        assert_eq!(kept("48226", Country::UnitedStates).as_deref(), Some("48226"));
        for typed in ["48618-2121", "486182121", "48618 2121"] {
            assert_eq!(kept(typed, Country::UnitedStates).as_deref(), Some("48618-2121"));
        }
        for bad in ["12345-678", "M9N 8N6", "4822", "٤٨٢٢٦"] {
            assert_eq!(kept(bad, Country::UnitedStates), None, "{bad}");
        }
    }

    #[test]
    fn p2_codes_of_other_countries_are_only_kept_clean() {
        assert_eq!(kept("sw1a  1aa", Country::Other).as_deref(), Some("SW1A 1AA"));
        assert_eq!(kept("-", Country::Other), None);
        assert_eq!(kept(&"1".repeat(21), Country::Other), None);
    }

    #[test]
    fn a_regions_country_is_found_by_name_or_code() {
        assert_eq!(Country::of_text("Canada"), Country::Canada);
        assert_eq!(Country::of_text(" USA"), Country::UnitedStates);
        assert_eq!(Country::of_text("United States"), Country::UnitedStates);
        assert_eq!(Country::of_text("Drachenwald"), Country::Other);
    }

    proptest! {
        #[test]
        fn p2_a_code_kept_is_read_back_as_the_same(typed in "[a-zA-Z0-9 -]{1,12}|[a-z][0-9][a-z][ -]?[0-9][a-z][0-9]|[0-9]{5}([ -]?[0-9]{4})?") {
            for country in [Country::Canada, Country::UnitedStates, Country::Other] {
                if let Ok(code) = PostalCode::parse(&typed, country) {
                    prop_assert_eq!(PostalCode::parse(code.as_str(), country), Ok(code));
                }
            }
        }
    }
}
