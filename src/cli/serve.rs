//! `emol serve`: the web server.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::{Failure, backup, open, static_export};
use crate::app::{Application, Services, SessionLimits, StartError, WebConfig};
use crate::clock::{Clock, SystemClock, SystemIds};
use crate::config::{
    DatabaseConfig, KeysConfig, LogConfig, LogFormat, MailConfig, ServeConfig, SignInConfig, Source,
    UpkeepConfig, settings,
};
use crate::processes::Running;
use crate::processes::mail::Status;
use crate::processes::upkeep::{Backups, Upkeep};
use crate::store::Db;
use crate::telemetry;

/// How far the database's clock may be off, in seconds.
const APART: i64 = 60;

/// How to serve.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Go on where a newer emol has added to the tables: for a rollback to a version that the newer one allows
    #[arg(long)]
    newer_tables: bool,
}

pub async fn run(args: Args, source: &Source) -> Result<(), Failure> {
    let logging = LogConfig::read(source, "info,sqlx=warn")?;
    start_logging(&logging)?;
    let serving = ServeConfig::read(source)?;
    let sign_in = SignInConfig::read(source)?;
    let mail = MailConfig::read(source)?;
    let upkeep = UpkeepConfig::read(source)?;
    let database = DatabaseConfig::read(source)?;
    let keys = KeysConfig::read(source, &database)?;
    let db = open::connect(&database).await?;
    if args.newer_tables {
        open::check_schema_or_newer(&db).await?;
    } else {
        open::check_schema(&db).await?;
    }
    let keys = keys.load()?;
    check_clock(&db).await?;
    let listener = listen(serving.listen, "EMOL_LISTEN").await?;
    let services = Services::open(db.clone(), keys, Arc::new(SystemClock), Arc::new(SystemIds)).await?;
    if let Some(folder) = source.get(settings::STATIC_DIR) {
        let files = static_export::export(std::path::Path::new(folder))?;
        tracing::info!(folder, files, "the static files are written");
    }
    let head = services.store.head().await?;
    tracing::info!(
        position = head.position.0,
        hash = crate::store::chain::hex(&head.hash),
        version = crate::VERSION,
        "the log's head; keep it, `emol verify --against` compares"
    );
    let mut config = web_config(serving, sign_in, &listener, telemetry::start_metrics().ok())?;
    config.backups = upkeep.backups.clone();
    config.backups_are_sent = upkeep.sent_away;
    config.operator = upkeep.operator.clone();
    say_who_can_sign_in(&config);
    let base_url = config.base_url.clone();
    let mut tools = services.tools(&base_url).map_err(StartError::from)?;
    tools.post = tools.post.operated_by(upkeep.operator.clone());
    let upkeep = looked_after(upkeep, source)?;
    let status = Arc::new(Status::default());
    if mail.smtp.is_some() {
        config.mail = Some(Arc::clone(&status));
    } else {
        tracing::warn!(
            "no mail leaves: set EMOL_SMTP_URL and EMOL_MAIL_FROM; until then it waits in the outbox"
        );
    }
    let application = Application::build(services, config)?;
    let processes = Running::start(tools, mail.smtp, mail.daily_hour, upkeep, status);
    tracing::info!(address = %address(&listener)?, base_url, "ready");
    application.run(listener, asked_to_end()?).await.map_err(|error| Failure::Internal(error.to_string()))?;
    processes.end().await;
    db.close().await;
    tracing::info!("ended");
    Ok(())
}

/// What the scheduler looks after. A folder for backups without somebody to seal them to is none.
fn looked_after(config: UpkeepConfig, source: &Source) -> Result<Upkeep, Failure> {
    let UpkeepConfig { backups, sent_away, certificate, .. } = config;
    let backups = match backups {
        Some(folder) if source.get(settings::BACKUP_RECIPIENT).is_some() => {
            Some(Backups { folder, sent_away, recipients: backup::recipients(&[], source)? })
        }
        Some(_) => {
            tracing::warn!(
                "no backup is made: set EMOL_BACKUP_RECIPIENT to the public key of `emol keys backup`"
            );
            None
        }
        None => None,
    };
    Ok(Upkeep { backups, certificate })
}

/// Log lines as the settings have them.
pub fn start_logging(config: &LogConfig) -> Result<(), Failure> {
    let format = match config.format {
        LogFormat::Text => telemetry::LogFormat::Text,
        LogFormat::Json => telemetry::LogFormat::Json,
    };
    let file = config.file.as_deref().map(telemetry::log_file).transpose().map_err(|error| {
        let shown = config.file.as_deref().unwrap_or(std::path::Path::new("")).display();
        Failure::Config(format!("EMOL_LOG_FILE: {shown} cannot be added to: {error}"))
    })?;
    telemetry::start_logging(&config.filter, format, file);
    Ok(())
}

/// The demonstration's sign-in is not among what settings can turn on.
fn web_config(
    serving: ServeConfig,
    sign_in: SignInConfig,
    listener: &TcpListener,
    metrics: Option<PrometheusHandle>,
) -> Result<WebConfig, Failure> {
    let mut config = WebConfig::loopback(address(listener)?);
    if let Some(base_url) = serving.base_url {
        config.base_url = base_url;
    }
    config.trusted_proxies = serving.trusted_proxies;
    config.test_site = serving.test_site;
    config.provider = sign_in.provider;
    config.sessions = SessionLimits { idle: sign_in.idle, absolute: sign_in.absolute };
    config.metrics = metrics;
    Ok(config)
}

fn say_who_can_sign_in(config: &WebConfig) {
    let Some(provider) = &config.provider else {
        tracing::warn!(
            "nobody can sign in: register this site at an OpenID Connect provider (Google, for one) and set \
             EMOL_OIDC_CLIENT_ID and EMOL_OIDC_CLIENT_SECRET"
        );
        return;
    };
    if config.is_https() || config.listen.ip().is_loopback() {
        tracing::info!(
            issuer = provider.issuer,
            come_back_to = config.come_back_to(),
            "officers sign in here; the provider must know the address to come back to"
        );
    } else {
        tracing::warn!(
            base_url = config.base_url,
            "officers' sessions travel by plain http: put a proxy with a certificate before it, and set \
             EMOL_BASE_URL=https://…"
        );
    }
}

/// Listens on an address.
pub async fn listen(address: std::net::SocketAddr, setting: &str) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| {
        Failure::Config(format!(
            "{setting}: {address} cannot be listened on ({error}); choose another port, or end what uses it"
        ))
    })
}

/// Where a listener really listens.
pub fn address(listener: &TcpListener) -> Result<std::net::SocketAddr, Failure> {
    listener.local_addr().map_err(|error| Failure::Internal(error.to_string()))
}

async fn check_clock(db: &Db) -> Result<(), Failure> {
    let Some(server) = db.server_clock().await? else { return Ok(()) };
    let apart = (SystemClock.now().micros() - server.micros()) / 1_000_000;
    if apart.abs() > APART {
        return Err(Failure::Config(format!(
            "this machine's clock is {apart} s off the database's: set it (timedatectl set-ntp true), because \
             the log's times must be right"
        )));
    }
    Ok(())
}

/// Done when somebody asks the program to end: SIGTERM, or Ctrl-C.
pub fn asked_to_end() -> Result<impl Future<Output = ()> + Send + 'static, Failure> {
    let failed = |error: std::io::Error| Failure::Internal(error.to_string());
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("asked to end: finishing what has begun");
    })
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Open(error) => error.into(),
            StartError::Bus(error) => error.into(),
            StartError::Mails(error) => Self::Internal(error.to_string()),
        }
    }
}
