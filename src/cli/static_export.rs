//! `emol static`: the stylesheet, script and drawings, for a web server in front.

use std::path::{Path, PathBuf};

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
    let folder = dir.join(PREFIX.trim_matches('/'));
    let count = export(&folder)?;
    output::say(&format!("Wrote {count} files to {}.", folder.display()));
    Ok(())
}

/// Writes the static files into a folder and says how many. Those of other versions stay beside them.
pub fn export(folder: &Path) -> Result<usize, Failure> {
    let assets = Assets::load();
    let failed = |error: std::io::Error| {
        Failure::Config(format!("the static files cannot be written to {}: {error}", folder.display()))
    };
    std::fs::create_dir_all(folder).map_err(failed)?;
    let mut count = 0;
    for asset in assets.iter() {
        let name = asset.url.trim_start_matches(PREFIX);
        let path = folder.join(name);
        // The name says what is in it; but a file that was cut off has the same name.
        if std::fs::metadata(&path).is_ok_and(|file| file.len() == asset.bytes.len() as u64) {
            count += 1;
            continue;
        }
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(failed)?;
        }
        std::fs::write(path, &asset.bytes).map_err(failed)?;
        count += 1;
    }
    Ok(count)
}
