//! The roster in which every line has its own fault.

use emol::exchange::ImportError;

use super::kingdom::{data, founded, head, import, places};
use crate::support::databases::on_all_databases;

#[test]
fn a_bad_roster_is_refused_whole_with_every_line_named_in_one_run() {
    let expected = String::from_utf8(data("roster-bad.expected.tsv")).unwrap();
    let expected: Vec<(usize, String, String)> = expected
        .lines()
        .skip(1)
        .map(|line| {
            let mut cells = line.split('\t');
            let mut cell = || cells.next().unwrap().to_owned();
            (cell().parse().unwrap(), cell(), cell())
        })
        .collect();
    assert_eq!(expected.len(), 27);
    on_all_databases(move |database| {
        let expected = expected.clone();
        async move {
            let bus = founded(&database).await;
            let before = head(&bus).await;
            let error = import(&bus, &data("roster-bad.csv")).await.unwrap_err();
            assert_eq!(error.to_string(), "the file has 27 faults; nothing was recorded");
            let ImportError::Faults(faults) = &error else { panic!("{error}") };
            assert!(faults.iter().all(|fault| !fault.problem.is_empty() && !fault.remedy.is_empty()));
            assert_eq!(places(error), expected);
            assert_eq!(head(&bus).await, before);
        }
    });
}
