//! The roster in which every line has its own fault.

use emol::exchange::ImportError;

use super::kingdom::{HEADER, data, empty, founded, head, import, places};
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

#[test]
fn a_region_that_is_not_there_comes_in_with_a_file_of_its_own() {
    on_all_databases(async |database| {
        let file = format!(
            "{HEADER}\nC1,A B,Ab,a@example.org,905 555 9487,1 Queen St,,Ottawa,ZZ,N8T 7X4,,,,,yes,no,,,,,\n"
        );
        let mut remedies = Vec::new();
        for regions in [false, true] {
            let bus = if regions { founded(&database).await } else { empty(&database).await };
            let Err(ImportError::Faults(faults)) = import(&bus, file.as_bytes()).await else {
                panic!("the file has a fault")
            };
            let fault = faults.into_iter().find(|fault| fault.column == "province").unwrap();
            remedies.push(fault.remedy);
        }
        assert_eq!(
            remedies,
            [
                "bring in the regions first, with emol import regions FILE",
                "use one of ON, MI, or bring in the region first, with emol import regions FILE"
            ]
        );
    });
}
