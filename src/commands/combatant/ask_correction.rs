//! Asking for something on file to be corrected.

use crate::commands::{Context, Refusal};
use crate::domain::personal::Personal;
use crate::domain::text::clean;
use crate::events::combatant::CorrectionAsked;
use crate::events::evolve::Record;
use crate::events::{CombatantEvent, Fact};

/// How many may wait at once.
const MOST: usize = 5;
/// The longest, in characters.
pub const MOST_CHARS: usize = 1_000;

/// Ask the Minister of the Lists to correct something: it waits on the desk.
#[derive(Debug, Clone)]
pub struct AskCorrection {
    /// What is wrong, as typed.
    pub text: String,
}

impl AskCorrection {
    /// # Errors
    /// V7: nothing was written, too much, or there are enough that wait.
    pub fn decide(&self, record: &Record, _: &Context) -> Result<Vec<Fact<CombatantEvent>>, Refusal> {
        let text = read(&self.text).map_err(|why| Refusal::rule("V7", why))?;
        if record.corrections.len() >= MOST {
            return Err(Refusal::rule(
                "V7",
                format!("{MOST} corrections of yours wait already; they are looked after one by one"),
            ));
        }
        Ok(vec![Fact::plain(CorrectionAsked { text: Personal::open(&text) }.into())])
    }
}

/// What may be asked.
///
/// # Errors
/// What is wrong with it, for whoever typed it.
pub fn read(typed: &str) -> Result<String, String> {
    let text = clean(typed).map_err(|fault| format!("{fault}; {}", fault.remedy()))?;
    match text.chars().count() {
        0 => Err("Say in a few words what is wrong and what would be right".to_owned()),
        1..=MOST_CHARS => Ok(text),
        length => Err(format!("This has {length} characters; at most {MOST_CHARS} fit")),
    }
}
