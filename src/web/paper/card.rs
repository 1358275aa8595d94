//! What stands where on a card of paper.
//!
//! Paper cannot know tomorrow: every sheet says as of which day it was printed, and has the code that leads to
//! what holds when it is scanned.

use pdf_writer::Content;

use super::drawing::{BAD, GOOD, Sign, WARN, follow};
use super::font::Weight;
use super::sheet::{Colour, Role, Sheet, Style, fill};
use super::{PaperError, Size};
use crate::web::qr::Qr;
use crate::web::views::{CardDiscipline, CardView, Tone, TypeLine};

const INK: Colour = [0x22, 0x1c, 0x1a];
const SOFT: Colour = [0x5f, 0x55, 0x52];
const LINE: Colour = [0xc9, 0xbf, 0xba];
const GREEN: Colour = [0x1d, 0x66, 0x3b];
const RED: Colour = [0xa1, 0x22, 0x1c];
/// 85.6 by 54 mm.
const WALLET: (f32, f32) = (242.65, 153.07);
/// 8.5 by 11 inches.
const LETTER: (f32, f32) = (612.0, 792.0);
const SHIELD: &str = "M3 3h42v24c0 13-8 21-21 27C11 48 3 40 3 27z";
const BORDER: &str = "M6.5 6.5h35V27c0 10.8-6.5 17.6-17.5 23C13 44.6 6.5 37.8 6.5 27z";
const SCAN: &str = "Scan to see what holds today";

/// What a sheet has from the kingdom, and the code.
pub struct Letterhead<'a> {
    /// The kingdom's name.
    pub kingdom: &'a str,
    /// The shield's colour.
    pub shield: Colour,
    /// The colour of what is on the shield.
    pub charge: Colour,
    /// What is on the shield, as SVG paths.
    pub charges: &'a [&'a str],
    /// The code that leads to the check page; none where the card was reached by an address that can be guessed.
    pub code: Option<Qr>,
}

/// The card as a PDF file.
///
/// # Errors
/// [`PaperError`].
pub fn card(view: &CardView, head: &Letterhead<'_>, size: Size) -> Result<Vec<u8>, PaperError> {
    let (regular, bold) = (Weight::Regular.load()?, Weight::Bold.load()?);
    let paper = match size {
        Size::Wallet => WALLET,
        Size::Letter => LETTER,
    };
    let sheet = Sheet::new(paper, &regular, &bold)?;
    let mut card = Card { sheet, view, head, y: 0.0 };
    match size {
        Size::Wallet => card.wallet(),
        Size::Letter => card.letter(),
    }
    card.sheet.finish(&format!("Card of {}", view.name))
}

struct Card<'c, 'f> {
    sheet: Sheet<'f>,
    view: &'c CardView,
    head: &'c Letterhead<'c>,
    /// Where the next part begins.
    y: f32,
}

const fn plain(size: f32) -> Style {
    Style { size, weight: Weight::Regular, colour: INK }
}

const fn soft(size: f32) -> Style {
    Style { size, weight: Weight::Regular, colour: SOFT }
}

const fn strong(size: f32) -> Style {
    Style { size, weight: Weight::Bold, colour: INK }
}

/// The colour and the shape that a tone has on paper.
const fn sign(tone: Tone) -> (Sign, Colour) {
    match tone {
        Tone::Good => (GOOD, GREEN),
        Tone::Bad => (BAD, RED),
        _ => (WARN, SOFT),
    }
}

impl Card<'_, '_> {
    /// The verdict as paper can say it.
    fn verdict(&self) -> String {
        let word = if self.view.verdict.tone == Tone::Good { "May fight" } else { &self.view.verdict.word };
        format!("{word}, as of {}", self.view.today.long)
    }

    fn shield(&mut self, x: f32, y: f32, height: f32) {
        let Self { sheet, head, .. } = self;
        sheet.ornament(|content: &mut Content| {
            let scale = height / 56.0;
            content.transform([scale, 0.0, 0.0, scale, x, y]);
            fill(content, head.shield);
            follow(content, SHIELD);
            content.fill_nonzero();
            let [red, green, blue] = head.charge.map(|part| f32::from(part) / 255.0);
            content.set_stroke_rgb(red, green, blue).set_line_width(0.8);
            follow(content, BORDER);
            content.stroke();
            fill(content, head.charge);
            for path in head.charges {
                follow(content, path);
                content.fill_nonzero();
            }
        });
    }

    /// A text that may need several lines, from the left edge `x`.
    fn put(&mut self, role: Role, style: Style, x: f32, width: f32, text: &str) {
        let lines = self.sheet.wrap(style, width, text);
        self.y = self.sheet.lines(role, style, x, self.y, &lines);
    }

    // ---- Letter ----

    fn letter(&mut self) {
        let (left, width) = (54.0, LETTER.0 - 108.0);
        self.shield(left, 44.0, 40.0);
        let text = left + 46.0;
        self.sheet.text(Role::Paragraph, strong(14.0), text, 62.0, self.head.kingdom);
        self.sheet.text(Role::Paragraph, soft(10.0), text, 77.0, "Card of combat authorizations");
        self.sheet.rule(LINE, left, 96.0, width);
        let side = 118.0;
        let beside = self.head.code.as_ref().map_or(width, |_| width - side - 18.0);
        self.y = 130.0;
        let (style, lines) = self.sheet.fit(strong(26.0), 15.0, beside, &self.view.name);
        self.y = self.sheet.lines(Role::Title, style, left, self.y, &lines) - 6.0;
        let who = [("Legal name", &self.view.legal_name), ("Branch", &self.view.branch)];
        for (label, value) in who {
            if let Some(value) = value {
                self.put(Role::Paragraph, plain(11.0), left, beside, &format!("{label}: {value}"));
            }
        }
        self.y += 16.0;
        let (shape, colour) = sign(self.view.verdict.tone);
        self.sheet.sign(shape, colour, left, self.y - 12.0, 26.0);
        let words = self.verdict();
        let style = Style { colour, ..strong(17.0) };
        let lines = self.sheet.wrap(style, beside - 36.0, &words);
        self.y = self.sheet.lines(Role::Heading, style, left + 36.0, self.y + 6.0, &lines);
        if !self.view.fights.is_empty() {
            let fights = self.view.fights.join(", ");
            self.put(Role::Paragraph, strong(12.0), left + 36.0, beside - 36.0, &fights);
        }
        let why = self.view.verdict.why.clone();
        self.put(Role::Paragraph, plain(11.0), left + 36.0, beside - 36.0, &why);
        if let Some(fix) = &self.view.verdict.fix {
            let fix = format!("What to do: {fix}");
            self.put(Role::Paragraph, plain(11.0), left + 36.0, beside - 36.0, &fix);
        }
        let waiver = format!("Waiver: {}", self.view.waiver.text);
        self.put(Role::Paragraph, plain(11.0), left + 36.0, beside - 36.0, &waiver);
        if let Some(code) = &self.head.code {
            let x = left + width - side;
            self.sheet.code(code, "QR code that leads to what holds today", x, 104.0, side);
            let caption = soft(8.5);
            let x = x + (side - self.sheet.width(caption, SCAN)) / 2.0;
            self.sheet.text(Role::Paragraph, caption, x, 104.0 + side + 8.0, SCAN);
            self.y = self.y.max(104.0 + side + 22.0);
        }
        if self.view.disciplines.is_empty() {
            self.y += 12.0;
            self.put(Role::Paragraph, plain(11.0), left, width, "No authorizations on file.");
        }
        let view = self.view;
        for discipline in &view.disciplines {
            self.letter_discipline(discipline, left, width);
        }
        self.room(LETTER.1 - 54.0, 40.0);
        self.y += 14.0;
        let note = "A card’s last valid day is the day before it expires. Paper does not change when the register \
                    does: the code, or the card’s page, shows what holds today.";
        self.put(Role::Paragraph, soft(8.5), left, width, note);
    }

    /// Begins a page where less than `height` is left above `bottom`.
    fn room(&mut self, bottom: f32, height: f32) {
        if self.y + height > bottom {
            self.sheet.turn();
            self.y = 66.0;
        }
    }

    fn letter_discipline(&mut self, discipline: &CardDiscipline, left: f32, width: f32) {
        let bottom = LETTER.1 - 54.0;
        self.room(bottom, 110.0);
        self.y += 12.0;
        self.sheet.rule(LINE, left, self.y, width);
        self.y += 24.0;
        let (shape, colour) = sign(discipline.verdict.tone);
        self.sheet.sign(shape, colour, left, self.y - 12.0, 15.0);
        let heading = format!("{}: {}", discipline.name, discipline.verdict.word.to_lowercase());
        self.put(Role::Heading, strong(15.0), left + 22.0, width - 22.0, &heading);
        if discipline.verdict.tone != Tone::Good {
            let why = [Some(discipline.verdict.why.as_str()), discipline.verdict.fix.as_deref()];
            let why = why.into_iter().flatten().collect::<Vec<_>>().join(" ");
            self.put(Role::Paragraph, plain(10.5), left, width, &why);
        }
        let dates = format!("Last valid day {}", discipline.last_valid.long);
        self.put(Role::Paragraph, strong(11.5), left, width, &dates);
        let dates = format!("Issued {}; expires {}", discipline.issued.long, discipline.expires.long);
        self.put(Role::Paragraph, soft(10.0), left, width, &dates);
        self.y += 4.0;
        self.types("Authorizations", &discipline.types, left, width);
        if !discipline.marshals.is_empty() {
            self.types("Marshal", &discipline.marshals, left, width);
        }
    }

    /// Types, held or not, in two columns.
    fn types(&mut self, heading: &str, types: &[TypeLine], left: f32, width: f32) {
        let (style, column) = (plain(10.5), width / 2.0);
        self.room(LETTER.1 - 54.0, 46.0);
        self.y += 4.0;
        self.put(Role::Heading, Style { weight: Weight::Bold, ..soft(9.5) }, left, width, heading);
        self.y += 2.0;
        for pair in types.chunks(2) {
            let wrapped: Vec<_> = pair
                .iter()
                .map(|line| {
                    let style = if line.held { strong(style.size) } else { soft(style.size) };
                    let note = if line.note.is_empty() { String::new() } else { format!(" ({})", line.note) };
                    let held = if line.held { "held" } else { "not held" };
                    let text = format!("{}{note}: {held}", line.name);
                    (style, line.held, self.sheet.wrap(style, column - 26.0, &text))
                })
                .collect();
            let rows = wrapped.iter().map(|(.., lines)| lines.len()).max().unwrap_or_default();
            let height = wrapped.first().map_or(0.0, |(style, ..)| style.leading()) * small(rows);
            self.room(LETTER.1 - 54.0, height);
            for (index, (style, held, lines)) in wrapped.into_iter().enumerate() {
                let x = left + column * small(index);
                if held {
                    self.sheet.sign(GOOD, GREEN, x, self.y - 9.0, 11.0);
                }
                self.sheet.lines(Role::Paragraph, style, x + 17.0, self.y, &lines);
            }
            self.y += height + 2.0;
        }
    }

    // ---- Wallet ----

    fn wallet(&mut self) {
        let (left, width) = (11.0, WALLET.0 - 22.0);
        let side = 78.0;
        self.shield(left, 9.0, 22.0);
        let (style, lines) = self.sheet.fit(strong(9.0), 6.0, width - 26.0, self.head.kingdom);
        self.sheet.lines(Role::Paragraph, style, left + 25.0, 18.0, &lines[..1]);
        self.sheet.text(Role::Paragraph, soft(6.5), left + 25.0, 27.5, "Card of combat authorizations");
        self.sheet.rule(LINE, left, 36.0, width);
        let beside = self.head.code.as_ref().map_or(width, |_| width - side - 6.0);
        self.y = 53.0;
        let (style, mut lines) = self.sheet.fit(strong(13.0), 8.0, beside, &self.view.name);
        shorten(&mut lines, 3);
        self.y = self.sheet.lines(Role::Title, style, left, self.y, &lines) - 2.0;
        for value in [&self.view.legal_name, &self.view.branch].into_iter().flatten() {
            let (style, mut lines) = self.sheet.fit(plain(7.5), 6.5, beside, value);
            shorten(&mut lines, 2);
            self.y = self.sheet.lines(Role::Paragraph, style, left, self.y, &lines);
        }
        self.y = (self.y + 5.0).max(88.0);
        let (shape, colour) = sign(self.view.verdict.tone);
        self.sheet.sign(shape, colour, left, self.y - 8.0, 11.0);
        let words = self.verdict();
        self.put(Role::Heading, Style { colour, ..strong(8.0) }, left + 15.0, beside - 15.0, &words);
        if let Some(code) = &self.head.code {
            self.sheet.code(code, "QR code that leads to what holds today", left + width - side, 41.0, side);
            let caption = soft(5.5);
            let x = left + width - side + (side - self.sheet.width(caption, SCAN)) / 2.0;
            self.sheet.text(Role::Paragraph, caption, x, 41.0 + side + 5.0, SCAN);
        }
        let waiver = format!("Waiver: {}", self.view.waiver.text);
        let lines = self.sheet.wrap(soft(6.5), width, &waiver);
        // The lowest lines belong to the waiver, whatever the name took.
        self.y = (self.y + 2.0).max(WALLET.1 - 8.0 - soft(6.5).leading() * small(lines.len() - 1));
        self.y = self.y.max(130.0);
        self.sheet.lines(Role::Paragraph, soft(6.5), left, self.y, &lines);
        if !self.view.disciplines.is_empty() {
            self.sheet.turn();
            self.y = 18.0;
        }
        let view = self.view;
        for discipline in &view.disciplines {
            self.wallet_discipline(discipline, left, width);
        }
    }

    fn wallet_discipline(&mut self, discipline: &CardDiscipline, left: f32, width: f32) {
        let held = |types: &[TypeLine]| {
            let held = types.iter().filter(|line| line.held);
            held.map(|line| line.name.clone()).collect::<Vec<_>>().join(", ")
        };
        let warrants: Vec<String> = discipline
            .marshals
            .iter()
            .filter(|line| line.held)
            .map(|line| {
                if line.note.is_empty() { line.name.clone() } else { format!("{} {}", line.name, line.note) }
            })
            .collect();
        let good = discipline.verdict.tone == Tone::Good;
        let (shape, colour) = sign(discipline.verdict.tone);
        let valid = format!("{}, last valid day {}", discipline.verdict.word, discipline.last_valid.long);
        let mut parts = vec![(Role::Paragraph, Style { colour, ..strong(7.0) }, valid)];
        if !good {
            parts.push((Role::Paragraph, soft(6.5), discipline.verdict.why.clone()));
        }
        parts.push((Role::Paragraph, plain(7.0), held(&discipline.types)));
        if !warrants.is_empty() {
            parts.push((Role::Paragraph, plain(7.0), format!("Marshal: {}", warrants.join(", "))));
        }
        let heading = self.sheet.wrap(strong(9.0), width - 14.0, &discipline.name);
        let parts: Vec<_> = parts
            .into_iter()
            .map(|(role, style, text)| {
                let lines = self.sheet.wrap(style, width - 14.0, &text);
                (role, style, lines)
            })
            .collect();
        let height = strong(9.0).leading() * small(heading.len())
            + parts.iter().map(|(_, style, lines)| style.leading() * small(lines.len())).sum::<f32>();
        self.wallet_room(height, left);
        self.sheet.sign(shape, colour, left, self.y - 8.0, 10.0);
        self.y = self.sheet.lines(Role::Heading, strong(9.0), left + 14.0, self.y, &heading);
        for (role, style, lines) in parts {
            for line in lines {
                // What is longer than a side goes on overleaf.
                self.wallet_room(style.leading(), left);
                self.y = self.sheet.lines(role, style, left + 14.0, self.y, &[line]);
            }
        }
        self.y += 5.0;
    }

    /// Turns the card over where less than `height` is left and something stands on the side already.
    fn wallet_room(&mut self, height: f32, left: f32) {
        if self.y + height > WALLET.1 - 14.0 && self.y > 20.0 {
            self.sheet.turn();
            self.y = 18.0;
        }
        if self.y <= 18.0 {
            let (style, width) = (soft(5.5), WALLET.0 - 22.0);
            let (style, mut lines) = self.sheet.fit(style, 5.5, width, &self.view.name);
            shorten(&mut lines, 1);
            self.sheet.lines(Role::Paragraph, style, left, WALLET.1 - 7.0, &lines);
        }
    }
}

/// At most so many lines, with dots where more were meant.
fn shorten(lines: &mut Vec<String>, most: usize) {
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            for _ in 0..2 {
                last.pop();
            }
            last.push('…');
        }
    }
}

/// A small number.
fn small(count: usize) -> f32 {
    f32::from(u16::try_from(count).unwrap_or(u16::MAX))
}
