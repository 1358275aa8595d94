//! The two fonts, and what a document uses of them.

use std::borrow::Cow;
use std::collections::BTreeMap;

use subsetter::GlyphRemapper;
use ttf_parser::Face;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::PaperError;
use crate::web::assets;

/// Stands for a letter that the fonts do not have.
const UNKNOWN: char = '◌';

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// Running text.
    Regular,
    /// Names, headings, what counts.
    Bold,
}

impl Weight {
    /// The font's file and its name in a PDF.
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Regular => ("NotoSans-Regular.ttf", "NotoSans-Regular"),
            Self::Bold => ("NotoSans-Bold.ttf", "NotoSans-Bold"),
        }
    }

    /// The font's file, as it is part of the program.
    pub fn load(self) -> Result<Cow<'static, [u8]>, PaperError> {
        let (file, _) = self.names();
        assets::font(file).ok_or(PaperError::NoFont(file))
    }
}

/// A font, and what one document uses of it.
pub struct Ink<'f> {
    /// The name in a PDF.
    pub name: &'static str,
    /// The font itself.
    pub face: Face<'f>,
    bytes: &'f [u8],
    glyphs: GlyphRemapper,
    /// What each used glyph stands for and how wide it is in thousandths, by its number in the document.
    pub used: BTreeMap<u16, (char, f32)>,
}

/// A text as it is drawn.
pub struct Shown {
    /// The glyphs' numbers in the document, two bytes each.
    pub glyphs: Vec<u8>,
    /// Whether other letters stand for some that the font does not have.
    pub replaced: bool,
}

impl<'f> Ink<'f> {
    /// A font of which nothing is used yet.
    pub fn new(weight: Weight, bytes: &'f [u8]) -> Result<Self, PaperError> {
        let (file, name) = weight.names();
        let face = Face::parse(bytes, 0).map_err(|_| PaperError::BadFont(file))?;
        Ok(Self { name, face, bytes, glyphs: GlyphRemapper::new(), used: BTreeMap::new() })
    }

    /// Thousandths of the type size for a length in the font.
    pub fn thousandths(&self, length: impl Into<f32>) -> f32 {
        length.into() * 1000.0 / f32::from(self.face.units_per_em())
    }

    /// How wide a text is, in type sizes.
    pub fn width(&self, text: &str) -> f32 {
        self.readable(text).0.chars().map(|letter| self.advance(letter)).sum::<f32>() / 1000.0
    }

    /// The text's glyphs, which the document has from now on.
    pub fn show(&mut self, text: &str) -> Shown {
        let (drawn, replaced) = self.readable(text);
        let mut glyphs = Vec::with_capacity(2 * drawn.len());
        for letter in drawn.chars() {
            let Some(glyph) = self.face.glyph_index(letter) else { continue };
            let number = self.glyphs.remap(glyph.0);
            let width = self.advance(letter);
            self.used.entry(number).or_insert((letter, width));
            glyphs.extend(number.to_be_bytes());
        }
        Shown { glyphs, replaced }
    }

    /// The part of the font that the document uses.
    pub fn subset(&self) -> Result<Vec<u8>, PaperError> {
        subsetter::subset(self.bytes, 0, &self.glyphs).map_err(|_| PaperError::BadFont(self.name))
    }

    /// In thousandths of the type size.
    fn advance(&self, letter: char) -> f32 {
        let glyph = self.face.glyph_index(letter);
        self.thousandths(glyph.and_then(|glyph| self.face.glyph_hor_advance(glyph)).unwrap_or_default())
    }

    /// The text in letters that the font has, and whether that differs: what a letter is made of, without
    /// marks, else a dotted circle. What is never seen by itself is left out.
    fn readable<'t>(&self, text: &'t str) -> (Cow<'t, str>, bool) {
        if text.chars().all(|letter| self.face.glyph_index(letter).is_some()) {
            return (Cow::Borrowed(text), false);
        }
        let mut drawn = String::with_capacity(text.len());
        for letter in text.chars() {
            let known = |letter: &char| self.face.glyph_index(*letter).is_some();
            if known(&letter) {
                drawn.push(letter);
                continue;
            }
            let before = drawn.len();
            drawn.extend(
                std::iter::once(letter).nfkd().filter(|part| known(part) && !is_combining_mark(*part)),
            );
            if drawn.len() == before && !is_combining_mark(letter) && !invisible(letter) {
                drawn.push(if letter.is_whitespace() { ' ' } else { UNKNOWN });
            }
        }
        (Cow::Owned(drawn), true)
    }
}

/// What joins, selects or turns other letters.
const fn invisible(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0100}'..='\u{e01ef}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(text: &str) -> (String, bool) {
        let bytes = Weight::Regular.load().unwrap();
        let ink = Ink::new(Weight::Regular, &bytes).unwrap();
        let (drawn, replaced) = ink.readable(text);
        (drawn.into_owned(), replaced)
    }

    #[test]
    fn latin_greek_and_cyrillic_names_are_drawn_as_they_are_written() {
        for name in
            ["Ásta Bjarnardóttir", "Ραφαήλ", "Владимир", "Þorgrímr œ ß ż ơ", "Nguyễn Thị Đông – O’Brien"]
        {
            assert_eq!(drawn(name), (name.to_owned(), false));
        }
    }

    #[test]
    fn a_letter_that_the_fonts_lack_becomes_plain_ones_or_a_circle_and_never_nothing() {
        assert_eq!(drawn("山田 Tarō"), ("◌◌ Tarō".to_owned(), true));
        assert_eq!(drawn("محمد").0.chars().filter(|letter| *letter == UNKNOWN).count(), 4);
        assert_eq!(drawn("Ａnna ﬁn"), ("Anna fin".to_owned(), true), "wide letters and joined ones");
        assert_eq!(drawn("Wolf\u{1f43a}\u{fe0f}"), ("Wolf◌".to_owned(), true));
    }

    #[test]
    fn a_document_gets_the_glyphs_that_it_uses_and_no_others() {
        let bytes = Weight::Bold.load().unwrap();
        let mut ink = Ink::new(Weight::Bold, &bytes).unwrap();
        let shown = ink.show("Anna");
        assert_eq!((shown.glyphs.len(), shown.replaced, ink.used.len()), (8, false, 3));
        assert!(ink.width("Anna") > 2.0 && ink.width("Anna") < 3.0);
        assert!(ink.subset().unwrap().len() < bytes.len() / 10);
    }
}
