//! Samples of every view: nothing, one, many, long names, other scripts, markup in names.

mod audit;
mod desk;
mod kingdom;
mod many;
mod officers;
mod outbox;
mod personal;
mod policies;
mod public;
mod record;
mod reports;

use super::*;
use crate::domain::date::{CivilDate, Instant};

/// A view that can show itself.
pub trait Sample: Sized {
    /// (what it shows, the view); the first is the ordinary case.
    fn samples() -> Vec<(&'static str, Self)>;
}

/// Names that have broken pages before.
pub const NAMES: [&str; 6] = [
    "Ásta Bjarnardóttir",
    "Ραφαήλ",
    "<b>Ragnar</b> & \"Sons\"",
    "Maximiliana Wilhelmina von und zu Hohenzollern-Sigmaringen-Septentria de la Fontaine-aux-Trois-Rivières",
    "Magnús le Noir",
    "Olena of Septentria",
];

/// A day, `YYYY-MM-DD`.
pub fn day(text: &str) -> Day {
    CivilDate::parse(text).unwrap().into()
}

/// The demo's today.
pub fn today() -> Day {
    day("2026-11-09")
}

/// A moment on the demo's today.
pub fn moment(minutes: i64) -> Moment {
    Moment::new(
        Instant::from_micros(1_794_250_000_123_456).plus_seconds(minutes * 60),
        chrono_tz::America::Toronto,
    )
}

/// The site with its demo banner.
pub fn site() -> Site {
    Site {
        kingdom: "Kingdom of Ealdormere".into(),
        version: crate::VERSION.into(),
        theme_href: crate::web::theme::theme_href(&crate::web::theme::Theme::default()),
        charge: crate::web::theme::charge_paths(crate::domain::arms::Charge::default()),
        website: Some("http://ealdormere.example/".into()),
        banners: vec![Banner {
            word: "DEMO".into(),
            text: "Invented people. Today is 9 November 2026.".into(),
        }],
    }
}

/// An officer with every room.
pub fn officer() -> Officer {
    Officer {
        name: "Minister of the Lists".into(),
        rooms: vec![
            Room::Desk,
            Room::People,
            Room::RegisterPerson,
            Room::Warrants,
            Room::Forecast,
            Room::Reports,
            Room::Outbox,
            Room::Kingdom,
            Room::Officers,
            Room::Policies,
            Room::Audit,
            Room::AsOf,
            Room::Removals,
        ],
    }
}

/// A command form with its ordinary trimmings.
pub fn form(id: &str, submit: &str, fields: Vec<Field>) -> CommandForm {
    CommandForm::new(
        id,
        "/desk/people/018f-1/cards",
        submit,
        "0192f3a0-0000-7000-8000-000000000001".into(),
        fields,
    )
    .seen(12)
}
