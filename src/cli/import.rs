//! `emol import`: disciplines, regions and rosters from files.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use clap::{Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use super::{Failure, open, output};
use crate::config::Source;
use crate::exchange::{Difference, Fault, ImportError, ImportReport, Progress, Step};
use crate::exchange::{disciplines, regions, roster};

/// What to bring in.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A file comes in whole or not at all. What is wrong with it is told in one run: line, column, value, and what
would be right. Bringing in a file twice changes nothing; a later file with the same refs records only what
differs. Nobody is mailed. Ends with 1 when the file has faults; nothing was recorded then.")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Disciplines with their authorizations and marshal types (JSON)
    Disciplines(From),
    /// Regions that combatants may live in (JSON)
    Regions(From),
    /// People with cards, authorizations, warrants and waivers (CSV)
    Roster(From),
}

#[derive(Debug, Clone, clap::Args)]
struct From {
    /// The file; - for what comes in
    file: PathBuf,
    /// Say what would be recorded, and record nothing
    #[arg(long)]
    dry_run: bool,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Disciplines,
    Regions,
    Roster,
}

#[derive(Debug, Serialize)]
struct Report {
    recorded: bool,
    dry_run: bool,
    rows: usize,
    added: usize,
    changed: usize,
    unchanged: usize,
    skipped: usize,
    events: BTreeMap<&'static str, usize>,
    first_position: Option<i64>,
    last_position: Option<i64>,
    differences: Vec<DifferenceLine>,
    faults: Vec<FaultLine>,
}

#[derive(Debug, Serialize)]
struct FaultLine {
    line: usize,
    #[serde(rename = "ref")]
    ref_: String,
    column: String,
    value: String,
    problem: String,
    remedy: String,
}

#[derive(Debug, Serialize)]
struct DifferenceLine {
    line: usize,
    #[serde(rename = "ref")]
    ref_: String,
    column: String,
    on_file: String,
    in_file: String,
    note: &'static str,
}

pub async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let (kind, from) = match args.what {
        What::Disciplines(from) => (Kind::Disciplines, from),
        What::Regions(from) => (Kind::Regions, from),
        What::Roster(from) => (Kind::Roster, from),
    };
    let bytes = read(&from.file)?;
    let bus = open::bus(source).await?;
    let (actor, correlation) = (open::operator(), open::correlation(&bus));
    let bar = bar();
    let mut progress = |at: Progress| show(&bar, at);
    let dry = from.dry_run;
    let outcome = match kind {
        Kind::Disciplines => disciplines::import(&bus, actor, correlation, &bytes, dry, &mut progress).await,
        Kind::Regions => regions::import(&bus, actor, correlation, &bytes, dry, &mut progress).await,
        Kind::Roster => roster::import(&bus, actor, correlation, &bytes, dry, &mut progress).await,
    };
    bar.finish_and_clear();
    match outcome {
        Ok(report) if from.json => output::say_json(&as_json(&report, &[])),
        Ok(report) => {
            print(kind, &report);
            Ok(())
        }
        Err(ImportError::Faults(faults)) => {
            if from.json {
                output::say_json(&as_json(
                    &ImportReport { dry_run: dry, ..ImportReport::default() },
                    &faults,
                ))?;
                return Err(Failure::Refused(String::new()));
            }
            output::say(&fault_table(&faults));
            Err(Failure::Refused(ImportError::Faults(faults).to_string()))
        }
        Err(ImportError::Bus(error)) => Err(error.into()),
    }
}

/// A file, or what comes in where it is named `-`: a container sees none of the host's files.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    bytes.map_err(|error| Failure::Usage(format!("the file {} cannot be read: {error}", path.display())))
}

/// A bar for people; nothing where nobody looks.
fn bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{msg:<10} {wide_bar} {human_pos}/{human_len}");
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn show(bar: &ProgressBar, at: Progress) {
    bar.set_message(match at.step {
        Step::Reading => "reading",
        Step::Deciding => "deciding",
        Step::Writing => "writing",
    });
    bar.set_length(at.of as u64);
    bar.set_position(at.done as u64);
}

fn as_json(report: &ImportReport, faults: &[Fault]) -> Report {
    Report {
        recorded: report.receipt.is_some(),
        dry_run: report.dry_run,
        rows: report.rows,
        added: report.added,
        changed: report.changed,
        unchanged: report.unchanged,
        skipped: report.skipped,
        events: report.recorded.clone(),
        first_position: report.receipt.map(|receipt| receipt.first.0),
        last_position: report.receipt.map(|receipt| receipt.last.0),
        differences: report.differences.iter().map(difference_line).collect(),
        faults: faults.iter().map(fault_line).collect(),
    }
}

fn fault_line(fault: &Fault) -> FaultLine {
    let Fault { line, ref_, column, value, problem, remedy } = fault.clone();
    FaultLine { line, ref_, column, value, problem, remedy }
}

fn difference_line(difference: &Difference) -> DifferenceLine {
    let Difference { line, ref_, column, on_file, in_file, note } = difference.clone();
    DifferenceLine { line, ref_, column, on_file, in_file, note }
}

/// Faults of one kind in one column that are shown; `--json` shows all.
const ALIKE: usize = 50;

fn fault_table(faults: &[Fault]) -> String {
    let mut alike: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let shown = faults.iter().filter(|fault| {
        let count = alike.entry((&fault.column, &fault.problem)).or_default();
        *count += 1;
        *count <= ALIKE
    });
    let rows: Vec<Vec<String>> = shown
        .map(|fault| {
            let line = if fault.line == 0 { String::new() } else { fault.line.to_string() };
            let value = if fault.value.is_empty() { "(empty)".to_owned() } else { fault.value.clone() };
            vec![line, fault.column.clone(), value, fault.problem.clone(), fault.remedy.clone()]
        })
        .collect();
    let mut table = output::table(&["line", "column", "value", "problem", "what would be right"], &rows);
    for ((column, problem), count) in alike.into_iter().filter(|(_, count)| *count > ALIKE) {
        let _ = write!(table, "\n… and {} more in {column}: {problem}", count - ALIKE);
    }
    table
}

fn print(kind: Kind, report: &ImportReport) {
    let (one, many) = match kind {
        Kind::Disciplines => ("discipline", "disciplines"),
        Kind::Regions => ("region", "regions"),
        Kind::Roster => ("person", "people"),
    };
    for difference in &report.differences {
        output::say(&difference.shown());
    }
    let of = |count: usize| format!("{count} {}", if count == 1 { one } else { many });
    let would = if report.dry_run { "would be " } else { "" };
    output::say(&format!(
        "{} {would}added, {} {would}changed, {} unchanged{}.",
        of(report.added),
        report.changed,
        report.unchanged,
        if report.skipped > 0 { format!(", {} left alone", report.skipped) } else { String::new() }
    ));
    for (event, count) in &report.recorded {
        output::say(&format!("  {count:>8}  {event}"));
    }
    match report.receipt {
        Some(receipt) => output::say(&format!(
            "Recorded {} events, positions {} to {}.",
            report.events(),
            receipt.first,
            receipt.last
        )),
        None if report.dry_run => output::say("A dry run: nothing was recorded."),
        None => output::say("Nothing differs: nothing was recorded."),
    }
}
