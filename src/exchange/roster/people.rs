//! From rows to people: what a row may say, and that all rows of one `ref` agree.

use std::collections::{HashMap, HashSet};

use super::columns::Column;
use super::names::{Kind, Names};
use super::rows::Row;
use crate::domain::date::CivilDate;
use crate::domain::details::{DetailField, RawDetails};
use crate::domain::id::Slug;
use crate::domain::region::active_codes;
use crate::domain::text::clean;
use crate::domain::validate::{FieldError, validate};
use crate::events::evolve::Catalogue;
use crate::exchange::report::Fault;

/// Most characters of a `ref`.
const MOST_OF_REF: usize = 64;

/// One person as the file has them.
pub(super) struct Person {
    pub ref_: String,
    /// The first line.
    pub line: usize,
    pub details: RawDetails,
    pub waiver: Option<CivilDate>,
    pub accepted: bool,
    pub listed: bool,
    pub cards: Vec<CardRow>,
    /// Whether no row of the person has a fault.
    pub sound: bool,
}

/// One card as the file has it.
pub(super) struct CardRow {
    pub line: usize,
    pub discipline: Slug,
    pub issued_on: CivilDate,
    /// Primary ones first.
    pub authorizations: Vec<Slug>,
    pub warrants: Vec<Slug>,
}

/// Joins rows to people, in the order of their first lines.
pub(super) fn of_rows(
    rows: &[Row<'_>],
    catalogue: &Catalogue,
    today: CivilDate,
    faults: &mut Vec<Fault>,
) -> Vec<Person> {
    let names = Names::of(catalogue);
    let mut reader = Reader { names, catalogue, today, faults };
    let mut people: Vec<Person> = Vec::new();
    // For each person the first row and the disciplines so far.
    let mut seen: Vec<(&Row<'_>, HashSet<Slug>)> = Vec::new();
    let mut by_ref: HashMap<String, usize> = HashMap::new();
    for row in rows {
        let before = reader.faults.len();
        let name = reader.name(row);
        let known = name.as_ref().and_then(|name| by_ref.get(name)).copied();
        let index = known.unwrap_or_else(|| {
            if let Some(name) = &name {
                by_ref.insert(name.clone(), people.len());
            }
            people.push(reader.person(row, name.unwrap_or_default()));
            seen.push((row, HashSet::new()));
            people.len() - 1
        });
        let (first, disciplines) = &mut seen[index];
        if known.is_some() {
            reader.agree(first, row);
        }
        if let Some(card) = reader.card(row, disciplines) {
            people[index].cards.push(card);
        }
        people[index].sound &= row.whole() && reader.faults.len() == before;
    }
    people
}

struct Reader<'a> {
    names: Names<'a>,
    catalogue: &'a Catalogue,
    today: CivilDate,
    faults: &'a mut Vec<Fault>,
}

impl Reader<'_> {
    fn fault(
        &mut self,
        row: &Row<'_>,
        column: Column,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        if row.readable(column) {
            self.faults.push(row.fault(column).because(problem, remedy));
        }
    }

    /// The `ref`, if it can name a person.
    fn name(&mut self, row: &Row<'_>) -> Option<String> {
        let remedy = "give each person a short name that no other has and that stays the same in later files";
        let problem = match clean(row.get(Column::Ref)) {
            Ok(name) if name.is_empty() => "the ref is missing".to_owned(),
            Ok(name) if name.chars().count() > MOST_OF_REF => {
                format!("it has {} characters, at most {MOST_OF_REF} fit", name.chars().count())
            }
            Ok(name) => return Some(name),
            Err(why) => why.to_string(),
        };
        self.fault(row, Column::Ref, problem, remedy);
        None
    }

    /// What the first row of a person says of the person.
    fn person(&mut self, row: &Row<'_>, ref_: String) -> Person {
        let details: RawDetails = DetailField::ALL
            .map(|field| (field, row.get(Column::of(field)).to_owned()))
            .into_iter()
            .collect();
        if let Err(errors) = validate(&details, &self.catalogue.regions, self.today) {
            for error in errors {
                let needs_number = error.field == DetailField::MemberExpiry;
                if !needs_number || row.readable(Column::MemberNumber) {
                    let remedy = self.remedy(&error);
                    self.fault(row, Column::of(error.field), error.problem, remedy);
                }
            }
        }
        let signed = row.get(Column::WaiverSigned).trim();
        let waiver = if signed.is_empty() { None } else { self.date(row, Column::WaiverSigned) };
        let accepted = self.yes(row, Column::PrivacyAccepted);
        let listed = self.yes(row, Column::Listed);
        if accepted == Some(false) && listed == Some(true) {
            let problem = "nobody is listed who has not accepted the privacy policy (rule V1)";
            self.fault(row, Column::Listed, problem, "write no, or yes under privacy_accepted");
        }
        let (accepted, listed) = (accepted == Some(true), listed == Some(true));
        Person { ref_, line: row.line, details, waiver, accepted, listed, cards: Vec::new(), sound: true }
    }

    /// What to do about a field at an import: a region that is not there comes in with a file of its own.
    fn remedy(&self, error: &FieldError) -> String {
        let command = "emol import regions FILE";
        if error.field != DetailField::Province {
            error.remedy.clone()
        } else if active_codes(&self.catalogue.regions).is_empty() {
            format!("bring in the regions first, with {command}")
        } else if error.value.trim().is_empty() {
            error.remedy.clone()
        } else {
            format!("{}, or bring in the region first, with {command}", error.remedy)
        }
    }

    /// All rows of one person say the same of the person.
    fn agree(&mut self, first: &Row<'_>, row: &Row<'_>) {
        for column in Column::ALL.into_iter().filter(|column| column.of_person()) {
            let (one, other) = (first.get(column), row.get(column));
            let differs = one != other && first.readable(column) && clean(one) != clean(other);
            if differs {
                let problem = format!("line {} of the same ref says something else", first.line);
                self.fault(row, column, problem, "write the same on all lines of one person");
            }
        }
    }

    /// The card that a row is about, if it is about one.
    fn card(&mut self, row: &Row<'_>, disciplines: &mut HashSet<Slug>) -> Option<CardRow> {
        let named = row.get(Column::Discipline);
        if named.trim().is_empty() {
            for column in [Column::CardIssued, Column::Authorizations, Column::Warrants] {
                if row.readable(Column::Discipline) && !row.get(column).trim().is_empty() {
                    let remedy = "name the discipline, or leave this empty";
                    self.fault(row, column, "it stands in a line without a discipline", remedy);
                }
            }
            return None;
        }
        let issued_on = self.date(row, Column::CardIssued);
        let Some(discipline) = self.names.discipline(named).cloned() else {
            let remedy = format!("write one of {}", self.names.all_disciplines());
            self.fault(row, Column::Discipline, "there is no discipline of this name", remedy);
            return None;
        };
        if !disciplines.insert(discipline.clone()) {
            let problem = "an earlier line of the same ref is about this discipline";
            let remedy = "keep one line for each person and discipline";
            self.fault(row, Column::Discipline, problem, remedy);
        }
        let authorizations = self.list(row, Kind::Authorizations, &discipline);
        let warrants = self.list(row, Kind::Marshals, &discipline);
        let issued_on = issued_on?;
        Some(CardRow { line: row.line, discipline, issued_on, authorizations, warrants })
    }

    fn list(&mut self, row: &Row<'_>, kind: Kind, discipline: &Slug) -> Vec<Slug> {
        let column = if kind == Kind::Marshals { Column::Warrants } else { Column::Authorizations };
        self.names.list(kind, discipline, row.get(column)).unwrap_or_else(|(problem, remedy)| {
            self.fault(row, column, problem, remedy);
            Vec::new()
        })
    }

    /// A day that something took effect (D4).
    fn date(&mut self, row: &Row<'_>, column: Column) -> Option<CivilDate> {
        let text = row.get(column).trim();
        let shape = "write it as year-month-day, like 2024-05-31";
        let (problem, remedy) = match CivilDate::parse(text) {
            Ok(day) if day > self.today => {
                let problem = format!("it is in the future; today is {}", self.today);
                (problem, "write the day that it really was")
            }
            Ok(day) if day < CivilDate::BEGINNING => {
                (format!("it is before {}, when it all began", CivilDate::BEGINNING), "mend the year")
            }
            Ok(day) => return Some(day),
            Err(_) if text.is_empty() => ("the date is missing".to_owned(), shape),
            Err(why) => (why.to_string(), shape),
        };
        self.fault(row, column, problem, remedy);
        None
    }

    fn yes(&mut self, row: &Row<'_>, column: Column) -> Option<bool> {
        let text = row.get(column).trim();
        if text.eq_ignore_ascii_case("yes") {
            Some(true)
        } else if text.eq_ignore_ascii_case("no") {
            Some(false)
        } else {
            self.fault(row, column, "it is neither yes nor no", "write yes or no");
            None
        }
    }
}
