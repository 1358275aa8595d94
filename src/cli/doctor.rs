//! `emol doctor`: looks at everything around the program, and says what to do.

mod backups;
mod checks;
mod mail;

use serde::Serialize;

use super::{Failure, output};
use crate::config::Source;

/// How to say what was found.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Run it as the account, and with the settings, that `emol serve` runs with. Changes nothing.
Ends with 0 when nothing stands in the way, also with warnings; otherwise with the code of the first problem:
3 settings or keys, 4 database away, 5 tables, 7 Parameter Store away, 1 anything else.")]
pub struct Args {
    /// Print the findings as JSON
    #[arg(long)]
    json: bool,
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Grade {
    /// As it should be.
    Ok,
    /// Worth knowing.
    Note,
    /// Works, but is not as it should be.
    Warning,
    /// Stands in the way.
    Problem,
}

/// One thing that was looked at.
#[derive(Debug, Serialize)]
struct Finding {
    check: &'static str,
    grade: Grade,
    found: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    what_to_do: Option<String>,
    #[serde(skip)]
    code: u8,
}

/// What was looked at so far.
#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, check: &'static str, grade: Grade, found: impl Into<String>, to_do: Option<&str>) {
        let what_to_do = to_do.map(str::to_owned);
        self.0.push(Finding { check, grade, found: found.into(), what_to_do, code: 1 });
    }

    fn ok(&mut self, check: &'static str, found: impl Into<String>) {
        self.add(check, Grade::Ok, found, None);
    }

    /// What another subcommand would have ended with.
    fn failed(&mut self, check: &'static str, failure: &Failure, to_do: Option<&str>) {
        self.add(check, Grade::Problem, failure.to_string(), to_do);
        if let Some(last) = self.0.last_mut() {
            last.code = failure.code();
        }
    }
}

#[derive(Debug, Serialize)]
struct Report<'a> {
    healthy: bool,
    findings: &'a [Finding],
}

pub async fn run(args: Args, source: Result<Source, Failure>) -> Result<(), Failure> {
    let mut findings = Findings::default();
    match source {
        Ok(source) => checks::everything(&source, &mut findings).await,
        Err(error) => findings.failed("settings", &error, None),
    }
    let worst = findings.0.iter().find(|finding| finding.grade == Grade::Problem);
    if args.json {
        output::say_json(&Report { healthy: worst.is_none(), findings: &findings.0 })?;
    } else {
        print(&findings.0);
    }
    match worst.map(|finding| finding.code) {
        None => Ok(()),
        Some(3) => Err(Failure::Config(String::new())),
        Some(4) => Err(Failure::Database(String::new())),
        Some(5) => Err(Failure::Schema(String::new())),
        Some(7) => Err(Failure::Secrets(String::new())),
        Some(_) => Err(Failure::Refused(String::new())),
    }
}

fn print(findings: &[Finding]) {
    for finding in findings {
        let mark = match finding.grade {
            Grade::Ok => "ok      ",
            Grade::Note => "note    ",
            Grade::Warning => "WARNING ",
            Grade::Problem => "PROBLEM ",
        };
        let found = finding.found.replace('\n', "\n                      ");
        output::say(&format!("{mark}  {:<14}{found}", finding.check));
        if let Some(to_do) = &finding.what_to_do {
            output::say(&format!("                        → {to_do}"));
        }
    }
}
