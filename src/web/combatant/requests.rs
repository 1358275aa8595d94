//! `/request-card`, `/update-info` and `/my-record`: what is answered by mail (L2).
//!
//! The answer never depends on whether the address is on file, and nothing is looked up before it
//! is given, so it takes the same time. Who shares a mailbox gets one mail that lists each person;
//! whoever has not accepted the privacy policy gets the mail that asks for that instead (V1).

use axum::Router;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use uuid::Uuid;

use crate::commands::Command;
use crate::commands::bus::{BusError, Request, link_ends, link_params, people_params};
use crate::commands::combatant::assign_card_id::AssignCardId;
use crate::domain::actor::Actor;
use crate::domain::card_id::{CardId, CardIdForm};
use crate::domain::contact::Email;
use crate::domain::details::DetailField;
use crate::domain::id::{CombatantId, CommandId, CorrelationId};
use crate::domain::mail::{LinkPurpose, Mail};
use crate::domain::personal::Personal;
use crate::events::evolve::{Record, Standing};
use crate::store::{NewLink, OutboxRow};
use crate::web::error::AppError;
use crate::web::guard::ClientAddress;
use crate::web::pass::RequestId;
use crate::web::session::MaybeOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{CommandForm, Field, Kind, Link, MessageView, Page, RequestView, Tone};

/// Most people of one mailbox.
const MOST_PEOPLE: usize = 50;

/// What the forms send. The original's names are understood too.
#[derive(Debug, Deserialize)]
pub struct Asked {
    #[serde(default, alias = "request-card-email", alias = "update-info-email")]
    email: String,
}

type Template = fn(&Templates, &Page<RequestView>) -> Result<String, handlebars::RenderError>;

/// One of the three pages.
struct Wanted {
    path: &'static str,
    title: &'static str,
    template: Template,
    mail: Mail,
    link: Option<LinkPurpose>,
}

static WANTED: [Wanted; 3] = [
    Wanted {
        path: "/request-card",
        title: "Send me my card",
        template: Templates::request_card,
        mail: Mail::CardLink,
        link: None,
    },
    Wanted {
        path: "/update-info",
        title: "Update my details",
        template: Templates::update_info,
        mail: Mail::UpdateDetails,
        link: Some(LinkPurpose::UpdateDetails),
    },
    Wanted {
        path: "/my-record",
        title: "Show me my record",
        template: Templates::request_record,
        mail: Mail::MyRecord,
        link: Some(LinkPurpose::MyRecord),
    },
];

/// The three pages, each with its form.
pub fn routes() -> Router<AppState> {
    WANTED.iter().fold(Router::new(), |router, wanted| {
        let show = move |State(state): State<AppState>, officer: MaybeOfficer| async move {
            page(&state, &officer, wanted, None)
        };
        let ask = move |State(state): State<AppState>,
                        officer: MaybeOfficer,
                        from: ClientAddress,
                        id: RequestId,
                        Form(asked): Form<Asked>| async move {
            answer(&state, &officer, wanted, from, id, &asked.email)
        };
        router.route(wanted.path, get(show).post(ask))
    })
}

fn page(
    state: &AppState,
    officer: &MaybeOfficer,
    wanted: &Wanted,
    wrong: Option<(&str, String)>,
) -> Result<Html<String>, AppError> {
    let mut field =
        Field::new(Kind::Email, "email", "E-mail address").required().autocomplete("email").at_most(254);
    if let Some((typed, why)) = wrong {
        field = field.value(typed).error(Some(why));
    }
    // What is sent twice is mailed twice: the number is there because every form has one.
    let form =
        CommandForm::new("ask", wanted.path, "Mail me the link", super::link::fresh(state), vec![field]);
    let view = RequestView { form: Some(form), notice: None };
    let page = state.public_page(officer.audience(), wanted.path, wanted.title, view);
    state.render(&page, wanted.template)
}

fn answer(
    state: &AppState,
    officer: &MaybeOfficer,
    wanted: &'static Wanted,
    from: ClientAddress,
    id: RequestId,
    typed: &str,
) -> Result<Response, AppError> {
    let email = match Email::parse(typed) {
        Ok(email) => email,
        Err(why) => {
            let why = crate::web::form::capital(&why.to_string());
            let page = page(state, officer, wanted, Some((typed, why)))?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    // Who is on file is known to lists in memory: while they are read, nobody is found.
    state.lists()?;
    state.visitors.ask(from.counted, &email)?;
    later(state, wanted, email, id.correlation())?;
    let view = MessageView {
        tone: Tone::Good,
        heading: "Look in your mail".to_owned(),
        paragraphs: vec![
            "If the address is on file, a mail is on its way. It may take a few minutes; look among the unwanted \
             mail too."
                .to_owned(),
            "This answer is the same whether or not the address is on file.".to_owned(),
        ],
        button: None,
        next: vec![Link::new("/", "First page"), Link::new("/register", "Search the register")],
    };
    let page = state.public_page(officer.audience(), wanted.path, wanted.title, view);
    Ok(state.render(&page, Templates::message)?.into_response())
}

/// Looks the address up once the answer is given, one at a time.
fn later(
    state: &AppState,
    wanted: &'static Wanted,
    email: Email,
    correlation_id: CorrelationId,
) -> Result<(), AppError> {
    let place = state.visitors.waiting.clone().try_acquire_owned().map_err(|_| AppError::Busy)?;
    let state = state.clone();
    tokio::spawn(async move {
        let _place = place;
        let Ok(_turn) = state.visitors.turn.acquire().await else { return };
        if let Err(error) = look_up(&state, wanted, &email, correlation_id).await {
            tracing::warn!(%error, mail = wanted.mail.as_str(), "a mail that was asked for could not be put into the outbox");
        }
    });
    Ok(())
}

/// Who has that mailbox, by name: what the list in memory says, looked after in the log.
async fn people(
    state: &AppState,
    email: &Email,
) -> Result<Vec<(CombatantId, std::sync::Arc<Record>)>, BusError> {
    let key = email.key();
    let mut found = Vec::new();
    for entry in state.services.indexes.desk().with_line(&key).into_iter().take(MOST_PEOPLE) {
        let record = state.bus().record(entry.id).await?;
        let held = record.details.get(&DetailField::Email).and_then(Personal::text);
        let same = held.and_then(|held| Email::parse(held).ok()).is_some_and(|held| held.key() == key);
        if same && record.standing == Standing::Active {
            found.push((entry.id, record));
        }
    }
    Ok(found)
}

/// What is put into the outbox at once.
#[derive(Default)]
struct Post {
    links: Vec<NewLink>,
    mails: Vec<OutboxRow>,
}

async fn look_up(
    state: &AppState,
    wanted: &Wanted,
    email: &Email,
    correlation_id: CorrelationId,
) -> Result<(), BusError> {
    let (bus, day) = (state.bus(), state.today());
    let catalogue = state.kingdom().catalogue.clone();
    let rules = catalogue.rulebook_on(day).rules;
    let now = bus.now();
    let mut post = Post::default();
    let mut listed = Vec::new();
    let row = |mail: Mail, who: CombatantId, params: Vec<u8>| OutboxRow {
        id: bus.ids().uuid_at(now),
        template: mail.as_str(),
        subject: Some(who.0),
        params,
        due_at: now,
        correlation_id,
    };
    let link = |post: &mut Post, purpose: LinkPurpose, who: CombatantId| -> Uuid {
        let id = bus.ids().uuid_at(now);
        let expires_at = link_ends(purpose, &rules, now);
        post.links.push(NewLink { id, purpose, subject: who.0, expires_at });
        id
    };
    for (who, record) in people(state, email).await? {
        if catalogue.accepts(record.acceptance(), day) {
            if wanted.mail == Mail::CardLink {
                let has_long = record.card_ids.iter().any(|(_, form)| *form == CardIdForm::Long);
                if !has_long {
                    new_address(state, who, correlation_id).await?;
                }
                if catalogue.asks_pin(who) && !record.pin {
                    let id = link(&mut post, LinkPurpose::SetPin, who);
                    post.mails.push(row(Mail::SetPin, who, link_params(id)));
                }
            }
            let id = wanted.link.map(|purpose| link(&mut post, purpose, who));
            listed.push((who, id));
        } else if catalogue.policies.in_force_on(day).is_some() {
            let mail = if record.accepted() { Mail::PolicyChanged } else { Mail::Welcome };
            let id = link(&mut post, LinkPurpose::AcceptPolicy, who);
            post.mails.push(row(mail, who, link_params(id)));
        }
    }
    if let Some((first, _)) = listed.first() {
        post.mails.push(row(wanted.mail, *first, people_params(&listed)));
    }
    if !post.mails.is_empty() {
        state.services.store.post(&post.links, &post.mails, now).await?;
    }
    Ok(())
}

/// An address that cannot be guessed, for whoever has only an old one: that is what is mailed (P4).
async fn new_address(
    state: &AppState,
    who: CombatantId,
    correlation_id: CorrelationId,
) -> Result<(), BusError> {
    let bus = state.bus();
    let mut random = [0; 10];
    bus.ids().fill(&mut random);
    let command = AssignCardId { card_id: CardId::from_random(&random) }.into();
    let request = Request {
        command_id: CommandId(bus.ids().uuid_at(bus.now())),
        actor: Actor::Process("card-requests".to_owned()),
        correlation_id,
        body: Vec::new(),
        seen: None,
        command: Command::Combatant { combatant: who, command },
    };
    bus.execute(request).await.map(drop)
}
