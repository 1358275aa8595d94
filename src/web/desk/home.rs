//! `/desk`: what waits, what was done today, and where to begin. It counts people and names nobody.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::flash::{self, Done};
use super::list::{LAPSING_DAYS, PATH};
use super::{kingdom, reports, today};
use crate::domain::mail::MailState;
use crate::domain::permission::Permission;
use crate::projections::desk::Filter;
use crate::web::error::AppError;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::parts::thousands;
use crate::web::views::{Badge, DeskHomeView, Field, Kind, Link, Page, Tone, Waiting, href};

/// The piles: how each is filtered, its state, what it says.
const PILES: [(&str, Filter, Tone, &str, &str); 7] = [
    (
        "corrections",
        Filter::Corrections,
        Tone::Warn,
        "Corrections asked",
        "asked for something on their record to be corrected",
    ),
    (
        "lapsing",
        Filter::Lapsing(LAPSING_DAYS),
        Tone::Warn,
        "Lapsing",
        "have a card or waiver that expires within 60 days",
    ),
    ("no-waiver", Filter::NoWaiver, Tone::Bad, "No good waiver", "have no waiver, or a lapsed one"),
    ("expired", Filter::Expired, Tone::Bad, "Expired", "have a card that expired"),
    (
        "not-accepted",
        Filter::NotAccepted,
        Tone::Info,
        "Not accepted",
        "have not accepted the privacy policy, or not one that is enough",
    ),
    (
        "age-unknown",
        Filter::AgeUnknown,
        Tone::Warn,
        "To mend",
        "have no date of birth on file, and count as neither adult nor minor",
    ),
    ("old-link", Filter::OldLink, Tone::Off, "Old link", "still have only a card link that can be guessed"),
];

/// The first page of officers. It counts people and names nobody.
pub async fn show(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let day = state.today();
    let reads = officer.may(Permission::ReadCombatantInfo, None);
    let writes = officer.may(Permission::WriteCombatantInfo, None);
    let mut view = DeskHomeView {
        today: day.into(),
        search: None,
        waiting: Vec::new(),
        counts: Vec::new(),
        notices: Vec::new(),
        begin: Vec::new(),
        done: today::look(&state, &officer).await,
    };
    if reads {
        waits(&state, &officer, &mut view);
        mails(&state, &mut view).await;
    }
    if writes {
        view.begin.push(Link::new("/desk/people/new", "Register a person"));
    }
    let policies = &officer.kingdom.catalogue.policies;
    let edits = officer.may(Permission::CanEditPrivacyPolicy, None);
    if writes || edits {
        view.notices.extend(super::policies::standing(policies, day, edits));
    }
    if edits {
        view.begin.push(Link::new(super::policies::PATH, "Write the privacy policy"));
    }
    if reads {
        view.begin.push(Link::new(reports::FORECAST, "See what lapses in the weeks to come"));
        view.begin.push(Link::new(reports::REPORTS, "Count cards, ages and renewals on any day"));
    }
    if officer.state()?.grants.allows_somewhere(Permission::WarrantRoster) {
        view.begin.push(Link::new(super::warrants::PATH, "The warrant roster"));
    }
    if officer.may(Permission::WriteOfficerInfo, None) {
        view.begin.push(Link::new(super::officers::PATH, "Look after officers and what they may do"));
        view.begin.push(Link::new(super::officers::NEW, "Invite an officer"));
    }
    if officer.may(Permission::ManageKingdom, None) {
        view.begin.push(Link::new(kingdom::PATH, "Kingdom settings"));
    }
    if officer.may(Permission::ReadHistory, None) {
        view.begin.push(Link::new("/audit", "Read the log"));
        view.begin.push(Link::new("/audit/as-of", "See the register as it was"));
    }
    view.begin.push(Link::new("/marshals", "The marshal list"));
    let done = Done::of(&headers);
    let said = done.as_ref().and_then(|done| done.flash(&officer.kingdom));
    let page = Page::desk(&state.site().site, &officer.chrome(), "/desk", "Desk", view).with_flash(said);
    let mut answer = state.render(&page, Templates::desk_home)?.into_response();
    if done.is_some() {
        answer.headers_mut().append(header::SET_COOKIE, flash::gone());
    }
    Ok(answer)
}

/// The search box and the piles, counted in one pass.
fn waits(state: &AppState, officer: &CurrentOfficer, view: &mut DeskHomeView) {
    let today = state.today();
    let in_force = officer.kingdom.catalogue.in_force_on(today);
    let index = state.services.indexes.desk();
    view.search = Some(
        Field::new(Kind::Search, "q", "Find a person")
            .hint("SCA or legal name, or a part of either; e-mail or member number."),
    );
    let piles = index.tally(PILES.map(|(_, filter, ..)| filter), today, &in_force);
    for ((key, _, tone, word, text), people) in PILES.into_iter().zip(piles) {
        view.waiting.push(Waiting {
            state: Badge::new(if people == 0 { Tone::Good } else { tone }, word),
            count: thousands(people),
            none: people == 0,
            text: text.to_owned(),
            href: href(PATH, &[("state", key)]),
        });
    }
    let [marshals, listed] =
        index.tally([Filter::Warranted, Filter::Listed], today, &in_force).map(thousands);
    view.counts.extend([
        Link::new(PATH, format!("{} people on file", thousands(index.len()))),
        Link::new(href(PATH, &[("state", "warranted")]), format!("{marshals} warranted marshals")),
        Link::new(href(PATH, &[("state", "listed")]), format!("{listed} agreed to be listed")),
    ]);
    if let Some(stop) = state.services.projections.states().iter().find_map(|at| at.stopped_by.clone()) {
        view.notices.push(format!(
            "What is listed is as it was before {}, which cannot be used. What you save is recorded all the same. Tell whoever runs this site; `emol doctor` says what to do.",
            stop.place()
        ));
    }
    if !state.services.indexes.ready() {
        view.notices.push("The lists are being read; the numbers here follow in a moment.".to_owned());
    }
}

/// Says how many mails wait to be handed over and how many could not be, where there are any (M3).
async fn mails(state: &AppState, view: &mut DeskHomeView) {
    let counts = match state.services.store.mail_counts().await {
        Ok(counts) => counts,
        Err(error) => {
            tracing::warn!(%error, "mails cannot be counted");
            return;
        }
    };
    let mut pile = |of: MailState, tone, word: &str, text: &str| {
        let count = counts.iter().find(|(state, _)| *state == of).map_or(0, |(_, count)| *count);
        if count > 0 {
            view.waiting.push(Waiting {
                state: Badge::new(tone, word),
                count: thousands(count),
                none: false,
                text: text.to_owned(),
                href: href(super::outbox::PATH, &[("state", of.as_str())]),
            });
        }
        count
    };
    pile(MailState::Waiting, Tone::Info, "Mail waits", "are to be handed over to the mail server");
    let dead = "could not be handed over: see why, and send again";
    match pile(MailState::Dead, Tone::Bad, "Mail not sent", dead) {
        0 => {}
        1 => view.notices.push("One mail could not be handed over and is not tried again.".to_owned()),
        many => view
            .notices
            .push(format!("{} mails could not be handed over and are not tried again.", thousands(many))),
    }
}
