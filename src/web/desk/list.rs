//! `/desk/people`: everybody on file, searched, filtered and sorted. Every
//! page of it that is shown is a reading with its query and count (V7).

use std::ops::RangeInclusive;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::domain::id::Slug;
use crate::domain::permission::Permission;
use crate::domain::text::clean;
use crate::events::evolve::Catalogue;
use crate::projections::desk::{Filter, Index, Query, Sort};
use crate::web::desk::columns::{Cells, Shown};
use crate::web::desk::file::Format;
use crate::web::desk::rows::Look;
use crate::web::desk::{forms, many};
use crate::web::error::AppError;
use crate::web::form::{Sent, capital};
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::parts::thousands;
use crate::web::views::{
    Action, Choose, Column, CommandForm, DeskListView, Field, Hidden, Html, Kind, Order, Page, Pager, href,
};

/// The list's address.
pub const PATH: &str = "/desk/people";
/// Within how many days something is lapsing, unless somebody says otherwise.
pub const LAPSING_DAYS: u32 = 60;
/// How many days somebody may ask for.
const ASKED_DAYS: RangeInclusive<u32> = 1..=1000;
/// The state that looks ahead.
const LAPSING: &str = "lapsing";
/// Rows on a page.
const PER_PAGE: usize = 50;
/// The longest search.
const MOST_CHARS: usize = 255;

const STATES: [(&str, &str, Filter); 10] = [
    ("expired", "with an expired card", Filter::Expired),
    (LAPSING, "lapsing soon", Filter::Lapsing(LAPSING_DAYS)),
    ("no-waiver", "without a good waiver", Filter::NoWaiver),
    ("not-accepted", "who have not accepted", Filter::NotAccepted),
    ("minors", "minors", Filter::Minor),
    ("age-unknown", "with unknown birth date", Filter::AgeUnknown),
    ("warranted", "warranted marshals", Filter::Warranted),
    ("old-link", "with only an old card link", Filter::OldLink),
    ("listed", "agreed to be listed", Filter::Listed),
    ("corrections", "who asked for a correction", Filter::Corrections),
];

const SORTS: [(&str, Sort); 5] = [
    ("name", Sort::Name),
    ("legal", Sort::LegalName),
    ("branch", Sort::Branch),
    ("expiry", Sort::CardExpiry),
    ("waiver", Sort::WaiverExpiry),
];

/// What the address asks for.
pub(super) struct Asked {
    q: String,
    state: String,
    /// As typed; looked at where `state` looks ahead.
    days: String,
    discipline: String,
    branch: String,
    sort: String,
    down: bool,
    page: usize,
    pub(super) columns: Vec<Shown>,
    pub(super) errors: Vec<(&'static str, String)>,
}

impl Asked {
    /// What an address, or the form of an export, asks for.
    pub(super) fn of(sent: &Sent, catalogue: &Catalogue) -> Self {
        let mut errors = Vec::new();
        for field in ["q", "branch"] {
            let text = sent.text(field);
            if let Err(fault) = clean(text) {
                errors.push((field, format!("{}; {}", capital(&fault.to_string()), fault.remedy())));
            } else if text.chars().count() > MOST_CHARS {
                errors.push((field, format!("At most {MOST_CHARS} characters can be searched for")));
            }
        }
        let days = sent.text("days").trim();
        if sent.text("state") == LAPSING && !days.is_empty() && days_of(days).is_none() {
            let (least, most) = (ASKED_DAYS.start(), ASKED_DAYS.end());
            errors.push(("days", format!("Give a whole number of days, from {least} to {most}")));
        }
        let mut choice = |field: &'static str, known: &dyn Fn(&str) -> bool| {
            let text = sent.text(field);
            if !text.is_empty() && !known(text) {
                errors.push((field, "Choose one from the list".to_owned()));
            }
            text.to_owned()
        };
        let state = choice("state", &|text| STATES.iter().any(|(key, ..)| *key == text));
        let discipline = choice("discipline", &|text| catalogue.disciplines.contains_key(text));
        let sort = sent.text("sort");
        let sort = SORTS.iter().find(|(key, _)| *key == sort).map_or("name", |(key, _)| key);
        Self {
            q: sent.text("q").to_owned(),
            state,
            days: days.to_owned(),
            discipline,
            branch: sent.text("branch").to_owned(),
            sort: sort.to_owned(),
            down: sent.text("dir") == "down",
            page: sent.text("page").parse().unwrap_or(1).max(1),
            columns: Shown::of(sent),
            errors,
        }
    }

    /// What it asks for, to be sent along with a form: everything but the page.
    pub(super) fn sent_along(&self) -> Vec<(&'static str, &str)> {
        self.sorted(&self.sort, self.down).into_iter().chain(self.shown()).collect()
    }

    /// The search in an order, without what is empty or goes without saying.
    fn sorted<'a>(&'a self, sort: &'a str, down: bool) -> Vec<(&'static str, &'a str)> {
        let all = [
            ("q", self.q.as_str()),
            ("state", &self.state),
            ("days", if self.looks_ahead() { &self.days } else { "" }),
            ("discipline", &self.discipline),
            ("branch", &self.branch),
            ("sort", if sort == "name" && !down { "" } else { sort }),
            ("dir", if down { "down" } else { "" }),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }

    /// The columns, where they are not the usual ones.
    fn shown(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let usual = self.columns == Shown::USUAL;
        self.columns.iter().filter(move |_| !usual).map(|column| ("show", column.key() as &str))
    }

    pub(super) fn query(&self) -> Query {
        let filter = STATES.iter().find(|(key, ..)| *key == self.state).map(|(_, _, filter)| match filter {
            Filter::Lapsing(_) => Filter::Lapsing(self.within()),
            other => *other,
        });
        let sort = SORTS.iter().find(|(key, _)| *key == self.sort).map_or(Sort::Name, |(_, sort)| *sort);
        Query {
            text: self.q.clone(),
            filters: filter.into_iter().collect(),
            discipline: Slug::parse(&self.discipline).ok(),
            region: None,
            branch: Some(self.branch.trim().to_owned()).filter(|text| !text.is_empty()),
            sort,
            descending: self.down,
            page: self.page,
            per_page: PER_PAGE,
        }
    }

    fn looks_ahead(&self) -> bool {
        self.state == LAPSING
    }

    /// Within how many days something is lapsing here.
    pub(super) fn within(&self) -> u32 {
        days_of(&self.days).filter(|_| self.looks_ahead()).unwrap_or(LAPSING_DAYS)
    }

    /// The same question with another order or page.
    pub(super) fn address(&self, sort: &str, down: bool, page: usize) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        let all = self.sorted(sort, down).into_iter().chain(self.shown()).chain([("page", page.as_str())]);
        href(PATH, &all.collect::<Vec<_>>())
    }

    fn filtered(&self) -> bool {
        [&self.q, &self.state, &self.discipline, &self.branch].iter().any(|text| !text.trim().is_empty())
    }

    /// What the access log keeps, sealed.
    pub(super) fn words(&self) -> String {
        let page = self.page.to_string();
        let parts = [
            ("", self.q.as_str()),
            ("", self.state.as_str()),
            ("days ", if self.looks_ahead() { self.days.as_str() } else { "" }),
            ("discipline ", self.discipline.as_str()),
            ("branch ", self.branch.as_str()),
            ("page ", if self.page > 1 { page.as_str() } else { "" }),
        ];
        let said = parts.iter().filter(|(_, text)| !text.trim().is_empty());
        said.map(|(label, text)| format!("{label}{text}")).collect::<Vec<_>>().join(", ")
    }
}

fn days_of(text: &str) -> Option<u32> {
    text.parse().ok().filter(|days| ASKED_DAYS.contains(days))
}

/// The list.
pub async fn show(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    officer.require(Permission::ReadCombatantInfo, None)?;
    let sent = Sent::read(query.unwrap_or_default().as_bytes())?;
    let asked = Asked::of(&sent, &officer.kingdom.catalogue);
    if sent.filled("q").is_some() {
        state.desk_searches.take(officer.id)?;
    }
    let status = if asked.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page(&state, &officer, &asked, None, status).await
}

/// The list, with the form of an export that was refused, if one was, and why.
pub(super) async fn page(
    state: &AppState,
    officer: &CurrentOfficer,
    asked: &Asked,
    refused: Option<(&Sent, Option<String>)>,
    status: StatusCode,
) -> Result<Response, AppError> {
    let catalogue = &officer.kingdom.catalogue;
    let today = state.today();
    let in_force = catalogue.in_force_on(today);
    let index = state.lists()?.desk();
    let may_choose = many::open_to(officer);
    let (rows, total) = if asked.errors.is_empty() {
        let found = index.search(&asked.query(), today, &in_force);
        reading::of_list(state, officer, "desk-people", asked.words(), found.rows.len()).await?;
        let look = Look {
            columns: asked.columns.clone(),
            ticks: may_choose,
            within: asked.within(),
            today,
            kingdom: officer.kingdom.position,
        };
        let cells = Cells { catalogue, today, within: asked.within(), in_force: &in_force };
        (state.desk_rows.html(&state.templates, &found.rows, look, &cells)?, found.total)
    } else {
        (Html::default(), 0)
    };
    let may_register = officer.may(Permission::WriteCombatantInfo, None);
    let may_export = officer.may(Permission::ExportSealed, None);
    let mut view = view(asked, &index, catalogue, rows, total, may_register);
    view.choose = (total > 0 && may_choose).then(|| choose(asked, total));
    view.export = (total > 0).then(|| export(asked, may_export, refused));
    let path = asked.address(&asked.sort, asked.down, asked.page);
    let page = Page::desk(&state.site().site, &officer.chrome(), &path, "People", view);
    Ok((status, state.render(&page, Templates::desk_list)?).into_response())
}

fn view(
    asked: &Asked,
    index: &Index,
    catalogue: &Catalogue,
    rows: Html,
    total: usize,
    may_register: bool,
) -> DeskListView {
    let error = |field: &str| {
        asked.errors.iter().find(|(name, _)| *name == field).map(|(_, message)| message.clone())
    };
    let states = STATES.iter().map(|(key, label, _)| ((*key).to_owned(), (*label).to_owned()));
    let days = asked.looks_ahead().then(|| {
        let hint =
            if asked.discipline.is_empty() { "A card or the waiver lapses." } else { "The card lapses." };
        Field::new(Kind::Number, "days", "Within how many days")
            .value(if asked.days.is_empty() { LAPSING_DAYS.to_string() } else { asked.days.clone() })
            .hint(hint)
            .required()
            .error(error("days"))
    });
    let disciplines = catalogue.disciplines.iter().map(|(slug, of)| (slug.to_string(), of.name.clone()));
    let branches = index.branch_names().iter().map(|name| (name.to_string(), name.to_string()));
    let any = |label: &str| [(String::new(), label.to_owned())];
    let column = |label: &str, key: Option<&str>| {
        let here = key == Some(asked.sort.as_str());
        Column {
            label: label.to_owned(),
            href: key.map(|key| asked.address(key, here && !asked.down, 1)),
            order: match (here, asked.down) {
                (false, _) => Order::None,
                (true, false) => Order::Ascending,
                (true, true) => Order::Descending,
            },
        }
    };
    let mut columns = vec![column("SCA name", Some("name"))];
    columns.extend(asked.columns.iter().map(|shown| column(shown.label(), shown.sort())));
    let searched = ["q", "state", "days", "discipline", "branch"];
    let (pick_hidden, ordered): (Vec<_>, Vec<_>) =
        asked.sent_along().into_iter().partition(|(name, _)| searched.contains(name));
    let order = ordered.iter().filter(|(name, _)| *name != "show");
    let pick_hidden = hidden(pick_hidden.iter().chain(order));
    DeskListView {
        search: Field::new(Kind::Search, "q", "Name, e-mail or member number")
            .value(asked.q.as_str())
            .error(error("q")),
        filters: [
            Some(
                Field::new(Kind::Select, "state", "Who")
                    .choices(any("everybody").into_iter().chain(states))
                    .value(asked.state.as_str())
                    .error(error("state")),
            ),
            days,
            Some(
                Field::new(Kind::Select, "discipline", "Discipline")
                    .choices(any("any").into_iter().chain(disciplines))
                    .value(asked.discipline.as_str())
                    .error(error("discipline")),
            ),
            Some(
                Field::new(Kind::Select, "branch", "Branch")
                    .choices(any("any").into_iter().chain(branches))
                    .value(asked.branch.as_str())
                    .error(error("branch")),
            ),
        ]
        .into_iter()
        .flatten()
        .collect(),
        filtered: asked.filtered(),
        hidden: hidden(ordered.iter()),
        columns,
        pick: Shown::field(&asked.columns).scoped("pick"),
        pick_hidden,
        rows,
        pager: Pager::new(total, PER_PAGE, asked.page, |page| asked.address(&asked.sort, asked.down, page)),
        choose: None,
        export: None,
        register_href: may_register.then(|| "/desk/people/new".to_owned()),
    }
}

fn hidden<'a>(pairs: impl Iterator<Item = &'a (&'static str, &'a str)>) -> Vec<Hidden> {
    pairs.map(|(name, value)| Hidden { name: (*name).to_owned(), value: (*value).to_owned() }).collect()
}

/// Ticks on the rows, and all that were found.
fn choose(asked: &Asked, total: usize) -> Choose {
    Choose {
        hidden: hidden(asked.sent_along().iter()),
        ticked: "With those ticked…".to_owned(),
        all: (total > 1).then(|| format!("With all {} found…", thousands(total))),
    }
}

/// The form that asks for the whole list as a file.
fn export(asked: &Asked, may_export: bool, refused: Option<(&Sent, Option<String>)>) -> Action {
    let (typed, fault) = refused.map_or((None, None), |(sent, fault)| (Some(sent), fault));
    let said = |name| typed.map_or("", |sent: &Sent| sent.text(name));
    let mut fields = vec![forms::reason().value(said("reason")).error(fault), Format::field(said("format"))];
    if may_export {
        let contact =
            Field::new(Kind::Check, "contact", "With contact details, birth dates and member numbers");
        fields.push(contact.ticked(said("contact") == "yes"));
    }
    let fields = fields.into_iter().map(|field| field.scoped("export")).collect();
    let mut form = CommandForm::new("export", "/desk/people/export", "Download", String::new(), fields)
        .note("Everybody who was found, not this page alone, with the columns that are shown. It is recorded what you took and why.");
    for (name, value) in asked.sent_along() {
        form = form.with_hidden(name, value);
    }
    Action::new("Take the list along", form)
}
