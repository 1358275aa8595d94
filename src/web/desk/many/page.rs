//! The pages before it is done: what to do, and what it would come to.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::acts::{Act, Kind};
use super::plan::{Plan, Row};
use super::selection::Selection;
use super::words::Says;
use super::{MOST, PATH, PER_PAGE};
use crate::web::desk::forms::{self, Back, Forms};
use crate::web::desk::list;
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::parts::thousands;
use crate::web::views::{
    Badge, DeskManyView, Hidden, ManyAct, ManyPreview, ManyRow, ManyWhy, Page, Pager, Tone,
};

/// The form's id.
pub const FORM: &str = "many";

/// Asks what to do; with what is wrong with the answer, if one came. It names nobody.
pub fn choose(
    state: &AppState,
    officer: &CurrentOfficer,
    selection: &Selection,
    people: usize,
    sent: &Sent,
    errors: Vec<(&'static str, String)>,
) -> Result<Response, AppError> {
    let fits = (1..=MOST).contains(&people);
    let wanted = sent.filled("act").or(sent.filled("for")).unwrap_or_default();
    let hidden: Vec<Hidden> = hidden(selection.sent_along());
    let nothing = Sent::default();
    let acts = Kind::ALL.into_iter().filter(|kind| fits && kind.open_to(officer)).map(|kind| {
        let open = kind.key() == wanted;
        let typed = if open { sent } else { &nothing };
        let faults = if open { errors.as_slice() } else { &[] };
        let fields = kind.fields(officer, typed, state.today(), faults);
        ManyAct {
            id: kind.key().to_owned(),
            label: kind.label().to_owned(),
            about: kind.about().to_owned(),
            open,
            errors: crate::web::views::FieldError::of(&fields),
            fields,
        }
    });
    let status = if fits && errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let none = match people {
        0 => Some(
            "Nobody is chosen yet. Tick people in the list, or search for them and take all that are found."
                .to_owned(),
        ),
        _ if !fits => Some(format!(
            "These are {} people; at most {} are changed at once. Search for fewer, by discipline or branch.",
            thousands(people),
            thousands(MOST)
        )),
        _ => None,
    };
    let view = DeskManyView {
        heading: "Many at once".to_owned(),
        whom: selection.text(people),
        back_href: selection.back(),
        action: PATH.to_owned(),
        hidden,
        none,
        acts: acts.collect(),
        preview: None,
    };
    render(state, officer, selection, "Many at once", view, status)
}

/// Shows what it would come to.
#[expect(clippy::too_many_arguments, reason = "what was asked, of whom, what it came to, and what came back")]
pub async fn preview(
    state: &AppState,
    officer: &CurrentOfficer,
    selection: &Selection,
    act: &Act,
    plan: &Plan,
    page: usize,
    back: Option<&Back>,
    status: StatusCode,
) -> Result<Response, AppError> {
    let catalogue = &officer.kingdom.catalogue;
    let more = act.sent_along();
    let address = |page: usize| {
        let page = page.to_string();
        let more: Vec<(&str, &str)> = more
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .chain((page != "1").then_some(("page", page.as_str())))
            .collect();
        selection.address(&more)
    };
    let pager = Pager::new(plan.rows.len(), PER_PAGE, page, address);
    let shown = &plan.rows[pager.from.saturating_sub(1)..pager.to];
    let query = format!("{}: {}", act.code(), selection.words());
    reading::of_list(state, officer, "desk-many", query, shown.len()).await?;
    let bus = state.bus();
    let fresh = || bus.ids().uuid_at(bus.now()).to_string();
    let forms = Forms { fresh: &fresh, back };
    let fields = if act.kind.takes_reason() { vec![forms::reason()] } else { Vec::new() };
    let mut form = forms.form(FORM, PATH, &act.kind.submit(plan.changes), fields);
    for (name, value) in selection.sent_along().into_iter().chain(act.sent_along()) {
        form = form.with_hidden(name, value);
    }
    form = form.with_hidden("mark", plan.mark.as_str());
    if act.kind == Kind::EndWarrants {
        form = form.dangerous();
    }
    let says = act.kind.says();
    let preview = ManyPreview {
        title: act.title(catalogue),
        day: act.day(),
        changes: thousands(plan.changes),
        would: says.would.0,
        cannot: plan.cannot(),
        would_not: says.would.1,
        why: plan
            .why
            .iter()
            .map(|(count, text)| ManyWhy { count: thousands(*count), text: text.clone() })
            .collect(),
        rows: shown.iter().map(|shown| row(shown, &says)).collect(),
        pager,
        form: (plan.changes > 0).then_some(form),
    };
    let people = plan.rows.iter().map(|row| row.person).collect::<std::collections::HashSet<_>>().len();
    let again: Vec<(&str, &str)> = more
        .iter()
        .map(|(name, value)| (if *name == "act" { "for" } else { *name }, value.as_str()))
        .collect();
    let view = DeskManyView {
        heading: act.title(catalogue),
        whom: selection.text(people),
        back_href: selection.address(&again),
        action: PATH.to_owned(),
        hidden: Vec::new(),
        none: None,
        acts: Vec::new(),
        preview: Some(preview),
    };
    render(state, officer, selection, &act.title(catalogue), view, status)
}

fn row(row: &Row, says: &Says) -> ManyRow {
    let (state, from, to, why) = match &row.outcome {
        Ok((from, to)) => (Badge::new(Tone::Good, says.will.0), Some(from.clone()), Some(to.clone()), None),
        Err(why) => (Badge::new(Tone::Bad, says.will.1), None, None, Some(why.clone())),
    };
    ManyRow {
        name: row.name.clone(),
        legal_name: row.legal_name.clone(),
        href: row.on_list.then(|| format!("{}/{}", list::PATH, row.person)),
        state,
        from,
        to,
        why,
    }
}

fn hidden(pairs: Vec<(&'static str, String)>) -> Vec<Hidden> {
    pairs.into_iter().map(|(name, value)| Hidden { name: name.to_owned(), value }).collect()
}

fn render(
    state: &AppState,
    officer: &CurrentOfficer,
    selection: &Selection,
    title: &str,
    view: DeskManyView,
    status: StatusCode,
) -> Result<Response, AppError> {
    let path = selection.address(&[]);
    let page = Page::desk(&state.site().site, &officer.chrome(), &path, title, view);
    Ok((status, state.render(&page, Templates::desk_many)?).into_response())
}
