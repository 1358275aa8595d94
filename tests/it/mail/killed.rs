//! Two real servers on one database hand a thousand reminders to a mail server of somebody else's, and one of them is
//! killed on the way (M2). Once in every run; `EMOL_TEST_KILLS=20 setup_files/test.sh --only mail` is the long form.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::Child;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::Months;
use emol::clock::{Clock, SystemClock};
use emol::domain::date::CivilDate;
use emol::domain::mail::{MailState, TryOutcome};
use emol::store::outbox::{MailFilter, StoredMail};

use super::Ground;
use super::foreign::{Foreign, program};
use crate::cli::free_port;
use crate::commands::sample::person;
use crate::faults::emol;
use crate::support::databases::{TestDatabase, on_all_databases};

/// How many people, with a mail each.
const PEOPLE: usize = 1_000;
/// Mails that a server takes at once: it can lose the answers of so many at most.
const TAKEN: usize = 25;

#[expect(clippy::disallowed_methods, reason = "the long form is asked for from outside")]
fn kills() -> usize {
    std::env::var("EMOL_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(1)
}

/// A server; killed with the test.
struct Serving(Child);

impl Serving {
    fn start(database: &TestDatabase, mail: &Foreign) -> Self {
        let mut command = emol(database, &["serve"]);
        command
            .env("EMOL_LISTEN", format!("127.0.0.1:{}", free_port()))
            .env("EMOL_SMTP_URL", format!("smtp://127.0.0.1:{}", mail.port))
            .env("EMOL_MAIL_FROM", "lists@emol.example")
            .env("EMOL_DAILY_HOUR", "0")
            .env("EMOL_LOG", "error");
        Self(command.spawn().unwrap())
    }

    /// As a power cut does it.
    fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Waits until something holds; it must within two minutes.
macro_rules! until {
    ($what:literal, $holds:expr) => {
        let deadline = Instant::now() + Duration::from_secs(120);
        while !$holds {
            assert!(Instant::now() < deadline, "waited two minutes for this: {}", $what);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
}

async fn counts(ground: &Ground) -> BTreeMap<&'static str, usize> {
    let counts = ground.tools.store.mail_counts().await.unwrap();
    counts.into_iter().map(|(state, count)| (state.as_str(), count)).collect()
}

/// How many servers have handed mails over.
async fn at_work(database: &TestDatabase) -> usize {
    database.db.fetch_all("SELECT who FROM outbox_tries GROUP BY who", &[]).await.unwrap().len()
}

async fn in_state(ground: &Ground, state: Option<MailState>) -> Vec<StoredMail> {
    let filter = MailFilter { state, ..MailFilter::default() };
    ground.tools.store.mails(&filter, 5_000).await.unwrap()
}

/// Everybody's waiver expires in a fortnight, by this machine's own clock: the servers go by that.
async fn everybody(database: &TestDatabase) -> Ground {
    let ground = Ground::found_at(database, SystemClock.now()).await;
    let lapses = ground.tools.bus.today().plus_days(14).naive();
    let signed = lapses.checked_sub_months(Months::new(84)).unwrap();
    let signed = CivilDate::parse(&signed.to_string()).unwrap();
    for number in 0..PEOPLE {
        let email = format!("p{number}@example.org");
        ground.register(person(number as u128), "Ραφαήλ", &email, Some(signed), &[], true).await;
    }
    ground
}

/// As if nothing had been announced, and the morning's work were due.
async fn morning(ground: &Ground, database: &TestDatabase) {
    for table in ["outbox", "outbox_tries", "announcements", "jobs"] {
        database.admin.execute(format!("DELETE FROM {table}"), &[]).await.unwrap();
    }
    let (now, yesterday) = (SystemClock.now(), ground.tools.bus.today().day_before());
    ground.tools.store.first_job("reminders", yesterday, now).await.unwrap();
}

async fn one_is_killed(ground: &Ground, database: &TestDatabase, program: &str, turn: usize) {
    morning(ground, database).await;
    let folder = format!("emol-killed-{}-{}-{turn}", std::process::id(), database.name);
    // It thinks a little before it answers: there is something to lose.
    let mail = Foreign::start(program, std::env::temp_dir().join(folder), &["--thinks", "5"]);
    let mut servers = [Serving::start(database, &mail), Serving::start(database, &mail)];
    let after = 100 + turn * 137 % 500;
    until!(
        "reminders are decided, some have arrived, and both servers are at it",
        mail.count() >= after
            && counts(ground).await.values().sum::<usize>() == PEOPLE
            && at_work(database).await == 2
    );
    servers[turn % 2].kill();
    let so_far = mail.count();
    assert!(so_far < PEOPLE, "all had arrived by then");

    until!("the other server sends what nobody has taken", {
        let counts = counts(ground).await;
        let left = counts.get("sending").copied().unwrap_or(0);
        left <= TAKEN && counts.get("sent").copied().unwrap_or(0) + left == PEOPLE
    });
    // What it was handing over itself is done after a moment; what stays was the dead one's.
    tokio::time::sleep(Duration::from_secs(3)).await;
    let left = in_state(ground, Some(MailState::Sending)).await;
    assert!(left.len() <= TAKEN, "{}", left.len());
    // The ten minutes for which the dead one had taken them are over.
    let over = SystemClock.now().plus_seconds(-1).micros();
    let sql = format!("UPDATE outbox SET due_at = {over} WHERE state = 'sending'");
    database.admin.execute(sql, &[]).await.unwrap();
    until!("everything is sent", counts(ground).await.get("sent") == Some(&PEOPLE));
    drop(servers);

    let stored = in_state(ground, None).await;
    assert_eq!(stored.len(), PEOPLE, "none is new for the same person, expiry and threshold");
    let ids: BTreeMap<String, &StoredMail> =
        stored.iter().map(|mail| (format!("<{}@emol.invalid>", mail.id), mail)).collect();
    let arrived = mail.arrived();
    assert_eq!(arrived.len(), PEOPLE, "every Message-ID arrives");
    let people: BTreeSet<&String> = arrived.keys().map(|(_, to)| to).collect();
    assert_eq!(people.len(), PEOPLE, "and everybody has one");
    let lost: BTreeSet<_> = left.iter().map(|mail| mail.id).collect();
    let mut repeats = 0;
    for ((id, _), times) in &arrived {
        let stored = ids[id];
        let tries = ground.tools.store.tries_of(stored.id).await.unwrap();
        let unclear = tries.iter().filter(|one| one.outcome == TryOutcome::Unclear).count();
        assert_eq!(unclear > 0, lost.contains(&stored.id), "{tries:?}");
        assert!(*times <= 1 + unclear, "{id} arrived {times} times; its tries: {tries:?}");
        assert_eq!(tries.last().unwrap().outcome, TryOutcome::Accepted);
        repeats += times - 1;
    }
    let _ = writeln!(
        std::io::stderr(),
        "{}: killed after {so_far} of {PEOPLE} mails; {} answers lost, {repeats} mails twice",
        database.name,
        left.len()
    );
}

#[test]
fn m2_a_server_that_is_killed_among_a_thousand_reminders_loses_none_and_repeats_only_lost_answers() {
    let Some(program) = program() else { return };
    on_all_databases(move |database: Arc<TestDatabase>| {
        let program = program.clone();
        async move {
            let ground = everybody(&database).await;
            for turn in 0..kills() {
                one_is_killed(&ground, &database, &program, turn).await;
            }
        }
    });
}
