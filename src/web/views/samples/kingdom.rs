use super::{NAMES, Sample, day, form, moment};
use crate::web::desk::kingdom::preview;
use crate::web::theme::{Accent, Theme};
use crate::web::views::*;

fn frame(heading: &str, conflict: Option<&str>) -> KingdomFrame {
    let section =
        |label: &str, current| NavItem { href: "/desk/kingdom".into(), label: label.into(), current };
    let conflict = conflict.map(|target| Conflict {
        label: "Name".into(),
        on_file: NAMES[2].into(),
        yours: NAMES[1].into(),
        target: target.into(),
    });
    KingdomFrame {
        back: Some(Link::new("/desk/kingdom/disciplines", "Disciplines")),
        heading: heading.into(),
        state: Some(Badge::new(Tone::Off, "Retired")),
        lead: "What holds for everyone.".into(),
        sections: vec![section("The kingdom", true), section("Rulebook", false)],
        conflicts: conflict.into_iter().collect(),
    }
}

fn group(fields: Vec<Field>) -> Vec<FieldGroup> {
    vec![FieldGroup { legend: "Name".into(), hint: Some("On every page.".into()), fields }]
}

impl Sample for DeskKingdomView {
    fn samples() -> Vec<(&'static str, Self)> {
        let field = |error: Option<&str>| {
            Field::new(Kind::Text, "title", "Full name")
                .scoped("kingdom")
                .required()
                .value(NAMES[2])
                .error(error.map(Into::into))
        };
        let colours = |accent| {
            let theme = Theme { accent: Accent::parse(accent).unwrap(), ..Theme::default() };
            preview::of(&theme, accent != "#942824")
        };
        let view = Self {
            frame: frame("The kingdom", None),
            form: form("kingdom", "Save", vec![]),
            groups: group(vec![field(None)]),
            preview: colours("#942824"),
        };
        let mut wrong = Self {
            frame: frame("The kingdom", Some("kingdom-title")),
            groups: group(vec![field(Some("It is missing; fill it in"))]),
            preview: colours("#ffe000"),
            ..view.clone()
        };
        wrong.form.errors = FieldError::of(&wrong.groups[0].fields);
        vec![("ordinary", view), ("wrong", wrong)]
    }
}

impl Sample for DeskKingdomListView {
    fn samples() -> Vec<(&'static str, Self)> {
        let line = |number: usize| SettingLine {
            name: NAMES[number % NAMES.len()].into(),
            href: number.is_multiple_of(2).then(|| "/desk/kingdom/disciplines/fencing".into()),
            code: format!("type-{number}"),
            note: number.is_multiple_of(3).then(|| "primary".into()),
            links: (number == 1).then(|| Link::new("/desk/people/1", NAMES[2])).into_iter().collect(),
            state: Badge::new(Tone::Good, "In use"),
            actions: vec![Action::new("Rename", form(&format!("rename-{number}"), "Rename it", vec![]))],
        };
        let with = |lines: usize, conflict| Self {
            frame: frame("Fencing", conflict),
            actions: vec![Action::new("Retire", form("retire", "Retire it", vec![]).dangerous())],
            groups: vec![SettingGroup {
                anchor: "authorizations".into(),
                heading: "Authorizations".into(),
                hint: Some("Primary ones stand first.".into()),
                lines: (0..lines).map(line).collect(),
                none: "None yet.".into(),
                actions: vec![Action::new("Add", form("add", "Add it", vec![]))],
            }],
        };
        vec![("many", with(12, None)), ("none", with(0, Some("retire"))), ("one", with(1, None))]
    }
}

impl Sample for DeskRulebookView {
    fn samples() -> Vec<(&'static str, Self)> {
        let term = |coming| TermRow {
            label: "A card lasts".into(),
            today: "24 months".into(),
            since: Some(day("2020-01-01")),
            law: NAMES[2].into(),
            coming,
        };
        let coming = ComingTerm { text: "36 months".into(), from: day("2027-01-01"), law: NAMES[3].into() };
        let book = |version| BookRow {
            version,
            state: Badge::new(Tone::Info, "To come"),
            from: day("2027-01-01"),
            law: NAMES[2].into(),
            changes: vec!["A card lasts: 36 months, was 24 months".into()],
            recorded: moment(0),
            by: "Administrator".into(),
            href: "/desk/kingdom/rulebook?from=2#rulebook".into(),
        };
        let view = Self {
            frame: frame("Rulebook", None),
            today: day("2026-11-09"),
            notes: vec!["Version 2 comes into force on 1 January 2027.".into()],
            terms: vec![term(vec![coming]), term(vec![])],
            books: vec![book(2), book(1)],
            form: form("rulebook", "Adopt the rulebook", vec![]),
            base: "The form holds the rules in force today.".into(),
            groups: group(vec![Field::new(Kind::Number, "card_months", "A card lasts (months)").required()]),
        };
        let bare = Self { notes: vec![], terms: vec![], books: vec![], ..view.clone() };
        vec![("ordinary", view), ("bare", bare)]
    }
}
