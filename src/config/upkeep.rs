//! What a server looks after beside its pages: backups, the site's certificate, and who is told when something fails.

use std::path::PathBuf;

use super::settings::{BACKUP_DIR, BACKUP_TO, BASE_URL, CERTIFICATE_AT, OPERATOR_MAIL};
use super::{ConfigError, Fault, Source};
use crate::domain::contact::Email;

/// The site's certificate, and where it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The host that it must be for.
    pub host: String,
    /// Where to look, `host:port`.
    pub at: String,
}

/// Everything about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpkeepConfig {
    /// The folder that backups are made in every night; none are made without.
    pub backups: Option<PathBuf>,
    /// Whether somebody sends them away from there, and says so in the folder's file `sent`.
    pub sent_away: bool,
    /// The certificate to look at every day; none where people come by plain http.
    pub certificate: Option<Certificate>,
    /// Who is told; the Minister of the Lists when not set.
    pub operator: Option<Email>,
}

impl UpkeepConfig {
    /// Reads `EMOL_BACKUP_DIR`, `EMOL_BACKUP_TO`, `EMOL_CERTIFICATE_AT`, `EMOL_OPERATOR_MAIL` and the base URL.
    ///
    /// # Errors
    /// Everything that is wrong with any of them.
    pub fn read(source: &Source) -> Result<Self, ConfigError> {
        let mut faults = Vec::new();
        let operator = super::mail::address(source, OPERATOR_MAIL, &mut faults);
        if let Some(text) = source.get(BACKUP_TO)
            && !(text.starts_with("s3://") || text.contains(":/"))
        {
            faults.push(Fault::wrong(BACKUP_TO, text, "it is s3://bucket/folder or user@host:/folder"));
        }
        let host = source.get(BASE_URL).and_then(|url| url.strip_prefix("https://")).map(str::to_owned);
        let at = source.get(CERTIFICATE_AT);
        if let Some(text) = at.filter(|text| !has_port(text)) {
            faults.push(Fault::wrong(CERTIFICATE_AT, text, "it is an address with a port"));
        }
        let certificate = host.map(|host| {
            let whole = if has_port(&host) { host.clone() } else { format!("{host}:443") };
            let host = whole.rsplit_once(':').map_or_else(|| host.clone(), |(host, _)| host.to_owned());
            Certificate { host, at: at.map_or(whole, str::to_owned) }
        });
        let backups = source.get(BACKUP_DIR).map(PathBuf::from);
        let sent_away = source.get(BACKUP_TO).is_some();
        if faults.is_empty() {
            Ok(Self { backups, sent_away, certificate, operator })
        } else {
            Err(ConfigError(faults))
        }
    }
}

fn has_port(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<UpkeepConfig, ConfigError> {
        let env: BTreeMap<_, _> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        UpkeepConfig::read(&Source::of(env, None).unwrap())
    }

    #[test]
    fn the_certificate_is_looked_at_where_people_come_in_unless_told_otherwise() {
        let at = |pairs: &[(&str, &str)]| {
            read(pairs).unwrap().certificate.map(|certificate| (certificate.host, certificate.at))
        };
        let both = |host: &str, at: &str| Some((host.to_owned(), at.to_owned()));
        assert_eq!(at(&[]), None);
        assert_eq!(at(&[("EMOL_BASE_URL", "http://emol.example.org")]), None);
        let https = ("EMOL_BASE_URL", "https://emol.example.org");
        assert_eq!(at(&[https]), both("emol.example.org", "emol.example.org:443"));
        assert_eq!(
            at(&[https, ("EMOL_CERTIFICATE_AT", "172.28.80.2:443")]),
            both("emol.example.org", "172.28.80.2:443")
        );
        assert_eq!(at(&[("EMOL_BASE_URL", "https://localhost:8443")]), both("localhost", "localhost:8443"));
    }

    #[test]
    fn everything_wrong_is_named_at_once() {
        let error = read(&[
            ("EMOL_BACKUP_TO", "the other machine"),
            ("EMOL_OPERATOR_MAIL", "nobody"),
            ("EMOL_CERTIFICATE_AT", "localhost"),
        ]);
        let error = error.unwrap_err();
        let names: Vec<_> = error.0.iter().map(|fault| fault.name.as_str()).collect();
        assert_eq!(names, ["EMOL_OPERATOR_MAIL", "EMOL_BACKUP_TO", "EMOL_CERTIFICATE_AT"]);
    }
}
