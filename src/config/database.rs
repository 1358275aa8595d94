//! The database.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use super::settings::DATABASE_URL;
use super::{ConfigError, Fault, Source};

/// Which database, and how to reach it.
#[derive(Debug, Clone)]
pub struct DatabaseConfig {
    /// `mysql://…` or `sqlite://…`; may hold a password.
    pub url: SecretString,
}

impl DatabaseConfig {
    /// Reads `DATABASE_URL`.
    ///
    /// # Errors
    /// It is missing, or of another kind.
    pub fn read(source: &Source) -> Result<Self, ConfigError> {
        let url = source.get(DATABASE_URL).ok_or_else(|| Fault::missing(DATABASE_URL))?;
        let known = ["mysql://", "mariadb://", "sqlite:"].iter().any(|scheme| url.starts_with(scheme));
        if !known {
            let why = "it must begin with mysql:// or sqlite://";
            return Err(Fault::wrong(DATABASE_URL, url, why).into());
        }
        let config = Self { url: url.to_owned().into() };
        if config
            .sqlite_file()
            .is_some_and(|file| file.as_os_str().is_empty() || file == Path::new(":memory:"))
        {
            return Err(Fault::wrong(DATABASE_URL, url, "it names no file").into());
        }
        Ok(config)
    }

    /// A SQLite database in a file.
    #[must_use]
    pub fn sqlite(path: &Path) -> Self {
        Self { url: format!("sqlite://{}", path.display()).into() }
    }

    /// The file, where the database is SQLite.
    #[must_use]
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let rest = self.url.expose_secret().strip_prefix("sqlite:")?;
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let path = rest.split_once('?').map_or(rest, |(path, _)| path);
        Some(PathBuf::from(decoded(path)))
    }

    /// The address without user and password, for messages.
    #[must_use]
    pub fn shown(&self) -> String {
        let url = self.url.expose_secret();
        let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
        let rest = rest.split_once('?').map_or(rest, |(rest, _)| rest);
        let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
        format!("{scheme}://{place}")
    }
}

/// `%20` and the like, as they stand in URLs.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let code = tail.get(..2).filter(|_| *first == b'%').and_then(|two| std::str::from_utf8(two).ok());
        if let Some(byte) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            bytes.push(byte);
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(url: &str) -> DatabaseConfig {
        DatabaseConfig { url: url.to_owned().into() }
    }

    #[test]
    fn the_file_of_a_sqlite_url_is_found() {
        let file = |url: &str| of(url).sqlite_file().map(|path| path.display().to_string());
        assert_eq!(file("sqlite:///a/b%20c.db?mode=rwc").as_deref(), Some("/a/b c.db"));
        assert_eq!(file("sqlite://emol.db").as_deref(), Some("emol.db"));
        assert_eq!(file("mysql://a@b/c"), None);
    }

    #[test]
    fn a_shown_address_has_no_password() {
        assert_eq!(of("mysql://emol:s3cret@db.example/emol?socket=/x").shown(), "mysql://db.example/emol");
        assert_eq!(of("mysql://u:p@ss@h/e").shown(), "mysql://h/e");
    }
}
