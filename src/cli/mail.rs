//! `emol mail`: trying the mail server, and seeing what mails look like.

use clap::Subcommand;

use super::{Failure, open, output};
use crate::clock::{Clock, IdSource, SystemClock, SystemIds};
use crate::config::settings::SMTP_URL;
use crate::config::{ConfigError, Fault, MailConfig, Source};
use crate::domain::contact::Email;
use crate::domain::mail::Mail;
use crate::processes::mail::letter::{Sender, message_id};
use crate::processes::mail::smtp::{Handed, Line};
use crate::processes::mail::{Letter, MailTemplates, samples};

/// What to do.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Hand one mail to the mail server of the settings, and say what it answers
    Test {
        /// Where to
        #[arg(value_name = "ADDRESS", value_parser = address)]
        address: Email,
    },
    /// Show what a mail says, with an invented person in it
    Preview {
        /// Which: `reminder`, `welcome`, …
        #[arg(value_name = "NAME", value_parser = name)]
        mail: Mail,
        /// Its HTML, rather than its plain text
        #[arg(long)]
        html: bool,
    },
}

fn address(text: &str) -> Result<Email, String> {
    Email::parse(text).map_err(|why| why.to_string())
}

fn name(text: &str) -> Result<Mail, String> {
    Mail::parse(text).ok_or_else(|| {
        let names: Vec<_> = Mail::ALL.into_iter().map(Mail::as_str).collect();
        format!("there is no such mail; there are {}", names.join(", "))
    })
}

pub async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    match args.command {
        Action::Test { address } => test(address, source).await,
        Action::Preview { mail, html } => preview(mail, html),
    }
}

fn preview(mail: Mail, html: bool) -> Result<(), Failure> {
    let internal = |why: &dyn std::fmt::Display| Failure::Internal(why.to_string());
    let templates = MailTemplates::load().map_err(|why| internal(&why))?;
    let words = templates.write(mail, &samples::of(mail)).map_err(|why| internal(&why))?;
    if html {
        output::say(words.html.trim_end());
    } else {
        output::say(&format!("Subject: {}\n\n{}", words.subject, words.text.trim_end()));
    }
    Ok(())
}

async fn test(to: Email, source: &Source) -> Result<(), Failure> {
    let config = MailConfig::read(source)?;
    let smtp = config.smtp.ok_or_else(|| ConfigError::from(Fault::missing(SMTP_URL)))?;
    let now = SystemClock.now();
    let id = SystemIds.uuid_at(now);
    let text = format!(
        "This mail was sent by `emol mail test`, to try the mail server.\nVersion {}, {}.\n",
        crate::VERSION,
        now
    );
    let html = format!("<!doctype html><p>{}</p>", text.trim_end().replace('\n', "<br>"));
    let letter = Letter { to, subject: "eMoL: a test".to_owned(), text, html };
    let sender = Sender { from: smtp.from.clone(), name: "eMoL".to_owned(), reply_to: None };
    let handover = letter.message(id, now, &sender).map_err(Failure::Internal)?;
    let mut line = Line::connect(&smtp).await.map_err(|why| Failure::Refused(why.to_string()))?;
    let handed = line.hand_over(&handover).await;
    line.quit().await;
    match handed {
        Handed::Accepted(code) => {
            output::say(&format!("accepted ({code}), as {}, sent by {}", message_id(id), open::operator()));
            Ok(())
        }
        Handed::Later(530) => Err(Failure::Refused(
            "the mail server wants a user and a password in EMOL_SMTP_URL, or TLS (530)".to_owned(),
        )),
        Handed::Later(code) => Err(Failure::Refused(format!(
            "not now, says the mail server ({code}); check EMOL_MAIL_FROM, or try again later"
        ))),
        Handed::Refused(code) => Err(Failure::Refused(format!(
            "the mail server does not take this mail ({code}): may it send from EMOL_MAIL_FROM, and to this address?"
        ))),
        Handed::NoSuchAddress(code) => {
            Err(Failure::Refused(format!("the mail server does not know this address ({code})")))
        }
        Handed::Broken => {
            Err(Failure::Refused("the connection to the mail server broke; nothing was sent".to_owned()))
        }
        Handed::Unclear => Err(Failure::Refused(
            "the mail server's answer was lost: look whether the mail arrived".to_owned(),
        )),
    }
}
