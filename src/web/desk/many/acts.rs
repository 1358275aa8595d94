//! What can be done to many people at once, and the commands that it means for one of them.

use uuid::Uuid;

use super::selection::disciplines;
use crate::commands::authorize::{Requirement, of_combatant};
use crate::commands::combatant::CombatantCommand;
use crate::commands::combatant::correct_card::CorrectCard;
use crate::commands::combatant::end_warrant::EndWarrant;
use crate::commands::combatant::grant_authorization::GrantAuthorization;
use crate::commands::combatant::renew_card::RenewCard;
use crate::commands::combatant::renew_warrant::RenewWarrant;
use crate::domain::date::CivilDate;
use crate::domain::id::{CombatantId, OfficerId, Slug, WarrantId};
use crate::events::evolve::{Catalogue, Record, TypeState, Warrant};
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::session::CurrentOfficer;
use crate::web::views::{Day, Field, Kind as Asks};
use crate::web::words;

/// Stands for the reason in a preview: it is asked for only when it is known what it is for.
const TO_COME: &str = "given below";

/// What is wrong, by field.
pub type Faults = Vec<(&'static str, String)>;

/// What can be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Renew cards (C4).
    RenewCards,
    /// Correct cards' dates (C4).
    CorrectCards,
    /// Grant an authorization (C5).
    Grant,
    /// Renew warrants (C8).
    RenewWarrants,
    /// End warrants (C8).
    EndWarrants,
}

/// What is asked for, whoever it is asked of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// What.
    pub kind: Kind,
    /// Where.
    pub discipline: Slug,
    /// Which authorization, or which kind of marshal; all of them where none is named.
    pub of: Option<Slug>,
    /// The day that it asks for.
    pub on: CivilDate,
}

impl Kind {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 5] =
        [Self::RenewCards, Self::CorrectCards, Self::Grant, Self::RenewWarrants, Self::EndWarrants];

    /// In an address.
    pub const fn key(self) -> &'static str {
        match self {
            Self::RenewCards => "renew-cards",
            Self::CorrectCards => "correct-cards",
            Self::Grant => "grant",
            Self::RenewWarrants => "renew-warrants",
            Self::EndWarrants => "end-warrants",
        }
    }

    /// As a heading.
    pub const fn label(self) -> &'static str {
        match self {
            Self::RenewCards => "Renew cards",
            Self::CorrectCards => "Correct cards’ dates",
            Self::Grant => "Grant an authorization",
            Self::RenewWarrants => "Renew warrants",
            Self::EndWarrants => "End warrants",
        }
    }

    /// What it does, in a sentence.
    pub const fn about(self) -> &'static str {
        match self {
            Self::RenewCards => {
                "Whoever holds a card there gets a new issue date, and the term that follows from it."
            }
            Self::CorrectCards => "For a date that was entered wrongly: the entry that set it is corrected.",
            Self::Grant => "Whoever has no card there gets one with it.",
            Self::RenewWarrants => {
                "Each goes on from the day after its last. Ones without an end need no renewal."
            }
            Self::EndWarrants => "They stay in the history. Authorizations and cards are not touched.",
        }
    }

    /// Whether it asks for a reason (C4, C5).
    pub const fn takes_reason(self) -> bool {
        matches!(self, Self::CorrectCards | Self::EndWarrants)
    }

    /// The button that does it.
    pub fn submit(self, count: usize) -> String {
        let (one, many) = match self {
            Self::RenewCards => ("Renew this card", "cards"),
            Self::CorrectCards => ("Correct this card’s date", "cards"),
            Self::Grant => ("Grant it to this person", "people"),
            Self::RenewWarrants => ("Renew this warrant", "warrants"),
            Self::EndWarrants => ("End this warrant", "warrants"),
        };
        let all = crate::web::views::parts::thousands(count);
        match self {
            _ if count == 1 => one.to_owned(),
            Self::RenewCards | Self::RenewWarrants => format!("Renew {all} {many}"),
            Self::CorrectCards => format!("Correct the dates of {all} {many}"),
            Self::Grant => format!("Grant it to {all} {many}"),
            Self::EndWarrants => format!("End {all} {many}"),
        }
    }

    /// The label of the day, and whether it may lie ahead.
    const fn day(self) -> (&'static str, bool) {
        match self {
            Self::RenewCards => ("New issue date", false),
            Self::CorrectCards => ("Right issue date", false),
            Self::Grant => ("Day it took effect", false),
            Self::RenewWarrants => ("New last day", true),
            Self::EndWarrants => ("First day without it", false),
        }
    }

    /// What there is to choose from, of that which the officer may do: the value and its words.
    pub fn choices(self, officer: &CurrentOfficer) -> Vec<(String, String)> {
        let catalogue = &officer.kingdom.catalogue;
        let mut choices = Vec::new();
        for discipline in disciplines(catalogue).filter(|slug| self.allowed(officer, slug)) {
            let name = words::discipline(catalogue, discipline);
            let types = self.types(catalogue, discipline);
            let live =
                types.into_iter().flatten().filter(|(_, state)| !state.retired || self == Self::EndWarrants);
            let of =
                live.map(|(slug, state)| (format!("{discipline}/{slug}"), format!("{name}: {}", state.name)));
            match self {
                Self::RenewCards | Self::CorrectCards => choices.push((discipline.to_string(), name)),
                Self::Grant => choices.extend(of),
                Self::RenewWarrants | Self::EndWarrants => {
                    let of: Vec<_> = of.collect();
                    if !of.is_empty() {
                        choices.push((discipline.to_string(), format!("{name}: every kind of marshal")));
                    }
                    choices.extend(of);
                }
            }
        }
        choices
    }

    fn types<'c>(
        self,
        catalogue: &'c Catalogue,
        discipline: &Slug,
    ) -> Option<&'c std::collections::BTreeMap<Slug, TypeState>> {
        let state = catalogue.disciplines.get(discipline)?;
        match self {
            Self::RenewCards | Self::CorrectCards => None,
            Self::Grant => Some(&state.authorizations),
            Self::RenewWarrants | Self::EndWarrants => Some(&state.marshals),
        }
    }

    /// Whether the officer may do it anywhere.
    pub fn open_to(self, officer: &CurrentOfficer) -> bool {
        disciplines(&officer.kingdom.catalogue).any(|slug| self.allowed(officer, slug))
    }

    fn allowed(self, officer: &CurrentOfficer, discipline: &Slug) -> bool {
        let needs = self.needs(discipline);
        officer.may(needs.permission, needs.discipline.as_ref())
    }

    /// What its command needs there: asked of the rule itself (A1).
    fn needs(self, discipline: &Slug) -> Requirement {
        let act = Act { kind: self, discipline: discipline.clone(), of: None, on: CivilDate::BEGINNING };
        of_combatant(CombatantId(Uuid::nil()), &act.command_of(Uuid::nil(), None, Uuid::nil(), None))
    }

    /// Its fields, with what was typed and what is wrong.
    pub fn fields(
        self,
        officer: &CurrentOfficer,
        typed: &Sent,
        today: CivilDate,
        errors: &[(&'static str, String)],
    ) -> Vec<Field> {
        let error = |field: &str| errors.iter().find(|(name, _)| *name == field).map(|(_, why)| why.clone());
        let (label, ahead) = self.day();
        let mut choices = self.choices(officer);
        let chosen = typed.text("in").to_owned();
        if choices.len() != 1 {
            choices.insert(0, (String::new(), "choose".to_owned()));
        }
        let day = if typed.has("on") || ahead { typed.text("on").to_owned() } else { today.to_string() };
        let latest = if ahead { CivilDate::LATEST } else { today };
        let earliest = if ahead { today } else { CivilDate::BEGINNING };
        let what = match self {
            Self::RenewCards | Self::CorrectCards => "Discipline",
            Self::Grant => "Authorization",
            Self::RenewWarrants | Self::EndWarrants => "Warrants",
        };
        vec![
            Field::new(Asks::Select, "in", what).required().choices(choices).value(chosen).error(error("in")),
            Field::new(Asks::Date, "on", label)
                .required()
                .value(day)
                .between(Some(earliest.to_string()), Some(latest.to_string()))
                .error(error("on")),
        ]
        .into_iter()
        .map(|field| field.scoped(self.key()))
        .collect()
    }
}

impl Act {
    /// What an address or a form asks for; what is wrong with it, by field.
    ///
    /// # Errors
    /// [`AppError::Bad`] for an act that there is not; [`AppError::Denied`] where the officer may not.
    pub fn read(sent: &Sent, officer: &CurrentOfficer) -> Result<Result<Self, Faults>, AppError> {
        let kind = Kind::ALL.into_iter().find(|kind| kind.key() == sent.text("act"));
        let Some(kind) = kind else {
            return Err(AppError::Bad("there is no such thing to do; choose again".to_owned()));
        };
        let mut errors = Vec::new();
        let place = place(kind, sent.text("in"), &officer.kingdom.catalogue);
        if place.is_none() {
            errors.push(("in", "Choose one from the list".to_owned()));
        }
        let on = sent.day("on").map_err(|why| errors.push(("on", why))).ok();
        let (Some((discipline, of)), Some(on)) = (place, on) else { return Ok(Err(errors)) };
        let needs = kind.needs(&discipline);
        officer.require(needs.permission, needs.discipline.as_ref())?;
        Ok(Ok(Self { kind, discipline, of, on }))
    }

    /// As [`Act::read`] reads it.
    pub fn sent_along(&self) -> [(&'static str, String); 3] {
        [("act", self.kind.key().to_owned()), ("in", self.place()), ("on", self.on.to_string())]
    }

    fn place(&self) -> String {
        self.of.as_ref().map_or_else(|| self.discipline.to_string(), |of| format!("{}/{of}", self.discipline))
    }

    /// For the log and for the page that shows the result again: slugs and a day.
    pub fn code(&self) -> String {
        self.sent_along().map(|(_, value)| value).join(" ")
    }

    /// Reads [`Act::code`].
    pub fn of_code(code: &str) -> Option<Self> {
        let mut parts = code.split(' ');
        let kind = parts.next()?;
        let kind = Kind::ALL.into_iter().find(|known| known.key() == kind)?;
        let (discipline, of) = split(parts.next()?)?;
        Some(Self { kind, discipline, of, on: CivilDate::parse(parts.next()?).ok()? })
    }

    /// As a heading: `Renew cards in Fencing`.
    pub fn title(&self, catalogue: &Catalogue) -> String {
        let place = words::discipline(catalogue, &self.discipline);
        match (self.kind, &self.of) {
            (Kind::RenewCards, _) => format!("Renew cards in {place}"),
            (Kind::CorrectCards, _) => format!("Correct cards’ dates in {place}"),
            (Kind::Grant, Some(of)) => {
                format!("Grant {} in {place}", words::authorization(catalogue, &self.discipline, of))
            }
            (Kind::Grant, None) => format!("Grant an authorization in {place}"),
            (Kind::RenewWarrants, _) => format!("Renew {}warrants in {place}", self.marshal(catalogue)),
            (Kind::EndWarrants, _) => format!("End {}warrants in {place}", self.marshal(catalogue)),
        }
    }

    fn marshal(&self, catalogue: &Catalogue) -> String {
        let name = |of: &Slug| format!("{} ", words::marshal(catalogue, &self.discipline, of));
        self.of.as_ref().map_or_else(String::new, name)
    }

    /// The day in a sentence.
    pub fn day(&self) -> String {
        let (label, _) = self.kind.day();
        format!("{label}: {}.", Day::from(self.on).long)
    }

    /// On what of a person's it acts: each warrant by its id, and the nil id for everything else. Where
    /// there is nothing to act on, the command says so itself.
    pub fn units(&self, record: &Record) -> Vec<Uuid> {
        match self.kind {
            Kind::RenewCards | Kind::CorrectCards | Kind::Grant => vec![Uuid::nil()],
            Kind::EndWarrants => warrants(record, self, |held| held.runs_on_or_after(self.on)),
            Kind::RenewWarrants => last_of_each_type(record, self),
        }
    }

    /// The command for one of them. Ids of what is new follow from the form's.
    pub fn command_of(
        &self,
        unit: Uuid,
        reason: Option<&str>,
        form: Uuid,
        granted_by: Option<OfficerId>,
    ) -> CombatantCommand {
        let (discipline, on) = (self.discipline.clone(), self.on);
        let reason = reason.unwrap_or(TO_COME).to_owned();
        let of = self.of.clone().unwrap_or_else(|| self.discipline.clone());
        let (warrant, renewal) = (WarrantId(unit), WarrantId(Uuid::new_v5(&form, unit.as_bytes())));
        match self.kind {
            Kind::RenewCards => RenewCard { discipline, issued_on: on }.into(),
            Kind::CorrectCards => CorrectCard { discipline, issued_on: on, reason }.into(),
            Kind::Grant => GrantAuthorization { discipline, authorization: of, on }.into(),
            Kind::RenewWarrants => {
                RenewWarrant { discipline, warrant, renewal, ends_on: on, granted_by }.into()
            }
            Kind::EndWarrants => EndWarrant { discipline, warrant, on, reason }.into(),
        }
    }
}

fn split(place: &str) -> Option<(Slug, Option<Slug>)> {
    let (discipline, of) = place.split_once('/').map_or((place, None), |(place, of)| (place, Some(of)));
    let of = of.map(Slug::parse).transpose().ok()?;
    Some((Slug::parse(discipline).ok()?, of))
}

/// Reads what was chosen, if there is such a thing.
fn place(kind: Kind, text: &str, catalogue: &Catalogue) -> Option<(Slug, Option<Slug>)> {
    let (discipline, of) = split(text)?;
    catalogue.disciplines.get(&discipline)?;
    let types = kind.types(catalogue, &discipline);
    let known = of.as_ref().is_none_or(|of| types.is_some_and(|types| types.contains_key(of)));
    (known && (kind != Kind::Grant || of.is_some())).then_some((discipline, of))
}

/// The warrants in question; the nil one, which nobody holds, where there is none.
fn warrants(record: &Record, act: &Act, which: impl Fn(&Warrant) -> bool) -> Vec<Uuid> {
    let civil = record.civil(None).unwrap_or_default();
    let held = civil.cards.get(&act.discipline).into_iter().flat_map(|card| &card.warrants);
    let held = held.filter(|held| act.of.as_ref().is_none_or(|of| held.marshal == *of) && which(held));
    let ids: Vec<Uuid> = held.map(|held| held.id.0).collect();
    if ids.is_empty() { vec![Uuid::nil()] } else { ids }
}

/// Of each kind of marshal the warrant that runs longest: the one that a renewal follows.
fn last_of_each_type(record: &Record, act: &Act) -> Vec<Uuid> {
    let civil = record.civil(None).unwrap_or_default();
    let mut last: std::collections::BTreeMap<&Slug, &Warrant> = std::collections::BTreeMap::new();
    for held in civil.cards.get(&act.discipline).into_iter().flat_map(|card| &card.warrants) {
        let later = |other: &&Warrant| {
            (other.ends_on.is_none(), other.ends_on) > (held.ends_on.is_none(), held.ends_on)
        };
        if act.of.as_ref().is_none_or(|of| held.marshal == *of) && !last.get(&held.marshal).is_some_and(later)
        {
            last.insert(&held.marshal, held);
        }
    }
    let ids: Vec<Uuid> = last.into_values().map(|held| held.id.0).collect();
    if ids.is_empty() { vec![Uuid::nil()] } else { ids }
}
