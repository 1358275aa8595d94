//! `/audit/as-of`: what was so on a day, as it was known at an instant (D4).

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::when;
use super::whom::{self, Whom};
use crate::domain::date::{CivilDate, Instant};
use crate::domain::id::CombatantId;
use crate::domain::permission::Permission;
use crate::projections::asof::{self, AsOfError};
use crate::web::error::AppError;
use crate::web::form::{Sent, capital};
use crate::web::public::card_view::card_view;
use crate::web::public::marshals::marshals_view;
use crate::web::public::register::{self, register_view};
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{
    AsOfResult, AsOfView, CardView, Field, FieldError, Kind, Link, Moment, Page, Pager, Tone, href,
};

const PATH: &str = "/audit/as-of";

/// What can be looked at.
const WHAT: [(&str, &str); 3] =
    [("card", "a person’s card page"), ("marshals", "the marshal list"), ("register", "the public register")];

impl From<AsOfError> for AppError {
    fn from(error: AsOfError) -> Self {
        match error {
            AsOfError::Db(error) => error.into(),
            error => Self::Internal(error.to_string()),
        }
    }
}

/// What the address asks for.
struct Asked {
    sent: Sent,
    what: String,
    on: Result<CivilDate, String>,
    known_at: Result<Instant, String>,
    person: Option<CombatantId>,
    unclear: Option<String>,
    page: usize,
}

/// The form, and below it what was so.
pub async fn show(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    officer.require(Permission::ReadHistory, None)?;
    let sent = Sent::read(query.unwrap_or_default().as_bytes())?;
    let (unclear, candidates) = match whom::find(&state, &officer, PATH, &sent).await? {
        Whom::Lead(answer) => return Ok(answer),
        Whom::Clear => (None, Vec::new()),
        Whom::Unclear(why, candidates) => (Some(why), candidates),
    };
    let asked = Asked::read(sent, unclear, &state);
    let fields = asked.fields(&state);
    let errors = FieldError::of(&fields);
    let result = match (&asked.on, &asked.known_at) {
        (Ok(on), Ok(known_at)) if !asked.what.is_empty() && errors.is_empty() => {
            Some(asked.result(&state, &officer, *on, *known_at, asked.person).await?)
        }
        _ => None,
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let view = AsOfView { fields, errors, candidates, result };
    let path = asked.address(asked.page);
    let page = Page::desk(&state.site().site, &officer.chrome(), &path, "As it was", view);
    Ok((status, state.render(&page, Templates::audit_asof)?).into_response())
}

impl Asked {
    fn read(sent: Sent, unclear: Option<String>, state: &AppState) -> Self {
        let zone = state.kingdom().catalogue.kingdom.zone.tz();
        let on = match sent.filled("on") {
            None => Ok(state.today()),
            Some(text) => CivilDate::parse(text).map_err(|why| capital(&why.to_string())),
        };
        let known_at = match sent.filled("known_at") {
            None => Ok(state.bus().now()),
            Some(text) => when::span(text, zone)
                .map(|span| span.last)
                .ok_or_else(|| format!("A day or an instant is written like {}", when::EXAMPLE)),
        };
        let person = sent.filled("person").and_then(|text| CombatantId::parse(text).ok());
        let what = WHAT.iter().find(|(key, _)| *key == sent.text("what")).map_or("", |(key, _)| key);
        let page = sent.text("page").parse().unwrap_or(1).max(1);
        Self { what: what.to_owned(), on, known_at, person, unclear, page, sent }
    }

    fn address(&self, page: usize) -> String {
        let page = if page > 1 { page.to_string() } else { String::new() };
        let text = |name| self.sent.text(name);
        href(
            PATH,
            &[
                ("what", &self.what),
                ("person", text("person")),
                ("on", text("on")),
                ("known_at", text("known_at")),
                ("page", &page),
            ],
        )
    }

    fn fields(&self, state: &AppState) -> Vec<Field> {
        let unknown = self.what.is_empty() && self.sent.filled("what").is_some();
        let missing = self.what == "card" && self.sent.filled("person").is_none();
        let missing =
            missing.then(|| "Whose card? Type a name, or anything else they are found by".to_owned());
        let person = self.unclear.clone().or(missing);
        let on = if self.sent.filled("on").is_some() {
            self.sent.text("on").to_owned()
        } else {
            state.today().to_string()
        };
        vec![
            Field::new(Kind::Select, "what", "Show")
                .choices(WHAT)
                .value(self.what.as_str())
                .error(unknown.then(|| "Choose one from the list".to_owned())),
            Field::new(Kind::Text, "person", whom::LABEL)
                .value(self.sent.text("person"))
                .hint(whom::HINT)
                .error(person),
            Field::new(Kind::Date, "on", "On the day").required().value(on).error(self.on.clone().err()),
            Field::new(Kind::Text, "known_at", "As known at")
                .value(self.sent.text("known_at"))
                .hint(format!("Like {}, all of it; empty for now", when::EXAMPLE))
                .error(self.known_at.clone().err()),
        ]
    }

    async fn result(
        &self,
        state: &AppState,
        officer: &CurrentOfficer,
        on: CivilDate,
        known_at: Instant,
        person: Option<CombatantId>,
    ) -> Result<AsOfResult, AppError> {
        let store = state.bus().store();
        let position = store.position_at(known_at).await?;
        let now = self.sent.filled("known_at").map(|_| {
            let on = on.to_string();
            let person = self.sent.text("person");
            let same = [("what", self.what.as_str()), ("person", person), ("on", &on)];
            Link::new(href(PATH, &same), "As it is known now")
        });
        let mut result = AsOfResult {
            on: on.into(),
            known_at: Moment::new(known_at, officer.kingdom.catalogue.kingdom.zone.tz()),
            position: position.0,
            now,
            card: None,
            marshals: None,
            register: None,
            nothing: None,
        };
        let asked = format!("{} on {on} as known at {known_at}", self.what);
        // The words and types are those of that instant, too.
        let catalogue = asof::catalogue_as_of(store, known_at).await?;
        match (self.what.as_str(), person) {
            ("card", Some(id)) => {
                reading::of_record(state, officer, "audit-as-of", id).await?;
                let card = asof::card_as_of(store, id, on, known_at).await?;
                let card = card.filter(|card| catalogue.accepts(card.acceptance, on));
                result.card = card.map(|card| then(card_view(&card, on, &catalogue), on, state.today()));
            }
            ("marshals", _) => {
                let index = asof::marshals_as_of(store, on, known_at).await?;
                reading::of_list(state, officer, "audit-as-of", asked, index.len()).await?;
                result.marshals = Some(marshals_view(&index, on, &catalogue));
            }
            _ => {
                let index = asof::register_as_of(store, on, known_at).await?;
                let everybody = register::Asked { page: self.page, ..register::Asked::default() };
                let mut view = register_view(&index, &everybody, on, &catalogue);
                reading::of_list(state, officer, "audit-as-of", asked, view.rows.len()).await?;
                let listed = index.count(on, &catalogue.in_force_on(on));
                view.pager = Pager::new(listed, 50, self.page, |page| self.address(page));
                result.register = Some(view);
            }
        }
        if result.card.is_none() && result.marshals.is_none() && result.register.is_none() {
            result.nothing = Some("Nobody of that id was on file then, or had a card page.".to_owned());
        }
        Ok(result)
    }
}

/// A card page that speaks of that day, not of today.
fn then(mut card: CardView, on: CivilDate, today: CivilDate) -> CardView {
    if card.verdict.tone == Tone::Good || card.verdict.tone == Tone::Warn {
        let word = if on > today { "May fight that day, as things stand" } else { "Could fight that day" };
        word.clone_into(&mut card.verdict.word);
    }
    card
}
