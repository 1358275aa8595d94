//! How colours look before they are saved, with their contrasts in words.

use crate::web::theme::{Accent, Shade, Shades, Theme, charge_paths};
use crate::web::views::{Badge, PreviewNote, Swatch, ThemePreview, Tone};

/// What a drawing's contrast must be (WCAG AA for graphics).
const ENOUGH_TO_SEE: f64 = 3.0;

/// The preview of a theme.
pub fn of(theme: &Theme, unsaved: bool) -> ThemePreview {
    let shades = theme.shades();
    let Shades { light, dark, button, charge } = shades;
    let mut notes = Vec::new();
    for (shade, paper) in [(light, "light"), (dark, "dark")] {
        notes.extend(faint(theme.accent, &shade, paper));
    }
    if charge < ENOUGH_TO_SEE && theme.arms.charge != crate::domain::arms::Charge::Plain {
        notes.push(PreviewNote {
            state: Badge::new(Tone::Bad, "Too faint"),
            text: format!(
                "What is on the badge hardly stands out from its shield: {}, where 3 is needed. Choose a lighter or \
                 a darker colour for one of the two.",
                to_one(charge)
            ),
        });
    }
    if notes.is_empty() {
        notes.push(PreviewNote {
            state: Badge::new(Tone::Good, "Clear"),
            text: "Words, buttons and the badge can be read on light and on dark.".to_owned(),
        });
    }
    let on = |shade: &Shade, label: &str| Swatch {
        label: label.to_owned(),
        paper: shade.paper.to_string(),
        ink: shade.used.to_string(),
        contrast: to_one(shade.contrast),
    };
    ThemePreview {
        unsaved,
        field: theme.accent.to_string(),
        colour: theme.arms.colour.to_string(),
        charge: charge_paths(theme.arms.charge),
        swatches: vec![
            on(&light, "Links on light"),
            on(&dark, "Links on dark"),
            Swatch {
                label: "Buttons".to_owned(),
                paper: light.used.to_string(),
                ink: button.to_string(),
                contrast: to_one(light.used.against(button)),
            },
        ],
        notes,
    }
}

/// What becomes of a colour that words cannot be written in.
fn faint(accent: Accent, shade: &Shade, paper: &str) -> Option<PreviewNote> {
    (!shade.suffices()).then(|| PreviewNote {
        state: Badge::new(Tone::Info, "Another shade"),
        text: format!(
            "Words in {accent} are too faint on {paper} paper: {}, where 4.5 is needed. There they are written in {}, \
             {}.",
            to_one(shade.chosen),
            shade.used,
            to_one(shade.contrast)
        ),
    })
}

/// A contrast in words: `8.1 to 1`. Cut, not rounded: 4.49 does not pass as 4.5.
fn to_one(contrast: f64) -> String {
    format!("{:.1} to 1", (contrast * 10.0).floor() / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::arms::Arms;

    fn words(accent: &str, charge: &str) -> String {
        let accent = Accent::parse(accent).unwrap();
        let arms = Arms { colour: charge.parse().unwrap(), ..Arms::default() };
        of(&Theme { accent, arms }, true).notes.into_iter().map(|note| note.text).collect()
    }

    #[test]
    fn a_contrast_that_is_too_low_is_said_in_words() {
        let yellow = words("#ffe000", "#ffffff");
        assert!(yellow.contains("Words in #ffe000 are too faint on light paper: 1.3 to 1"), "{yellow}");
        assert!(yellow.contains("hardly stands out"), "{yellow}");
        let red = words("#942824", "#ffffff");
        assert!(
            red.contains("on dark paper") && !red.contains("light paper") && !red.contains("hardly"),
            "{red}"
        );
    }
}
