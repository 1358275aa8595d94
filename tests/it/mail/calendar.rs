//! 26 months, day by day: people renew, are erased and never accept; servers are off, are killed in the middle of
//! deciding, and lose answers; the mail server is away for days. What arrives is compared, mail by mail, with a model
//! that knows nothing of the program.
//!
//! 300 people; `EMOL_TEST_PEOPLE=3000 setup_files/test.sh --only mail` is the long form.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use chrono::{Months, NaiveDate};
use emol::commands::combatant::erase::Erase;
use emol::commands::combatant::record_waiver::RecordWaiver;
use emol::commands::combatant::renew_card::RenewCard;
use emol::domain::date::{CivilDate, Instant};
use emol::domain::id::CombatantId;
use emol::domain::mail::MailState;
use emol::events::combatant::ErasureCause;
use emol::processes::mail::Worker;
use emol::processes::scheduler::{Job, Scheduler};
use emol::store::outbox::MailFilter;

use super::Ground;
use crate::commands::sample::{person, slug};
use crate::support::databases::on_all_databases;
use crate::support::smtp::{Arrived, MailServer};

const DAYS: i64 = 26 * 30 + 12;
const FIRST: &str = "2026-05-04";
/// What can expire: two cards and the waiver.
const ITEMS: [&str; 3] = ["fencing card", "armoured-combat card", "waiver"];
const DISCIPLINES: [&str; 2] = ["fencing", "armoured-combat"];

#[expect(clippy::disallowed_methods, reason = "the long form is asked for by the environment")]
fn how_many() -> usize {
    std::env::var("EMOL_TEST_PEOPLE").ok().and_then(|text| text.parse().ok()).unwrap_or(300)
}

/// Numbers that are the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    fn one_in(&mut self, chances: u64) -> bool {
        self.below(chances) == 0
    }

    fn days(&mut self, bound: i64) -> i64 {
        i64::try_from(self.below(u64::try_from(bound).unwrap())).unwrap()
    }
}

fn plus(day: NaiveDate, days: i64) -> NaiveDate {
    day + chrono::Duration::days(days)
}

fn civil(day: NaiveDate) -> CivilDate {
    CivilDate::parse(&day.to_string()).unwrap()
}

/// A moment of a day: that hour of UTC.
fn at(day: NaiveDate, hour: i64) -> Instant {
    let days = day.signed_duration_since(NaiveDate::from_ymd_opt(1970, 1, 1).unwrap()).num_days();
    Instant::from_micros((days * 86_400 + hour * 3600) * 1_000_000)
}

/// Somebody, as the model knows them.
struct Someone {
    id: CombatantId,
    email: String,
    accepts: bool,
    gone: bool,
    /// When each of [`ITEMS`] expires.
    expires: [NaiveDate; 3],
    /// The nearest threshold that was announced of an expiry.
    told: HashMap<(usize, NaiveDate), i64>,
}

/// A mail that was decided and has not arrived.
struct Waiting {
    who: usize,
    items: Vec<(usize, NaiveDate)>,
}

/// What arrives, in the model's words.
type Mails = Vec<(String, Vec<String>)>;

impl Someone {
    /// What the model announces on a day.
    fn decide(&mut self, today: NaiveDate) -> Vec<(usize, NaiveDate)> {
        let mut items = Vec::new();
        if !self.accepts || self.gone {
            return items;
        }
        for (item, expires) in self.expires.into_iter().enumerate() {
            let left = expires.signed_duration_since(today).num_days();
            let threshold = match left {
                31..=60 => 60,
                15..=30 => 30,
                1..=14 => 14,
                -30..=0 => 0,
                _ => continue,
            };
            let told = self.told.entry((item, expires)).or_insert(i64::MAX);
            if threshold < *told {
                *told = threshold;
                items.push((item, expires));
            }
        }
        items
    }

    /// What a mail says of them on the day it arrives; nothing where all of it was renewed.
    fn says(&self, items: &[(usize, NaiveDate)], today: NaiveDate) -> Option<(String, Vec<String>)> {
        let mut lines: Vec<String> = items
            .iter()
            .filter(|(item, expires)| self.expires[*item] == *expires)
            .map(|(item, expires)| {
                let (what, on) = (ITEMS[*item], expires.format("%-d %B %Y"));
                match expires.signed_duration_since(today).num_days() {
                    1 => format!("Your {what} expires tomorrow, on {on}"),
                    left if left > 1 => format!("Your {what} expires in {left} days, on {on}"),
                    _ => format!("Your {what} has expired, on {on}"),
                }
            })
            .collect();
        lines.sort();
        (!self.gone && !lines.is_empty()).then(|| (self.email.clone(), lines))
    }
}

/// What arrived, in the model's words; repeats, which only a lost answer excuses, count once.
fn arrived(mails: Vec<Arrived>, known: &mut HashSet<String>, lost: &HashSet<String>) -> Mails {
    let mut all = Vec::new();
    for mail in mails {
        if !known.insert(mail.id.clone()) {
            assert!(lost.contains(&mail.id), "{} came twice, and no answer was lost", mail.id);
            continue;
        }
        let text = mail.text.replace("\n  ", " ");
        let lines = text.lines().filter_map(|line| line.strip_prefix("- ")?.split('.').next());
        let mut lines: Vec<String> = lines.map(ToOwned::to_owned).collect();
        lines.sort();
        all.push((mail.to, lines));
    }
    all.sort();
    all
}

/// Registers everybody.
async fn everybody(ground: &Ground, first: NaiveDate, dice: &mut Dice) -> Vec<Someone> {
    let mut people = Vec::new();
    for number in 0..how_many() {
        let id = person(number as u128);
        let issued = [0, 1].map(|_| plus(first, -1 - dice.days(700)));
        let signed = plus(first, -1 - dice.days(900)).checked_sub_months(Months::new(52)).unwrap();
        let accepts = !dice.one_in(10);
        let email = format!("p{number}@example.org");
        let cards: Vec<(&str, CivilDate)> = DISCIPLINES.into_iter().zip(issued.map(civil)).collect();
        ground.register(id, "Ásta", &email, Some(civil(signed)), &cards, accepts).await;
        let two_years = |day: NaiveDate| day.checked_add_months(Months::new(24)).unwrap();
        let expires =
            [two_years(issued[0]), two_years(issued[1]), signed.checked_add_months(Months::new(84)).unwrap()];
        people.push(Someone { id, email, accepts, gone: false, expires, told: HashMap::new() });
    }
    people
}

/// What people do on a day.
async fn live(ground: &Ground, people: &mut [Someone], today: NaiveDate, dice: &mut Dice) {
    for someone in people.iter_mut().filter(|someone| !someone.gone) {
        for (item, what) in ITEMS.into_iter().enumerate() {
            // Most renew some time around the expiry, some never.
            let left = someone.expires[item].signed_duration_since(today).num_days();
            if !(-20..=50).contains(&left) || !dice.one_in(60) {
                continue;
            }
            if what == "waiver" {
                ground.issue(someone.id, RecordWaiver { signed_on: civil(today) }).await;
                someone.expires[2] = today.checked_add_months(Months::new(84)).unwrap();
            } else {
                let renew = RenewCard { discipline: slug(DISCIPLINES[item]), issued_on: civil(today) };
                ground.issue(someone.id, renew).await;
                someone.expires[item] = today.checked_add_months(Months::new(24)).unwrap();
            }
        }
        if dice.one_in(6_000) {
            ground.issue(someone.id, Erase::by(ErasureCause::Officer)).await;
            someone.gone = true;
        }
    }
}

/// The day's decisions, on one of two servers; now and then it is killed on the way, and the other one goes on.
async fn decide(grounds: &[Ground; 2], dice: &mut Dice) {
    let mut done = false;
    let mut turn = usize::try_from(dice.below(2)).unwrap();
    while !done {
        let ground = &grounds[turn];
        let scheduler = Scheduler::new(ground.tools.clone(), ground.server, 9);
        if dice.one_in(8) {
            let killed_after = Duration::from_millis(dice.below(25));
            let _ = tokio::time::timeout(killed_after, scheduler.step()).await;
            // What it took it has for a quarter of an hour.
            ground.later(901);
            turn = 1 - turn;
            continue;
        }
        scheduler.step().await;
        let due = Job::Reminders.due(ground.tools.bus.today(), 12, 9);
        done = ground.tools.store.job("reminders").await.unwrap().is_some_and(|job| job.done_day == due);
    }
}

/// Hands everything over; some answers are lost on the way.
async fn deliver(grounds: &[Ground; 2], workers: &mut [Worker; 2], server: &MailServer, dice: &mut Dice) {
    server.change(|mood| mood.loses = usize::try_from(dice.below(8).saturating_sub(5)).unwrap());
    for _ in 0..4 {
        let [first, second] = workers;
        tokio::join!(grounds[0].deliver(first), grounds[1].deliver(second));
        grounds[0].later(61);
    }
    for state in [MailState::Waiting, MailState::Sending, MailState::Unclear, MailState::Dead] {
        let filter = MailFilter { state: Some(state), ..MailFilter::default() };
        let left = grounds[0].tools.store.mails(&filter, 5).await.unwrap();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[test]
fn m1_m2_what_is_sent_in_26_months_is_what_the_model_says() {
    on_all_databases(|database| async move {
        let one = Ground::found(&database).await;
        let two = Ground::on(database.db.clone(), one.clock.clone()).await;
        let server = MailServer::start().await;
        let mut workers = [one.worker(&server), two.worker(&server)];
        let first: NaiveDate = FIRST.parse().unwrap();
        let mut dice = Dice(26);
        let mut people = everybody(&one, first, &mut dice).await;
        let grounds = [one, two];
        // The evening before: a register that was just set up has missed nothing.
        grounds[0].set(at(plus(first, -1), 22));
        Scheduler::new(grounds[0].tools.clone(), grounds[0].server, 9).step().await;
        let mut waiting: Vec<Waiting> = Vec::new();
        let (mut known, mut total) = (HashSet::new(), 0);
        let (mut off, mut away) = (0, 0);
        for number in 0..DAYS {
            let today = plus(first, number);
            grounds[0].set(at(today, 12));
            live(&grounds[0], &mut people, today, &mut dice).await;
            // Servers are off for some days now and then, once for more than a month.
            off = if number == 200 {
                40
            } else if off == 0 && dice.one_in(60) {
                dice.below(6)
            } else {
                off
            };
            away = if away == 0 && dice.one_in(50) { dice.below(4) } else { away };
            if off > 0 {
                off -= 1;
                continue;
            }
            grounds[0].set(at(today, 14));
            decide(&grounds, &mut dice).await;
            for (who, someone) in people.iter_mut().enumerate() {
                let items = someone.decide(today);
                if !items.is_empty() {
                    waiting.push(Waiting { who, items });
                }
            }
            server.change(|mood| mood.away = away > 0);
            if away > 0 {
                away -= 1;
                let [first, _] = &mut workers;
                assert_eq!(grounds[0].deliver(first).await, 0);
                continue;
            }
            deliver(&grounds, &mut workers, &server, &mut dice).await;
            let mut expected: Mails =
                waiting.drain(..).filter_map(|mail| people[mail.who].says(&mail.items, today)).collect();
            expected.sort();
            let sent = arrived(server.take(), &mut known, &server.lost());
            assert_eq!(sent, expected, "on {today}");
            total += sent.len();
        }
        let by_state: BTreeMap<_, _> =
            grounds[0].tools.store.mail_counts().await.unwrap().into_iter().collect();
        assert!(total > people.len(), "{total} mails, {by_state:?}");
        assert!(server.lost().len() > 20, "{} answers were lost", server.lost().len());
    });
}
