//! What acts by itself: on facts, and on time.
//!
//! - [`mail`] renders what waits in the outbox and hands it to a mail server.
//! - [`reminders`] decides once a day who is reminded of what (M1, M2).
//! - [`digest`] tells the Minister of the Lists once a week what happened and what comes.
//! - [`evidence`] destroys the keys of waivers' evidence at their date (V6), as a part of housekeeping.
//! - [`housekeeping`] removes what is used up, and notes what it removed.
//! - [`upkeep`] makes a backup every night, and looks every day at what fails without a word: backups, their way off
//!   the machine, the [`certificate`].
//! - [`scheduler`] does the last four at their hour, on whichever server comes first.
//! - [`policy_changed`] asks everybody to accept a policy that has to be accepted again (V4).
//! - [`pin_invitations`] asks people to set a PIN (L3), when an operator says so.
//!
//! Everything here is a step that a test can take by itself; [`Running`] takes them over and over.
//!
//! # Adding a job
//! A variant of [`scheduler::Job`], and what it does in `scheduler.rs`. It must be right when it is done twice,
//! because a server may end between doing it and saying so; what must happen once is claimed in the database.

pub mod certificate;
pub mod digest;
pub mod evidence;
pub mod housekeeping;
pub mod mail;
pub mod pin_invitations;
pub mod policy_changed;
pub mod reminders;
pub mod scheduler;
pub mod upkeep;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::commands::bus::{Bus, BusError};
use crate::config::SmtpConfig;
use crate::domain::id::CorrelationId;
use crate::domain::mail::Mail;
use crate::projections::Indexes;
use crate::store::{OutboxRow, Store};
use upkeep::Upkeep;

/// How long to wait for the lists in memory.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the processes work with. Cheap to clone.
#[derive(Clone)]
pub struct Tools {
    /// The log, the outbox.
    pub store: Store,
    /// Records, the kingdom, the clock.
    pub bus: Bus,
    /// Everybody on file, in memory.
    pub indexes: Indexes,
    /// Writes mails.
    pub post: mail::Post,
}

impl Tools {
    /// A mail about no person, due now, to whoever has the office that it is for.
    fn to_an_office(&self, template: Mail, params: &serde_json::Value) -> OutboxRow {
        let (now, ids) = (self.bus.now(), self.bus.ids());
        OutboxRow {
            id: ids.uuid_at(now),
            template: template.as_str(),
            subject: None,
            params: params.to_string().into_bytes(),
            due_at: now,
            correlation_id: CorrelationId(ids.uuid_at(now)),
        }
    }

    /// Waits until the lists in memory have taken in everything that the log has now.
    ///
    /// # Errors
    /// They stand still, or the log cannot be read.
    async fn caught_up(&self) -> Result<(), BusError> {
        let head = self.store.head().await?;
        if self.indexes.wait_for(head.position, PATIENCE).await {
            return Ok(());
        }
        Err(BusError::Internal(
            "the lists have not taken in the whole log; `emol doctor` says what stops them".to_owned(),
        ))
    }
}

/// The processes of this server, until it is told to end them.
pub struct Running {
    end: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
}

impl Running {
    /// Starts them: the scheduler, and delivery where there is a mail server. Must be called within a tokio runtime.
    #[must_use]
    pub fn start(
        tools: Tools,
        smtp: Option<SmtpConfig>,
        daily_hour: u32,
        upkeep: Upkeep,
        status: Arc<mail::Status>,
    ) -> Self {
        let (end, ends) = watch::channel(false);
        let server = tools.bus.ids().uuid_at(tools.bus.now());
        let mut tasks = Vec::new();
        if let Some(smtp) = smtp {
            let worker = mail::Worker::new(tools.store.clone(), tools.post.clone(), smtp, server, status);
            tasks.push(tokio::spawn(worker.run(ends.clone())));
        }
        let (bus, indexes, mut ended) = (tools.bus.clone(), tools.indexes.clone(), ends.clone());
        tasks.push(tokio::spawn(async move {
            tokio::select! {
                () = policy_changed::follow(bus, indexes) => {}
                _ = ended.changed() => {}
            }
        }));
        let scheduler = scheduler::Scheduler::new(tools, server, daily_hour).looking_after(upkeep);
        tasks.push(tokio::spawn(scheduler.run(ends)));
        Self { end, tasks }
    }

    /// Lets what has begun end.
    pub async fn end(self) {
        let _ = self.end.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
    }
}
