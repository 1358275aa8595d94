//! From what a person typed to what may be kept: every field's fault at once,
//! next to its field, with what was typed (DOMAIN P1–P3).

use std::fmt;

use super::contact::{Email, NotAPhone, NotAnEmail, Phone};
use super::date::CivilDate;
use super::details::{DetailField, PlainDetails, RawDetails, ValidDetails};
use super::postal::{Country, NotAPostalCode, PostalCode};
use super::region::{RegionEntry, active_codes, find_region};
use super::text::clean;

/// Largest member number.
const MAX_MEMBER_NUMBER: u32 = 2_147_483_647;

/// What is wrong with one field. Printing it, in either way, never shows what was typed.
#[derive(Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field.
    pub field: DetailField,
    /// What was typed, to be shown again in the form. Personal.
    pub value: String,
    /// What is wrong; a sentence part without the value.
    pub problem: String,
    /// What to do; an instruction.
    pub remedy: String,
}

impl fmt::Debug for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FieldError")
            .field("field", &self.field)
            .field("problem", &self.problem)
            .field("remedy", &self.remedy)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for FieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.field.label(), self.problem, self.remedy)
    }
}

impl std::error::Error for FieldError {}

/// Judges the whole form as it would be on file afterwards: a change of some
/// fields is merged with the others by the caller first.
///
/// # Errors
/// All faults, one per field at most, in the order of [`DetailField::ALL`].
pub fn validate(
    raw: &RawDetails,
    regions: &[RegionEntry],
    today: CivilDate,
) -> Result<ValidDetails, Vec<FieldError>> {
    let mut valid = PlainDetails::new();
    let mut errors = Vec::new();
    for field in DetailField::ALL {
        match normalise(field, raw, regions, today) {
            Ok(text) if text.is_empty() => {}
            Ok(text) => {
                valid.insert(field, text);
            }
            Err((problem, remedy)) => {
                errors.push(FieldError { field, value: raw.get(field).to_owned(), problem, remedy });
            }
        }
    }
    if errors.is_empty() { Ok(ValidDetails(valid)) } else { Err(errors) }
}

/// Problem and remedy.
type Fault = (String, String);

fn fault(problem: impl fmt::Display, remedy: impl Into<String>) -> Fault {
    (problem.to_string(), remedy.into())
}

fn normalise(
    field: DetailField,
    raw: &RawDetails,
    regions: &[RegionEntry],
    today: CivilDate,
) -> Result<String, Fault> {
    let text = clean(raw.get(field)).map_err(|f| fault(f, f.remedy()))?;
    if text.is_empty() {
        return if field.required() {
            let problem = format!("the {} is missing", lower_first(field.label()));
            Err(fault(problem, format!("fill it in{}", example(field, regions))))
        } else {
            Ok(text)
        };
    }
    let (length, most) = (text.chars().count(), field.max_chars());
    if length > most {
        let problem = format!("it has {length} characters, at most {most} fit");
        return Err(fault(problem, "shorten it"));
    }
    match field {
        DetailField::ScaName
        | DetailField::Branch
        | DetailField::LegalName
        | DetailField::Address1
        | DetailField::Address2
        | DetailField::City => Ok(text),
        DetailField::Email => email(&text),
        DetailField::Phone => phone(&text),
        DetailField::Province => province(&text, regions),
        DetailField::PostalCode => postal_code(&text, raw.get(DetailField::Province), regions),
        DetailField::DateOfBirth => date_of_birth(&text, today),
        DetailField::MemberNumber => member_number(&text),
        DetailField::MemberExpiry => member_expiry(&text, raw),
    }
}

/// "SCA name" keeps its capitals, "City" becomes "city".
fn lower_first(label: &str) -> String {
    if label.starts_with("SCA") { label.to_owned() } else { label.to_lowercase() }
}

fn example(field: DetailField, regions: &[RegionEntry]) -> String {
    match field {
        DetailField::Email => ", like name@example.org".to_owned(),
        DetailField::Phone => ", like 416 555 0123".to_owned(),
        DetailField::Province if active_codes(regions).is_empty() => {
            ", once the kingdom has a region".to_owned()
        }
        DetailField::Province => format!(" with one of the codes {}", active_codes(regions)),
        _ => String::new(),
    }
}

fn email(text: &str) -> Result<String, Fault> {
    let remedy = |why: NotAnEmail| match why {
        NotAnEmail::Text(f) => f.remedy(),
        _ => "write it like name@example.org",
    };
    Email::parse(text).map(|email| email.as_str().to_owned()).map_err(|why| fault(why, remedy(why)))
}

fn phone(text: &str) -> Result<String, Fault> {
    let remedy = |why: NotAPhone| match why {
        NotAPhone::Text(f) => f.remedy(),
        _ => "write it like 416 555 0123, or with the country's code like +44 20 7946 0123",
    };
    Phone::parse(text).map(|phone| phone.as_str().to_owned()).map_err(|why| fault(why, remedy(why)))
}

fn province(text: &str, regions: &[RegionEntry]) -> Result<String, Fault> {
    let problem = match find_region(regions, text) {
        Some(region) if region.active => return Ok(region.code.clone()),
        Some(_) => "combatants are not registered in this region any more",
        None => "there is no region of this code",
    };
    let codes = active_codes(regions);
    let remedy = if codes.is_empty() {
        "add a region to the kingdom first".to_owned()
    } else {
        format!("use one of {codes}")
    };
    Err(fault(problem, remedy))
}

/// Judged by the province's country; with an unknown province, by the countries
/// of all active regions, so that a code that fits none is reported at once.
fn postal_code(text: &str, province: &str, regions: &[RegionEntry]) -> Result<String, Fault> {
    let home = find_region(regions, province.trim());
    let mut countries: Vec<Country> = match home {
        Some(region) => vec![region.country()],
        None => regions.iter().filter(|r| r.active).map(RegionEntry::country).collect(),
    };
    countries.sort_unstable();
    countries.dedup();
    if countries.is_empty() {
        countries.push(Country::Other);
    }
    let mut why = None;
    for country in countries {
        match PostalCode::parse(text, country) {
            Ok(code) => return Ok(code.as_str().to_owned()),
            Err(refusal) => why = why.or(Some(refusal)),
        }
    }
    let (Some(region), Some(why)) = (home, why) else {
        return Err(fault(
            "it fits none of the kingdom's regions",
            "write it as on an envelope, and mend the province",
        ));
    };
    let remedy = match why {
        NotAPostalCode::Text(f) => f.remedy().to_owned(),
        NotAPostalCode::Shape(Country::Other) if !region.postal_format.is_empty() => {
            format!("write it as {}, or mend the province", region.postal_format)
        }
        NotAPostalCode::Shape(_) => format!("mend the code, or the province, which is {}", region.name),
    };
    Err(fault(why, remedy))
}

fn date(text: &str) -> Result<CivilDate, Fault> {
    CivilDate::parse(text).map_err(|why| fault(why, "write it as year-month-day, like 1994-05-31"))
}

fn date_of_birth(text: &str, today: CivilDate) -> Result<String, Fault> {
    let born = date(text)?;
    if born > today {
        return Err(fault("it is in the future", "write the day on which the person was born"));
    }
    if CivilDate::new(1900, 1, 1).is_some_and(|first| born < first) {
        return Err(fault("a date of birth is not before 1900-01-01", "mend the year, or leave it empty"));
    }
    Ok(born.to_string())
}

fn member_number(text: &str) -> Result<String, Fault> {
    let number = Some(text)
        .filter(|text| text.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|text| text.parse::<u32>().ok())
        .filter(|number| (1..=MAX_MEMBER_NUMBER).contains(number));
    number.map(|number| number.to_string()).ok_or_else(|| {
        let problem = format!("a member number is a whole number from 1 to {MAX_MEMBER_NUMBER}");
        fault(problem, "write its digits only, or leave it empty")
    })
}

fn member_expiry(text: &str, raw: &RawDetails) -> Result<String, Fault> {
    let expires = date(text)?;
    if expires < CivilDate::BEGINNING {
        let problem = format!("nobody was a member before {}", CivilDate::BEGINNING);
        return Err(fault(problem, "mend the year"));
    }
    if expires > CivilDate::LATEST {
        return Err(fault(
            format!("a membership does not last beyond {}", CivilDate::LATEST),
            "mend the year",
        ));
    }
    if raw.get(DetailField::MemberNumber).trim().is_empty() {
        let remedy = "fill in the member number as well, or leave this empty";
        return Err(fault("a membership's expiry needs a member number", remedy));
    }
    Ok(expires.to_string())
}

#[cfg(test)]
#[path = "validate_tests.rs"]
mod tests;
