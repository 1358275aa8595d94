//! One discipline: its name, its authorizations, its marshal types.

use super::act::{Asked, Blame, Held, NotAsked, blame};
use super::disciplines::{name_fault, name_field, named, read_named};
use super::page::{Desk, Screen, action, standing};
use crate::commands::kingdom::{
    AddAuthorizationType, AddMarshalType, ChangeAuthorizationType, KingdomCommand, RenameDiscipline,
    RenameMarshalType, ResumeAuthorizationType, ResumeDiscipline, ResumeMarshalType, RetireAuthorizationType,
    RetireDiscipline, RetireMarshalType,
};
use crate::domain::id::{Slug, StreamId};
use crate::domain::text::fold;
use crate::events::evolve::{Catalogue, DisciplineState, TypeState};
use crate::projections::desk::Query;
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::views::{Action, DeskKingdomListView, Field, Kind, Link, SettingGroup, SettingLine, Width};

/// Authorizations or marshal types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Types {
    Authorizations,
    Marshals,
}

impl Types {
    /// The word in the ids of forms and in addresses.
    const fn word(self) -> &'static str {
        match self {
            Self::Authorizations => "authorization",
            Self::Marshals => "marshal",
        }
    }

    const fn of(self, state: &DisciplineState) -> &std::collections::BTreeMap<Slug, TypeState> {
        match self {
            Self::Authorizations => &state.authorizations,
            Self::Marshals => &state.marshals,
        }
    }
}

/// The page.
///
/// # Errors
/// [`AppError::NotFound`].
pub fn view(desk: &Desk<'_>, slug: &Slug) -> Result<DeskKingdomListView, AppError> {
    let state = desk.catalogue().disciplines.get(slug).ok_or(AppError::NotFound)?;
    let screen = Screen::Discipline(slug.clone());
    let (path, stream) = (screen.path(), StreamId::discipline(slug));
    let lead = format!("Its name in addresses is {slug} and never changes.");
    let mut frame = desk.frame(&screen, &state.name, &lead);
    frame.back = Some(Link::new(Screen::Disciplines.path(), "Disciplines"));
    frame.state = Some(standing(state.retired));
    let rename = vec![name_field("Name", &state.name)];
    let mut actions = vec![action(
        "Rename",
        desk.changing(stream, "rename", &format!("{path}/rename"), "Rename it", rename),
    )];
    if state.retired {
        let to = format!("{path}/resume");
        let form = desk.changing(stream, "resume", &to, "Take it up again", Vec::new());
        actions.push(action("Take up again", form.note("Cards are issued and renewed in it as before.")));
    } else {
        let form = desk.changing(stream, "retire", &format!("{path}/retire"), "Retire it", Vec::new());
        let note = format!(
            "{} Their cards stay and run as they are, but nothing new can be entered in {} until it is taken up again.",
            holders(desk, slug),
            state.name
        );
        actions.push(action("Retire", form.note(note).dangerous()));
    }
    let groups =
        vec![types(desk, slug, state, Types::Authorizations), types(desk, slug, state, Types::Marshals)];
    Ok(DeskKingdomListView { frame, actions, groups })
}

/// How many people have a card there: a number, and nobody's record.
fn holders(desk: &Desk<'_>, slug: &Slug) -> String {
    let asked = Query { discipline: Some(slug.clone()), ..Query::default() };
    let rules = desk.catalogue().in_force_on(desk.today);
    let people = desk.state.services.indexes.desk().count(&asked, desk.today, &rules);
    match people {
        0 => "Nobody is on file in it.".to_owned(),
        1 => "1 person is on file in it.".to_owned(),
        many => format!("{many} people are on file in it."),
    }
}

fn types(desk: &Desk<'_>, slug: &Slug, state: &DisciplineState, kind: Types) -> SettingGroup {
    let path = Screen::Discipline(slug.clone()).path();
    let word = kind.word();
    let mut all: Vec<_> = kind.of(state).iter().collect();
    all.sort_by_key(|(_, of)| (of.retired, !of.primary, fold(&of.name)));
    let lines = all.into_iter().map(|(key, of)| SettingLine {
        name: of.name.clone(),
        href: None,
        code: key.to_string(),
        note: of.primary.then(|| "primary".to_owned()),
        links: Vec::new(),
        state: standing(of.retired),
        actions: match (of.retired, state.retired) {
            (true, true) => Vec::new(),
            (true, false) => vec![resumed(desk, slug, key, kind)],
            (false, _) => changes(desk, slug, key, of, kind),
        },
    });
    let id = format!("add-{word}");
    let to = format!("{path}/{id}");
    let (heading, label, submit, none, sample) = match kind {
        Types::Authorizations => (
            "Authorizations",
            "Add an authorization",
            "Add the authorization",
            "None yet: nobody can be authorized.",
            "Heavy Rapier",
        ),
        Types::Marshals => (
            "Marshal types",
            "Add a marshal type",
            "Add the marshal type",
            "None yet: nobody can be warranted.",
            "Rapier Marshal",
        ),
    };
    let mut fields = named("Name", "", sample);
    if kind == Types::Authorizations {
        fields.push(primary(false));
    }
    let add = action(label, desk.adding(&id, &to, submit, fields));
    SettingGroup {
        anchor: format!("{word}s"),
        heading: heading.to_owned(),
        hint: (kind == Types::Authorizations)
            .then(|| "Primary ones stand first on cards; then all follow the alphabet.".to_owned()),
        lines: lines.collect(),
        none: none.to_owned(),
        actions: if state.retired { Vec::new() } else { vec![add] },
    }
}

fn primary(now: bool) -> Field {
    Field::new(Kind::Check, "primary", "Primary: stands first on cards").ticked(now)
}

fn changes(desk: &Desk<'_>, slug: &Slug, key: &Slug, of: &TypeState, kind: Types) -> Vec<Action> {
    let (path, stream, word) =
        (Screen::Discipline(slug.clone()).path(), StreamId::discipline(slug), kind.word());
    let mut fields = vec![name_field("Name", &of.name).width(Width::Half)];
    let (verb, label) = match kind {
        Types::Authorizations => {
            fields.push(primary(of.primary).width(Width::Half));
            ("change-authorization", "Change")
        }
        Types::Marshals => ("rename-marshal", "Rename"),
    };
    let change = desk
        .changing(stream, &format!("{key}--{word}"), &format!("{path}/{verb}"), "Save", fields)
        .with_hidden("type", key.as_str());
    let retire = desk
        .changing(
            stream,
            &format!("{key}--retire-{word}"),
            &format!("{path}/retire-{word}"),
            "Retire it",
            Vec::new(),
        )
        .with_hidden("type", key.as_str())
        .note(match kind {
            Types::Authorizations => {
                "Who holds it keeps it, and cards go on showing it to them; it is granted no more until it is taken up again."
            }
            Types::Marshals => "Warrants that run go on; none are granted until it is taken up again.",
        })
        .dangerous();
    vec![action(label, change), action("Retire", retire)]
}

/// Takes a retired type up again.
fn resumed(desk: &Desk<'_>, slug: &Slug, key: &Slug, kind: Types) -> Action {
    let (path, stream, word) =
        (Screen::Discipline(slug.clone()).path(), StreamId::discipline(slug), kind.word());
    let (id, to) = (format!("{key}--resume-{word}"), format!("{path}/resume-{word}"));
    let form = desk.changing(stream, &id, &to, "Take it up again", Vec::new());
    action("Take up again", form.with_hidden("type", key.as_str()).note("It is granted as before."))
}

/// Gives the discipline another name.
///
/// # Errors
/// [`NotAsked`].
pub fn rename(_: &Catalogue, screen: &Screen, sent: &Sent) -> Result<Asked, NotAsked> {
    let slug = discipline(screen)?;
    let name = read_name(sent, "rename", "discipline")?;
    let of = slug.clone();
    let held = move |catalogue: &Catalogue| {
        let name = catalogue.disciplines.get(&of).map(|state| state.name.clone());
        vec![Held::of("name", "Name", name.unwrap_or_default())]
    };
    let command = RenameDiscipline { discipline: slug, name }.into();
    Ok(changed(command, screen, "rename", "discipline-renamed", "", Some(Box::new(held)), blame("name")))
}

/// Retires the discipline.
///
/// # Errors
/// [`NotAsked`].
pub fn retire(_: &Catalogue, screen: &Screen, _: &Sent) -> Result<Asked, NotAsked> {
    let discipline = discipline(screen)?;
    let held = Some(called(&discipline));
    let command = RetireDiscipline { discipline }.into();
    Ok(changed(command, screen, "retire", "discipline-retired", "", held, blame("")))
}

/// Takes the retired discipline up again.
///
/// # Errors
/// [`NotAsked`].
pub fn resume(_: &Catalogue, screen: &Screen, _: &Sent) -> Result<Asked, NotAsked> {
    let discipline = discipline(screen)?;
    let held = Some(called(&discipline));
    let command = ResumeDiscipline { discipline }.into();
    Ok(changed(command, screen, "resume", "discipline-resumed", "", held, blame("")))
}

/// Adds an authorization.
///
/// # Errors
/// [`NotAsked`].
pub fn add_authorization(_: &Catalogue, screen: &Screen, sent: &Sent) -> Result<Asked, NotAsked> {
    let discipline = discipline(screen)?;
    let (name, slug) = read_named(sent, "add-authorization", "authorization")?;
    let primary = ticked(sent)?;
    let blame = taken(&discipline, &slug, Types::Authorizations);
    let command = AddAuthorizationType { discipline, slug, name, primary }.into();
    Ok(changed(command, screen, "add-authorization", "type-added", "#authorizations", None, blame))
}

/// Renames an authorization, or makes it primary or not.
///
/// # Errors
/// [`NotAsked`].
pub fn change_authorization(_: &Catalogue, screen: &Screen, sent: &Sent) -> Result<Asked, NotAsked> {
    let (discipline, slug) = (discipline(screen)?, kind(sent)?);
    let form = format!("{slug}--authorization");
    let name = read_name(sent, &form, "authorization")?;
    let primary = ticked(sent)?;
    let overwrites = Some(held(&discipline, &slug, Types::Authorizations, true));
    let command = ChangeAuthorizationType { discipline, slug, name, primary }.into();
    Ok(changed(command, screen, &form, "type-changed", "#authorizations", overwrites, blame("name")))
}

/// Retires an authorization.
///
/// # Errors
/// [`NotAsked`].
pub fn retire_authorization(_: &Catalogue, screen: &Screen, sent: &Sent) -> Result<Asked, NotAsked> {
    let (discipline, slug) = (discipline(screen)?, kind(sent)?);
    let form = format!("{slug}--retire-authorization");
    let overwrites = Some(held(&discipline, &slug, Types::Authorizations, false));
    let command = RetireAuthorizationType { discipline, slug }.into();
    Ok(changed(command, screen, &form, "type-retired", "#authorizations", overwrites, blame("")))
}

/// Takes a retired authorization up again.
///
/// # Errors
/// [`NotAsked`].
pub fn resume_authorization(_: &Catalogue, screen: &Screen, sent: &Sent) -> Result<Asked, NotAsked> {
    let (discipline, slug) = (discipline(screen)?, kind(sent)?);
    let form = format!("{slug}--resume-authorization");
    let overwrites = Some(held(&discipline, &slug, Types::Authorizations, false));
    let command = ResumeAuthorizationType { discipline, slug }.into();
    Ok(changed(command, screen, &form, "type-resumed", "#authorizations", overwrites, blame("")))
}

/// Adds a marshal type.
///
/// # Errors
/// [`NotAsked`].
pub fn add_marshal(_: &Catalogue, screen: &Screen, sent: &Sent) -> Result<Asked, NotAsked> {
    let discipline = discipline(screen)?;
    let (name, slug) = read_named(sent, "add-marshal", "marshal type")?;
    let blame = taken(&discipline, &slug, Types::Marshals);
    let command = AddMarshalType { discipline, slug, name }.into();
    Ok(changed(command, screen, "add-marshal", "marshal-added", "#marshals", None, blame))
}

/// Renames a marshal type.
///
/// # Errors
/// [`NotAsked`].
pub fn rename_marshal(_: &Catalogue, screen: &Screen, sent: &Sent) -> Result<Asked, NotAsked> {
    let (discipline, slug) = (discipline(screen)?, kind(sent)?);
    let form = format!("{slug}--marshal");
    let name = read_name(sent, &form, "marshal type")?;
    let overwrites = Some(held(&discipline, &slug, Types::Marshals, true));
    let command = RenameMarshalType { discipline, slug, name }.into();
    Ok(changed(command, screen, &form, "marshal-renamed", "#marshals", overwrites, blame("name")))
}

/// Retires a marshal type.
///
/// # Errors
/// [`NotAsked`].
pub fn retire_marshal(_: &Catalogue, screen: &Screen, sent: &Sent) -> Result<Asked, NotAsked> {
    let (discipline, slug) = (discipline(screen)?, kind(sent)?);
    let form = format!("{slug}--retire-marshal");
    let overwrites = Some(held(&discipline, &slug, Types::Marshals, false));
    let command = RetireMarshalType { discipline, slug }.into();
    Ok(changed(command, screen, &form, "marshal-retired", "#marshals", overwrites, blame("")))
}

/// Takes a retired marshal type up again.
///
/// # Errors
/// [`NotAsked`].
pub fn resume_marshal(_: &Catalogue, screen: &Screen, sent: &Sent) -> Result<Asked, NotAsked> {
    let (discipline, slug) = (discipline(screen)?, kind(sent)?);
    let form = format!("{slug}--resume-marshal");
    let overwrites = Some(held(&discipline, &slug, Types::Marshals, false));
    let command = ResumeMarshalType { discipline, slug }.into();
    Ok(changed(command, screen, &form, "marshal-resumed", "#marshals", overwrites, blame("")))
}

fn changed(
    command: KingdomCommand,
    screen: &Screen,
    form: &str,
    done: &'static str,
    anchor: &str,
    overwrites: Option<super::act::Overwrites>,
    blame: Blame,
) -> Asked {
    let to = format!("{}{anchor}", screen.path());
    Asked { command, form: form.to_owned(), done, to, overwrites, blame }
}

fn discipline(screen: &Screen) -> Result<Slug, NotAsked> {
    match screen {
        Screen::Discipline(slug) => Ok(slug.clone()),
        _ => Err(NotAsked::NotOurs),
    }
}

/// The type that a form is about, which the page put there itself.
fn kind(sent: &Sent) -> Result<Slug, NotAsked> {
    Slug::parse(sent.text("type")).map_err(|_| NotAsked::NotOurs)
}

fn ticked(sent: &Sent) -> Result<bool, NotAsked> {
    match sent.text("primary") {
        "" => Ok(false),
        "yes" => Ok(true),
        _ => Err(NotAsked::NotOurs),
    }
}

fn read_name(sent: &Sent, form: &str, of: &str) -> Result<String, NotAsked> {
    match name_fault(sent.text("name"), of) {
        None => Ok(sent.text("name").to_owned()),
        Some(fault) => Err(NotAsked::Wrong(form.to_owned(), vec![fault])),
    }
}

/// Of a slug that is taken and of a name that is taken, the first is to blame.
fn taken(discipline: &Slug, slug: &Slug, kind: Types) -> Blame {
    let (discipline, slug) = (discipline.clone(), slug.clone());
    Box::new(move |catalogue, _| {
        let state = catalogue.disciplines.get(&discipline);
        if state.is_some_and(|state| kind.of(state).contains_key(&slug)) { "slug" } else { "name" }
    })
}

/// What stands beside a form about the discipline as a whole: its name.
fn called(discipline: &Slug) -> super::act::Overwrites {
    let of = discipline.clone();
    Box::new(move |catalogue| {
        let name = catalogue.disciplines.get(&of).map(|state| state.name.clone());
        vec![Held::beside("Name", name.unwrap_or_default())]
    })
}

/// What a type's form would overwrite: in its fields, or merely beside them.
fn held(discipline: &Slug, slug: &Slug, kind: Types, fields: bool) -> super::act::Overwrites {
    let (discipline, slug) = (discipline.clone(), slug.clone());
    Box::new(move |catalogue| {
        let state = catalogue.disciplines.get(&discipline);
        let Some(of) = state.and_then(|state| kind.of(state).get(&slug)) else { return Vec::new() };
        let primary = if of.primary { "yes" } else { "" };
        let mut all = if fields {
            vec![Held::of("name", "Name", of.name.clone())]
        } else {
            vec![Held::beside("Name", of.name.clone())]
        };
        if kind == Types::Authorizations {
            all.push(if fields {
                Held::of("primary", "Primary", primary)
            } else {
                Held::beside("Primary", primary)
            });
        }
        all.push(Held::beside("Standing", if of.retired { "retired" } else { "in use" }));
        all
    })
}
