//! `emol verify`: walks the log and recomputes its chain. Needs no keys.

use serde::Serialize;

use super::{Failure, open, output};
use crate::config::Source;
use crate::store::chain::hex;
use crate::store::verify::{self, Problem, VerifyReport, verify};

/// What to compare with.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A chain proves nothing against somebody who can rewrite its tail: keep the head that this prints somewhere else
(it is in the log lines of `emol serve` too), and give it back with --against. Ends with 1 when anything is wrong.")]
pub struct Args {
    /// A head that was noted earlier: 64 hexadecimal digits. Says whether this log still contains it
    #[arg(long, value_name = "HASH", value_parser = hash)]
    against: Option<Hash>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy)]
struct Hash([u8; 32]);

fn hash(text: &str) -> Result<Hash, String> {
    let wrong = || "a head is 64 hexadecimal digits, as `emol verify` prints it".to_owned();
    if text.len() != 64 || !text.is_ascii() {
        return Err(wrong());
    }
    let mut bytes = [0; 32];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[i * 2..i * 2 + 2], 16).map_err(|_| wrong())?;
    }
    Ok(Hash(bytes))
}

#[derive(Debug, Serialize)]
struct Report {
    clean: bool,
    events: i64,
    head: Head,
    findings: Vec<Found>,
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<Against>,
}

#[derive(Debug, Serialize)]
struct Head {
    position: i64,
    hash: String,
    recorded_at: String,
}

#[derive(Debug, Serialize)]
struct Found {
    position: i64,
    problem: &'static str,
}

#[derive(Debug, Serialize)]
struct Against {
    found: bool,
    position: Option<i64>,
}

const fn text(problem: Problem) -> &'static str {
    match problem {
        Problem::Hash => "its columns do not have its hash: the row was changed",
        Problem::Chain => "it does not follow from the row before it",
        Problem::Missing => "the row is missing",
        Problem::StreamVersion => "its stream version does not follow from the one before it",
        Problem::Time => "it was recorded before the row before it",
        Problem::Unreadable => "a column cannot be read at all",
        Problem::Head => "the head row says something else than the last event",
    }
}

fn report(found: VerifyReport) -> Report {
    let against = match found.against {
        verify::Against::NotAsked => None,
        verify::Against::Ancestor(position) => Some(Against { found: true, position: Some(position.0) }),
        verify::Against::Fork => Some(Against { found: false, position: None }),
    };
    Report {
        clean: found.is_clean(),
        events: found.events,
        head: Head {
            position: found.head.position.0,
            hash: hex(&found.head.hash),
            recorded_at: found.head.recorded_at.to_string(),
        },
        findings: found
            .findings
            .into_iter()
            .map(|finding| Found { position: finding.position.0, problem: text(finding.problem) })
            .collect(),
        against,
    }
}

pub async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let db = open::database(source).await?;
    let report = report(verify(&db, args.against.map(|hash| hash.0)).await?);
    if args.json {
        output::say_json(&report)?;
    } else {
        print(&report);
    }
    if report.clean { Ok(()) } else { Err(Failure::Refused(String::new())) }
}

fn print(report: &Report) {
    for finding in &report.findings {
        output::say(&format!("position {}: {}", finding.position, finding.problem));
    }
    match report.against {
        Some(Against { position: Some(position), .. }) => {
            output::say(&format!("The given head is in this log, at position {position}."));
        }
        Some(_) => output::say(
            "The given head is nowhere in this log: it is a fork of the log that had it, or was rewritten.",
        ),
        None => {}
    }
    let verdict = if report.findings.is_empty() { "the chain holds" } else { "the chain is broken" };
    output::say(&format!("{} events walked: {verdict}.", report.events));
    output::say(&format!(
        "head: position {}, recorded {}\n{}",
        report.head.position, report.head.recorded_at, report.head.hash
    ));
}
