//! `/desk/people/export`: the list as a file with the columns that it shows, for whoever says what for (V7).
//! Contact details, birth dates and member numbers are in it only for holders of `export_sealed`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::columns::Cells;
use super::file::{File, Format};
use super::list::{self, Asked};
use super::record::detail;
use crate::commands::refusal;
use crate::domain::details::DetailField;
use crate::domain::id::CombatantId;
use crate::domain::permission::Permission;
use crate::events::evolve::Record;
use crate::projections::desk::Entry;
use crate::web::error::AppError;
use crate::web::form::{Sent, capital};
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;

/// What `export_sealed` adds.
const SEALED: [DetailField; 10] = [
    DetailField::Email,
    DetailField::Phone,
    DetailField::Address1,
    DetailField::Address2,
    DetailField::City,
    DetailField::Province,
    DetailField::PostalCode,
    DetailField::DateOfBirth,
    DetailField::MemberNumber,
    DetailField::MemberExpiry,
];
/// People whose records are opened at once.
const AT_ONCE: usize = 256;

/// The list as a file.
pub async fn file(
    State(state): State<AppState>,
    officer: CurrentOfficer,
    body: Bytes,
) -> Result<Response, AppError> {
    officer.require(Permission::ReadCombatantInfo, None)?;
    let sent = Sent::read(&body)?;
    let contact = sent.text("contact") == "yes";
    if contact {
        officer.require(Permission::ExportSealed, None)?;
    }
    let format = Format::of(&sent)?;
    let asked = Asked::of(&sent, &officer.kingdom.catalogue);
    let reason = sent.text("reason");
    let fault = refusal::reason(reason).err().map(|why| capital(&why.to_string()));
    if fault.is_some() || !asked.errors.is_empty() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return list::page(&state, &officer, &asked, Some((&sent, fault)), status).await;
    }
    let today = state.today();
    let in_force = officer.kingdom.catalogue.in_force_on(today);
    let people = state.lists()?.desk().all(&asked.query(), today, &in_force);
    // Recorded before anything leaves.
    let what = if contact { "with contact details" } else { "without contact details" };
    let query = [asked.words(), what.to_owned()].into_iter().filter(|text| !text.is_empty());
    let query = query.collect::<Vec<_>>().join(", ");
    reading::of_export(&state, &officer, "desk-export", query, people.len(), reason).await?;
    let shown = asked.columns.iter().flat_map(|column| column.in_file()).map(|(name, _)| *name);
    let sealed = SEALED.iter().map(|field| field.as_str()).filter(|_| contact);
    let mut file = File::new(["sca_name"].into_iter().chain(shown).chain(sealed));
    let cells =
        Cells { catalogue: &officer.kingdom.catalogue, today, within: asked.within(), in_force: &in_force };
    for part in people.chunks(AT_ONCE) {
        let mut records = if contact { records(&state, part).await? } else { Vec::new() };
        records.resize_with(part.len(), Record::default);
        for (entry, record) in part.iter().zip(&records) {
            let open = SEALED.iter().map(|field| detail(record, *field).unwrap_or("").to_owned());
            let shown = asked.columns.iter().flat_map(|column| column.in_file());
            let shown = shown.map(|(_, cell)| cell(entry, &cells));
            let name = entry.sca_name.as_deref().unwrap_or("").to_owned();
            file.row([name].into_iter().chain(shown).chain(open.filter(|_| contact)));
        }
    }
    file.answer(format, "people", today)
}

async fn records(state: &AppState, people: &[Arc<Entry>]) -> Result<Vec<Record>, AppError> {
    let ids: Vec<CombatantId> = people.iter().map(|entry| entry.id).collect();
    let mut histories = state.bus().histories(&ids).await?;
    Ok(ids.iter().map(|id| Record::of(histories.remove(id).unwrap_or_default())).collect())
}
