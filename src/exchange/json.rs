//! Lists in JSON files.

use serde::de::DeserializeOwned;

use super::report::{Fault, ImportError};

/// Most bytes of a JSON file.
const MOST_BYTES: usize = 1 << 20;

/// Reads a JSON list; a byte order mark before it is fine.
///
/// # Errors
/// [`ImportError::Faults`] with the line where reading stopped.
pub(super) fn list<T: DeserializeOwned>(bytes: &[u8]) -> Result<Vec<T>, ImportError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.len() > MOST_BYTES {
        let fault = Fault::at(1, "", "", "")
            .because("the file is larger than 1 MiB", "give the file with the list, nothing else");
        return Err(ImportError::Faults(vec![fault]));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let text = error.to_string();
        let problem = text.split(" at line ").next().unwrap_or(&text).to_owned();
        let fault = Fault::at(error.line().max(1), "", format!("character {}", error.column()), "");
        ImportError::Faults(vec![fault.because(problem, "mend the JSON there")])
    })
}
