//! May this person fight today? States, reasons and what to do (DOMAIN D3, C8, C10, C11).

use std::fmt;

use super::date::CivilDate;
use super::date_text::long_date;

/// The three states of a waiver on a day (C10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WaiverState {
    /// None is on file.
    Missing,
    /// The one on file has expired.
    Lapsed {
        /// The first day on which it was not valid.
        expired_on: CivilDate,
    },
    /// There is a good one.
    Valid {
        /// The first day on which it will not be valid.
        expires_on: CivilDate,
    },
}

/// The state of a card on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CardState {
    /// Before its expiry.
    Valid,
    /// On or after its expiry.
    Expired,
}

/// Why somebody may not fight in a discipline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// No waiver is on file.
    WaiverMissing,
    /// The waiver has lapsed.
    WaiverLapsed {
        /// The first day on which it was not valid.
        expired_on: CivilDate,
    },
    /// The card has expired.
    CardExpired {
        /// The first day on which it was not valid.
        expired_on: CivilDate,
    },
    /// The card holds no authorization.
    NoAuthorization,
}

/// Whether somebody may fight in one discipline on one day, and why (C11).
/// `Display` gives the whole sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    card_expires: CivilDate,
    waiver: WaiverState,
    reasons: Vec<Reason>,
}

/// Whether something that expires is valid on a day: before its expiry, not on it (D3).
#[must_use]
pub fn is_valid(expires_on: CivilDate, day: CivilDate) -> bool {
    day < expires_on
}

impl WaiverState {
    /// The state on a day of a waiver with that expiry, or of none.
    #[must_use]
    pub fn on(expires_on: Option<CivilDate>, day: CivilDate) -> Self {
        match expires_on {
            None => Self::Missing,
            Some(expires_on) if is_valid(expires_on, day) => Self::Valid { expires_on },
            Some(past) => Self::Lapsed { expired_on: past },
        }
    }

    /// Whether it is good.
    #[must_use]
    pub const fn is_good(self) -> bool {
        matches!(self, Self::Valid { .. })
    }

    /// The state in one word, for styles and files: `missing`, `lapsed`, `valid`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Lapsed { .. } => "lapsed",
            Self::Valid { .. } => "valid",
        }
    }
}

impl fmt::Display for WaiverState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("no waiver on file"),
            Self::Lapsed { expired_on } => write!(f, "waiver {}", lapsed(*expired_on)),
            Self::Valid { expires_on } => write!(f, "waiver {}", good(*expires_on)),
        }
    }
}

impl CardState {
    /// The state of a card with that expiry on a day (D3).
    #[must_use]
    pub fn on(expires_on: CivilDate, day: CivilDate) -> Self {
        if is_valid(expires_on, day) { Self::Valid } else { Self::Expired }
    }

    /// The state in one word, for styles and files: `valid`, `expired`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Expired => "expired",
        }
    }
}

impl Reason {
    /// What to do about it, as an instruction.
    #[must_use]
    pub const fn fix(self) -> &'static str {
        match self {
            Self::WaiverMissing => "sign a waiver and give it to the Minister of the Lists",
            Self::WaiverLapsed { .. } => "sign a new waiver and give it to the Minister of the Lists",
            Self::CardExpired { .. } => "renew the card with a marshal of this discipline",
            Self::NoAuthorization => "authorize with a marshal of this discipline",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WaiverMissing => f.write_str("no waiver on file"),
            Self::WaiverLapsed { expired_on } => write!(f, "waiver {}", lapsed(*expired_on)),
            Self::CardExpired { expired_on } => write!(f, "card {}", lapsed(*expired_on)),
            Self::NoAuthorization => f.write_str("no authorization in this discipline"),
        }
    }
}

fn lapsed(expired_on: CivilDate) -> String {
    format!("lapsed on {} (last valid day {})", long_date(expired_on), long_date(expired_on.day_before()))
}

fn good(expires_on: CivilDate) -> String {
    format!("good to {} (expires {})", long_date(expires_on.day_before()), long_date(expires_on))
}

impl Verdict {
    /// Judges one card: its expiry, how many authorizations it holds, and the waiver's state that day.
    #[must_use]
    pub fn new(card_expires: CivilDate, authorizations: usize, waiver: WaiverState, day: CivilDate) -> Self {
        let mut reasons = Vec::new();
        match waiver {
            WaiverState::Missing => reasons.push(Reason::WaiverMissing),
            WaiverState::Lapsed { expired_on } => reasons.push(Reason::WaiverLapsed { expired_on }),
            WaiverState::Valid { .. } => {}
        }
        if CardState::on(card_expires, day) == CardState::Expired {
            reasons.push(Reason::CardExpired { expired_on: card_expires });
        }
        if authorizations == 0 {
            reasons.push(Reason::NoAuthorization);
        }
        Self { card_expires, waiver, reasons }
    }

    /// Whether they may fight.
    #[must_use]
    pub fn is_fit(&self) -> bool {
        self.reasons.is_empty()
    }

    /// Why not; empty when they may.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// What to do, one instruction per reason.
    #[must_use]
    pub fn fixes(&self) -> Vec<&'static str> {
        self.reasons.iter().map(|reason| reason.fix()).collect()
    }

    /// The last day on which this verdict can still be "valid"; `None` when it is not valid now.
    #[must_use]
    pub fn last_valid_day(&self) -> Option<CivilDate> {
        match self.waiver {
            WaiverState::Valid { expires_on } if self.is_fit() => {
                Some(expires_on.min(self.card_expires).day_before())
            }
            _ => None,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = self.reasons.iter().map(Reason::to_string).collect();
        if !self.reasons.iter().any(|reason| matches!(reason, Reason::CardExpired { .. })) {
            parts.push(format!("card {}", good(self.card_expires)));
        }
        if self.waiver.is_good() {
            parts.push(self.waiver.to_string());
        }
        let word = if self.is_fit() { "valid" } else { "not valid" };
        write!(f, "{word}: {}", parts.join("; "))?;
        if self.is_fit() { Ok(()) } else { write!(f, "; fix: {}", self.fixes().join(", and ")) }
    }
}

/// Whether a warrant is active on a day (C8): the day is within its term, and
/// the discipline's card and the waiver are valid that day. Both ends of the
/// term belong to it: unlike an expiry, `ends` is the last day. Without an end
/// it goes on. `card_expires` is `None` when there is no card.
#[must_use]
pub fn warrant_active(
    day: CivilDate,
    starts: CivilDate,
    ends: Option<CivilDate>,
    card_expires: Option<CivilDate>,
    waiver: WaiverState,
) -> bool {
    starts <= day
        && ends.is_none_or(|last| day <= last)
        && card_expires.is_some_and(|expires_on| is_valid(expires_on, day))
        && waiver.is_good()
}

#[cfg(test)]
#[path = "status_tests.rs"]
mod tests;
