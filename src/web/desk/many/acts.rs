//! What can be done to many people at once, and the commands that it means for one of them.

use uuid::Uuid;

use super::aim::{Aim, day_of, mail_of, split};
use super::selection::disciplines;
use super::words::{CHANGES, MAILS, Says};
use crate::commands::authorize::{Requirement, of_combatant};
use crate::commands::combatant::CombatantCommand;
use crate::commands::combatant::correct_card::CorrectCard;
use crate::commands::combatant::end_warrant::EndWarrant;
use crate::commands::combatant::grant_authorization::GrantAuthorization;
use crate::commands::combatant::renew_card::RenewCard;
use crate::commands::combatant::renew_warrant::RenewWarrant;
use crate::commands::combatant::send_link::SendLink;
use crate::domain::date::CivilDate;
use crate::domain::id::{CombatantId, OfficerId, Slug, WarrantId};
use crate::domain::mail::Mail;
use crate::events::evolve::{Catalogue, TypeState};
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::session::CurrentOfficer;
use crate::web::views::parts::thousands;
use crate::web::views::{Day, Field, Kind as Asks, Width};
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
    /// Ask by mail to set a PIN (L3).
    AskForPin,
}

/// What is asked for, whoever it is asked of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// What.
    pub kind: Kind,
    /// The rest of it.
    pub aim: Aim,
}

impl Kind {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 6] = [
        Self::RenewCards,
        Self::CorrectCards,
        Self::Grant,
        Self::RenewWarrants,
        Self::EndWarrants,
        Self::AskForPin,
    ];

    /// In an address.
    pub const fn key(self) -> &'static str {
        match self {
            Self::RenewCards => "renew-cards",
            Self::CorrectCards => "correct-cards",
            Self::Grant => "grant",
            Self::RenewWarrants => "renew-warrants",
            Self::EndWarrants => "end-warrants",
            Self::AskForPin => "ask-for-pin",
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
            Self::AskForPin => "Ask to set a PIN",
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
            Self::AskForPin => {
                "By mail, with a link to choose a PIN for the card page. Whoever sets none is reminded once, and told \
                 once for the last time."
            }
        }
    }

    /// How it is said what it does.
    pub const fn says(self) -> Says {
        if matches!(self, Self::AskForPin) { MAILS } else { CHANGES }
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
            Self::AskForPin => ("Mail it to this person", "people"),
        };
        let all = crate::web::views::parts::thousands(count);
        match self {
            _ if count == 1 => one.to_owned(),
            Self::RenewCards | Self::RenewWarrants => format!("Renew {all} {many}"),
            Self::CorrectCards => format!("Correct the dates of {all} {many}"),
            Self::Grant => format!("Grant it to {all} {many}"),
            Self::EndWarrants => format!("End {all} {many}"),
            Self::AskForPin => format!("Mail it to {all} {many}"),
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
            Self::AskForPin => ("", false),
        }
    }

    /// What there is to choose from, of that which the officer may do: the value and its words.
    pub fn choices(self, officer: &CurrentOfficer) -> Vec<(String, String)> {
        let catalogue = &officer.kingdom.catalogue;
        if self == Self::AskForPin {
            let words = |mail: Mail| (mail.as_str().to_owned(), pin_mail(mail).to_owned());
            return Mail::PIN_INVITATIONS.map(words).to_vec();
        }
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
                Self::AskForPin => {}
            }
        }
        choices
    }

    /// What there is of it in a discipline: authorizations, or kinds of marshal.
    pub fn types<'c>(
        self,
        catalogue: &'c Catalogue,
        discipline: &Slug,
    ) -> Option<&'c std::collections::BTreeMap<Slug, TypeState>> {
        let state = catalogue.disciplines.get(discipline)?;
        match self {
            Self::RenewCards | Self::CorrectCards | Self::AskForPin => None,
            Self::Grant => Some(&state.authorizations),
            Self::RenewWarrants | Self::EndWarrants => Some(&state.marshals),
        }
    }

    /// Whether the officer may do it anywhere; nobody is asked for a PIN that no page asks for.
    pub fn open_to(self, officer: &CurrentOfficer) -> bool {
        let catalogue = &officer.kingdom.catalogue;
        let mut places = disciplines(catalogue);
        match self {
            Self::AskForPin => {
                let needs = self.needs(&Aim::Mail { mail: Mail::SetPin, most: None });
                catalogue.asks_pins() && officer.may(needs.permission, None)
            }
            _ => places.any(|slug| self.allowed(officer, slug)),
        }
    }

    fn allowed(self, officer: &CurrentOfficer, discipline: &Slug) -> bool {
        let (discipline, on) = (discipline.clone(), CivilDate::BEGINNING);
        let needs = self.needs(&Aim::Day { discipline, of: None, on });
        officer.may(needs.permission, needs.discipline.as_ref())
    }

    /// What its command needs there: asked of the rule itself (A1).
    fn needs(self, aim: &Aim) -> Requirement {
        let nobody = CombatantId(Uuid::nil());
        let act = Act { kind: self, aim: aim.clone() };
        of_combatant(nobody, &act.command_of(nobody, Uuid::nil(), None, Uuid::nil(), None))
    }

    /// Its fields, with what was typed and what is wrong.
    pub fn fields(
        self,
        officer: &CurrentOfficer,
        typed: &Sent,
        today: CivilDate,
        errors: &[(&'static str, String)],
    ) -> Vec<Field> {
        if self == Self::AskForPin {
            return self.mail_fields(officer, typed, errors);
        }
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
            Self::RenewWarrants | Self::EndWarrants | Self::AskForPin => "Warrants",
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

    fn mail_fields(
        self,
        officer: &CurrentOfficer,
        typed: &Sent,
        errors: &[(&'static str, String)],
    ) -> Vec<Field> {
        let error = |field: &str| errors.iter().find(|(name, _)| *name == field).map(|(_, why)| why.clone());
        let chosen = typed.filled("in").unwrap_or(Mail::SetPin.as_str()).to_owned();
        let most = Field::new(Asks::Number, "most", "At most so many people")
            .hint("Leave it empty for all of them. A few first shows whether all goes well.")
            .value(typed.text("most"))
            .width(Width::Short)
            .error(error("most"));
        let mail = Field::new(Asks::Select, "in", "Mail").required().choices(self.choices(officer));
        [mail.value(chosen).error(error("in")), most].map(|field| field.scoped(self.key())).to_vec()
    }
}

/// Which of the three mails, in words.
const fn pin_mail(mail: Mail) -> &'static str {
    match mail {
        Mail::SetPin => "The invitation",
        Mail::SetPinReminder => "The reminder, to whoever was invited",
        _ => "The last notice, to whoever was reminded",
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
        let aim = match kind {
            Kind::AskForPin => mail_of(sent, &mut errors),
            _ => day_of(kind, sent, &officer.kingdom.catalogue, &mut errors),
        };
        let Some(aim) = aim.filter(|_| errors.is_empty()) else { return Ok(Err(errors)) };
        let needs = kind.needs(&aim);
        officer.require(needs.permission, needs.discipline.as_ref())?;
        Ok(Ok(Self { kind, aim }))
    }

    /// As [`Act::read`] reads it.
    pub fn sent_along(&self) -> Vec<(&'static str, String)> {
        let mut along = vec![("act", self.kind.key().to_owned())];
        match &self.aim {
            Aim::Day { discipline, of, on } => {
                let place =
                    of.as_ref().map_or_else(|| discipline.to_string(), |of| format!("{discipline}/{of}"));
                along.extend([("in", place), ("on", on.to_string())]);
            }
            Aim::Mail { mail, most } => {
                along.push(("in", mail.as_str().to_owned()));
                along.extend(most.map(|most| ("most", most.to_string())));
            }
        }
        along
    }

    /// For the log and for the page that shows the result again: slugs, a day, a number.
    pub fn code(&self) -> String {
        self.sent_along().into_iter().map(|(_, value)| value).collect::<Vec<_>>().join(" ")
    }

    /// Reads [`Act::code`].
    pub fn of_code(code: &str) -> Option<Self> {
        let mut parts = code.split(' ');
        let kind = parts.next()?;
        let kind = Kind::ALL.into_iter().find(|known| known.key() == kind)?;
        let place = parts.next()?;
        let aim = if kind == Kind::AskForPin {
            Aim::Mail { mail: Mail::parse(place)?, most: parts.next().and_then(|most| most.parse().ok()) }
        } else {
            let (discipline, of) = split(place)?;
            Aim::Day { discipline, of, on: CivilDate::parse(parts.next()?).ok()? }
        };
        Some(Self { kind, aim })
    }

    /// As a heading: `Renew cards in Fencing`.
    pub fn title(&self, catalogue: &Catalogue) -> String {
        let (discipline, of) = match &self.aim {
            Aim::Day { discipline, of, .. } => (discipline, of),
            Aim::Mail { mail: Mail::SetPin, .. } => return "Invite to set a PIN".to_owned(),
            Aim::Mail { mail: Mail::SetPinReminder, .. } => return "Remind of setting a PIN".to_owned(),
            Aim::Mail { .. } => return "Ask for a PIN for the last time".to_owned(),
        };
        let place = words::discipline(catalogue, discipline);
        let name = |of: &Slug| format!("{} ", words::marshal(catalogue, discipline, of));
        let marshal = of.as_ref().map_or_else(String::new, name);
        match (self.kind, of) {
            (Kind::CorrectCards, _) => format!("Correct cards’ dates in {place}"),
            (Kind::Grant, Some(of)) => {
                format!("Grant {} in {place}", words::authorization(catalogue, discipline, of))
            }
            (Kind::Grant, None) => format!("Grant an authorization in {place}"),
            (Kind::RenewWarrants, _) => format!("Renew {marshal}warrants in {place}"),
            (Kind::EndWarrants, _) => format!("End {marshal}warrants in {place}"),
            (Kind::RenewCards | Kind::AskForPin, _) => format!("Renew cards in {place}"),
        }
    }

    /// The day, or the limit, in a sentence.
    pub fn day(&self) -> String {
        match &self.aim {
            Aim::Day { on, .. } => format!("{}: {}.", self.kind.day().0, Day::from(*on).long),
            Aim::Mail { most: Some(most), .. } => format!("To at most {} people.", thousands(*most)),
            Aim::Mail { most: None, .. } => "To everybody who is due it.".to_owned(),
        }
    }

    /// To how many people it is done at most.
    pub const fn most(&self) -> Option<usize> {
        match &self.aim {
            Aim::Day { .. } => None,
            Aim::Mail { most, .. } => *most,
        }
    }

    /// The command for one of them. Ids of what is new follow from the form's.
    pub fn command_of(
        &self,
        person: CombatantId,
        unit: Uuid,
        reason: Option<&str>,
        form: Uuid,
        granted_by: Option<OfficerId>,
    ) -> CombatantCommand {
        let (discipline, of, on) = match &self.aim {
            Aim::Mail { mail, .. } => return SendLink { person, mail: *mail }.into(),
            Aim::Day { discipline, of, on } => (discipline.clone(), of.clone(), *on),
        };
        let reason = reason.unwrap_or(TO_COME).to_owned();
        let of = of.unwrap_or_else(|| discipline.clone());
        let (warrant, renewal) = (WarrantId(unit), WarrantId(Uuid::new_v5(&form, unit.as_bytes())));
        match self.kind {
            Kind::CorrectCards => CorrectCard { discipline, seen: None, issued_on: on, reason }.into(),
            Kind::Grant => GrantAuthorization { discipline, authorization: of, on }.into(),
            Kind::RenewWarrants => {
                RenewWarrant { discipline, warrant, renewal, ends_on: on, granted_by }.into()
            }
            Kind::EndWarrants => EndWarrant { discipline, warrant, on, reason }.into(),
            Kind::RenewCards | Kind::AskForPin => RenewCard { discipline, issued_on: on }.into(),
        }
    }
}
