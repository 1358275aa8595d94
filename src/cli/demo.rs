//! `emol demo`: a sample kingdom on an embedded database, in a folder of its own.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use secrecy::ExposeSecret;

use super::{Failure, output, serve};
use crate::app::{Application, DemoConfig, Services, StartError, WebConfig};
use crate::clock::{Clock, SystemIds, civil_date};
use crate::config::{DatabaseConfig, LogConfig, Source, write_key_file};
use crate::domain::date::{CivilDate, Instant};
use crate::domain::kingdom::KingdomSettings;
use crate::events::LOG_FORMAT;
use crate::exchange::demo::{self, DemoError, MOST_PEOPLE, Sample};
use crate::processes::reminders;
use crate::store::migrate::migrate;
use crate::store::{Db, MasterKeys, format};

/// The name of the database in the folder.
const DATABASE: &str = "emol-demo.db";

/// Where, when and how many.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Everybody in it is made up. Sign in by choosing an officer; that works here and nowhere else: the demo answers
on this machine only, and `emol serve` cannot turn it on. Settings in the environment are not used.")]
pub struct Args {
    /// A folder for the sample kingdom, which must be new or empty; a temporary one that goes away at the end otherwise
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The address to answer on; only this machine's own (127.0.0.1 or [::1])
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080", value_parser = loopback)]
    listen: SocketAddr,
    /// How many people
    #[arg(long, value_name = "N", default_value_t = 60, value_parser = people)]
    people: usize,
    /// The day it is in the sample kingdom
    #[arg(long, value_name = "DAY", default_value = demo::TODAY, value_parser = today)]
    today: CivilDate,
}

fn loopback(text: &str) -> Result<SocketAddr, String> {
    let address: SocketAddr =
        text.parse().map_err(|_| "an address and a port, like 127.0.0.1:8080".to_owned())?;
    if address.ip().is_loopback() {
        Ok(address)
    } else {
        Err("anybody can sign in to the demo, so it answers on this machine only: 127.0.0.1 or [::1]"
            .to_owned())
    }
}

fn people(text: &str) -> Result<usize, String> {
    let count = text.parse().ok().filter(|count| (1..=MOST_PEOPLE).contains(count));
    count.ok_or_else(|| format!("a number from 1 to {MOST_PEOPLE}"))
}

fn today(text: &str) -> Result<CivilDate, String> {
    let day = CivilDate::parse(text).map_err(|error| error.to_string())?;
    let earliest = CivilDate::BEGINNING.plus_months(12 * 30);
    // Cards and waivers of ten years and less end by the last day that there can be.
    let latest = CivilDate::LATEST.plus_days(-3652);
    if day < earliest {
        Err(format!("the sample kingdom's people need a past: {earliest} or later"))
    } else if day > latest {
        Err(format!("the sample kingdom's cards and waivers need a future: {latest} or earlier"))
    } else {
        Ok(day)
    }
}

/// The sample kingdom's clock: set while it is made; afterwards it runs, and
/// stands still before midnight, so that today stays today.
struct DemoClock {
    at: AtomicI64,
    runs: AtomicBool,
    began: std::time::Instant,
}

impl DemoClock {
    fn new(at: Instant) -> Self {
        Self {
            at: AtomicI64::new(at.micros()),
            runs: AtomicBool::new(false),
            began: std::time::Instant::now(),
        }
    }

    fn set(&self, at: Instant) {
        self.at.store(at.micros(), Ordering::SeqCst);
    }

    fn run(&self) {
        self.runs.store(true, Ordering::SeqCst);
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Instant {
        let at = Instant::from_micros(self.at.load(Ordering::SeqCst));
        if !self.runs.load(Ordering::SeqCst) {
            return at;
        }
        let elapsed = i64::try_from(self.began.elapsed().as_micros()).unwrap_or(i64::MAX);
        let now = Instant::from_micros(at.micros().saturating_add(elapsed));
        let zone = KingdomSettings::default().zone.tz();
        // Eleven hours after noon it is still the same day, in summer as in winter.
        if civil_date(now, zone) == civil_date(at, zone) { now } else { at.plus_seconds(10 * 3600) }
    }
}

/// The folder of the sample kingdom; a temporary one goes away with this.
struct Folder {
    path: PathBuf,
    temporary: bool,
}

impl Folder {
    fn make(args: &Args) -> Result<Self, Failure> {
        let (path, temporary) = match &args.dir {
            Some(dir) => (dir.clone(), false),
            None => (std::env::temp_dir().join(format!("emol-demo-{}", std::process::id())), true),
        };
        let failed = |error: std::io::Error| {
            Failure::Config(format!("the folder {} cannot be used: {error}", path.display()))
        };
        if temporary {
            // Not one that somebody else put there.
            std::fs::create_dir(&path).map_err(failed)?;
        } else {
            std::fs::create_dir_all(&path).map_err(failed)?;
            if std::fs::read_dir(&path).map_err(failed)?.next().is_some() {
                return Err(Failure::Refused(format!(
                    "{} is not empty: the demo makes its kingdom in a folder of its own. Name a new one, or leave \
                     --dir out",
                    path.display()
                )));
            }
        }
        let folder = Self { path, temporary };
        private(&folder.path).map_err(|error| Failure::Config(error.to_string()))?;
        Ok(folder)
    }
}

#[cfg(unix)]
fn private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn private(_: &Path) -> std::io::Result<()> {
    Ok(())
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary {
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}

pub async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    serve::start_logging(&LogConfig::read(source, "warn")?)?;
    let listener = serve::listen(args.listen, "--listen").await?;
    let address = serve::address(&listener)?;
    let folder = Folder::make(&args)?;
    let ended = serve::asked_to_end()?;
    let database = DatabaseConfig::sqlite(&folder.path.join(DATABASE));
    let db = Db::connect(database.url.expose_secret()).await?;
    let clock = Arc::new(DemoClock::new(demo::noon(args.today.plus_days(-60))));
    migrate(&db, clock.as_ref()).await?;
    format::raise_unused(&db, LOG_FORMAT).await?;
    let keys = MasterKeys::generate("demo", &SystemIds);
    write_key_file(&folder.path.join(format!("{DATABASE}.key")), &keys)
        .map_err(|error| Failure::Config(format!("the key file cannot be written: {error}")))?;
    let services = Services::open(db.clone(), keys, clock.clone(), Arc::new(SystemIds)).await?;
    let sample = demo::build(&services.bus, args.today, args.people, &|at| clock.set(at)).await?;
    clock.run();
    let mut config = WebConfig::loopback(address);
    // There is no mail server; who would be reminded today is seen at the desk.
    let tools = services.tools(&config.base_url).map_err(StartError::from)?;
    reminders::run(&tools).await?;
    config.demo = DemoConfig::on_loopback(address, args.today);
    let application = Application::build(services, config)?;
    output::say(&banner(address, args.today, &sample, &folder));
    application.run(listener, ended).await.map_err(|error| Failure::Internal(error.to_string()))?;
    db.close().await;
    Ok(())
}

fn banner(address: SocketAddr, today: CivilDate, sample: &Sample, folder: &Folder) -> String {
    let width = sample.personas.iter().map(|persona| persona.label.len()).max().unwrap_or(0);
    let personas: Vec<String> = sample
        .personas
        .iter()
        .map(|persona| format!("    {:<width$}   {}", persona.label, persona.about))
        .collect();
    let kept = if folder.temporary { "goes away at the end" } else { "stays" };
    format!(
        "\n  eMoL {version}: a sample kingdom of {people} people, all made up. There, today is {today}.\n\n    \
         http://{address}/\n\n  \
         Somebody's card, as a marshal would see it:\n    http://{address}/card/{card}\n\n  \
         Sign in at http://{address}/auth/login as\n{personas}\n\n  \
         The database is in {folder} and {kept}. Ctrl-C ends.\n",
        version = crate::VERSION,
        people = sample.people,
        card = sample.card.as_str(),
        personas = personas.join("\n"),
        folder = folder.path.display(),
    )
}

impl From<DemoError> for Failure {
    fn from(error: DemoError) -> Self {
        match error {
            DemoError::Bus(error) => error.into(),
            error => Self::Internal(error.to_string()),
        }
    }
}
