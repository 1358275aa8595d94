//! Mail: written, handed over, decided, on a clock that the tests set.

mod calendar;
mod clocks;
mod delivery;
mod evidence;
pub mod foreign;
mod killed;
mod real;
mod secret;
mod snapshots;
mod upkeep;

use std::sync::Arc;

use emol::app::Services;
use emol::clock::{FixedClock, IdSource, SystemIds};
use emol::commands::Command;
use emol::commands::bus::Request;
use emol::commands::combatant::CombatantCommand;
use emol::commands::combatant::accept_policy::AcceptPolicy;
use emol::commands::combatant::grant_authorization::GrantAuthorization;
use emol::commands::combatant::record_waiver::RecordWaiver;
use emol::commands::combatant::register::Register;
use emol::domain::actor::Actor;
use emol::domain::card_id::CardId;
use emol::domain::date::{CivilDate, Instant};
use emol::domain::details::{DetailField, RawDetails};
use emol::domain::id::{CombatantId, CommandId, CorrelationId};
use emol::events::combatant::Source;
use emol::processes::Tools;
use emol::processes::mail::{Status, Step, Worker};
use emol::store::Db;
use uuid::Uuid;

use crate::commands::sample::{kingdom, slug};
use crate::support::databases::{NOW, TestDatabase, master_keys};
use crate::support::smtp::MailServer;

/// The site that links in mails lead to.
const SITE: &str = "https://emol.example";

/// One server's worth of everything, without its web pages.
pub struct Ground {
    pub services: Services,
    pub tools: Tools,
    pub clock: Arc<FixedClock>,
    pub server: Uuid,
}

impl Ground {
    /// With two disciplines and a region.
    pub async fn found(database: &TestDatabase) -> Self {
        Self::found_at(database, NOW).await
    }

    /// The same, at another time.
    pub async fn found_at(database: &TestDatabase, now: Instant) -> Self {
        let ground = Self::on(database.db.clone(), Arc::new(FixedClock::at(now))).await;
        emol::store::format::raise(&database.admin, emol::events::LOG_FORMAT).await.unwrap();
        kingdom(&ground.tools.bus).await;
        ground.tools.bus.refresh().await.unwrap();
        // Its officers are invited, which is not what is tested here.
        ground.tools.store.db().execute("DELETE FROM outbox", &[]).await.unwrap();
        ground
    }

    /// On what is in a database already, as another server with the same clock.
    pub async fn on(db: Db, clock: Arc<FixedClock>) -> Self {
        let ids: Arc<dyn IdSource> = Arc::new(SystemIds);
        let services = Services::open(db, master_keys(), clock.clone(), ids).await.unwrap();
        let tools = services.tools(SITE).unwrap();
        let server = tools.bus.ids().uuid_at(tools.bus.now());
        Self { services, tools, clock, server }
    }

    /// A worker of this server.
    pub fn worker(&self, server: &MailServer) -> Worker {
        let (store, post) = (self.tools.store.clone(), self.tools.post.clone());
        Worker::new(store, post, server.config(), self.server, Arc::new(Status::default()))
    }

    /// Works until nothing is due.
    pub async fn deliver(&self, worker: &mut Worker) -> usize {
        let mut done = 0;
        loop {
            match worker.step().await.unwrap() {
                Step::Worked(count) => done += count,
                Step::Idle | Step::Away => return done,
            }
        }
    }

    /// Sets the clock forward.
    pub fn later(&self, seconds: i64) {
        self.clock.set(self.tools.bus.now().plus_seconds(seconds));
    }

    pub fn set(&self, at: Instant) {
        self.clock.set(at);
    }

    pub async fn issue(&self, who: CombatantId, command: impl Into<CombatantCommand>) {
        let id = self.services.ids.uuid_at(self.tools.bus.now());
        let request = Request {
            command_id: CommandId(id),
            actor: Actor::Operator("test".to_owned()),
            correlation_id: CorrelationId(id),
            body: id.as_bytes().to_vec(),
            seen: None,
            command: Command::Combatant { combatant: who, command: command.into() },
        };
        self.tools.bus.execute(request).await.unwrap();
    }

    /// Somebody with that address, a waiver, and cards since those days.
    pub async fn register(
        &self,
        who: CombatantId,
        name: &str,
        email: &str,
        waiver: Option<CivilDate>,
        cards: &[(&str, CivilDate)],
        accepts: bool,
    ) {
        let details = details(name, email);
        self.issue(who, Register { details, source: Source::Import, roster_ref: None }).await;
        if accepts {
            let mut random = [0; 10];
            self.services.ids.fill(&mut random);
            let card_id = CardId::from_random(&random);
            self.issue(who, AcceptPolicy { policy_version: None, imported: true, listed: false, card_id })
                .await;
        }
        if let Some(signed_on) = waiver {
            self.issue(who, RecordWaiver { signed_on }).await;
        }
        for (discipline, on) in cards {
            let kind = if *discipline == "fencing" { "heavy-rapier" } else { "weapon-shield" };
            let granted =
                GrantAuthorization { discipline: slug(discipline), authorization: slug(kind), on: *on };
            self.issue(who, granted).await;
        }
    }
}

pub fn details(name: &str, email: &str) -> RawDetails {
    RawDetails::default()
        .with(DetailField::ScaName, name)
        .with(DetailField::LegalName, "Xavier Jansen")
        .with(DetailField::Email, email)
        .with(DetailField::Phone, "416 555 0100")
        .with(DetailField::Address1, "1 Road")
        .with(DetailField::City, "Toronto")
        .with(DetailField::Province, "ON")
        .with(DetailField::PostalCode, "K1A 0B1")
}
