//! `/desk/reports`: who holds what, how old they are, and what is new or lapsed, today or on a day past.

use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::counting::Counting;
use super::{REPORTS, discipline_fault, discipline_field};
use crate::domain::date::CivilDate;
use crate::domain::date_text::long_date;
use crate::domain::id::Slug;
use crate::domain::permission::Permission;
use crate::events::evolve::Catalogue;
use crate::web::error::AppError;
use crate::web::form::{Sent, capital};
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{DeskReportsView, Field, FieldError, Kind, Link, Page, Past, ReportSection, href};

/// The reports: where each is on the page, and what its file is called.
const NAMES: [&str; 3] = ["authorizations", "ages", "quarters"];

/// What the address asks for.
struct Asked {
    typed: String,
    on: Result<CivilDate, String>,
    discipline: String,
    fault: Option<String>,
    today: CivilDate,
}

impl Asked {
    fn read(query: &str, catalogue: &Catalogue, today: CivilDate) -> Result<Self, AppError> {
        let sent = Sent::read(query.as_bytes())?;
        let typed = sent.filled("on").unwrap_or_default().to_owned();
        let on = match CivilDate::parse(&typed) {
            _ if typed.is_empty() => Ok(today),
            Err(why) => Err(capital(&why.to_string())),
            Ok(day) if day > today => {
                Err(format!("{} has not come yet; choose today or a day before", long_date(day)))
            }
            Ok(day) if day < CivilDate::BEGINNING => {
                Err(format!("Nothing can have taken effect before {}", long_date(CivilDate::BEGINNING)))
            }
            Ok(day) => Ok(day),
        };
        let discipline = sent.filled("discipline").unwrap_or_default().to_owned();
        let fault = discipline_fault(catalogue, &discipline);
        Ok(Self { typed, on, discipline, fault, today })
    }

    fn good(&self) -> Option<CivilDate> {
        self.on.clone().ok().filter(|_| self.fault.is_none())
    }

    fn discipline(&self) -> Option<Slug> {
        Slug::parse(&self.discipline).ok()
    }

    /// The same question of another address; today is left out.
    fn address(&self, path: &str) -> String {
        let typed = if self.on == Ok(self.today) { "" } else { &self.typed };
        href(path, &[("on", typed), ("discipline", &self.discipline)])
    }

    fn fields(&self, catalogue: &Catalogue) -> Vec<Field> {
        let typed = if self.typed.is_empty() { self.today.to_string() } else { self.typed.clone() };
        let mut on = Field::new(Kind::Date, "on", "On the day").required().value(typed);
        on.min = Some(CivilDate::BEGINNING.to_string());
        on.max = Some(self.today.to_string());
        vec![
            on.error(self.on.clone().err()),
            discipline_field(catalogue, "Quarters of", "every discipline", &self.discipline)
                .error(self.fault.clone()),
        ]
    }
}

/// The page.
pub async fn show(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    officer.require(Permission::ReadCombatantInfo, None)?;
    let catalogue = &officer.kingdom.catalogue;
    let asked = Asked::read(&query.unwrap_or_default(), catalogue, state.today())?;
    let fields = asked.fields(catalogue);
    let errors = FieldError::of(&fields);
    let (mut notice, mut sections) = (None, Vec::new());
    if let Some(on) = asked.good() {
        if let Some(counting) = Counting::begin(&state, catalogue, on, asked.discipline()).await? {
            for name in NAMES {
                let Some(report) = counting.report(name, &state)? else { continue };
                sections.push(ReportSection {
                    id: name.to_owned(),
                    heading: report.heading.to_owned(),
                    about: report.about,
                    chart: report.chart,
                    table: report.numbers.view(Some(asked.address(&format!("{REPORTS}/{name}.csv")))),
                });
            }
        } else {
            notice = Some(
                "The history is being read, which takes some seconds the first time. Load this page again in a moment."
                    .to_owned(),
            );
        }
    }
    let past = asked.good().filter(|on| *on != asked.today).map(|on| Past {
        on: on.into(),
        back: Link::new(href(REPORTS, &[("discipline", &asked.discipline)]), "Today’s numbers"),
    });
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let path = asked.address(REPORTS);
    let view = DeskReportsView { fields, errors, past, notice, sections };
    let page = Page::desk(&state.site().site, &officer.chrome(), &path, "Reports", view);
    Ok((status, state.render(&page, Templates::desk_reports)?).into_response())
}

/// One report as a file. It names nobody.
pub async fn csv(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(file): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    officer.require(Permission::ReadCombatantInfo, None)?;
    let name = file.strip_suffix(".csv").filter(|name| NAMES.contains(name)).ok_or(AppError::NotFound)?;
    let catalogue = &officer.kingdom.catalogue;
    let asked = Asked::read(&query.unwrap_or_default(), catalogue, state.today())?;
    let on = match (&asked.on, &asked.fault) {
        (Err(why), _) | (_, Some(why)) => return Err(AppError::Bad(why.clone())),
        (Ok(on), None) => *on,
    };
    let counting = Counting::begin(&state, catalogue, on, asked.discipline()).await?.ok_or(AppError::Busy)?;
    let report = counting.report(name, &state)?.ok_or(AppError::NotFound)?;
    report.numbers.csv(name, on)
}
