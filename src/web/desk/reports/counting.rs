//! The reports themselves: what was counted, as tables and charts.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::disciplines;
use super::numbers::{Line, Numbers};
use crate::domain::date::CivilDate;
use crate::domain::date_text::long_date;
use crate::domain::id::{CombatantId, Slug};
use crate::domain::rulebook::Rules;
use crate::events::evolve::Catalogue;
use crate::projections::reports::life::Kind as Type;
use crate::projections::reports::{
    AgeReport, Ages, Known, Quarter, QuarterCount, Tally, TypeCount, ages, by_type, quarters,
};
use crate::web::error::AppError;
use crate::web::state::AppState;
use crate::web::views::{Chart, Group, Series};
use crate::web::words;

/// How long a page waits for the history, which is read once.
const PATIENCE: Duration = Duration::from_secs(2);
/// Two years of quarters, and the one before.
const QUARTERS: usize = 9;

/// What is counted from.
pub(super) struct Counting<'a> {
    known: Arc<Known>,
    catalogue: &'a Catalogue,
    rules: Rules,
    on: CivilDate,
    today: CivilDate,
    discipline: Option<Slug>,
}

impl<'a> Counting<'a> {
    /// None while the history is still being read.
    pub(super) async fn begin(
        state: &AppState,
        catalogue: &'a Catalogue,
        on: CivilDate,
        discipline: Option<Slug>,
    ) -> Result<Option<Self>, AppError> {
        let zone = catalogue.kingdom.zone.tz();
        let known = state.histories.current(&state.services.store, zone, PATIENCE).await?;
        Ok(known.map(|known| Self {
            known,
            catalogue,
            rules: catalogue.rulebook_on(on).rules,
            on,
            today: state.today(),
            discipline,
        }))
    }

    /// A report by its name: its numbers, and how they are drawn.
    pub(super) fn report(&self, name: &str, state: &AppState) -> Result<Option<Report>, AppError> {
        Ok(match name {
            "authorizations" => Some(self.types()),
            "ages" => Some(self.ages(state)?),
            "quarters" => Some(self.quarters()),
            _ => None,
        })
    }

    fn types(&self) -> Report {
        let counts = by_type(&self.known, self.on);
        let tally = |discipline: &Slug, kind: Type, slug: &Slug| {
            let is = |count: &&TypeCount| {
                count.kind == kind && count.discipline == *discipline && count.slug == *slug
            };
            counts.iter().find(is).map_or(Tally::default(), |count| count.tally)
        };
        let has = |slug: &Slug| counts.iter().any(|count| count.discipline == *slug && count.tally.held > 0);
        let (mut lines, mut groups) = (Vec::new(), Vec::new());
        for (discipline, name) in disciplines(self.catalogue, has) {
            let mut group = Group { name: name.to_owned(), bars: Vec::new() };
            let authorizations = self.catalogue.authorizations_in_order(discipline).into_iter();
            let authorizations = authorizations.map(|(slug, state)| (Type::Authorization, slug, state));
            let marshals = self.catalogue.disciplines.get(discipline).into_iter().flat_map(|d| &d.marshals);
            let marshals = marshals.map(|(slug, state)| (Type::Marshal, slug, state));
            for (kind, slug, state) in authorizations.chain(marshals) {
                let tally = tally(discipline, kind, slug);
                if state.retired && tally.held == 0 {
                    continue;
                }
                let (word, series) =
                    if kind == Type::Marshal { ("warrant", 2) } else { ("authorization", 1) };
                lines.push(Line {
                    keys: vec![
                        discipline.to_string(),
                        word.to_owned(),
                        slug.to_string(),
                        if state.primary { "yes" } else { "no" }.to_owned(),
                    ],
                    label: state.name.clone(),
                    more: Some(match (kind, state.primary) {
                        (Type::Marshal, _) => format!("{name}, warrant"),
                        (_, true) => format!("{name}, primary"),
                        (_, false) => name.to_owned(),
                    }),
                    values: [tally.held, tally.card, tally.fit].map(Some).into(),
                    ..Line::default()
                });
                if tally.held > 0 {
                    group.bars.push((state.name.clone(), tally.fit, series));
                }
            }
            groups.push(group);
        }
        Report {
            heading: "Authorizations and warrants",
            about: "How many hold each; of these with a good card; and of these with a good waiver too: they may use it that day, and are drawn.".to_owned(),
            chart: Chart::bars("authorizations-drawn", "Who may use each authorization and warrant, by discipline", &groups),
            numbers: Numbers {
                caption: "Authorizations and warrants by discipline and type".to_owned(),
                first: "Type",
                keys: &["discipline", "kind", "type", "primary"],
                columns: columns(&[
                    ("held", "Held"),
                    ("with_good_card", "Good card"),
                    ("with_good_card_and_waiver", "May use it"),
                ]),
                lines,
                nothing: "There is no type of authorization yet.",
            },
        }
    }

    fn ages(&self, state: &AppState) -> Result<Report, AppError> {
        let index = state.lists()?.desk();
        let born: HashMap<CombatantId, CivilDate> =
            index.iter().filter_map(|entry| Some((entry.id, entry.born?))).collect();
        let report = ages(&self.known, |id| born.get(&id).copied(), self.on, &self.rules);
        Ok(self.aged(&report))
    }

    fn aged(&self, report: &AgeReport) -> Report {
        let youth = |slug: &Slug| self.rules.disciplines.get(slug).and_then(|own| own.youth);
        let line = |keys: &str, label: &str, ages: Ages, youth: Option<usize>| Line {
            keys: vec![keys.to_owned()],
            label: label.to_owned(),
            values: vec![Some(ages.people()), Some(ages.adult), Some(ages.minor), Some(ages.unknown), youth],
            ..Line::default()
        };
        let has = |slug: &Slug| report.disciplines.get(slug).is_some_and(|ages| ages.people() > 0);
        let (mut lines, mut groups, mut young) = (Vec::new(), Vec::new(), Vec::new());
        for (slug, name) in disciplines(self.catalogue, has) {
            let ages = report.disciplines.get(slug).copied().unwrap_or_default();
            let range = youth(slug);
            let mut bars = vec![
                ("Adults".to_owned(), ages.adult, 1),
                ("Minors".to_owned(), ages.minor, 2),
                ("Unknown".to_owned(), ages.unknown, 4),
            ];
            if let Some(range) = range {
                young.push(format!("{} to {} in {name}", range.from, range.to));
                bars.push(("Youth".to_owned(), ages.youth, 3));
            }
            if ages.people() > 0 {
                groups.push(Group { name: name.to_owned(), bars });
            }
            lines.push(line(slug.as_str(), name, ages, range.map(|_| ages.youth)));
        }
        if !lines.is_empty() {
            lines.push(Line { whole: true, ..line("", "Everybody, once", report.kingdom, None) });
        }
        let young = match young.as_slice() {
            [] => "No discipline has youth of its own.".to_owned(),
            ranges => format!("Youth is from {}.", ranges.join(", ")),
        };
        Report {
            heading: "Adults, minors and youth",
            about: format!(
                "Whoever has a good card with an authorization on it. Minors are under {}; who has no date of birth on file is counted apart and never as adult. {young}",
                self.rules.majority_age
            ),
            chart: Chart::bars("ages-drawn", "Adults, minors and unknown, by discipline", &groups),
            numbers: Numbers {
                caption: "Adults, minors and youth by discipline".to_owned(),
                first: "Discipline",
                keys: &["discipline"],
                columns: columns(&[
                    ("people", "People"),
                    ("adults", "Adults"),
                    ("minors", "Minors"),
                    ("unknown", "Unknown"),
                    ("youth", "Youth"),
                ]),
                lines,
                nothing: "There is no discipline yet.",
            },
        }
    }

    fn quarters(&self) -> Report {
        let rows = quarters(&self.known, self.on, self.discipline.as_ref(), QUARTERS);
        let place = self
            .discipline
            .as_ref()
            .map_or_else(|| "every discipline".to_owned(), |slug| words::discipline(self.catalogue, slug));
        let unfinished = Quarter::of(self.on.plus_days(1)) == Quarter::of(self.on);
        let mut lines: Vec<Line> = rows
            .iter()
            .map(|row| Line {
                keys: vec![row.quarter.to_string()],
                label: row.quarter.to_string(),
                more: (unfinished && row.quarter == Quarter::of(self.on)).then(|| {
                    let until = if self.on == self.today { "today".to_owned() } else { long_date(self.on) };
                    format!("up to {until}")
                }),
                values: [row.new, row.renewed, row.lapsed].map(Some).into(),
                ..Line::default()
            })
            .collect();
        let sum = |of: fn(&QuarterCount) -> usize| Some(rows.iter().map(of).sum());
        lines.push(Line {
            keys: vec![String::new()],
            label: "Together".to_owned(),
            values: vec![sum(|row| row.new), sum(|row| row.renewed), sum(|row| row.lapsed)],
            whole: true,
            ..Line::default()
        });
        let series = |label: &str, of: fn(&QuarterCount) -> usize| Series {
            label: label.to_owned(),
            values: rows.iter().map(of).collect(),
        };
        let places: Vec<(String, String)> = rows
            .iter()
            .enumerate()
            .map(|(at, row)| {
                let quarter = row.quarter;
                // Of a last quarter, the next one's year would stand too near.
                let says_year = quarter.number() == 1 || (at == 0 && quarter.number() < 4);
                let year = if says_year { quarter.year().to_string() } else { String::new() };
                (format!("Q{}", quarter.number()), year)
            })
            .collect();
        let drawn = [
            series("New", |row| row.new),
            series("Renewed", |row| row.renewed),
            series("Lapsed", |row| row.lapsed),
        ];
        Report {
            heading: "New and lapsed cards",
            about: format!(
                "Cards in {place}, quarter by quarter: first cards, renewals, and cards that expired with an authorization on them and had not been renewed by then."
            ),
            chart: Chart::lines(
                "quarters-drawn",
                "New, renewed and lapsed cards per quarter",
                &places,
                &drawn,
            ),
            numbers: Numbers {
                caption: "New, renewed and lapsed cards per quarter".to_owned(),
                first: "Quarter",
                keys: &["quarter"],
                columns: columns(&[("new", "New"), ("renewed", "Renewed"), ("lapsed", "Lapsed")]),
                lines,
                nothing: "",
            },
        }
    }
}

/// One report.
pub(super) struct Report {
    pub heading: &'static str,
    pub about: String,
    pub chart: Option<Chart>,
    pub numbers: Numbers,
}

fn columns(named: &[(&str, &str)]) -> Vec<(String, String)> {
    named.iter().map(|(name, heading)| ((*name).to_owned(), (*heading).to_owned())).collect()
}
