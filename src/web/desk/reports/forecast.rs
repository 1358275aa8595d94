//! `/desk/forecast`: what lapses in the days to come, as a chart, as a table and as a list of people.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::numbers::{Line, Numbers};
use super::{FORECAST, discipline_fault, discipline_field, disciplines};
use crate::domain::date::CivilDate;
use crate::domain::id::Slug;
use crate::domain::permission::Permission;
use crate::events::evolve::Catalogue;
use crate::projections::desk::Entry;
use crate::projections::reports::{Forecast, HORIZONS, Lapse, What, Why, forecast, people};
use crate::web::desk::list;
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::parts::thousands;
use crate::web::views::{
    Chart, DeskForecastView, Field, FieldError, Group, Kind, LapseRow, Page, Pager, Tab, href,
};
use crate::web::words;

/// Rows on a page.
const PER_PAGE: usize = 50;
/// How far ahead the list looks when nobody says it.
const DAYS: u32 = 30;
/// Where the list is on the page.
const PEOPLE: &str = "people";

/// Its name, one of it, and what is counted.
const fn said(what: What) -> (&'static str, &'static str, &'static str) {
    match what {
        What::Cards => {
            ("Cards", "card", "Cards that hold an authorization, by the day on which they expire.")
        }
        What::Waivers => (
            "Waivers",
            "waiver",
            "A waiver counts in every discipline where its holder has a good card: without it nobody may fight there. In the whole kingdom it counts once, and there also without a card.",
        ),
        What::Warrants => (
            "Warrants",
            "warrant",
            "Warrants that are active today and will not be: their term ends, or the card or waiver that they need expires.",
        ),
        What::Memberships => (
            "Memberships",
            "membership",
            "Memberships of active marshals. No rule makes a card depend on one, so nobody else’s are counted.",
        ),
    }
}

/// What the address asks for.
struct Asked {
    what: What,
    discipline: String,
    days: String,
    within: u32,
    page: usize,
    errors: Vec<FieldError>,
}

impl Asked {
    fn read(query: &str, catalogue: &Catalogue) -> Result<Self, AppError> {
        let sent = Sent::read(query.as_bytes())?;
        let mut errors = Vec::new();
        let mut wrong = |target: &str, message: String| {
            errors.push(FieldError { target: target.to_owned(), message });
        };
        let what = sent.filled("what").map_or(Some(What::Cards), What::parse);
        if what.is_none() {
            wrong(PEOPLE, "Choose cards, waivers, warrants or memberships".to_owned());
        }
        let discipline = sent.filled("discipline").unwrap_or_default().to_owned();
        if let Some(fault) = discipline_fault(catalogue, &discipline) {
            wrong("discipline", fault);
        }
        let days = sent.filled("days").map_or_else(|| DAYS.to_string(), ToOwned::to_owned);
        let within = HORIZONS.into_iter().find(|horizon| horizon.to_string() == days);
        if within.is_none() {
            wrong("days", "Choose 7, 30, 60 or 90 days".to_owned());
        }
        Ok(Self {
            what: what.unwrap_or(What::Cards),
            discipline,
            days,
            within: within.unwrap_or(DAYS),
            page: sent.text("page").parse().unwrap_or(1).max(1),
            errors,
        })
    }

    fn address(&self, page: usize) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        address(self.what, &self.discipline, &self.days, &page)
    }

    fn fields(&self, catalogue: &Catalogue) -> Vec<Field> {
        let error = |name: &str| {
            self.errors.iter().find(|error| error.target == name).map(|error| error.message.clone())
        };
        let days = HORIZONS.map(|days| (days.to_string(), format!("{days} days")));
        vec![
            discipline_field(catalogue, "Discipline", "any", &self.discipline).error(error("discipline")),
            Field::new(Kind::Select, "days", "Within")
                .choices(days)
                .value(self.days.as_str())
                .error(error("days")),
        ]
    }

    /// What the access log keeps, sealed.
    fn words(&self) -> String {
        let place = if self.discipline.is_empty() { String::new() } else { format!(", {}", self.discipline) };
        let page = if self.page > 1 { format!(", page {}", self.page) } else { String::new() };
        format!("{} that lapse within {} days{place}{page}", self.what.as_str(), self.within)
    }
}

fn address(what: What, discipline: &str, days: &str, page: &str) -> String {
    let what = if what == What::Cards { "" } else { what.as_str() };
    href(FORECAST, &[("what", what), ("discipline", discipline), ("days", days), ("page", page)])
}

/// The page.
pub async fn show(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    officer.require(Permission::ReadCombatantInfo, None)?;
    let catalogue = &officer.kingdom.catalogue;
    let asked = Asked::read(&query.unwrap_or_default(), catalogue)?;
    let today = state.today();
    let index = state.lists()?.desk();
    let numbers = forecast(index.iter(), today, &catalogue.in_force_on(today));
    let found = if asked.errors.is_empty() {
        let discipline = Slug::parse(&asked.discipline).ok();
        people(index.iter(), today, asked.what, discipline.as_ref(), asked.within)
    } else {
        Vec::new()
    };
    let pager =
        Pager::new(found.len(), PER_PAGE, asked.page, |page| format!("{}#{PEOPLE}", asked.address(page)));
    let first = pager.from.saturating_sub(1);
    let rows: Vec<LapseRow> =
        found[first..pager.to].iter().map(|(entry, lapse)| row(entry, lapse, today, catalogue)).collect();
    if !rows.is_empty() {
        reading::of_list(&state, &officer, "desk-forecast", asked.words(), rows.len()).await?;
    }
    let status = if asked.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let tabs = What::ALL.map(|what| {
        let count = numbers.whole(what)[HORIZONS.len() - 1];
        Tab {
            href: address(what, "", "", ""),
            label: said(what).0.to_owned(),
            count: (count > 0).then(|| thousands(count)),
            current: what == asked.what,
        }
    });
    let view = DeskForecastView {
        today: today.into(),
        tabs: tabs.into(),
        about: said(asked.what).2.to_owned(),
        errors: asked.errors.clone(),
        chart: chart(&numbers, asked.what, catalogue),
        table: table(&numbers, asked.what, catalogue).view(Some(format!("{FORECAST}.csv"))),
        reminders: reminders(&numbers).view(None),
        filters: asked.fields(catalogue),
        what: asked.what.as_str().to_owned(),
        heading: heading(&asked, found.len(), catalogue),
        rows,
        pager,
    };
    let path = asked.address(asked.page);
    let page = Page::desk(&state.site().site, &officer.chrome(), &path, "Forecast", view);
    Ok((status, state.render(&page, Templates::desk_forecast)?).into_response())
}

/// All numbers as one file. They name nobody.
pub async fn csv(State(state): State<AppState>, officer: CurrentOfficer) -> Result<Response, AppError> {
    officer.require(Permission::ReadCombatantInfo, None)?;
    let catalogue = &officer.kingdom.catalogue;
    let today = state.today();
    let index = state.lists()?.desk();
    let numbers = forecast(index.iter(), today, &catalogue.in_force_on(today));
    let mut all = table(&numbers, What::Cards, catalogue);
    for what in &What::ALL[1..] {
        all.lines.extend(table(&numbers, *what, catalogue).lines);
    }
    all.csv("forecast", today)
}

fn chart(numbers: &Forecast, what: What, catalogue: &Catalogue) -> Option<Chart> {
    let named = disciplines(catalogue, |slug| numbers.disciplines.contains_key(slug));
    let groups: Vec<Group> = named
        .into_iter()
        .map(|(slug, name)| (name, numbers.of(slug, what)))
        .filter(|(_, counts)| counts.iter().any(|count| *count > 0))
        .map(|(name, counts)| Group {
            name: name.to_owned(),
            bars: HORIZONS
                .iter()
                .zip(counts)
                .enumerate()
                .map(|(at, (days, count))| (format!("{days} days"), count, at + 1))
                .collect(),
        })
        .collect();
    let title = format!("{} that lapse within 7, 30, 60 and 90 days, by discipline", said(what).0);
    Chart::bars("lapsing", &title, &groups).map(Chart::ramp)
}

fn table(numbers: &Forecast, what: What, catalogue: &Catalogue) -> Numbers {
    let line = |slug: &str, name: &str, counts: [usize; HORIZONS.len()]| Line {
        keys: vec![slug.to_owned(), what.as_str().to_owned()],
        label: name.to_owned(),
        values: counts.map(Some).into(),
        hrefs: HORIZONS
            .iter()
            .map(|days| format!("{}#{PEOPLE}", address(what, slug, &days.to_string(), "")))
            .collect(),
        ..Line::default()
    };
    let named = disciplines(catalogue, |slug| numbers.disciplines.contains_key(slug));
    let mut lines: Vec<Line> =
        named.into_iter().map(|(slug, name)| line(slug.as_str(), name, numbers.of(slug, what))).collect();
    if !lines.is_empty() {
        lines.push(Line { whole: true, ..line("", "The kingdom", numbers.whole(what)) });
    }
    Numbers {
        caption: format!("{} that lapse, by discipline", said(what).0),
        first: "Discipline",
        keys: &["discipline", "what"],
        columns: HORIZONS.iter().map(|days| (format!("days_{days}"), format!("{days} days"))).collect(),
        lines,
        nothing: "There is no discipline yet.",
    }
}

/// The reminders that the rulebook asks for.
fn reminders(numbers: &Forecast) -> Numbers {
    let line = |(days, cards, waivers): &(u32, usize, usize)| Line {
        keys: vec![days.to_string()],
        label: match days {
            0 => "On the day".to_owned(),
            1 => "1 day before".to_owned(),
            days => format!("{days} days before"),
        },
        values: vec![Some(*cards), Some(*waivers)],
        ..Line::default()
    };
    let column = |name: &str, heading: &str| (name.to_owned(), heading.to_owned());
    Numbers {
        caption: "Reminders that the rulebook asks for in the next seven days".to_owned(),
        first: "Reminder",
        keys: &["days_before"],
        columns: vec![column("cards", "Cards"), column("waivers", "Waivers")],
        lines: numbers.reminders.iter().map(line).collect(),
        nothing: "The rulebook asks for no reminders.",
    }
}

fn heading(asked: &Asked, found: usize, catalogue: &Catalogue) -> String {
    let (many, one, _) = said(asked.what);
    let place = match Slug::parse(&asked.discipline) {
        Ok(slug) if catalogue.disciplines.contains_key(&slug) => {
            format!(" in {}", words::discipline(catalogue, &slug))
        }
        _ => String::new(),
    };
    let many = many.to_lowercase();
    let count = match found {
        0 => format!("No {one} lapses"),
        1 => format!("1 {one} lapses"),
        count => format!("{} {many} lapse", thousands(count)),
    };
    format!("{count} within {} days{place}", asked.within)
}

fn row(entry: &Entry, lapse: &Lapse<'_>, today: CivilDate, catalogue: &Catalogue) -> LapseRow {
    let place = lapse.discipline.map(|slug| words::discipline(catalogue, slug));
    let what = match (lapse.what, lapse.marshal, lapse.discipline) {
        (What::Warrants, Some(marshal), Some(discipline)) => format!(
            "{}, {}",
            words::marshal(catalogue, discipline, marshal),
            words::discipline(catalogue, discipline)
        ),
        (What::Waivers, ..) => "Waiver".to_owned(),
        (What::Memberships, ..) => "Membership".to_owned(),
        _ => place.unwrap_or_default(),
    };
    let why = match (lapse.what, lapse.why) {
        (What::Warrants, Why::Term) => Some("its term ends".to_owned()),
        (_, Why::Card) => Some("the card expires".to_owned()),
        (_, Why::Waiver) => Some("the waiver expires".to_owned()),
        (_, Why::Term) => None,
    };
    let days = match lapse.on.days_since(today) {
        1 => "in 1 day".to_owned(),
        days => format!("in {days} days"),
    };
    LapseRow {
        href: format!("{}/{}", list::PATH, entry.id),
        name: entry.display_name().to_owned(),
        branch: entry.branch.as_deref().map(ToOwned::to_owned),
        what,
        last: lapse.on.day_before().into(),
        on: lapse.on.into(),
        days,
        why,
    }
}
