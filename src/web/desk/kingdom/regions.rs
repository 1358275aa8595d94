//! The provinces and states that people may live in.

use super::act::{Asked, Held, NotAsked, blame};
use super::disciplines::name_field;
use super::page::{Desk, Screen, action, standing};
use crate::commands::Refusal;
use crate::commands::kingdom::{
    AddRegion, ChangeRegion, KingdomCommand, name as clean_name, postal_sample, region_code,
};
use crate::domain::id::{StreamId, StreamType};
use crate::domain::region::{RegionEntry, find_region};
use crate::events::evolve::Catalogue;
use crate::web::form::{Sent, capital};
use crate::web::views::{Action, DeskKingdomListView, Field, Kind, SettingGroup, SettingLine, Width};

/// The page.
pub fn view(desk: &Desk<'_>) -> DeskKingdomListView {
    let screen = Screen::Regions;
    let mut all: Vec<_> = desk.catalogue().regions.iter().collect();
    all.sort_by_key(|region| (!region.active, crate::domain::text::fold(&region.name)));
    let lines = all.into_iter().map(|region| SettingLine {
        name: region.name.clone(),
        href: None,
        code: region.code.clone(),
        note: Some(match region.postal_format.as_str() {
            "" => region.country.clone(),
            sample => format!("{}, {sample}", region.country),
        }),
        links: Vec::new(),
        state: standing(!region.active),
        actions: actions(desk, region),
    });
    let empty = RegionEntry {
        code: String::new(),
        name: String::new(),
        country: String::new(),
        postal_format: String::new(),
        active: true,
    };
    let code = Field::new(Kind::Text, "code", "Code")
        .required()
        .at_most(2)
        .autocomplete("off")
        .width(Width::Short)
        .hint("Two letters, such as ON. It never changes.");
    let mut asked = vec![code];
    asked.extend(fields(&empty));
    let add = desk.adding("add-region", &format!("{}/add", screen.path()), "Add the region", asked);
    let groups = vec![SettingGroup {
        anchor: "regions".to_owned(),
        heading: "Regions".to_owned(),
        hint: None,
        lines: lines.collect(),
        none: "There is no region yet, so nobody can be registered. Add the first here, or bring them in with emol \
               import regions FILE."
            .to_owned(),
        actions: vec![action("Add a region", add)],
    }];
    let lead =
        "Where people may live. One that is retired takes no new entries; who lives there stays on file.";
    DeskKingdomListView { frame: desk.frame(&screen, "Regions", lead), actions: Vec::new(), groups }
}

fn fields(region: &RegionEntry) -> Vec<Field> {
    let text = |name, label, value: &str| {
        Field::new(Kind::Text, name, label).autocomplete("off").width(Width::Half).value(value)
    };
    vec![
        name_field("Name", &region.name).width(Width::Half),
        text("country", "Country", &region.country)
            .required()
            .at_most(100)
            .hint("Canada or United States: it decides how postal codes are checked."),
        text("postal_format", "How postal codes look", &region.postal_format)
            .at_most(20)
            .hint("Such as A1A 1A1."),
    ]
}

fn actions(desk: &Desk<'_>, region: &RegionEntry) -> Vec<Action> {
    let (path, stream) = (Screen::Regions.path(), StreamId::only(StreamType::Regions));
    let id = region.code.to_ascii_lowercase();
    let form = |verb: &str, submit: &str, fields| {
        let (form, to) = (format!("{id}--{verb}"), format!("{path}/{verb}"));
        desk.changing(stream, &form, &to, submit, fields).with_hidden("code", region.code.as_str())
    };
    let change = action("Change", form("change", "Save", fields(region)));
    let other = if region.active {
        let note = "Nobody can be registered there any more, or move there. Who lives there stays on file.";
        action("Retire", form("retire", "Retire it", Vec::new()).note(note).dangerous())
    } else {
        let note = "People can be registered there again.";
        action("Reopen", form("reopen", "Reopen it", Vec::new()).note(note))
    };
    vec![change, other]
}

/// Adds a region.
///
/// # Errors
/// [`NotAsked`].
pub fn add(_: &Catalogue, _: &Screen, sent: &Sent) -> Result<Asked, NotAsked> {
    let entry = read(sent, "add-region", sent.text("code"), true)?;
    Ok(asked(AddRegion(entry).into(), "add-region", "region-added", None, "code"))
}

/// Changes a region's names.
///
/// # Errors
/// [`NotAsked`].
pub fn change(catalogue: &Catalogue, _: &Screen, sent: &Sent) -> Result<Asked, NotAsked> {
    let known = known(catalogue, sent)?;
    let form = format!("{}--change", known.code.to_ascii_lowercase());
    let entry = read(sent, &form, &known.code, known.active)?;
    let code = known.code.clone();
    let held = move |catalogue: &Catalogue| {
        find_region(&catalogue.regions, &code).map_or_else(Vec::new, |region| {
            vec![
                Held::of("name", "Name", region.name.clone()),
                Held::of("country", "Country", region.country.clone()),
                Held::of("postal_format", "How postal codes look", region.postal_format.clone()),
                standing_of(region),
            ]
        })
    };
    Ok(asked(ChangeRegion(entry).into(), &form, "region-changed", Some(Box::new(held)), "name"))
}

/// Closes a region for new entries.
///
/// # Errors
/// [`NotAsked`].
pub fn retire(catalogue: &Catalogue, _: &Screen, sent: &Sent) -> Result<Asked, NotAsked> {
    turn(catalogue, sent, "retire", false)
}

/// Opens a region again.
///
/// # Errors
/// [`NotAsked`].
pub fn reopen(catalogue: &Catalogue, _: &Screen, sent: &Sent) -> Result<Asked, NotAsked> {
    turn(catalogue, sent, "reopen", true)
}

/// Everything else of the region stays as it is; where that is no more what was
/// seen, the officer looks again.
fn turn(catalogue: &Catalogue, sent: &Sent, verb: &str, active: bool) -> Result<Asked, NotAsked> {
    let known = known(catalogue, sent)?;
    let form = format!("{}--{verb}", known.code.to_ascii_lowercase());
    let code = known.code.clone();
    let held = move |catalogue: &Catalogue| {
        find_region(&catalogue.regions, &code).map_or_else(Vec::new, |region| {
            vec![
                Held::beside("Name", region.name.clone()),
                Held::beside("Country", region.country.clone()),
                Held::beside("How postal codes look", region.postal_format.clone()),
                standing_of(region),
            ]
        })
    };
    let command = ChangeRegion(RegionEntry { active, ..known.clone() }).into();
    Ok(asked(command, &form, "region-changed", Some(Box::new(held)), ""))
}

fn standing_of(region: &RegionEntry) -> Held {
    Held::beside("Standing", if region.active { "in use" } else { "retired" })
}

fn asked(
    command: KingdomCommand,
    form: &str,
    done: &'static str,
    overwrites: Option<super::act::Overwrites>,
    field: &'static str,
) -> Asked {
    Asked {
        command,
        form: form.to_owned(),
        done,
        to: Screen::Regions.path(),
        overwrites,
        blame: blame(field),
    }
}

/// The region that a form is about, which the page put there itself.
fn known<'c>(catalogue: &'c Catalogue, sent: &Sent) -> Result<&'c RegionEntry, NotAsked> {
    find_region(&catalogue.regions, sent.text("code")).ok_or(NotAsked::NotOurs)
}

/// What was typed; everything that is wrong at once (P3).
fn read(sent: &Sent, form: &str, code: &str, active: bool) -> Result<RegionEntry, NotAsked> {
    let text = |name: &str| sent.text(name).to_owned();
    let judged = [
        ("code", region_code(code).err()),
        ("name", clean_name(sent.text("name"), "region").err()),
        ("country", clean_name(sent.text("country"), "country").err()),
        ("postal_format", postal_sample(sent.text("postal_format")).err()),
    ];
    let errors: Vec<_> = judged
        .into_iter()
        .filter_map(|(field, refusal)| Some((field.to_owned(), message(refusal?))))
        .collect();
    if !errors.is_empty() {
        return Err(NotAsked::Wrong(form.to_owned(), errors));
    }
    Ok(RegionEntry {
        code: code.to_owned(),
        name: text("name"),
        country: text("country"),
        postal_format: text("postal_format"),
        active,
    })
}

fn message(refusal: Refusal) -> String {
    match refusal {
        Refusal::Rule { message, .. } => capital(&message),
        other => capital(&other.to_string()),
    }
}
