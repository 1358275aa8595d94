//! `emol keys`: making master keys.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::{Failure, output};
use crate::clock::SystemIds;
use crate::config::{write_key_file, write_private};
use crate::store::MasterKeys;
use crate::store::backup::age::Identity;

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

pub fn run(args: Args) -> Result<(), Failure> {
    let (id, file) = match args.verb {
        Verb::Generate { id, file } => (id, file),
        Verb::Backup { file } => return backup(&file),
    };
    let keys = MasterKeys::generate(&id, &SystemIds);
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
