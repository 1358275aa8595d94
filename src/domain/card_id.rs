//! The words in a card's address (DOMAIN P4).
//!
//! The original made them of three heraldic words, 19 683 possibilities in
//! all; those keep working. New ones are four words of five letters, each
//! carrying 16 bits by consonants and vowels in turn (`lusab-babad-gutih-tugad`).
//! None of these vowels is an `e`, and every tincture that ends an old id has
//! an `e` or fewer letters: no id can be of both kinds.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Sixteen consonants that look and sound apart (no c, q, w, x, y).
const CONSONANTS: &[u8; 16] = b"bdfghjklmnprstvz";
/// Four vowels (no e: see the module's text).
const VOWELS: &[u8; 4] = b"aiou";
/// Fragments that nobody should have to read aloud at a field.
const RUDE: [&str; 18] = [
    "bugar", "dago", "dik", "fag", "fuk", "homo", "jap", "jihad", "kafir", "kak", "kok", "kum", "nazi",
    "nig", "paki", "pis", "puta", "tit",
];
/// Words in a new id.
const WORDS: usize = 4;

/// The secret in a card page's address. Never printed for debugging, never
/// written to the log unsealed.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CardId(Arc<str>);

/// How hard a card id is to guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardIdForm {
    /// Three heraldic words of the original: guessable.
    Legacy,
    /// Four made-up words: more than 60 bits.
    Long,
}

/// Why a text is no [`CardId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a card id is words of the letters a to z joined by single hyphens, at most 255 characters")]
pub struct NotACardId;

impl CardId {
    /// Most bytes a card id has.
    pub const MAX_BYTES: usize = 255;

    /// Makes a new id from ten random bytes: eight for the words, two to
    /// replace a word that would read rudely.
    #[must_use]
    pub fn from_random(random: &[u8; 10]) -> Self {
        let [w0, w1, w2, w3, w4, w5, w6, w7, s0, s1] = *random;
        let spare = u16::from_be_bytes([s0, s1]);
        let values = [[w0, w1], [w2, w3], [w4, w5], [w6, w7]];
        let words: [String; WORDS] = values.map(|pair| polite_word(u16::from_be_bytes(pair), spare));
        Self(Arc::from(words.join("-")))
    }

    /// Reads an id of either form; case and white space around it do not matter.
    ///
    /// # Errors
    /// [`NotACardId`] for any other shape.
    pub fn parse(text: &str) -> Result<Self, NotACardId> {
        let id = text.trim().to_ascii_lowercase();
        let shaped = id.len() <= Self::MAX_BYTES
            && id.contains('-')
            && id.split('-').all(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase()));
        if shaped { Ok(Self(Arc::from(id))) } else { Err(NotACardId) }
    }

    /// The id, for an address or for sealing.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Which form it has.
    #[must_use]
    pub fn form(&self) -> CardIdForm {
        let words = self.0.split('-').count();
        if words == WORDS && self.0.split('-').all(is_made_up) {
            CardIdForm::Long
        } else {
            CardIdForm::Legacy
        }
    }

    /// What audit views show: the first letter, a hint that opens nothing.
    #[must_use]
    pub fn masked(&self) -> String {
        self.0.chars().take(1).chain(['…']).collect()
    }
}

impl fmt::Debug for CardId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardId(…)")
    }
}

/// The word of that value or, if it is rude, of another that depends on `spare`.
fn polite_word(value: u16, spare: u16) -> String {
    let mut value = value;
    loop {
        let word = word_of(value);
        if !RUDE.iter().any(|rude| word.contains(rude)) {
            return word;
        }
        // An odd step visits every value, so this ends.
        value = value.wrapping_add(spare | 1);
    }
}

fn word_of(value: u16) -> String {
    let consonant = |shift: u32| char::from(CONSONANTS[usize::from(value >> shift & 15)]);
    let vowel = |shift: u32| char::from(VOWELS[usize::from(value >> shift & 3)]);
    [consonant(12), vowel(10), consonant(6), vowel(4), consonant(0)].into_iter().collect()
}

fn is_made_up(word: &str) -> bool {
    word.len() == 5
        && word
            .bytes()
            .enumerate()
            .all(|(i, b)| if i % 2 == 0 { CONSONANTS.contains(&b) } else { VOWELS.contains(&b) })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn p4_old_ids_keep_working_and_are_known_as_guessable() {
        for old in ["lion-rampant-gules", "per-bend-sinister-fleur-de-lis-or", "wolf-statant-azure"] {
            let id = CardId::parse(old).unwrap();
            assert_eq!((id.as_str(), id.form()), (old, CardIdForm::Legacy));
        }
        assert_eq!(CardId::parse(" Lion-Rampant-Gules "), CardId::parse("lion-rampant-gules"));
    }

    #[test]
    fn p4_another_shape_is_no_card_id() {
        let long = format!("a-{}", "b".repeat(254));
        for bad in [
            "",
            "lion",
            "-lion",
            "lion-",
            "lion--gules",
            "lion-7",
            "lion gules",
            "ásta-gules",
            "a-b/c",
            &long,
        ] {
            assert_eq!(CardId::parse(bad), Err(NotACardId), "{bad}");
        }
        assert!(CardId::parse(&long[1..]).is_err());
        assert!(CardId::parse(&long[..255]).is_ok());
    }

    #[test]
    fn p4_no_tincture_can_end_a_new_id() {
        for tincture in ["argent", "azure", "ermine", "gules", "or", "purpure", "sable", "vair", "vert"] {
            assert!(!is_made_up(tincture));
        }
    }

    #[test]
    fn p4_a_new_id_has_more_than_60_bits() {
        let polite = (0..=u16::MAX).filter(|v| !RUDE.iter().any(|r| word_of(*v).contains(r))).count();
        assert!(4.0 * f64::from(u32::try_from(polite).unwrap()).log2() > 63.0, "{polite} words");
        let distinct: std::collections::BTreeSet<String> = (0..=u16::MAX).map(word_of).collect();
        assert_eq!(distinct.len(), 65_536);
    }

    #[test]
    fn p4_a_rude_word_is_replaced() {
        let rude = (0..=u16::MAX).find(|v| word_of(*v).contains("nazi")).unwrap().to_be_bytes();
        let id = CardId::from_random(&[rude[0], rude[1], 0, 0, 0, 0, 0, 0, 7, 7]);
        assert!(!id.as_str().contains("nazi"));
    }

    #[test]
    fn an_id_is_masked_for_auditors_and_never_printed() {
        let id = CardId::from_random(&[0; 10]);
        assert_eq!(id.as_str(), "babab-babab-babab-babab");
        assert_eq!(id.masked(), "b…");
        assert!(!format!("{id:?}").contains("bab"));
    }

    proptest! {
        #[test]
        fn p4_a_new_id_is_read_back_as_the_same(random in any::<[u8; 10]>()) {
            let id = CardId::from_random(&random);
            prop_assert_eq!(id.form(), CardIdForm::Long);
            prop_assert_eq!(CardId::parse(id.as_str()), Ok(id));
        }
    }
}
