//! Whether mail can leave: the settings, the mail server itself, and to whom answers go.

use lettre::address::Address;

use super::{Findings, Grade};
use crate::config::{MailConfig, SmtpConfig, SmtpTls, Source};
use crate::events::evolve::Catalogue;
use crate::processes::mail::smtp::{Handed, Line, NoLine};

/// Talks to the mail server of the settings, and sends nothing. Settings that are wrong were named before.
pub(super) async fn server(source: &Source, findings: &mut Findings) {
    let Ok(config) = MailConfig::read(source) else { return };
    let Some(smtp) = config.smtp else {
        let to_do =
            "set EMOL_SMTP_URL and EMOL_MAIL_FROM (docs/MAIL.md), then `emol mail test you@example.org`";
        let found = "no mail server is set up: mail waits in the outbox";
        return findings.add("mail", Grade::Warning, found, Some(to_do));
    };
    let mut line = match Line::connect(&smtp).await {
        Ok(line) => line,
        Err(why) => {
            let found = format!("{}:{}: {why}", smtp.host, smtp.port);
            return findings.add("mail", Grade::Warning, found, Some(to_connect(&why)));
        }
    };
    let from = smtp.from.as_str();
    let taken = match from.parse::<Address>() {
        Ok(from) => line.would_take_from(&from).await,
        Err(_) => Handed::Refused(553),
    };
    line.quit().await;
    match taken {
        Handed::Accepted(_) => findings.ok("mail", well(&smtp)),
        Handed::Refused(530) | Handed::Later(530) => {
            let to_do = "put user:password@ into EMOL_SMTP_URL";
            let found = "the mail server answers, and wants a user and a password (530)";
            findings.add("mail", Grade::Warning, found, Some(to_do));
        }
        Handed::Refused(code) | Handed::Later(code) | Handed::NoSuchAddress(code) => {
            let to_do = "set EMOL_MAIL_FROM to an address that the mail server lets this site send from";
            let found = format!("the mail server answers, and takes no mail from {from} ({code})");
            findings.add("mail", Grade::Warning, found, Some(to_do));
        }
        Handed::Broken | Handed::Unclear => {
            let found = "the mail server answers, and breaks the connection off at the first mail";
            findings.add("mail", Grade::Warning, found, Some("look at its own log"));
        }
    }
}

fn well(smtp: &SmtpConfig) -> String {
    let secret = match smtp.tls {
        SmtpTls::Wrapped => "TLS",
        SmtpTls::Required => "STARTTLS",
        SmtpTls::Never => "no TLS",
    };
    let login = if smtp.login.is_some() { ", takes the user and the password" } else { "" };
    let (host, port, from) = (&smtp.host, smtp.port, smtp.from.as_str());
    format!("{host}:{port} answers with {secret}{login}, and takes mail from {from}")
}

const fn to_connect(why: &NoLine) -> &'static str {
    match why {
        NoLine::Away => "nothing is lost meanwhile: mail waits; many hosters close port 25, try 587 or 465",
        NoLine::NoStartTls | NoLine::NoTls => "change EMOL_SMTP_URL, then run this again",
        NoLine::Certificate(_) => "never turn this off: anybody on the way could read the password",
        NoLine::CaFile(_) => "name a PEM file that `emol serve` may read, or leave EMOL_SMTP_CA_FILE out",
        NoLine::Login(_) | NoLine::NoLogin => {
            "a /, @, : or % in user or password is written %2F, %40, %3A, %25; for Amazon SES they are SMTP credentials, not an \
             access key"
        }
    }
}

/// To whom answers, the weekly digest and what fails go.
pub(super) fn minister(catalogue: &Catalogue, findings: &mut Findings) {
    match &catalogue.kingdom.mol_email {
        Some(_) => findings.ok("answers", "go to the address of the Minister of the Lists"),
        None => {
            let to_do = "let an officer who holds manage_kingdom enter it at /desk/kingdom";
            let found = "the Minister of the Lists has no mail address: mails have no Reply-To, and no digest is sent";
            findings.add("answers", Grade::Note, found, Some(to_do));
        }
    }
}
