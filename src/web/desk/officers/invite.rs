//! `/desk/officers/new`: puts somebody on the officers' list, with what they may do.

use std::collections::BTreeSet;

use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use uuid::Uuid;

use super::matrix::{Faults, Ticked, Ticks, said};
use super::{NEW, PATH, fresh, judged, request};
use crate::commands::Refusal;
use crate::commands::bus::BusError;
use crate::commands::officers::{Verb, known_by};
use crate::domain::contact::Email;
use crate::domain::id::OfficerId;
use crate::domain::permission::Permission;
use crate::web::desk::act;
use crate::web::desk::flash::Done;
use crate::web::desk::forms::{Back, Forms};
use crate::web::error::AppError;
use crate::web::form::{Sent, capital};
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{DeskOfficerNewView, Field, Kind, Page, Width};

const FORM: &str = "invite";

/// The empty form.
pub async fn show(State(state): State<AppState>, officer: CurrentOfficer) -> Result<Response, AppError> {
    officer.require(Permission::WriteOfficerInfo, None)?;
    page(&state, &officer, None, &BTreeSet::new(), &Faults::new(), StatusCode::OK)
}

/// Invites. Who they are follows from the command's id, so that a re-sent form is the same officer.
pub async fn invite(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    officer.require(Permission::WriteOfficerInfo, None)?;
    let sent = Sent::read(&body)?;
    let command_id = sent.command_id()?;
    let ticked = Ticked::read(&sent)?;
    let id = OfficerId(Uuid::new_v5(&command_id.0, b"officer"));
    let (name, email) = (sent.text("name").to_owned(), sent.text("email").to_owned());
    let mut back = Back { form: FORM.to_owned(), sent, errors: Vec::new(), message: None, renew: false };
    if let Err(refusal) = known_by(&name) {
        back.errors.push(("name".to_owned(), said(&refusal)));
    }
    if let Err(fault) = Email::parse(&email) {
        back.errors.push(("email".to_owned(), capital(&fault.to_string())));
    }
    // Whom they are given to makes no difference to what the inviter may give.
    let mut faults = Faults::new();
    let reader = &officer.state()?.grants;
    for grant in ticked.wanted.iter().filter(|grant| !reader.may_grant(grant)) {
        let refusal =
            Refusal::rule("A2", format!("you cannot grant {grant}, because you do not hold it yourself"));
        faults.insert(grant.clone(), said(&refusal));
    }
    if !back.errors.is_empty() || !faults.is_empty() {
        return page(
            &state,
            &officer,
            Some(&back),
            &ticked.wanted,
            &faults,
            StatusCode::UNPROCESSABLE_ENTITY,
        );
    }
    let invited = Verb::Invite { officer: id, email, label: name };
    let verbs = std::iter::once(invited.clone()).chain(ticked.verbs(id)).collect();
    let request = request(&state, &officer, uri.path(), &back.sent, command_id, None, Verb::Together(verbs));
    match state.bus().execute(request).await {
        Ok(receipt) => {
            let to = format!("{PATH}/{id}#invitation");
            act::done(&state, receipt.last, &Done::plain("officer-invited"), &to).await
        }
        Err(error) => {
            let taken = matches!(error, BusError::Taken(_));
            let (status, mut refused) = act::back(error, FORM, "", back.sent)?;
            // Everything else was looked at above: it is the address that somebody has already.
            if taken || judged(&state, &officer, invited).is_err() {
                let message = refused.message.take().unwrap_or_default();
                refused.errors.push(("email".to_owned(), message));
            }
            page(&state, &officer, Some(&refused), &ticked.wanted, &faults, status)
        }
    }
}

fn page(
    state: &AppState,
    officer: &CurrentOfficer,
    back: Option<&Back>,
    ticked: &BTreeSet<crate::domain::permission::Grant>,
    faults: &Faults,
    status: StatusCode,
) -> Result<Response, AppError> {
    let kingdom = state.kingdom();
    let fields = vec![
        Field::new(Kind::Text, "name", "What other officers know them by")
            .required()
            .at_most(100)
            .width(Width::Half)
            .autocomplete("off")
            .hint("An office or a name, such as “Deputy for Fencing”. It stands beside what they do."),
        Field::new(Kind::Email, "email", "E-mail address")
            .required()
            .at_most(254)
            .width(Width::Half)
            .autocomplete("off")
            .hint("The one that they sign in with."),
    ];
    let bus = state.bus();
    let fresh = || fresh(bus);
    let form = Forms { fresh: &fresh, back }.form(FORM, NEW, "Invite", fields);
    let ticks = Ticks {
        catalogue: &kingdom.catalogue,
        reader: &officer.state()?.grants,
        own: false,
        held: &BTreeSet::new(),
        ticked,
        faults,
    };
    let view = DeskOfficerNewView { form, matrix: ticks.view() }.with_summary();
    let page = Page::desk(&state.site().site, &officer.chrome(), NEW, "Invite an officer", view);
    Ok((status, state.render(&page, Templates::desk_officer_new)?).into_response())
}
