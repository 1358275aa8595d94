//! Texts that people type: made clean before they are kept (DOMAIN P2), and
//! folded for searching, so that `asta` finds `Ásta`.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::id::Slug;

/// Why a typed text cannot be kept. Holds the character that is in the way, never the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    /// A control character, which no keyboard types into a name.
    #[error("it holds the control character U+{:04X}", u32::from(*.0))]
    Control(char),
    /// A character that cannot be seen and can make one text look like another.
    #[error("it holds the invisible character U+{:04X}", u32::from(*.0))]
    Invisible(char),
    /// U+FFFD or a code point that is no character: the text was damaged on its way here.
    #[error("it holds a damaged character (U+{:04X})", u32::from(*.0))]
    Damaged(char),
}

impl TextFault {
    /// What to do about it, as an instruction.
    #[must_use]
    pub const fn remedy(self) -> &'static str {
        match self {
            Self::Control(_) | Self::Invisible(_) => "delete it and type it again instead of pasting it",
            Self::Damaged(_) => "save the file as UTF-8, or type the text again",
        }
    }
}

/// A typed text as it is kept: trimmed, every run of white space (tabs and line
/// ends too) one space, Unicode normal form C. Applying it twice changes
/// nothing more. The result may be empty.
///
/// Refused are control characters, characters that override or isolate the
/// direction of writing, and those that cannot be seen. Letters of
/// right-to-left scripts are fine.
///
/// # Errors
/// [`TextFault`] names the first character that is in the way.
pub fn clean(raw: &str) -> Result<String, TextFault> {
    let mut kept = String::with_capacity(raw.len());
    let mut gap = false;
    for c in raw.chars() {
        if is_space(c) {
            gap = true;
            continue;
        }
        if let Some(fault) = fault_of(c) {
            return Err(fault);
        }
        if gap && !kept.is_empty() {
            kept.push(' ');
        }
        gap = false;
        kept.push(c);
    }
    Ok(kept.nfc().collect())
}

/// What stands in the way of a text of several lines, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("in line {line}, {fault}")]
pub struct LineFault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub fault: TextFault,
}

/// A typed text of several lines as it is kept: line ends are line feeds, Unicode normal form C,
/// no empty lines at either end. What stands in a line stays as it is, because Markdown means
/// something by it. Applying it twice changes nothing more. The result may be empty.
///
/// # Errors
/// [`LineFault`]: what [`clean`] refuses, and in which line.
pub fn clean_lines(raw: &str) -> Result<String, LineFault> {
    let text = raw.replace("\r\n", "\n").replace('\r', "\n");
    for (index, line) in text.split('\n').enumerate() {
        if let Some(fault) = line.chars().filter(|c| *c != '\t').find_map(fault_of) {
            return Err(LineFault { line: index + 1, fault });
        }
    }
    let lines: Vec<&str> = text.split('\n').collect();
    let filled = |line: &str| !line.trim().is_empty();
    let Some(first) = lines.iter().position(|line| filled(line)) else { return Ok(String::new()) };
    let last = lines.iter().rposition(|line| filled(line)).unwrap_or(first);
    Ok(lines[first..=last].join("\n").trim_end().nfc().collect())
}

/// White space that becomes one space. Vertical tab, form feed and NEL count as
/// control characters instead.
fn is_space(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r') || (c.is_whitespace() && !c.is_control())
}

fn fault_of(c: char) -> Option<TextFault> {
    match c {
        _ if c.is_control() => Some(TextFault::Control(c)),
        // Soft hyphen, grapheme joiner, Arabic letter mark, Hangul fillers, Khmer inherent vowels,
        // Mongolian separators, zero-width and direction marks, invisible operators, shorthand and
        // interlinear controls, variation selectors, tags.
        '\u{AD}'
        | '\u{34F}'
        | '\u{600}'..='\u{605}'
        | '\u{61C}'
        | '\u{115F}'
        | '\u{1160}'
        | '\u{17B4}'
        | '\u{17B5}'
        | '\u{180B}'..='\u{180F}'
        | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2060}'..='\u{206F}'
        | '\u{3164}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FEFF}'
        | '\u{FFA0}'
        | '\u{FFF0}'..='\u{FFFB}'
        | '\u{1BCA0}'..='\u{1BCA3}'
        | '\u{1D173}'..='\u{1D17A}'
        | '\u{E0000}'..='\u{E0FFF}' => Some(TextFault::Invisible(c)),
        '\u{FFFD}' | '\u{FDD0}'..='\u{FDEF}' => Some(TextFault::Damaged(c)),
        _ if u32::from(c) & 0xFFFE == 0xFFFE => Some(TextFault::Damaged(c)),
        _ => None,
    }
}

/// A text as searches compare it: compatibility decomposed (NFKD), marks
/// dropped, lower case, and letters that do not decompose spelt out
/// (þ th, ð d, ø o, ł l, æ ae, œ oe, ß ss, đ d, ı i). Typographic apostrophes
/// and hyphens become the ones on a keyboard. Applying it twice changes nothing more.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match c {
            'þ' => folded.push_str("th"),
            'ð' | 'đ' => folded.push('d'),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            'ß' => folded.push_str("ss"),
            'ı' => folded.push('i'),
            'ς' => folded.push('σ'),
            '\u{2018}' | '\u{2019}' | '\u{2BC}' | '\u{2B9}' => folded.push('\''),
            '\u{2010}'..='\u{2015}' | '\u{2212}' => folded.push('-'),
            c if is_combining_mark(c) => {}
            c => folded.push(c),
        }
    }
    folded
}

/// A name as initials, `X. J.`: what a card page shows of a legal name when it
/// was reached by a guessable address (P4). The name is to be clean.
#[must_use]
pub fn initials(name: &str) -> String {
    let letters = name.split(' ').filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    letters.map(|c| format!("{}.", c.to_uppercase())).collect::<Vec<_>>().join(" ")
}

/// The slug that a name suggests, as the original made them: folded, white
/// space and hyphens one hyphen, everything else dropped (`Cut & Thrust` →
/// `cut-thrust`). `None` when no letter or digit of ASCII is left.
#[must_use]
pub fn slug_of(name: &str) -> Option<Slug> {
    let mut slug = String::new();
    let mut gap = false;
    for c in fold(name).chars() {
        if c.is_ascii_alphanumeric() {
            if gap && !slug.is_empty() {
                slug.push('-');
            }
            gap = false;
            slug.push(c);
        } else if c.is_whitespace() || c == '-' || c == '_' {
            gap = true;
        }
    }
    slug.truncate(64);
    Slug::parse(slug.trim_end_matches('-')).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn p2_a_text_is_trimmed_and_its_white_space_collapsed() {
        assert_eq!(clean("  Ben \t\u{A0}Dunfirth\r\n"), Ok("Ben Dunfirth".into()));
        assert_eq!(clean(" \n "), Ok(String::new()));
    }

    #[test]
    fn p2_a_text_is_kept_in_normal_form_c() {
        assert_eq!(clean("A\u{301}sta"), Ok("Ásta".into()));
    }

    #[test]
    fn p2_control_characters_are_refused_and_named() {
        for c in ['\0', '\u{7}', '\u{B}', '\u{1B}', '\u{7F}', '\u{85}'] {
            assert_eq!(clean(&format!("a{c}b")), Err(TextFault::Control(c)));
        }
        assert_eq!(TextFault::Control('\u{7}').to_string(), "it holds the control character U+0007");
    }

    #[test]
    fn p2_characters_that_turn_or_hide_text_are_refused_but_right_to_left_letters_are_fine() {
        for c in ('\u{202A}'..='\u{202E}').chain('\u{2066}'..='\u{2069}').chain(['\u{200B}', '\u{FEFF}']) {
            assert_eq!(clean(&format!("a{c}b")), Err(TextFault::Invisible(c)));
        }
        assert_eq!(clean("\u{FFFD}"), Err(TextFault::Damaged('\u{FFFD}')));
        for name in ["יוסף בן דוד", "يوسف", "Ραφαήλ", "Nguyễn", "李小龍", "<b>O'Hara</b>"]
        {
            assert_eq!(clean(name).as_deref(), Ok(name));
        }
    }

    #[test]
    fn searches_find_letters_with_marks_and_letters_that_do_not_decompose() {
        for (name, folded) in [
            ("Ásta", "asta"),
            ("Þorvaldsdóttir", "thorvaldsdottir"),
            ("Hróðgeirr", "hrodgeirr"),
            ("Złotogłowy", "zlotoglowy"),
            ("Ægir Œuvre Straße Đorđe", "aegir oeuvre strasse dorde"),
            ("Skåne", "skane"),
            ("SØREN ŁUKASZ STRAẞE", "soren lukasz strasse"),
            ("İstanbul ırmak", "istanbul irmak"),
            ("Ραφαήλ Ραφαήλος", "ραφαηλ ραφαηλοσ"),
            ("Nguyễn", "nguyen"),
            ("O’Hara", "o'hara"),
        ] {
            assert_eq!(fold(name), folded);
        }
    }

    proptest! {
        #[test]
        fn p2_cleaning_twice_is_cleaning_once(raw in any::<String>()) {
            if let Ok(once) = clean(&raw) {
                prop_assert_eq!(clean(&once), Ok(once.clone()));
            }
        }

        #[test]
        fn folding_twice_is_folding_once(raw in any::<String>()) {
            let once = fold(&raw);
            prop_assert_eq!(fold(&once), once);
        }
    }

    #[test]
    fn a_text_of_several_lines_keeps_what_markdown_means_by_them() {
        let typed = "\r\n \n# Cafe\u{301}\r\n\r\n    code\there  \nnext\n\n";
        let kept = clean_lines(typed).unwrap();
        assert_eq!(kept, "# Café\n\n    code\there  \nnext");
        assert_eq!(clean_lines(&kept).as_deref(), Ok(kept.as_str()));
        assert_eq!(clean_lines(" \n\t"), Ok(String::new()));
        let fault = clean_lines("one\n\ntwo\u{7}").unwrap_err();
        assert_eq!(fault, LineFault { line: 3, fault: TextFault::Control('\u{7}') });
    }

    #[test]
    fn p4_initials_hide_a_name_in_any_script() {
        for (name, shown) in [
            ("Xavier Jansen", "X. J."),
            ("o'Hara", "O."),
            ("Ραφαήλ (ben) Example", "Ρ. B. E."),
            ("ßen", "SS."),
            ("-", ""),
        ] {
            assert_eq!(initials(name), shown);
        }
    }

    #[test]
    fn a_slug_follows_from_a_name_as_in_the_original() {
        for (name, slug) in [
            ("Armoured Combat", "armoured-combat"),
            ("Cut & Thrust", "cut-thrust"),
            ("Weapon/Shield", "weaponshield"),
            (" Épée -- Été_2 ", "epee-ete-2"),
        ] {
            assert_eq!(slug_of(name).unwrap().as_str(), slug);
        }
        assert_eq!(slug_of("&"), None);
        assert_eq!(slug_of(&"ab ".repeat(99)).unwrap().as_str().len(), 64);
    }

    #[test]
    fn folding_and_cleaning_are_stable_for_every_character() {
        for c in '\0'..='\u{1FFFF}' {
            let once = fold(&c.to_string());
            assert_eq!(fold(&once), once, "U+{:04X}", u32::from(c));
            if let Ok(once) = clean(&format!("a{c}b")) {
                assert_eq!(clean(&once).as_deref(), Ok(once.as_str()), "U+{:04X}", u32::from(c));
            }
        }
    }
}
