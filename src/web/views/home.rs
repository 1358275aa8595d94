//! `/`: may this person fight today?

use serde::Serialize;

use super::parts::Day;

/// The first page. Template `home`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HomeView {
    /// The kingdom's civil day (D1).
    pub today: Day,
    /// How many people are on the public register, written with thin spaces; `None` when nobody is yet.
    pub listed: Option<String>,
    /// Disciplines to choose from in the search, as the register's filter knows them: (slug, name).
    pub disciplines: Vec<super::forms::Choice>,
}
