//! The kingdom itself: name, time zone, colours, badge, addresses.

use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::act::{self, Asked, Held, NotAsked, blame};
use super::page::{self, Desk, Screen, Shown, grouped};
use super::{PATH, preview};
use crate::commands::kingdom::DescribeKingdom;
use crate::domain::arms::{Arms, Charge};
use crate::domain::id::{StreamId, StreamType};
use crate::domain::kingdom::{KingdomSettings, RawKingdom, Zone};
use crate::domain::permission::Permission;
use crate::events::evolve::Catalogue;
use crate::web::desk::forms::Back;
use crate::web::error::AppError;
use crate::web::form::{Sent, capital};
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::theme::Theme;
use crate::web::views::{DeskKingdomView, Field, Kind, Width};

/// The form's id on its page.
const FORM: &str = "kingdom";

/// The fields with their labels.
const FIELDS: [(&str, &str); 8] = [
    ("title", "Full name"),
    ("name", "Short name"),
    ("zone", "Time zone"),
    ("accent", "Colour"),
    ("charge_colour", "Second colour"),
    ("charge", "On the badge"),
    ("mol_email", "Minister of the Lists’ address"),
    ("website", "The kingdom’s website"),
];

/// The page.
pub fn view(desk: &Desk<'_>) -> DeskKingdomView {
    let now = desk.catalogue();
    let raw = settled(&now.kingdom, now.arms);
    let fields = FIELDS.into_iter().map(|(name, label)| field(name, label, value(&raw, name))).collect();
    let stream = StreamId::only(StreamType::Kingdom);
    let mut form = desk.changing(stream, FORM, PATH, "Save", fields);
    let groups = grouped(
        &mut form,
        &[
            ("Name", Some("On every page, card and mail."), 2),
            ("Time zone", Some("A day begins and ends there, for every card."), 1),
            ("Colours and badge", Some("Written as # and six hexadecimal digits."), 3),
            ("Addresses", Some("Public: an office’s address, not a person’s."), 2),
        ],
    );
    let saved = Theme::of(&now.kingdom, now.arms);
    let theme = desk.back(FORM).map_or(saved, |back| typed_theme(&back.sent, now));
    DeskKingdomView {
        frame: desk.frame(
            &Screen::Kingdom,
            "The kingdom",
            "What the kingdom says about itself. All of it is public.",
        ),
        form,
        groups,
        preview: preview::of(&theme, theme != saved),
    }
}

/// Saves what was typed, or shows how its colours look.
///
/// # Errors
/// [`AppError`].
pub async fn save(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    OriginalUri(uri): OriginalUri,
    body: Bytes,
) -> Result<Response, AppError> {
    officer.require(Permission::ManageKingdom, None)?;
    let sent = Sent::read(&body)?;
    if !sent.has("preview") {
        let asked = read(&state.kingdom().catalogue, &sent);
        return act::act(&state, &officer, uri.path(), &Screen::Kingdom, sent, asked).await;
    }
    sent.command_id()?;
    let mut errors = faults(&state.kingdom().catalogue, &sent);
    errors.retain(|(field, _)| ["accent", "charge", "charge_colour"].contains(&field.as_str()));
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let back = Back { form: FORM.to_owned(), sent, errors, message: None, renew: false };
    page::page(&state, &officer, &Screen::Kingdom, Shown { back: Some(back), ..Shown::default() }, status)
        .await
}

fn read(catalogue: &Catalogue, sent: &Sent) -> Result<Asked, NotAsked> {
    let errors = faults(catalogue, sent);
    if !errors.is_empty() {
        return Err(NotAsked::Wrong(FORM.to_owned(), errors));
    }
    Ok(Asked {
        command: DescribeKingdom(typed(sent)).into(),
        form: FORM.to_owned(),
        done: "kingdom-described",
        to: PATH.to_owned(),
        overwrites: Some(Box::new(|catalogue| {
            let raw = settled(&catalogue.kingdom, catalogue.arms);
            FIELDS.into_iter().map(|(name, label)| Held::of(name, label, value(&raw, name))).collect()
        })),
        blame: blame(""),
    })
}

/// What is wrong, by field.
fn faults(catalogue: &Catalogue, sent: &Sent) -> Vec<(String, String)> {
    let raw = typed(sent);
    let settings = KingdomSettings::parse(&raw).err();
    let arms = Arms::parse(&raw, catalogue.arms).err();
    let all = settings.into_iter().chain(arms).flatten();
    let mut errors: Vec<_> = all.map(|error| (error.field.to_owned(), capital(&error.problem))).collect();
    // Left out they would stay as they are; the form shows them, so empty is a slip.
    let missing = ["charge", "charge_colour"].into_iter().filter(|field| sent.filled(field).is_none());
    errors.extend(missing.map(|field| (field.to_owned(), "It is missing; fill it in".to_owned())));
    errors
}

/// The colours as typed; what cannot be read is as it is now.
fn typed_theme(sent: &Sent, now: &Catalogue) -> Theme {
    let raw = typed(sent);
    let mut theme = Theme::of(&now.kingdom, now.arms);
    if let Ok(accent) = raw.accent.trim().parse::<crate::domain::kingdom::Colour>() {
        theme.accent = accent.into();
    }
    theme.arms = Arms::parse(&raw, now.arms).unwrap_or(now.arms);
    theme
}

fn typed(sent: &Sent) -> RawKingdom {
    let text = |name: &str| sent.text(name).to_owned();
    RawKingdom {
        name: text("name"),
        title: text("title"),
        zone: text("zone"),
        accent: text("accent"),
        mol_email: text("mol_email"),
        website: text("website"),
        charge: text("charge"),
        charge_colour: text("charge_colour"),
    }
}

/// What holds, as the form shows it.
fn settled(kingdom: &KingdomSettings, arms: Arms) -> RawKingdom {
    RawKingdom {
        name: kingdom.name.clone(),
        title: kingdom.title.clone(),
        zone: kingdom.zone.to_string(),
        accent: kingdom.accent.to_string(),
        mol_email: kingdom.mol_email.clone().unwrap_or_default(),
        website: kingdom.website.clone().unwrap_or_default(),
        charge: arms.charge.as_str().to_owned(),
        charge_colour: arms.colour.to_string(),
    }
}

fn value<'r>(raw: &'r RawKingdom, field: &str) -> &'r str {
    match field {
        "name" => &raw.name,
        "title" => &raw.title,
        "zone" => &raw.zone,
        "accent" => &raw.accent,
        "mol_email" => &raw.mol_email,
        "website" => &raw.website,
        "charge" => &raw.charge,
        _ => &raw.charge_colour,
    }
}

fn field(name: &str, label: &str, value: &str) -> Field {
    let text = |kind| Field::new(kind, name, label).autocomplete("off");
    let shown = match name {
        "zone" => {
            let mut zones: Vec<&str> = Zone::names().collect();
            if !zones.contains(&value) {
                zones.push(value);
            }
            text(Kind::Select)
                .required()
                .width(Width::Half)
                .choices(zones.into_iter().map(|zone| (zone, zone)))
        }
        "charge" => text(Kind::Select)
            .required()
            .width(Width::Half)
            .choices(Charge::ALL.into_iter().map(|charge| (charge.as_str(), charge.label()))),
        "accent" => text(Kind::Text)
            .required()
            .at_most(7)
            .width(Width::Half)
            .hint("Of the badge’s shield; words and buttons use a shade of it."),
        "charge_colour" => text(Kind::Text)
            .required()
            .at_most(7)
            .width(Width::Half)
            .hint("Of what is drawn on the badge’s shield, and of nothing else."),
        "mol_email" => text(Kind::Email).hint("Where replies to mails go, and whom pages say to ask."),
        "website" => {
            text(Kind::Text).at_most(255).hint("Starting with https://; linked at the foot of every page.")
        }
        "name" => text(Kind::Text).required().at_most(100).hint("Such as Ealdormere."),
        _ => text(Kind::Text).required().at_most(100).hint("Such as Kingdom of Ealdormere."),
    };
    shown.value(value)
}
