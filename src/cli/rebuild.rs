//! `emol rebuild`: makes read models again from the log, while they are read.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

use super::{Failure, open, output};
use crate::config::Source;
use crate::projections::gather::GatherError;
use crate::projections::{Model, RebuildError, rebuild};

/// Which read model.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A rebuild fills a new generation of the tables and then switches readers over, so nobody notices. If it is
interrupted, the old generation stays in use and the next rebuild begins anew.")]
pub struct Args {
    /// card, register, marshals or desk; all of them when left out
    #[arg(value_name = "READ-MODEL", value_parser = model)]
    model: Option<Model>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

fn model(text: &str) -> Result<Model, String> {
    Model::parse(text).ok_or_else(|| {
        let names = Model::ALL.map(Model::as_str).join(", ");
        format!("there is no read model {text}; there are {names}")
    })
}

pub async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let bus = open::bus(source).await?;
    let bar = if std::io::stderr().is_terminal() { ProgressBar::new(0) } else { ProgressBar::hidden() };
    if let Ok(style) = ProgressStyle::with_template("rebuilding {wide_bar} {human_pos}/{human_len} events") {
        bar.set_style(style);
    }
    let outcome = rebuild(bus.store(), args.model, |at| {
        bar.set_length(at.of.unsigned_abs());
        bar.set_position(at.read.unsigned_abs());
    })
    .await;
    bar.finish_and_clear();
    let report = outcome.map_err(failure)?;
    if args.json {
        let models: Vec<_> = report
            .models
            .iter()
            .map(|(model, generation, documents)| {
                serde_json::json!({ "model": model.as_str(), "generation": generation, "documents": documents })
            })
            .collect();
        return output::say_json(&serde_json::json!({
            "position": report.position, "events": report.events, "people": report.people, "models": models,
        }));
    }
    for (model, generation, documents) in &report.models {
        output::say(&format!("{model}: {documents} documents, generation {generation}"));
    }
    output::say(&format!(
        "Rebuilt from {} events of {} people, up to position {}.",
        report.events, report.people, report.position
    ));
    Ok(())
}

fn failure(error: RebuildError) -> Failure {
    match error {
        RebuildError::Db(error) | RebuildError::Gather(GatherError::Db(error)) => error.into(),
        RebuildError::Overtaken(_) => Failure::Refused(error.to_string()),
        RebuildError::Stopped(_) | RebuildError::Gather(_) => Failure::Refused(format!(
            "{error}. The old read models stay in use; `emol verify` says whether the log was changed"
        )),
    }
}
