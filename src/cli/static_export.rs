//! `emol static`: the stylesheet, script and drawings, for a web server in front.

use std::path::PathBuf;

use clap::Subcommand;

use super::{Failure, output};
use crate::web::assets::{Assets, PREFIX};

/// What to do with the static files.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Every file is written under the name that pages use, with a hash of its content in it, so that it may be kept
for ever. For nginx:  location /static/ { alias DIR/static/; add_header Cache-Control \"public, immutable\"; }")]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Write the static files into a folder, which is made if it is not there
    Export {
        /// The folder
        dir: PathBuf,
    },
}

pub fn run(args: Args) -> Result<(), Failure> {
    let Verb::Export { dir } = args.verb;
    let assets = Assets::load();
    let failed = |error: std::io::Error| {
        Failure::Config(format!("the static files cannot be written to {}: {error}", dir.display()))
    };
    let folder = dir.join(PREFIX.trim_matches('/'));
    std::fs::create_dir_all(&folder).map_err(failed)?;
    let mut count = 0;
    for asset in assets.iter() {
        let name = asset.url.trim_start_matches(PREFIX);
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        std::fs::write(path, &asset.bytes).map_err(failed)?;
        count += 1;
    }
    output::say(&format!("Wrote {count} files to {}.", folder.display()));
    Ok(())
}
