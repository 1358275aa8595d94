//! Why a command was refused.

use crate::domain::date_text::long_date;
use crate::domain::text::{TextFault, clean};
use crate::domain::validate::FieldError;
use crate::events::evolve::{Catalogue, Clash};

/// Why a decision says no. The texts go to the person who asked; they name
/// types, days and rules, never a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Fields were filled in wrongly: all of them at once (P3).
    #[error("{} need correcting", count(.0.len()))]
    Fields(Vec<FieldError>),
    /// A rule of the register stands against it.
    #[error("{message} (rule {rule})")]
    Rule {
        /// The rule's number in the rules of the register.
        rule: &'static str,
        /// What is wrong and what to do.
        message: String,
    },
    /// A later entry would make no sense any more (D4).
    #[error(
        "{} on {} would make no sense after it: {why}. Choose another day, or put that entry right first: correct it, or take it back in the history (rule D4)",
        entry(.event_type),
        long_date(*.on)
    )]
    Later {
        /// The later event's id.
        event: crate::domain::id::EventId,
        /// Its type.
        event_type: &'static str,
        /// The day it took effect.
        on: crate::domain::date::CivilDate,
        /// What would be wrong with it.
        why: String,
    },
}

fn count(fields: usize) -> String {
    if fields == 1 { "1 field".to_owned() } else { format!("{fields} fields") }
}

impl Refusal {
    /// A refusal by one rule.
    pub fn rule(rule: &'static str, message: impl Into<String>) -> Self {
        Self::Rule { rule, message: message.into() }
    }

    /// What a timeline refuses, in the kingdom's names: the tried event itself (C4, C5, C10), or a later one (D4).
    #[must_use]
    pub fn by_timeline(clash: Clash, names: &Catalogue) -> Self {
        let Clash { event, event_type, on, why } = clash;
        if event.0.is_nil() {
            Self::rule(why.rule(), why.told(names))
        } else {
            Self::Later { event, event_type, on, why: why.told(names) }
        }
    }
}

impl From<Clash> for Refusal {
    /// The same where no names are at hand.
    fn from(clash: Clash) -> Self {
        Self::by_timeline(clash, &Catalogue::default())
    }
}

/// An entry of a timeline in words.
fn entry(event_type: &str) -> &str {
    match event_type {
        "CardIssued" => "the issue of the card",
        "CardRenewed" => "the renewal of the card",
        "CardDatesCorrected" => "the corrected date of the card",
        "AuthorizationGranted" => "the grant",
        "AuthorizationRevoked" => "the revocation",
        "WarrantGranted" => "the warrant",
        "WarrantEnded" => "the end of the warrant",
        "WaiverRecorded" => "the waiver",
        "WaiverCorrected" => "the corrected date of the waiver",
        other => other,
    }
}

/// A reason that somebody typed: required, at most 1 000 characters (C5).
///
/// # Errors
/// [`Refusal::Rule`] naming C5.
pub fn reason(text: &str) -> Result<crate::domain::personal::Personal, Refusal> {
    let cleaned =
        clean(text).map_err(|fault: TextFault| Refusal::rule("C5", format!("the reason: {fault}")))?;
    match cleaned.chars().count() {
        0 => Err(Refusal::rule("C5", "a reason is needed: say in a few words why")),
        1..=1000 => Ok(crate::domain::personal::Personal::open(&cleaned)),
        length => Err(Refusal::rule("C5", format!("the reason has {length} characters; at most 1000 fit"))),
    }
}
