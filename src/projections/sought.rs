//! What somebody searches for.

use std::cmp::Reverse;

use memchr::memmem::Finder;

use crate::domain::text::fold;

/// The words of a search, folded. Each has to be found, in any order.
pub(super) struct Sought(Vec<Finder<'static>>);

impl Sought {
    /// The words in what was typed; none of them is looked for twice.
    pub fn of(typed: &str) -> Self {
        let folded = fold(typed);
        let mut words: Vec<&str> = folded.split_whitespace().collect();
        // The longest is the rarest: most texts are done with after one look.
        words.sort_unstable_by_key(|word| (Reverse(word.len()), *word));
        words.dedup();
        Self(words.into_iter().map(|word| Finder::new(word).into_owned()).collect())
    }

    /// Whether a folded text has every word, or part of a word, that is sought.
    pub fn is_in(&self, folded: &str) -> bool {
        self.0.iter().all(|word| word.find(folded.as_bytes()).is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_order_and_each_has_to_be() {
        let name = fold("Ásta Bjarnardóttir of the Fens");
        for typed in ["", "  ", "asta fens", "FENS  ásta", "bjarn of", "of of of", "Ásta Bjarnardóttir"] {
            assert!(Sought::of(typed).is_in(&name), "{typed}");
        }
        for typed in ["asta york", "astabjarn", "fens fen fenst"] {
            assert!(!Sought::of(typed).is_in(&name), "{typed}");
        }
        assert!(Sought::of("").is_in("") && !Sought::of("a").is_in(""));
    }
}
