//! One connection to the mail server, and what its answers mean.
//!
//! The mail is handed over step by step, because it matters at which one something goes wrong: before the
//! message was given, nothing happened; after it, without an answer, nobody knows (M2). What a server says may
//! hold addresses, so it is neither kept nor logged: only its code is.

use std::error::Error as _;
use std::io;
use std::path::Path;
use std::time::Duration;

use lettre::address::Address;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::rustls::{CertificateError, Error as TlsError};

use super::letter::Handover;
use crate::config::{SmtpConfig, SmtpTls};

/// How long connecting, with everything before the first mail, may take.
const CONNECT: Duration = Duration::from_secs(20);
/// How long one command may take.
const COMMAND: Duration = Duration::from_secs(30);
/// How long the server may think about a message.
const MESSAGE: Duration = Duration::from_secs(120);

/// A connection.
pub struct Line(AsyncSmtpConnection);

/// What came of handing one mail over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handed {
    /// Accepted.
    Accepted(u16),
    /// Not now; the connection is good.
    Later(u16),
    /// Not this mail, for good; the connection is good.
    Refused(u16),
    /// Nobody is at this address, for good; the connection is good.
    NoSuchAddress(u16),
    /// The connection broke, or took too long, before the message was given: nothing happened.
    Broken,
    /// The connection broke after the message was given: nobody knows.
    Unclear,
}

/// Why there is no connection; says nothing of mail addresses or passwords.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoLine {
    /// Nobody answers, or not in time, or the connection broke.
    #[error(
        "the mail server does not answer: check host and port in EMOL_SMTP_URL (port 465 wants smtps://, port 587 smtp://), \
         and whether this machine may connect to them"
    )]
    Away,
    /// The server does not offer what is wanted.
    #[error(
        "the mail server offers no STARTTLS on this port, and without it mail would go in the clear: use the port where it \
         does (mostly 587), or smtps:// (mostly port 465)"
    )]
    NoStartTls,
    /// What the server says is no TLS.
    #[error(
        "the mail server speaks no TLS that this program knows on this port: smtps:// is for port 465, smtp:// for 587"
    )]
    NoTls,
    /// The server's certificate is not good.
    #[error("the mail server's certificate {0}")]
    Certificate(&'static str),
    /// The file with a private authority's certificate is not good.
    #[error("EMOL_SMTP_CA_FILE: {0}")]
    CaFile(String),
    /// User or password are wrong.
    #[error("the mail server refuses the user or the password in EMOL_SMTP_URL ({0})")]
    Login(u16),
    /// There is no way to log in that both know.
    #[error(
        "the mail server takes no user and password here, at least not by PLAIN or LOGIN: many do only over TLS (smtps://, or \
         port 587); where it wants none, leave user and password out of EMOL_SMTP_URL"
    )]
    NoLogin,
}

impl Line {
    /// Connects and logs in.
    ///
    /// # Errors
    /// [`NoLine`].
    pub async fn connect(config: &SmtpConfig) -> Result<Self, NoLine> {
        timeout(CONNECT, Self::begin(config)).await.unwrap_or(Err(NoLine::Away))
    }

    async fn begin(config: &SmtpConfig) -> Result<Self, NoLine> {
        let hello = ClientId::Domain(
            config.from.as_str().rsplit_once('@').map_or("localhost", |(_, domain)| domain).to_owned(),
        );
        let place = (config.host.as_str(), config.port);
        let connected = if config.tls == SmtpTls::Wrapped {
            let wrapped = Some(tls(config)?);
            AsyncSmtpConnection::connect_tokio1(place, Some(CONNECT), &hello, wrapped, None).await
        } else {
            let stream = TcpStream::connect(place).await.map_err(|_| NoLine::Away)?;
            // A mail is several small writes: without this, each waits for the answer to the one before.
            stream.set_nodelay(true).map_err(|_| NoLine::Away)?;
            AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await
        };
        let mut line = connected.map_err(|why| no_line(&why))?;
        if config.tls == SmtpTls::Required {
            if !line.can_starttls() {
                return Err(NoLine::NoStartTls);
            }
            line.starttls(tls(config)?, &hello).await.map_err(|why| no_line(&why))?;
        }
        if let Some((user, password)) = &config.login {
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            let known = [Mechanism::Plain, Mechanism::Login];
            line.auth(&known, &credentials).await.map_err(|why| match why.status() {
                Some(code) => NoLine::Login(code.into()),
                None if why.is_client() => NoLine::NoLogin,
                None => no_line(&why),
            })?;
        }
        Ok(Self(line))
    }

    /// Asks whether the server would take mail from an address, and sends none.
    pub async fn would_take_from(&mut self, from: &Address) -> Handed {
        match self.say(Mail::new(Some(from.clone()), Vec::new())).await {
            Ok(code) => self.reset(Handed::Accepted(code)).await,
            Err(Said::No { code, permanent: true, .. }) => self.reset(Handed::Refused(code)).await,
            Err(Said::No { code, .. }) => self.reset(Handed::Later(code)).await,
            Err(Said::Nothing) => Handed::Broken,
        }
    }

    /// Hands one mail over. After [`Handed::Broken`] and [`Handed::Unclear`] the connection is of no more use.
    pub async fn hand_over(&mut self, mail: &Handover) -> Handed {
        let sender = Mail::new(Some(mail.from.clone()), Vec::new());
        if let Err(said) = self.say(sender).await {
            // It is this site's sender that is not taken, or the server's mood: never the recipient's fault.
            return match said {
                Said::No { code, .. } => Handed::Later(code),
                Said::Nothing => Handed::Broken,
            };
        }
        if let Err(said) = self.say(Rcpt::new(mail.to.clone(), Vec::new())).await {
            return match said {
                Said::No { code, permanent: false, .. } => self.reset(Handed::Later(code)).await,
                Said::No { code, address: true, .. } => self.reset(Handed::NoSuchAddress(code)).await,
                Said::No { code, .. } => self.reset(Handed::Refused(code)).await,
                Said::Nothing => Handed::Broken,
            };
        }
        if let Err(said) = self.say(Data).await {
            return match said {
                Said::No { code, permanent, .. } => {
                    let handed = if permanent { Handed::Refused(code) } else { Handed::Later(code) };
                    self.reset(handed).await
                }
                Said::Nothing => Handed::Broken,
            };
        }
        match timeout(MESSAGE, self.0.message(&mail.bytes)).await {
            Ok(Ok(answer)) => Handed::Accepted(answer.code().into()),
            Ok(Err(why)) => match answer(&why) {
                Said::No { code, permanent: true, .. } => Handed::Refused(code),
                Said::No { code, .. } => Handed::Later(code),
                Said::Nothing => Handed::Unclear,
            },
            Err(_) => Handed::Unclear,
        }
    }

    async fn say(&mut self, command: impl std::fmt::Display) -> Result<u16, Said> {
        match timeout(COMMAND, self.0.command(command)).await {
            Ok(Ok(answer)) => Ok(answer.code().into()),
            Ok(Err(why)) => Err(answer(&why)),
            Err(_) => Err(Said::Nothing),
        }
    }

    /// Forgets the mail that was begun, so that the next one finds a fresh start.
    async fn reset(&mut self, handed: Handed) -> Handed {
        // Where this fails the next mail's first command does too, and nothing is lost.
        let _ = self.say(Rset).await;
        handed
    }

    /// Says goodbye.
    pub async fn quit(mut self) {
        let _ = timeout(COMMAND, self.0.quit()).await;
    }
}

/// TLS with the mail server, whose certificate must be good for the host of the settings.
fn tls(config: &SmtpConfig) -> Result<TlsParameters, NoLine> {
    let mut tls = TlsParameters::builder(config.host.clone());
    if let Some(path) = &config.ca_file {
        tls = tls.add_root_certificate(authority(path).map_err(NoLine::CaFile)?);
    }
    tls.build().map_err(|why| match config.ca_file {
        Some(_) => NoLine::CaFile(format!("{why}: it must hold certificates of authorities")),
        None => NoLine::NoTls,
    })
}

/// Read anew for each connection, so that a renewed one needs no restart.
fn authority(path: &Path) -> Result<Certificate, String> {
    let pem = std::fs::read(path).map_err(|why| format!("{} cannot be read: {why}", path.display()))?;
    let none = || format!("{} holds no certificate in PEM (-----BEGIN CERTIFICATE-----)", path.display());
    if !pem.windows(BEGIN.len()).any(|part| part == BEGIN) {
        return Err(none());
    }
    Certificate::from_pem(&pem).map_err(|_| none())
}

/// How a certificate in PEM begins.
const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// Why a connection did not come about, from what the TLS below says.
fn no_line(why: &Error) -> NoLine {
    let below = std::iter::successors(why.source(), |above| (*above).source());
    let mut failed = below.filter_map(|source| source.downcast_ref::<io::Error>()?.get_ref());
    match failed.find_map(|inner| inner.downcast_ref::<TlsError>()) {
        None if why.is_tls() => NoLine::NoTls,
        None => NoLine::Away,
        Some(TlsError::InvalidCertificate(fault)) => NoLine::Certificate(match fault {
            CertificateError::UnknownIssuer => {
                "comes from an authority that this program does not know: if it is your own, name its certificate's file in \
                 EMOL_SMTP_CA_FILE"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "is for another name than the host in EMOL_SMTP_URL: use the name that it is for"
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "has expired: whoever runs the mail server renews it"
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "is not valid yet: is this machine's clock right?"
            }
            _ => "is not good: whoever runs the mail server makes a new one",
        }),
        Some(_) => NoLine::NoTls,
    }
}

/// What a server said instead of yes.
enum Said {
    /// No.
    No {
        code: u16,
        permanent: bool,
        /// Whether it is the address that it does not know.
        address: bool,
    },
    /// Nothing that could be understood.
    Nothing,
}

fn answer(why: &Error) -> Said {
    let Some(code) = why.status().map(u16::from) else { return Said::Nothing };
    let permanent = why.is_permanent();
    let detail = why.source().map(ToString::to_string).unwrap_or_default();
    Said::No { code, permanent, address: permanent && blames_address(code, &detail) }
}

/// Whether a permanent refusal of a recipient is about the address (RFC 3463: 5.1.x, 5.2.x), rather than about
/// who sends, what the server relays or its policy. Without such a detail, the codes of RFC 5321 decide.
fn blames_address(code: u16, detail: &str) -> bool {
    let first = detail.split_whitespace().next().unwrap_or_default();
    let mut parts = first.split('.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some("5"), Some(subject), Some(_)) => {
            matches!(subject, "1" | "2") && !matches!(first, "5.1.7" | "5.1.8" | "5.2.3")
        }
        _ => matches!(code, 550 | 551 | 553),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_about_the_address_marks_it() {
        for (code, detail) in
            [(550, "5.1.1 no such user"), (550, "5.2.1 disabled"), (550, "unknown"), (553, "")]
        {
            assert!(blames_address(code, detail), "{code} {detail}");
        }
        for (code, detail) in [
            (554, "5.7.1 relay access denied"),
            (550, "5.7.1 policy"),
            (550, "5.1.8 bad sender"),
            (554, "no"),
            (552, "5.2.3 too large"),
            (503, "bad sequence"),
        ] {
            assert!(!blames_address(code, detail), "{code} {detail}");
        }
    }
}
