//! Signing in: who says who an officer is, and how long that holds.

use std::net::IpAddr;
use std::time::Duration;

use secrecy::SecretString;

use super::settings::{
    OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_ISSUER, OIDC_SCOPES, SESSION_ABSOLUTE, SESSION_IDLE, Setting,
};
use super::{ConfigError, Fault, Source};

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Shorter could not be kept: that a session is in use is noted every five minutes.
const LEAST: Duration = Duration::from_secs(15 * 60);
/// Longer than this is no limit.
const MOST: Duration = Duration::from_secs(90 * 24 * 3600);

/// An OpenID Connect provider, and what it gave this site.
#[derive(Debug, Clone)]
pub struct ProviderConfig {
    /// Its name, which is also its address: `https://accounts.google.com`. Exactly as it names itself.
    pub issuer: String,
    /// As whom this site is known to it.
    pub client_id: String,
    /// What proves to it that it is this site.
    pub client_secret: SecretString,
    /// What it is asked for; `openid` is among them.
    pub scopes: Vec<String>,
    /// How long one question to it may take.
    pub patience: Duration,
}

/// Who may say who an officer is, and how long that holds.
#[derive(Debug, Clone)]
pub struct SignInConfig {
    /// The provider; nobody can sign in without one.
    pub provider: Option<ProviderConfig>,
    /// How long a session lasts without being used; twelve hours when not set.
    pub idle: Duration,
    /// How long a session lasts at most; seven days when not set.
    pub absolute: Duration,
}

impl ProviderConfig {
    /// How long one question to the provider may take, where nothing else is said.
    pub const PATIENCE: Duration = Duration::from_secs(5);
}

impl SignInConfig {
    /// Reads `EMOL_OIDC_…` and `EMOL_SESSION_…`.
    ///
    /// # Errors
    /// Everything that is wrong with any of them, and one of client id and secret without the other.
    pub fn read(source: &Source) -> Result<Self, ConfigError> {
        let mut faults = Vec::new();
        let issuer = source.get(OIDC_ISSUER).unwrap_or("https://accounts.google.com");
        if let Err(why) = check_issuer(issuer) {
            faults.push(Fault::wrong(OIDC_ISSUER, issuer, why));
        }
        let scopes = source.get(OIDC_SCOPES).unwrap_or("openid email");
        let scopes: Vec<String> =
            scopes.split([' ', ',']).filter(|scope| !scope.is_empty()).map(ToOwned::to_owned).collect();
        if !scopes.iter().any(|scope| scope == "openid") {
            let why = "openid must be among them, or the provider says nothing about who it is";
            faults.push(Fault::wrong(OIDC_SCOPES, &scopes.join(" "), why));
        }
        let idle = duration(source, SESSION_IDLE, 12 * HOUR, &mut faults);
        let absolute = duration(source, SESSION_ABSOLUTE, 7 * DAY, &mut faults);
        if faults.is_empty() && idle > absolute {
            let text = source.get(SESSION_IDLE).unwrap_or("12h");
            let why = format!("it is longer than {} allows at most", SESSION_ABSOLUTE.env);
            faults.push(Fault::wrong(SESSION_IDLE, text, &why));
        }
        let provider = match (source.get(OIDC_CLIENT_ID), source.get(OIDC_CLIENT_SECRET)) {
            (None, None) => None,
            (Some(id), Some(secret)) => Some(ProviderConfig {
                issuer: issuer.to_owned(),
                client_id: id.to_owned(),
                client_secret: secret.to_owned().into(),
                scopes,
                patience: ProviderConfig::PATIENCE,
            }),
            (Some(_), None) => {
                faults.push(Fault::missing(OIDC_CLIENT_SECRET));
                None
            }
            (None, Some(_)) => {
                faults.push(Fault::missing(OIDC_CLIENT_ID));
                None
            }
        };
        if faults.is_empty() { Ok(Self { provider, idle, absolute }) } else { Err(ConfigError(faults)) }
    }
}

/// An issuer is `https://`; plain http is for tests on this machine alone.
fn check_issuer(issuer: &str) -> Result<(), &'static str> {
    let secure = issuer.strip_prefix("https://");
    let Some(rest) = secure.or_else(|| issuer.strip_prefix("http://")) else {
        return Err("it begins with https://");
    };
    let host = rest.split('/').next().unwrap_or_default();
    let odd = |c: char| c.is_whitespace() || c.is_control() || ['?', '#', '@', '\\'].contains(&c);
    if host.is_empty() || rest.contains(odd) {
        return Err("it is a host, perhaps with a path");
    }
    if secure.is_none() && !is_loopback(host) {
        return Err("plain http is for a provider on this machine alone; it begins with https://");
    }
    Ok(())
}

/// Whether a host, perhaps with a port, is this machine itself.
fn is_loopback(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// `90m`, `12h` or `7d`, within what makes sense.
fn duration(source: &Source, setting: Setting, usual: Duration, faults: &mut Vec<Fault>) -> Duration {
    let Some(text) = source.get(setting) else { return usual };
    let unit = [('m', 60), ('h', 3600), ('d', 24 * 3600)]
        .into_iter()
        .find_map(|(letter, seconds)| Some((text.strip_suffix(letter)?, seconds)));
    let read = unit.and_then(|(number, seconds)| number.trim().parse::<u64>().ok()?.checked_mul(seconds));
    match read.map(Duration::from_secs).filter(|long| (LEAST..=MOST).contains(long)) {
        Some(duration) => duration,
        None => {
            faults.push(Fault::wrong(
                setting,
                text,
                "it is from 15m to 90d: minutes, hours (12h) or days (7d)",
            ));
            usual
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<SignInConfig, ConfigError> {
        let env: BTreeMap<_, _> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        SignInConfig::read(&Source::of(env, None).unwrap())
    }

    const ID: (&str, &str) = ("EMOL_OIDC_CLIENT_ID", "emol");
    const SECRET: (&str, &str) = ("EMOL_OIDC_CLIENT_SECRET", "hidden");

    #[test]
    fn google_is_meant_where_nothing_else_is_said() {
        let config = read(&[ID, SECRET]).unwrap();
        let provider = config.provider.unwrap();
        assert_eq!(provider.issuer, "https://accounts.google.com");
        assert_eq!(provider.scopes, ["openid", "email"]);
        assert!(!format!("{provider:?}").contains("hidden"));
        assert_eq!((config.idle, config.absolute), (12 * HOUR, 7 * DAY));
        assert!(read(&[]).unwrap().provider.is_none());
    }

    #[test]
    fn one_of_id_and_secret_without_the_other_is_an_error_that_names_the_other() {
        let error = read(&[ID]).unwrap_err().to_string();
        assert!(error.contains("EMOL_OIDC_CLIENT_SECRET") && error.contains("for example"), "{error}");
        let error = read(&[SECRET]).unwrap_err().to_string();
        assert!(error.contains("EMOL_OIDC_CLIENT_ID") && !error.contains("hidden"), "{error}");
    }

    #[test]
    fn plain_http_is_for_a_provider_on_this_machine() {
        for good in
            ["http://127.0.0.1:9000", "http://localhost/x", "http://[::1]:1", "https://id.example/r/a/"]
        {
            assert!(read(&[ID, SECRET, ("EMOL_OIDC_ISSUER", good)]).is_ok(), "{good}");
        }
        for bad in [
            "http://id.example",
            "http://127.0.0.1.evil.example",
            "https://",
            "id.example",
            "https://a@b",
            "https://a?b",
            "https://a b",
            "http://localhost@evil.example",
        ] {
            let error = read(&[ID, SECRET, ("EMOL_OIDC_ISSUER", bad)]).unwrap_err().to_string();
            assert!(error.contains("EMOL_OIDC_ISSUER=https://accounts.google.com"), "{bad}: {error}");
        }
    }

    #[test]
    fn limits_of_sessions_are_minutes_hours_or_days() {
        let config = read(&[("EMOL_SESSION_IDLE", "90m"), ("EMOL_SESSION_ABSOLUTE", "2d")]).unwrap();
        assert_eq!((config.idle, config.absolute), (Duration::from_secs(5400), 2 * DAY));
        for bad in ["0h", "1m", "12", "h", "91d", "-1h", "99999999999999999999d", "18446744073709551615d"] {
            let error = read(&[("EMOL_SESSION_IDLE", bad)]).unwrap_err().to_string();
            assert!(error.contains("EMOL_SESSION_IDLE") && error.contains("12h"), "{bad}: {error}");
        }
        let error = read(&[("EMOL_SESSION_IDLE", "8d")]).unwrap_err().to_string();
        assert!(error.contains("EMOL_SESSION_ABSOLUTE"), "{error}");
    }

    #[test]
    fn without_openid_nobody_would_be_named() {
        let error = read(&[ID, SECRET, ("EMOL_OIDC_SCOPES", "email, profile")]).unwrap_err().to_string();
        assert!(error.contains("openid email"), "{error}");
        let scopes =
            read(&[ID, SECRET, ("EMOL_OIDC_SCOPES", "openid, email")]).unwrap().provider.unwrap().scopes;
        assert_eq!(scopes, ["openid", "email"]);
    }
}
