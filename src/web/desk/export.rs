//! `/desk/people/export`: the list as a file, for whoever says what for (V7). Contact details, birth dates
//! and member numbers are in it only for holders of `export_sealed`.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::list::{self, Asked};
use super::record::detail;
use crate::commands::refusal;
use crate::domain::details::DetailField;
use crate::domain::id::CombatantId;
use crate::domain::permission::Permission;
use crate::events::evolve::{Catalogue, Record};
use crate::projections::desk::{Entry, Filter};
use crate::web::error::AppError;
use crate::web::form::{Sent, capital};
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::words;

/// What everybody who may see the list gets.
const SHOWN: [&str; 8] =
    ["sca_name", "legal_name", "branch", "accepted", "listed", "waiver_expires", "cards", "notes"];
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

/// Comma-separated values in UTF-8, with a byte order mark for spreadsheets.
pub async fn csv(
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
    let asked = Asked::of(&sent, &officer.kingdom.catalogue);
    let reason = sent.text("reason");
    let fault = refusal::reason(reason).err().map(|why| capital(&why.to_string()));
    if fault.is_some() || !asked.errors.is_empty() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return list::page(&state, &officer, &asked, Some((&sent, fault)), status).await;
    }
    let today = state.today();
    let rules = officer.kingdom.catalogue.rulebook_on(today).rules;
    let people = state.lists()?.desk().all(&asked.query(), today, &rules);
    // Recorded before anything leaves.
    let what = if contact { "with contact details" } else { "without contact details" };
    let query = [asked.words(), what.to_owned()].into_iter().filter(|text| !text.is_empty());
    let query = query.collect::<Vec<_>>().join(", ");
    reading::of_export(&state, &officer, "desk-export", query, people.len(), reason).await?;
    let mut file = csv::Writer::from_writer(b"\xEF\xBB\xBF".to_vec());
    let sealed = SEALED.iter().map(|field| field.as_str()).filter(|_| contact);
    write(&mut file, SHOWN.into_iter().chain(sealed))?;
    let shown = |entry: &Entry| {
        let notes = [
            (Filter::Minor, "minor"),
            (Filter::AgeUnknown, "birth date unknown"),
            (Filter::OldLink, "old card link"),
        ];
        let notes = notes.into_iter().filter(|(filter, _)| entry.is(*filter, None, today, &rules));
        row(entry, &officer.kingdom.catalogue, notes.map(|(_, note)| note))
    };
    for part in people.chunks(AT_ONCE) {
        let mut records = if contact { records(&state, part).await? } else { Vec::new() };
        records.resize_with(part.len(), Record::default);
        for (entry, record) in part.iter().zip(&records) {
            let open = SEALED.iter().map(|field| detail(record, *field).unwrap_or("").to_owned());
            write(&mut file, shown(entry).into_iter().chain(open.filter(|_| contact)))?;
        }
    }
    let bytes = file.into_inner().map_err(|why| AppError::Internal(why.to_string()))?;
    let disposition = format!("attachment; filename=\"people-{today}.csv\"");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, bytes).into_response())
}

async fn records(state: &AppState, people: &[Arc<Entry>]) -> Result<Vec<Record>, AppError> {
    let ids: Vec<CombatantId> = people.iter().map(|entry| entry.id).collect();
    let mut histories = state.bus().histories(&ids).await?;
    Ok(ids.iter().map(|id| Record::of(histories.remove(id).unwrap_or_default())).collect())
}

fn row<'n>(entry: &Entry, catalogue: &Catalogue, notes: impl Iterator<Item = &'n str>) -> Vec<String> {
    let yes = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    let cards = entry.cards.iter().filter_map(|card| {
        Some(format!("{} expires {}", words::discipline(catalogue, &card.discipline), card.expires_on?))
    });
    vec![
        entry.sca_name.as_deref().unwrap_or("").to_owned(),
        entry.legal_name.to_string(),
        entry.branch.as_deref().unwrap_or("").to_owned(),
        yes(entry.accepted),
        yes(entry.listed),
        entry.waiver_expires.map_or_else(String::new, |day| day.to_string()),
        cards.collect::<Vec<_>>().join("; "),
        notes.collect::<Vec<_>>().join("; "),
    ]
}

/// One line of a file, with no cell that a spreadsheet would take for a formula.
pub(super) fn write<T: AsRef<str>>(
    file: &mut csv::Writer<Vec<u8>>,
    cells: impl Iterator<Item = T>,
) -> Result<(), AppError> {
    let cells = cells.map(|cell| harmless(cell.as_ref()));
    file.write_record(cells).map_err(|why| AppError::Internal(why.to_string()))
}

/// A cell that no spreadsheet takes for a formula (OWASP, CSV Injection).
fn harmless(cell: &str) -> String {
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{cell}"),
        _ => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+14165550123", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(harmless(cell), format!("'{cell}"));
        }
        assert_eq!(harmless("Ásta = =x"), "Ásta = =x");
    }
}
