//! Numbers: `/desk/forecast`, what lapses in the days to come, and `/desk/reports`, what is or was so on any
//! day. For holders of `read_combatant_info`, days past included: whoever may open every record with
//! its whole history learns nothing new from how many there were. `read_history` stands for single
//! entries of the log and for names as of a day, and numbers hold neither.
//!
//! Files of numbers name nobody, so they need no reason and are no readings (V7); the list of people
//! under the forecast is one.

mod counting;
mod forecast;
mod numbers;
mod past;

use axum::Router;
use axum::routing::get;

use crate::domain::id::Slug;
use crate::domain::text::fold;
use crate::events::evolve::Catalogue;
use crate::web::state::AppState;
use crate::web::views::{Field, Kind};

/// The forecast's address.
pub const FORECAST: &str = "/desk/forecast";
/// The reports' address.
pub const REPORTS: &str = "/desk/reports";

/// The routes of this room.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/desk/forecast", get(forecast::show))
        .route("/desk/forecast.csv", get(forecast::csv))
        .route("/desk/reports", get(past::show))
        .route("/desk/reports/{file}", get(past::csv))
}

/// The disciplines in the order of their names: all that take cards, and others that `has` something.
fn disciplines(catalogue: &Catalogue, has: impl Fn(&Slug) -> bool) -> Vec<(&Slug, &str)> {
    let all = catalogue.disciplines.iter().filter(|(slug, state)| !state.retired || has(slug));
    let mut all: Vec<_> = all.map(|(slug, state)| (slug, state.name.as_str())).collect();
    all.sort_by_cached_key(|(_, name)| fold(name));
    all
}

/// The choice of a discipline, or of all.
fn discipline_field(catalogue: &Catalogue, label: &str, all: &str, asked: &str) -> Field {
    let named = disciplines(catalogue, |_| true);
    let named = named.into_iter().map(|(slug, name)| (slug.to_string(), name.to_owned()));
    Field::new(Kind::Select, "discipline", label)
        .choices([(String::new(), all.to_owned())].into_iter().chain(named))
        .value(asked)
}

/// What is wrong with a discipline that an address names.
fn discipline_fault(catalogue: &Catalogue, asked: &str) -> Option<String> {
    let known = asked.is_empty() || catalogue.disciplines.contains_key(asked);
    (!known).then(|| "There is no such discipline; choose one from the list".to_owned())
}
