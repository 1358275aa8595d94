//! Lines of the people's list, kept as they were written: most of a page of fifty people is the same as
//! it was for whoever asked before, and writing it anew is most of what the page costs.
//!
//! A line is kept for a person and a [`Look`]. It holds as long as the list in memory holds that very entry,
//! and is dropped as soon as an event tells of a change of the person, an erasure among them.

use std::sync::{Arc, Weak};

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::columns::{Cells, Shown};
use super::list;
use crate::domain::date::CivilDate;
use crate::domain::id::{CombatantId, Position};
use crate::projections::desk::Entry;
use crate::web::error::AppError;
use crate::web::templates::Templates;
use crate::web::views::{DeskRow, Html};

/// Bytes that kept lines may take: some 5 000 lines of the usual columns.
const BUDGET: u64 = 8 * 1024 * 1024;
/// How many lines are expected; more only cost a larger table.
const EXPECTED: usize = 4_096;
/// What a line costs besides its bytes, about.
const OVERHEAD: usize = 160;

/// What a line says beside what the entry holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// The columns.
    pub columns: Vec<Shown>,
    /// Whether it can be ticked.
    pub ticks: bool,
    /// Within how many days something is lapsing.
    pub within: u32,
    /// The day on which people are judged.
    pub today: CivilDate,
    /// The last event of the kingdom's own streams: names of disciplines, rules, the policy.
    pub kingdom: Position,
}

/// The kept lines of one server.
pub struct Rows(Cache<CombatantId, Line, Size>);

#[derive(Clone)]
struct Line {
    /// Not held: whoever is erased is gone from memory when the list drops them.
    entry: Weak<Entry>,
    look: Arc<Look>,
    html: Arc<str>,
}

#[derive(Clone)]
struct Size;

impl Weighter<CombatantId, Line> for Size {
    fn weight(&self, _: &CombatantId, line: &Line) -> u64 {
        (line.html.len() + OVERHEAD) as u64
    }
}

impl Default for Rows {
    fn default() -> Self {
        Self(Cache::with_weighter(EXPECTED, BUDGET, Size))
    }
}

impl Rows {
    /// The lines of these people, one after the other.
    ///
    /// # Errors
    /// [`AppError::Internal`] for a broken template.
    pub fn html(
        &self,
        templates: &Templates,
        people: &[Arc<Entry>],
        look: Look,
        cells: &Cells<'_>,
    ) -> Result<Html, AppError> {
        let look = Arc::new(look);
        let mut out = String::with_capacity(people.len() * 1024);
        for entry in people {
            let kept = self.0.get(&entry.id).filter(|line| line.shows(entry, &look));
            if let Some(line) = kept {
                out.push_str(&line.html);
                continue;
            }
            let html = templates.desk_row(&row(entry, &look, cells))?;
            out.push_str(&html);
            let line = Line { entry: Arc::downgrade(entry), look: Arc::clone(&look), html: html.into() };
            self.0.insert(entry.id, line);
        }
        Ok(Html(out))
    }

    /// Drops a person's line.
    pub fn forget(&self, id: CombatantId) {
        self.0.remove(&id);
    }

    /// Drops every line.
    pub fn clear(&self) {
        self.0.clear();
    }
}

impl Line {
    fn shows(&self, entry: &Arc<Entry>, look: &Look) -> bool {
        std::ptr::eq(self.entry.as_ptr(), Arc::as_ptr(entry)) && *self.look == *look
    }
}

fn row(entry: &Entry, look: &Look, cells: &Cells<'_>) -> DeskRow {
    DeskRow {
        tick: look.ticks,
        id: entry.id.to_string(),
        href: format!("{}/{}", list::PATH, entry.id),
        name: entry.display_name().to_owned(),
        sca_name: entry.sca_name.as_deref().map(ToOwned::to_owned),
        cells: look.columns.iter().map(|column| column.cell(entry, cells)).collect(),
    }
}
