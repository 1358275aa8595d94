//! `emol docs`: documentation that is generated from the code.

use clap::Subcommand;

use super::{Failure, output};

/// What to print.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    page: Page,
}

#[derive(Debug, Subcommand)]
enum Page {
    /// Print docs/EVENTS.md: every event, its fields and what they mean
    Events,
}

#[expect(clippy::unnecessary_wraps, reason = "every subcommand answers alike")]
pub fn run(args: Args) -> Result<(), Failure> {
    match args.page {
        Page::Events => output::say(crate::events::catalogue::markdown().trim_end()),
    }
    Ok(())
}
