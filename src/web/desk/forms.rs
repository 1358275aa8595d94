//! The forms of the desk: each gets a fresh command id when it is shown, and
//! the one that was refused comes back with what was typed and what is wrong (P3).

use crate::domain::date::CivilDate;
use crate::web::form::Sent;
use crate::web::views::{Action, CommandForm, Field, FieldError, Kind, Width};

/// A form that was refused.
#[derive(Clone)]
pub struct Back {
    /// Which form of the page.
    pub form: String,
    /// What was sent.
    pub sent: Sent,
    /// What is wrong, by field.
    pub errors: Vec<(String, String)>,
    /// What is wrong with the form as a whole.
    pub message: Option<String>,
    /// Whether it needs another command id: the one it had was used for something else.
    pub renew: bool,
}

/// Makes the forms of one page.
pub struct Forms<'a> {
    /// Gives fresh command ids.
    pub fresh: &'a dyn Fn() -> String,
    /// The form that was refused, if one was.
    pub back: Option<&'a Back>,
}

impl Forms<'_> {
    /// A form; with what was typed and what is wrong where it is the refused one.
    #[must_use]
    pub fn form(&self, id: &str, action: &str, submit: &str, fields: Vec<Field>) -> CommandForm {
        let fields: Vec<Field> = fields.into_iter().map(|field| field.scoped(id)).collect();
        let Some(back) = self.back.filter(|back| back.form == id) else {
            return CommandForm::new(id, action, submit, (self.fresh)(), fields);
        };
        let fields: Vec<Field> = fields.into_iter().map(|field| back.refill(field)).collect();
        let command_id = if back.renew { (self.fresh)() } else { back.sent.text("command_id").to_owned() };
        let mut form = CommandForm::new(id, action, submit, command_id, fields);
        for (name, message) in &back.errors {
            if !form.fields.iter().any(|field| field.name == *name) {
                form.errors.push(FieldError { target: id.to_owned(), message: message.clone() });
            }
        }
        match &back.message {
            Some(message) => form.refused(message.clone()),
            None => form,
        }
    }

    /// A form behind a word.
    #[must_use]
    pub fn action(&self, label: &str, form: CommandForm) -> Action {
        Action::new(label, form)
    }
}

impl Back {
    /// The field with what was typed and what is wrong.
    #[must_use]
    pub fn refill(&self, field: Field) -> Field {
        let error = self.errors.iter().find(|(name, _)| *name == field.name);
        let field = match field.kind {
            Kind::Check => {
                let ticked = self.sent.text(&field.name) == field.value;
                field.ticked(ticked)
            }
            _ => {
                let typed = self.sent.text(&field.name).to_owned();
                field.value(typed)
            }
        };
        field.error(error.map(|(_, message)| message.clone()))
    }
}

/// The day something takes effect (D4): today unless somebody says otherwise.
#[must_use]
pub fn effective_day(name: &str, label: &str, today: CivilDate) -> Field {
    Field::new(Kind::Date, name, label)
        .required()
        .value(today.to_string())
        .between(Some(CivilDate::BEGINNING.to_string()), Some(today.to_string()))
}

/// Why: required where something is taken away or corrected (C5).
#[must_use]
pub fn reason() -> Field {
    Field::new(Kind::Text, "reason", "Reason")
        .required()
        .at_most(1_000)
        .width(Width::Full)
        .hint("In a few words. Sealed, and kept in the history.")
}
