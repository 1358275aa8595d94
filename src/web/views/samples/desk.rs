use super::{NAMES, Sample, day, form, moment, today};
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
        };
        let bare = Self {
            search: None,
            waiting: vec![],
            counts: vec![],
            notices: vec![],
            begin: vec![],
            ..view.clone()
        };
        vec![("ordinary", view), ("bare", bare)]
    }
}

fn list(total: usize, q: &str) -> DeskListView {
    let row = |i: usize| DeskRow {
        href: format!("/desk/people/{i}"),
        sca_name: (i % 5 != 4).then(|| NAMES[i % NAMES.len()].into()),
        legal_name: ["Xavier Jansen", "Wen Wójcik", "Anna-Lena Oosterhuis van den Berg"][i % 3].into(),
        branch: (i % 4 != 1).then(|| "Skraeling Althing".into()),
        cards: match i % 3 {
            0 => vec![Badge::new(Tone::Good, "Armoured Combat"), Badge::new(Tone::Bad, "Fencing, expired")],
            1 => vec![Badge::new(Tone::Warn, "Youth Combat, lapses 3 Dec")],
            _ => vec![],
        },
        waiver: if i % 4 == 2 { Badge::new(Tone::Bad, "Lapsed") } else { Badge::new(Tone::Good, "On file") },
        flags: if i % 3 == 1 { vec![Badge::new(Tone::Info, "Minor")] } else { vec![] },
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
        rows: (0..total.min(50)).map(row).collect(),
        pager: Pager::new(total, 50, 2, |n| href("/desk/people", &[("page", &n.to_string())])),
        export: (total > 0).then(|| Link::new("/desk/people.csv", "Export as CSV")),
        register_href: Some("/desk/people/new".into()),
    }
}

impl Sample for DeskListView {
    fn samples() -> Vec<(&'static str, Self)> {
        vec![("many", list(3000, "")), ("one", list(1, "a")), ("none", list(0, "zz")), ("empty", list(0, ""))]
    }
}

fn effective(scope: &str) -> Field {
    Field::new(Kind::Date, "effective_on", "Effective day")
        .scoped(scope)
        .required()
        .value("2026-11-09")
        .between(Some("1966-05-01".into()), Some("2026-11-09".into()))
}

fn reason(scope: &str) -> Field {
    Field::new(Kind::Text, "reason", "Reason")
        .scoped(scope)
        .required()
        .hint("Sealed, and kept in the history.")
}

fn line(name: &str, primary: bool, held: bool) -> AuthorizationRow {
    let slug = name.to_lowercase().replace([' ', '&'], "-");
    let action = if held {
        Action::new(
            "Revoke",
            form(&format!("revoke-{slug}"), &format!("Revoke {name}"), vec![reason(&slug), effective(&slug)])
                .dangerous(),
        )
    } else {
        Action::new("Grant", form(&format!("grant-{slug}"), &format!("Grant {name}"), vec![effective(&slug)]))
    };
    AuthorizationRow {
        name: name.into(),
        primary,
        state: if held { Badge::new(Tone::Good, "Held") } else { Badge::new(Tone::Off, "Not held") },
        since: held.then(|| day("2023-08-12")),
        action: Some(action),
    }
}

fn record() -> DeskRecordView {
    let good = Verdict {
        tone: Tone::Good,
        word: "Valid".into(),
        why: "Card good through 14 March 2027.".into(),
        fix: None,
    };
    let renew = form(
        "renew",
        "Renew the card",
        vec![effective("renew").error(Some(
            "The new issue day must be after 15 March 2025; for an earlier one use Correct the date.".into(),
        ))],
    )
    .note("A renewed card lasts 24 months from its new issue day.");
    let correct = form("correct", "Correct the date", vec![effective("correct"), reason("correct")]);
    let armoured = DisciplinePanel {
        slug: "armoured-combat".into(),
        name: "Armoured Combat".into(),
        verdict: good,
        facts: vec![
            Detail::new("Issued", "15 Mar 2025"),
            Detail::new("Last valid day", "14 Mar 2027"),
            Detail::new("Expires", "15 Mar 2027"),
        ],
        actions: vec![Action::new("Renew", renew), Action::new("Correct the date", correct)],
        authorizations: vec![
            line("Weapon & Shield", true, true),
            line("Great Weapon", false, true),
            line("Siege", false, false),
            line("Spear", false, false),
        ],
        warrants: vec![WarrantRow {
            kind: "Marshal".into(),
            state: Badge::new(Tone::Good, "Active"),
            starts: Some(day("2025-04-01")),
            ends: None,
            granted_by: Some("Earl Marshal".into()),
            action: Some(Action::new(
                "End",
                form("end", "End the warrant", vec![reason("end"), effective("end")]).dangerous(),
            )),
        }],
        locked: None,
    };
    let fencing = DisciplinePanel {
        slug: "fencing".into(),
        name: "Fencing".into(),
        verdict: Verdict {
            tone: Tone::Bad,
            word: "Expired".into(),
            why: "The card expired on 3 May 2026.".into(),
            fix: Some("Renew it.".into()),
        },
        actions: vec![],
        authorizations: vec![AuthorizationRow { action: None, ..line("Heavy Rapier", true, true) }],
        warrants: vec![],
        locked: Some("You don’t hold write_card_date or write_authorizations for Fencing.".into()),
        ..armoured.clone()
    };
    let event = |i: i64, text: &str, more: Option<&str>, superseded| HistoryRow {
        text: text.into(),
        more: more.map(Into::into),
        effective: Some(day("2026-11-07")),
        recorded: moment(-i),
        by: "Minister of the Lists".into(),
        superseded,
        href: Some("/audit/10233".into()),
    };
    let waiver_form = form(
        "record-waiver",
        "Record the waiver",
        vec![Field::new(Kind::Date, "signed_on", "Signed on").required()],
    );
    let section = |anchor: &str, label: &str, state: Option<(Tone, &str)>| SectionLink {
        anchor: anchor.into(),
        label: label.into(),
        state: state.map(|(tone, word)| Badge::new(tone, word)),
    };
    let grant = Field::new(Kind::Checks, "authorization", "Authorizations")
        .required()
        .choices([("heavy-rapier", "Heavy Rapier"), ("parry", "Parry Device")]);
    DeskRecordView {
        name: NAMES[0].into(),
        legal_name: Some("Xavier Jansen".into()),
        branch: Some("Ben Dunfirth".into()),
        flags: vec![Badge::new(Tone::Info, "Minor"), Badge::new(Tone::Warn, "Only an old card link")],
        verdict: Verdict {
            tone: Tone::Good,
            word: "May fight today".into(),
            why: "Armoured Combat; waiver good through 2 May 2030.".into(),
            fix: None,
        },
        card_href: Some("/card/gules-lion-bend".into()),
        sections: vec![
            section("details", "Details", None),
            section("waiver", "Waiver", Some((Tone::Good, "On file"))),
            section("d-armoured-combat", "Armoured Combat", Some((Tone::Good, "Valid"))),
            section("d-fencing", "Fencing", Some((Tone::Bad, "Expired"))),
            section("begin", "Another discipline", None),
            section("history", "History", None),
        ],
        details: vec![
            Detail::new("E-mail", "xavier@example.org"),
            Detail::new("Phone", "(905) 555-9487"),
            Detail::new("Address", "1348 Queen St. W, Sault Ste. Marie, ON  N8T 7X4"),
            Detail::missing("Date of birth"),
            Detail::missing("Member number"),
        ],
        consent: vec![Detail::new("Kept", "accepted on 4 Feb 2026"), Detail::new("Listed publicly", "no")],
        edit_href: Some("/desk/people/1/edit".into()),
        person_actions: vec![Action::new(
            "Erase",
            form("erase", "Erase for ever", vec![reason("erase")])
                .dangerous()
                .note("Destroys this person’s key."),
        )],
        waiver: WaiverPanel {
            state: Badge::new(Tone::Good, "On file"),
            text: "Good through 2 May 2030.".into(),
            facts: vec![
                Detail::new("Signed", "3 May 2023"),
                Detail::new("Expires", "3 May 2030"),
                Detail::new("Kept until", "3 May 2037"),
            ],
            actions: vec![Action::new("Record a new waiver", waiver_form)],
            locked: None,
        },
        disciplines: vec![armoured, fencing],
        begin: vec![Action::new(
            "Youth Combat",
            form("begin-youth", "Grant and issue the card", vec![grant, effective("youth")]),
        )],
        history: vec![
            event(0, "Great Weapon granted in Armoured Combat", None, false),
            event(61, "Card re-dated", Some("Reason: <i>the bout</i> was on Saturday"), true),
        ],
        history_more: Some(Link::new("/audit?person=1", "Everything about this person")),
    }
}

impl Sample for DeskRecordView {
    fn samples() -> Vec<(&'static str, Self)> {
        let full = record();
        let mut bare = full.clone();
        bare.name = NAMES[3].into();
        (bare.legal_name, bare.branch, bare.card_href, bare.edit_href, bare.history_more) =
            (None, None, None, None, None);
        bare.flags.clear();
        bare.consent.clear();
        bare.person_actions.clear();
        bare.disciplines.clear();
        bare.sections.retain(|section| !section.anchor.starts_with("d-"));
        bare.history.clear();
        bare.verdict = Verdict {
            tone: Tone::Off,
            word: "No card".into(),
            why: "Holds no authorization.".into(),
            fix: Some("Grant a first one.".into()),
        };
        bare.waiver = WaiverPanel {
            state: Badge::new(Tone::Off, "Missing"),
            text: "No waiver has been recorded.".into(),
            facts: vec![],
            actions: vec![],
            locked: Some("You don’t hold write_waiver_date.".into()),
        };
        vec![("ordinary", full), ("bare", bare)]
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
        vec![("wrong", wrong), ("new", new), ("conflict", conflict)]
    }
}
