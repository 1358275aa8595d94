//! Erase a person.

use super::{Asked, Asking, Faults, NotAsked};
use crate::commands::combatant::erase::Erase;
use crate::domain::text::{clean, fold};
use crate::events::combatant::ErasureCause;
use crate::events::evolve::Standing;
use crate::web::desk::flash::Done;
use crate::web::desk::record::display_name;
use crate::web::form::Sent;

/// Erases a person (V6), once the word and the name are typed.
///
/// # Errors
/// [`NotAsked`].
pub fn erase(asking: &Asking<'_>, sent: &Sent) -> Result<Asked, NotAsked> {
    let form = "erase".to_owned();
    let command = Erase::by(ErasureCause::Officer).into();
    let asked = Asked { command, form: form.clone(), day: "", done: Done::plain("erased") };
    if asking.record.standing == Standing::Erased {
        // Sent twice: the name that was typed cannot be compared any more.
        return Ok(asked);
    }
    let mut faults = Faults::none();
    if sent.text("word").trim() != "ERASE" {
        faults.0.push(("word", "Type ERASE in capitals, to show that you mean it".to_owned()));
    }
    let typed = clean(sent.text("name")).unwrap_or_default();
    if fold(&typed) != fold(display_name(asking.record)) {
        faults.0.push(("name", "This is not the name at the top of the page".to_owned()));
    }
    if faults.0.is_empty() { Ok(asked) } else { Err(faults.wrong(form)) }
}
