use super::{NAMES, Sample, form, moment, today};
use crate::web::assets::Assets;
use crate::web::templates::Templates;
use crate::web::views::*;

impl Sample for DeskHomeView {
    fn samples() -> Vec<(&'static str, Self)> {
        let pile = |tone, word: &str, count: &str, text: &str| Waiting {
            state: Badge::new(tone, word),
            count: count.into(),
            none: count == "0",
            text: text.into(),
            href: href("/desk/people", &[("state", word)]),
        };
        let search = Field::new(Kind::Search, "q", "Find a person")
            .hint("SCA or legal name, or a part of either. Press / to come here.");
        let view = Self {
            today: today(),
            search: Some(search),
            waiting: vec![
                pile(Tone::Warn, "Lapsing", "38", "cards expire within 60 days"),
                pile(Tone::Bad, "Lapsed waiver", "112", "people hold a card and no valid waiver"),
                pile(Tone::Info, "Not accepted", "7", "people were invited and have not answered"),
                pile(Tone::Off, "Old link", "1\u{202f}840", "people still have a guessable card link"),
                pile(Tone::Good, "To mend", "0", "records need a correction"),
            ],
            counts: vec![
                Link::new("/desk/people", "3\u{202f}000 people"),
                Link::new("/desk/people?state=valid", "4\u{202f}709 cards"),
            ],
            notices: vec!["No privacy policy is approved yet, so nobody can be invited.".into()],
            begin: vec![
                Link::new("/desk/people/new", "Register a person"),
                Link::new("/marshals", "The marshal list"),
            ],
            done: Some(Today {
                deeds: vec![
                    Deed {
                        time: "14:05".into(),
                        iso: "2026-11-09T19:05:00Z".into(),
                        text: "Card renewed in Fencing".into(),
                        times: Some("200 times".into()),
                        by: NAMES[2].into(),
                        href: None,
                    },
                    Deed {
                        time: "09:12".into(),
                        iso: "2026-11-09T14:12:00Z".into(),
                        text: "Heavy Rapier granted in Fencing".into(),
                        times: None,
                        by: NAMES[3].into(),
                        href: Some("/desk/people/018f-1".into()),
                    },
                ],
                rest: Some("And 3 other kinds of changes.".into()),
                nothing: "Nothing has changed yet today.".into(),
                all: Some(Link::new("/audit?from=2026-11-09", "All of it in the log")),
            }),
        };
        let quiet = Self {
            done: Some(Today {
                deeds: vec![],
                rest: None,
                nothing: "Nothing has changed yet today.".into(),
                all: None,
            }),
            ..view.clone()
        };
        let bare = Self {
            search: None,
            waiting: vec![],
            counts: vec![],
            notices: vec![],
            begin: vec![],
            done: None,
            ..view.clone()
        };
        vec![("ordinary", view), ("quiet", quiet), ("bare", bare)]
    }
}

fn list(total: usize, q: &str) -> DeskListView {
    let templates = Templates::new(&Assets::load());
    let row = |i: usize| DeskRow {
        tick: total > 1,
        id: format!("0192f3a0-0000-7000-8000-{i:012}"),
        href: format!("/desk/people/{i}"),
        name: NAMES[i % NAMES.len()].into(),
        sca_name: (i % 5 != 4).then(|| NAMES[i % NAMES.len()].into()),
        cells: vec![
            Cell::text(
                "Legal name",
                Some(["Xavier Jansen", "Wen Wójcik", "Anna-Lena Oosterhuis van den Berg"][i % 3].into()),
            ),
            Cell::text("Branch", (i % 4 != 1).then(|| "Skraeling Althing".into())),
            Cell::badges(
                "Cards",
                match i % 3 {
                    0 => vec![
                        Badge::new(Tone::Good, "Armoured Combat"),
                        Badge::new(Tone::Bad, "Fencing, expired"),
                    ],
                    1 => vec![Badge::new(Tone::Warn, "Youth Combat, lapses 3 Dec")],
                    _ => vec![],
                },
            ),
            Cell::badges(
                "Waiver",
                vec![if i % 4 == 2 {
                    Badge::new(Tone::Bad, "Lapsed")
                } else {
                    Badge::new(Tone::Good, "On file")
                }],
            ),
            Cell::notes("Notes", if i % 3 == 1 { vec![Badge::new(Tone::Info, "Minor")] } else { vec![] }),
        ],
    };
    let column = |label: &str, key: Option<&str>, order| Column {
        label: label.into(),
        href: key.map(|k| href("/desk/people", &[("sort", k)])),
        order,
    };
    let states = [
        ("", "anybody"),
        ("expired", "expired"),
        ("lapsing", "lapsing"),
        ("no-waiver", "no waiver"),
        ("not-accepted", "not accepted"),
        ("minors", "minors"),
    ];
    DeskListView {
        search: Field::new(Kind::Search, "q", "Name").value(q),
        filters: vec![
            Field::new(Kind::Select, "state", "Who").choices(states),
            Field::new(Kind::Select, "discipline", "Discipline")
                .choices([("", "any"), ("fencing", "Fencing")]),
        ],
        filtered: !q.is_empty(),
        hidden: vec![Hidden { name: "sort".into(), value: "name".into() }],
        columns: vec![
            column("SCA name", Some("name"), Order::Ascending),
            column("Legal name", Some("legal"), Order::None),
            column("Branch", Some("branch"), Order::None),
            column("Cards", Some("expiry"), Order::None),
            column("Waiver", Some("waiver"), Order::None),
            column("Notes", None, Order::None),
        ],
        pick: Field::new(Kind::Checks, "show", "Columns")
            .choices([("legal", "Legal name"), ("region", "Region")])
            .scoped("pick"),
        pick_hidden: vec![Hidden { name: "q".into(), value: q.into() }],
        rows: Html((0..total.min(50)).map(|i| templates.desk_row(&row(i)).expect("a line")).collect()),
        pager: Pager::new(total, 50, 2, |n| href("/desk/people", &[("page", &n.to_string())])),
        choose: (total > 1).then(|| Choose {
            hidden: vec![Hidden { name: "state".into(), value: "lapsing".into() }],
            ticked: "With those ticked…".into(),
            all: Some("With all 3\u{202f}000 found…".into()),
        }),
        export: (total > 0).then(|| Action::new("Take the list along", form("export", "Download", vec![]))),
        register_href: Some("/desk/people/new".into()),
    }
}

impl Sample for DeskSessionsView {
    fn samples() -> Vec<(&'static str, Self)> {
        let row = |minutes, here| SessionRow {
            key: format!("key-{minutes}"),
            since: moment(minutes),
            seen: moment(minutes + 60),
            until: moment(minutes + 10_080),
            here,
        };
        let one = Self {
            rows: vec![row(0, Some(Badge::new(Tone::Good, "This one")))],
            others: false,
            zone: "America/Toronto".into(),
            idle: "12 hours".into(),
            absolute: "7 days".into(),
        };
        let mut several = one.clone();
        several.rows.extend([row(-600, None), row(-4000, None)]);
        several.others = true;
        vec![("several", several), ("one", one)]
    }
}

impl Sample for DeskListView {
    fn samples() -> Vec<(&'static str, Self)> {
        vec![("many", list(3000, "")), ("one", list(1, "a")), ("none", list(0, "zz")), ("empty", list(0, ""))]
    }
}

impl Sample for DeskMergeView {
    fn samples() -> Vec<(&'static str, Self)> {
        let empty = Self {
            name: NAMES[0].into(),
            record_href: "/desk/people/1".into(),
            action: "/desk/people/1/merge".into(),
            search: Field::new(Kind::Search, "q", "Look for the other record").hint("A part of a name."),
            searched: false,
            candidates: vec![],
            pair: None,
        };
        let candidate = |name: &str, why: Option<&str>| Candidate {
            href: "/desk/people/1/merge?with=2".into(),
            name: name.into(),
            legal_name: "Xavier Jansen".into(),
            branch: None,
            why: why.map(Into::into),
        };
        let found = Self {
            candidates: vec![candidate(NAMES[1], Some("the same legal name")), candidate(NAMES[2], None)],
            ..empty.clone()
        };
        let row = |label: &str, stays: Option<&str>, ends: Option<&str>, lost| PairRow {
            label: label.into(),
            stays: stays.map(Into::into),
            ends: ends.map(Into::into),
            differs: stays != ends,
            lost,
        };
        let choice = Field::new(Kind::Radios, "waiver", "Which waiver")
            .required()
            .choices([("stays", "signed 2 May 2023"), ("ends", "signed 1 June 2024")])
            .error(Some("Choose which waiver to keep".into()));
        let pair = Pair {
            stays: NAMES[0].into(),
            stays_href: "/desk/people/1".into(),
            ends: NAMES[1].into(),
            ends_href: "/desk/people/2".into(),
            swap_href: "/desk/people/2/merge?with=1".into(),
            rows: vec![
                row("SCA name", Some(NAMES[0]), Some(NAMES[1]), true),
                row("Branch", None, Some("Ben Dunfirth"), true),
                row("Fencing", Some("issued 1 May 2026"), None, false),
            ],
            form: form("merge", "Join them for good", vec![choice]).dangerous(),
            consequences: vec!["Authorizations and warrants of both are united.".into()],
        };
        let pair = Self { pair: Some(pair), ..empty.clone() };
        vec![("pair", pair), ("found", found), ("nobody", empty)]
    }
}

impl Sample for DeskPersonView {
    fn samples() -> Vec<(&'static str, Self)> {
        let text = |name: &str, label: &str| Field::new(Kind::Text, name, label).at_most(255);
        let province = Field::new(Kind::Select, "province", "Province or state")
            .choices([("", "choose"), ("ON", "Ontario"), ("MI", "Michigan")])
            .required()
            .width(Width::Half);
        let groups = |bad: bool| {
            vec![
                FieldGroup {
                    legend: "Names".into(),
                    hint: Some("The SCA name is shown publicly only with consent.".into()),
                    fields: vec![
                        text("sca_name", "SCA name").value(NAMES[2]),
                        text("legal_name", "Legal name").required().autocomplete("off"),
                        text("branch", "Branch").width(Width::Half),
                    ],
                },
                FieldGroup {
                    legend: "Contact".into(),
                    hint: None,
                    fields: vec![
                        Field::new(Kind::Email, "email", "E-mail").required().width(Width::Half),
                        Field::new(Kind::Tel, "phone", "Phone")
                            .required()
                            .width(Width::Half)
                            .value("905 55")
                            .error(
                                bad.then(|| "A phone number has 10 digits, or + and 7 to 15 digits".into()),
                            ),
                        text("address1", "Address").required(),
                        text("city", "City").required().width(Width::Half),
                        province.clone(),
                        text("postal_code", "Postal code")
                            .required()
                            .width(Width::Short)
                            .value("N8T")
                            .error(bad.then(|| "A postal code in Ontario is written like N8T 7X4".into())),
                    ],
                },
                FieldGroup {
                    legend: "Birth and membership".into(),
                    hint: Some("Somebody whose date of birth is unknown is not counted as adult.".into()),
                    fields: vec![
                        Field::new(Kind::Date, "dob", "Date of birth"),
                        Field::new(Kind::Number, "member_number", "Member number"),
                        Field::new(Kind::Date, "member_expiry", "Member until"),
                    ],
                },
            ]
        };
        let new = Self {
            heading: "Register a person".into(),
            name: None,
            form: form("person", "Register", vec![]),
            groups: groups(false),
            conflicts: vec![],
            alike: vec![],
            cancel_href: "/desk/people".into(),
        };
        let wrong = Self { groups: groups(true), ..new.clone() }.with_summary();
        let conflict = Conflict {
            label: "Phone".into(),
            on_file: "(905) 555-0001".into(),
            yours: "905 55".into(),
            target: "phone".into(),
        };
        let conflict = Self {
            heading: "Change details".into(),
            name: Some(NAMES[0].into()),
            conflicts: vec![conflict],
            ..new.clone()
        };
        let alike = Candidate {
            href: "/desk/people/0192f0c4-0000-7000-8000-000000000001".into(),
            name: NAMES[1].into(),
            legal_name: "Alex Martin".into(),
            branch: Some("Ben Dunfirth".into()),
            why: Some("the same legal name".into()),
        };
        let alike = Self {
            form: form("person", "Register all the same", vec![]),
            alike: vec![alike.clone(), Candidate { branch: None, ..alike }],
            ..new.clone()
        };
        vec![("wrong", wrong), ("new", new), ("conflict", conflict), ("alike", alike)]
    }
}
