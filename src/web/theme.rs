//! The kingdom's colour, made readable on light and dark.
//!
//! The content security policy forbids inline styles, so the colour travels in
//! a stylesheet of its own, `/theme.css`, and in the favicon.

use std::fmt;

/// The kingdom's colour: `#rrggbb`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Accent([u8; 3]);

/// Why a text is not an [`Accent`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a colour is written as # and six hexadecimal digits, like #942824")]
pub struct NotAColour;

/// Light paper and dark paper, as in `assets/site.css`.
const LIGHT: [u8; 3] = [0xff, 0xff, 0xff];
const DARK: [u8; 3] = [0x1d, 0x1a, 0x19];
/// WCAG AA for text; shades are chosen a little above it.
const ENOUGH: f64 = 4.5;

impl Default for Accent {
    /// Ealdormere's red.
    fn default() -> Self {
        Self([0x94, 0x28, 0x24])
    }
}

impl Accent {
    /// Reads `#rrggbb`.
    ///
    /// # Errors
    /// [`NotAColour`] for another shape.
    pub fn parse(text: &str) -> Result<Self, NotAColour> {
        let digits = text.strip_prefix('#').ok_or(NotAColour)?;
        if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
            return Err(NotAColour);
        }
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).map_err(|_| NotAColour);
        Ok(Self([part(0)?, part(2)?, part(4)?]))
    }

    /// The nearest shade of this colour that can be read on `paper`.
    fn readable_on(self, paper: [u8; 3]) -> Self {
        let dark_paper = luminance(paper) <= 0.5;
        let most = self.0.into_iter().max().map_or(1, u32::from).max(1);
        let shade = |step: u32| {
            Self(self.0.map(|channel| {
                let channel = u32::from(channel);
                let mixed = if dark_paper {
                    // Brighter before paler, so that a dark red becomes a clear red and not a grey one.
                    let brightest = channel * 255 / most;
                    let bright = channel + (brightest - channel) * (step * 2).min(20) / 20;
                    bright + (255 - bright) * step * step / 400
                } else {
                    channel * (20 - step) / 20
                };
                u8::try_from(mixed).unwrap_or(u8::MAX)
            }))
        };
        (0..=20).map(shade).find(|c| contrast(c.0, paper) >= ENOUGH + 0.6).unwrap_or_else(|| shade(20))
    }

    /// Black or white, whichever is easier to read on this colour.
    fn ink(self) -> Self {
        let (black, white) = ([0x14, 0x11, 0x10], [0xff; 3]);
        Self(if contrast(self.0, white) >= contrast(self.0, black) { white } else { black })
    }
}

impl fmt::Display for Accent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

fn luminance(colour: [u8; 3]) -> f64 {
    let [r, g, b] = colour.map(|channel| {
        let c = f64::from(channel) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

fn contrast(a: [u8; 3], b: [u8; 3]) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The stylesheet at `/theme.css`: `--arms` is the colour itself, for drawings;
/// `--accent` its shade for words and lines; `--solid` and `--on-solid` the
/// ground and the ink of buttons, which are the same on light and dark.
#[must_use]
pub fn theme_css(accent: Accent) -> String {
    let light = accent.readable_on(LIGHT);
    let dark = accent.readable_on(DARK);
    let ink = light.ink();
    format!(
        ":root{{--arms:{accent};--accent:{light};--solid:{light};--on-solid:{ink}}}\n\
         @media screen and (prefers-color-scheme:dark){{:root{{--accent:{dark}}}}}\n"
    )
}

/// The address of that stylesheet, changing with the colour.
#[must_use]
pub fn theme_href(accent: Accent) -> String {
    format!("/theme.css?v={}", &accent.to_string()[1..])
}

/// The favicon in the kingdom's colour: `/favicon.svg`.
#[must_use]
pub fn favicon_svg(accent: Accent) -> String {
    include_str!("../../assets/arms.svg").replace("#942824", &accent.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_colour_becomes_readable_on_light_and_on_dark() {
        for text in ["#942824", "#ffe000", "#000000", "#ffffff", "#1b2a6b", "#00ff00"] {
            let accent = Accent::parse(text).unwrap();
            for paper in [LIGHT, DARK] {
                let shade = accent.readable_on(paper);
                assert!(contrast(shade.0, paper) >= ENOUGH, "{text} gave {shade}");
                assert!(contrast(shade.0, shade.ink().0) >= ENOUGH, "{text} gave {shade}");
            }
        }
    }

    #[test]
    fn ealdormeres_red_stays_itself_on_paper() {
        assert!(theme_css(Accent::default()).contains("--accent:#942824;--solid:#942824;--on-solid:#ffffff"));
    }

    #[test]
    fn what_is_not_a_colour_is_refused() {
        for bad in ["", "942824", "#94282", "#94282g", "red;}body{}", "#９４２８"] {
            assert_eq!(Accent::parse(bad), Err(NotAColour), "{bad}");
        }
    }
}
