//! What the doctor looks at, in the order in which things depend on each other.

use std::cmp::Ordering;
use std::sync::Arc;

use secrecy::ExposeSecret;

use super::super::{Failure, open};
use super::backups::backups;
use super::{Findings, Grade, mail};
use crate::clock::{Clock, SystemClock, SystemIds};
use crate::commands::bus::Bus;
use crate::config::{
    DatabaseConfig, KeysConfig, LogConfig, MailConfig, ServeConfig, SignInConfig, Source, UpkeepConfig,
};
use crate::domain::date::Instant;
use crate::domain::permission::Permission;
use crate::events::LOG_FORMAT;
use crate::projections::State;
use crate::projections::checkpoint;
use crate::store::migrate::{has_append_only_triggers, trigger_migrations};
use crate::store::rights::rights;
use crate::store::{Backend, Db, DbError, Store, format};

/// How far clocks may be apart, in seconds: the log refuses more.
const APART: i64 = 60;

async fn log_format(db: &Db, findings: &mut Findings) -> Result<(), DbError> {
    let allowed = format::read(db).await?;
    let found = format!("format {allowed} may be written, this release knows up to {LOG_FORMAT}");
    match allowed.cmp(&LOG_FORMAT) {
        Ordering::Equal => findings.ok("log format", found),
        Ordering::Less => {
            let to_do = "once every server runs this release, run `emol migrate --raise-log-format`";
            findings.add("log format", Grade::Note, found, Some(to_do));
        }
        Ordering::Greater => {
            let to_do = "use a newer emol: read models stop at the first event that this one does not know";
            findings.add("log format", Grade::Warning, found, Some(to_do));
        }
    }
    Ok(())
}

pub(super) async fn everything(source: &Source, findings: &mut Findings) {
    let settings = settings(source, findings);
    mail::server(source, findings).await;
    let Some((database, keys)) = settings else { return };
    let db = match open::connect(&database).await {
        Ok(db) => db,
        Err(failure) => return findings.failed("database", &failure, to_reach(&failure)),
    };
    findings.ok("database", format!("{} answers at {}", name(db.backend()), database.shown()));
    if let Err(failure) = open::check_schema(&db).await {
        return findings.failed("tables", &failure, None);
    }
    findings.ok("tables", "as this version needs them");
    if let Err(error) = log_format(&db, findings).await {
        findings.failed("log format", &error.into(), None);
    }
    if let Err(failure) = protection(&db, findings).await {
        findings.failed("protection", &failure, None);
    }
    let master = match keys.load() {
        Ok(keys) => keys,
        Err(error) => return findings.failed("keys", &error.into(), None),
    };
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(SystemIds));
    let store = match Store::open(db.clone(), master, clock.clone(), ids.clone()).await {
        Ok(store) => store,
        Err(error) => {
            let to_do =
                "add the master key that this database was made with; `emol keys` makes new ones only";
            return findings.failed("keys", &error.into(), Some(to_do));
        }
    };
    match store.keyring().wrapped_by_others().await {
        Ok(0) => findings.ok("keys", "the master keys open what is sealed"),
        Ok(count) => {
            let found = format!("another master key than the first still wraps {count} of the keys");
            findings.add(
                "keys",
                Grade::Warning,
                found,
                Some("run `emol keys rewrap` as the database's owner"),
            );
        }
        Err(error) => findings.failed("keys", &error.into(), None),
    }
    if let Err(failure) = clocks(&store, &db, findings).await {
        findings.failed("clock", &failure, None);
    }
    if let Err(failure) = read_models(&db, &store, findings).await {
        findings.failed("read models", &failure, None);
    }
    match Bus::open(store, clock, ids).await {
        Ok(bus) => kingdom(&bus, findings),
        Err(error) => {
            findings.failed(
                "log",
                &error.into(),
                Some("run `emol verify` to see whether the log was changed"),
            );
        }
    }
}

/// Reads every setting, so that all that are wrong are named in one run.
fn settings(source: &Source, findings: &mut Findings) -> Option<(DatabaseConfig, KeysConfig)> {
    let serving = ServeConfig::read(source).map(drop);
    let logging = LogConfig::read(source, "info").map(drop);
    let mail = MailConfig::read(source).map(drop);
    let sign_in = SignInConfig::read(source);
    let upkeep = UpkeepConfig::read(source);
    let database = DatabaseConfig::read(source);
    let keys = database.as_ref().ok().map(|database| KeysConfig::read(source, database));
    let mut faults = Vec::new();
    for error in [
        serving.err(),
        logging.err(),
        mail.err(),
        sign_in.as_ref().err().cloned(),
        upkeep.as_ref().err().cloned(),
    ]
    .into_iter()
    .flatten()
    {
        faults.push(error);
    }
    if let Ok(SignInConfig { provider: None, .. }) = sign_in {
        let to_do = "set EMOL_OIDC_CLIENT_ID and EMOL_OIDC_CLIENT_SECRET to what the provider gave this site";
        findings.add("sign-in", Grade::Warning, "no provider is set up: nobody can sign in", Some(to_do));
    }
    faults.extend(database.as_ref().err().cloned());
    if let Some(Err(error)) = &keys {
        faults.push(error.clone());
    }
    for error in &faults {
        findings.failed("settings", &Failure::Config(error.to_string()), None);
    }
    if faults.is_empty() {
        let from = source.path().map_or_else(String::new, |path| format!(" and {}", path.display()));
        findings.ok("settings", format!("read from the environment{from}"));
    }
    let database = database.ok()?;
    if let Ok(serving) = ServeConfig::read(source) {
        exposure(&serving, findings);
    }
    if let Ok(upkeep) = upkeep {
        backups(source, &upkeep, findings);
    }
    if database.url.expose_secret().contains("://root@") {
        let to_do = "let `emol serve` use the account of setup_files/mysql-grants.sql";
        findings.add("settings", Grade::Warning, "the database's root account is used", Some(to_do));
    }
    Some((database, keys?.ok()?))
}

/// Plain http beyond this machine would show passwords and cards to everyone on the way.
fn exposure(serving: &ServeConfig, findings: &mut Findings) {
    let https = serving.base_url.as_deref().is_some_and(|url| url.starts_with("https://"));
    if !https && !serving.listen.ip().is_loopback() {
        let to_do = "put a proxy with a certificate before it, and set EMOL_BASE_URL=https://…";
        let found = format!("{} is reached by plain http", serving.listen);
        findings.add("settings", Grade::Warning, found, Some(to_do));
    }
}

const fn name(backend: Backend) -> &'static str {
    match backend {
        Backend::MySql => "MySQL",
        Backend::MariaDb => "MariaDB",
        Backend::Sqlite => "SQLite",
    }
}

const fn to_reach(failure: &Failure) -> Option<&'static str> {
    match failure {
        Failure::Database(_) => {
            Some("check that the server runs, and that host, port or socket in DATABASE_URL are right")
        }
        _ => None,
    }
}

/// Whether the log is kept from being changed.
async fn protection(db: &Db, findings: &mut Findings) -> Result<(), Failure> {
    let grants = "let `emol serve` use the account of setup_files/mysql-grants.sql";
    let found = rights(db).await?;
    if !found.missing.is_empty() {
        let text = format!("this account cannot read {}", found.missing.join(", "));
        findings.add("rights", Grade::Problem, text, Some(grants));
    }
    if found.too_many.is_empty() {
        let text = if db.backend() == Backend::Sqlite {
            "SQLite knows no accounts: who can write the file can change it, and `emol verify` shows that"
        } else {
            "this account can add to the log and not change it"
        };
        findings.ok("rights", text);
    } else {
        let text = format!("this account could change the log: {}", found.too_many.join(", "));
        findings.add("rights", Grade::Warning, text, Some(grants));
    }
    if has_append_only_triggers(db).await? {
        findings.ok("triggers", "the database refuses to change or delete events");
    } else if db.backend() == Backend::Sqlite {
        let files: Vec<_> =
            trigger_migrations().map(|name| format!("migrations/sqlite/{name}.sql")).collect();
        let to_do = format!("run `emol verify`; then make them again from {}", files.join(" and "));
        findings.add("triggers", Grade::Warning, "the triggers that keep events are gone", Some(&to_do));
    } else {
        let to_do = "fine while the rights above are; to have both, let an administrator run `emol migrate`";
        findings.add(
            "triggers",
            Grade::Note,
            "no triggers keep the events, or this account cannot see them",
            Some(to_do),
        );
    }
    Ok(())
}

/// Whether the machine's clock agrees with the database's and with the log.
async fn clocks(store: &Store, db: &Db, findings: &mut Findings) -> Result<(), Failure> {
    let to_do = "set this machine's clock (timedatectl set-ntp true); writes are refused until it is right";
    let now = SystemClock.now();
    let seconds = |a: Instant, b: Instant| (a.micros() - b.micros()) / 1_000_000;
    let mut fine = true;
    if let Some(server) = db.server_clock().await? {
        let apart = seconds(now, server);
        if apart.abs() > APART {
            let text = format!("this machine's clock is {apart} s off the database's");
            findings.add("clock", Grade::Problem, text, Some(to_do));
            fine = false;
        }
    }
    let head = store.head().await?;
    let behind = seconds(head.recorded_at, now);
    if behind > APART {
        let text = format!("this machine's clock is {behind} s behind the newest event of the log");
        findings.add("clock", Grade::Problem, text, Some(to_do));
        fine = false;
    }
    if fine {
        findings.ok("clock", format!("agrees with the log, whose head is at position {}", head.position));
    }
    Ok(())
}

/// Whether the read models follow the log. They do so while `emol serve` runs.
async fn read_models(db: &Db, store: &Store, findings: &mut Findings) -> Result<(), Failure> {
    let head = store.head().await?.position;
    let states = checkpoint::read(db).await?;
    let mut behind = Vec::new();
    for at in &states {
        if let Some(stop) = &at.stopped_by {
            let to_do = "its last state stays served; if it needs a newer emol, install that, otherwise run `emol verify`";
            findings.add("read models", Grade::Problem, format!("{} {stop}", at.model), Some(to_do));
        } else if at.state != State::Live || at.position < head {
            behind.push(at.model.as_str());
        }
    }
    let others = checkpoint::of_other_shapes(db).await?;
    if !others.is_empty() {
        let names: Vec<&str> = others.iter().map(|model| model.as_str()).collect();
        let found =
            format!("{}: written by another version of emol, which this one does not read", names.join(", "));
        findings.add("read models", Grade::Problem, found, Some("run `emol rebuild`"));
    } else if behind.is_empty() && states.iter().all(|at| at.stopped_by.is_none()) {
        findings.ok("read models", format!("follow the log up to position {head}"));
    } else if !behind.is_empty() {
        let found = format!("{} behind the log", behind.join(", "));
        findings.add(
            "read models",
            Grade::Note,
            found,
            Some("`emol serve` catches up by itself, or run `emol rebuild`"),
        );
    }
    Ok(())
}

/// Whether somebody can begin to work.
fn kingdom(bus: &Bus, findings: &mut Findings) {
    let kingdom = bus.kingdom();
    match kingdom.officers.holders(Permission::WriteOfficerInfo) {
        0 => {
            let to_do =
                "emol officer invite mol@example.org --name \"Minister of the Lists\" --administrator";
            findings.add("officers", Grade::Warning, "nobody may manage officers yet", Some(to_do));
        }
        1 => findings.ok("officers", "1 officer may manage officers"),
        count => findings.ok("officers", format!("{count} officers may manage officers")),
    }
    if kingdom.catalogue.disciplines.is_empty() {
        let to_do = "emol import disciplines FILE, then emol import regions FILE";
        findings.add("kingdom", Grade::Note, "there are no disciplines yet", Some(to_do));
    } else if kingdom.catalogue.regions.iter().all(|region| !region.active) {
        let to_do = "emol import regions FILE; nobody can be registered without one";
        findings.add("kingdom", Grade::Note, "there are no active regions yet", Some(to_do));
    } else {
        findings.ok("kingdom", format!("{} disciplines", kingdom.catalogue.disciplines.len()));
    }
    mail::minister(&kingdom.catalogue, findings);
    policy(bus, findings);
}

/// Whether anybody can be invited (V9), and what everybody has to accept (V4).
fn policy(bus: &Bus, findings: &mut Findings) {
    let kingdom = bus.kingdom();
    let (policies, today) = (&kingdom.catalogue.policies, bus.today());
    let Some(in_force) = policies.in_force_on(today) else {
        let found = "no privacy policy is approved: people can be put on file, but nobody can be invited";
        let to_do = match policies.draft {
            Some(_) => "let an officer who holds can_edit_privacy_policy approve the draft at /desk/policies",
            None => "run `emol migrate`, which begins a draft; then approve it at /desk/policies",
        };
        return findings.add("policy", Grade::Note, found, Some(to_do));
    };
    let mut found = format!("{} is in force", in_force.version);
    if let Some(required) = policies.required_on(today) {
        found = format!("{found}; {required} or a newer one has to be accepted");
    }
    if let Some((version, from)) = policies.coming_after(today) {
        found = format!("{found}; from {from} on, {version} or a newer one has to be accepted");
    }
    findings.ok("policy", found);
}
