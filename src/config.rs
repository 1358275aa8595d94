//! Settings, read once: from the environment, or from the TOML file that
//! `--config` or `EMOL_CONFIG` names. The environment wins. One small struct
//! per concern, so that a subcommand asks only for what it needs. Secrets may
//! come from AWS's Parameter Store instead ([`ParametersConfig`]).
//!
//! A setting that is missing or wrong is named together with an example
//! ([`ConfigError`]); the value of a secret is never repeated.
//!
//! # Adding a setting
//! A constant in [`settings`] and its line in [`settings::ALL`], then a field in
//! the struct whose concern it is.

mod database;
mod keys;
mod log;
mod mail;
mod parameters;
mod serving;
pub mod settings;
mod sign_in;
mod source;
#[cfg(feature = "ssm")]
mod ssm;
mod upkeep;

pub use database::DatabaseConfig;
pub use keys::{KeySource, KeysConfig, write_key_file, write_private};
pub use log::{LogConfig, LogFormat};
pub use mail::{MailConfig, SmtpConfig, SmtpTls};
pub use parameters::{ParametersConfig, SecretsError};
pub use serving::ServeConfig;
pub use sign_in::{ProviderConfig, SignInConfig};
pub use source::{ConfigError, Fault, Source};
pub use upkeep::{Certificate, UpkeepConfig};
