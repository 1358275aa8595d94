//! `emol keys`: making master keys, and changing them.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use serde::Serialize;

use super::{Failure, open, output};
use crate::clock::SystemIds;
use crate::config::{Source, write_key_file, write_private};
use crate::store::backup::age::Identity;
use crate::store::{DbError, KeyError, MasterKeys};

/// What to do with master keys.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a master key: printed as the value of EMOL_MASTER_KEYS, or written to a new file (mode 0600)
    Generate {
        /// What to call the key: 1 to 32 lower-case letters, digits or hyphens
        #[arg(long, default_value = "main", value_parser = key_id)]
        id: String,
        /// Write it to this file, which must not exist yet
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Wrap again, with the first master key, what another one wraps: afterwards the others can go
    #[command(after_help = "\
Put the new key first and keep the old one: EMOL_MASTER_KEYS=new:…,main:…, and start every server with both. Then this,
as the database's owner, as `emol migrate` is run: the account of `emol serve` may not change keys. When `emol doctor`
names no key any more, start again with the new one alone. Backups made before stay readable with the old one.")]
    Rewrap {
        /// Print the result as JSON
        #[arg(long)]
        json: bool,
    },
    /// Make the pair of keys for backups: the private one into a new file (mode 0600), the public one printed
    Backup {
        /// The file for the private key, which must not exist yet; `emol restore --identity` asks for it
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
    },
}

fn key_id(text: &str) -> Result<String, String> {
    let fits = (1..=32).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if fits {
        Ok(text.to_owned())
    } else {
        Err("use 1 to 32 lower-case letters, digits or hyphens".to_owned())
    }
}

/// What [`Verb::Rewrap`] says for programs.
#[derive(Debug, Serialize)]
struct Rewrapped {
    rewrapped: u64,
}

/// `settings` are asked for by what works on a register alone.
pub async fn run(args: Args, settings: impl AsyncFnOnce() -> Result<Source, Failure>) -> Result<(), Failure> {
    match args.verb {
        Verb::Generate { id, file } => generate(&id, file),
        Verb::Backup { file } => backup(&file),
        Verb::Rewrap { json } => rewrap(&settings().await?, json).await,
    }
}

async fn rewrap(source: &Source, json: bool) -> Result<(), Failure> {
    let bus = open::bus(source).await?;
    let rewrapped = bus.store().keyring().rewrap().await.map_err(|error| match error {
        KeyError::Db(DbError::Denied(_)) => Failure::Config(
            "this account may not change keys: run it as the database's owner, as `emol migrate` is run"
                .to_owned(),
        ),
        error => error.into(),
    })?;
    if json {
        return output::say_json(&Rewrapped { rewrapped });
    }
    output::say(&match rewrapped {
        0 => "The first master key wraps everything already: nothing was changed.".to_owned(),
        1 => "1 key is wrapped by the first master key now.".to_owned(),
        count => format!("{count} keys are wrapped by the first master key now."),
    });
    Ok(())
}

fn generate(id: &str, file: Option<PathBuf>) -> Result<(), Failure> {
    let keys = MasterKeys::generate(id, &SystemIds);
    let Some(path) = file else {
        output::say(&keys.to_text());
        output::note(
            "Keep this apart from the database and its backups: without it, nothing sealed can be read.",
        );
        return Ok(());
    };
    write_key_file(&path, &keys)
        .map_err(|error| Failure::Config(format!("{} cannot be written: {error}", path.display())))?;
    output::say(&format!(
        "The master key {id} is in {} (readable by you only). Keep a copy apart from the database's backups.",
        path.display()
    ));
    Ok(())
}

fn backup(path: &Path) -> Result<(), Failure> {
    let identity = Identity::generate(&SystemIds);
    write_private(path, &identity.to_text())
        .map_err(|error| Failure::Config(format!("{} cannot be written: {error}", path.display())))?;
    output::say(&identity.recipient().to_string());
    output::note(&format!(
        "That is the public key: EMOL_BACKUP_RECIPIENT={}\nThe private one is in {}. Move it away from this \
         machine, to two safe places: whoever has it reads the backups, and without it nobody does.",
        identity.recipient(),
        path.display()
    ));
    Ok(())
}
