//! What became of it: who changed and to what, who did not and why. Read from the log, for the officer whose
//! run it was; while it is still under way, how far it is. Each look is a reading (V7).

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};

use super::acts::{Act, Kind};
use super::aim::Aim;
use super::selection::{Somebody, named};
use super::words::{CHANGES, Dated, Says};
use super::{PATH, PER_PAGE, words};
use crate::commands::bus::Ended;
use crate::commands::refusal;
use crate::domain::id::{CombatantId, CommandId};
use crate::domain::mail::Mail;
use crate::domain::permission::Permission;
use crate::events::Event;
use crate::web::desk::file::{File, Format};
use crate::web::desk::forms;
use crate::web::desk::list;
use crate::web::error::AppError;
use crate::web::form::{Sent, capital};
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::parts::thousands;
use crate::web::views::{
    Action, Badge, CommandForm, DeskManyDoneView, Link, ManyProgress, ManyRow, Moment, Page, Pager, Tone,
};

/// One line: somebody, and what changed or why nothing did.
struct Line {
    person: Somebody,
    outcome: Result<String, String>,
}

/// The result, or how far it is.
pub async fn show(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(run): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, AppError> {
    officer.require(Permission::ReadCombatantInfo, None)?;
    let run = CommandId::parse(&run).map_err(|_| AppError::NotFound)?;
    let sent = Sent::read(query.unwrap_or_default().as_bytes())?;
    let page = sent.text("page").parse().unwrap_or(1);
    page_of(&state, &officer, run, page, None, StatusCode::OK).await
}

/// The result as a file, for whoever says what for.
pub async fn file(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    Path(run): Path<String>,
    body: Bytes,
) -> Result<Response, AppError> {
    officer.require(Permission::ReadCombatantInfo, None)?;
    let run = CommandId::parse(&run).map_err(|_| AppError::NotFound)?;
    let sent = Sent::read(&body)?;
    let (format, reason) = (Format::of(&sent)?, sent.text("reason"));
    if let Err(fault) = refusal::reason(reason) {
        let fault = Some(capital(&fault.to_string()));
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return page_of(&state, &officer, run, 1, Some((&sent, fault)), status).await;
    }
    let ended = state.bus().outcome(run, &officer.actor()).await?.ok_or(AppError::NotFound)?;
    let lines = lines(&state, &officer, &ended)?;
    reading::of_export(&state, &officer, "desk-many-result", format!("run {run}"), lines.len(), reason)
        .await?;
    let mut file = File::new(["sca_name", "legal_name", "outcome", "what"]);
    for line in &lines {
        let entry = line.person.entry.as_ref();
        let (outcome, what) = match &line.outcome {
            Ok(what) => ("changed", what),
            Err(why) => ("not changed", why),
        };
        let sca = entry.and_then(|entry| entry.sca_name.as_deref()).unwrap_or_default();
        let legal = entry.map_or("No longer on the list", |entry| &entry.legal_name);
        file.row([sca, legal, outcome, what]);
    }
    file.answer(format, "many", state.today())
}

async fn page_of(
    state: &AppState,
    officer: &CurrentOfficer,
    run: CommandId,
    page: usize,
    refused: Option<(&Sent, Option<String>)>,
    status: StatusCode,
) -> Result<Response, AppError> {
    let path = format!("{PATH}/{run}");
    let catalogue = &officer.kingdom.catalogue;
    let Some(ended) = state.bus().outcome(run, &officer.actor()).await? else {
        let told = state.runs.of(officer.id, run).ok_or(AppError::NotFound)?;
        let at = *told.borrow();
        let view = DeskManyDoneView {
            heading: "Under way".to_owned(),
            day: None,
            progress: Some(ManyProgress {
                done: at.done,
                of: at.of,
                text: format!("{} of {} done", thousands(at.done), thousands(at.of)),
            }),
            changed: String::new(),
            did: "",
            unchanged: None,
            did_not: "",
            when: None,
            rows: Vec::new(),
            pager: Pager::new(0, PER_PAGE, 1, |_| path.clone()),
            next: Vec::new(),
            export: None,
        };
        let page = Page::desk(&state.site().site, &officer.chrome(), &path, "Under way", view);
        // The page asks again by itself, without a script.
        let again = [(HeaderName::from_static("refresh"), "1")];
        return Ok((again, state.render(&page, Templates::desk_many_done)?).into_response());
    };
    let lines = lines(state, officer, &ended)?;
    let act = Act::of_code(&ended.asked);
    let address = |page: usize| if page == 1 { path.clone() } else { format!("{path}?page={page}") };
    let pager = Pager::new(lines.len(), PER_PAGE, page, address);
    let shown = &lines[pager.from.saturating_sub(1)..pager.to];
    reading::of_list(state, officer, "desk-many-result", format!("run {run}"), shown.len()).await?;
    let changed = lines.iter().filter(|line| line.outcome.is_ok()).count();
    let says = act.as_ref().map_or(CHANGES, |act| act.kind.says());
    let title = act.as_ref().map_or_else(|| "Many at once".to_owned(), |act| act.title(catalogue));
    let view = DeskManyDoneView {
        heading: title.clone(),
        day: act.as_ref().map(Act::day),
        progress: None,
        changed: thousands(changed),
        did: says.did.0,
        unchanged: (lines.len() > changed).then(|| thousands(lines.len() - changed)),
        did_not: says.did.1,
        when: Some(Moment::new(ended.recorded_at, catalogue.kingdom.zone.tz())),
        rows: shown.iter().map(|shown| row(shown, &says)).collect(),
        pager,
        next: next(officer, act.as_ref(), run, changed),
        export: Some(export_form(&path, refused)),
    };
    let page = Page::desk(&state.site().site, &officer.chrome(), &path, &title, view);
    Ok((status, state.render(&page, Templates::desk_many_done)?).into_response())
}

fn export_form(path: &str, refused: Option<(&Sent, Option<String>)>) -> Action {
    let (typed, fault) = refused.map_or((None, None), |(sent, fault)| (Some(sent), fault));
    let typed = |name| typed.map_or("", |sent: &Sent| sent.text(name));
    let fields = [forms::reason().value(typed("reason")).error(fault), Format::field(typed("format"))];
    let fields = fields.into_iter().map(|field| field.scoped("export")).collect();
    let form = CommandForm::new("export", &format!("{path}/file"), "Download", String::new(), fields)
        .note("Who changed and who did not. It is recorded what you took and why.");
    Action::new("Take the result along", form)
}

/// What one would do next: go on with the same people where a date was wrong, or where a mail follows.
fn next(officer: &CurrentOfficer, act: Option<&Act>, run: CommandId, changed: usize) -> Vec<Link> {
    let back = Link::new(list::PATH, "Back to people");
    let on = act.filter(|_| changed > 0).and_then(|act| match (act.kind, &act.aim) {
        (Kind::RenewCards | Kind::CorrectCards, Aim::Day { discipline, .. }) => {
            Some((Kind::CorrectCards, discipline.to_string(), "Was the date wrong? Correct these cards"))
        }
        (kind, Aim::Mail { mail, .. }) => {
            let follows = Mail::PIN_INVITATIONS.into_iter().find(|one| one.follows() == Some(*mail))?;
            let label = "Later: ask again whoever of these set none";
            Some((kind, follows.as_str().to_owned(), label))
        }
        _ => None,
    });
    let on = on.filter(|(kind, ..)| kind.open_to(officer)).map(|(kind, place, label)| {
        let run = run.to_string();
        let query = [("changed", run.as_str()), ("for", kind.key()), ("in", place.as_str())];
        Link::new(crate::web::views::href(PATH, &query), label)
    });
    std::iter::once(back).chain(on).collect()
}

/// Who was left as they were comes first, then who changed, each in the order of the list.
fn lines(state: &AppState, officer: &CurrentOfficer, ended: &Ended) -> Result<Vec<Line>, AppError> {
    let catalogue = &officer.kingdom.catalogue;
    // One line for each command: what it recorded together is said together.
    let mut changed: BTreeMap<CommandId, (CombatantId, Vec<Dated<'_>>)> = BTreeMap::new();
    for entry in &ended.changed {
        if let Some(Event::Combatant(event)) = &entry.event {
            let of = changed
                .entry(entry.row.command_id)
                .or_insert_with(|| (CombatantId(entry.row.stream.id), Vec::new()));
            of.1.push((event, entry.row.effective_on));
        }
    }
    let index = state.lists()?.desk();
    let mut lines = Vec::with_capacity(changed.len() + ended.unchanged.len());
    let mut outcomes: BTreeMap<CombatantId, Vec<Result<Vec<Dated<'_>>, String>>> = BTreeMap::new();
    for one in &ended.unchanged {
        outcomes.entry(one.person).or_default().push(Err(one.why.clone()));
    }
    for (person, facts) in changed.into_values() {
        outcomes.entry(person).or_default().push(Ok(facts));
    }
    let ids: Vec<CombatantId> = outcomes.keys().copied().collect();
    for person in named(&ids, index.iter()) {
        for outcome in outcomes.remove(&person.id).unwrap_or_default() {
            let person = Somebody { id: person.id, entry: person.entry.clone() };
            let outcome = outcome.map(|facts| {
                let said = words::after(facts.iter().copied(), catalogue);
                match person.entry.as_ref().and_then(|entry| words::outlasted(&facts, entry)) {
                    Some(stays) => format!("{said}; {stays}"),
                    None => said,
                }
            });
            lines.push(Line { person, outcome });
        }
    }
    lines.sort_by_key(|line| line.outcome.is_ok());
    Ok(lines)
}

fn row(line: &Line, says: &Says) -> ManyRow {
    let (state, to, why) = match &line.outcome {
        Ok(to) => (Badge::new(Tone::Good, says.done.0), Some(to.clone()), None),
        Err(why) => (Badge::new(Tone::Bad, says.done.1), None, Some(why.clone())),
    };
    ManyRow {
        name: line.person.name().to_owned(),
        legal_name: line.person.legal_name(),
        href: line.person.entry.as_ref().map(|_| format!("{}/{}", list::PATH, line.person.id)),
        state,
        from: None,
        to,
        why,
    }
}
