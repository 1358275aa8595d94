//! The officers' desk under load: the list, searches, filters and records beside a kept page; a change with
//! the page that shows it; and one thing done to many people.

use std::time::{Duration, Instant};

use emol::domain::id::Slug;
use emol::projections::desk::Query;
use uuid::Uuid;

use crate::client::{Client, wrk, wrk_as};
use crate::history::{drop_database, empty, fresh};
use crate::http::{Site, site};
use crate::measure::{Row, report};
use crate::setting;

const ROUNDS: usize = 5;
/// How many people the large kingdom has, in thousands three times over.
const LARGE: usize = 34;
/// How many cards are to be renewed at once.
const CARDS: usize = 500;

fn get(site: &Site, path: &str) -> Vec<u8> {
    format!("GET {path} HTTP/1.1\r\nhost: bench\r\ncookie: {}\r\n\r\n", site.cookie).into_bytes()
}

fn post(site: &Site, path: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\ncookie: {}\r\nsec-fetch-site: same-origin\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{body}",
        site.cookie,
        body.len()
    )
    .into_bytes()
}

/// The median and the 99th percentile, in milliseconds.
fn middle_and_slowest(mut times: Vec<f64>) -> (f64, f64) {
    times.sort_by(f64::total_cmp);
    (times[times.len() / 2], times[times.len() * 99 / 100])
}

fn millis(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

/// Runs the bench of the desk's pages: with the roster once, and with 102 000 people.
pub async fn pages(url: &str) {
    let large = setting("EMOL_BENCH_PEOPLE").map_or(LARGE, |text| text.parse::<usize>().unwrap() / 3_000);
    for times in [1, large] {
        let (db, at) = empty(url).await;
        let site = site(&at, times).await;
        let records: Vec<String> =
            site.people.iter().take(500).map(|(id, _)| format!("/desk/people/{id}")).collect();
        let of =
            |query: &str| ["a", "e", "i", "o"].map(|part| format!("/desk/people?q={part}{query}")).to_vec();
        let asked = [
            ("list", vec!["/desk/people".to_owned(), "/desk/people?page=7".to_owned()]),
            ("search", of("")),
            ("filter and sort", of("&state=lapsing&sort=expiry")),
            ("record", records),
        ];
        let kept_name = "register page, kept";
        let mut kept = Row { name: kept_name.to_owned(), rounds: Vec::new() };
        let mut rows: Vec<Row> =
            asked.iter().map(|(name, _)| Row { name: (*name).to_owned(), rounds: Vec::new() }).collect();
        let mut slowest: Vec<Vec<f64>> = vec![Vec::new(); asked.len()];
        // The officer's own key is made with the first reading.
        let mut client = Client::to(site.address).await;
        assert_eq!(client.send(&get(&site, "/desk/people")).await, 200);
        for _ in 0..ROUNDS {
            kept.rounds.push(wrk(format!("http://{}/register", site.address)).await.0);
            for (at, (_, paths)) in asked.iter().enumerate() {
                let (rate, p99) = wrk_as(site.address, &site.cookie, paths).await;
                rows[at].rounds.push(rate);
                slowest[at].push(p99);
            }
        }
        rows.push(kept);
        let people = site.services.indexes.desk().len();
        report(&format!("desk, {people} people, 32 connections"), "requests/s", &rows, kept_name);
        for ((name, paths), p99) in asked.iter().zip(slowest) {
            let mut alone = Vec::new();
            for path in paths.iter().cycle().take(200) {
                let sent = Instant::now();
                assert_eq!(client.send(&get(&site, path)).await, 200);
                alone.push(millis(sent));
            }
            let (middle, slow) = middle_and_slowest(alone);
            let (p99, _) = middle_and_slowest(p99);
            println!(
                "desk, {people} people, {name}: alone {middle:.2} ms (p99 {slow:.2}); 32 connections p99 {p99:.1} ms"
            );
        }
        change(&site, people).await;
        drop(site.services);
        drop_database(db, &at).await;
    }
}

/// A change, and the record that shows it: one officer who works.
async fn change(site: &Site, people: usize) {
    let mut client = Client::to(site.address).await;
    let mut times = Vec::new();
    for turn in 0..300 {
        let (person, _) = &site.people[turn % site.people.len()];
        let command = Uuid::from_u128(fresh() << 64);
        let path = format!("/desk/people/{person}");
        let sent = Instant::now();
        let body = format!("command_id={command}&listed=no");
        assert_eq!(client.send(&post(site, &format!("{path}/set-listing"), &body)).await, 303);
        assert_eq!(client.send(&get(site, &path)).await, 200);
        times.push(millis(sent));
    }
    let (middle, slow) = middle_and_slowest(times);
    println!(
        "desk, {people} people, a change and the record that shows it: {middle:.2} ms, p99 {slow:.1} ms"
    );
}

/// The search that finds about as many holders of a card as are to be renewed.
fn about(site: &Site, discipline: &Slug) -> (String, usize) {
    let (index, today) = (site.services.indexes.desk(), site.services.bus.today());
    let in_force = site.services.bus.kingdom().catalogue.in_force_on(today);
    let mut best = (String::new(), usize::MAX);
    for first in 'a'..='z' {
        for second in ('a'..='z').map(Some).chain([None]) {
            let text: String = [Some(first), second].into_iter().flatten().collect();
            let query =
                Query { text: text.clone(), discipline: Some(discipline.clone()), ..Query::default() };
            let count = index.count(&query, today, &in_force);
            if count >= CARDS && count < best.1 {
                best = (text, count);
            }
        }
    }
    best
}

/// Runs the bench of many at once: the cards of five hundred people renewed, beside one form each.
pub async fn bulk(url: &str) {
    let (db, at) = empty(url).await;
    let site = site(&at, 1).await;
    let discipline = Slug::parse("armoured-combat").unwrap();
    let (text, people) = about(&site, &discipline);
    let today = site.services.bus.today();
    let whom = format!("all=yes&q={text}&discipline={discipline}");
    let mut client = Client::to(site.address).await;
    let mut many = Row { name: "many at once".to_owned(), rounds: Vec::new() };
    let mut single = Row { name: "one form each, one by one".to_owned(), rounds: Vec::new() };
    let (mut previews, mut runs) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let on = today.plus_days(i64::try_from(round).unwrap() - i64::try_from(ROUNDS).unwrap());
        let act = format!("act=renew-cards&in={discipline}&on={on}");
        let sent = Instant::now();
        assert_eq!(client.send(&get(&site, &format!("/desk/people/many?{whom}&{act}"))).await, 200);
        previews.push(millis(sent));
        let page = String::from_utf8_lossy(&client.answer).into_owned();
        let hidden = |name: &str| {
            let form = &page[page.find("id=\"many\"").expect("somebody changes")..];
            let field = format!("name=\"{name}\" value=\"");
            let rest = &form[form.find(&field).unwrap() + field.len()..];
            rest[..rest.find('"').unwrap()].to_owned()
        };
        let changes: usize = {
            let tally = &page[page.find("class=\"tally\"").unwrap()..];
            let rest = &tally[tally.find("<b>").unwrap() + 3..];
            rest[..rest.find('<').unwrap()]
                .chars()
                .filter(char::is_ascii_digit)
                .collect::<String>()
                .parse()
                .unwrap()
        };
        let body = format!("command_id={}&mark={}&{whom}&{act}", hidden("command_id"), hidden("mark"));
        let sent = Instant::now();
        assert_eq!(client.send(&post(&site, "/desk/people/many", &body)).await, 303);
        let took = sent.elapsed();
        println!("round {round}: {changes} of {people} cards renewed in {:.3} s", took.as_secs_f64());
        many.rounds.push(changes as f64 / took.as_secs_f64());
        runs.push(took.as_secs_f64() * 1_000.0 * CARDS as f64 / changes as f64);
        let started = Instant::now();
        let mut done = 0;
        while started.elapsed() < Duration::from_secs(2) {
            let (person, _) = &site.people[done % site.people.len()];
            let listed = if done % 2 == 0 { "no" } else { "yes" };
            let body = format!("command_id={}&listed={listed}", Uuid::from_u128(fresh() << 64));
            assert_eq!(
                client.send(&post(&site, &format!("/desk/people/{person}/set-listing"), &body)).await,
                303
            );
            done += 1;
        }
        single.rounds.push(done as f64 / started.elapsed().as_secs_f64());
    }
    report("many at once", "people/s", &[many, single], "one form each, one by one");
    let (preview, _) = middle_and_slowest(previews);
    let (run, _) = middle_and_slowest(runs);
    println!(
        "many at once: a preview of {people} in {preview:.0} ms; {CARDS} cards renewed in {run:.0} ms (medians)"
    );
    drop(site.services);
    drop_database(db, &at).await;
}
