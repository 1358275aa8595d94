//! Regions from JSON: a list of `code`, `name`, `country`, `postal_format`,
//! `active`. Adds, never changes or removes, and tells what differs.

use std::collections::BTreeSet;

use super::json;
use super::proposal::Run;
use super::report::{Difference, Fault, ImportError, ImportReport, OnProgress};
use crate::commands::Context;
use crate::commands::bus::{Bus, Change, KingdomState};
use crate::commands::kingdom::{AddRegion, KingdomCommand};
use crate::domain::actor::Actor;
use crate::domain::id::{CorrelationId, StreamId, StreamType};
use crate::domain::region::{RegionEntry, find_region};

const EXAMPLE: &str =
    r#"{"code": "ON", "name": "Ontario", "country": "Canada", "postal_format": "A1A 1A1", "active": true}"#;
const CHANGE_IT: &str = "left as it is; change the region on the desk if the file is right";
const KEPT: &str = "kept; an import removes nothing";

/// Adds the regions of a JSON file. Running it twice records nothing.
///
/// # Errors
/// [`ImportError`]: nothing was recorded.
pub async fn import(
    bus: &Bus,
    actor: Actor,
    correlation: CorrelationId,
    bytes: &[u8],
    dry_run: bool,
    progress: OnProgress<'_>,
) -> Result<ImportReport, ImportError> {
    let run = Run::new(bus, &actor, correlation, bytes);
    json::import(&run, dry_run, progress, EXAMPLE, judge).await
}

fn judge(
    entries: &[RegionEntry],
    kingdom: &KingdomState,
    context: &Context,
) -> Result<(ImportReport, Vec<Change>), ImportError> {
    let stream = StreamId::only(StreamType::Regions);
    let mut catalogue = (*kingdom.catalogue).clone();
    let mut report = ImportReport { rows: entries.len(), ..ImportReport::default() };
    let (mut facts, mut faults, mut named) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (index, entry) in entries.iter().enumerate() {
        let at = |field: &str, value: &str| Fault::at(0, "", format!("[{index}].{field}"), value);
        let code = entry.code.trim().to_ascii_uppercase();
        if !named.insert(code.clone()) {
            faults.push(at("code", &entry.code).because("this code stands twice", "keep one of the two"));
            continue;
        }
        if let Some(held) = find_region(&kingdom.catalogue.regions, &code) {
            report.unchanged += 1;
            report.differences.extend(differences(index, held, entry));
            continue;
        }
        let command = KingdomCommand::from(AddRegion(entry.clone()));
        match command.decide(&catalogue, context) {
            Ok(decided) => {
                for fact in &decided {
                    catalogue.take(stream, fact);
                    *report.recorded.entry(fact.event.event_type()).or_default() += 1;
                }
                report.added += 1;
                facts.extend(decided);
            }
            Err(refusal) => faults.push(at("code", &entry.code).refused(&refusal)),
        }
    }
    for held in kingdom.catalogue.regions.iter().filter(|held| !named.contains(&held.code)) {
        report.differences.push(Difference {
            line: 0,
            ref_: String::new(),
            column: "code".to_owned(),
            on_file: held.code.clone(),
            in_file: String::new(),
            note: KEPT,
        });
    }
    if faults.is_empty() {
        let expected = kingdom.catalogue.version_of(stream);
        let change = (!facts.is_empty()).then(|| Change::plain(stream, expected, facts));
        Ok((report, Vec::from_iter(change)))
    } else {
        Err(ImportError::Faults(faults))
    }
}

fn differences(index: usize, held: &RegionEntry, entry: &RegionEntry) -> Vec<Difference> {
    let active = |entry: &RegionEntry| entry.active.to_string();
    let fields = [
        ("name", held.name.clone(), entry.name.clone()),
        ("country", held.country.clone(), entry.country.clone()),
        ("postal_format", held.postal_format.clone(), entry.postal_format.clone()),
        ("active", active(held), active(entry)),
    ];
    let differing = fields.into_iter().filter(|(_, held, entry)| held.trim() != entry.trim());
    differing
        .map(|(field, on_file, in_file)| Difference {
            line: 0,
            ref_: String::new(),
            column: format!("[{index}].{field}"),
            on_file,
            in_file,
            note: CHANGE_IT,
        })
        .collect()
}
