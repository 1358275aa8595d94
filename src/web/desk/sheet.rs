//! The form for a person, laid out: a pure function of what was typed.

use super::forms::Back;
use crate::domain::details::{DetailField, RawDetails};
use crate::domain::id::{CombatantId, StreamVersion};
use crate::domain::region::RegionEntry;
use crate::web::views::{Candidate, CommandForm, Conflict, DeskPersonView, Field, FieldGroup, Kind, Width};

/// The form's id on its page.
pub const FORM: &str = "person";
/// Who was shown as perhaps the same person, each in a hidden field: whoever sends these along goes on all the same.
pub const DESPITE: &str = "despite";

/// What the form is filled with.
pub struct Sheet {
    command_id: String,
    whose: Option<(CombatantId, String, StreamVersion)>,
    typed: RawDetails,
    errors: Vec<(String, String)>,
    message: Option<String>,
    conflicts: Vec<Conflict>,
    alike: Vec<(CombatantId, Candidate)>,
    own: Option<String>,
}

impl Sheet {
    /// An empty form.
    #[must_use]
    pub fn new(command_id: String) -> Self {
        Self {
            command_id,
            whose: None,
            typed: RawDetails::default(),
            errors: Vec::new(),
            message: None,
            conflicts: Vec::new(),
            alike: Vec::new(),
            own: None,
        }
    }

    /// The form of a record that was seen at a version.
    #[must_use]
    pub fn of(command_id: String, id: CombatantId, name: &str, seen: StreamVersion) -> Self {
        Self { whose: Some((id, name.to_owned(), seen)), ..Self::new(command_id) }
    }

    /// For the person themselves, posted to that address.
    #[must_use]
    pub fn own(mut self, action: &str) -> Self {
        self.own = Some(action.to_owned());
        self
    }

    /// With these texts in it.
    #[must_use]
    pub fn typed(mut self, typed: RawDetails) -> Self {
        self.typed = typed;
        self
    }

    /// With what is wrong.
    #[must_use]
    pub fn refused(mut self, back: &Back) -> Self {
        self.errors.clone_from(&back.errors);
        self.message.clone_from(&back.message);
        self
    }

    /// With what changed meanwhile (P5).
    #[must_use]
    pub fn conflicting(mut self, conflicts: Vec<Conflict>) -> Self {
        self.conflicts = conflicts;
        self
    }

    /// With who may be the same person (P6).
    #[must_use]
    pub fn alike(mut self, alike: Vec<(CombatantId, Candidate)>) -> Self {
        self.alike = alike;
        self
    }

    /// The page.
    #[must_use]
    pub fn view(self, regions: &[RegionEntry]) -> DeskPersonView {
        let group = |legend: &str, hint: Option<&str>, fields: &[DetailField]| FieldGroup {
            legend: legend.to_owned(),
            hint: hint.map(ToOwned::to_owned),
            fields: fields.iter().map(|field| self.field(*field, regions)).collect(),
        };
        let groups = vec![
            group(
                "Names",
                Some("The SCA name is shown publicly only with consent."),
                &[DetailField::ScaName, DetailField::LegalName, DetailField::Branch],
            ),
            group(
                "Contact",
                None,
                &[
                    DetailField::Email,
                    DetailField::Phone,
                    DetailField::Address1,
                    DetailField::Address2,
                    DetailField::City,
                    DetailField::Province,
                    DetailField::PostalCode,
                ],
            ),
            group(
                "Birth and membership",
                Some("Somebody whose date of birth is unknown is not counted as adult."),
                &[DetailField::DateOfBirth, DetailField::MemberNumber, DetailField::MemberExpiry],
            ),
        ];
        let (action, submit, heading, cancel_href) = match &self.whose {
            _ if self.own.is_some() => {
                (self.own.clone().unwrap_or_default(), "Save", "My details", "/".to_owned())
            }
            None => {
                ("/desk/people/new".to_owned(), "Register", "Register a person", "/desk/people".to_owned())
            }
            Some((id, ..)) => (
                format!("/desk/people/{id}/edit"),
                "Save the changes",
                "Change details",
                format!("/desk/people/{id}"),
            ),
        };
        let mut form = CommandForm::new(FORM, &action, submit, self.command_id, Vec::new());
        if self.own.is_some() {
            form.note =
                Some("A new e-mail address holds once you follow the link that we mail there.".to_owned());
        }
        form.seen_version = self.whose.as_ref().map(|(_, _, seen)| seen.0);
        if let Some(message) = self.message {
            form = form.refused(message);
        }
        let (asked, alike): (Vec<_>, Vec<_>) = self.alike.into_iter().unzip();
        for id in &asked {
            form = form.with_hidden(DESPITE, id.to_string());
        }
        if !alike.is_empty() {
            "Register all the same".clone_into(&mut form.submit);
        }
        let view = DeskPersonView {
            heading: heading.to_owned(),
            name: self.whose.map(|(_, name, _)| name),
            form,
            groups,
            conflicts: self.conflicts,
            alike,
            cancel_href,
        };
        view.with_summary()
    }

    fn field(&self, field: DetailField, regions: &[RegionEntry]) -> Field {
        let typed = self.typed.get(field);
        let kind = match field {
            DetailField::Email => Kind::Email,
            DetailField::Phone => Kind::Tel,
            DetailField::Province => Kind::Select,
            DetailField::DateOfBirth | DetailField::MemberExpiry => Kind::Date,
            DetailField::MemberNumber => Kind::Number,
            _ => Kind::Text,
        };
        let mut shown = Field::new(kind, field.as_str(), field.label()).autocomplete("off");
        if field.required() {
            shown = shown.required();
        }
        shown = match field {
            DetailField::Province => shown.choices(provinces(regions, typed)).width(Width::Half),
            DetailField::Email | DetailField::Phone | DetailField::City | DetailField::Branch => {
                shown.width(Width::Half)
            }
            DetailField::PostalCode => shown.width(Width::Short),
            _ => shown,
        };
        if matches!(kind, Kind::Text | Kind::Email) {
            shown.max_length = u32::try_from(field.max_chars()).ok();
        }
        shown = match field {
            DetailField::Phone => shown.hint("Like 416 555 0123, or with the country’s code"),
            DetailField::MemberExpiry => shown.hint("Needs a member number"),
            _ => shown,
        };
        let error = self.errors.iter().find(|(name, _)| name == field.as_str());
        shown.value(typed).error(error.map(|(_, message)| message.clone()))
    }
}

/// The active regions, and whatever else was sent, so that it is not lost.
fn provinces(regions: &[RegionEntry], typed: &str) -> Vec<(String, String)> {
    let active = regions.iter().filter(|region| region.active || region.code == typed);
    let mut choices = vec![(String::new(), "choose".to_owned())];
    choices.extend(active.map(|region| (region.code.clone(), region.name.clone())));
    if !choices.iter().any(|(code, _)| code == typed) {
        choices.push((typed.to_owned(), typed.to_owned()));
    }
    choices
}
