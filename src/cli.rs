//! The command line: one file per subcommand. Parses, calls the rooms, says
//! what came of it; decides nothing itself.
//!
//! Results go to standard output, everything else to standard error. Exit codes
//! are in [`failure`] and part of the interface: scripts may rely on them.
//!
//! # Adding a subcommand
//! A file here with its `clap::Args` and an `async fn run`, a variant of
//! [`Command`], a line in `README.md`, and its exit codes in `tests/it/cli/`.

mod backup;
mod copy;
mod demo;
mod docs;
mod doctor;
pub mod failure;
mod forecast;
mod health;
mod history;
mod import;
mod keys;
mod mail;
mod memory;
mod migrate;
mod officer;
mod open;
mod output;
mod pins;
mod rebuild;
mod remind;
mod restore;
mod serve;
mod static_export;
mod verify;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use failure::Failure;

/// What `--help` ends with.
const AFTER_HELP: &str = "\
Settings come from the environment, or from a TOML file named by --config or EMOL_CONFIG:
  DATABASE_URL           where the register is kept: sqlite:///path/emol.db or mysql://user:password@host/emol
  EMOL_MASTER_KEYS       the keys that unlock what is sealed (`emol keys generate`), or
  EMOL_MASTER_KEYS_FILE  a file that holds them; for SQLite, <database>.key by default
  EMOL_LISTEN            the address to answer on, 127.0.0.1:8080 by default
  EMOL_BASE_URL          the address that people type, like https://emol.example.org
  EMOL_TEST_SITE         yes: every page says that it is only for trying things
  EMOL_TRUSTED_PROXIES   proxies whose word about a visitor's address is believed
  EMOL_OIDC_CLIENT_ID, EMOL_OIDC_CLIENT_SECRET
                         what the provider that officers sign in at gave this site; without them nobody can sign in
  EMOL_OIDC_ISSUER       that provider, https://accounts.google.com by default
  EMOL_OIDC_SCOPES       what it is asked for, openid email by default
  EMOL_SESSION_IDLE, EMOL_SESSION_ABSOLUTE
                         how long an officer stays signed in without doing anything (12h), and at most (7d)
  EMOL_SSM_PREFIX        read what is secret and not set here from AWS's Parameter Store, under this prefix
  EMOL_AWS_CREDENTIALS_FILE
                         the access key for that, where AWS_ACCESS_KEY_ID is not set and there is no instance role
  EMOL_SMTP_URL          the mail server: smtps://user:password@host, or smtp://localhost:25; without it mail waits
  EMOL_SMTP_CA_FILE      the certificate (PEM) of a private authority that the mail server's own comes from
  EMOL_MAIL_FROM         the address that mail comes from
  EMOL_DAILY_HOUR        the hour, in the kingdom's time zone, at which reminders go out, 9 by default
  EMOL_LOG               what is logged: info, or emol=debug,sqlx=warn
  EMOL_LOG_FORMAT        text or json
  EMOL_LOG_FILE          a file that log lines are added to, beside standard error
  EMOL_STATIC_DIR        the folder that `emol serve` writes the static files to before it answers
  EMOL_BACKUP_DIR        the folder that `emol serve` makes a backup in every night
  EMOL_BACKUP_RECIPIENT  the public keys that backups are sealed to (`emol keys backup`)
  EMOL_BACKUP_TO         where the host sends them: s3://bucket/folder or user@host:/folder
  EMOL_OPERATOR_MAIL     who gets a mail when a job, a backup or the certificate fails; the Minister of the Lists without
  EMOL_CERTIFICATE_AT    where the site's certificate is looked at every day; where the base URL leads without

Exit codes:
  0 done   1 refused, or something was found   2 usage   3 settings or keys
  4 database away or busy   5 the tables need `emol migrate`   6 an internal error
  7 AWS's Parameter Store away

To look around first: emol demo";

/// The register of combat authorizations of an SCA kingdom.
#[derive(Debug, Parser)]
#[command(name = "emol", version = crate::VERSION, after_help = AFTER_HELP, arg_required_else_help = true)]
struct Cli {
    /// A TOML file with settings; the environment wins over it
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show a sample kingdom: nothing to set up, nothing is kept
    Demo(demo::Args),
    /// Run the web server
    Serve(serve::Args),
    /// Bring the database's tables to what this version needs
    Migrate(migrate::Args),
    /// Bring in disciplines, regions or a roster from a file: all of it, or nothing
    Import(import::Args),
    /// Build the read models again from the log; nobody notices
    Rebuild(rebuild::Args),
    /// Walk the whole log and recompute its chain
    Verify(verify::Args),
    /// Write a backup: the log, the person keys and the list of the erased, in three files
    Backup(backup::Args),
    /// Bring a backup back, into an empty database only
    Restore(restore::Args),
    /// Copy the register into another, empty database
    Copy(copy::Args),
    /// Show what happened to a person, or to the kingdom
    History(history::Args),
    /// Say how many cards, waivers, warrants and memberships lapse in the next 7, 30, 60 and 90 days
    Forecast(forecast::Args),
    /// Invite officers, and give and take permissions; makes the first administrator
    Officer(officer::Args),
    /// Ask people to set a PIN, many at once
    Pins(pins::Args),
    /// Say whether a running server answers (for containers)
    Health(health::Args),
    /// Write out the static files
    Static(static_export::Args),
    /// Check settings, database, clock and keys, and say what to do
    Doctor(doctor::Args),
    /// Send a mail to try the mail server, or see what a mail looks like
    Mail(mail::Args),
    /// Decide who is reminded today, as the server does by itself every morning
    Remind(remind::Args),
    /// Make master keys
    Keys(keys::Args),
    /// Print documentation that is generated from the code
    Docs(docs::Args),
}

/// Runs what the command line asks for.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::Internal(format!("no runtime: {error}")).report(),
    };
    let outcome = runtime.block_on(run(cli));
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(),
    }
}

async fn run(cli: Cli) -> Result<(), Failure> {
    let config = cli.config.as_deref();
    // Of this machine alone; what works on the register asks for the secrets as well.
    let plain = || crate::config::Source::read(config);
    let source = async || Ok::<_, Failure>(plain()?.with_secrets().await?);
    match cli.command {
        Command::Demo(args) => demo::run(args, &plain()?).await,
        Command::Serve(args) => serve::run(args, &source().await?).await,
        Command::Migrate(args) => migrate::run(args, &source().await?).await,
        Command::Import(args) => import::run(args, &source().await?).await,
        Command::Rebuild(args) => rebuild::run(args, &source().await?).await,
        Command::Verify(args) => verify::run(args, &source().await?).await,
        Command::Backup(args) => backup::run(args, &source().await?).await,
        Command::Restore(args) => restore::run(args, &source().await?).await,
        Command::Copy(args) => copy::run(args, &source().await?).await,
        Command::History(args) => history::run(args, &source().await?).await,
        Command::Forecast(args) => forecast::run(args, &source().await?).await,
        Command::Officer(args) => officer::run(args, &source().await?).await,
        Command::Pins(args) => pins::run(args, &source().await?).await,
        Command::Health(args) => health::run(args, &plain()?).await,
        Command::Static(args) => static_export::run(args),
        Command::Doctor(args) => doctor::run(args, source().await).await,
        Command::Mail(args) => mail::run(args, &source().await?).await,
        Command::Remind(args) => remind::run(args, &source().await?).await,
        Command::Keys(args) => keys::run(args, source).await,
        Command::Docs(args) => docs::run(args),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_put_together_well() {
        super::Cli::command().debug_assert();
    }

    #[test]
    fn the_help_names_every_setting() {
        for setting in crate::config::settings::ALL {
            assert!(super::AFTER_HELP.contains(setting.env), "{}", setting.env);
        }
    }
}
