//! `emol docs`: documentation that is generated from the code.

use clap::Subcommand;

use super::output;

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

pub fn run(args: Args) {
    match args.page {
        Page::Events => output::say(crate::events::catalogue::markdown().trim_end()),
    }
}
