//! Who an officer is on file (A3): found by name by whoever may see records,
//! said by the record's address otherwise. Whether a record exists is told
//! only to those who may see it (A4).

use crate::domain::id::CombatantId;
use crate::domain::permission::Permission;
use crate::domain::text::clean;
use crate::events::evolve::{OfficerState, Standing};
use crate::projections::desk::Query;
use crate::web::desk::forms::Forms;
use crate::web::desk::record::display_name;
use crate::web::error::AppError;
use crate::web::form::{Sent, capital};
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::views::{Field, Kind, PersonOf};

/// How many people are offered.
const MOST: usize = 10;
/// The longest search.
const MOST_CHARS: usize = 255;

/// Reads which record a form names, by its id or its address.
///
/// # Errors
/// What to say next to the field.
pub(super) async fn read(
    state: &AppState,
    reader: &CurrentOfficer,
    sent: &Sent,
) -> Result<Result<CombatantId, String>, AppError> {
    let text = sent.text("record").trim();
    let path = text.split(['?', '#']).next().unwrap_or_default().trim_end_matches("/edit");
    let Ok(id) = CombatantId::parse(path.rsplit('/').next().unwrap_or_default()) else {
        let how = "Paste the address of the person’s record, or the id that it ends with";
        return Ok(Err(how.to_owned()));
    };
    if reader.may(Permission::ReadCombatantInfo, None)
        && state.bus().record(id).await?.standing != Standing::Active
    {
        return Ok(Err("There is no such record, or it was erased or joined to another one".to_owned()));
    }
    Ok(Ok(id))
}

/// What is known of it before the page is made.
pub(super) struct Known {
    name: Option<String>,
    href: Option<String>,
    find: Option<Field>,
    found: Vec<(String, String)>,
}

/// Looks who an officer is on file, and who might be; names are opened on record (V7).
pub(super) async fn look(
    state: &AppState,
    reader: &CurrentOfficer,
    one: &OfficerState,
    own: bool,
    find: &str,
) -> Result<Known, AppError> {
    let reads = reader.may(Permission::ReadCombatantInfo, None);
    let mut known = Known { name: None, href: None, find: None, found: Vec::new() };
    if let Some(combatant) = one.combatant {
        known.name = Some("A person on file, whose record you may not see.".to_owned());
        if reads {
            reading::of_record(state, reader, "desk-officer", combatant).await?;
            known.name = Some(display_name(state.bus().record(combatant).await?.as_ref()).to_owned());
            known.href = Some(format!("/desk/people/{combatant}"));
        }
    }
    if reads && !own {
        let mut field = Field::new(Kind::Search, "find", "Find the person").value(find);
        if !find.is_empty() {
            match searched(state, reader, find).await? {
                Ok(people) if people.is_empty() => {
                    field = field.error(Some("Nobody of that name is on file".to_owned()));
                }
                Ok(people) => known.found = people,
                Err(why) => field = field.error(Some(why)),
            }
        }
        known.find = Some(field);
    }
    Ok(known)
}

impl Known {
    /// What the page shows of it, with what there is to do.
    pub(super) fn shown(self, forms: &Forms<'_>, here: &str, own: bool, version: i64) -> PersonOf {
        let Self { name, href, find, found } = self;
        let linked = name.is_some();
        let mut shown =
            PersonOf { name, href, find, find_action: here.to_owned(), actions: Vec::new(), locked: None };
        if own {
            let why = "This is you: another officer says who you are on file, and may undo it.";
            shown.locked = Some(why.to_owned());
            return shown;
        }
        let offered = !found.is_empty();
        let field = if offered {
            Field::new(Kind::Radios, "record", "Which of them?").choices(found)
        } else {
            Field::new(Kind::Text, "record", "Their record")
                .hint("Paste the address of the record, or the id that it ends with.")
                .at_most(500)
        };
        let form = forms.form("link", &format!("{here}/link"), "Link", vec![field.required()]).seen(version);
        let label = if linked { "Link to somebody else" } else { "Link to a person on file" };
        let mut link = forms.action(label, form);
        link.open |= offered;
        shown.actions.push(link);
        if linked {
            let form = forms.form("unlink", &format!("{here}/unlink"), "Undo the link", Vec::new());
            let note =
                "This officer can then change that person’s cards, authorizations, warrants and waiver.";
            shown.actions.push(forms.action("Undo the link", form.seen(version).note(note).dangerous()));
        }
        shown
    }
}

/// People of that name, as (id, words); a reading, recorded first (V7).
async fn searched(
    state: &AppState,
    reader: &CurrentOfficer,
    find: &str,
) -> Result<Result<Vec<(String, String)>, String>, AppError> {
    if let Err(fault) = clean(find) {
        return Ok(Err(format!("{}; {}", capital(&fault.to_string()), fault.remedy())));
    }
    if find.chars().count() > MOST_CHARS {
        return Ok(Err(format!("At most {MOST_CHARS} characters can be searched for")));
    }
    state.desk_searches.take(reader.id)?;
    let today = state.today();
    let rules = state.kingdom().catalogue.in_force_on(today);
    let query = Query { text: find.to_owned(), per_page: MOST, ..Query::default() };
    let people = state.lists()?.desk().search(&query, today, &rules).rows;
    reading::of_list(state, reader, "desk-officer", find.to_owned(), people.len()).await?;
    let said = people.iter().map(|person| {
        let branch = person.branch.as_deref().map_or_else(String::new, |branch| format!(", {branch}"));
        (person.id.to_string(), format!("{}{branch}", person.display_name()))
    });
    Ok(Ok(said.collect()))
}
