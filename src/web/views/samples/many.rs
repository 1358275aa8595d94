use super::{NAMES, Sample, day, form, moment, today};
use crate::web::views::parts::thousands;
use crate::web::views::*;

fn person(i: usize, outcome: Result<(&str, &str), &str>, done: bool) -> ManyRow {
    let (good, bad) = if done { ("Changed", "Not changed") } else { ("Changes", "Cannot") };
    ManyRow {
        name: NAMES[i % NAMES.len()].into(),
        legal_name: (i % 3 != 2).then(|| "Xavier Jansen".into()),
        href: (i % 7 != 6).then(|| format!("/desk/people/{i}")),
        state: if outcome.is_ok() { Badge::new(Tone::Good, good) } else { Badge::new(Tone::Bad, bad) },
        from: outcome.ok().filter(|_| !done).map(|(from, _)| from.into()),
        to: outcome.ok().map(|(_, to)| to.into()),
        why: outcome.err().map(Into::into),
    }
}

fn people(count: usize, done: bool) -> Vec<ManyRow> {
    let changes = ("issued 15 Mar 2025, last day 14 Mar 2027", "issued 9 Nov 2026, last day 8 Nov 2028");
    let cannot = "There is no card in Fencing to renew (rule C4).";
    (0..count).map(|i| person(i, if i < 3 { Err(cannot) } else { Ok(changes) }, done)).collect()
}

fn pager(total: usize) -> Pager {
    Pager::new(total, 100, 1, |page| href("/desk/people/many", &[("page", &page.to_string())]))
}

impl Sample for DeskManyView {
    fn samples() -> Vec<(&'static str, Self)> {
        let act = |id: &str, label: &str, wrong: Option<&str>| {
            let field = Field::new(Kind::Select, "in", "Discipline")
                .required()
                .choices([("", "choose"), ("fencing", "Fencing")])
                .error(wrong.map(Into::into))
                .scoped(id);
            let on = Field::new(Kind::Date, "on", "New issue date").required().scoped(id);
            let fields = vec![field, on];
            ManyAct {
                id: id.into(),
                label: label.into(),
                about: "Whoever holds a card there gets a new issue date.".into(),
                open: wrong.is_some(),
                errors: FieldError::of(&fields),
                fields,
            }
        };
        let choose = Self {
            heading: "Many at once".into(),
            whom: "12 people, ticked in the list".into(),
            back_href: "/desk/people".into(),
            action: "/desk/people/many".into(),
            hidden: vec![Hidden {
                name: "person".into(),
                value: "0192f3a0-0000-7000-8000-000000000001".into(),
            }],
            none: None,
            acts: vec![
                act("renew-cards", "Renew cards", None),
                act("end-warrants", "End warrants", Some("Choose one from the list")),
            ],
            preview: None,
        };
        let preview = ManyPreview {
            title: "Renew cards in Fencing".into(),
            day: "New issue date: 9 November 2026.".into(),
            changes: thousands(2_997),
            would: "would change",
            would_not: "cannot, and stay as they are",
            cannot: Some("3".into()),
            why: vec![ManyWhy {
                count: "3".into(),
                text: "There is no card in Fencing to renew (rule C4).".into(),
            }],
            rows: people(100, false),
            pager: pager(3_000),
            form: Some(form("many", "Renew 2\u{202f}997 cards", vec![])),
        };
        let nobody = ManyPreview {
            changes: "0".into(),
            rows: people(3, false),
            pager: pager(3),
            form: None,
            ..preview.clone()
        };
        let reason =
            Field::new(Kind::Text, "reason", "Reason").required().error(Some("A reason is needed".into()));
        let refused = ManyPreview {
            title: "End warrants in Fencing".into(),
            cannot: None,
            why: vec![],
            rows: people(4, false),
            pager: pager(4),
            form: Some(form("many", "End 4 warrants", vec![reason]).dangerous()),
            ..preview.clone()
        };
        let with = |preview: ManyPreview| Self {
            heading: preview.title.clone(),
            whom: "3\u{202f}000 people: everybody on file".into(),
            acts: vec![],
            hidden: vec![],
            preview: Some(preview),
            ..choose.clone()
        };
        let nobody_chosen = Self {
            none: Some("Nobody is chosen yet.".into()),
            acts: vec![],
            hidden: vec![],
            ..choose.clone()
        };
        vec![
            ("preview", with(preview)),
            ("nobody-changes", with(nobody)),
            ("refused", with(refused)),
            ("nobody-chosen", nobody_chosen),
            ("choose", choose),
        ]
    }
}

impl Sample for DeskManyDoneView {
    fn samples() -> Vec<(&'static str, Self)> {
        let done = Self {
            heading: "Renew cards in Fencing".into(),
            day: Some("New issue date: 9 November 2026.".into()),
            progress: None,
            changed: "197".into(),
            did: "changed",
            did_not: "did not, and stay as they were",
            unchanged: Some("3".into()),
            when: Some(moment(0)),
            rows: people(100, true),
            pager: pager(200),
            next: vec![
                Link::new("/desk/people", "Back to people"),
                Link::new("/desk/people/many?changed=1", "Was the date wrong? Correct these cards"),
            ],
            export: Some(Action::new("Take the result along", form("export", "Download", vec![]))),
        };
        let running = Self {
            heading: "Under way".into(),
            day: None,
            progress: Some(ManyProgress {
                done: 1_200,
                of: 3_000,
                text: "1\u{202f}200 of 3\u{202f}000 done".into(),
            }),
            changed: String::new(),
            did: "",
            did_not: "",
            unchanged: None,
            when: None,
            rows: vec![],
            pager: pager(0),
            next: vec![],
            export: None,
        };
        vec![("done", done), ("running", running)]
    }
}

impl Sample for DeskWarrantsView {
    fn samples() -> Vec<(&'static str, Self)> {
        let row = |i: usize| RosterRow {
            id: format!("0192f3a0-0000-7000-8000-{i:012}"),
            href: (i % 5 != 4).then(|| format!("/desk/people/{i}")),
            name: NAMES[i % NAMES.len()].into(),
            legal_name: (i % 3 != 2).then(|| "Xavier Jansen".into()),
            marshal: ["Rapier Marshal", "Marshal in Training"][i % 2].into(),
            since: day("2025-01-15"),
            until: (i.is_multiple_of(2)).then(|| day("2026-12-31")),
            member: (i % 4 != 3).then(|| "123456".into()),
            member_until: (i.is_multiple_of(4)).then(|| day("2027-02-28")),
            waiver: if i.is_multiple_of(3) {
                Badge::new(Tone::Good, "to 9 Jan 2032")
            } else {
                Badge::new(Tone::Bad, "Lapsed")
            },
            card: if i.is_multiple_of(2) {
                Badge::new(Tone::Good, "to 14 Mar 2027")
            } else {
                Badge::new(Tone::Bad, "Expired")
            },
            state: if i.is_multiple_of(3) {
                Badge::new(Tone::Warn, "Lapsing")
            } else {
                Badge::new(Tone::Bad, "Not in force")
            },
        };
        let columns = ["Name", "Warrant", "Since", "Until", "Membership", "Waiver", "Card", "State"];
        let many = Self {
            discipline: "Fencing".into(),
            today: today(),
            filters: vec![Field::new(Kind::Select, "in", "Discipline").choices([("fencing", "Fencing")])],
            hidden: vec![],
            filtered: false,
            clear_href: "/desk/warrants?in=fencing".into(),
            columns: columns
                .map(|label| Column {
                    label: label.into(),
                    href: (label != "State").then(|| href("/desk/warrants", &[("sort", label)])),
                    order: if label == "Name" { Order::Ascending } else { Order::None },
                })
                .into(),
            rows: (0..40).map(row).collect(),
            pager: pager(40),
            choose: Some(Choose { hidden: vec![], ticked: "Renew or end those ticked…".into(), all: None }),
            export: Some(Action::new("Take the roster along", form("export", "Download", vec![]))),
        };
        let none = Self { rows: vec![], pager: pager(0), choose: None, export: None, ..many.clone() };
        let no_match = Self { filtered: true, ..none.clone() };
        let one = Self { rows: vec![row(4)], pager: pager(1), choose: None, ..many.clone() };
        vec![("many", many), ("one", one), ("none", none), ("no-match", no_match)]
    }
}
