//! `/desk/policies/draft`: where a policy is written, with how it looks beside it.

use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};

use super::list::{began_as, last_change};
use super::{APPROVE, DRAFT, PATH, difference, form, require, said, stream, with_flash_gone};
use crate::commands::Command;
use crate::commands::bus::BusError;
use crate::commands::policies::{EditDraft, PolicyCommand};
use crate::domain::id::StreamVersion;
use crate::domain::policy::{
    DATE, MOST_CHANGE_LOG, MOST_TEXT, NotAText, TEMPLATE, dated, read_change_log, read_text,
};
use crate::events::evolve::Draft;
use crate::web::desk::act;
use crate::web::desk::flash::Done;
use crate::web::desk::forms::Back;
use crate::web::error::AppError;
use crate::web::form::{Sent, capital};
use crate::web::markdown;
use crate::web::public::privacy_policy;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{Action, DeskPolicyDraftView, DraftConflict, Field, Flash, Kind, Link, Page, Tone};

/// The form's id on its page.
pub(super) const FORM: &str = "draft";

/// What the page shows beside the draft as it is saved.
#[derive(Default)]
pub(super) struct Shown {
    /// The form that came back.
    pub back: Option<Back>,
    /// What somebody else saved meanwhile (P5).
    pub conflict: Option<DraftConflict>,
    /// Whether the form that came back is about what holds now, and no more what it was opened at.
    pub newest: bool,
    /// What just happened.
    pub said: Option<Flash>,
}

/// The draft.
pub async fn show(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    require(&officer)?;
    if state.kingdom().catalogue.policies.draft.is_none() {
        return Ok(Redirect::to(PATH).into_response());
    }
    let (said, shown) = said(&officer, &headers);
    let answer = page(&state, &officer, Shown { said, ..Shown::default() }, StatusCode::OK)?;
    Ok(with_flash_gone(answer, shown))
}

/// Saves what was typed, or shows how it looks.
pub async fn save(
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
    let errors = faults(&sent);
    if !errors.is_empty() || sent.has("preview") {
        let wrong = !errors.is_empty();
        let status = if wrong { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        let back = Back { form: FORM.to_owned(), sent, errors, message: None, renew: false };
        return page(&state, &officer, Shown { back: Some(back), ..Shown::default() }, status);
    }
    let command: PolicyCommand =
        EditDraft { text: sent.text("text").to_owned(), change_log: sent.text("change_log").to_owned() }
            .into();
    let ask = |seen| {
        let command = Command::Policies(command.clone());
        act::request(&state, &officer, uri.path(), &sent, command_id, Some(seen), command)
    };
    let before = state.kingdom().catalogue.version_of(stream());
    let mut answer = state.bus().execute(ask(seen)).await;
    if let Err(BusError::Stale { seen, now }) = &answer {
        let (seen, now) = (*seen, *now);
        if !(StreamVersion(0)..now).contains(&seen) {
            return Err(AppError::Bad("the form names a version that never was; open it again".to_owned()));
        }
        let then = state.bus().catalogue_at(stream(), seen).await?.policies.draft;
        let kingdom = state.kingdom();
        let is = kingdom.catalogue.policies.draft.as_ref();
        let written = |draft: Option<&Draft>| draft.map(|d| (d.text.clone(), d.change_log.clone()));
        match is {
            Some(is) if written(Some(is)) != written(then.as_ref()) => {
                return conflict(&state, &officer, sent, then.as_ref(), is).await;
            }
            // It was shared, or is gone: nothing that this form would overwrite.
            _ => answer = state.bus().execute(ask(now)).await,
        }
    }
    match answer {
        Ok(receipt) => {
            let same = receipt.repeated && state.kingdom().catalogue.version_of(stream()) == before;
            let said = Done::plain(if same { "draft-same" } else { "draft-saved" });
            act::done(&state, receipt.last, &said, DRAFT).await
        }
        Err(error) => {
            let (status, mut back) = act::back(error, FORM, "", sent)?;
            if state.kingdom().catalogue.policies.draft.is_none() {
                back.renew = true;
            }
            page(&state, &officer, Shown { back: Some(back), ..Shown::default() }, status)
        }
    }
}

/// What is wrong, by field.
pub(super) fn faults(sent: &Sent) -> Vec<(String, String)> {
    let text = read_text(sent.text("text")).err();
    let change_log = read_change_log(sent.text("change_log")).err().filter(|why| *why != NotAText::Empty);
    let faults = [("text", text), ("change_log", change_log)].into_iter();
    faults.filter_map(|(field, why)| Some((field.to_owned(), capital(&why?.to_string())))).collect()
}

/// The form as typed, with theirs where this officer had not touched it, and what differs (P5).
async fn conflict(
    state: &AppState,
    officer: &CurrentOfficer,
    mut sent: Sent,
    then: Option<&Draft>,
    is: &Draft,
) -> Result<Response, AppError> {
    let typed = read_text(sent.text("text")).unwrap_or_default();
    let log = read_change_log(sent.text("change_log")).unwrap_or_default();
    let text_is_theirs = typed == *is.text || then.is_some_and(|then| typed == *then.text);
    if text_is_theirs {
        sent = sent.with("text", &is.text);
    }
    let log_is_theirs = log == *is.change_log || then.is_some_and(|then| log == *then.change_log);
    if log_is_theirs {
        sent = sent.with("change_log", &is.change_log);
    }
    let (changed, by) = last_change(state).await?;
    let conflict = DraftConflict {
        changed,
        by,
        difference: difference::of(&is.text, &typed),
        text_is_theirs,
        change_log: (!log_is_theirs).then(|| is.change_log.to_string()),
    };
    let message = "Somebody else saved the draft meanwhile: look at what differs, then save it again";
    let message = Some(message.to_owned());
    let back = Back { form: FORM.to_owned(), sent, errors: Vec::new(), message, renew: true };
    let shown = Shown { back: Some(back), conflict: Some(conflict), newest: true, said: None };
    page(state, officer, shown, StatusCode::CONFLICT)
}

/// The page; with a text that came back also where there is no draft any more.
pub(super) fn page(
    state: &AppState,
    officer: &CurrentOfficer,
    shown: Shown,
    status: StatusCode,
) -> Result<Response, AppError> {
    let kingdom = state.kingdom();
    let policies = &kingdom.catalogue.policies;
    let draft = policies.draft.as_ref();
    let back = shown.back.as_ref();
    let typed = back.map(|back| back.sent.text("text"));
    let text = typed.or(draft.map(|draft| &*draft.text)).unwrap_or(TEMPLATE);
    let change_log = draft.map_or("", |draft| &*draft.change_log);
    let (to, submit) = match draft {
        Some(_) => (DRAFT, "Save the draft"),
        None => ("/desk/policies/draft/begin", "Begin a draft with this text"),
    };
    let kept = back.filter(|_| !shown.newest).and_then(|back| back.sent.seen());
    let seen = kept.unwrap_or_else(|| kingdom.catalogue.version_of(stream()));
    let form = form(state, back, FORM, to, submit, fields(text, change_log, draft.is_some())).seen(seen.0);
    let newest = policies.newest();
    let said = shown.said.or_else(|| back.and_then(|back| wrong(back, status)));
    let view = DeskPolicyDraftView {
        lead: match draft {
            Some(draft) => format!("{} Nobody is bound by it until it is approved.", began_as(draft)),
            None => "There is no draft any more: it was approved or discarded meanwhile. What you wrote is kept here."
                .to_owned(),
        },
        preview: markdown::render(&dated(&lines(text), state.today())),
        unsaved: back.is_some_and(|back| match draft {
            Some(draft) => {
                lines(back.sent.text("text")) != lines(&draft.text)
                    || lines(back.sent.text("change_log")) != lines(&draft.change_log)
            }
            None => true,
        }),
        difference: newest.map(|newest| difference::of(&newest.text, &lines(text))),
        against: newest.map_or_else(String::new, |newest| newest.version.to_string()),
        conflict: shown.conflict,
        link: draft
            .and_then(|draft| draft.link)
            .map(|link| format!("{}{}", state.config.base_url, privacy_policy::draft_address(state, link))),
        actions: draft.map_or_else(Vec::new, |draft| actions(state, back, draft)),
        approve_href: draft.map(|_| APPROVE.to_owned()),
        form,
    };
    let site = &state.site().site;
    let page = Page::desk(site, &officer.chrome(), DRAFT, "Draft of the privacy policy", view);
    let html = state.render(&page.with_flash(said), Templates::desk_policy_draft)?;
    Ok((status, html).into_response())
}

/// A text as it would be kept, or as it is where it cannot be.
fn lines(text: &str) -> String {
    read_text(text).unwrap_or_else(|_| text.trim_end().to_owned())
}

fn wrong(back: &Back, status: StatusCode) -> Option<Flash> {
    let first = back.message.as_ref().or_else(|| back.errors.first().map(|(_, message)| message))?;
    (status != StatusCode::OK).then(|| Flash {
        tone: Tone::Bad,
        title: "Nothing was saved.".to_owned(),
        text: format!("{}.", first.trim_end_matches('.')),
        next: Some(Link::new(format!("#{FORM}"), "To the form")),
    })
}

fn fields(text: &str, change_log: &str, with_log: bool) -> Vec<Field> {
    let most = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let mut fields = vec![
        Field::new(Kind::Textarea, "text", "The text")
            .required()
            .at_most(most(MOST_TEXT))
            .hint(format!(
                "In Markdown: # for a heading, - for a list, **bold**, [words](address). {DATE} becomes the day of \
                 approval."
            ))
            .value(text),
    ];
    if with_log {
        fields.push(
            Field::new(Kind::Textarea, "change_log", "What it changes")
                .at_most(most(MOST_CHANGE_LOG))
                .hint("Published with it. It may wait until you approve.")
                .value(change_log),
        );
    }
    fields
}

/// Sharing it or not, discarding it.
fn actions(state: &AppState, back: Option<&Back>, draft: &Draft) -> Vec<Action> {
    let to = |verb: &str| format!("{DRAFT}/{verb}");
    let share = match draft.link {
        None => Action::new(
            "Share by a link",
            form(state, back, "share", &to("share"), "Make a link", Vec::new()).note(
                "Whoever has the link can read what is saved, without signing in, until you withdraw it or the draft \
                 is discarded. Once it is approved, the link leads to the version.",
            ),
        ),
        Some(_) => Action::new(
            "Withdraw the link",
            form(state, back, "unshare", &to("unshare"), "Withdraw it", Vec::new())
                .note("The link leads nowhere from then on. Another one can be made."),
        ),
    };
    let discard = form(state, back, "discard", &to("discard"), "Discard the draft", Vec::new())
        .note("What it said stays in the log. The policy in force does not change.")
        .dangerous();
    vec![share, Action::new("Discard", discard)]
}
