//! E-mail addresses and telephone numbers (DOMAIN P2). Both are personal: they
//! are never printed for debugging.

use std::fmt;

use super::text::{TextFault, clean};

/// An e-mail address whose syntax is sound, kept as typed. Families share
/// addresses; [`Email::key`] is what comparisons use.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

/// Why a text is no [`Email`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAnEmail {
    /// A character that no text may hold.
    #[error(transparent)]
    Text(#[from] TextFault),
    /// Nothing was typed.
    #[error("type an e-mail address, like name@example.org")]
    Missing,
    /// No `@`, or more than one.
    #[error("an e-mail address has exactly one @")]
    At,
    /// Longer than 254 characters, or more than 64 before the `@`.
    #[error("an e-mail address has at most 254 characters, and at most 64 before the @")]
    TooLong,
    /// The part before the `@`.
    #[error(
        "the part before the @ may hold letters without accents, digits, single dots between them and !#$%&'*+/=?^_`{{|}}~-"
    )]
    Local,
    /// The part after the `@`.
    #[error("the part after the @ must be a domain such as example.org")]
    Domain,
}

impl Email {
    /// Checks the syntax that mail servers really accept (RFC 5321 without
    /// quoted names and address literals): ASCII, `name@domain.tld`.
    ///
    /// # Errors
    /// [`NotAnEmail`] says what is wrong.
    pub fn parse(raw: &str) -> Result<Self, NotAnEmail> {
        let text = clean(raw)?;
        if text.is_empty() {
            return Err(NotAnEmail::Missing);
        }
        let (local, domain) = text.split_once('@').ok_or(NotAnEmail::At)?;
        if domain.contains('@') {
            return Err(NotAnEmail::At);
        }
        if text.len() > 254 || local.len() > 64 {
            return Err(NotAnEmail::TooLong);
        }
        if !local.split('.').all(|part| !part.is_empty() && part.bytes().all(is_atom)) {
            return Err(NotAnEmail::Local);
        }
        if !is_domain(domain) {
            return Err(NotAnEmail::Domain);
        }
        Ok(Self(text))
    }

    /// The address as typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address in lower case: two addresses are the same when their keys are.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(…)")
    }
}

fn is_atom(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b"!#$%&'*+/=?^_`{|}~-".contains(&b)
}

fn is_domain(domain: &str) -> bool {
    let mut labels = 0;
    let mut last_is_number = true;
    for label in domain.split('.') {
        labels += 1;
        let shaped = (1..=63).contains(&label.len())
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-');
        if !shaped {
            return false;
        }
        last_is_number = label.bytes().all(|b| b.is_ascii_digit());
    }
    labels >= 2 && !last_is_number
}

/// A telephone number, kept as `+` and 7 to 15 digits; North American ones as
/// `+1` and ten digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

/// Why a text is no [`Phone`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAPhone {
    /// A character that no text may hold.
    #[error(transparent)]
    Text(#[from] TextFault),
    /// A letter, or a digit of another script.
    #[error("a telephone number holds digits and punctuation only, and no extension")]
    Letter,
    /// A `+` that is not before the first digit.
    #[error("a + may stand only once, before the first digit")]
    Plus,
    /// A wrong number of digits.
    #[error("it has {0} digits; a North American number has 10, any other starts with + and has 7 to 15")]
    Digits(usize),
    /// A wrong number of digits after North America's own code.
    #[error("it has {0} digits after the +1; a North American number has 10")]
    AfterOne(usize),
    /// No country's code starts with 0.
    #[error("after the + comes the country's code, which never starts with 0")]
    CountryCode,
}

impl Phone {
    /// Reads a North American number (10 digits, a leading 1 or +1 allowed) or
    /// `+` and 7 to 15 digits, with any punctuation.
    ///
    /// # Errors
    /// [`NotAPhone`] says what is wrong.
    pub fn parse(raw: &str) -> Result<Self, NotAPhone> {
        let mut digits = String::new();
        let mut plus = false;
        for c in clean(raw)?.chars() {
            match c {
                '0'..='9' => digits.push(c),
                '+' if plus || !digits.is_empty() => return Err(NotAPhone::Plus),
                '+' => plus = true,
                c if c.is_alphanumeric() => return Err(NotAPhone::Letter),
                _ => {}
            }
        }
        match (plus, digits.len(), digits.starts_with('1')) {
            (false, 10, _) => Ok(Self(format!("+1{digits}"))),
            (true, 7..=15, _) if digits.starts_with('0') => Err(NotAPhone::CountryCode),
            (_, 11, true) | (true, 7..=15, false) => Ok(Self(format!("+{digits}"))),
            (true, count, true) => Err(NotAPhone::AfterOne(count - 1)),
            (_, count, _) => Err(NotAPhone::Digits(count)),
        }
    }

    /// The number as it is kept: `+` and digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number for people: `(416) 555-6068`, or `+44 207 123 4567`.
    #[must_use]
    pub fn display(&self) -> String {
        let digits = &self.0[1..];
        if digits.len() == 11 && digits.starts_with('1') {
            return format!("({}) {}-{}", &digits[1..4], &digits[4..7], &digits[7..]);
        }
        let (code, mut rest) = digits.split_at(country_code_length(digits));
        let mut shown = format!("+{code}");
        while rest.len() > 4 {
            let (group, others) = rest.split_at(3);
            shown.push(' ');
            shown.push_str(group);
            rest = others;
        }
        shown.push(' ');
        shown.push_str(rest);
        shown
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

/// How many digits the country's code has (ITU E.164's list of assigned codes).
fn country_code_length(digits: &str) -> usize {
    match digits.as_bytes() {
        [b'1' | b'7', ..] => 1,
        [b'2', b'0' | b'7', ..]
        | [b'3', b'0'..=b'4' | b'6' | b'9', ..]
        | [b'4', b'0' | b'1' | b'3'..=b'9', ..]
        | [b'5', b'1'..=b'8', ..]
        | [b'6', b'0'..=b'6', ..]
        | [b'8', b'1' | b'2' | b'4' | b'6', ..]
        | [b'9', b'0'..=b'5' | b'8', ..] => 2,
        _ => 3,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn p2_an_address_is_kept_as_typed_and_compared_without_case() {
        let email = Email::parse(" Ragnar.O'Hara+sca@Example.ORG ").unwrap();
        assert_eq!(email.as_str(), "Ragnar.O'Hara+sca@Example.ORG");
        assert_eq!(email.key(), Email::parse("ragnar.o'hara+SCA@example.org").unwrap().key());
        assert!(!format!("{email:?}").contains("xample"));
    }

    #[test]
    fn p2_what_no_mail_server_accepts_is_no_address() {
        use NotAnEmail::{At, Domain, Local, Missing, TooLong};
        for (bad, why) in [
            ("", Missing),
            (" ", Missing),
            ("not-an-address", At),
            ("a@b@c.org", At),
            ("@example.org", Local),
            (".a@example.org", Local),
            ("a..b@example.org", Local),
            ("a b@example.org", Local),
            ("ásta@example.org", Local),
            ("\"a\"@example.org", Local),
            ("a@example", Domain),
            ("a@example.org.", Domain),
            ("a@-example.org", Domain),
            ("a@exa_mple.org", Domain),
            ("a@[127.0.0.1]", Domain),
            ("a@127.0.0.1", Domain),
            ("a@example.org\nBcc: b@example.org", At),
            ("a@example.org Bcc", Domain),
        ] {
            assert_eq!(Email::parse(bad), Err(why), "{bad}");
        }
        assert_eq!(Email::parse(&format!("{}@example.org", "a".repeat(65))), Err(TooLong));
        assert!(Email::parse(&format!("{}@example.org", "a".repeat(64))).is_ok());
        let long = format!("a@{}org", "abcdefgh.".repeat(28));
        assert_eq!(Email::parse(&long), Err(TooLong));
        assert!(matches!(Email::parse("a\u{202E}@example.org"), Err(NotAnEmail::Text(_))));
    }

    #[test]
    fn p2_a_north_american_number_is_kept_with_plus_one_and_shown_in_brackets() {
        for typed in [
            "4165556068",
            "(416) 555-6068",
            "1-416-555-6068",
            "+1 416.555.6068",
            "416 – 555 – 6068",
            "1 4165556068",
        ] {
            let phone = Phone::parse(typed).unwrap();
            assert_eq!((phone.as_str(), phone.display().as_str()), ("+14165556068", "(416) 555-6068"));
        }
    }

    #[test]
    fn p2_other_numbers_start_with_plus_and_have_7_to_15_digits() {
        for (typed, kept, shown) in [
            ("+44 20 7123 4567", "+442071234567", "+44 207 123 4567"),
            ("(+353) 1 234 5678", "+35312345678", "+353 123 456 78"),
            ("+290 1234", "+2901234", "+290 1234"),
            ("+7 912 345 67 89", "+79123456789", "+7 912 345 6789"),
        ] {
            let phone = Phone::parse(typed).unwrap();
            assert_eq!((phone.as_str(), phone.display().as_str()), (kept, shown));
        }
        for (bad, why) in [
            ("", NotAPhone::Digits(0)),
            ("12", NotAPhone::Digits(2)),
            ("555-6068", NotAPhone::Digits(7)),
            ("442071234567", NotAPhone::Digits(12)),
            ("+1 416 555 606", NotAPhone::AfterOne(9)),
            ("+1 416 555 60689", NotAPhone::AfterOne(11)),
            ("+1", NotAPhone::AfterOne(0)),
            ("+123456", NotAPhone::AfterOne(5)),
            ("+443456", NotAPhone::Digits(6)),
            ("+4412345678901234", NotAPhone::Digits(16)),
            ("+0123456789", NotAPhone::CountryCode),
            ("416 555 6068 x12", NotAPhone::Letter),
            ("٤١٦٥٥٥٦٠٦٨", NotAPhone::Letter),
            ("416+5556068", NotAPhone::Plus),
            ("++4420712345", NotAPhone::Plus),
        ] {
            assert_eq!(Phone::parse(bad), Err(why), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn p2_a_number_kept_or_shown_is_read_back_as_the_same(typed in "[+]?[0-9 ().-]{6,20}") {
            if let Ok(phone) = Phone::parse(&typed) {
                prop_assert_eq!(Phone::parse(phone.as_str()), Ok(phone.clone()));
                prop_assert_eq!(Phone::parse(&phone.display()), Ok(phone));
            }
        }

        #[test]
        fn p2_an_address_kept_is_read_back_as_the_same(typed in "[ ]?[a-zA-Z.+]{1,8}@[a-z.-]{1,12}[ ]?") {
            if let Ok(email) = Email::parse(&typed) {
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
                prop_assert_eq!(Email::parse(&email.key()).map(|e| e.key()), Ok(email.key()));
            }
        }
    }
}
