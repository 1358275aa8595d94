//! Files that are no roster, or only nearly one.

use emol::exchange::ImportError;

use super::kingdom::{HEADER, empty, founded, head, import, only_fault, people, places};
use crate::support::databases::on_all_databases;

const ROW: &str = "C1,A B,,a@example.org,905 555 9487,1 Queen St,,Ottawa,ON,N8T 7X4,,,,,yes,no,,,,,";

fn file(rows: &[&str]) -> Vec<u8> {
    format!("{HEADER}\n{}\n", rows.join("\n")).into_bytes()
}

#[test]
fn a_file_that_is_no_roster_says_so_and_writes_nothing() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        let before = head(&bus).await;
        let cases: [(&[u8], &str); 10] = [
            (b"", "the file is empty"),
            (b"\xEF\xBB\xBF\r\n", "the file is empty"),
            (b"\xFF\xFEr\0e\0f\0", "the file is UTF-16"),
            (&HEADER.replace(',', ";").into_bytes(), "the cells are separated by semicolons"),
            (&HEADER.replacen("branch,", "", 1).into_bytes(), "this column is missing"),
            (&vec![b'x'; (16 << 20) + 1], "the file is larger than 16 MiB"),
            (&vec![b'x'; 10 << 20], "this is no roster"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\n\n,,\n", "this is no roster"),
            (b"[{\"name\": \"Fencing\"}]", "this is no roster"),
            (HEADER.as_bytes(), "nobody is in the file"),
        ];
        for (bytes, expected) in cases {
            let (line, _, problem) = only_fault(import(&bus, bytes).await);
            assert_eq!((line, problem.as_str()), (1, expected));
        }
        let more: Vec<String> = (0..979).map(|i| format!("more{i}")).collect();
        let thousand = format!("{HEADER},{}", more.join(","));
        assert_eq!(places(import(&bus, thousand.as_bytes()).await.unwrap_err()).len(), 979);
        let twice = format!("{HEADER},Branch,branch");
        let Err(ImportError::Faults(faults)) = import(&bus, twice.as_bytes()).await else { panic!() };
        assert_eq!(
            (faults[0].remedy.as_str(), faults[1].problem.as_str()),
            ("write it branch", "this column stands twice")
        );
        assert_eq!(head(&bus).await, before);
    });
}

#[test]
fn a_roster_before_its_disciplines_gets_one_hint() {
    on_all_databases(async |database| {
        let bus = empty(&database).await;
        let row = ROW.replace("no,,,,,", "no,,Fencing,2026-01-01,,");
        let outcome = import(&bus, &file(&[ROW, &row.replace("C1", "C2"), &row.replace("C1", "C3")])).await;
        let found = only_fault(outcome);
        assert_eq!((found.0, found.1.as_str()), (3, "discipline"), "{found:?}");
        assert_eq!(found.2, "the kingdom has no disciplines yet");
    });
}

#[test]
fn a_byte_order_mark_crlf_another_order_of_columns_and_quotes_are_fine() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        let quoted = ROW.replace("1 Queen St", "\"1, \"\"Old\"\" Queen St\"").replace("A B", "\"A\r\nB\"");
        let text = format!(
            "\u{FEFF}listed ,{}\r\nno,{}\r\n\r\n,,,\r\n",
            HEADER.replace("listed,", ""),
            quoted.replace("yes,no", "yes")
        );
        assert_eq!(import(&bus, text.as_bytes()).await.unwrap().added, 1);
        let record = people(&bus).await.into_values().next().unwrap();
        let texts: Vec<&str> = record.details.values().filter_map(|value| value.text()).collect();
        assert!(texts.contains(&"1, \"Old\" Queen St") && texts.contains(&"A B"));
    });
}

#[test]
fn every_cell_of_any_content_is_answered_with_its_line_and_column() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        let before = head(&bus).await;
        let huge = "x".repeat(10 << 20);
        let card = |cells: &str| ROW.replace("no,,,,,", &format!("no,,{cells}"));
        let cases: [(Vec<u8>, usize, &str, &str); 16] = [
            (file(&[&ROW.replace("A B", &huge)]), 2, "legal_name", "it has 10485760 characters"),
            (
                file(&[&card(&format!("Fencing,2026-01-01,{huge},"))]),
                2,
                "authorizations",
                "Fencing has no authorization",
            ),
            (file(&[&ROW.replace("C1", &huge)]), 2, "ref", "it has 10485760 characters"),
            (file(&[&ROW.replace("C1", " ")]), 2, "ref", "the ref is missing"),
            (file(&[&ROW.replace("A B", "A\u{202E}B")]), 2, "legal_name", "invisible character U+202E"),
            (
                [file(&[ROW]), b"C2,A \xE9,".to_vec(), ROW[7..].into()].concat(),
                3,
                "legal_name",
                "the byte 0xE9 is no UTF-8",
            ),
            (file(&[ROW, &format!("{ROW},")]), 3, "", "the line has 22 cells, the header 21"),
            (file(&[ROW, &ROW[..30]]), 3, "", "the line has 5 cells, the header 21"),
            (file(&[ROW, "", "\"C2,A B"]), 4, "", "a quote is opened in this line and never closed"),
            (file(&[&ROW.replace("yes,no", "no,yes")]), 2, "listed", "nobody is listed who has not accepted"),
            (file(&[&card(",2026-01-01,,")]), 2, "card_issued", "without a discipline"),
            (file(&[&card(",,,Marshal")]), 2, "warrants", "without a discipline"),
            (file(&[&card("Fencing,,,")]), 2, "card_issued", "the date is missing"),
            (file(&[&card("Fencing,0000-01-01,,")]), 2, "card_issued", ""),
            (file(&[&card("Fencing,9999-12-31,,")]), 2, "card_issued", "it is in the future"),
            (file(&[&card("Fencing,2026-01-01,,Marshal; marshal")]), 2, "warrants", "“marshal” stands twice"),
        ];
        for (bytes, line, column, problem) in cases {
            let found = only_fault(import(&bus, &bytes).await);
            assert_eq!((found.0, found.1.as_str()), (line, column), "{}", found.2);
            assert!(found.2.contains(problem), "{} should say {problem}", found.2);
        }
        assert_eq!(head(&bus).await, before);
    });
}

#[test]
fn names_are_found_by_folded_name_or_slug() {
    on_all_databases(async |database| {
        let bus = founded(&database).await;
        let row =
            ROW.replace("no,,,,,", "no,,armoured-combat,2026-01-01,WEAPON & shield;two-weapon;,MARSHAL");
        let report = import(&bus, &file(&[&row])).await.unwrap();
        assert_eq!((report.count("AuthorizationGranted"), report.count("WarrantGranted")), (2, 1));
    });
}
