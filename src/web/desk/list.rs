//! `/desk/people`: everybody on file, searched, filtered and sorted. Every
//! page of it that is shown is a reading with its query and count (V7).

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use crate::domain::date::CivilDate;
use crate::domain::id::Slug;
use crate::domain::permission::Permission;
use crate::domain::rulebook::Rules;
use crate::domain::status::{WaiverState, is_valid};
use crate::domain::text::clean;
use crate::events::evolve::Catalogue;
use crate::projections::desk::{Entry, Filter, Index, Query, Sort};
use crate::web::desk::{forms, many};
use crate::web::error::AppError;
use crate::web::form::{Sent, capital};
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::parts::thousands;
use crate::web::views::{
    Action, Badge, Choose, Column, CommandForm, Day, DeskListView, DeskRow, Field, Hidden, Kind, Order, Page,
    Pager, Tone, href,
};
use crate::web::words;

/// The list's address.
pub const PATH: &str = "/desk/people";
/// Within how many days something is lapsing.
pub const LAPSING_DAYS: u32 = 60;
/// Rows on a page.
const PER_PAGE: usize = 50;
/// The longest search.
const MOST_CHARS: usize = 255;

const STATES: [(&str, &str, Filter); 9] = [
    ("expired", "with an expired card", Filter::Expired),
    ("lapsing", "lapsing within 60 days", Filter::Lapsing(LAPSING_DAYS)),
    ("no-waiver", "without a good waiver", Filter::NoWaiver),
    ("not-accepted", "who have not accepted", Filter::NotAccepted),
    ("minors", "minors", Filter::Minor),
    ("age-unknown", "with unknown birth date", Filter::AgeUnknown),
    ("warranted", "warranted marshals", Filter::Warranted),
    ("old-link", "with only an old card link", Filter::OldLink),
    ("listed", "listed publicly", Filter::Listed),
];

const SORTS: [(&str, &str, Sort); 5] = [
    ("name", "SCA name", Sort::Name),
    ("legal", "Legal name", Sort::LegalName),
    ("branch", "Branch", Sort::Branch),
    ("expiry", "Cards", Sort::CardExpiry),
    ("waiver", "Waiver", Sort::WaiverExpiry),
];

/// What the address asks for.
pub(super) struct Asked {
    q: String,
    state: String,
    discipline: String,
    branch: String,
    sort: String,
    down: bool,
    page: usize,
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
        let sort = SORTS.iter().find(|(key, ..)| *key == sort).map_or("name", |(key, ..)| key);
        Self {
            q: sent.text("q").to_owned(),
            state,
            discipline,
            branch: sent.text("branch").to_owned(),
            sort: sort.to_owned(),
            down: sent.text("dir") == "down",
            page: sent.text("page").parse().unwrap_or(1).max(1),
            errors,
        }
    }

    /// What it asks for, to be sent along with a form: everything but the page.
    pub(super) fn sent_along(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let sort = if self.sort == "name" { "" } else { self.sort.as_str() };
        let all = [
            ("q", self.q.as_str()),
            ("state", &self.state),
            ("discipline", &self.discipline),
            ("branch", &self.branch),
            ("sort", sort),
            ("dir", if self.down { "down" } else { "" }),
        ];
        all.into_iter().filter(|(_, value)| !value.is_empty())
    }

    pub(super) fn query(&self) -> Query {
        let filter = STATES.iter().find(|(key, ..)| *key == self.state).map(|(_, _, filter)| *filter);
        let sort = SORTS.iter().find(|(key, ..)| *key == self.sort).map_or(Sort::Name, |(_, _, sort)| *sort);
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

    /// The same question with another order or page.
    pub(super) fn address(&self, sort: &str, down: bool, page: usize) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        let sort = if sort == "name" && !down { "" } else { sort };
        href(
            PATH,
            &[
                ("q", &self.q),
                ("state", &self.state),
                ("discipline", &self.discipline),
                ("branch", &self.branch),
                ("sort", sort),
                ("dir", if down { "down" } else { "" }),
                ("page", &page),
            ],
        )
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
            ("discipline ", self.discipline.as_str()),
            ("branch ", self.branch.as_str()),
            ("page ", if self.page > 1 { page.as_str() } else { "" }),
        ];
        let said = parts.iter().filter(|(_, text)| !text.trim().is_empty());
        said.map(|(label, text)| format!("{label}{text}")).collect::<Vec<_>>().join(", ")
    }
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
    let rules = catalogue.rulebook_on(today).rules;
    let index = state.lists()?.desk();
    let (rows, total) = if asked.errors.is_empty() {
        let found = index.search(&asked.query(), today, &rules);
        reading::of_list(state, officer, "desk-people", asked.words(), found.rows.len()).await?;
        let rows = found.rows.iter().map(|entry| row(entry, catalogue, today, &rules)).collect();
        (rows, found.total)
    } else {
        (Vec::new(), 0)
    };
    let may_register = officer.may(Permission::WriteCombatantInfo, None);
    let may_export = officer.may(Permission::ExportSealed, None);
    let mut view = view(asked, &index, catalogue, rows, total, may_register);
    view.choose = (total > 0 && many::open_to(officer)).then(|| choose(asked, total));
    view.export = (total > 0).then(|| export(asked, may_export, refused));
    let path = asked.address(&asked.sort, asked.down, asked.page);
    let page = Page::desk(&state.site().site, &officer.chrome(), &path, "People", view);
    Ok((status, state.render(&page, Templates::desk_list)?).into_response())
}

fn view(
    asked: &Asked,
    index: &Index,
    catalogue: &Catalogue,
    rows: Vec<DeskRow>,
    total: usize,
    may_register: bool,
) -> DeskListView {
    let error = |field: &str| {
        asked.errors.iter().find(|(name, _)| *name == field).map(|(_, message)| message.clone())
    };
    let states = STATES.iter().map(|(key, label, _)| ((*key).to_owned(), (*label).to_owned()));
    let disciplines = catalogue.disciplines.iter().map(|(slug, of)| (slug.to_string(), of.name.clone()));
    let branches = index.branches().into_iter().map(|name| (name.to_owned(), name.to_owned()));
    let any = |label: &str| [(String::new(), label.to_owned())];
    let column = |(key, label, _): &(&str, &str, Sort)| {
        let here = asked.sort == *key;
        Column {
            label: (*label).to_owned(),
            href: Some(asked.address(key, here && !asked.down, 1)),
            order: match (here, asked.down) {
                (false, _) => Order::None,
                (true, false) => Order::Ascending,
                (true, true) => Order::Descending,
            },
        }
    };
    let mut columns: Vec<_> = SORTS.iter().map(column).collect();
    columns.push(Column { label: "Notes".to_owned(), href: None, order: Order::None });
    let mut hidden = Vec::new();
    if asked.sort != "name" || asked.down {
        hidden.push(Hidden { name: "sort".to_owned(), value: asked.sort.clone() });
    }
    if asked.down {
        hidden.push(Hidden { name: "dir".to_owned(), value: "down".to_owned() });
    }
    DeskListView {
        search: Field::new(Kind::Search, "q", "Name, e-mail or member number")
            .value(asked.q.as_str())
            .error(error("q")),
        filters: vec![
            Field::new(Kind::Select, "state", "Who")
                .choices(any("everybody").into_iter().chain(states))
                .value(asked.state.as_str())
                .error(error("state")),
            Field::new(Kind::Select, "discipline", "Discipline")
                .choices(any("any").into_iter().chain(disciplines))
                .value(asked.discipline.as_str())
                .error(error("discipline")),
            Field::new(Kind::Select, "branch", "Branch")
                .choices(any("any").into_iter().chain(branches))
                .value(asked.branch.as_str())
                .error(error("branch")),
        ],
        filtered: asked.filtered(),
        hidden,
        columns,
        rows,
        pager: Pager::new(total, PER_PAGE, asked.page, |page| asked.address(&asked.sort, asked.down, page)),
        choose: None,
        export: None,
        register_href: may_register.then(|| "/desk/people/new".to_owned()),
    }
}

/// Ticks on the rows, and all that were found.
fn choose(asked: &Asked, total: usize) -> Choose {
    let hidden =
        asked.sent_along().map(|(name, value)| Hidden { name: name.to_owned(), value: value.to_owned() });
    Choose {
        hidden: hidden.collect(),
        ticked: "With those ticked…".to_owned(),
        all: (total > 1).then(|| format!("With all {} found…", thousands(total))),
    }
}

/// The form that asks for the whole list as a file.
fn export(asked: &Asked, may_export: bool, refused: Option<(&Sent, Option<String>)>) -> Action {
    let (typed, fault) = refused.map_or((None, None), |(sent, fault)| (Some(sent), fault));
    let mut fields = vec![forms::reason().value(typed.map_or("", |sent| sent.text("reason"))).error(fault)];
    if may_export {
        let contact =
            Field::new(Kind::Check, "contact", "With contact details, birth dates and member numbers");
        fields.push(contact.ticked(typed.is_some_and(|sent| sent.text("contact") == "yes")));
    }
    let fields = fields.into_iter().map(|field| field.scoped("export")).collect();
    let mut form = CommandForm::new("export", "/desk/people/export", "Download", String::new(), fields)
        .note("Everybody who was found, not this page alone, as comma-separated values. It is recorded what you took and why.");
    for (name, value) in asked.sent_along() {
        form = form.with_hidden(name, value);
    }
    Action::new("Take the list along", form)
}

fn row(entry: &Entry, catalogue: &Catalogue, today: CivilDate, rules: &Rules) -> DeskRow {
    let soon = today.plus_days(i64::from(LAPSING_DAYS));
    let cards = entry.cards.iter().filter_map(|card| {
        let expires = card.expires_on?;
        let name = words::discipline(catalogue, &card.discipline);
        Some(if !is_valid(expires, today) {
            Badge::new(Tone::Bad, format!("{name}, expired"))
        } else if card.authorizations == 0 {
            Badge::new(Tone::Off, format!("{name}, empty"))
        } else if expires <= soon {
            Badge::new(Tone::Warn, format!("{name}, last day {}", Day::from(expires.day_before()).short))
        } else {
            Badge::new(Tone::Good, name)
        })
    });
    let waiver = match entry.waiver_on(today) {
        WaiverState::Missing => Badge::new(Tone::Bad, "Missing"),
        WaiverState::Lapsed { .. } => Badge::new(Tone::Bad, "Lapsed"),
        WaiverState::Valid { expires_on } if expires_on <= soon => Badge::new(Tone::Warn, "Lapses soon"),
        WaiverState::Valid { .. } => Badge::new(Tone::Good, "On file"),
    };
    let flag = |filter, tone, word| entry.is(filter, None, today, rules).then(|| Badge::new(tone, word));
    let flags = [
        flag(Filter::Minor, Tone::Info, "Minor"),
        flag(Filter::NotAccepted, Tone::Info, "Not accepted"),
        flag(Filter::OldLink, Tone::Off, "Old link"),
    ];
    DeskRow {
        id: entry.id.to_string(),
        href: format!("{PATH}/{}", entry.id),
        sca_name: entry.sca_name.as_deref().map(ToOwned::to_owned),
        legal_name: entry.legal_name.to_string(),
        branch: entry.branch.as_deref().map(ToOwned::to_owned),
        cards: cards.collect(),
        waiver,
        flags: flags.into_iter().flatten().collect(),
    }
}
