//! The calendar and the clock: nights of daylight saving, 29 February, a server that was off, clocks that jump, and the
//! program itself under a clock that is not this machine's.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::Command;

use emol::domain::date::{CivilDate, Instant};
use emol::processes::reminders;
use emol::processes::scheduler::{Job, Scheduler};
use emol::store::outbox::MailFilter;

use super::Ground;
use crate::cli::answer;
use crate::commands::sample::{day, person};
use crate::faults::emol;
use crate::support::databases::{TestDatabase, on_all_databases};
use crate::support::smtp::MailServer;

/// A moment, as RFC 3339 writes it.
fn at(text: &str) -> Instant {
    Instant::from_micros(chrono::DateTime::parse_from_rfc3339(text).unwrap().timestamp_micros())
}

/// Somebody whose waiver was signed that day.
async fn signed(ground: &Ground, number: u128, on: &str) {
    let email = format!("p{number}@example.org");
    ground.register(person(number), "Ásta", &email, Some(day(on)), &[], true).await;
}

/// Looks at the clock every ten minutes from one moment to another; when reminders were decided.
async fn decided(ground: &Ground, scheduler: &Scheduler, from: &str, to: &str) -> Vec<Instant> {
    let (mut now, end) = (at(from), at(to));
    let mut when = Vec::new();
    while now <= end {
        ground.set(now);
        if scheduler.step().await.contains(&Job::Reminders) {
            when.push(now);
        }
        now = now.plus_seconds(600);
    }
    when
}

/// What stands in the outbox.
async fn mails(ground: &Ground) -> usize {
    ground.tools.store.mails(&MailFilter::default(), 1_000).await.unwrap().len()
}

/// What is said to whom, when everything that is due goes out now.
async fn said(ground: &Ground, server: &MailServer) -> BTreeSet<String> {
    ground.deliver(&mut ground.worker(server)).await;
    let one = |mail: crate::support::smtp::Arrived| {
        let text = mail.text.replace("\n  ", " ");
        let lines: Vec<&str> =
            text.lines().filter_map(|line| line.strip_prefix("- ")?.split('.').next()).collect();
        format!("{}: {}", mail.to.split('@').next().unwrap_or_default(), lines.join("; "))
    };
    server.take().into_iter().map(one).collect()
}

fn these<const N: usize>(lines: [&str; N]) -> BTreeSet<String> {
    lines.into_iter().map(ToOwned::to_owned).collect()
}

/// The morning's work of a day, at noon in Toronto.
async fn morning(ground: &Ground, on: &str) {
    ground.set(at(&format!("{on}T16:00:00Z")));
    Scheduler::new(ground.tools.clone(), ground.server, 9).step().await;
}

#[test]
fn in_the_night_without_the_hour_reminders_are_decided_once_as_soon_as_the_clocks_are_past_it() {
    on_all_databases(|database| async move {
        let ground = Ground::found_at(&database, at("2026-03-01T12:00:00Z")).await;
        // They lapse on 22 March: a fortnight after the night.
        signed(&ground, 1, "2019-03-22").await;
        let scheduler = Scheduler::new(ground.tools.clone(), ground.server, 2);
        assert_eq!(decided(&ground, &scheduler, "2026-03-07T06:00:00Z", "2026-03-07T06:50:00Z").await, []);
        // On 7 March two o'clock is 07:00Z; on the 8th there is no two o'clock: 06:59Z is followed by three.
        let night = decided(&ground, &scheduler, "2026-03-07T07:00:00Z", "2026-03-09T05:50:00Z").await;
        assert_eq!(night, [at("2026-03-07T07:00:00Z"), at("2026-03-08T07:00:00Z")]);
        let next = decided(&ground, &scheduler, "2026-03-09T06:00:00Z", "2026-03-10T05:50:00Z").await;
        assert_eq!(next, [at("2026-03-09T06:00:00Z")], "from then on an hour earlier, by UTC");
        // On the 7th the threshold of 30 days, on the 8th that of 14, each once.
        assert_eq!(mails(&ground).await, 2);
    });
}

#[test]
fn in_the_night_that_has_the_hour_twice_reminders_are_decided_once() {
    on_all_databases(|database| async move {
        let ground = Ground::found_at(&database, at("2026-10-20T12:00:00Z")).await;
        signed(&ground, 1, "2019-11-15").await;
        let scheduler = Scheduler::new(ground.tools.clone(), ground.server, 1);
        assert_eq!(decided(&ground, &scheduler, "2026-10-31T04:00:00Z", "2026-10-31T04:50:00Z").await, []);
        // On 1 November one o'clock is 05:00Z, and 06:00Z again.
        let night = decided(&ground, &scheduler, "2026-10-31T05:00:00Z", "2026-11-02T06:10:00Z").await;
        let once = ["2026-10-31T05:00:00Z", "2026-11-01T05:00:00Z", "2026-11-02T06:00:00Z"].map(at);
        assert_eq!(night, once);
        assert_eq!(mails(&ground).await, 2);
    });
}

#[test]
fn d2_what_was_issued_on_29_february_is_announced_for_28_february() {
    on_all_databases(|database| async move {
        let ground = Ground::found_at(&database, at("2026-02-01T12:00:00Z")).await;
        let server = MailServer::start().await;
        let card = [("fencing", day("2024-02-29"))];
        ground.register(person(1), "Ásta", "p1@example.org", None, &card, true).await;
        let first = reminders::run(&ground.tools).await.unwrap();
        assert_eq!((first.due, first.written), (1, 1));
        assert_eq!(
            said(&ground, &server).await,
            these(["p1: Your fencing card expires in 27 days, on 28 February 2026"])
        );
        let mut told = Vec::new();
        for number in 2..=31 {
            let on = day("2026-01-31").plus_days(number);
            ground.set(at(&format!("{on}T16:00:00Z")));
            reminders::run(&ground.tools).await.unwrap();
            told.extend(said(&ground, &server).await);
        }
        let expected = [
            "p1: Your fencing card expires in 14 days, on 28 February 2026",
            "p1: Your fencing card has expired, on 28 February 2026",
        ];
        assert_eq!(told, expected);
    });
}

#[test]
fn in_a_leap_year_thresholds_count_29_february() {
    on_all_databases(|database| async move {
        let ground = Ground::found_at(&database, at("2028-02-26T12:00:00Z")).await;
        let server = MailServer::start().await;
        for (number, on) in [(1, "2021-02-28"), (2, "2021-03-01"), (3, "2021-03-14"), (4, "2021-03-15")] {
            signed(&ground, number, on).await;
        }
        // Everything up to the 27th is announced.
        for on in ["2028-02-26", "2028-02-27"] {
            ground.set(at(&format!("{on}T16:00:00Z")));
            reminders::run(&ground.tools).await.unwrap();
            said(&ground, &server).await;
        }
        let mut told = Vec::new();
        for on in ["2028-02-28", "2028-02-29", "2028-03-01"] {
            ground.set(at(&format!("{on}T16:00:00Z")));
            reminders::run(&ground.tools).await.unwrap();
            told.push(said(&ground, &server).await);
        }
        assert_eq!(told[0], these(["p1: Your waiver has expired, on 28 February 2028"]));
        assert_eq!(told[1], these(["p3: Your waiver expires in 14 days, on 14 March 2028"]));
        let third = [
            "p2: Your waiver has expired, on 1 March 2028",
            "p4: Your waiver expires in 14 days, on 15 March 2028",
        ];
        assert_eq!(told[2], these(third));
    });
}

#[test]
fn m1_after_a_month_off_everybody_gets_one_mail_and_it_says_what_is_true_then() {
    on_all_databases(|database| async move {
        let ground = Ground::found_at(&database, at("2026-04-01T12:00:00Z")).await;
        let server = MailServer::start().await;
        // On 10 May: lapsed for 31 days, for 20, today, in 10 days, in 60, in 61.
        let days = ["2019-04-09", "2019-04-20", "2019-05-10", "2019-05-20", "2019-07-09", "2019-07-10"];
        for (number, on) in (1..).zip(days) {
            signed(&ground, number, on).await;
        }
        morning(&ground, "2026-04-01").await;
        morning(&ground, "2026-04-02").await;
        said(&ground, &server).await;
        // The server is off, from then until 10 May.
        morning(&ground, "2026-05-10").await;
        let expected = [
            "p2: Your waiver has expired, on 20 April 2026",
            "p3: Your waiver has expired, on 10 May 2026",
            "p4: Your waiver expires in 10 days, on 20 May 2026",
            "p5: Your waiver expires in 60 days, on 9 July 2026",
        ];
        assert_eq!(said(&ground, &server).await, these(expected));
        morning(&ground, "2026-05-11").await;
        assert_eq!(
            said(&ground, &server).await,
            these(["p6: Your waiver expires in 60 days, on 10 July 2026"])
        );
    });
}

#[test]
fn m2_a_clock_that_jumps_back_and_forth_announces_nothing_twice_and_nothing_early() {
    on_all_databases(|database| async move {
        let ground = Ground::found_at(&database, at("2026-05-01T12:00:00Z")).await;
        let server = MailServer::start().await;
        // In 14 days from 3 May, and from 4 May.
        signed(&ground, 1, "2019-05-17").await;
        signed(&ground, 2, "2019-05-18").await;
        morning(&ground, "2026-05-01").await;
        morning(&ground, "2026-05-02").await;
        assert_eq!(said(&ground, &server).await.len(), 2, "both have come below 30 days");
        morning(&ground, "2026-05-03").await;
        let first = these(["p1: Your waiver expires in 14 days, on 17 May 2026"]);
        assert_eq!(said(&ground, &server).await, first);
        // Some hours back, a day back, and to the day itself again.
        for now in ["2026-05-03T11:00:00Z", "2026-05-02T16:00:00Z", "2026-05-03T16:10:00Z"] {
            ground.set(at(now));
            Scheduler::new(ground.tools.clone(), ground.server, 9).step().await;
            assert_eq!(said(&ground, &server).await, these([]), "at {now}");
        }
        // Three days ahead by mistake, for a moment in which nothing leaves; then right again.
        morning(&ground, "2026-05-06").await;
        assert_eq!(mails(&ground).await, 4);
        ground.set(at("2026-05-03T17:00:00Z"));
        Scheduler::new(ground.tools.clone(), ground.server, 9).step().await;
        assert_eq!(said(&ground, &server).await, these([]), "what was decided for the 6th waits for the 6th");
        for on in ["2026-05-04", "2026-05-05"] {
            morning(&ground, on).await;
            assert_eq!(said(&ground, &server).await, these([]), "on {on}");
        }
        morning(&ground, "2026-05-06").await;
        let second = these(["p2: Your waiver expires in 12 days, on 18 May 2026"]);
        assert_eq!(said(&ground, &server).await, second, "once, and with the number of that day");
        assert_eq!(mails(&ground).await, 4);
    });
}

/// Whether `faketime` is there; without it, says so and fails when `CI` is set.
#[expect(clippy::disallowed_methods, reason = "in CI nothing may be left out")]
fn can_fake_time() -> bool {
    let there = Command::new("faketime").arg("--version").output().is_ok();
    if !there {
        let _ = writeln!(
            std::io::stderr(),
            "\n!!! the program was not tested on other days: install faketime, or run setup_files/test.sh\n"
        );
        assert!(std::env::var_os("CI").is_none(), "faketime must be there when CI is set");
    }
    there
}

/// What `emol remind --dry-run` says is due when this machine's clock shows that moment of UTC: expiries and days.
fn due_at(database: &TestDatabase, moment: &str) -> Vec<(String, i64)> {
    let real = emol(database, &["remind", "--dry-run", "--json"]);
    let mut command = Command::new("faketime");
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin").env("TZ", "UTC");
    command.envs(real.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.arg(moment).arg(real.get_program()).args(real.get_args());
    let said = answer(command.output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
    let due: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let mut due: Vec<(String, i64)> = due
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["expires"].as_str().unwrap().to_owned(), one["days"].as_i64().unwrap()))
        .collect();
    due.sort();
    due
}

#[test]
fn d1_d2_the_program_itself_counts_rightly_around_29_february() {
    if !can_fake_time() {
        return;
    }
    on_all_databases(|database| async move {
        let ground = Ground::found_at(&database, at("2024-03-02T12:00:00Z")).await;
        for (number, on) in [(1, "2024-02-29"), (2, "2024-03-01")] {
            let card = [("fencing", day(on))];
            ground.register(person(number), "Ásta", "p@example.org", None, &card, true).await;
        }
        signed(&ground, 3, "2021-02-28").await;
        signed(&ground, 4, "2021-03-01").await;
        let due = |moment: &'static str| {
            let database = database.clone();
            async move { tokio::task::spawn_blocking(move || due_at(&database, moment)).await.unwrap() }
        };
        let expected = |days: &[(&str, i64)]| -> Vec<(String, i64)> {
            days.iter().map(|(on, left)| (CivilDate::parse(on).unwrap().to_string(), *left)).collect()
        };
        // What was issued on 29 February 2024 expires on the 28th; Toronto is five hours behind.
        let (one, two) = ("2026-02-28", "2026-03-01");
        assert_eq!(due("2026-02-28 04:59:00").await, expected(&[(one, 1), (two, 2)]));
        assert_eq!(due("2026-02-28 05:01:00").await, expected(&[(one, 0), (two, 1)]));
        assert_eq!(due("2026-03-01 12:00:00").await, expected(&[(one, -1), (two, 0)]));
        // 2028 has a 29 February.
        let (one, two) = ("2028-02-28", "2028-03-01");
        assert_eq!(due("2028-02-28 12:00:00").await, expected(&[(one, 0), (two, 2)]));
        assert_eq!(due("2028-02-29 12:00:00").await, expected(&[(one, -1), (two, 1)]));
        assert_eq!(due("2028-03-01 12:00:00").await, expected(&[(one, -2), (two, 0)]));
    });
}
