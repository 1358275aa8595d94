//! Showing a page of the kingdom's settings, plainly or with a form that came back.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::{PATH, describe, discipline, disciplines, regions, rulebook, switches};
use crate::commands::bus::KingdomState;
use crate::domain::date::CivilDate;
use crate::domain::id::{Slug, StreamId};
use crate::events::evolve::Catalogue;
use crate::web::desk::forms::{Back, Forms};
use crate::web::error::AppError;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::templates::Templates;
use crate::web::views::{
    Action, Badge, CommandForm, Conflict, Field, FieldGroup, Flash, KingdomFrame, NavItem, Page, Tone,
};

/// The pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Screen {
    /// The kingdom itself.
    Kingdom,
    /// All disciplines.
    Disciplines,
    /// One of them.
    Discipline(Slug),
    /// Regions.
    Regions,
    /// The rulebook; its form filled with the rules of that version, or with those in force.
    Rulebook(Option<u32>),
    /// Switches.
    Switches,
}

/// What a page shows beside what holds.
#[derive(Default)]
pub struct Shown {
    /// The form that came back.
    pub back: Option<Back>,
    /// What somebody else saved meanwhile (P5).
    pub conflicts: Vec<Conflict>,
    /// Whether the form that came back is about what holds now, and no more what it was opened at.
    pub newest: bool,
    /// What just happened.
    pub said: Option<Flash>,
}

/// Makes one page.
pub struct Desk<'a> {
    /// The site.
    pub state: &'a AppState,
    /// Who looks.
    pub officer: &'a CurrentOfficer,
    /// What the kingdom has decided.
    pub kingdom: Arc<KingdomState>,
    /// Today.
    pub today: CivilDate,
    shown: &'a Shown,
}

/// The pages in the navigation: address and name.
const SECTIONS: [(&str, &str); 5] = [
    (PATH, "The kingdom"),
    ("/desk/kingdom/disciplines", "Disciplines"),
    ("/desk/kingdom/regions", "Regions"),
    ("/desk/kingdom/rulebook", "Rulebook"),
    ("/desk/kingdom/switches", "Switches"),
];

impl Screen {
    /// The page's address.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Kingdom => PATH.to_owned(),
            Self::Disciplines => "/desk/kingdom/disciplines".to_owned(),
            Self::Discipline(slug) => format!("/desk/kingdom/disciplines/{slug}"),
            Self::Regions => "/desk/kingdom/regions".to_owned(),
            Self::Rulebook(_) => "/desk/kingdom/rulebook".to_owned(),
            Self::Switches => "/desk/kingdom/switches".to_owned(),
        }
    }

    /// Whether there is such a page.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for a discipline that nobody founded.
    pub fn exists(&self, catalogue: &Catalogue) -> Result<(), AppError> {
        match self {
            Self::Discipline(slug) if !catalogue.disciplines.contains_key(slug) => Err(AppError::NotFound),
            _ => Ok(()),
        }
    }
}

/// Shows a page.
///
/// # Errors
/// [`AppError::NotFound`], and whatever goes wrong in reading.
pub async fn page(
    state: &AppState,
    officer: &CurrentOfficer,
    screen: &Screen,
    shown: Shown,
    status: StatusCode,
) -> Result<Response, AppError> {
    let desk = Desk { state, officer, kingdom: state.kingdom(), today: state.today(), shown: &shown };
    screen.exists(&desk.kingdom.catalogue)?;
    let html = match screen {
        Screen::Kingdom => desk.render(screen, describe::view(&desk), Templates::desk_kingdom)?,
        Screen::Disciplines => desk.render(screen, disciplines::view(&desk), Templates::desk_kingdom_list)?,
        Screen::Discipline(slug) => {
            desk.render(screen, discipline::view(&desk, slug)?, Templates::desk_kingdom_list)?
        }
        Screen::Regions => desk.render(screen, regions::view(&desk), Templates::desk_kingdom_list)?,
        Screen::Rulebook(from) => {
            desk.render(screen, rulebook::view(&desk, *from).await?, Templates::desk_rulebook)?
        }
        Screen::Switches => {
            desk.render(screen, switches::view(&desk).await?, Templates::desk_kingdom_list)?
        }
    };
    Ok((status, html).into_response())
}

impl Desk<'_> {
    fn render<T>(
        &self,
        screen: &Screen,
        view: T,
        template: fn(&Templates, &Page<T>) -> Result<String, handlebars::RenderError>,
    ) -> Result<axum::response::Html<String>, AppError> {
        let path = screen.path();
        let title =
            SECTIONS.iter().rev().find(|(href, _)| path.starts_with(href)).map_or("", |(_, name)| name);
        let site = &self.state.site().site;
        let page = Page::desk(site, &self.officer.chrome(), &path, title, view);
        self.state.render(&page.with_flash(self.shown.said.clone()), template)
    }

    /// What the kingdom has decided.
    pub fn catalogue(&self) -> &Catalogue {
        &self.kingdom.catalogue
    }

    /// The page's beginning.
    pub fn frame(&self, at: &Screen, heading: &str, lead: &str) -> KingdomFrame {
        let path = at.path();
        let here = SECTIONS.iter().rev().find(|(href, _)| path.starts_with(href)).map(|(href, _)| *href);
        let item = |(href, label): &(&str, &str)| NavItem {
            href: (*href).to_owned(),
            label: (*label).to_owned(),
            current: Some(*href) == here,
        };
        KingdomFrame {
            back: None,
            heading: heading.to_owned(),
            state: None,
            lead: lead.to_owned(),
            sections: SECTIONS.iter().map(item).collect(),
            conflicts: self.shown.conflicts.clone(),
        }
    }

    /// What was sent in that form, where it came back.
    pub fn back(&self, form: &str) -> Option<&Back> {
        self.shown.back.as_ref().filter(|back| back.form == form)
    }

    /// A form that adds something.
    pub fn adding(&self, id: &str, action: &str, submit: &str, fields: Vec<Field>) -> CommandForm {
        let bus = self.state.bus();
        let fresh = || bus.ids().uuid_at(bus.now()).to_string();
        Forms { fresh: &fresh, back: self.shown.back.as_ref() }.form(id, action, submit, fields)
    }

    /// A form that changes what a stream says: it carries the version that is
    /// shown, or, when it came back, the one that it was opened at.
    pub fn changing(
        &self,
        stream: StreamId,
        id: &str,
        action: &str,
        submit: &str,
        fields: Vec<Field>,
    ) -> CommandForm {
        let kept = self.back(id).filter(|_| !self.shown.newest).and_then(|back| back.sent.seen());
        let seen = kept.unwrap_or_else(|| self.catalogue().version_of(stream));
        self.adding(id, action, submit, fields).seen(seen.0)
    }
}

/// Takes the fields out of a form, group by group: legend, hint, how many.
pub fn grouped(form: &mut CommandForm, parts: &[(&str, Option<&str>, usize)]) -> Vec<FieldGroup> {
    let mut fields = std::mem::take(&mut form.fields).into_iter();
    let groups = parts.iter().map(|(legend, hint, count)| FieldGroup {
        legend: (*legend).to_owned(),
        hint: hint.map(ToOwned::to_owned),
        fields: fields.by_ref().take(*count).collect(),
    });
    groups.filter(|group| !group.fields.is_empty()).collect()
}

/// A form behind a word.
pub fn action(label: &str, form: CommandForm) -> Action {
    Action::new(label, form)
}

/// Whether something is in use or retired.
pub fn standing(retired: bool) -> Badge {
    if retired { Badge::new(Tone::Off, "Retired") } else { Badge::new(Tone::Good, "In use") }
}
