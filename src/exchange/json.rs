//! Lists in JSON files of what holds for everyone, and the one way they go.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::proposal::{Run, TRIES, write};
use super::report::{Fault, ImportError, ImportReport, OnProgress, Progress, Step};
use crate::commands::Context;
use crate::commands::authorize::{Requirement, permits};
use crate::commands::bus::{BusError, Change, KingdomState};
use crate::domain::permission::Permission;

/// Most bytes of a JSON file.
const MOST_BYTES: usize = 1 << 20;

/// Reads a JSON list of entries like the example; a byte order mark before it is fine.
///
/// # Errors
/// [`ImportError::Faults`] with the line where reading stopped.
fn list<T: DeserializeOwned>(bytes: &[u8], example: &str) -> Result<Vec<T>, ImportError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.len() > MOST_BYTES {
        let fault = Fault::at(1, "", "", "")
            .because("the file is larger than 1 MiB", "give the file with the list, nothing else");
        return Err(ImportError::Faults(vec![fault]));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let text = error.to_string();
        let why = text.split(" at line ").next().unwrap_or(&text);
        let fault = Fault::at(error.line().max(1), "", format!("character {}", error.column()), "");
        ImportError::Faults(vec![if error.is_data() {
            fault.because(why, format!("write a list, each entry like {example}"))
        } else {
            fault.because(format!("this is no JSON ({why})"), "mend it there, or give another file")
        }])
    })
}

/// What a list comes to, judged on what the kingdom has decided.
type Judging<T> = fn(&[T], &KingdomState, &Context) -> Result<(ImportReport, Vec<Change>), ImportError>;

/// Judges the file's list on what the kingdom has decided, and records what it
/// adds; judged again where something else was recorded meanwhile. `example` is an entry as it should be.
///
/// # Errors
/// [`ImportError`]: nothing was recorded.
pub(super) async fn import<T: DeserializeOwned>(
    run: &Run<'_>,
    dry_run: bool,
    progress: OnProgress<'_>,
    example: &str,
    judge: Judging<T>,
) -> Result<ImportReport, ImportError> {
    for _ in 0..TRIES {
        let kingdom = run.bus.refresh().await?;
        let needs =
            Requirement { permission: Permission::ManageKingdom, discipline: None, not_own: Vec::new() };
        permits(run.actor, &needs, &kingdom.officers).map_err(BusError::from)?;
        let entries: Vec<T> = list(run.bytes, example)?;
        progress(Progress { step: Step::Reading, done: entries.len(), of: entries.len() });
        let context = Context { today: run.bus.today(), catalogue: Arc::clone(&kingdom.catalogue) };
        let (mut report, changes) = judge(&entries, &kingdom, &context)?;
        report.dry_run = dry_run;
        if dry_run || changes.is_empty() {
            return Ok(report);
        }
        if let Some(receipt) = write(run, &kingdom, changes, progress).await? {
            report.receipt = Some(receipt);
            return Ok(report);
        }
    }
    Err(BusError::Busy.into())
}
