//! `emol restore`: a backup back into an empty database, verified, without anybody who was erased since.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use secrecy::ExposeSecret;
use serde::Serialize;
use uuid::Uuid;

use super::{Failure, memory, open, output};
use crate::clock::{SystemClock, SystemIds};
use crate::commands::Command;
use crate::commands::bus::{Bus, BusError, Change, Proposal, Request};
use crate::commands::combatant::erase::Erase;
use crate::config::{DatabaseConfig, KeysConfig, Source};
use crate::domain::date::Instant;
use crate::domain::id::{CombatantId, CommandId, Position, StreamId, StreamType};
use crate::events::combatant::ErasureCause;
use crate::events::log::LogRestored;
use crate::events::{Event, Fact, LogEvent};
use crate::projections::rebuild_within;
use crate::store::backup::age::Identity;
use crate::store::backup::folder::beside;
use crate::store::backup::{BackupError, Manifest, Part, file, write};
use crate::store::migrate::migrate;
use crate::store::{Db, MasterKeys, Store, chain};

/// Which backup.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
DATABASE_URL names a database of emol's own that nothing was recorded in, reached by an account that may create
tables; the master keys are those of the backup. What happens, in this order: the tables are made, the rows
written, the log verified from its first event, LogRestored appended, everybody erased who is on the list of the
erased, and the read models built. If it is broken off, drop the database and begin again.
Sessions, one-time links and mail on its way do not come back.")]
pub struct Args {
    /// The file that `emol backup` wrote
    file: PathBuf,
    /// The file with the private key, AGE-SECRET-KEY-1…
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// The person keys; FILE.keys when left out
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// A list of the erased; can be repeated. FILE.erased is read as well; give the newest there is
    #[arg(long, value_name = "FILE")]
    erased: Vec<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

/// What was brought back.
#[derive(Debug, Serialize)]
pub struct Report {
    position: i64,
    head: String,
    made_at: String,
    rows: u64,
    keys: u64,
    keys_left_out: u64,
    erased_since: usize,
    people: usize,
}

pub async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let identity = identity(&args.identity)?;
    let keys_file = args.keys.clone().unwrap_or_else(|| beside(&args.file, "keys"));
    let erased = erased(&args)?;
    for file in [&args.file, &keys_file] {
        if !file.is_file() {
            return Err(Failure::Usage(format!(
                "there is no {}; the log and the person keys are both needed",
                file.display()
            )));
        }
    }
    let (db, master) = empty(source).await?;
    let log = file::load(args.file.clone(), identity.clone());
    let written = finished(write::write(&db, Part::Log, log.pieces).await, log.task).await?;
    let keys = file::load(keys_file, identity);
    let keys = finished(write::write(&db, Part::Keys, keys.pieces).await, keys.task).await?;
    let report = finish(db, master, &erased, [&written, &keys]).await?;
    if args.json {
        return output::say_json(&report);
    }
    output::say(&format!(
        "Restored {} events of {}; the chain holds, and its head is the backup's:\n{}",
        report.position, report.made_at, report.head
    ));
    if report.keys_left_out > 0 {
        output::say(&format!("{} keys of people who were erased were left out.", report.keys_left_out));
    }
    output::say(&format!(
        "{} people were erased since the backup and are erased again.",
        report.erased_since
    ));
    output::say(&format!("Read models are built: {} people.", report.people));
    Ok(())
}

/// What the writing says; or, where the file is at fault, what the reading of it says.
async fn finished(
    written: Result<write::Written, BackupError>,
    task: tokio::task::JoinHandle<Result<(), BackupError>>,
) -> Result<write::Written, Failure> {
    let read = task.await.map_err(|error| Failure::Internal(error.to_string()))?;
    match (written, read) {
        (Ok(written), Ok(())) => Ok(written),
        (Err(BackupError::Content(_)) | Ok(_), Err(error)) | (Err(error), _) => Err(error.into()),
    }
}

/// The empty database of the settings with its tables, and the master keys.
pub async fn empty(source: &Source) -> Result<(Db, MasterKeys), Failure> {
    let config = DatabaseConfig::read(source)?;
    let master = KeysConfig::read(source, &config)?.load()?;
    let db = Db::connect(config.url.expose_secret()).await?;
    migrate(&db, &SystemClock).await?;
    write::check_empty(&db).await?;
    db.begin_filling().await?;
    Ok((db, master))
}

/// Everything after the rows: whether the chain holds, says so in the log, erases, builds the read models.
pub async fn finish(
    db: Db,
    master: MasterKeys,
    erased: &[(Uuid, Instant)],
    [log, keys]: [&write::Written; 2],
) -> Result<Report, Failure> {
    let manifest = &log.manifest;
    if !log.chain.is_clean() || !write::is_whole(&db, manifest).await? {
        return Err(Failure::Refused(format!(
            "the restored log does not hold: its head is {} at {}, the backup's {} at {}. `emol verify` names \
             what is wrong; use another backup",
            chain::hex(&log.chain.head.hash),
            log.chain.head.position,
            manifest.head,
            manifest.position
        )));
    }
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
    let store = Store::open(db.clone(), master, clock.clone(), ids.clone()).await?;
    let bus = Bus::open(store, clock, ids).await?;
    say_restored(&bus, manifest).await?;
    let mut erased_since = 0;
    for (owner, at) in erased {
        if write::is_erased(&db, *owner).await? {
            continue;
        }
        erase(&bus, &db, *owner, *at).await?;
        erased_since += 1;
    }
    let built = rebuild_within(bus.store(), None, memory::budget(), |_| ()).await;
    let built = built.map_err(|error| {
        Failure::Refused(format!("{error}. The log is restored; `emol rebuild` builds the read models"))
    })?;
    db.end_filling().await?;
    Ok(Report {
        position: manifest.position,
        head: manifest.head.clone(),
        made_at: Instant::from_micros(manifest.made_at).to_string(),
        rows: log.rows,
        keys: keys.rows,
        keys_left_out: keys.left_out,
        erased_since,
        people: built.people,
    })
}

/// Appends `LogRestored`: whoever compares heads sees where the log was taken up again.
async fn say_restored(bus: &Bus, manifest: &Manifest) -> Result<(), Failure> {
    let event = LogRestored { through: Position(manifest.position), head: manifest.head.clone() };
    bus.propose(Proposal {
        command_id: CommandId(bus.ids().uuid_at(bus.now())),
        actor: open::operator(),
        correlation_id: open::correlation(bus),
        body: Vec::new(),
        metadata: Vec::new(),
        guards: Vec::new(),
        changes: vec![Change::any_version(
            StreamId::only(StreamType::Log),
            None,
            vec![Fact::plain(Event::Log(LogEvent::LogRestored(event)))],
        )],
    })
    .await?;
    Ok(())
}

/// Erases somebody again. Of whom the backup knows nothing, the list alone remembers.
async fn erase(bus: &Bus, db: &Db, owner: Uuid, at: Instant) -> Result<(), Failure> {
    let request = Request {
        command_id: CommandId(bus.ids().uuid_at(bus.now())),
        actor: open::operator(),
        correlation_id: open::correlation(bus),
        body: Vec::new(),
        seen: None,
        command: Command::Combatant {
            combatant: CombatantId(owner),
            command: Erase::by(ErasureCause::Restored).into(),
        },
    };
    match bus.execute(request).await {
        // The backup may know nothing of this person, or that the record had ended.
        Ok(_) | Err(BusError::Refused(_)) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(write::remember_erased(db, owner, at).await?)
}

fn identity(path: &Path) -> Result<Identity, Failure> {
    let text = std::fs::read_to_string(path).map(zeroize::Zeroizing::new);
    let text = text.map_err(|error| Failure::Config(format!("--identity {}: {error}", path.display())))?;
    Identity::parse(&text).map_err(|error| Failure::Config(format!("--identity {}: {error}", path.display())))
}

/// Everybody on the lists: the backup's own, where it is there, and those that were given.
fn erased(args: &Args) -> Result<Vec<(Uuid, Instant)>, Failure> {
    let own = beside(&args.file, "erased");
    let mut all = Vec::new();
    for path in args.erased.iter().chain(Some(&own).filter(|own| own.is_file())) {
        let wrong = |why: &str| Failure::Config(format!("{}: {why}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|error| wrong(&error.to_string()))?;
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
            let entry = line.split_once(' ').and_then(|(owner, at)| {
                Some((Uuid::parse_str(owner).ok()?, Instant::from_micros(at.trim().parse().ok()?)))
            });
            let why = format!("line {} is no id and time, as `emol backup` writes them", number + 1);
            all.push(entry.ok_or_else(|| wrong(&why))?);
        }
    }
    all.sort();
    all.dedup_by_key(|(owner, _)| *owner);
    Ok(all)
}
