//! `emol officer`: who may sign in, and what they may do.

use clap::Subcommand;
use serde::Serialize;

use super::{Failure, open, output};
use crate::commands::Context;
use crate::commands::bus::{Bus, Change, Proposal, Read, Reading};
use crate::commands::officers::{OfficersCommand, Verb};
use crate::config::Source;
use crate::domain::actor::Actor;
use crate::domain::contact::Email;
use crate::domain::id::{CommandId, OfficerId, Slug, StreamId, StreamType};
use crate::domain::permission::{Grant, Permission};
use crate::domain::personal::Personal;
use crate::events::Event;
use crate::events::evolve::{OfficerState, Officers};

/// What to do about officers.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A GRANT is a permission, for the whole kingdom or for one discipline:
  read_combatant_info        write_authorizations@discipline:fencing
The first administrator: emol officer invite mol@example.org --name \"Minister of the Lists\" --administrator
What is done here is recorded under operator:<your Unix account>.")]
pub struct Args {
    /// Print the result as JSON
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    verb: Verbs,
}

#[derive(Debug, Subcommand)]
enum Verbs {
    /// Put somebody on the officers' list
    Invite {
        /// The address that they sign in with
        email: String,
        /// What other officers know them by
        #[arg(long)]
        name: String,
        /// Give every permission, for the whole kingdom
        #[arg(long)]
        administrator: bool,
        /// Give this permission; can be repeated
        #[arg(long = "grant", value_name = "GRANT")]
        grants: Vec<Grant>,
    },
    /// Give permissions
    Grant {
        /// Their address, or their id
        officer: String,
        /// What they may do from now on
        #[arg(required = true, value_name = "GRANT")]
        grants: Vec<Grant>,
    },
    /// Take permissions back
    Withdraw {
        /// Their address, or their id
        officer: String,
        /// What they may no longer do
        #[arg(required = true, value_name = "GRANT")]
        grants: Vec<Grant>,
    },
    /// List the officers and what they may do
    List,
}

#[derive(Debug, Serialize)]
struct Changed {
    officer: String,
    recorded: usize,
}

#[derive(Debug, Serialize)]
struct Row {
    id: String,
    name: Option<String>,
    email: Option<String>,
    enabled: bool,
    combatant: Option<String>,
    grants: Vec<String>,
}

/// Every permission, for the whole kingdom: what the first administrator needs,
/// because nobody can give what they lack (A2).
pub fn everything() -> Vec<Grant> {
    Permission::ALL.into_iter().map(Grant::everywhere).collect()
}

pub async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let bus = open::bus(source).await?;
    let by = open::operator();
    let kingdom = bus.kingdom();
    let command = |verb| OfficersCommand { by: by.clone(), verb };
    match args.verb {
        Verbs::Invite { email, name, administrator, grants } => {
            let officer = OfficerId(bus.ids().uuid_at(bus.now()));
            let grants = if administrator { everything() } else { grants };
            let mut commands = vec![command(Verb::Invite { officer, email, label: name })];
            commands.extend(grants.into_iter().map(|grant| command(Verb::Grant { officer, grant })));
            let recorded = together(&bus, by, &commands).await?;
            let text = format!("Invited officer {officer} ({recorded} entries recorded).");
            said(args.json, officer, recorded, text)
        }
        Verbs::Grant { officer, grants } => {
            let officer = find(&kingdom.officers, &officer)?;
            let commands: Vec<_> =
                grants.into_iter().map(|grant| command(Verb::Grant { officer, grant })).collect();
            changed(args.json, officer, together(&bus, by, &commands).await?, "they hold that already")
        }
        Verbs::Withdraw { officer, grants } => {
            let officer = find(&kingdom.officers, &officer)?;
            let commands: Vec<_> =
                grants.into_iter().map(|grant| command(Verb::Withdraw { officer, grant })).collect();
            changed(args.json, officer, together(&bus, by, &commands).await?, "they do not hold that")
        }
        Verbs::List => list(&bus, by, &kingdom.officers, args.json).await,
    }
}

fn changed(json: bool, officer: OfficerId, recorded: usize, otherwise: &str) -> Result<(), Failure> {
    let text = match recorded {
        0 => format!("Nothing to change: {otherwise}."),
        1 => "1 entry recorded.".to_owned(),
        count => format!("{count} entries recorded."),
    };
    said(json, officer, recorded, text)
}

fn said(json: bool, officer: OfficerId, recorded: usize, text: String) -> Result<(), Failure> {
    if json {
        return output::say_json(&Changed { officer: officer.to_string(), recorded });
    }
    output::say(&text);
    Ok(())
}

/// Judges the commands one after the other and records them all, or none.
async fn together(bus: &Bus, by: Actor, commands: &[OfficersCommand]) -> Result<usize, Failure> {
    let kingdom = bus.kingdom();
    let context = Context { today: bus.today(), catalogue: kingdom.catalogue.clone() };
    let mut officers = Officers::clone(&kingdom.officers);
    let mut facts = Vec::new();
    for command in commands {
        for fact in
            command.decide(&officers, &context).map_err(|refusal| Failure::Refused(refusal.to_string()))?
        {
            officers.take(&fact);
            facts.push(fact.map(Event::Officers));
        }
    }
    let recorded = facts.len();
    if recorded > 0 {
        let stream = StreamId::only(StreamType::Officers);
        bus.propose(Proposal {
            command_id: CommandId(bus.ids().uuid_at(bus.now())),
            actor: by,
            correlation_id: open::correlation(bus),
            body: Vec::new(),
            metadata: Vec::new(),
            guards: Vec::new(),
            changes: vec![Change::plain(stream, kingdom.officers.version, facts)],
        })
        .await?;
    }
    Ok(recorded)
}

fn find(officers: &Officers, text: &str) -> Result<OfficerId, Failure> {
    if let Ok(id) = OfficerId::parse(text)
        && officers.all.contains_key(&id)
    {
        return Ok(id);
    }
    let wanted = Email::parse(text).map(|email| email.key()).ok();
    let found = officers.all.iter().find(|(_, state)| {
        let held = state.email.text().and_then(|email| Email::parse(email).ok());
        held.is_some_and(|held| wanted.as_ref().is_some_and(|wanted| held.key() == *wanted))
    });
    found.map(|(id, _)| *id).ok_or_else(|| {
        Failure::Refused(
            "no officer has this address or id; `emol officer list` shows who there is".to_owned(),
        )
    })
}

fn row(id: OfficerId, state: &OfficerState) -> Row {
    let text = |value: &Personal| value.text().map(str::to_owned);
    Row {
        id: id.to_string(),
        name: text(&state.label),
        email: text(&state.email),
        enabled: state.enabled,
        combatant: state.combatant.map(|id| id.to_string()),
        grants: state.grants.iter().map(ToString::to_string).collect(),
    }
}

/// Their addresses are sealed: who lists them is recorded first, as at the desk (V7).
async fn list(bus: &Bus, by: Actor, officers: &Officers, json: bool) -> Result<(), Failure> {
    if !officers.all.is_empty() {
        let count = u32::try_from(officers.all.len()).unwrap_or(u32::MAX);
        let what = Read::List { query: String::new(), count };
        let screen = Slug::parse("officer-list").map_err(|why| Failure::Internal(why.to_string()))?;
        let correlation_id = open::correlation(bus);
        bus.record_reading(Reading { actor: by, correlation_id, screen, what, reason: None }).await?;
    }
    let rows: Vec<Row> = officers.all.iter().map(|(id, state)| row(*id, state)).collect();
    if json {
        return output::say_json(&rows);
    }
    if rows.is_empty() {
        output::say(
            "There are no officers yet. The first administrator:\n  \
             emol officer invite mol@example.org --name \"Minister of the Lists\" --administrator",
        );
    }
    for row in &rows {
        let state = if row.enabled { "" } else { " (disabled)" };
        let unknown = "(erased)".to_owned();
        output::say(&format!(
            "{} <{}>{state}\n  {}",
            row.name.as_ref().unwrap_or(&unknown),
            row.email.as_ref().unwrap_or(&unknown),
            row.id
        ));
        for grant in &row.grants {
            output::say(&format!("  - {grant}"));
        }
    }
    Ok(())
}
