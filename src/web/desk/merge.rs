//! `/desk/people/<id>/merge`: two records of one person become one (P6). The person of the address
//! goes on, the one of `with` ends.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::act::{self, back, done};
use super::flash::Done;
use super::forms::{Back, Forms};
use super::open::person;
use super::record::{details, display_name};
use crate::commands::Command;
use crate::commands::combatant::merge::{Keep, Merge};
use crate::domain::id::{CombatantId, Slug, StreamVersion};
use crate::domain::permission::Permission;
use crate::events::evolve::{Card, Catalogue, Civil, Record, Standing, Term, WaiverHeld};
use crate::projections::desk::{Entry, Query, Shared};
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{
    Candidate, CommandForm, Day, DeskMergeView, Field, Kind, Page, Pair, PairRow, Width, href,
};
use crate::web::words;

/// The form's id.
const FORM: &str = "merge";
/// Most people who are proposed.
const MOST: usize = 20;
/// The longest search.
const MOST_CHARS: usize = 255;

/// One of the two records.
struct Side {
    id: CombatantId,
    record: Arc<Record>,
    civil: Civil,
}

impl Side {
    fn name(&self) -> &str {
        display_name(&self.record)
    }

    fn href(&self) -> String {
        format!("/desk/people/{}", self.id)
    }

    fn merge_with(&self, other: &Self) -> String {
        href(&format!("{}/merge", self.href()), &[("with", &other.id.to_string())])
    }
}

/// Finds the other record, or shows both.
pub async fn show(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    let stays = side(&state, &officer, &id).await?;
    let asked = Sent::read(query.unwrap_or_default().as_bytes())?;
    match asked.filled("with") {
        Some(with) => {
            let ends = side(&state, &officer, with).await?;
            if ends.id == stays.id {
                return Err(AppError::Bad("a record cannot be joined to itself".to_owned()));
            }
            pair(&state, &officer, &stays, &ends, None, StatusCode::OK).await
        }
        None => find(&state, &officer, &stays, asked.text("q")).await,
    }
}

/// Joins the two.
pub async fn join(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(id): Path<String>,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    officer.require(Permission::ReadCombatantInfo, None)?;
    officer.require(Permission::WriteCombatantInfo, None)?;
    let sent = Sent::read(&body)?;
    let command_id = sent.command_id()?;
    let (survivor, merged) = (person(&id)?, person(sent.text("with"))?);
    let bus = state.bus();
    let (ours, theirs) = (bus.record(survivor).await?, bus.record(merged).await?);
    if [&ours, &theirs].iter().any(|record| record.standing == Standing::Unknown) {
        return Err(AppError::NotFound);
    }
    let seen = sent.seen().ok_or_else(damaged)?;
    let seen_merged = Some(sent.text("seen_other").parse().map(StreamVersion).map_err(|_| damaged())?);
    let mut errors = Vec::new();
    let mut cards = BTreeMap::new();
    let mut waiver = None;
    if theirs.standing == Standing::Active && ours.standing == Standing::Active {
        let (a, b) = (ours.civil(None), theirs.civil(None));
        if let (Ok(a), Ok(b)) = (a, b) {
            for (discipline, ..) in both_cards(&a, &b) {
                let field = card_field(discipline);
                match keep(&sent, &field)? {
                    Some(keep) => drop(cards.insert(discipline.clone(), keep)),
                    None => errors.push((field, "Choose whose dates to keep".to_owned())),
                }
            }
            if both_waivers(&a, &b).is_some() {
                waiver = keep(&sent, "waiver")?;
                if waiver.is_none() {
                    errors.push(("waiver".to_owned(), "Choose which waiver to keep".to_owned()));
                }
            }
        }
    }
    let (status, back) = if errors.is_empty() {
        let request = act::request(
            &state,
            &officer,
            uri.path(),
            &sent,
            command_id,
            Some(seen),
            Command::Merge(Merge { survivor, merged, cards, waiver, seen_merged }),
        );
        match bus.execute(request).await {
            Ok(receipt) => {
                let to = format!("/desk/people/{survivor}");
                return done(&state, receipt.last, &Done::plain("merged"), &to).await;
            }
            Err(error) => back(error, FORM, "", sent)?,
        }
    } else {
        let back = Back { form: FORM.to_owned(), sent, errors, message: None, renew: false };
        (StatusCode::UNPROCESSABLE_ENTITY, back)
    };
    let (ours, theirs) = (bus.record(survivor).await?, bus.record(merged).await?);
    if [&ours, &theirs].iter().any(|record| record.standing != Standing::Active) {
        return Err(AppError::Bad("one of the two records was erased or joined meanwhile".to_owned()));
    }
    let stays = side(&state, &officer, &survivor.to_string()).await?;
    let ends = side(&state, &officer, &merged.to_string()).await?;
    pair(&state, &officer, &stays, &ends, Some(&back), status).await
}

fn damaged() -> AppError {
    AppError::Bad("the form came without the versions it was opened at; open it again".to_owned())
}

/// Which side was picked; nothing where none was.
fn keep(sent: &Sent, field: &str) -> Result<Option<Keep>, AppError> {
    match sent.text(field) {
        "" => Ok(None),
        "stays" => Ok(Some(Keep::Survivor)),
        "ends" => Ok(Some(Keep::Merged)),
        _ => Err(AppError::Bad("this form is not one of this page; open the page again".to_owned())),
    }
}

/// A record in use, for whoever may see and change it.
async fn side(state: &AppState, officer: &CurrentOfficer, id: &str) -> Result<Side, AppError> {
    officer.require(Permission::ReadCombatantInfo, None)?;
    officer.require(Permission::WriteCombatantInfo, None)?;
    let id = person(id)?;
    let record = state.bus().record(id).await?;
    if record.standing != Standing::Active {
        return Err(AppError::NotFound);
    }
    let civil = record.civil(None).unwrap_or_else(|_| Civil::default());
    Ok(Side { id, record, civil })
}

/// Disciplines in which both have a card, with different dates.
fn both_cards<'a>(a: &'a Civil, b: &'a Civil) -> impl Iterator<Item = (&'a Slug, Term, Term)> {
    a.cards.iter().filter_map(|(discipline, card)| {
        let (ours, theirs) = (card.term?, b.term(discipline)?);
        (ours != theirs).then_some((discipline, ours, theirs))
    })
}

/// Both waivers, where they differ.
fn both_waivers(a: &Civil, b: &Civil) -> Option<(WaiverHeld, WaiverHeld)> {
    a.waiver.zip(b.waiver).filter(|(ours, theirs)| ours != theirs)
}

fn card_field(discipline: &Slug) -> String {
    format!("card-{discipline}")
}

/// The page that looks for the other record: who shares something is proposed.
async fn find(
    state: &AppState,
    officer: &CurrentOfficer,
    stays: &Side,
    typed: &str,
) -> Result<Response, AppError> {
    let text: String = typed.trim().chars().take(MOST_CHARS).collect();
    if !text.is_empty() {
        state.desk_searches.take(officer.id)?;
    }
    let index = state.lists()?.desk();
    let today = state.today();
    let rules = officer.kingdom.catalogue.in_force_on(today);
    let found: Vec<(Arc<Entry>, Option<Shared>)> = if text.is_empty() {
        index.alike(stays.id).into_iter().map(|(entry, why)| (entry, Some(why))).collect()
    } else {
        let query = Query { text: text.clone(), per_page: MOST + 1, ..Query::default() };
        index.search(&query, today, &rules).rows.into_iter().map(|entry| (entry, None)).collect()
    };
    let candidates: Vec<Candidate> = found
        .into_iter()
        .filter(|(entry, _)| entry.id != stays.id)
        .take(MOST)
        .map(|(entry, why)| Candidate {
            href: href(&format!("{}/merge", stays.href()), &[("with", &entry.id.to_string())]),
            name: entry.display_name().to_owned(),
            legal_name: entry.legal_name.to_string(),
            branch: entry.branch.as_deref().map(ToOwned::to_owned),
            why: why.map(|why| why.text().to_owned()),
        })
        .collect();
    reading::of_record(state, officer, "desk-merge", stays.id).await?;
    reading::of_list(state, officer, "desk-merge", text.clone(), candidates.len()).await?;
    let view = DeskMergeView { candidates, searched: !text.is_empty(), ..empty(stays, &text) };
    render(state, officer, stays, view, StatusCode::OK)
}

fn empty(stays: &Side, text: &str) -> DeskMergeView {
    DeskMergeView {
        name: stays.name().to_owned(),
        record_href: stays.href(),
        action: format!("{}/merge", stays.href()),
        search: Field::new(Kind::Search, "q", "Look for the other record")
            .hint("SCA or legal name, or a part of either; e-mail or member number.")
            .value(text),
        searched: false,
        candidates: Vec::new(),
        pair: None,
    }
}

/// Both records side by side.
async fn pair(
    state: &AppState,
    officer: &CurrentOfficer,
    stays: &Side,
    ends: &Side,
    refused: Option<&Back>,
    status: StatusCode,
) -> Result<Response, AppError> {
    for side in [stays, ends] {
        reading::of_record(state, officer, "desk-merge", side.id).await?;
    }
    let catalogue = &officer.kingdom.catalogue;
    let bus = state.bus();
    let fresh = || bus.ids().uuid_at(bus.now()).to_string();
    let shown = Pair {
        stays: stays.name().to_owned(),
        stays_href: stays.href(),
        ends: ends.name().to_owned(),
        ends_href: ends.href(),
        swap_href: ends.merge_with(stays),
        rows: rows(stays, ends, catalogue),
        form: form(stays, ends, catalogue, &Forms { fresh: &fresh, back: refused }),
        consequences: vec![
            format!("The details, consent and listing of {} stay as they are.", stays.name()),
            "Authorizations and warrants of both are united.".to_owned(),
            format!(
                "The record of {} ends: its card links lead to the other one, its history stays.",
                ends.name()
            ),
            "This cannot be taken back. Seen as of an earlier moment there are still two people.".to_owned(),
        ],
    };
    render(state, officer, stays, DeskMergeView { pair: Some(shown), ..empty(stays, "") }, status)
}

fn render(
    state: &AppState,
    officer: &CurrentOfficer,
    stays: &Side,
    view: DeskMergeView,
    status: StatusCode,
) -> Result<Response, AppError> {
    let path = format!("{}/merge", stays.href());
    let page = Page::desk(&state.site().site, &officer.chrome(), &path, "Join two records", view);
    Ok((status, state.render(&page, Templates::desk_merge)?).into_response())
}

fn form(stays: &Side, ends: &Side, catalogue: &Catalogue, forms: &Forms<'_>) -> CommandForm {
    let choices = |ours: String, theirs: String| {
        [("stays", format!("{}: {ours}", stays.name())), ("ends", format!("{}: {theirs}", ends.name()))]
    };
    let mut fields: Vec<Field> = both_cards(&stays.civil, &ends.civil)
        .map(|(discipline, ours, theirs)| {
            let label = format!("Whose card dates in {}", words::discipline(catalogue, discipline));
            Field::new(Kind::Radios, &card_field(discipline), &label)
                .required()
                .width(Width::Full)
                .choices(choices(term(ours), term(theirs)))
        })
        .collect();
    if let Some((ours, theirs)) = both_waivers(&stays.civil, &ends.civil) {
        let field = Field::new(Kind::Radios, "waiver", "Which waiver").required().width(Width::Full);
        fields.push(field.choices(choices(waiver(ours), waiver(theirs))));
    }
    forms
        .form(FORM, &format!("{}/merge", stays.href()), "Join them for good", fields)
        .seen(stays.record.version.0)
        .with_hidden("with", ends.id.to_string())
        .with_hidden("seen_other", ends.record.version.0.to_string())
        .dangerous()
}

/// What each says, line by line: the details, the waiver, the cards.
fn rows(stays: &Side, ends: &Side, catalogue: &Catalogue) -> Vec<PairRow> {
    let row = |label: String, ours: Option<String>, theirs: Option<String>, carried: bool| PairRow {
        differs: ours != theirs,
        lost: !carried && theirs.is_some() && ours != theirs,
        label,
        stays: ours,
        ends: theirs,
    };
    let ours = details(&stays.record, catalogue);
    let theirs = details(&ends.record, catalogue);
    let mut rows: Vec<PairRow> =
        ours.into_iter().zip(theirs).map(|(a, b)| row(a.label, a.value, b.value, false)).collect();
    let held = |side: &Side| side.civil.waiver.map(waiver);
    rows.push(row("Waiver".to_owned(), held(stays), held(ends), true));
    let disciplines: std::collections::BTreeSet<&Slug> =
        stays.civil.cards.keys().chain(ends.civil.cards.keys()).collect();
    for discipline in disciplines {
        let card =
            |side: &Side| side.civil.cards.get(discipline).map(|held| card(held, discipline, catalogue));
        rows.push(row(words::discipline(catalogue, discipline), card(stays), card(ends), true));
    }
    rows
}

fn card(card: &Card, discipline: &Slug, catalogue: &Catalogue) -> String {
    let held = card.authorizations.keys().map(|slug| words::authorization(catalogue, discipline, slug));
    let warrants = card
        .warrants
        .iter()
        .map(|w| format!("warrant: {}", words::marshal(catalogue, discipline, &w.marshal)));
    let parts: Vec<String> = card.term.map(term).into_iter().chain(held).chain(warrants).collect();
    parts.join("; ")
}

fn term(term: Term) -> String {
    let (from, to) = (Day::from(term.issued_on).short, Day::from(term.expires_on.day_before()).short);
    format!("issued {from}, last valid day {to}")
}

fn waiver(held: WaiverHeld) -> String {
    let (from, to) = (Day::from(held.signed_on).short, Day::from(held.expires_on.day_before()).short);
    format!("signed {from}, last valid day {to}")
}
