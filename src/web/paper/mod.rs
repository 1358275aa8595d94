//! The card on paper: PDF with vector text that can be selected, searched and read aloud.
//!
//! [`font`] is what letters look like, [`sheet`] puts them and lines on pages and writes the file, [`drawing`]
//! follows SVG paths, [`card`] says what stands where. Nothing here asks anybody: what a card says comes as the
//! same view that the page shows.

pub mod card;
mod drawing;
mod file;
mod font;
mod sheet;

pub use card::{Letterhead, card};

/// How large the paper is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// As a bank card, 85.6 by 54 mm (ISO/IEC 7810 ID-1): what is held, on as many sides as it takes.
    Wallet,
    /// Letter, 8.5 by 11 inches: everything that the card page shows.
    Letter,
}

impl Size {
    /// By the name that an address uses.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "wallet" => Some(Self::Wallet),
            "letter" => Some(Self::Letter),
            _ => None,
        }
    }
}

/// Why nothing can be put on paper: a broken build.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    /// A font is not part of the program.
    #[error("the font {0} is missing from the program")]
    NoFont(&'static str),
    /// A font cannot be read.
    #[error("the font {0} cannot be read")]
    BadFont(&'static str),
}
