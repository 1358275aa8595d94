//! Hands over what waits in the outbox. Any number of servers may do it at once.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant as Moment, sleep};
use uuid::Uuid;

use super::letter::Handover;
use super::post::{ComposeError, Composed, Links, Post};
use super::smtp::{Handed, Line};
use crate::config::SmtpConfig;
use crate::domain::date::Instant;
use crate::domain::mail::{MailState, TryOutcome};
use crate::store::bounces::Bounce;
use crate::store::outbox::{StoredMail, TryEnd};
use crate::store::{DbError, Store};

/// Mails that are taken at once.
const BATCH: usize = 25;
/// For how long they are taken, in seconds: longer than one mail may take.
const LEASE: i64 = 600;
/// After how long nothing more is begun of what was taken: one mail takes at most four minutes.
const BEGIN_WITHIN: Duration = Duration::from_secs(300);
/// How long to wait before the next try, in minutes, by the number of those that failed.
const PAUSES: [i64; 9] = [1, 5, 15, 60, 180, 360, 720, 1440, 1440];
/// So many tries that a mail server refused for good; then the mail is given up.
const MOST_REFUSED: usize = 3;
/// How often the outbox is looked into where nothing tells of something new.
const LOOK: Duration = Duration::from_secs(2);
/// How long to wait for a mail server that is away: at first, and at most.
const AWAY: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(300));
/// How often acceptance is tried to be written down.
const NOTE_TRIES: u32 = 6;

/// How this server gets on with the mail server; for the desk.
#[derive(Debug, Default)]
pub struct Status(Mutex<Option<(Instant, String)>>);

impl Status {
    /// Since when there is no connection, and why; nothing while all is well.
    #[must_use]
    pub fn trouble(&self) -> Option<(Instant, String)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, trouble: Option<(Instant, String)>) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match (&mut *now, trouble) {
            // The first moment counts.
            (Some((_, why)), Some((_, new))) => *why = new,
            (now, trouble) => *now = trouble,
        }
    }
}

/// What one step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing is due.
    Idle,
    /// The mail server is away; nothing was taken.
    Away,
    /// So many mails were dealt with.
    Worked(usize),
}

/// Takes mails from the outbox and hands them over.
pub struct Worker {
    store: Store,
    post: Post,
    smtp: SmtpConfig,
    server: Uuid,
    status: Arc<Status>,
    line: Option<Line>,
}

/// What becomes of a mail that was taken.
enum Now {
    End(TryEnd),
    /// It could not even be tried: the connection is gone.
    NotTried,
}

impl Worker {
    /// A worker that answers to that name among the servers.
    #[must_use]
    pub fn new(store: Store, post: Post, smtp: SmtpConfig, server: Uuid, status: Arc<Status>) -> Self {
        Self { store, post, smtp, server, status, line: None }
    }

    /// Works until it is told to end.
    pub async fn run(mut self, mut ends: watch::Receiver<bool>) {
        let mut heads = self.store.watch();
        let mut away = AWAY.0;
        while !*ends.borrow() {
            let pause = match self.step().await {
                Ok(Step::Worked(_)) => {
                    away = AWAY.0;
                    continue;
                }
                Ok(Step::Idle) => LOOK,
                Ok(Step::Away) => {
                    let pause = away;
                    away = (away * 2).min(AWAY.1);
                    tokio::select! {
                        () = sleep(pause) => {}
                        _ = ends.changed() => {}
                    }
                    continue;
                }
                Err(error) => {
                    tracing::warn!(%error, "the outbox cannot be read; trying again");
                    LOOK
                }
            };
            tokio::select! {
                () = sleep(pause) => {}
                changed = heads.changed() => if changed.is_err() { break },
                _ = ends.changed() => {}
            }
        }
        self.rest().await;
    }

    /// Takes some mails and hands them over, one after the other.
    ///
    /// # Errors
    /// The database.
    pub async fn step(&mut self) -> Result<Step, DbError> {
        let now = self.post.now();
        if !self.store.mail_is_due(now).await? {
            self.rest().await;
            return Ok(Step::Idle);
        }
        // Before anything is taken: a mail server that is away is no mail's fault.
        if !self.connected().await {
            return Ok(Step::Away);
        }
        let until = now.plus_seconds(LEASE);
        let mails = self.store.claim_mails(self.server, now, until, BATCH).await?;
        let began = Moment::now();
        for (done, mail) in mails.iter().enumerate() {
            let given_up = began.elapsed() > BEGIN_WITHIN || !self.connected().await;
            let now = if given_up { Now::NotTried } else { self.try_one(mail).await };
            match now {
                Now::End(end) => self.write_down(mail, end).await?,
                Now::NotTried => {
                    for mail in &mails[done..] {
                        self.store.release_mail(mail, self.post.now()).await?;
                    }
                    return Ok(if done == 0 { Step::Away } else { Step::Worked(done) });
                }
            }
        }
        Ok(Step::Worked(mails.len()))
    }

    /// Whether there is a connection; makes one where there is none.
    async fn connected(&mut self) -> bool {
        if self.line.is_some() {
            return true;
        }
        match Line::connect(&self.smtp).await {
            Ok(line) => {
                self.line = Some(line);
                self.status.set(None);
                true
            }
            Err(why) => {
                tracing::warn!(%why, "mail waits");
                metrics::counter!("mail_connections_failed_total").increment(1);
                self.status.set(Some((self.post.now(), why.to_string())));
                false
            }
        }
    }

    async fn rest(&mut self) {
        if let Some(line) = self.line.take() {
            line.quit().await;
        }
    }

    async fn try_one(&mut self, mail: &StoredMail) -> Now {
        let (handover, person) = match self.written(mail).await {
            Ok(written) => written,
            Err(end) => return Now::End(end),
        };
        let Some(line) = &mut self.line else { return Now::NotTried };
        let handed = line.hand_over(&handover).await;
        if matches!(handed, Handed::Broken | Handed::Unclear) {
            self.line = None;
        }
        let bound = PAUSES.len() + 1;
        Now::End(match handed {
            Handed::Accepted(code) => self.ended(MailState::Sent, TryOutcome::Accepted, Some(code)),
            Handed::NoSuchAddress(code) => {
                if let Some(person) = person {
                    self.mark(person, &handover, code).await;
                }
                self.ended(MailState::Dead, TryOutcome::NoSuchAddress, Some(code))
            }
            Handed::Later(code) => self.failed(mail, TryOutcome::Later, Some(code), bound).await,
            Handed::Refused(code) => self.failed(mail, TryOutcome::Refused, Some(code), MOST_REFUSED).await,
            Handed::Broken => self.failed(mail, TryOutcome::Later, None, bound).await,
            Handed::Unclear => self.failed(mail, TryOutcome::Unclear, None, bound).await,
        })
    }

    /// The message, and the person on file whose address it goes to; or how it ends without one.
    async fn written(&self, mail: &StoredMail) -> Result<(Handover, Option<Uuid>), TryEnd> {
        let unwritable = |why: &str| {
            tracing::error!(mail = %mail.id, template = mail.template, why, "a mail cannot be written");
            self.ended(MailState::Dead, TryOutcome::Unwritable, None)
        };
        match self.post.compose(mail, Links::Shown).await {
            Ok(Composed::Letter { letter, person }) => {
                let sender = self.post.sender(&self.smtp.from);
                let message = letter.message(mail.id, mail.created_at, &sender);
                message.map(|handover| (handover, person)).map_err(|why| unwritable(&why))
            }
            Ok(Composed::Moot(_)) => Err(self.ended(MailState::Moot, TryOutcome::Moot, None)),
            Ok(Composed::NoAddress(_)) => Err(self.ended(MailState::Dead, TryOutcome::NoAddress, None)),
            Err(ComposeError::Unwritable(why)) => Err(unwritable(&why)),
            Err(ComposeError::Bus(error)) => {
                tracing::warn!(mail = %mail.id, %error, "a mail cannot be written now");
                Err(self.failed(mail, TryOutcome::Later, None, PAUSES.len() + 1).await)
            }
        }
    }

    fn ended(&self, state: MailState, outcome: TryOutcome, code: Option<u16>) -> TryEnd {
        TryEnd { outcome, code, state, due_at: self.post.now() }
    }

    /// A try that failed: again after a pause that grows, or never after so many.
    async fn failed(&self, mail: &StoredMail, outcome: TryOutcome, code: Option<u16>, most: usize) -> TryEnd {
        let tries = self.store.tries_of(mail.id).await.unwrap_or_default();
        let round = tries.iter().rev().take_while(|one| one.outcome != TryOutcome::Again);
        let failures = round.count() + 1;
        if failures >= most {
            return self.ended(MailState::Dead, outcome, code);
        }
        let minutes = PAUSES[(failures - 1).min(PAUSES.len() - 1)];
        let unclear = outcome == TryOutcome::Unclear || mail.state != MailState::Waiting;
        let state = if unclear { MailState::Unclear } else { MailState::Waiting };
        TryEnd { outcome, code, state, due_at: self.post.now().plus_seconds(60 * minutes) }
    }

    async fn mark(&self, subject: Uuid, handover: &Handover, code: u16) {
        let key = handover.to.to_string().to_ascii_lowercase();
        let address = self.store.keyring().address_hash(&key);
        let bounce = Bounce { subject, address, at: self.post.now(), code };
        if let Err(error) = self.store.mark_bounced(&bounce).await {
            tracing::warn!(%error, "that an address was refused could not be noted");
        }
    }

    /// Writes down how a try ended. That a mail was accepted is worth some tries: without it, it would go again.
    async fn write_down(&self, mail: &StoredMail, end: TryEnd) -> Result<(), DbError> {
        metrics::counter!("mail_tries_total", "outcome" => end.outcome.as_str()).increment(1);
        tracing::info!(
            mail = %mail.id, template = mail.template, outcome = end.outcome.as_str(), code = end.code,
            state = end.state.as_str(), "mail"
        );
        let mut tried = 0;
        loop {
            match self.store.end_try(mail, self.server, self.post.now(), end).await {
                Ok(true) => return Ok(()),
                Ok(false) => {
                    tracing::warn!(mail = %mail.id, "another server took this mail over meanwhile");
                    return Ok(());
                }
                Err(error) if tried == NOTE_TRIES => return Err(error),
                Err(error) => {
                    tried += 1;
                    tracing::warn!(mail = %mail.id, %error, "what came of a mail cannot be written down; again");
                    sleep(Duration::from_millis(250) * tried).await;
                }
            }
        }
    }
}
