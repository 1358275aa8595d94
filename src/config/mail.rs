//! Mail: which server takes it, from which address it comes, and at which hour the day's work is done.

use std::net::IpAddr;
use std::path::PathBuf;

use secrecy::SecretString;

use super::settings::{DAILY_HOUR, MAIL_FROM, SMTP_CA_FILE, SMTP_URL, Setting};
use super::{ConfigError, Fault, Source};
use crate::domain::contact::Email;

/// The hour at which reminders are decided, where nothing else is said.
const NINE: u32 = 9;

/// How the connection to the mail server is kept secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpTls {
    /// TLS from the first byte: `smtps://`.
    Wrapped,
    /// TLS after STARTTLS, or no mail at all: `smtp://`.
    Required,
    /// None: `smtp://` on this machine itself, or `?starttls=never`.
    Never,
}

/// The mail server.
#[derive(Debug, Clone)]
pub struct SmtpConfig {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is kept secret.
    pub tls: SmtpTls,
    /// The certificate of an authority that is trusted beside those that everybody knows.
    pub ca_file: Option<PathBuf>,
    /// User and password, where it wants them.
    pub login: Option<(String, SecretString)>,
    /// The address that mail comes from.
    pub from: Email,
}

/// Everything about mail.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// The mail server; without one mail stays in the outbox.
    pub smtp: Option<SmtpConfig>,
    /// The hour of the day, in the kingdom's time zone, from which on the day's work is done; 9 when not set.
    pub daily_hour: u32,
}

impl MailConfig {
    /// Reads `EMOL_SMTP_URL`, `EMOL_SMTP_CA_FILE`, `EMOL_MAIL_FROM` and `EMOL_DAILY_HOUR`.
    ///
    /// # Errors
    /// Everything that is wrong with any of them, and a server without an address to send from.
    pub fn read(source: &Source) -> Result<Self, ConfigError> {
        let mut faults = Vec::new();
        let from = address(source, MAIL_FROM, &mut faults);
        let smtp = source.get(SMTP_URL).and_then(|url| {
            if source.get(MAIL_FROM).is_none() {
                faults.push(Fault::missing(MAIL_FROM));
            }
            match server(url) {
                Ok((host, port, tls, login)) => {
                    let ca_file = source.get(SMTP_CA_FILE).map(PathBuf::from);
                    from.clone().map(|from| SmtpConfig { host, port, tls, ca_file, login, from })
                }
                Err(why) => {
                    faults.push(Fault::wrong(SMTP_URL, url, why));
                    None
                }
            }
        });
        let mut daily_hour = NINE;
        if let Some(text) = source.get(DAILY_HOUR) {
            match text.parse().ok().filter(|hour| *hour < 24) {
                Some(hour) => daily_hour = hour,
                None => faults.push(Fault::wrong(DAILY_HOUR, text, "it is an hour from 0 to 23")),
            }
        }
        if faults.is_empty() { Ok(Self { smtp, daily_hour }) } else { Err(ConfigError(faults)) }
    }
}

type Server = (String, u16, SmtpTls, Option<(String, SecretString)>);

/// Reads `smtp[s]://[user:password@]host[:port][?starttls=never]`.
fn server(url: &str) -> Result<Server, &'static str> {
    const SHAPE: &str = "it is smtps:// or smtp://, perhaps user:password@, a host and perhaps :port";
    let (wrapped, rest) = match (url.strip_prefix("smtps://"), url.strip_prefix("smtp://")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => return Err(SHAPE),
    };
    let (rest, option) = rest.split_once('?').map_or((rest, None), |(rest, option)| (rest, Some(option)));
    let (login, place) = rest.rsplit_once('@').map_or((None, rest), |(login, place)| (Some(login), place));
    let place = place.trim_end_matches('/');
    let (host, port) = match place.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, port)) => (host, Some(port.strip_prefix(':').ok_or(SHAPE)?)),
        None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
    };
    if host.is_empty() || host.contains(['/', '#', ' ']) {
        return Err(SHAPE);
    }
    let usual = if wrapped { 465 } else { 587 };
    let port = port.map_or(Ok(usual), |port| port.parse().map_err(|_| "its port is a number to 65535"))?;
    let here = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    let tls = match option {
        None if wrapped => SmtpTls::Wrapped,
        None if here => SmtpTls::Never,
        None => SmtpTls::Required,
        Some("starttls=never") if !wrapped => SmtpTls::Never,
        Some("starttls=always") if !wrapped => SmtpTls::Required,
        Some(_) => return Err("after ? there may be starttls=never or starttls=always, with smtp:// only"),
    };
    let login = match login.map(|login| login.split_once(':').ok_or(SHAPE)).transpose()? {
        Some((user, password)) => {
            let open = |text| decoded(text).ok_or("a % in user or password is written %25");
            Some((open(user)?, SecretString::from(open(password)?)))
        }
        None => None,
    };
    if login.is_some() && tls == SmtpTls::Never && !here {
        return Err(
            "it would send the password in the clear: leave ?starttls=never out, or user and password",
        );
    }
    Ok((host.to_owned(), port, tls, login))
}

/// Percent-encoded text.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
            bytes.push(u8::try_from(digit()? << 4 | digit()?).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// A setting that is a mail address; what is wrong with it goes to `faults`.
pub(super) fn address(source: &Source, setting: Setting, faults: &mut Vec<Fault>) -> Option<Email> {
    let text = source.get(setting)?;
    Email::parse(text).map_err(|why| faults.push(Fault::wrong(setting, text, &why.to_string()))).ok()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use secrecy::ExposeSecret;

    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<MailConfig, ConfigError> {
        let env: BTreeMap<_, _> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        MailConfig::read(&Source::of(env, None).unwrap())
    }

    const FROM: (&str, &str) = ("EMOL_MAIL_FROM", "lists@ealdormere.example");

    #[test]
    fn without_a_mail_server_mail_stays_where_it_is() {
        let config = read(&[]).unwrap();
        assert!(config.smtp.is_none());
        assert_eq!(config.daily_hour, 9);
    }

    #[test]
    fn a_mail_server_elsewhere_is_spoken_to_in_secret() {
        let smtp = |url: &str| read(&[("EMOL_SMTP_URL", url), FROM]).map(|config| config.smtp.unwrap());
        let of = |url: &str| smtp(url).map(|smtp| (smtp.host, smtp.port, smtp.tls)).unwrap();
        assert_eq!(of("smtps://mail.example"), ("mail.example".to_owned(), 465, SmtpTls::Wrapped));
        assert_eq!(of("smtp://mail.example"), ("mail.example".to_owned(), 587, SmtpTls::Required));
        assert_eq!(of("smtp://127.0.0.1:25"), ("127.0.0.1".to_owned(), 25, SmtpTls::Never));
        assert_eq!(of("smtp://[::1]:25/"), ("::1".to_owned(), 25, SmtpTls::Never));
        assert_eq!(of("smtp://relay:25?starttls=never"), ("relay".to_owned(), 25, SmtpTls::Never));
        let (user, password) = smtp("smtps://AKIA:a%2Fb%25:c@mail.example").unwrap().login.unwrap();
        assert_eq!((user.as_str(), password.expose_secret()), ("AKIA", "a/b%:c"));
        for bad in [
            "mail.example",
            "http://mail.example",
            "smtps://",
            "smtps://mail.example:x",
            "smtps://user@mail.example",
            "smtps://mail.example?tls=no",
            "smtps://a:%zz@mail.example",
            "smtp://user:hidden@relay:25?starttls=never",
        ] {
            let error = smtp(bad).unwrap_err().to_string();
            assert!(error.contains("EMOL_SMTP_URL") && !error.contains("hidden"), "{bad}: {error}");
        }
    }

    #[test]
    fn a_private_authority_is_named_by_its_file() {
        let url = ("EMOL_SMTP_URL", "smtps://mail.example");
        assert_eq!(read(&[url, FROM]).unwrap().smtp.unwrap().ca_file, None);
        let smtp = read(&[url, FROM, ("EMOL_SMTP_CA_FILE", "/etc/ca.pem")]).unwrap().smtp.unwrap();
        assert_eq!(smtp.ca_file, Some(PathBuf::from("/etc/ca.pem")));
    }

    #[test]
    fn a_server_needs_an_address_to_send_from_and_everything_wrong_is_named_at_once() {
        let error = read(&[("EMOL_SMTP_URL", "smtps://mail.example")]).unwrap_err().to_string();
        assert!(error.contains("EMOL_MAIL_FROM") && error.contains("for example"), "{error}");
        let error = read(&[("EMOL_SMTP_URL", "x"), ("EMOL_MAIL_FROM", "y"), ("EMOL_DAILY_HOUR", "24")]);
        assert_eq!(error.unwrap_err().0.len(), 3);
    }
}
