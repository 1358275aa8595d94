//! PINs: a few digits that a person chose (L3). They are never printed and never kept.

use std::fmt;

use zeroize::Zeroizing;

use super::rulebook::PinRules;

/// Digits that may be a PIN.
#[derive(Clone)]
pub struct Pin(Zeroizing<String>);

/// Why a text is no [`Pin`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAPin {
    /// Something else than the digits 0 to 9.
    #[error("a PIN has digits only, 0 to 9")]
    Digits,
    /// Too few or too many.
    #[error("a PIN has {0} to {1} digits")]
    Length(u32, u32),
    /// One digit again and again.
    #[error("the same digit again and again is the first thing that anybody tries; choose others")]
    Same,
    /// 1234, or 8765.
    #[error("digits in a row are the first thing that anybody tries; choose others")]
    Run,
}

impl Pin {
    /// A PIN that somebody may choose under these rules.
    ///
    /// # Errors
    /// [`NotAPin`] says what is wrong (L3).
    pub fn choose(text: &str, rules: PinRules) -> Result<Self, NotAPin> {
        let pin = Self::read(text)?;
        let digits = pin.0.as_bytes();
        let length = u32::try_from(digits.len()).unwrap_or(u32::MAX);
        if !(rules.min_digits..=rules.max_digits).contains(&length) {
            return Err(NotAPin::Length(rules.min_digits, rules.max_digits));
        }
        let steps = |by: i16| digits.windows(2).all(|pair| i16::from(pair[1]) - i16::from(pair[0]) == by);
        match () {
            () if steps(0) => Err(NotAPin::Same),
            () if steps(1) || steps(-1) => Err(NotAPin::Run),
            () => Ok(pin),
        }
    }

    /// What somebody typed where a PIN is asked for: whatever was once allowed.
    ///
    /// # Errors
    /// [`NotAPin::Digits`].
    pub fn read(text: &str) -> Result<Self, NotAPin> {
        let text = text.trim();
        let digits = (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { Ok(Self(Zeroizing::new(text.to_owned()))) } else { Err(NotAPin::Digits) }
    }

    /// The digits.
    #[must_use]
    pub fn digits(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn l3_a_pin_has_four_to_eight_digits_not_all_equal_and_no_plain_run() {
        let choose = |text| Pin::choose(text, PinRules::default()).map(|pin| pin.digits().to_owned());
        for good in ["2580", " 19840 ", "12340", "98761234", "1212", "0912"] {
            assert_eq!(choose(good).as_deref(), Ok(good.trim()), "{good}");
        }
        for (bad, why) in [
            ("", NotAPin::Digits),
            ("12a4", NotAPin::Digits),
            ("٤١٦٥", NotAPin::Digits),
            ("12 34", NotAPin::Digits),
            ("258", NotAPin::Length(4, 8)),
            ("258025802", NotAPin::Length(4, 8)),
            ("7777", NotAPin::Same),
            ("3456", NotAPin::Run),
            ("87654321", NotAPin::Run),
        ] {
            assert_eq!(choose(bad), Err(why), "{bad}");
        }
    }

    #[test]
    fn a_pin_is_never_printed() {
        let pin = Pin::read("2580").unwrap();
        assert_eq!(format!("{pin:?}"), "Pin(…)");
    }
}
