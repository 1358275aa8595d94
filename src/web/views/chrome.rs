//! What every page has around its body.

use serde::Serialize;

use super::parts::{Link, Tone};

/// What is the same on every page of this kingdom's site: made once at start,
/// and again when the kingdom's settings change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Site {
    /// The kingdom's name: `Kingdom of Ealdormere`.
    pub kingdom: String,
    /// The program's version, for the footer.
    pub version: String,
    /// Address of the accent's stylesheet, with its hash: `/theme.css?v=…`.
    pub theme_href: String,
    /// What the badge shows, as SVG paths.
    pub charge: &'static [&'static str],
    /// The kingdom's own pages.
    pub website: Option<String>,
    /// Lines above everything, such as the demo's fixed day.
    pub banners: Vec<Banner>,
}

/// A line above everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Banner {
    /// One word: `DEMO`.
    pub word: String,
    /// The rest: `Invented people. Here it is always 9 November 2026.`
    pub text: String,
}

/// Who a page is made for, as far as a kept page may know: a class of
/// readers, never one reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Nobody has signed in.
    Public,
    /// Some officer has signed in.
    Officer,
}

/// A room that an officer may enter; shown in the navigation in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Room {
    /// `/desk`.
    Desk,
    /// `/desk/people`.
    People,
    /// `/desk/people/new`.
    RegisterPerson,
    /// `/desk/warrants`.
    Warrants,
    /// `/desk/forecast`.
    Forecast,
    /// `/desk/reports`.
    Reports,
    /// `/desk/outbox`.
    Outbox,
    /// `/desk/officers`.
    Officers,
    /// `/desk/kingdom`.
    Kingdom,
    /// `/desk/policies`.
    Policies,
    /// `/audit`.
    Audit,
    /// `/audit/as-of`.
    AsOf,
    /// `/audit/removals`.
    Removals,
}

impl Room {
    const fn link(self) -> (&'static str, &'static str) {
        match self {
            Self::Desk => ("/desk", "Desk"),
            Self::People => ("/desk/people", "People"),
            Self::RegisterPerson => ("/desk/people/new", "Register a person"),
            Self::Warrants => ("/desk/warrants", "Warrants"),
            Self::Forecast => ("/desk/forecast", "Forecast"),
            Self::Reports => ("/desk/reports", "Reports"),
            Self::Outbox => ("/desk/outbox", "Mail"),
            Self::Officers => ("/desk/officers", "Officers"),
            Self::Kingdom => ("/desk/kingdom", "Kingdom"),
            Self::Policies => ("/desk/policies", "Privacy policy"),
            Self::Audit => ("/audit", "The log"),
            Self::AsOf => ("/audit/as-of", "As it was"),
            Self::Removals => ("/audit/removals", "Removals"),
        }
    }
}

/// The signed-in officer, on pages that are never kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Officer {
    /// What to call them: `Minister of the Lists`.
    pub name: String,
    /// The rooms that their grants open.
    pub rooms: Vec<Room>,
}

impl Officer {
    /// What stands below the kingdom's name: who sees the past alone is not at the Minister's desk.
    fn sign(&self) -> &'static str {
        let past = |room: &Room| matches!(room, Room::Audit | Room::AsOf | Room::Removals);
        if !self.rooms.is_empty() && self.rooms.iter().all(past) {
            "Auditor’s desk"
        } else {
            "Minister of the Lists’ desk"
        }
    }
}

/// One entry of the navigation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NavItem {
    /// Where it leads.
    pub href: String,
    /// Its words.
    pub label: String,
    /// True on the page itself.
    pub current: bool,
}

/// What just happened, said once at the top of the next page: what changed
/// and the next step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Flash {
    /// Good when it worked.
    pub tone: Tone,
    /// `Card issued`.
    pub title: String,
    /// `Armoured Combat, good to 8 November 2028.`
    pub text: String,
    /// What one would do next.
    pub next: Option<Link>,
}

/// A page: the chrome and its body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Page<T> {
    /// What is the same everywhere.
    pub site: Site,
    /// The page's title, without the kingdom's name.
    pub title: String,
    /// Canonical path with query: what a person would share.
    pub path: String,
    /// True on officers' pages: another header, wider layout.
    pub desk: bool,
    /// What stands below the kingdom's name.
    pub sign: &'static str,
    /// The navigation.
    pub nav: Vec<NavItem>,
    /// The signed-in officer's name, on officers' pages only.
    pub officer: Option<String>,
    /// Whom a public page is made for.
    pub audience: Audience,
    /// What just happened, if anything.
    pub flash: Option<Flash>,
    /// What the page itself shows.
    pub body: T,
}

impl<T> Page<T> {
    /// A public page. It holds nothing about one reader, so that its bytes can be kept.
    #[must_use]
    pub fn public(site: &Site, audience: Audience, path: &str, title: &str, body: T) -> Self {
        let mut links =
            vec![("/register", "Register"), ("/marshals", "Marshals"), ("/request-card", "My card")];
        links.push(match audience {
            Audience::Public => ("/auth/login", "Officers"),
            Audience::Officer => ("/desk", "Desk"),
        });
        Self {
            site: site.clone(),
            title: title.to_owned(),
            path: path.to_owned(),
            desk: false,
            sign: "Register of combat authorizations",
            nav: nav(&links, path),
            officer: None,
            audience,
            flash: None,
            body,
        }
    }

    /// A page for one signed-in officer; never kept.
    #[must_use]
    pub fn desk(site: &Site, officer: &Officer, path: &str, title: &str, body: T) -> Self {
        let mut rooms = officer.rooms.clone();
        rooms.sort_unstable();
        rooms.dedup();
        let links: Vec<_> = rooms.into_iter().map(Room::link).collect();
        Self {
            site: site.clone(),
            title: title.to_owned(),
            path: path.to_owned(),
            desk: true,
            sign: officer.sign(),
            nav: nav(&links, path),
            officer: Some(officer.name.clone()),
            audience: Audience::Officer,
            flash: None,
            body,
        }
    }

    /// The page with a message about what just happened.
    #[must_use]
    pub fn with_flash(mut self, flash: Option<Flash>) -> Self {
        self.flash = flash;
        self
    }
}

/// The entry whose address is the longest that the path lies under is current.
fn nav(links: &[(&str, &str)], path: &str) -> Vec<NavItem> {
    let path = path.split('?').next().unwrap_or(path);
    let under =
        |href: &str| path == href || path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/'));
    let here = links.iter().map(|(href, _)| *href).filter(|href| under(href)).max_by_key(|href| href.len());
    links
        .iter()
        .map(|(href, label)| NavItem {
            href: (*href).to_owned(),
            label: (*label).to_owned(),
            current: Some(*href) == here,
        })
        .collect()
}
