//! QR codes as squares on a grid, for pages (SVG) and for paper (PDF).

use std::fmt::Write as _;

use fast_qr::{ECL, Mask, QRBuilder};

/// Light squares around a code, so that a camera finds its edge.
const QUIET: usize = 4;

/// A QR code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    side: usize,
    dark: Vec<bool>,
}

/// Dark squares side by side in one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// Squares from the left edge.
    pub x: usize,
    /// Squares from the upper edge.
    pub y: usize,
    /// How many.
    pub length: usize,
}

impl Qr {
    /// A code that is read as that text, also with 15 % of it dirty; none for more than some two thousand bytes.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        // One mask for all: trying the eight that there are takes most of the time, and the texts are as good as random.
        let code = QRBuilder::new(text).ecl(ECL::M).mask(Mask::Checkerboard).build().ok()?;
        let dark = code.data.iter().take(code.size * code.size).map(|module| module.value()).collect();
        Some(Self { side: code.size, dark })
    }

    /// How many squares the code is wide and high, the light ones around it included.
    #[must_use]
    pub const fn side(&self) -> usize {
        self.side + 2 * QUIET
    }

    /// The dark squares, row by row.
    pub fn runs(&self) -> impl Iterator<Item = Run> {
        self.dark.chunks(self.side).enumerate().flat_map(|(y, row)| {
            let mut x = 0;
            row.chunk_by(|one, next| one == next).filter_map(move |squares| {
                let begins = x;
                x += squares.len();
                let run = Run { x: begins + QUIET, y: y + QUIET, length: squares.len() };
                squares[0].then_some(run)
            })
        })
    }

    /// The code as an SVG picture, a unit for a square.
    #[must_use]
    pub fn svg(&self) -> String {
        let (side, path) = (self.side(), self.path());
        format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path d="{path}"/></svg>"##
        )
    }

    /// The dark squares as the `d` of an SVG path, in a box of [`Qr::side`] squares.
    fn path(&self) -> String {
        let mut path = String::with_capacity(8 * self.dark.len());
        // Where the pen is: relative moves are shorter.
        let (mut at, mut row) = (0, 0);
        for Run { x, y, length } in self.runs() {
            let (right, down) = (x.cast_signed() - at, y - row);
            let _ = write!(path, "m{right} {down}h{length}v1h-{length}z");
            (at, row) = (x.cast_signed(), y);
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_three_corners_and_light_around_it() {
        let qr = Qr::of("https://example.org/check/abc").unwrap();
        let runs: Vec<Run> = qr.runs().collect();
        assert_eq!(runs[0], Run { x: 4, y: 4, length: 7 });
        assert!(runs.iter().all(|run| run.x >= 4 && run.x + run.length <= qr.side() - 4));
        assert!(qr.path().starts_with("m4 4h7v1h-7z"));
    }

    #[test]
    fn an_address_of_a_check_page_stays_a_code_that_is_easy_to_scan() {
        let qr = Qr::of(&format!("https://emol.ealdormere.example/check/{}", "x".repeat(40))).unwrap();
        assert!(qr.side() <= 37 + 8, "{} squares", qr.side());
    }

    #[test]
    fn what_is_too_long_gives_no_code() {
        assert_eq!(Qr::of(&"x".repeat(4000)), None);
    }
}
