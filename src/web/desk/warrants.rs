//! `/desk/warrants`: the warrant roster of a discipline as of today: who, since when and until when, with
//! membership, waiver and card (C8). For holders of `warrant_roster` there; each page of it that is shown is a
//! reading with its query and count (V7), and it leaves as a file only for a typed reason.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::file::{File, Format};
use super::list::{self, LAPSING_DAYS};
use super::{forms, many};
use crate::commands::authorize::Denied;
use crate::commands::refusal;
use crate::domain::date::CivilDate;
use crate::domain::id::Slug;
use crate::domain::permission::Permission;
use crate::domain::status::{WaiverState, is_valid, warrant_active};
use crate::domain::text::fold;
use crate::events::evolve::{Catalogue, DisciplineState};
use crate::projections::desk::{Entry, Index};
use crate::web::error::AppError;
use crate::web::form::{Sent, capital};
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{
    Action, Badge, Choose, Column, CommandForm, Day, DeskWarrantsView, Field, Hidden, Kind, Order, Page,
    Pager, RosterRow, Tone, href,
};
use crate::web::words;

/// The roster's address.
pub const PATH: &str = "/desk/warrants";
/// Rows on a page: a roster is for printing.
const PER_PAGE: usize = 500;

const STATES: [(&str, &str); 6] = [
    ("active", "active"),
    ("lapsing", "lapsing within 60 days"),
    ("not-in-force", "not in force"),
    ("to-come", "still to come"),
    ("ended", "ended"),
    ("all", "all there ever were"),
];

const SORTS: [(&str, &str); 7] = [
    ("name", "Name"),
    ("warrant", "Warrant"),
    ("since", "Since"),
    ("until", "Until"),
    ("member", "Membership"),
    ("waiver", "Waiver"),
    ("card", "Card"),
];

/// What a warrant is today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stands {
    Active,
    /// Active, and something that it needs ends soon: itself, the card, the waiver or the membership.
    Lapsing,
    /// Its term runs, and the card or the waiver is not valid (C8).
    NotInForce,
    ToCome,
    Ended,
}

/// One warrant with whom it is of.
struct One {
    entry: Arc<Entry>,
    marshal: Slug,
    since: CivilDate,
    until: Option<CivilDate>,
    card: Option<CivilDate>,
    stands: Stands,
}

/// What is asked for.
struct Asked {
    discipline: Slug,
    kind: String,
    state: String,
    sort: &'static str,
    down: bool,
    page: usize,
    errors: Vec<(&'static str, String)>,
}

impl Asked {
    /// What an address, or the form of an export, asks for, of the disciplines that the officer may see.
    fn of(sent: &Sent, officer: &CurrentOfficer) -> Result<Self, AppError> {
        let permission = Permission::WarrantRoster;
        let open = disciplines(officer);
        let Some((first, _)) = open.first() else {
            return Err(AppError::Denied(Denied::Lacking { permission, discipline: None }));
        };
        let mut errors = Vec::new();
        let mut discipline = (*first).clone();
        if let Some(text) = sent.filled("in") {
            match Slug::parse(text)
                .ok()
                .filter(|slug| officer.kingdom.catalogue.disciplines.contains_key(slug))
            {
                Some(slug) => {
                    officer.require(permission, Some(&slug))?;
                    discipline = slug;
                }
                None => errors.push(("in", "Choose one from the list".to_owned())),
            }
        }
        let state = sent.text("state").to_owned();
        if !state.is_empty() && !STATES.iter().any(|(key, _)| *key == state) {
            errors.push(("state", "Choose one from the list".to_owned()));
        }
        let kind = sent.text("kind").to_owned();
        let marshals = officer.kingdom.catalogue.disciplines.get(&discipline).map(|state| &state.marshals);
        if !kind.is_empty() && !marshals.is_some_and(|all| all.keys().any(|slug| slug.as_str() == kind)) {
            errors.push(("kind", "Choose one from the list".to_owned()));
        }
        let sort = SORTS.iter().find(|(key, _)| *key == sent.text("sort")).map_or("name", |(key, _)| key);
        let page = sent.text("page").parse().unwrap_or(1);
        Ok(Self { discipline, kind, state, sort, down: sent.text("dir") == "down", page, errors })
    }

    fn sent_along(&self) -> [(&'static str, &str); 5] {
        let sort = if self.sort == "name" { "" } else { self.sort };
        let dir = if self.down { "down" } else { "" };
        [
            ("in", self.discipline.as_str()),
            ("kind", &self.kind),
            ("state", &self.state),
            ("sort", sort),
            ("dir", dir),
        ]
    }

    fn address(&self, sort: &str, down: bool, page: usize) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        let sort = if sort == "name" { "" } else { sort };
        let dir = if down { "down" } else { "" };
        let [place, kind, state, ..] = self.sent_along();
        href(PATH, &[place, kind, state, ("sort", sort), ("dir", dir), ("page", &page)])
    }

    /// What the access log keeps, sealed.
    fn words(&self) -> String {
        let [(_, place), (_, kind), (_, state), ..] = self.sent_along();
        [place, kind, state].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(", ")
    }

    fn wants(&self, one: &One) -> bool {
        let state = match self.state.as_str() {
            "" => one.stands != Stands::Ended,
            "active" => matches!(one.stands, Stands::Active | Stands::Lapsing),
            "lapsing" => one.stands == Stands::Lapsing,
            "not-in-force" => one.stands == Stands::NotInForce,
            "to-come" => one.stands == Stands::ToCome,
            "ended" => one.stands == Stands::Ended,
            _ => true,
        };
        state && (self.kind.is_empty() || one.marshal.as_str() == self.kind)
    }

    /// The warrants, in order.
    fn find(&self, index: &Index, catalogue: &Catalogue, today: CivilDate) -> Vec<One> {
        let mut found: Vec<One> = Vec::new();
        for entry in index.iter() {
            let Some(card) = entry.cards.iter().find(|card| card.discipline == self.discipline) else {
                continue;
            };
            for (marshal, since, until) in &card.warrants {
                let (since, until) = (*since, *until);
                let stands = stands(entry, since, until, card.expires_on, today);
                let marshal = marshal.clone();
                let one =
                    One { entry: Arc::clone(entry), marshal, since, until, card: card.expires_on, stands };
                if self.wants(&one) {
                    found.push(one);
                }
            }
        }
        // They come by name, and sorting keeps that among equals; what is not there comes last.
        let last = |day: Option<CivilDate>| (day.is_none(), day);
        match self.sort {
            "warrant" => found
                .sort_by_cached_key(|one| fold(&words::marshal(catalogue, &self.discipline, &one.marshal))),
            "since" => found.sort_by_key(|one| one.since),
            "until" => found.sort_by_key(|one| last(one.until)),
            "member" => found.sort_by_key(|one| last(one.entry.member_expiry)),
            "waiver" => found.sort_by_key(|one| last(one.entry.waiver_expires)),
            "card" => found.sort_by_key(|one| last(one.card)),
            _ => {}
        }
        if self.down {
            found.reverse();
        }
        found
    }
}

fn stands(
    entry: &Entry,
    since: CivilDate,
    until: Option<CivilDate>,
    card: Option<CivilDate>,
    today: CivilDate,
) -> Stands {
    let soon = today.plus_days(i64::from(LAPSING_DAYS));
    if until.is_some_and(|last| last < today || last < since) {
        Stands::Ended
    } else if since > today {
        Stands::ToCome
    } else if !warrant_active(today, since, until, card, entry.waiver_on(today)) {
        Stands::NotInForce
    } else if until.is_some_and(|last| last < soon)
        || [card, entry.waiver_expires, entry.member_expiry].into_iter().flatten().any(|day| day <= soon)
    {
        Stands::Lapsing
    } else {
        Stands::Active
    }
}

impl Stands {
    fn badge(self) -> Badge {
        let (tone, word) = match self {
            Self::Active => (Tone::Good, "Active"),
            Self::Lapsing => (Tone::Warn, "Lapsing"),
            Self::NotInForce => (Tone::Bad, "Not in force"),
            Self::ToCome => (Tone::Info, "To come"),
            Self::Ended => (Tone::Off, "Ended"),
        };
        Badge::new(tone, word)
    }
}

/// The disciplines whose roster the officer may see.
fn disciplines(officer: &CurrentOfficer) -> Vec<(&Slug, &DisciplineState)> {
    let all = officer.kingdom.catalogue.disciplines.iter();
    all.filter(|(slug, _)| officer.may(Permission::WarrantRoster, Some(slug))).collect()
}

/// The roster.
pub async fn show(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    let sent = Sent::read(query.unwrap_or_default().as_bytes())?;
    let asked = Asked::of(&sent, &officer)?;
    let status = if asked.errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    page(&state, &officer, &asked, None, status).await
}

/// The roster as a file, for whoever says what for.
pub async fn file(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    body: Bytes,
) -> Result<Response, AppError> {
    let sent = Sent::read(&body)?;
    let asked = Asked::of(&sent, &officer)?;
    let (format, reason) = (Format::of(&sent)?, sent.text("reason"));
    let fault = refusal::reason(reason).err().map(|why| capital(&why.to_string()));
    if fault.is_some() || !asked.errors.is_empty() {
        return page(&state, &officer, &asked, Some((&sent, fault)), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let catalogue = &officer.kingdom.catalogue;
    let today = state.today();
    let found = asked.find(&state.lists()?.desk(), catalogue, today);
    reading::of_export(&state, &officer, "desk-warrants", asked.words(), found.len(), reason).await?;
    let numbers = officer.may(Permission::ExportSealed, None);
    let columns = [
        "sca_name",
        "legal_name",
        "warrant",
        "since",
        "until",
        "state",
        "waiver_expires",
        "card_expires",
        "member_expiry",
    ];
    let mut file = File::new(columns.into_iter().chain(numbers.then_some("member_number")));
    for one in &found {
        let day = |day: Option<CivilDate>| day.map_or_else(String::new, |day| day.to_string());
        let entry = &one.entry;
        let cells = [
            entry.sca_name.as_deref().unwrap_or_default().to_owned(),
            entry.legal_name.to_string(),
            words::marshal(catalogue, &asked.discipline, &one.marshal),
            one.since.to_string(),
            day(one.until),
            one.stands.badge().word.to_lowercase(),
            day(entry.waiver_expires),
            day(one.card),
            day(entry.member_expiry),
        ];
        let number = numbers.then(|| entry.member_number.as_deref().unwrap_or_default().to_owned());
        file.row(cells.into_iter().chain(number));
    }
    file.answer(format, &format!("warrants-{}", asked.discipline), today)
}

async fn page(
    state: &AppState,
    officer: &CurrentOfficer,
    asked: &Asked,
    refused: Option<(&Sent, Option<String>)>,
    status: StatusCode,
) -> Result<Response, AppError> {
    let catalogue = &officer.kingdom.catalogue;
    let today = state.today();
    let index = state.lists()?.desk();
    let found = if asked.errors.is_empty() { asked.find(&index, catalogue, today) } else { Vec::new() };
    let address = |page| asked.address(asked.sort, asked.down, page);
    let pager = Pager::new(found.len(), PER_PAGE, asked.page, address);
    let shown = &found[pager.from.saturating_sub(1)..pager.to];
    if asked.errors.is_empty() {
        reading::of_list(state, officer, "desk-warrants", asked.words(), shown.len()).await?;
    }
    let reads = officer.may(Permission::ReadCombatantInfo, None);
    let name = words::discipline(catalogue, &asked.discipline);
    let column = |(key, label): &(&str, &str)| {
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
    let mut columns: Vec<Column> = SORTS.iter().map(column).collect();
    columns.push(Column { label: "State".to_owned(), href: None, order: Order::None });
    let hidden = asked.sent_along().into_iter().skip(3).filter(|(_, value)| !value.is_empty());
    let view = DeskWarrantsView {
        discipline: name.clone(),
        today: today.into(),
        filters: filters(asked, officer),
        hidden: hidden
            .map(|(name, value)| Hidden { name: name.to_owned(), value: value.to_owned() })
            .collect(),
        filtered: !asked.kind.is_empty() || !asked.state.is_empty(),
        clear_href: href(PATH, &[("in", asked.discipline.as_str())]),
        columns,
        rows: shown.iter().map(|one| row(one, asked, catalogue, reads, today)).collect(),
        pager,
        choose: (reads && many::open_to(officer)).then(|| choose(asked)),
        export: (!found.is_empty() || refused.is_some()).then(|| export_form(asked, refused)),
    };
    let path = asked.address(asked.sort, asked.down, asked.page);
    let page = Page::desk(&state.site().site, &officer.chrome(), &path, &format!("Warrants: {name}"), view);
    Ok((status, state.render(&page, Templates::desk_warrants)?).into_response())
}

fn filters(asked: &Asked, officer: &CurrentOfficer) -> Vec<Field> {
    let error = |field: &str| {
        asked.errors.iter().find(|(name, _)| *name == field).map(|(_, message)| message.clone())
    };
    let open = disciplines(officer);
    let kinds = open.iter().find(|(slug, _)| **slug == asked.discipline).map(|(_, state)| &state.marshals);
    let kinds = kinds.into_iter().flatten().map(|(slug, state)| (slug.to_string(), state.name.clone()));
    let states = STATES.iter().map(|(key, label)| ((*key).to_owned(), (*label).to_owned()));
    let any = |label: &str| [(String::new(), label.to_owned())];
    vec![
        Field::new(Kind::Select, "in", "Discipline")
            .choices(open.iter().map(|(slug, state)| (slug.to_string(), state.name.clone())))
            .value(asked.discipline.as_str())
            .error(error("in")),
        Field::new(Kind::Select, "kind", "Warrant")
            .choices(any("every kind").into_iter().chain(kinds))
            .value(asked.kind.as_str())
            .error(error("kind")),
        Field::new(Kind::Select, "state", "State")
            .choices(any("all but ended").into_iter().chain(states))
            .value(asked.state.as_str())
            .error(error("state")),
    ]
}

/// Ticks that lead to renewing or ending the warrants of the people ticked.
fn choose(asked: &Asked) -> Choose {
    let place = if asked.kind.is_empty() {
        asked.discipline.to_string()
    } else {
        format!("{}/{}", asked.discipline, asked.kind)
    };
    let hidden = [("for", "renew-warrants".to_owned()), ("in", place)];
    Choose {
        hidden: hidden.into_iter().map(|(name, value)| Hidden { name: name.to_owned(), value }).collect(),
        ticked: "Renew or end those ticked…".to_owned(),
        all: None,
    }
}

fn export_form(asked: &Asked, refused: Option<(&Sent, Option<String>)>) -> Action {
    let (typed, fault) = refused.map_or((None, None), |(sent, fault)| (Some(sent), fault));
    let typed = |name| typed.map_or("", |sent: &Sent| sent.text(name));
    let fields = [forms::reason().value(typed("reason")).error(fault), Format::field(typed("format"))];
    let fields = fields.into_iter().map(|field| field.scoped("export")).collect();
    let mut form = CommandForm::new("export", "/desk/warrants/export", "Download", String::new(), fields)
        .note("The warrants that were found. It is recorded what you took and why.");
    for (name, value) in asked.sent_along().into_iter().filter(|(_, value)| !value.is_empty()) {
        form = form.with_hidden(name, value);
    }
    Action::new("Take the roster along", form)
}

fn row(one: &One, asked: &Asked, catalogue: &Catalogue, reads: bool, today: CivilDate) -> RosterRow {
    let soon = today.plus_days(i64::from(LAPSING_DAYS));
    let entry = &one.entry;
    let to = |day: CivilDate| format!("to {}", Day::from(day.day_before()).short);
    let good = |day: CivilDate| Badge::new(if day <= soon { Tone::Warn } else { Tone::Good }, to(day));
    RosterRow {
        id: entry.id.to_string(),
        href: reads.then(|| format!("{}/{}", list::PATH, entry.id)),
        name: entry.display_name().to_owned(),
        legal_name: entry.sca_name.as_ref().map(|_| entry.legal_name.to_string()),
        marshal: words::marshal(catalogue, &asked.discipline, &one.marshal),
        since: one.since.into(),
        until: one.until.map(Day::from),
        member: entry.member_number.as_deref().map(ToOwned::to_owned),
        member_until: entry.member_expiry.map(|day| day.day_before().into()),
        waiver: match entry.waiver_on(today) {
            WaiverState::Missing => Badge::new(Tone::Bad, "Missing"),
            WaiverState::Lapsed { .. } => Badge::new(Tone::Bad, "Lapsed"),
            WaiverState::Valid { expires_on } => good(expires_on),
        },
        card: match one.card {
            None => Badge::new(Tone::Off, "None"),
            Some(day) if is_valid(day, today) => good(day),
            Some(_) => Badge::new(Tone::Bad, "Expired"),
        },
        state: one.stands.badge(),
    }
}
