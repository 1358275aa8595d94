use super::{NAMES, Sample, day, today};
use crate::web::views::*;

fn table(rows: usize) -> NumberTable {
    let row = |i: usize| NumberRow {
        label: NAMES[i % NAMES.len()].into(),
        more: (i % 2 == 1).then(|| NAMES[(i + 1) % NAMES.len()].into()),
        cells: (0..4)
            .map(|n| NumberCell {
                text: (i * n).to_string(),
                none: i * n == 0,
                href: (i * n > 0).then(|| "/desk/forecast?days=7#people".into()),
            })
            .collect(),
        whole: i + 1 == rows,
    };
    NumberTable {
        caption: "Cards that lapse".into(),
        first: "Discipline".into(),
        columns: ["7 days", "30 days", "60 days", "90 days"].map(Into::into).into(),
        rows: (0..rows).map(row).collect(),
        nothing: "There is no discipline yet.".into(),
        csv_href: (rows > 0).then(|| "/desk/forecast.csv".into()),
    }
}

fn bars(id: &str, groups: usize) -> Option<Chart> {
    let bars = |i: usize| {
        let bar = |(at, days): (usize, &str)| ((*days).to_owned(), (i + 1) * (at + 1) * 7, at + 1);
        ["7 days", "30 days", "60 days", "90 days"]
            .iter()
            .copied()
            .enumerate()
            .map(|(at, days)| bar((at, days)))
            .collect()
    };
    let groups: Vec<Group> =
        (0..groups).map(|i| Group { name: NAMES[i % NAMES.len()].into(), bars: bars(i) }).collect();
    Chart::bars(id, "What lapses", &groups).map(Chart::ramp)
}

impl Sample for DeskForecastView {
    fn samples() -> Vec<(&'static str, Self)> {
        let tab = |label: &str, current: bool| Tab {
            href: href("/desk/forecast", &[("what", label)]),
            label: label.into(),
            count: current.then(|| "38".into()),
            current,
        };
        let row = |i: usize| LapseRow {
            href: format!("/desk/people/{i}"),
            name: NAMES[i % NAMES.len()].into(),
            branch: i.is_multiple_of(2).then(|| NAMES[2].into()),
            what: "Armoured Combat".into(),
            last: day("2026-12-02"),
            on: day("2026-12-03"),
            days: "in 24 days".into(),
            why: (i % 3 == 1).then(|| "the card expires".into()),
        };
        let days = [("7", "7 days"), ("30", "30 days")];
        let many = Self {
            today: today(),
            tabs: vec![
                tab("Cards", true),
                tab("Waivers", false),
                tab("Warrants", false),
                tab("Memberships", false),
            ],
            about: "Cards that hold an authorization, by the day on which they expire.".into(),
            errors: vec![],
            chart: bars("lapsing", 6),
            table: table(7),
            reminders: NumberTable { csv_href: None, ..table(4) },
            filters: vec![
                Field::new(Kind::Select, "discipline", "Discipline").choices([("", "any")]),
                Field::new(Kind::Select, "days", "Within").choices(days),
            ],
            what: "cards".into(),
            heading: "120 cards lapse within 30 days".into(),
            rows: (0..50).map(row).collect(),
            pager: Pager::new(120, 50, 1, |n| format!("/desk/forecast?page={n}#people")),
        };
        let none = Self {
            chart: None,
            table: table(0),
            reminders: table(0),
            heading: "No card lapses within 30 days".into(),
            rows: vec![],
            pager: Pager::new(0, 50, 1, |_| String::new()),
            ..many.clone()
        };
        let filters = vec![
            Field::new(Kind::Select, "discipline", "Discipline").error(Some("There is none such".into())),
            Field::new(Kind::Select, "days", "Within").choices(days),
        ];
        let wrong = Self { errors: FieldError::of(&filters), filters, ..none.clone() };
        vec![("many", many), ("none", none), ("wrong", wrong)]
    }
}

impl Sample for DeskReportsView {
    fn samples() -> Vec<(&'static str, Self)> {
        let section = |id: &str, chart| ReportSection {
            id: id.into(),
            heading: "Adults, minors and youth".into(),
            about: "Whoever has a good card with an authorization on it.".into(),
            chart,
            table: table(5),
        };
        let places: Vec<_> = (1..=4).map(|q| (format!("Q{q}"), "2026".to_owned())).collect();
        let series = ["New", "Renewed", "Lapsed"]
            .iter()
            .enumerate()
            .map(|(at, label)| Series { label: (*label).into(), values: vec![3 * at, 5, 1200, at] });
        let series: Vec<_> = series.collect();
        let many = Self {
            fields: vec![Field::new(Kind::Date, "on", "On the day").required().value("2026-11-09")],
            errors: vec![],
            past: None,
            notice: None,
            sections: vec![
                section("ages", bars("ages-drawn", 3)),
                section("quarters", Chart::lines("quarters-drawn", "Per quarter", &places, &series)),
                section("nothing", None),
            ],
        };
        let past = Self {
            past: Some(Past { on: day("2025-01-01"), back: Link::new("/desk/reports", "Today’s numbers") }),
            ..many.clone()
        };
        let wrong =
            Field::new(Kind::Date, "on", "On the day").value("<b>Ragnar").error(Some("No such day".into()));
        let wrong = Self {
            errors: FieldError::of(std::slice::from_ref(&wrong)),
            fields: vec![wrong],
            sections: vec![],
            ..many.clone()
        };
        let waiting =
            Self { notice: Some("The history is being read.".into()), sections: vec![], ..many.clone() };
        vec![("many", many), ("past", past), ("wrong", wrong), ("waiting", waiting)]
    }
}
