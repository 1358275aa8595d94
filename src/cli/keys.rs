//! `emol keys`: making master keys.

use std::path::PathBuf;

use clap::Subcommand;

use super::{Failure, output};
use crate::clock::SystemIds;
use crate::config::write_key_file;
use crate::store::MasterKeys;

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
    let Verb::Generate { id, file } = args.verb;
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
