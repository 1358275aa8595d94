//! Whom an auditor means: by the id in a record's address, or by what the desk's list finds people by.

use axum::response::{IntoResponse, Redirect, Response};
use uuid::Uuid;

use crate::domain::permission::Permission;
use crate::projections::desk::Query;
use crate::web::error::AppError;
use crate::web::form::Sent;
use crate::web::reading;
use crate::web::session::CurrentOfficer;
use crate::web::state::AppState;
use crate::web::views::{Candidate, href};

/// What the field is called.
pub const LABEL: &str = "Person";
/// What may stand in it.
pub const HINT: &str = "Name, e-mail, card id, member number, or the id in the record’s address";
/// Most people to choose from.
const MOST: usize = 20;

/// Whom a text means.
pub enum Whom {
    /// Nothing was typed, or an id.
    Clear,
    /// One person: the same address with the id in it.
    Lead(Response),
    /// Nobody, or several: why that is not enough, and whom to choose from.
    Unclear(String, Vec<Candidate>),
}

/// Looks for the person typed in the query of that address. Looking is a reading, and counts as a search (V7).
///
/// # Errors
/// [`AppError`]: too many searches, lists that are not read yet, a reading that can't be recorded.
pub async fn find(
    state: &AppState,
    officer: &CurrentOfficer,
    path: &str,
    sent: &Sent,
) -> Result<Whom, AppError> {
    let Some(text) = sent.filled("person").filter(|text| Uuid::parse_str(text).is_err()) else {
        return Ok(Whom::Clear);
    };
    officer.require(Permission::ReadHistory, None)?;
    state.desk_searches.take(officer.id)?;
    let index = state.lists()?.desk();
    let today = state.today();
    let query = Query { text: text.to_owned(), per_page: MOST, ..Query::default() };
    let found = index.search(&query, today, &officer.kingdom.catalogue.in_force_on(today));
    reading::of_list(state, officer, "audit-person", text.to_owned(), found.rows.len()).await?;
    let address = |id: &str| {
        let fields: Vec<_> = sent
            .fields()
            .map(|(name, value)| (name, if name == "person" { id } else { value }))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        href(path, &fields)
    };
    if let [only] = found.rows.as_slice() {
        return Ok(Whom::Lead(Redirect::to(&address(&only.id.to_string())).into_response()));
    }
    let why = match found.total {
        0 => "Nobody on file is found by that; an erased record is found by the id in its address".to_owned(),
        total if total > MOST => format!("{total} people are found by that: type more of it"),
        total => format!("{total} people are found by that: choose one below"),
    };
    let candidates = found.rows.iter().map(|entry| Candidate {
        href: address(&entry.id.to_string()),
        name: entry.display_name().to_owned(),
        legal_name: entry.legal_name.to_string(),
        branch: entry.branch.as_deref().map(ToOwned::to_owned),
        why: None,
    });
    Ok(Whom::Unclear(why, candidates.collect()))
}
