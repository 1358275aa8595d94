//! The master keys: from the environment, from a file, or for SQLite from the
//! file beside the database.

use std::io::Write;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::settings::{MASTER_KEYS, MASTER_KEYS_FILE};
use super::{ConfigError, DatabaseConfig, Fault, Source};
use crate::store::MasterKeys;

/// Where the master keys are.
#[derive(Debug, Clone)]
pub enum KeySource {
    /// In the settings themselves.
    Given(SecretString),
    /// In a file that the settings name.
    File(PathBuf),
    /// In `<database>.key`, where the database is SQLite and nothing else is said.
    Beside(PathBuf),
}

/// Where the master keys are.
#[derive(Debug, Clone)]
pub struct KeysConfig {
    /// Where.
    pub source: KeySource,
}

impl KeysConfig {
    /// Finds out where the keys are; reads none.
    ///
    /// # Errors
    /// Nothing says where, and the database is not SQLite; or two settings do.
    pub fn read(source: &Source, database: &DatabaseConfig) -> Result<Self, ConfigError> {
        let source = match (source.get(MASTER_KEYS), source.get(MASTER_KEYS_FILE)) {
            (Some(_), Some(file)) => {
                let why = "EMOL_MASTER_KEYS is set as well; keep one of the two";
                return Err(Fault::wrong(MASTER_KEYS_FILE, file, why).into());
            }
            (Some(keys), None) => KeySource::Given(keys.to_owned().into()),
            (None, Some(file)) => KeySource::File(file.into()),
            (None, None) => match database.sqlite_file() {
                Some(file) => KeySource::Beside(beside(&file)),
                None => return Err(no_keys().into()),
            },
        };
        Ok(Self { source })
    }

    /// Reads the keys.
    ///
    /// # Errors
    /// The file cannot be read, or what is there are no master keys.
    pub fn load(&self) -> Result<MasterKeys, ConfigError> {
        let wrong = |setting, value: &str, why: String| ConfigError::from(Fault::wrong(setting, value, &why));
        match &self.source {
            KeySource::Given(keys) => MasterKeys::parse(keys.expose_secret())
                .map_err(|error| wrong(MASTER_KEYS, "", error.to_string())),
            KeySource::File(path) | KeySource::Beside(path) => {
                let shown = path.display().to_string();
                let text = std::fs::read_to_string(path).map(Zeroizing::new).map_err(|error| {
                    let what = if error.kind() == std::io::ErrorKind::NotFound {
                        "there is no such file; `emol migrate` makes it for a new SQLite database, \
                         and of an old one it comes from its backup"
                            .to_owned()
                    } else {
                        format!("it cannot be read: {error}")
                    };
                    wrong(MASTER_KEYS_FILE, &shown, what)
                })?;
                MasterKeys::parse(&text).map_err(|error| wrong(MASTER_KEYS_FILE, &shown, error.to_string()))
            }
        }
    }
}

fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".key");
    PathBuf::from(name)
}

fn no_keys() -> Fault {
    Fault {
        name: format!("{} or {}", MASTER_KEYS.env, MASTER_KEYS_FILE.env),
        problem:
            "is not set; without a master key nothing can be sealed. Make one with `emol keys generate`, \
                  or with: echo \"main:$(openssl rand -base64 32)\". Keep it apart from the database and \
                  its backups"
                .to_owned(),
        example: Some(format!("{}={}", MASTER_KEYS_FILE.env, MASTER_KEYS_FILE.example)),
    }
}

/// Writes keys into a new file that only its owner may read (mode 0600).
///
/// # Errors
/// The file exists, or cannot be written.
pub fn write_key_file(path: &Path, keys: &MasterKeys) -> std::io::Result<()> {
    let text = Zeroizing::new(format!("{}\n", *keys.to_text()));
    write_private(path, &text)
}

/// Writes a new file that only its owner may read (mode 0600).
///
/// # Errors
/// The file exists, or cannot be written.
pub fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn keys(pairs: &[(&str, &str)], url: &str) -> Result<KeysConfig, ConfigError> {
        let env: BTreeMap<_, _> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let database = DatabaseConfig { url: url.to_owned().into() };
        KeysConfig::read(&Source::of(env, None).unwrap(), &database)
    }

    #[test]
    fn for_mysql_a_missing_key_is_an_error_that_says_how_to_make_one() {
        let error = keys(&[], "mysql://localhost/emol").unwrap_err().to_string();
        assert!(error.contains("emol keys generate") && error.contains("openssl rand -base64 32"), "{error}");
    }

    #[test]
    fn for_sqlite_the_keys_lie_beside_the_database() {
        let found = keys(&[], "sqlite:///srv/emol.db").unwrap();
        assert!(matches!(found.source, KeySource::Beside(path) if path == Path::new("/srv/emol.db.key")));
    }

    #[test]
    fn a_wrong_key_is_never_repeated() {
        let found = keys(&[("EMOL_MASTER_KEYS", "main:c2VjcmV0")], "mysql://localhost/emol").unwrap();
        let error = found.load().err().unwrap().to_string();
        assert!(error.contains("EMOL_MASTER_KEYS") && !error.contains("c2VjcmV0"), "{error}");
    }
}
