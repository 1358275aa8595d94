//! Forms: fields with their errors, and forms that carry one command.

use serde::Serialize;

/// What a field asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// One line of text.
    Text,
    /// A search term.
    Search,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Tel,
    /// Digits that nobody else should see.
    Password,
    /// A civil date.
    Date,
    /// A whole number, typed.
    Number,
    /// Several lines of text.
    Textarea,
    /// One of the choices, from a list.
    Select,
    /// One of the choices, all of them seen.
    Radios,
    /// Any of the choices.
    Checks,
    /// Yes or no; sends `value` when ticked.
    Check,
}

/// How wide a field is, which hints at what belongs in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Width {
    /// The whole line.
    Full,
    /// Half a line.
    Half,
    /// About a date's width.
    Short,
}

/// One choice of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// True when chosen.
    pub selected: bool,
}

/// One field of a form, with what the person typed and what is wrong with it (P3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    /// Unique on the page; the error summary leads here.
    pub id: String,
    /// What is sent.
    pub name: String,
    /// The question.
    pub label: String,
    /// What it asks for.
    pub kind: Kind,
    /// How wide it is.
    pub width: Width,
    /// What the person typed, kept as typed.
    pub value: String,
    /// How to answer, when the label does not say it.
    pub hint: Option<String>,
    /// What is wrong, and what would be right.
    pub error: Option<String>,
    /// True when there must be an answer.
    pub required: bool,
    /// The HTML autocomplete token.
    pub autocomplete: Option<String>,
    /// Earliest date or smallest number.
    pub min: Option<String>,
    /// Latest date or largest number.
    pub max: Option<String>,
    /// Longest answer in characters.
    pub max_length: Option<u32>,
    /// What there is to choose from.
    pub choices: Vec<Choice>,
    /// True when a [`Kind::Check`] is ticked.
    pub checked: bool,
}

impl Field {
    /// An empty field; its id is its name.
    #[must_use]
    pub fn new(kind: Kind, name: &str, label: &str) -> Self {
        Self {
            id: name.to_owned(),
            name: name.to_owned(),
            label: label.to_owned(),
            kind,
            width: if matches!(kind, Kind::Date | Kind::Number) { Width::Short } else { Width::Full },
            value: if kind == Kind::Check { "yes".to_owned() } else { String::new() },
            hint: None,
            error: None,
            required: false,
            autocomplete: None,
            min: None,
            max: None,
            max_length: None,
            choices: Vec::new(),
            checked: false,
        }
    }

    /// Makes the id unique on a page with several forms: `scope-name`.
    #[must_use]
    pub fn scoped(mut self, scope: &str) -> Self {
        self.id = format!("{scope}-{}", self.name);
        self
    }

    /// What the person typed; for lists, the chosen value.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        for choice in &mut self.choices {
            choice.selected = choice.value == self.value;
        }
        self
    }

    /// How to answer.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// What is wrong, if anything.
    #[must_use]
    pub fn error(mut self, error: Option<String>) -> Self {
        self.error = error;
        self
    }

    /// There must be an answer.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// How wide it is.
    #[must_use]
    pub fn width(mut self, width: Width) -> Self {
        self.width = width;
        self
    }

    /// The HTML autocomplete token.
    #[must_use]
    pub fn autocomplete(mut self, token: &str) -> Self {
        self.autocomplete = Some(token.to_owned());
        self
    }

    /// Between which dates or numbers the answer lies.
    #[must_use]
    pub fn between(mut self, min: Option<String>, max: Option<String>) -> Self {
        (self.min, self.max) = (min, max);
        self
    }

    /// Longest answer in characters.
    #[must_use]
    pub fn at_most(mut self, characters: u32) -> Self {
        self.max_length = Some(characters);
        self
    }

    /// What there is to choose from, as (value, label); none of them chosen
    /// unless it equals the field's value.
    #[must_use]
    pub fn choices<V: Into<String>, L: Into<String>>(
        mut self,
        choices: impl IntoIterator<Item = (V, L)>,
    ) -> Self {
        self.choices = choices
            .into_iter()
            .map(|(value, label)| {
                let value = value.into();
                Choice { selected: value == self.value, value, label: label.into() }
            })
            .collect();
        self
    }

    /// Whether a [`Kind::Check`] is ticked.
    #[must_use]
    pub fn ticked(mut self, checked: bool) -> Self {
        self.checked = checked;
        self
    }
}

/// One line of the error summary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field's id, or the form's when no single field is to blame.
    pub target: String,
    /// What is wrong, and what would be right.
    pub message: String,
}

impl FieldError {
    /// The summary of a form's fields: one line for each that is wrong, in their order.
    #[must_use]
    pub fn of(fields: &[Field]) -> Vec<Self> {
        fields
            .iter()
            .filter_map(|field| Some(Self { target: field.id.clone(), message: field.error.clone()? }))
            .collect()
    }
}

/// A value sent along unseen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Hidden {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A form that posts one command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CommandForm {
    /// Unique on the page; the anchor to come back to.
    pub id: String,
    /// Where it posts.
    pub action: String,
    /// The button's words: `Issue the card`.
    pub submit: String,
    /// True when it takes something away: the button warns.
    pub danger: bool,
    /// Fresh for every form that is shown, so that sending twice does it once.
    pub command_id: String,
    /// The record's version that the person saw (P5); `None` when the form makes something new.
    pub seen_version: Option<i64>,
    /// Sent along unseen.
    pub hidden: Vec<Hidden>,
    /// What it asks.
    pub fields: Vec<Field>,
    /// What is wrong, all at once.
    pub errors: Vec<FieldError>,
    /// What will happen, in a sentence.
    pub note: Option<String>,
}

impl CommandForm {
    /// A form with its fields; the error summary follows from them.
    #[must_use]
    pub fn new(id: &str, action: &str, submit: &str, command_id: String, fields: Vec<Field>) -> Self {
        Self {
            id: id.to_owned(),
            action: action.to_owned(),
            submit: submit.to_owned(),
            danger: false,
            command_id,
            seen_version: None,
            hidden: Vec::new(),
            errors: FieldError::of(&fields),
            fields,
            note: None,
        }
    }

    /// The record's version that the person saw.
    #[must_use]
    pub fn seen(mut self, version: i64) -> Self {
        self.seen_version = Some(version);
        self
    }

    /// Sends a value along unseen.
    #[must_use]
    pub fn with_hidden(mut self, name: &str, value: impl Into<String>) -> Self {
        self.hidden.push(Hidden { name: name.to_owned(), value: value.into() });
        self
    }

    /// Says what will happen.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Takes something away: the button warns.
    #[must_use]
    pub fn dangerous(mut self) -> Self {
        self.danger = true;
        self
    }

    /// Adds an error that no single field is to blame for.
    #[must_use]
    pub fn refused(mut self, message: impl Into<String>) -> Self {
        self.errors.insert(0, FieldError { target: self.id.clone(), message: message.into() });
        self
    }
}

/// A form behind a word: closed until somebody wants it, open when it came back with errors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Action {
    /// The word: `Renew`.
    pub label: String,
    /// True when it came back with errors.
    pub open: bool,
    /// The form.
    pub form: CommandForm,
}

impl Action {
    /// A form behind a word; open when it has errors.
    #[must_use]
    pub fn new(label: &str, form: CommandForm) -> Self {
        Self { label: label.to_owned(), open: !form.errors.is_empty(), form }
    }
}
