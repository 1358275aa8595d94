use super::{NAMES, Sample, form, moment};
use crate::web::views::*;

fn cell(permission: &str, at: &str, ticked: bool, held: bool) -> GrantCell {
    GrantCell {
        id: format!("g-{permission}-{at}"),
        value: format!("{permission}@{at}"),
        place: at.into(),
        label: format!("{permission} in {at}"),
        ticked,
        held,
        locked: false,
        error: None,
    }
}

fn matrix(wrong: bool) -> GrantMatrix {
    let row = |name: &str, cells| GrantRow {
        title: "Cards".into(),
        name: name.into(),
        allows: "Issue, renew and correct cards".into(),
        cells,
    };
    let mut bad = cell("write_marshal", "kingdom", true, false);
    bad.error = wrong.then(|| "You cannot grant this, because you do not hold it yourself".into());
    let mut locked = cell("write_marshal", "fencing", false, false);
    locked.locked = !wrong;
    GrantMatrix {
        groups: vec![
            GrantGroup {
                legend: "People".into(),
                columns: vec!["Whole kingdom".into()],
                rows: vec![row("read_combatant_info", vec![cell("read", "kingdom", true, true)])],
            },
            GrantGroup {
                legend: "Cards and warrants".into(),
                columns: vec!["Whole kingdom".into(), "<b>Ragnar’s fencing".into()],
                rows: vec![
                    row(
                        "write_card_date",
                        vec![
                            cell("write_card_date", "kingdom", false, true),
                            cell("write_card_date", "fencing", true, false),
                        ],
                    ),
                    row("write_marshal", vec![bad, locked]),
                ],
            },
        ],
    }
}

impl Sample for DeskOfficersView {
    fn samples() -> Vec<(&'static str, Self)> {
        let row = |i: usize, state, grants: &[&str], seen| OfficerRow {
            href: format!("/desk/officers/{i}"),
            name: NAMES[i % NAMES.len()].into(),
            email: format!("officer{i}@example.org"),
            state,
            grants: grants.iter().map(|text| (*text).into()).collect(),
            seen,
        };
        let many = Self {
            rows: vec![
                row(0, Badge::new(Tone::Good, "Active"), &["The desk", "Cards in Fencing"], Some(moment(0))),
                row(2, Badge::new(Tone::Info, "Invited"), &[], None),
                row(3, Badge::new(Tone::Off, "Disabled"), &["Everything, everywhere"], Some(moment(-9000))),
            ],
            invite_href: "/desk/officers/new".into(),
            zone: "America/Toronto".into(),
        };
        vec![("many", many)]
    }
}

impl Sample for DeskOfficerNewView {
    fn samples() -> Vec<(&'static str, Self)> {
        let fields = |error: Option<&str>| {
            vec![
                Field::new(Kind::Text, "name", "Name").required().value(NAMES[2]),
                Field::new(Kind::Email, "email", "E-mail").required().error(error.map(Into::into)),
            ]
        };
        let view =
            |error, wrong| Self { form: form("invite", "Invite", fields(error)), matrix: matrix(wrong) };
        let wrong = view(Some("An e-mail address has exactly one @"), true).with_summary();
        vec![("ordinary", view(None, false)), ("wrong", wrong)]
    }
}

impl Sample for DeskOfficerView {
    fn samples() -> Vec<(&'static str, Self)> {
        let line = |text: &str| HistoryRow {
            text: text.into(),
            more: None,
            effective: None,
            recorded: moment(0),
            by: NAMES[2].into(),
            superseded: None,
            href: Some("/audit/events/7".into()),
            undo: None,
        };
        let link = form(
            "link",
            "Link",
            vec![
                Field::new(Kind::Radios, "record", "Which of them?")
                    .scoped("link")
                    .choices([("018f5c1e-7a3b-7c00-8000-0123456789ab", NAMES[2])]),
            ],
        );
        let invited = Self {
            name: NAMES[2].into(),
            state: Badge::new(Tone::Info, "Invited"),
            facts: vec![Detail::new("E-mail", "officer@example.org"), Detail::missing("Last signed in")],
            invitation: Some(Invitation {
                why: "No mail goes out from here yet: send it yourself.".into(),
                address: "http://127.0.0.1:8080/auth/login".into(),
                text: format!("Good day {}", NAMES[2]),
                mail_href: "mailto:?to=officer%40example.org".into(),
            }),
            limits: Some("You can give what you hold yourself.".into()),
            form: form("grants", "Save", vec![]),
            matrix: matrix(false),
            preview: None,
            conflicts: vec![],
            person: PersonOf {
                name: Some(NAMES[0].into()),
                href: Some("/desk/people/1".into()),
                find: Some(Field::new(Kind::Search, "find", "Find the person")),
                find_action: "/desk/officers/1".into(),
                actions: vec![Action::new("Link", link)],
                locked: None,
            },
            access: vec![Action::new("Disable", form("disable", "Disable", vec![]).dangerous())],
            changes: vec![line("Cards in Fencing granted")],
            changes_more: Some(Link::new("/audit?person=1", "Everything about this officer")),
            deeds: vec![line("Card issued in Fencing")],
            readings: Some("Read 12 lists or records.".into()),
            deeds_more: Some(Link::new("/audit?officer=1", "Everything they did")),
            zone: "America/Toronto".into(),
        };
        let mut changed = invited.clone();
        changed.preview = Some(Preview { gives: vec!["Cards in Fencing".into()], takes: vec![] });
        changed.matrix = matrix(true);
        changed.conflicts = vec![Conflict {
            label: "Cards in Fencing".into(),
            on_file: "not held".into(),
            yours: "give it".into(),
            target: "g-write_card_date-fencing".into(),
        }];
        let mut bare = invited.clone();
        bare.invitation = None;
        (bare.limits, bare.changes_more, bare.deeds_more, bare.readings) = (None, None, None, None);
        bare.changes.clear();
        bare.deeds.clear();
        bare.access.clear();
        bare.person = PersonOf {
            name: None,
            href: None,
            find: None,
            find_action: String::new(),
            actions: vec![],
            locked: Some("This is you: ask another officer.".into()),
        };
        bare.preview = Some(Preview { gives: vec![], takes: vec![] });
        vec![("invited", invited), ("changed", changed.with_summary()), ("bare", bare)]
    }
}
