//! The switches: off, on for everyone, or on for listed people.

use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::response::Response;

use super::act::{self, Asked, Held, NotAsked, blame};
use super::page::{Desk, Screen, action};
use crate::commands::kingdom::SetSwitch;
use crate::domain::card_id::CardId;
use crate::domain::id::{CombatantId, Slug, StreamId, StreamType};
use crate::domain::kingdom::{SWITCHES, SwitchMode};
use crate::domain::permission::Permission;
use crate::events::evolve::{Catalogue, Standing};
use crate::web::desk::record::display_name;
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::views::{Badge, DeskKingdomListView, Field, Kind, Link, SettingGroup, SettingLine, Tone};

/// Most people that a switch is on for, one by one.
const MOST: usize = 500;

/// The page. Names of listed people are shown to whoever may read records, and
/// that is a reading (V7).
///
/// # Errors
/// [`AppError`] when records cannot be read.
pub async fn view(desk: &Desk<'_>) -> Result<DeskKingdomListView, AppError> {
    let screen = Screen::Switches;
    let reads = desk.officer.may(Permission::ReadCombatantInfo, None);
    let mut lines = Vec::new();
    for (slug, name, text) in all(desk.catalogue()) {
        let (mode, listed) = now(desk.catalogue(), &slug);
        let mut links = Vec::new();
        if reads && !listed.is_empty() {
            reading::of_list(desk.state, desk.officer, "desk-switches", slug.to_string(), listed.len())
                .await?;
            for id in &listed {
                let record = desk.state.bus().record(*id).await?;
                links.push(Link::new(format!("/desk/people/{id}"), display_name(&record)));
            }
        }
        let mut fields = vec![
            Field::new(Kind::Radios, "mode", "It is")
                .required()
                .choices([
                    ("off", "Off"),
                    ("everyone", "On for everyone"),
                    ("listed", "On for listed people"),
                ])
                .value(mode.as_str()),
        ];
        if reads {
            let typed: Vec<String> = listed.iter().map(|id| format!("/desk/people/{id}")).collect();
            fields.push(
                Field::new(Kind::Textarea, "people", "Listed people")
                    .hint("One a line: the address of a person’s record or card page. Counts only where it is on for listed people.")
                    .value(typed.join("\n")),
            );
        }
        let stream = StreamId::only(StreamType::Switches);
        let id = format!("{slug}--switch");
        let mut form =
            desk.changing(stream, &id, &screen.path(), "Set it", fields).with_hidden("switch", slug.as_str());
        if !reads {
            form = form.note(
                "Choosing whom it is on for needs read_combatant_info; until then the list stays as it is.",
            );
        }
        let count = super::disciplines::count(listed.len(), "person is listed", "people are listed");
        lines.push(SettingLine {
            name: name.to_owned(),
            href: None,
            code: slug.to_string(),
            note: Some(if mode == SwitchMode::Listed {
                format!("{text} {}.", crate::web::form::capital(&count))
            } else {
                text.to_owned()
            }),
            links,
            state: match mode {
                SwitchMode::Off => Badge::new(Tone::Off, "Off"),
                SwitchMode::Everyone => Badge::new(Tone::Good, "On for everyone"),
                SwitchMode::Listed => Badge::new(Tone::Info, "On for listed people"),
            },
            actions: vec![action("Set", form)],
        });
    }
    let groups = vec![SettingGroup {
        anchor: "switches".to_owned(),
        heading: "Switches".to_owned(),
        hint: None,
        lines,
        none: String::new(),
        actions: Vec::new(),
    }];
    let lead = "What a kingdom may turn on when it is ready: for everyone, or first for a few.";
    Ok(DeskKingdomListView { frame: desk.frame(&screen, "Switches", lead), actions: Vec::new(), groups })
}

/// The switches that the program knows, and any other that was ever set.
fn all(catalogue: &Catalogue) -> Vec<(Slug, &str, &str)> {
    let known =
        SWITCHES.iter().filter_map(|(slug, name, text)| Some((Slug::parse(slug).ok()?, *name, *text)));
    let mut all: Vec<_> = known.collect();
    for slug in catalogue.switches.keys() {
        if !all.iter().any(|(known, ..)| known == slug) {
            all.push((slug.clone(), slug.as_str(), "This release does not know it."));
        }
    }
    all
}

fn now(catalogue: &Catalogue, slug: &Slug) -> (SwitchMode, Vec<CombatantId>) {
    catalogue.switches.get(slug).cloned().unwrap_or_default()
}

/// Sets a switch.
///
/// # Errors
/// [`AppError`].
pub async fn set(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    officer.require(Permission::ManageKingdom, None)?;
    let sent = Sent::read(&body)?;
    let asked = read(&state, &officer, &sent).await?;
    act::act(&state, &officer, uri.path(), &Screen::Switches, sent, asked).await
}

async fn read(
    state: &AppState,
    officer: &CurrentOfficer,
    sent: &Sent,
) -> Result<Result<Asked, NotAsked>, AppError> {
    let kingdom = state.kingdom();
    let catalogue = &kingdom.catalogue;
    let switch = Slug::parse(sent.text("switch")).ok();
    let switch = switch.filter(|slug| all(catalogue).iter().any(|(known, ..)| known == slug));
    let (Some(switch), Some(mode)) = (switch, SwitchMode::parse(sent.text("mode"))) else {
        return Ok(Err(NotAsked::NotOurs));
    };
    let form = format!("{switch}--switch");
    let reads = officer.may(Permission::ReadCombatantInfo, None);
    let listed = match mode {
        SwitchMode::Listed if reads => people(state, sent.text("people")).await?,
        SwitchMode::Listed => Ok(now(catalogue, &switch).1),
        _ => Ok(Vec::new()),
    };
    let listed = match listed {
        Ok(listed) => listed,
        Err(why) => return Ok(Err(NotAsked::Wrong(form, vec![("people".to_owned(), why)]))),
    };
    let of = switch.clone();
    let overwrites = move |catalogue: &Catalogue| {
        let (mode, listed) = now(catalogue, &of);
        let people: Vec<String> = listed.iter().map(|id| format!("/desk/people/{id}")).collect();
        let count = super::disciplines::count(listed.len(), "person", "people");
        vec![
            Held::of("mode", "It is", mode.as_str()),
            if reads {
                Held::of("people", "Listed people", people.join("\n"))
            } else {
                Held::beside("Listed people", count)
            },
        ]
    };
    Ok(Ok(Asked {
        command: SetSwitch { switch, mode, listed }.into(),
        form,
        done: "switch-set",
        to: Screen::Switches.path(),
        overwrites: Some(Box::new(overwrites)),
        blame: blame(""),
    }))
}

/// The people that were typed, each once; or what is wrong, naming the line and not the person.
async fn people(state: &AppState, text: &str) -> Result<Result<Vec<CombatantId>, String>, AppError> {
    let mut people = Vec::new();
    let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    for (number, line) in lines.filter(|(_, line)| !line.is_empty()) {
        if people.len() == MOST {
            return Ok(Err(format!("At most {MOST} people can be listed; turn it on for everyone instead")));
        }
        let last = line.split(['?', '#']).next().unwrap_or(line).trim_end_matches('/');
        let last = last.rsplit('/').next().unwrap_or(last);
        let found = match CombatantId::parse(last) {
            Ok(id) => {
                let record = state.bus().record(id).await?;
                (record.standing == Standing::Active).then_some(id)
            }
            Err(_) => match CardId::parse(last) {
                Ok(card_id) => {
                    let card = state.services.cards.find(&card_id, None).await;
                    card.map_err(|error| AppError::Internal(error.to_string()))?.map(|card| card.id)
                }
                Err(_) => None,
            },
        };
        match found {
            Some(id) if people.contains(&id) => {}
            Some(id) => people.push(id),
            None => {
                let wrong =
                    format!("Line {number} is not the address of a record or card page of somebody on file");
                return Ok(Err(wrong));
            }
        }
    }
    Ok(if people.is_empty() {
        Err("List at least one person, or turn it off".to_owned())
    } else {
        Ok(people)
    })
}
