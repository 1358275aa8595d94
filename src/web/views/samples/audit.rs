use super::{NAMES, Sample, day, moment, public::pass};
use crate::web::views::*;

const HASH: &str = "9f2c4e1b7a6d5c3e8f0a1b2c3d4e5f60718293a4b5c6d7e8f9a0b1c2d3e4f506";

fn row(i: usize) -> AuditRow {
    let number = i64::try_from(i).unwrap();
    let subject =
        |label: &str, seal| Some(Subject { label: label.into(), seal, href: "/audit?person=1".into() });
    AuditRow {
        position: 20_412 - number,
        href: format!("/audit/{}", 20_412 - number),
        kind: ["authorization_granted", "records_read", "combatant_erased", "rulebook_changed"][i % 4].into(),
        text: [
            "Heavy Rapier granted in Fencing",
            "A list of people was read",
            "A person was erased",
            "The rulebook changed",
        ][i % 4]
            .into(),
        subject: match i % 4 {
            0 => subject(NAMES[i % NAMES.len()], Seal::Opened),
            1 => subject("Person 4f2a", Seal::Sealed),
            2 => subject("Person 77c1", Seal::Erased),
            _ => None,
        },
        actor: if i % 4 == 2 { "process:retention" } else { "Minister of the Lists" }.into(),
        effective: (i % 4 != 1).then(|| day("2026-11-07")),
        recorded: moment(-number * 7),
    }
}

fn candidate() -> Candidate {
    Candidate {
        href: "/audit?person=0b1c".into(),
        name: NAMES[0].into(),
        legal_name: "Xavier Jansen".into(),
        branch: None,
        why: None,
    }
}

impl Sample for AuditLogView {
    fn samples() -> Vec<(&'static str, Self)> {
        let filters = vec![
            Field::new(Kind::Search, "person", "Person"),
            Field::new(Kind::Select, "officer", "Officer")
                .choices([("", "anybody"), ("1", "Minister of the Lists")]),
            Field::new(Kind::Select, "kind", "Kind").choices([("", "any"), ("card_issued", "card issued")]),
            Field::new(Kind::Date, "from", "Recorded from"),
            Field::new(Kind::Date, "to", "to"),
        ];
        let view = Self {
            filters,
            candidates: vec![],
            filtered: false,
            total: "20\u{202f}412".into(),
            head: Some(EventLink { position: 20_412, hash: HASH.into(), href: "/audit/20412".into() }),
            rows: (0..14).map(row).collect(),
            newer: None,
            older: Some("/audit?before=20362".into()),
        };
        let none = Self { rows: vec![], filtered: true, ..view.clone() };
        let empty = Self { rows: vec![], head: None, total: "0".into(), older: None, ..view.clone() };
        let several = Self { rows: vec![], candidates: vec![candidate()], filtered: true, ..view.clone() };
        vec![("ordinary", view), ("none", none), ("empty", empty), ("several", several)]
    }
}

impl Sample for AuditEventView {
    fn samples() -> Vec<(&'static str, Self)> {
        let field = |name: &str, value: Option<&str>, seal| PayloadField {
            name: name.into(),
            value: value.map(Into::into),
            seal,
        };
        let first = row(0);
        let view = Self {
            position: first.position,
            kind: first.kind,
            text: first.text,
            effective: first.effective,
            recorded: first.recorded,
            subject: first.subject,
            actor: first.actor,
            ids: vec![
                Detail::new("Event", "0192f3a0-0000-7000-8000-000000000001"),
                Detail::new("Stream", "combatant 018f… version 12"),
                Detail::missing("Causation"),
            ],
            payload: vec![
                field("discipline", Some("fencing"), Seal::Plain),
                field("reason", Some("<script>alert(1)</script>"), Seal::Opened),
                field("note", None, Seal::Sealed),
                field("sca_name", None, Seal::Erased),
            ],
            metadata: vec![field("screen", Some("desk"), Seal::Plain)],
            hash: HASH.into(),
            prev_hash: HASH.into(),
            check: Badge::new(Tone::Good, "Hash verified"),
            previous: Some("/audit/20411".into()),
            next: None,
            related: vec![row(1)],
        };
        let bare = Self {
            payload: vec![],
            metadata: vec![],
            related: vec![],
            subject: None,
            effective: None,
            check: Badge::new(Tone::Bad, "Hash does not match"),
            ..view.clone()
        };
        vec![("ordinary", view), ("bare", bare)]
    }
}

impl Sample for AsOfView {
    fn samples() -> Vec<(&'static str, Self)> {
        let fields = vec![
            Field::new(Kind::Select, "what", "Show").choices([
                ("card", "a card page"),
                ("marshals", "the marshal list"),
                ("register", "the register"),
            ]),
            Field::new(Kind::Text, "person", "Person"),
            Field::new(Kind::Date, "on", "On the day").required().value("2026-03-01"),
            Field::new(Kind::Text, "known_at", "As known at").hint("Like 2026-03-04 18:30; empty for now"),
        ];
        let nothing = AsOfResult {
            on: day("2026-03-01"),
            known_at: moment(0),
            position: 18_003,
            now: Some(Link::new("/audit/as-of?on=2026-03-01", "As it is known now")),
            card: None,
            marshals: None,
            register: None,
            nothing: Some("Nobody of that id was on file.".into()),
        };
        let shows = |result| Self {
            fields: fields.clone(),
            errors: vec![],
            candidates: vec![],
            result: Some(result),
        };
        let base = AsOfResult { nothing: None, ..nothing.clone() };
        let register = RegisterView::samples().swap_remove(0).1;
        let marshals = MarshalsView::samples().swap_remove(0).1;
        let mut then = pass(NAMES[0]);
        then.today = day("2026-03-01");
        then.verdict.word = "Could fight that day".into();
        let wrong = FieldError { target: "on".into(), message: "A day is written like 2026-03-01".into() };
        vec![
            ("card", shows(AsOfResult { card: Some(then), ..base.clone() })),
            ("marshals", shows(AsOfResult { marshals: Some(marshals), ..base.clone() })),
            ("register", shows(AsOfResult { register: Some(register), ..base })),
            ("nothing", shows(nothing)),
            ("empty", Self { fields: fields.clone(), errors: vec![], candidates: vec![], result: None }),
            (
                "several",
                Self {
                    fields: fields.clone(),
                    errors: vec![wrong.clone()],
                    candidates: vec![candidate()],
                    result: None,
                },
            ),
            ("wrong", Self { fields, errors: vec![wrong], candidates: vec![], result: None }),
        ]
    }
}

impl Sample for AuditRemovalsView {
    fn samples() -> Vec<(&'static str, Self)> {
        let row = |days: i64| RemovalRow {
            at: moment(-days * 24 * 60),
            what: "One-time links".into(),
            count: "1\u{202f}204".into(),
            rule: "30 days after they stopped working.".into(),
        };
        let rules = vec![Detail::new("One-time links", "30 days after they stopped working.")];
        let view = Self { rows: (0..5).map(row).collect(), most: Some("200".into()), rules };
        let none = Self { rows: vec![], most: None, ..view.clone() };
        vec![("ordinary", view), ("none", none)]
    }
}
