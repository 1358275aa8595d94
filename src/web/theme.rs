//! The kingdom's colours and badge, made readable on light and dark.
//!
//! The content security policy forbids inline styles, so the colours travel in
//! a stylesheet of its own, `/theme.css`, and in the favicon.

use std::fmt;

use crate::domain::arms::{Arms, Charge};
use crate::domain::kingdom::{Colour, KingdomSettings};

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

    /// The contrast between two colours, to 1 (WCAG).
    #[must_use]
    pub fn against(self, other: Self) -> f64 {
        contrast(self.0, other.0)
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

/// How the kingdom looks: its colour and its badge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Theme {
    /// The colour of its pages and of the badge's shield.
    pub accent: Accent,
    /// The badge's charge and its colour.
    pub arms: Arms,
}

impl From<Colour> for Accent {
    fn from(colour: Colour) -> Self {
        Self(colour.rgb())
    }
}

impl Theme {
    /// As the kingdom described itself.
    #[must_use]
    pub fn of(kingdom: &KingdomSettings, arms: Arms) -> Self {
        Self { accent: kingdom.accent.into(), arms }
    }

    /// The shades that the pages use, with their contrasts.
    #[must_use]
    pub fn shades(&self) -> Shades {
        let light = self.accent.readable_on(LIGHT);
        let dark = self.accent.readable_on(DARK);
        Shades {
            light: Shade::of(self.accent, light, LIGHT),
            dark: Shade::of(self.accent, dark, DARK),
            button: light.ink(),
            charge: contrast(self.arms.colour.rgb(), self.accent.0),
        }
    }
}

/// What becomes of the kingdom's colours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shades {
    /// On light paper; also the ground of buttons.
    pub light: Shade,
    /// On dark paper.
    pub dark: Shade,
    /// The ink on buttons.
    pub button: Accent,
    /// How the badge's charge stands out from its shield, to 1.
    pub charge: f64,
}

/// A colour as words in it are shown on one paper.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shade {
    /// The paper.
    pub paper: Accent,
    /// The shade that is used.
    pub used: Accent,
    /// Its contrast, to 1.
    pub contrast: f64,
    /// The contrast of the colour that was chosen.
    pub chosen: f64,
}

impl Shade {
    fn of(chosen: Accent, used: Accent, paper: [u8; 3]) -> Self {
        Self {
            paper: Accent(paper),
            used,
            contrast: contrast(used.0, paper),
            chosen: contrast(chosen.0, paper),
        }
    }

    /// Whether words in the colour that was chosen can be read by themselves (WCAG AA).
    #[must_use]
    pub fn suffices(&self) -> bool {
        self.chosen >= ENOUGH
    }
}

/// The stylesheet at `/theme.css`: `--arms` is the colour itself and `--charge` that of the badge's
/// charge, for drawings; `--accent` its shade for words and lines; `--solid` and `--on-solid` the
/// ground and the ink of buttons, which are the same on light and dark.
#[must_use]
pub fn theme_css(theme: &Theme) -> String {
    let Shades { light, dark, button, .. } = theme.shades();
    let (accent, charge, light, dark) = (theme.accent, theme.arms.colour, light.used, dark.used);
    format!(
        ":root{{--arms:{accent};--charge:{charge};--accent:{light};--solid:{light};--on-solid:{button}}}\n\
         @media screen and (prefers-color-scheme:dark){{:root{{--accent:{dark}}}}}\n"
    )
}

/// The address of that stylesheet, changing with the colours.
#[must_use]
pub fn theme_href(theme: &Theme) -> String {
    let (accent, charge) = (theme.accent.to_string(), theme.arms.colour.to_string());
    format!("/theme.css?v={}{}", &accent[1..], &charge[1..])
}

/// The lines of a charge, each the `d` of an SVG path in a box of 48 by 56.
#[must_use]
pub const fn charge_paths(charge: Charge) -> &'static [&'static str] {
    match charge {
        Charge::Swords => &[
            "M11.3 10.5l3.9 1.2 15.7 19.6 3-2.3 1.6 2-3.1 2.5 4 5-2.3 1.9-4-5-3.2 2.5-1.6-2 3.1-2.500L12 13.700z",
            "M36.7 10.5l-3.9 1.2-15.7 19.6-3-2.3-1.6 2 3.1 2.5-4 5 2.3 1.9 4-5 3.2 2.5 1.6-2-3.1-2.500L36 13.700z",
        ],
        Charge::Trillium => &[
            "M24 25C15 20 16 12 24 7c8 5 9 13 0 18z",
            "M24.9 26.5c8.8-5.3 15.2-.4 15.6 9-8.4 4.4-15.8 1.3-15.6-9z",
            "M23.1 26.5c.2 10.3-7.2 13.4-15.6 9 .4-9.4 6.8-14.3 15.6-9z",
        ],
        Charge::Star => {
            &["M24 10l3.5 10.1 10.8.3-8.6 6.5 3.1 10.200L24 31l-8.8 6.1 3.1-10.2-8.6-6.5 10.8-.3z"]
        }
        Charge::Cross => &["M20 9h8v13h12v8H28v18h-8V30H8v-8h12z"],
        Charge::Chevron => &["M24 16l15 14v9L24 25 9 39v-9z"],
        Charge::Tower => &["M14 13h4v4h4v-4h4v4h4v-4h4v9h-3v15h3v5H14v-5h3V22h-3z"],
        Charge::Plain => &[],
    }
}

/// The favicon in the kingdom's colours: `/favicon.svg`.
#[must_use]
pub fn favicon_svg(theme: &Theme) -> String {
    let (accent, charge) = (theme.accent, theme.arms.colour);
    let drawn = charge_paths(theme.arms.charge).join("\"/><path d=\"");
    let drawn = if drawn.is_empty() { drawn } else { format!("<path d=\"{drawn}\"/>") };
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 48 56\">\
         <path fill=\"{accent}\" d=\"M3 3h42v24c0 13-8 21-21 27C11 48 3 40 3 27z\"/>\
         <path fill=\"none\" stroke=\"{charge}\" stroke-opacity=\".55\" stroke-width=\"1.5\" \
         d=\"M6.5 6.5h35V27c0 10.8-6.5 17.6-17.5 23C13 44.6 6.5 37.8 6.5 27z\"/>\
         <g fill=\"{charge}\">{drawn}</g></svg>"
    )
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
        let css = theme_css(&Theme::default());
        assert!(css.contains("--accent:#942824;--solid:#942824;--on-solid:#ffffff"), "{css}");
        assert!(css.contains("--charge:#ffffff"), "{css}");
    }

    #[test]
    fn the_address_and_the_drawing_follow_the_badge() {
        let ours = Theme::default();
        let colour = "#ffe000".parse().unwrap();
        let theirs = Theme { arms: Arms { charge: Charge::Star, colour }, ..ours };
        assert_ne!(theme_href(&ours), theme_href(&theirs));
        assert!(
            favicon_svg(&theirs).contains("fill=\"#ffe000\"") && favicon_svg(&ours) != favicon_svg(&theirs)
        );
        assert!(theirs.shades().charge > 3.0 && ours.shades().light.suffices());
    }

    #[test]
    fn what_is_not_a_colour_is_refused() {
        for bad in ["", "942824", "#94282", "#94282g", "red;}body{}", "#９４２８"] {
            assert_eq!(Accent::parse(bad), Err(NotAColour), "{bad}");
        }
    }
}
