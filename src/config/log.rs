//! What is logged, and how.

use tracing_subscriber::filter::Targets;

use super::settings::{LOG_FORMAT, LOG_LEVEL};
use super::{ConfigError, Fault, Source};

/// What is logged, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct LogConfig {
    /// Which lines: a level, or levels by module.
    pub filter: Targets,
    /// How they are written.
    pub format: LogFormat,
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
        let filter = filter.parse().map_err(|_| {
            let why = "a level is error, warn, info, debug or trace, perhaps by module";
            Fault::wrong(LOG_LEVEL, filter, why)
        })?;
        let format = match source.get(LOG_FORMAT) {
            None | Some("text") => LogFormat::Text,
            Some("json") => LogFormat::Json,
            Some(other) => return Err(Fault::wrong(LOG_FORMAT, other, "it is text or json").into()),
        };
        Ok(Self { filter, format })
    }
}
