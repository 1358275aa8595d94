//! One connection to the mail server, and what its answers mean.
//!
//! The mail is handed over step by step, because it matters at which one something goes wrong: before the
//! message was given, nothing happened; after it, without an answer, nobody knows (M2). What a server says may
//! hold addresses, so it is neither kept nor logged: only its code is.

use std::error::Error as _;
use std::time::Duration;

use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::ClientId;
use secrecy::ExposeSecret;
use tokio::net::TcpStream;
use tokio::time::timeout;

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

/// Why there is no connection; says nothing of addresses or passwords.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoLine {
    /// Nobody answers, or not in time.
    #[error("the mail server does not answer")]
    Away,
    /// No TLS, where it is wanted.
    #[error(
        "the mail server offers no good TLS: use smtps:// or another port, and check its certificate and EMOL_SMTP_URL's host"
    )]
    NoTls,
    /// User or password are wrong.
    #[error("the mail server refuses the user or the password in EMOL_SMTP_URL ({})", code(*.0))]
    Login(Option<u16>),
}

fn code(code: Option<u16>) -> String {
    code.map_or_else(|| "no way to log in that both know".to_owned(), |code| code.to_string())
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
        let tls = || TlsParameters::new(config.host.clone()).map_err(|_| NoLine::NoTls);
        let wrapped = if config.tls == SmtpTls::Wrapped { Some(tls()?) } else { None };
        let place = (config.host.as_str(), config.port);
        let connected = if wrapped.is_some() {
            AsyncSmtpConnection::connect_tokio1(place, Some(CONNECT), &hello, wrapped, None).await
        } else {
            let stream = TcpStream::connect(place).await.map_err(|_| NoLine::Away)?;
            // A mail is several small writes: without this, each waits for the answer to the one before.
            stream.set_nodelay(true).map_err(|_| NoLine::Away)?;
            AsyncSmtpConnection::connect_with_transport(Box::new(stream), &hello).await
        };
        let mut line = connected.map_err(|why| if why.is_tls() { NoLine::NoTls } else { NoLine::Away })?;
        if config.tls == SmtpTls::Required {
            if !line.can_starttls() {
                return Err(NoLine::NoTls);
            }
            line.starttls(tls()?, &hello).await.map_err(|_| NoLine::NoTls)?;
        }
        if let Some((user, password)) = &config.login {
            let credentials = Credentials::new(user.clone(), password.expose_secret().to_owned());
            let known = [Mechanism::Plain, Mechanism::Login];
            line.auth(&known, &credentials)
                .await
                .map_err(|why| NoLine::Login(why.status().map(u16::from)))?;
        }
        Ok(Self(line))
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

    async fn say(&mut self, command: impl std::fmt::Display) -> Result<(), Said> {
        match timeout(COMMAND, self.0.command(command)).await {
            Ok(Ok(_)) => Ok(()),
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
