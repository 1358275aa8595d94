//! The list of disciplines, and adding one.

use super::act::{Asked, NotAsked};
use super::page::{Desk, Screen, action, standing};
use crate::commands::kingdom::{self, FoundDiscipline};
use crate::domain::id::Slug;
use crate::domain::text::{fold, slug_of};
use crate::events::evolve::{Catalogue, TypeState};
use crate::web::form::{Sent, capital};
use crate::web::views::{DeskKingdomListView, Field, Kind, SettingGroup, SettingLine, Width};

/// The page.
pub fn view(desk: &Desk<'_>) -> DeskKingdomListView {
    let screen = Screen::Disciplines;
    let mut all: Vec<_> = desk.catalogue().disciplines.iter().collect();
    all.sort_by_key(|(_, of)| (of.retired, fold(&of.name)));
    let lines = all.into_iter().map(|(slug, of)| {
        let authorizations = in_use(of.authorizations.values());
        let marshals = in_use(of.marshals.values());
        SettingLine {
            name: of.name.clone(),
            href: Some(Screen::Discipline(slug.clone()).path()),
            code: slug.to_string(),
            note: Some(format!(
                "{}, {}",
                count(authorizations, "authorization", "authorizations"),
                count(marshals, "marshal type", "marshal types")
            )),
            links: Vec::new(),
            state: standing(of.retired),
            actions: Vec::new(),
        }
    });
    let to = format!("{}/found", screen.path());
    let add = desk.adding("found", &to, "Add the discipline", named("Name", "", "Fencing"));
    let groups = vec![SettingGroup {
        anchor: "disciplines".to_owned(),
        heading: "Disciplines".to_owned(),
        hint: None,
        lines: lines.collect(),
        none: "There is no discipline yet. Add the first here, or bring them in with emol import disciplines FILE."
            .to_owned(),
        actions: vec![action("Add a discipline", add)],
    }];
    let lead = "The martial activities of the kingdom. One that is retired takes no new cards; nothing that is on file \
                goes away.";
    DeskKingdomListView { frame: desk.frame(&screen, "Disciplines", lead), actions: Vec::new(), groups }
}

fn in_use<'t>(types: impl Iterator<Item = &'t TypeState>) -> usize {
    types.filter(|of| !of.retired).count()
}

/// A number of things in words.
pub fn count(number: usize, one: &str, many: &str) -> String {
    match number {
        0 => format!("no {many}"),
        1 => format!("1 {one}"),
        other => format!("{other} {many}"),
    }
}

/// Founds a discipline.
///
/// # Errors
/// [`NotAsked`].
pub fn found(_: &Catalogue, _: &Screen, sent: &Sent) -> Result<Asked, NotAsked> {
    let (name, slug) = read_named(sent, "found", "discipline")?;
    let screen = Screen::Discipline(slug.clone());
    let taken = slug.clone();
    Ok(Asked {
        command: FoundDiscipline { slug, name }.into(),
        form: "found".to_owned(),
        done: "discipline-founded",
        to: screen.path(),
        overwrites: None,
        blame: Box::new(
            move |catalogue, _| {
                if catalogue.disciplines.contains_key(&taken) { "slug" } else { "name" }
            },
        ),
    })
}

/// The fields of something new with a name and a slug.
pub fn named(label: &str, name: &str, sample: &str) -> Vec<Field> {
    vec![
        name_field(label, name).hint(format!("Such as {sample}.")).width(Width::Half),
        Field::new(Kind::Text, "slug", "Name in addresses")
            .at_most(64)
            .autocomplete("off")
            .width(Width::Half)
            .hint("It never changes. Left empty, it follows from the name."),
    ]
}

/// A name's field.
pub fn name_field(label: &str, name: &str) -> Field {
    Field::new(Kind::Text, "name", label).required().at_most(100).autocomplete("off").value(name)
}

/// What the fields of something new say.
///
/// # Errors
/// [`NotAsked::Wrong`], by field.
pub fn read_named(sent: &Sent, form: &str, of: &str) -> Result<(String, Slug), NotAsked> {
    let mut errors = Vec::new();
    let name = sent.text("name").to_owned();
    errors.extend(name_fault(&name, of));
    let slug = match sent.filled("slug") {
        Some(text) => Slug::parse(text).map_err(|why| capital(&why.to_string())),
        None => slug_of(&name).ok_or_else(|| {
            "The name gives no address: write one, in lower-case letters, digits and single hyphens"
                .to_owned()
        }),
    };
    match slug {
        Ok(slug) if errors.is_empty() => Ok((name, slug)),
        slug => {
            // A name that is wrong gives no address either; one complaint is enough.
            let own = slug.err().filter(|_| errors.is_empty() || sent.filled("slug").is_some());
            errors.extend(own.map(|why| ("slug".to_owned(), why)));
            Err(NotAsked::Wrong(form.to_owned(), errors))
        }
    }
}

/// What is wrong with a name.
pub fn name_fault(name: &str, of: &str) -> Option<(String, String)> {
    let fault = kingdom::name(name, of).err()?;
    let text = match fault {
        crate::commands::Refusal::Rule { message, .. } => message,
        other => other.to_string(),
    };
    Some(("name".to_owned(), capital(&text)))
}
