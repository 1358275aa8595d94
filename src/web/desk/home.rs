//! `/desk`: what waits.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::flash::{self, Done};
use super::kingdom;
use super::list::{LAPSING_DAYS, PATH};
use crate::domain::permission::Permission;
use crate::projections::desk::{Filter, Query};
use crate::web::error::AppError;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::parts::thousands;
use crate::web::views::{Badge, DeskHomeView, Field, Kind, Link, Page, Tone, Waiting, href};

/// The piles: how each is filtered, its state, what it says.
const PILES: [(&str, Filter, Tone, &str, &str); 5] = [
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
        "have not answered about the privacy policy",
    ),
    ("old-link", Filter::OldLink, Tone::Off, "Old link", "still have only a card link that can be guessed"),
];

/// The first page of officers. It counts people and names nobody.
pub async fn show(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let today = state.today();
    let reads = officer.may(Permission::ReadCombatantInfo, None);
    let writes = officer.may(Permission::WriteCombatantInfo, None);
    let rules = officer.kingdom.catalogue.rulebook_on(today).rules;
    let index = state.services.indexes.desk();
    let count = |filters: Vec<Filter>| index.count(&Query { filters, ..Query::default() }, today, &rules);
    let mut view = DeskHomeView {
        today: today.into(),
        search: None,
        waiting: Vec::new(),
        counts: Vec::new(),
        notices: Vec::new(),
        begin: Vec::new(),
    };
    if reads {
        view.search = Some(
            Field::new(Kind::Search, "q", "Find a person")
                .hint("SCA or legal name, or a part of either; e-mail or member number."),
        );
        for (key, filter, tone, word, text) in PILES {
            let people = count(vec![filter]);
            view.waiting.push(Waiting {
                state: Badge::new(if people == 0 { Tone::Good } else { tone }, word),
                count: thousands(people),
                none: people == 0,
                text: text.to_owned(),
                href: href(PATH, &[("state", key)]),
            });
        }
        let people = thousands(index.len());
        view.counts.push(Link::new(PATH, format!("{people} people on file")));
        let marshals = thousands(count(vec![Filter::Warranted]));
        view.counts
            .push(Link::new(href(PATH, &[("state", "warranted")]), format!("{marshals} warranted marshals")));
        view.counts.push(Link::new(
            href(PATH, &[("state", "listed")]),
            format!("{} listed publicly", thousands(count(vec![Filter::Listed]))),
        ));
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
    if writes {
        view.begin.push(Link::new("/desk/people/new", "Register a person"));
        view.notices
            .push("No privacy policy is approved yet, so nobody can be invited to accept it.".to_owned());
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
