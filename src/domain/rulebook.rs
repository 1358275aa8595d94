//! What a kingdom may want different: terms, ages, reminder days (DOMAIN C1,
//! C6, L1, L3, L4, M1, P7, V6). A date computed by it is stored with the event
//! that made it, so a later rulebook moves no old date (D5).

use std::collections::BTreeMap;

use chrono::Datelike;
use serde::{Deserialize, Serialize};

use super::date::CivilDate;
use super::id::Slug;

/// The rules in force. A rulebook written without one of them means its default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rules {
    /// How long a card lasts, in months from its issue (C1).
    pub card_months: u32,
    /// How long a waiver lasts, in months from its signing (C1).
    pub waiver_months: u32,
    /// What a discipline has different.
    pub disciplines: BTreeMap<Slug, DisciplineRules>,
    /// From which age, in years, somebody is an adult (P7).
    pub majority_age: u32,
    /// Whether a secondary authorization needs a primary one in the same discipline (C6).
    pub secondary_needs_primary: bool,
    /// For how many years evidence of a waiver is kept after it lapsed (V6).
    pub waiver_retention_years: u32,
    /// How many days before an expiry people are reminded, from the earliest to the last (M1).
    pub reminder_days: Vec<u32>,
    /// For how many hours a one-time link works (L1).
    pub link_hours: u32,
    /// For how many days the welcome mail's link works (V1).
    pub welcome_days: u32,
    /// What a PIN must be (L3, L4).
    pub pin: PinRules,
}

/// What one discipline has different from the kingdom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct DisciplineRules {
    /// How long its cards last, in months; the kingdom's when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub card_months: Option<u32>,
    /// Whom it counts as youth (P7); nobody when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub youth: Option<AgeRange>,
}

/// Ages in whole years, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgeRange {
    /// Youngest.
    pub from: u32,
    /// Oldest.
    pub to: u32,
}

/// What a PIN must be, and how often it may be mistyped (L3, L4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PinRules {
    /// Fewest digits.
    pub min_digits: u32,
    /// Most digits.
    pub max_digits: u32,
    /// Wrong tries that lock the card.
    pub tries: u32,
    /// For how many minutes it is locked.
    pub lock_minutes: u32,
}

/// A rule that makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule} {what}")]
pub struct RuleFault {
    /// Which: `card_months`, `pin.tries`, `youth.to of fencing`.
    pub rule: String,
    /// What is wrong and what it may be: `is 0; it must be from 1 to 240`.
    pub what: String,
}

/// Which report a person counts in (P7). Unknown is never counted as adult.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgeBand {
    /// Under the age of majority.
    Minor,
    /// Of age.
    Adult,
    /// Date of birth unknown.
    Unknown,
}

/// Whether a person counts as youth in a discipline (P7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Youth {
    /// Within the discipline's ages.
    Yes,
    /// Outside of them, or the discipline has no youth.
    No,
    /// The discipline has youth, but the date of birth is unknown.
    Unknown,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            card_months: 24,
            waiver_months: 84,
            disciplines: BTreeMap::new(),
            majority_age: 18,
            secondary_needs_primary: false,
            waiver_retention_years: 7,
            reminder_days: vec![60, 30, 14, 0],
            link_hours: 24,
            welcome_days: 7,
            pin: PinRules::default(),
        }
    }
}

impl Default for PinRules {
    fn default() -> Self {
        Self { min_digits: 4, max_digits: 8, tries: 5, lock_minutes: 15 }
    }
}

impl Rules {
    /// When a card of that discipline expires that is issued on that day (C1, D2).
    #[must_use]
    pub fn card_expiry(&self, discipline: &Slug, issued: CivilDate) -> CivilDate {
        let own = self.disciplines.get(discipline).and_then(|rules| rules.card_months);
        issued.plus_months(own.unwrap_or(self.card_months))
    }

    /// When a waiver expires that is signed on that day (C1, D2).
    #[must_use]
    pub fn waiver_expiry(&self, signed: CivilDate) -> CivilDate {
        signed.plus_months(self.waiver_months)
    }

    /// The first day of adult life.
    #[must_use]
    pub fn adult_on(&self, born: CivilDate) -> CivilDate {
        born.plus_months(self.majority_age.saturating_mul(12))
    }

    /// The first day on which evidence of a waiver need not be kept any more
    /// (V6): so many years after it lapsed, and not before so many years after
    /// its signer came of age. With an unknown date of birth only the lapse counts.
    #[must_use]
    pub fn waiver_kept_until(&self, waiver_expires: CivilDate, born: Option<CivilDate>) -> CivilDate {
        let last = born.map_or(waiver_expires, |born| waiver_expires.max(self.adult_on(born)));
        last.plus_months(self.waiver_retention_years.saturating_mul(12))
    }

    /// Whether somebody counts as youth in that discipline on that day (P7).
    #[must_use]
    pub fn youth(&self, discipline: &Slug, born: Option<CivilDate>, on: CivilDate) -> Youth {
        let ages = self.disciplines.get(discipline).and_then(|rules| rules.youth);
        match (ages, born) {
            (None, _) => Youth::No,
            (Some(_), None) => Youth::Unknown,
            (Some(ages), Some(born)) => match age_on(born, on) {
                Some(age) if (ages.from..=ages.to).contains(&age) => Youth::Yes,
                _ => Youth::No,
            },
        }
    }

    /// Looks for rules that make no sense.
    ///
    /// # Errors
    /// Every one of them, as a sentence that names the rule and what it may be.
    pub fn check(&self) -> Result<(), Vec<String>> {
        let faults = self.faults();
        if faults.is_empty() { Ok(()) } else { Err(faults.iter().map(ToString::to_string).collect()) }
    }

    /// The rules that make no sense, in the order of the rulebook.
    #[must_use]
    pub fn faults(&self) -> Vec<RuleFault> {
        let mut faults = Vec::new();
        let mut within = |rule: &str, value: u32, least: u32, most: u32| {
            if !(least..=most).contains(&value) {
                let what = format!("is {value}; it must be from {least} to {most}");
                faults.push(RuleFault { rule: rule.to_owned(), what });
            }
        };
        within("card_months", self.card_months, 1, 240);
        within("waiver_months", self.waiver_months, 1, 240);
        within("majority_age", self.majority_age, 1, 30);
        within("waiver_retention_years", self.waiver_retention_years, 0, 100);
        within("link_hours", self.link_hours, 1, 168);
        within("welcome_days", self.welcome_days, 1, 60);
        // L3: 4 to 8 digits; a kingdom may ask for more than 4, and allow fewer than 8.
        within("pin.min_digits", self.pin.min_digits, 4, 8);
        within("pin.max_digits", self.pin.max_digits, self.pin.min_digits, 8);
        within("pin.tries", self.pin.tries, 1, 20);
        within("pin.lock_minutes", self.pin.lock_minutes, 1, 1440);
        for days in &self.reminder_days {
            within("reminder_days", *days, 0, 365);
        }
        for (slug, rules) in &self.disciplines {
            if let Some(months) = rules.card_months {
                within(&format!("card_months of {slug}"), months, 1, 240);
            }
            if let Some(ages) = rules.youth {
                within(&format!("youth.to of {slug}"), ages.to, 0, 30);
                within(&format!("youth.from of {slug}"), ages.from, 0, ages.to);
            }
        }
        let mut days = |what: &str| {
            faults.push(RuleFault { rule: "reminder_days".to_owned(), what: what.to_owned() });
        };
        if self.reminder_days.len() > 12 {
            days("has more than 12 days; name at most 12");
        }
        if !self.reminder_days.is_sorted_by(|earlier, later| earlier > later) {
            days("must fall, each day once, such as 60, 30, 14, 0");
        }
        faults
    }
}

/// Age in whole years on a day; `None` before birth. Birthdays follow D2: of
/// 29 February, it is 28 February where needed.
#[must_use]
pub fn age_on(born: CivilDate, on: CivilDate) -> Option<u32> {
    if on < born {
        return None;
    }
    let years = u32::try_from(on.naive().year() - born.naive().year()).ok()?;
    if born.plus_months(12 * years) <= on { Some(years) } else { years.checked_sub(1) }
}

/// Which band somebody is in on a day (P7).
#[must_use]
pub fn age_band(born: Option<CivilDate>, on: CivilDate, rules: &Rules) -> AgeBand {
    match born {
        None => AgeBand::Unknown,
        Some(born) if on < rules.adult_on(born) => AgeBand::Minor,
        Some(_) => AgeBand::Adult,
    }
}

#[cfg(test)]
#[path = "rulebook_tests.rs"]
mod tests;
