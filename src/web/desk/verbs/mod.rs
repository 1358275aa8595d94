//! What can be done to a person: each function reads a sent form into a
//! command, or says what is wrong with it, by field. It decides nothing.

pub mod authorization;
pub mod card;
pub mod consent;
pub mod correction;
pub mod entry;
pub mod erase;
pub mod pin;
pub mod waiver;
pub mod warrant;

use crate::clock::IdSource;
use crate::commands::combatant::CombatantCommand;
use crate::domain::date::CivilDate;
use crate::domain::id::{CommandId, Slug};
use crate::events::evolve::Record;
use crate::web::desk::flash::Done;
use crate::web::form::Sent;

/// Reads a form.
pub type Read = fn(&Asking<'_>, &Sent) -> Result<Asked, NotAsked>;

/// What reading a form may know beside the form.
pub struct Asking<'a> {
    /// The command's id: what is new derives its own from it, so that a
    /// re-sent form is the same command.
    pub command_id: CommandId,
    /// Whose record it is.
    pub person: crate::domain::id::CombatantId,
    /// The person's record as it is now.
    pub record: &'a Record,
    /// Who asks.
    pub officer: Option<crate::domain::id::OfficerId>,
    /// Random bytes, for what is drawn by lot.
    pub ids: &'a dyn IdSource,
}

/// What a form asks for.
pub struct Asked {
    /// The command.
    pub command: CombatantCommand,
    /// Which form of the record's page it came from.
    pub form: String,
    /// The field that a refused day belongs to.
    pub day: &'static str,
    /// What to say once it is done.
    pub done: Done,
}

/// Why a form asks for nothing.
pub enum NotAsked {
    /// It is not one of ours: a name in it was tampered with.
    NotOurs,
    /// Fields are wrong: in which form of the page, and by field.
    Wrong(String, Vec<(&'static str, String)>),
}

/// A slug that the page put there itself.
fn slug(sent: &Sent, name: &str) -> Result<Slug, NotAsked> {
    Slug::parse(sent.text(name)).map_err(|_| NotAsked::NotOurs)
}

/// The date that a correction's form showed, which the page put there itself (P5).
fn seen(sent: &Sent) -> Result<CivilDate, NotAsked> {
    CivilDate::parse(sent.text("seen")).map_err(|_| NotAsked::NotOurs)
}

/// Collects what is wrong, field by field, so that all of it comes at once (P3).
struct Faults(Vec<(&'static str, String)>);

impl Faults {
    const fn none() -> Self {
        Self(Vec::new())
    }

    /// The value, or its fault noted.
    fn take<T>(&mut self, field: &'static str, value: Result<T, String>) -> Option<T> {
        value.map_err(|why| self.0.push((field, why))).ok()
    }

    /// A reason: there must be one, and it must be keepable (C5).
    fn reason(&mut self, sent: &Sent) -> String {
        let text = sent.text("reason");
        if let Err(refusal) = crate::commands::refusal::reason(text) {
            let message = match refusal {
                crate::commands::Refusal::Rule { message, .. } => message,
                other => other.to_string(),
            };
            self.0.push(("reason", crate::web::form::capital(&message)));
        }
        text.to_owned()
    }

    /// What is wrong with that form.
    fn wrong(self, form: String) -> NotAsked {
        NotAsked::Wrong(form, self.0)
    }
}
