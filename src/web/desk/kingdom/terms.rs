//! The rules of a rulebook one by one: what they are called, how they are said,
//! which field of the form asks for them.

use std::collections::BTreeMap;

use crate::domain::date::CivilDate;
use crate::domain::id::Slug;
use crate::domain::rulebook::{AgeRange, DisciplineRules, Rules};
use crate::domain::text::fold;
use crate::events::evolve::Catalogue;
use crate::events::evolve::catalogue::Rulebook;
use crate::web::form::Sent;
use crate::web::views::{Field, Kind, Width};

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The form's field.
    pub field: String,
    /// What it is called.
    pub label: String,
    /// The discipline that has it different; empty for the kingdom's own.
    pub of: String,
    what: What,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum What {
    /// A number of the kingdom's, in that unit.
    Number(&'static str),
    /// The days of reminders.
    Days,
    /// Whether secondary authorizations need a primary one.
    Primary,
    /// How long a discipline's cards last.
    Card(Slug),
    /// A discipline's youngest or oldest youth.
    Youth(Slug, End),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    From,
    To,
}

/// Fields of numbers: name, label, unit. Four of them, then the others with a group each.
const NUMBERS: [(&str, &str, &str); 10] = [
    ("card_months", "A card lasts", "month"),
    ("waiver_months", "A waiver lasts", "month"),
    ("waiver_retention_years", "Evidence of a waiver is kept after it lapsed", "year"),
    ("majority_age", "An adult is at least", "year"),
    ("link_hours", "A one-time link works for", "hour"),
    ("welcome_days", "The welcome mail’s link works for", "day"),
    ("pin_min_digits", "A PIN has at least", "digit"),
    ("pin_max_digits", "A PIN has at most", "digit"),
    ("pin_tries", "A card is locked after", "wrong try"),
    ("pin_lock_minutes", "It stays locked for", "minute"),
];

/// The kingdom's own rules in the order of the form: terms, ages, reminders, links, PINs.
#[must_use]
pub fn of_kingdom() -> Vec<Term> {
    let number = |(field, label, unit): (&str, &str, &'static str)| Term {
        field: field.to_owned(),
        label: label.to_owned(),
        of: String::new(),
        what: What::Number(unit),
    };
    let mut all: Vec<Term> = NUMBERS.into_iter().map(number).collect();
    let other = |field: &str, label: &str, what| Term {
        field: field.to_owned(),
        label: label.to_owned(),
        of: String::new(),
        what,
    };
    let label = "A secondary authorization needs a primary one in its discipline";
    let primary = other("secondary_needs_primary", label, What::Primary);
    let days = other("reminder_days", "Reminders go out", What::Days);
    all.insert(3, primary);
    all.insert(5, days);
    all
}

/// What disciplines may have different: those that take new cards, and those with rules of their own.
#[must_use]
pub fn of_disciplines(catalogue: &Catalogue) -> Vec<Term> {
    let has_rules =
        |slug: &Slug| catalogue.rulebooks.iter().any(|book| book.rules.disciplines.contains_key(slug));
    let mut shown: Vec<_> =
        catalogue.disciplines.iter().filter(|(slug, of)| !of.retired || has_rules(slug)).collect();
    shown.sort_by_key(|(_, of)| fold(&of.name));
    let of = |(slug, of): (&Slug, &crate::events::evolve::DisciplineState)| {
        let term = |field: &str, label: &str, what| Term {
            field: format!("{field}.{slug}"),
            label: label.to_owned(),
            of: of.name.clone(),
            what,
        };
        [
            term("card_months", "A card lasts", What::Card(slug.clone())),
            term("youth_from", "Youth from", What::Youth(slug.clone(), End::From)),
            term("youth_to", "Youth to", What::Youth(slug.clone(), End::To)),
        ]
    };
    shown.into_iter().flat_map(of).collect()
}

/// The field of the form that a fault of the rules belongs to.
#[must_use]
pub fn field_of(rule: &str) -> String {
    match rule.split_once(" of ") {
        Some((what, slug)) => format!("{}.{slug}", what.replace('.', "_")),
        None => rule.replace('.', "_"),
    }
}

/// How many terms each discipline has.
pub const OF_A_DISCIPLINE: usize = 3;

impl Term {
    /// What it is called where the discipline is not said: `Fencing: A card lasts`.
    #[must_use]
    pub fn name(&self) -> String {
        if self.of.is_empty() { self.label.clone() } else { format!("{}: {}", self.of, self.label) }
    }

    /// The rule as the form's field shows it.
    #[must_use]
    pub fn typed(&self, rules: &Rules) -> String {
        let some = |number: Option<u32>| number.map_or_else(String::new, |number| number.to_string());
        match &self.what {
            What::Number(_) => some(number(rules, &self.field)),
            What::Days => listed(&rules.reminder_days),
            What::Primary => if rules.secondary_needs_primary { "yes" } else { "" }.to_owned(),
            What::Card(slug) => some(rules.disciplines.get(slug).and_then(|own| own.card_months)),
            What::Youth(slug, end) => {
                let ages = rules.disciplines.get(slug).and_then(|own| own.youth);
                some(ages.map(|ages| if *end == End::From { ages.from } else { ages.to }))
            }
        }
    }

    /// The rule in words.
    #[must_use]
    pub fn said(&self, rules: &Rules) -> String {
        let typed = self.typed(rules);
        match &self.what {
            What::Number(unit) => units(&typed, unit),
            What::Days if typed.is_empty() => "none".to_owned(),
            What::Days => format!("{typed} days before an expiry"),
            What::Primary => if typed.is_empty() { "no" } else { "yes" }.to_owned(),
            What::Card(_) if typed.is_empty() => "as the kingdom’s".to_owned(),
            What::Card(_) => units(&typed, "month"),
            What::Youth(..) if typed.is_empty() => "no youth".to_owned(),
            What::Youth(..) => units(&typed, "year"),
        }
    }

    /// Whether a discipline has something different here.
    #[must_use]
    pub fn is_set(&self, rules: &Rules) -> bool {
        !self.typed(rules).is_empty()
    }

    /// The field that asks for it.
    #[must_use]
    pub fn field(&self, rules: &Rules) -> Field {
        let field =
            match &self.what {
                What::Number(unit) => {
                    let label = format!("{} ({unit}s)", self.label).replace("wrong trys", "wrong tries");
                    Field::new(Kind::Number, &self.field, &label).required().width(Width::Half)
                }
                What::Days => {
                    Field::new(Kind::Text, &self.field, &format!("{} (days before an expiry)", self.label))
                        .at_most(100)
                        .hint("From the first to the last, such as 60, 30, 14, 0. Empty for none.")
                }
                What::Primary => {
                    return Field::new(Kind::Check, &self.field, &self.label)
                        .ticked(rules.secondary_needs_primary);
                }
                What::Card(_) => Field::new(Kind::Number, &self.field, &format!("{} (months)", self.label))
                    .width(Width::Short),
                What::Youth(..) => Field::new(Kind::Number, &self.field, &format!("{} (age)", self.label))
                    .width(Width::Short),
            };
        field.autocomplete("off").value(self.typed(rules))
    }

    /// Takes what was typed.
    ///
    /// # Errors
    /// What to show next to the field.
    fn take(&self, sent: &Sent, rules: &mut Rules, youth: &mut Youths) -> Result<(), String> {
        match &self.what {
            What::Number(unit) => {
                let typed = whole(sent, &self.field)?.ok_or_else(|| format!("Say how many {unit}s it is"))?;
                set_number(rules, &self.field, typed);
            }
            What::Days => rules.reminder_days = days(sent.text(&self.field))?,
            What::Primary => {
                rules.secondary_needs_primary = match sent.text(&self.field) {
                    "" => false,
                    "yes" => true,
                    _ => return Err("Tick it or leave it".to_owned()),
                };
            }
            What::Card(slug) => {
                let months = whole(sent, &self.field)?;
                rules.disciplines.entry(slug.clone()).or_default().card_months = months;
            }
            What::Youth(slug, end) => {
                let age = whole(sent, &self.field)?;
                let ages = youth.entry(slug.clone()).or_default();
                if *end == End::From { ages.0 = age } else { ages.1 = age }
            }
        }
        Ok(())
    }
}

type Youths = BTreeMap<Slug, (Option<u32>, Option<u32>)>;

/// The rules as typed, on top of what the form does not ask for; and what is wrong, by field.
pub fn read(catalogue: &Catalogue, base: &Rules, sent: &Sent) -> (Rules, Vec<(String, String)>) {
    let (mut rules, mut youth) = (base.clone(), Youths::new());
    let mut errors = Vec::new();
    let asked = of_disciplines(catalogue).into_iter().filter(|term| sent.has(&term.field));
    for term in of_kingdom().into_iter().chain(asked) {
        if let Err(why) = term.take(sent, &mut rules, &mut youth) {
            errors.push((term.field, why));
        }
    }
    for (slug, ages) in youth {
        let own = rules.disciplines.entry(slug.clone()).or_default();
        own.youth = match ages {
            (Some(from), Some(to)) => Some(AgeRange { from, to }),
            (None, None) => None,
            (from, _) => {
                let missing = if from.is_none() { "from" } else { "to" };
                let field = format!("youth_{missing}.{slug}");
                if !errors.iter().any(|(known, _)| *known == field) {
                    errors.push((field, "Give both ages, or neither".to_owned()));
                }
                None
            }
        };
    }
    rules.disciplines.retain(|_, own| *own != DisciplineRules::default());
    for fault in rules.faults() {
        let field = field_of(&fault.rule);
        if !errors.iter().any(|(known, _)| *known == field) {
            errors.push((field, format!("This {}", fault.what)));
        }
    }
    (rules, errors)
}

/// The rulebooks that are or will be in force, one after the other: of several
/// that begin on one day, the one adopted last.
#[must_use]
pub fn timeline(catalogue: &Catalogue) -> Vec<(CivilDate, &Rulebook)> {
    let mut by_day: BTreeMap<CivilDate, &Rulebook> = BTreeMap::new();
    for book in &catalogue.rulebooks {
        if let Some(from) = book.in_force_from {
            by_day.insert(from, book);
        }
    }
    by_day.into_iter().collect()
}

fn number(rules: &Rules, field: &str) -> Option<u32> {
    Some(match field {
        "card_months" => rules.card_months,
        "waiver_months" => rules.waiver_months,
        "waiver_retention_years" => rules.waiver_retention_years,
        "majority_age" => rules.majority_age,
        "link_hours" => rules.link_hours,
        "welcome_days" => rules.welcome_days,
        "pin_min_digits" => rules.pin.min_digits,
        "pin_max_digits" => rules.pin.max_digits,
        "pin_tries" => rules.pin.tries,
        "pin_lock_minutes" => rules.pin.lock_minutes,
        _ => return None,
    })
}

fn set_number(rules: &mut Rules, field: &str, number: u32) {
    let place = match field {
        "card_months" => &mut rules.card_months,
        "waiver_months" => &mut rules.waiver_months,
        "waiver_retention_years" => &mut rules.waiver_retention_years,
        "majority_age" => &mut rules.majority_age,
        "link_hours" => &mut rules.link_hours,
        "welcome_days" => &mut rules.welcome_days,
        "pin_min_digits" => &mut rules.pin.min_digits,
        "pin_max_digits" => &mut rules.pin.max_digits,
        "pin_tries" => &mut rules.pin.tries,
        "pin_lock_minutes" => &mut rules.pin.lock_minutes,
        _ => return,
    };
    *place = number;
}

/// A whole number, if one was typed.
fn whole(sent: &Sent, field: &str) -> Result<Option<u32>, String> {
    let wrong = |_| "Write a whole number, such as 24".to_owned();
    sent.filled(field).map(|text| text.parse::<u32>().map_err(wrong)).transpose()
}

/// Days, written `60, 30, 14, 0`.
fn days(text: &str) -> Result<Vec<u32>, String> {
    let parts = text.split([',', ' ', ';']).filter(|part| !part.is_empty());
    let days: Result<Vec<u32>, _> = parts.map(str::parse).collect();
    days.map_err(|_| "Write whole numbers with commas between them, such as 60, 30, 14, 0".to_owned())
}

fn listed(days: &[u32]) -> String {
    days.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

fn units(number: &str, unit: &str) -> String {
    match (number, unit) {
        ("1", unit) => format!("1 {unit}"),
        (number, "wrong try") => format!("{number} wrong tries"),
        (number, unit) => format!("{number} {unit}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::evolve::DisciplineState;

    fn catalogue() -> Catalogue {
        let mut catalogue = Catalogue::default();
        let state = DisciplineState {
            name: "Fencing".to_owned(),
            retired: false,
            authorizations: BTreeMap::new(),
            marshals: BTreeMap::new(),
        };
        catalogue.disciplines.insert(Slug::parse("fencing").unwrap(), state);
        catalogue
    }

    /// The form as it is shown, with some fields otherwise.
    fn sent(rules: &Rules, other: &[(&str, &str)]) -> Sent {
        let all = of_kingdom().into_iter().chain(of_disciplines(&catalogue()));
        let fields: Vec<_> = all.map(|term| (term.field.clone(), term.typed(rules))).collect();
        let pairs: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let sent = Sent::default();
        let sent = pairs.into_iter().fold(sent, |sent, (name, value)| sent.with(name, value));
        other.iter().fold(sent, |sent, (name, value)| sent.with(name, value))
    }

    #[test]
    fn the_form_says_what_the_rules_say() {
        let mut rules = Rules { card_months: 36, secondary_needs_primary: true, ..Rules::default() };
        let own = DisciplineRules { card_months: Some(12), youth: Some(AgeRange { from: 14, to: 17 }) };
        rules.disciplines.insert(Slug::parse("fencing").unwrap(), own);
        for rules in [rules, Rules::default()] {
            assert_eq!(read(&catalogue(), &Rules::default(), &sent(&rules, &[])), (rules, Vec::new()));
        }
    }

    #[test]
    fn every_rule_that_is_wrong_is_named_by_its_field() {
        let wrong = [
            ("card_months", "0"),
            ("waiver_months", "seven"),
            ("majority_age", ""),
            ("reminder_days", "30, 60"),
            ("pin_max_digits", "3"),
            ("card_months.fencing", "999"),
            ("youth_from.fencing", "14"),
        ];
        let (_, errors) = read(&catalogue(), &Rules::default(), &sent(&Rules::default(), &wrong));
        let mut fields: Vec<_> = errors.iter().map(|(field, _)| field.as_str()).collect();
        fields.sort_unstable();
        let expected = [
            "card_months",
            "card_months.fencing",
            "majority_age",
            "pin_max_digits",
            "reminder_days",
            "waiver_months",
            "youth_to.fencing",
        ];
        assert_eq!(fields, expected, "{errors:?}");
    }

    #[test]
    fn every_fault_of_the_rules_has_a_field() {
        let mut rules = Rules { card_months: 0, waiver_months: 0, majority_age: 0, ..Rules::default() };
        (rules.link_hours, rules.welcome_days, rules.waiver_retention_years) = (0, 0, 999);
        rules.pin =
            crate::domain::rulebook::PinRules { min_digits: 1, max_digits: 0, tries: 0, lock_minutes: 0 };
        rules.reminder_days = vec![999, 1000];
        let own = DisciplineRules { card_months: Some(0), youth: Some(AgeRange { from: 40, to: 31 }) };
        rules.disciplines.insert(Slug::parse("fencing").unwrap(), own);
        let fields: Vec<_> =
            of_kingdom().into_iter().chain(of_disciplines(&catalogue())).map(|term| term.field).collect();
        for fault in rules.faults() {
            assert!(fields.contains(&field_of(&fault.rule)), "{fault}");
        }
    }
}
