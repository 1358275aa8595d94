//! `emol pins`: asks people to set a PIN, many at once.

use clap::{Subcommand, ValueEnum};

use super::{Failure, open, output};
use crate::commands::bus::Bus;
use crate::config::Source;
use crate::domain::id::CombatantId;
use crate::domain::mail::Mail;
use crate::processes::pin_invitations::{Invited, invite};
use crate::projections::asof::desk_as_of;

/// What is asked for.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Mail a link to set a PIN to everybody whose card page would ask for one and who has none
    #[command(after_help = "\
Each person gets each of the three mails once, however often this is run. A reminder goes to those who were
invited, the last notice to those who were reminded. Nobody is named.")]
    Invite {
        /// Which mail
        #[arg(long, value_enum, default_value = "invitation")]
        stage: Which,
        /// Mail at most so many people
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
        /// Count them only
        #[arg(long)]
        dry_run: bool,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Which {
    Invitation,
    Reminder,
    Final,
}

/// Runs it.
pub async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let What::Invite { stage, limit, dry_run } = args.what;
    let mail = match stage {
        Which::Invitation => Mail::SetPin,
        Which::Reminder => Mail::SetPinReminder,
        Which::Final => Mail::SetPinFinal,
    };
    let bus = open::bus(source).await?;
    if !bus.kingdom().catalogue.asks_pins() {
        return Err(Failure::Refused(
            "card pages ask for no PIN: turn it on at /desk/kingdom/switches first; nobody was mailed"
                .to_owned(),
        ));
    }
    let people = everybody(&bus).await?;
    let correlation = open::correlation(&bus);
    let Invited { due, mailed } =
        invite(&bus, &people, mail, &open::operator(), correlation, limit, dry_run).await?;
    if dry_run {
        output::say(&format!("{due} would be mailed; nobody was"));
    } else {
        output::say(&format!("{mailed} mailed, {} left", due - mailed));
    }
    Ok(())
}

/// Everybody on file, in the order of their ids: the same for every run.
async fn everybody(bus: &Bus) -> Result<Vec<CombatantId>, Failure> {
    let index = desk_as_of(bus.store(), bus.today(), bus.now())
        .await
        .map_err(|error| Failure::Internal(format!("{error}; `emol doctor` looks for the cause")))?;
    let mut people: Vec<CombatantId> = index.iter().map(|entry| entry.id).collect();
    people.sort_unstable();
    Ok(people)
}
