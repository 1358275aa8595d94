//! `emol remind`: what the scheduler does every morning, by hand.

use std::sync::Arc;

use serde::Serialize;

use super::{Failure, open, output};
use crate::app::{Services, StartError};
use crate::clock::{SystemClock, SystemIds};
use crate::config::{DatabaseConfig, KeysConfig, ServeConfig, Source};
use crate::domain::date::CivilDate;
use crate::processes::reminders::{self, Planned};

/// How.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
The mails go into the outbox; a running `emol serve` hands them over. Doing it twice announces nothing twice.
Nobody is named: a person stands here by the id that their record's address has at the desk.")]
pub struct Args {
    /// Only say what is due, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// As if it were that day; only with --dry-run, because a mail says what is true on the day it leaves
    #[arg(long, value_name = "DAY", requires = "dry_run")]
    on: Option<CivilDate>,
    /// For a script
    #[arg(long)]
    json: bool,
}

/// One line of the result.
#[derive(Serialize)]
struct Due {
    person: String,
    what: String,
    expires: String,
    days: i64,
}

pub async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let config = DatabaseConfig::read(source)?;
    let keys = KeysConfig::read(source, &config)?;
    let base_url = ServeConfig::read(source)?.base_url.unwrap_or_default();
    let db = open::connect(&config).await?;
    open::check_schema(&db).await?;
    let services = Services::open(db, keys.load()?, Arc::new(SystemClock), Arc::new(SystemIds)).await?;
    let tools = services.tools(&base_url).map_err(StartError::from)?;
    if !args.dry_run {
        let report = reminders::run(&tools).await?;
        if args.json {
            return output::say_json(&report);
        }
        output::say(&format!(
            "{} mails written, for {} expiry dates{}",
            report.written,
            report.expiries,
            if report.written < report.due { "; another server wrote the others" } else { "" }
        ));
        return Ok(());
    }
    let day = args.on.unwrap_or_else(|| tools.bus.today());
    let planned = reminders::plan_for(&tools, day).await?;
    let lines: Vec<Due> = planned.iter().flat_map(|one| lines(one, day)).collect();
    if args.json {
        return output::say_json(&lines);
    }
    if lines.is_empty() {
        output::say(&format!("nothing is due on {day}"));
        return Ok(());
    }
    let rows: Vec<Vec<String>> = lines
        .into_iter()
        .map(|line| vec![line.person, line.what, line.expires, line.days.to_string()])
        .collect();
    output::say(&output::table(&["person", "what", "expires", "days"], &rows));
    output::note(&format!("{} mails would be written", planned.len()));
    Ok(())
}

fn lines(one: &Planned, day: CivilDate) -> impl Iterator<Item = Due> {
    one.items.iter().map(move |item| Due {
        person: one.person.to_string(),
        what: item.discipline.as_ref().map_or_else(|| "waiver".to_owned(), ToString::to_string),
        expires: item.expires.to_string(),
        days: item.expires.days_since(day),
    })
}
