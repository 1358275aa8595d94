//! Where settings come from, and how one that is wrong is named.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::parameters::{ParametersConfig, SecretsError};
use super::settings::{self, Setting};
#[cfg(feature = "ssm")]
use super::ssm::ask;

/// The environment and the settings file, as they were at the start.
#[derive(Clone, Default)]
pub struct Source {
    env: BTreeMap<String, String>,
    file: BTreeMap<String, String>,
    /// What Parameter Store said, by key.
    secrets: BTreeMap<String, String>,
    path: Option<PathBuf>,
}

/// One setting that is missing or wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Which setting, or which file.
    pub name: String,
    /// What is wrong with it, without its value where that is a secret.
    pub problem: String,
    /// A line that would be right, where there is one.
    pub example: Option<String>,
}

/// Settings that are missing or wrong: all that were found at once.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError(pub Vec<Fault>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, fault) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}: {}", fault.name, fault.problem)?;
            if let Some(example) = &fault.example {
                write!(f, "\n  for example: {example}")?;
            }
        }
        Ok(())
    }
}

impl Fault {
    /// A setting that is not there but must be.
    #[must_use]
    pub fn missing(setting: Setting) -> Self {
        Self {
            name: setting.env.to_owned(),
            problem: format!("is not set; it says {}", setting.purpose),
            example: Some(format!("{}={}", setting.env, setting.example)),
        }
    }

    /// A setting with a value that will not do.
    #[must_use]
    pub fn wrong(setting: Setting, value: &str, why: &str) -> Self {
        let problem = if setting.secret { why.to_owned() } else { format!("“{value}”: {why}") };
        Self {
            name: setting.env.to_owned(),
            problem,
            example: Some(format!("{}={}", setting.env, setting.example)),
        }
    }
}

impl From<Fault> for ConfigError {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}

impl fmt::Debug for Source {
    /// The names only: values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.env.keys().chain(self.file.keys()).chain(self.secrets.keys()).collect();
        f.debug_struct("Source").field("path", &self.path).field("names", &names).finish()
    }
}

/// The environment's variables that are settings.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
fn environment() -> BTreeMap<String, String> {
    let known = |name: &str| {
        name == settings::CONFIG
            || settings::AWS.contains(&name)
            || settings::ALL.iter().any(|setting| setting.env == name)
    };
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.to_string_lossy().into_owned())))
        .filter(|(name, value)| known(name) && !value.trim().is_empty())
        .collect()
}

impl Source {
    /// Reads the environment, and the file that the argument or `EMOL_CONFIG` names.
    ///
    /// # Errors
    /// The file cannot be read, is no TOML, or holds a setting that does not exist.
    pub fn read(argument: Option<&Path>) -> Result<Self, ConfigError> {
        Self::of(environment(), argument)
    }

    /// The same with a given environment, for tests.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub fn of(env: BTreeMap<String, String>, argument: Option<&Path>) -> Result<Self, ConfigError> {
        let path = argument.map(Path::to_owned).or_else(|| env.get(settings::CONFIG).map(PathBuf::from));
        let file = path.as_deref().map(read_file).transpose()?.unwrap_or_default();
        Ok(Self { env, file, secrets: BTreeMap::new(), path })
    }

    /// What a setting is set to, if it is.
    #[must_use]
    pub fn get(&self, setting: Setting) -> Option<&str> {
        let set = self.env.get(setting.env).or_else(|| self.file.get(setting.key));
        set.or_else(|| self.secrets.get(setting.key)).map(|value| value.trim())
    }

    /// Whether the setting with that key is set.
    pub(super) fn has(&self, key: &str) -> bool {
        settings::ALL.iter().any(|setting| setting.key == key && self.get(*setting).is_some())
    }

    /// One of AWS's own variables.
    pub(super) fn aws(&self, name: &str) -> Option<&str> {
        self.env.get(name).map(|value| value.trim())
    }

    /// The same with the secrets from Parameter Store, where `EMOL_SSM_PREFIX` says that there are some.
    ///
    /// # Errors
    /// [`SecretsError`] says what is missing, denied or away. Nothing is ever taken for empty.
    pub async fn with_secrets(mut self) -> Result<Self, SecretsError> {
        if let Some(config) = ParametersConfig::read(&self)? {
            let found = ask(&config, &self).await?;
            self.secrets = config.settings(&found)?;
        }
        Ok(self)
    }

    /// The settings file, if there is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }
}

/// A program that was built without it cannot ask.
#[cfg(not(feature = "ssm"))]
async fn ask(config: &ParametersConfig, _: &Source) -> Result<BTreeMap<String, String>, SecretsError> {
    let why = "this program was built without Parameter Store; build it with --features ssm, as the image is";
    std::future::ready(Err(Fault::wrong(settings::SSM_PREFIX, &config.prefix, why).into())).await
}

fn read_file(path: &Path) -> Result<BTreeMap<String, String>, ConfigError> {
    let at = |problem: String, example: Option<String>| Fault {
        name: path.display().to_string(),
        problem,
        example,
    };
    let text = std::fs::read_to_string(path)
        .map_err(|error| at(format!("the settings file cannot be read: {error}"), None))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        // The parser's own text would repeat the line, which may hold a secret.
        let line = error.span().map_or(0, |span| text[..span.start.min(text.len())].lines().count().max(1));
        let example = "listen = \"127.0.0.1:8080\"".to_owned();
        at(format!("line {line} is no TOML: {}", error.message()), Some(example))
    })?;
    let mut values = BTreeMap::new();
    let mut faults = Vec::new();
    for (key, value) in table {
        let Some(setting) = settings::ALL.iter().find(|setting| setting.key == key) else {
            let known: Vec<_> = settings::ALL.iter().map(|setting| setting.key).collect();
            faults.push(at(format!("there is no setting {key}; there are {}", known.join(", ")), None));
            continue;
        };
        match plain(&value) {
            Some(value) => drop(values.insert(key, value)),
            None => faults.push(at(
                format!("{key} must be a text or a list of texts"),
                Some(format!("{key} = \"{}\"", setting.example)),
            )),
        }
    }
    if faults.is_empty() { Ok(values) } else { Err(ConfigError(faults)) }
}

fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Array(list) => {
            list.iter().map(plain).collect::<Option<Vec<_>>>().map(|list| list.join(", "))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> PathBuf {
        let path = std::env::temp_dir().join(format!("emol-config-{}-{name}.toml", std::process::id()));
        std::fs::write(&path, text).unwrap();
        path
    }

    #[test]
    fn the_environment_wins_over_the_file() {
        let path = file("wins", "listen = \"127.0.0.1:1\"\nlog = \"debug\"\n");
        let env = BTreeMap::from([("EMOL_LISTEN".to_owned(), "127.0.0.1:2".to_owned())]);
        let source = Source::of(env, Some(&path)).unwrap();
        assert_eq!(source.get(settings::LISTEN), Some("127.0.0.1:2"));
        assert_eq!(source.get(settings::LOG_LEVEL), Some("debug"));
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_setting_that_does_not_exist_is_named() {
        let path = file("unknown", "lisen = \"127.0.0.1:1\"\n");
        let error = Source::of(BTreeMap::new(), Some(&path)).unwrap_err().to_string();
        assert!(error.contains("lisen") && error.contains("listen, base_url"), "{error}");
        std::fs::remove_file(path).unwrap();
    }

    #[test]
    fn a_broken_file_is_named_with_its_line_and_without_its_secrets() {
        let path = file("broken", "listen = \"x\"\nmaster_keys = secret-thing\n");
        let error = Source::of(BTreeMap::new(), Some(&path)).unwrap_err().to_string();
        assert!(error.contains("line 2") && !error.contains("secret-thing"), "{error}");
        std::fs::remove_file(path).unwrap();
    }
}
