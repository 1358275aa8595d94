//! The columns of the people's list: which there are, which are shown unless somebody chooses others, and what
//! each says of a person, on the page and in a file.

use crate::domain::date::CivilDate;
use crate::domain::policy::InForce;
use crate::domain::status::{WaiverState, is_valid};
use crate::events::evolve::Catalogue;
use crate::projections::desk::{Entry, Filter};
use crate::web::form::Sent;
use crate::web::views::{Badge, Cell, Day, Field, Kind, Tone, Width};
use crate::web::words;

/// A column beside the SCA name, which is always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shown {
    /// Real name.
    Legal,
    /// Home group.
    Branch,
    /// Province or state.
    Region,
    /// Every card with its state.
    Cards,
    /// The waiver's state.
    Waiver,
    /// Until when the membership runs.
    Membership,
    /// What else to know.
    Notes,
}

/// What a cell may know beside the person.
pub struct Cells<'a> {
    /// The disciplines' names.
    pub catalogue: &'a Catalogue,
    /// Today.
    pub today: CivilDate,
    /// Within how many days something is lapsing.
    pub within: u32,
    /// The rules and the privacy policy in force.
    pub in_force: &'a InForce,
}

/// A cell of a file: its column's name, and what it says.
pub type InFile = (&'static str, fn(&Entry, &Cells<'_>) -> String);

impl Shown {
    /// Every column, in the order of the page.
    pub const ALL: [Self; 7] =
        [Self::Legal, Self::Branch, Self::Region, Self::Cards, Self::Waiver, Self::Membership, Self::Notes];
    /// Those that are shown unless somebody chooses others.
    pub const USUAL: [Self; 5] = [Self::Legal, Self::Branch, Self::Cards, Self::Waiver, Self::Notes];

    /// In an address.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Legal => "legal",
            Self::Branch => "branch",
            Self::Region => "region",
            Self::Cards => "cards",
            Self::Waiver => "waiver",
            Self::Membership => "membership",
            Self::Notes => "notes",
        }
    }

    /// Its heading.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Legal => "Legal name",
            Self::Branch => "Branch",
            Self::Region => "Region",
            Self::Cards => "Cards",
            Self::Waiver => "Waiver",
            Self::Membership => "Membership",
            Self::Notes => "Notes",
        }
    }

    /// The order that the page sorts by at its heading, where there is one.
    #[must_use]
    pub const fn sort(self) -> Option<&'static str> {
        match self {
            Self::Legal => Some("legal"),
            Self::Branch => Some("branch"),
            Self::Cards => Some("expiry"),
            Self::Waiver => Some("waiver"),
            Self::Region | Self::Membership | Self::Notes => None,
        }
    }

    /// What was chosen; the usual ones where nothing was.
    #[must_use]
    pub fn of(sent: &Sent) -> Vec<Self> {
        let chosen: Vec<&str> = sent.all("show").collect();
        let all = Self::ALL.into_iter().filter(|column| chosen.contains(&column.key()));
        let all: Vec<Self> = all.collect();
        if all.is_empty() { Self::USUAL.to_vec() } else { all }
    }

    /// The question which to show.
    #[must_use]
    pub fn field(chosen: &[Self]) -> Field {
        let choices = Self::ALL.map(|column| (column.key(), column.label()));
        let mut field =
            Field::new(Kind::Checks, "show", "Beside the SCA name").width(Width::Full).choices(choices);
        for (choice, column) in field.choices.iter_mut().zip(Self::ALL) {
            choice.selected = chosen.contains(&column);
        }
        field
    }

    /// What it says of a person on the page.
    #[must_use]
    pub fn cell(self, entry: &Entry, cells: &Cells<'_>) -> Cell {
        let text = |text: Option<&str>| Cell::text(self.label(), text.map(ToOwned::to_owned));
        match self {
            Self::Legal => text(Some(&entry.legal_name)),
            Self::Branch => text(entry.branch.as_deref()),
            Self::Region => Cell::text(self.label(), region(entry)),
            Self::Cards => Cell::badges(self.label(), cards(entry, cells)),
            Self::Waiver => Cell::badges(self.label(), vec![waiver(entry, cells)]),
            Self::Membership => {
                let until = |day: CivilDate| format!("to {}", Day::from(day.day_before()).short);
                Cell::text(self.label(), entry.member_expiry.map(until))
            }
            Self::Notes => Cell::notes(self.label(), flags(entry, cells)),
        }
    }

    /// What it says of a person in a file.
    #[must_use]
    pub fn in_file(self) -> &'static [InFile] {
        match self {
            Self::Legal => &[("legal_name", |entry, _| entry.legal_name.to_string())],
            Self::Branch => &[("branch", |entry, _| entry.branch.as_deref().unwrap_or("").to_owned())],
            Self::Region => &[("region", |entry, _| region(entry).unwrap_or_default())],
            Self::Cards => &[("cards", cards_in_words)],
            Self::Waiver => &[("waiver_expires", |entry, _| day(entry.waiver_expires))],
            Self::Membership => &[("membership_expires", |entry, _| day(entry.member_expiry))],
            Self::Notes => &[
                ("accepted", |entry, cells| yes(entry.acceptance.suffices(cells.in_force.policy))),
                ("listed", |entry, _| yes(entry.listed)),
                ("notes", notes_in_words),
            ],
        }
    }
}

fn yes(yes: bool) -> String {
    if yes { "yes" } else { "no" }.to_owned()
}

fn day(day: Option<CivilDate>) -> String {
    day.map_or_else(String::new, |day| day.to_string())
}

fn region(entry: &Entry) -> Option<String> {
    entry.province.as_ref().map(|code| code.as_str().to_uppercase())
}

fn cards_in_words(entry: &Entry, cells: &Cells<'_>) -> String {
    let cards = entry.cards.iter().filter_map(|card| {
        let expires = card.expires_on?;
        Some(format!("{} expires {expires}", words::discipline(cells.catalogue, &card.discipline)))
    });
    cards.collect::<Vec<_>>().join("; ")
}

fn notes_in_words(entry: &Entry, cells: &Cells<'_>) -> String {
    let notes = [
        (Filter::Minor, "minor"),
        (Filter::AgeUnknown, "birth date unknown"),
        (Filter::OldLink, "old card link"),
    ];
    let notes = notes.into_iter().filter(|(filter, _)| entry.is(*filter, None, cells.today, cells.in_force));
    notes.map(|(_, note)| note).collect::<Vec<_>>().join("; ")
}

fn cards(entry: &Entry, cells: &Cells<'_>) -> Vec<Badge> {
    let soon = cells.today.plus_days(i64::from(cells.within));
    let cards = entry.cards.iter().filter_map(|card| {
        let expires = card.expires_on?;
        let name = words::discipline(cells.catalogue, &card.discipline);
        Some(if !is_valid(expires, cells.today) {
            Badge::new(Tone::Bad, format!("{name}, expired"))
        } else if card.authorizations == 0 {
            Badge::new(Tone::Off, format!("{name}, empty"))
        } else if expires <= soon {
            Badge::new(Tone::Warn, format!("{name}, last day {}", Day::from(expires.day_before()).short))
        } else {
            Badge::new(Tone::Good, name)
        })
    });
    cards.collect()
}

fn waiver(entry: &Entry, cells: &Cells<'_>) -> Badge {
    let soon = cells.today.plus_days(i64::from(cells.within));
    match entry.waiver_on(cells.today) {
        WaiverState::Missing => Badge::new(Tone::Bad, "Missing"),
        WaiverState::Lapsed { .. } => Badge::new(Tone::Bad, "Lapsed"),
        WaiverState::Valid { expires_on } if expires_on <= soon => Badge::new(Tone::Warn, "Lapses soon"),
        WaiverState::Valid { .. } => Badge::new(Tone::Good, "On file"),
    }
}

fn flags(entry: &Entry, cells: &Cells<'_>) -> Vec<Badge> {
    let flag = |filter, tone, word| {
        entry.is(filter, None, cells.today, cells.in_force).then(|| Badge::new(tone, word))
    };
    let flags = [
        flag(Filter::Minor, Tone::Info, "Minor"),
        flag(Filter::NotAccepted, Tone::Info, "Not accepted"),
        flag(Filter::OldLink, Tone::Off, "Old link"),
    ];
    flags.into_iter().flatten().collect()
}
