//! `/desk/policies/draft/approve`: a last look, the change log, and whether
//! everybody accepts again.

use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};

use super::{APPROVE, DRAFT, PATH, difference, form, require, stream};
use crate::commands::bus::BusError;
use crate::commands::policies::ApproveDraft;
use crate::commands::{Command, Refusal};
use crate::domain::date::CivilDate;
use crate::domain::policy::{Acceptance, MOST_CHANGE_LOG, PolicyVersion, dated, read_change_log};
use crate::web::desk::act;
use crate::web::desk::flash::Done;
use crate::web::desk::forms::Back;
use crate::web::error::AppError;
use crate::web::form::{Sent, capital};
use crate::web::markdown;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::parts::thousands;
use crate::web::views::{DeskPolicyApproveView, Field, Kind, Page, Width};

/// The form's id on its page.
const FORM: &str = "approve";

/// What will be published.
pub async fn show(State(state): State<AppState>, officer: CurrentOfficer) -> Result<Response, AppError> {
    require(&officer)?;
    page(&state, &officer, None, false, StatusCode::OK)
}

/// Approves what was saved when the page was opened, and nothing that was saved since.
pub async fn approve(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    require(&officer)?;
    let sent = Sent::read(&body)?;
    let command_id = sent.command_id()?;
    let seen = sent.seen().ok_or_else(|| {
        AppError::Bad("the form came without the version it was opened at; open it again".to_owned())
    })?;
    let mut errors = Vec::new();
    if let Err(why) = read_change_log(sent.text("change_log")) {
        errors.push(("change_log".to_owned(), capital(&why.to_string())));
    }
    let required_from = match sent.filled("required_from").map(|_| sent.day("required_from")) {
        None => None,
        Some(Ok(day)) => Some(day),
        Some(Err(why)) => {
            errors.push(("required_from".to_owned(), why));
            None
        }
    };
    if !errors.is_empty() {
        let back = Back { form: FORM.to_owned(), sent, errors, message: None, renew: false };
        return page(&state, &officer, Some(back), false, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let command = ApproveDraft { change_log: sent.text("change_log").to_owned(), required_from };
    let command = Command::Policies(command.into());
    let request = act::request(&state, &officer, uri.path(), &sent, command_id, Some(seen), command);
    match state.bus().execute(request).await {
        Ok(receipt) => {
            let newest = state.kingdom().catalogue.policies.newest().map(|policy| policy.version);
            let to = newest.map_or_else(|| PATH.to_owned(), |version| format!("{PATH}/{version}"));
            act::done(&state, receipt.last, &Done::plain("policy-approved"), &to).await
        }
        Err(BusError::Stale { .. }) => {
            let message =
                "The draft changed since you opened this page: look at what it says now, then approve it";
            let message = Some(message.to_owned());
            let back = Back { form: FORM.to_owned(), sent, errors: Vec::new(), message, renew: true };
            page(&state, &officer, Some(back), true, StatusCode::CONFLICT)
        }
        Err(error) => {
            let day = matches!(&error, BusError::Refused(Refusal::Rule { rule: "D4", .. }));
            let (status, back) = act::back(error, FORM, if day { "required_from" } else { "" }, sent)?;
            page(&state, &officer, Some(back), false, status)
        }
    }
}

fn page(
    state: &AppState,
    officer: &CurrentOfficer,
    back: Option<Back>,
    newest: bool,
    status: StatusCode,
) -> Result<Response, AppError> {
    let kingdom = state.kingdom();
    let policies = &kingdom.catalogue.policies;
    let Some(draft) = &policies.draft else {
        return match back {
            None => Ok(Redirect::to(PATH).into_response()),
            Some(_) => Err(AppError::Conflict(
                "there is no draft any more: somebody else approved or discarded it".to_owned(),
            )),
        };
    };
    let today = state.today();
    let back = back.as_ref();
    let kept = back.filter(|_| !newest).and_then(|back| back.sent.seen());
    let seen = kept.unwrap_or_else(|| kingdom.catalogue.version_of(stream()));
    let last = policies.newest();
    let version = PolicyVersion::after(last.map(|policy| policy.version), today)
        .map_or_else(|_| "–".to_owned(), |version| version.to_string());
    let submit = format!("Approve {version}");
    let fields = fields(&draft.change_log, today);
    let view = DeskPolicyApproveView {
        form: form(state, back, FORM, APPROVE, &submit, fields).seen(seen.0),
        version,
        concerned: concerned(state),
        text: markdown::render(&dated(&draft.text, today)),
        difference: last.map(|last| difference::of(&last.text, &draft.text)),
        against: last.map_or_else(String::new, |last| last.version.to_string()),
        edit_href: DRAFT.to_owned(),
    };
    let site = &state.site().site;
    let page = Page::desk(site, &officer.chrome(), APPROVE, "Approve the privacy policy", view);
    Ok((status, state.render(&page, Templates::desk_policy_approve)?).into_response())
}

fn fields(change_log: &str, today: CivilDate) -> Vec<Field> {
    let most = u32::try_from(MOST_CHANGE_LOG).unwrap_or(u32::MAX);
    let tomorrow = today.plus_days(1).to_string();
    vec![
        Field::new(Kind::Textarea, "change_log", "What it changes")
            .required()
            .at_most(most)
            .hint("Published with it. In Markdown, as the text.")
            .value(change_log),
        Field::new(Kind::Date, "required_from", "Everybody has to accept it, from")
            .width(Width::Full)
            .between(Some(tomorrow), Some(CivilDate::LATEST.to_string()))
            .hint("Leave it empty where an earlier acceptance goes on being enough."),
    ]
}

/// Whom a day would concern.
fn concerned(state: &AppState) -> String {
    let index = &state.services.indexes;
    let counts = index.desk().acceptances();
    let accepted: usize =
        counts.iter().filter(|(what, _)| **what != Acceptance::Awaited).map(|(_, count)| count).sum();
    let who = match accepted {
        _ if !index.ready() => "Everybody on file who accepted a policy".to_owned(),
        0 => {
            return "Nobody on file has accepted a policy yet, so a day changes nothing for anybody."
                .to_owned();
        }
        1 => "One person on file accepted a policy. With a day, that person".to_owned(),
        count => format!("{} people on file accepted a policy. With a day, each of them", thousands(count)),
    };
    format!(
        "{who} has to accept this version by then. Who has not, has no card page and gets no reminders from that \
         day on, and is not on public lists. Nothing changes before."
    )
}
