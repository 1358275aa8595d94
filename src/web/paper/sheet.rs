//! Pages with text and lines on them. Lengths are points (1/72 inch); `y` grows downwards from the upper edge,
//! and of a text it is the line that its letters stand on.

use pdf_writer::{Content, Name, Str, TextStr};

use super::drawing::{Sign, follow};
use super::font::{Ink, Weight};
use super::{PaperError, file};
use crate::web::qr::{Qr, Run};

/// A colour.
pub type Colour = [u8; 3];

/// What a block of the document is to whoever has it read aloud.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Whose card it is.
    Title,
    /// The heading of a part.
    Heading,
    /// Anything else.
    Paragraph,
    /// A picture, described by its block.
    Figure,
}

/// How a text is written.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    /// Height of the type.
    pub size: f32,
    /// Which font.
    pub weight: Weight,
    /// Its colour.
    pub colour: Colour,
}

impl Style {
    /// From one line to the next.
    #[must_use]
    pub fn leading(&self) -> f32 {
        self.size * 1.28
    }

    /// The same, of another size.
    #[must_use]
    pub const fn sized(self, size: f32) -> Self {
        Self { size, ..self }
    }
}

/// A part of the document, in reading order.
pub struct Block {
    /// What it is.
    pub role: Role,
    /// On which page.
    pub page: usize,
    /// Its number on that page.
    pub mark: i32,
    /// What a picture shows.
    pub alt: Option<String>,
}

/// The document as far as it is written.
pub struct Sheet<'f> {
    /// Width and height of a page.
    pub size: (f32, f32),
    regular: Ink<'f>,
    bold: Ink<'f>,
    pages: Vec<(Content, i32)>,
    blocks: Vec<Block>,
}

impl<'f> Sheet<'f> {
    /// A document with one empty page.
    pub fn new(size: (f32, f32), regular: &'f [u8], bold: &'f [u8]) -> Result<Self, PaperError> {
        let mut sheet = Self {
            size,
            regular: Ink::new(Weight::Regular, regular)?,
            bold: Ink::new(Weight::Bold, bold)?,
            pages: Vec::new(),
            blocks: Vec::new(),
        };
        sheet.turn();
        Ok(sheet)
    }

    /// Begins a page.
    pub fn turn(&mut self) {
        let mut content = Content::new();
        content.transform([1.0, 0.0, 0.0, -1.0, 0.0, self.size.1]);
        self.pages.push((content, 0));
    }

    /// How wide a text is.
    #[must_use]
    pub fn width(&self, style: Style, text: &str) -> f32 {
        self.ink(style.weight).width(text) * style.size
    }

    /// A text in lines of at most that width, broken between words, and within a word that is wider.
    #[must_use]
    pub fn wrap(&self, style: Style, width: f32, text: &str) -> Vec<String> {
        let space = self.width(style, " ");
        let mut lines = Vec::new();
        let (mut line, mut filled) = (String::new(), 0.0);
        for word in text.split(' ') {
            let long = self.width(style, word);
            if !line.is_empty() && filled + space + long > width {
                lines.push(std::mem::take(&mut line));
                filled = 0.0;
            }
            if !line.is_empty() {
                line.push(' ');
                filled += space;
            }
            if long <= width {
                line.push_str(word);
                filled += long;
                continue;
            }
            for letter in word.chars() {
                let wide = self.width(style, letter.encode_utf8(&mut [0; 4]));
                if filled + wide > width && !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                    filled = 0.0;
                }
                line.push(letter);
                filled += wide;
            }
        }
        lines.push(line);
        lines
    }

    /// The largest of the type sizes from `style`'s down to `least` at which a text needs one line, and the lines
    /// that it needs.
    #[must_use]
    pub fn fit(&self, style: Style, least: f32, width: f32, text: &str) -> (Style, Vec<String>) {
        let ems = self.ink(style.weight).width(text);
        let size = (width / ems.max(0.01)).clamp(least, style.size.max(least));
        let style = style.sized(size);
        // A hair wider, for what the division rounded.
        (style, self.wrap(style, width + 0.01, text))
    }

    /// Writes lines, the first one on `y`; gives the `y` that would come next.
    pub fn lines(&mut self, role: Role, style: Style, x: f32, y: f32, lines: &[String]) -> f32 {
        self.block(role, None);
        let mut at = y;
        for line in lines {
            self.line(style, x, at, line);
            at += style.leading();
        }
        self.content().end_marked_content();
        at
    }

    /// Writes one line.
    pub fn text(&mut self, role: Role, style: Style, x: f32, y: f32, text: &str) {
        self.block(role, None);
        self.line(style, x, y, text);
        self.content().end_marked_content();
    }

    /// Draws what is there for the eye alone.
    pub fn ornament(&mut self, draw: impl FnOnce(&mut Content)) {
        let content = self.content();
        content.begin_marked_content(Name(b"Artifact")).save_state();
        draw(content);
        content.restore_state().end_marked_content();
    }

    /// Draws a sign in a square.
    pub fn sign(&mut self, sign: Sign, colour: Colour, x: f32, y: f32, side: f32) {
        self.ornament(|content| {
            let scale = side / 20.0;
            content.transform([scale, 0.0, 0.0, scale, x, y]);
            fill(content, colour);
            follow(content, sign.ground);
            content.fill_nonzero().set_stroke_rgb(1.0, 1.0, 1.0).set_line_width(2.2);
            content.set_line_cap(pdf_writer::types::LineCapStyle::RoundCap);
            follow(content, sign.mark);
            content.stroke();
        });
    }

    /// Draws a thin line across.
    pub fn rule(&mut self, colour: Colour, x: f32, y: f32, width: f32) {
        self.ornament(|content| {
            fill(content, colour);
            content.rect(x, y, width, 0.6).fill_nonzero();
        });
    }

    /// Draws a QR code in a square, on white.
    pub fn code(&mut self, code: &Qr, alt: &str, x: f32, y: f32, side: f32) {
        self.block(Role::Figure, Some(alt.to_owned()));
        let square = side / to_f32(code.side());
        let content = self.content();
        content.save_state();
        fill(content, [255; 3]);
        content.rect(x, y, side, side).fill_nonzero();
        fill(content, [0; 3]);
        for Run { x: across, y: down, length } in code.runs() {
            let (left, top) = (x + to_f32(across) * square, y + to_f32(down) * square);
            content.rect(left, top, to_f32(length) * square, square);
        }
        content.fill_nonzero().restore_state().end_marked_content();
    }

    /// The file.
    ///
    /// # Errors
    /// [`PaperError`].
    pub fn finish(self, title: &str) -> Result<Vec<u8>, PaperError> {
        let pages = self.pages.into_iter().map(|(content, _)| content.finish().into_vec()).collect();
        let document = file::Document {
            title,
            size: self.size,
            pages,
            blocks: self.blocks,
            inks: [self.regular, self.bold],
        };
        document.write()
    }

    /// Begins a block, which ends with the marked content.
    fn block(&mut self, role: Role, alt: Option<String>) {
        let page = self.pages.len() - 1;
        let (content, marks) = &mut self.pages[page];
        let mark = *marks;
        *marks += 1;
        content.begin_marked_content_with_properties(file::name_of(role)).properties().identify(mark);
        self.blocks.push(Block { role, page, mark, alt });
    }

    fn line(&mut self, style: Style, x: f32, y: f32, text: &str) {
        let shown = match style.weight {
            Weight::Regular => self.regular.show(text),
            Weight::Bold => self.bold.show(text),
        };
        let content = self.content();
        content.begin_text();
        fill(content, style.colour);
        content.set_font(file::font_name(style.weight), style.size);
        content.set_text_matrix([1.0, 0.0, 0.0, -1.0, x, y]);
        if shown.replaced {
            // Whoever copies, searches or listens gets what is meant.
            content
                .begin_marked_content_with_properties(Name(b"Span"))
                .properties()
                .actual_text(TextStr(text));
        }
        content.show(Str(&shown.glyphs));
        if shown.replaced {
            content.end_marked_content();
        }
        content.end_text();
    }

    fn ink(&self, weight: Weight) -> &Ink<'f> {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        }
    }

    fn content(&mut self) -> &mut Content {
        let page = self.pages.len() - 1;
        &mut self.pages[page].0
    }
}

/// Fills with a colour from now on.
pub fn fill(content: &mut Content, colour: Colour) {
    let [red, green, blue] = colour.map(|part| f32::from(part) / 255.0);
    content.set_fill_rgb(red, green, blue);
}

/// A small number.
fn to_f32(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}
