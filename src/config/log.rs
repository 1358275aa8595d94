//! What is logged, and how.

use std::path::PathBuf;

use tracing_subscriber::filter::{LevelFilter, Targets};

use super::settings::{LOG_FILE, LOG_FORMAT, LOG_LEVEL};
use super::{ConfigError, Fault, Source};

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct LogConfig {
    /// Which lines: a level, or levels by module.
    pub filter: Targets,
    /// How they are written.
    pub format: LogFormat,
    /// A file that lines are added to as well.
    pub file: Option<PathBuf>,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

impl LogConfig {
    /// Reads `EMOL_LOG` and `EMOL_LOG_FORMAT`; without them, `usual` and text.
    ///
    /// # Errors
    /// A level or a format that does not exist.
    pub fn read(source: &Source, usual: &str) -> Result<Self, ConfigError> {
        let filter = source.get(LOG_LEVEL).unwrap_or(usual);
        let levels = filter.parse().ok().filter(|_| filter.split(',').all(is_directive));
        let filter = levels.ok_or_else(|| {
            let why = "a level is error, warn, info, debug or trace, perhaps by module";
            Fault::wrong(LOG_LEVEL, filter, why)
        })?;
        let format = match source.get(LOG_FORMAT) {
            None | Some("text") => LogFormat::Text,
            Some("json") => LogFormat::Json,
            Some(other) => return Err(Fault::wrong(LOG_FORMAT, other, "it is text or json").into()),
        };
        Ok(Self { filter, format, file: source.get(LOG_FILE).map(PathBuf::from) })
    }
}

/// Whether it is a level, or `module=level`. The parser takes a word that is no level for a module, and a slip of
/// the keyboard would turn logging off.
fn is_directive(text: &str) -> bool {
    // Nothing at all parses as well, as `error`.
    let is_level = |text: &str| !text.trim().is_empty() && text.trim().parse::<LevelFilter>().is_ok();
    match text.split_once('=') {
        None => is_level(text),
        Some((module, level)) => !module.trim().is_empty() && is_level(level),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_no_level_is_refused() {
        for right in ["info", "WARN", "off", "info,sqlx=warn", "emol::web=debug, sqlx=off"] {
            assert!(right.split(',').all(is_directive), "{right}");
        }
        for wrong in ["inof", "", "info,", "emol", "zzz=", "=info", "emol=loud"] {
            assert!(!wrong.split(',').all(is_directive), "{wrong}");
        }
    }
}
