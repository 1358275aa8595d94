//! Samples of the privacy policy's pages.

use super::super::*;
use super::{Sample, day, form, moment, today};
use crate::web::markdown::render;

const TEXT: &str = "# How we keep your data\n\nWe keep **what** we need:\n\n- names\n- <b>Ragnar</b> & \
                    \"Sons\"\n\n> <script>alert(1)</script>\n\n[Write](mailto:mol@example.org) to us.";

fn shown() -> ShownPolicy {
    ShownPolicy {
        version: "2026.2".into(),
        approved_on: today(),
        text: render(TEXT),
        change_log: render("Shorter, and <i>asta</i> is named."),
        required_from: None,
    }
}

fn line(version: &str, current: bool) -> VersionLine {
    VersionLine {
        href: format!("/privacy-policy/{version}"),
        version: version.into(),
        approved_on: day("2026-05-03"),
        change_log: render("What changed."),
        current,
    }
}

impl Sample for PrivacyPolicyView {
    fn samples() -> Vec<(&'static str, Self)> {
        let versions = vec![line("2026.2", true), line("2026.1", false)];
        let contact = Some("mol@example.org".to_owned());
        let some = Self { shown: Some(shown()), newest: None, versions, contact: contact.clone() };
        let old = Self {
            shown: Some(ShownPolicy { required_from: Some(day("2027-01-01")), ..shown() }),
            newest: Some(Link::new("/privacy-policy/2027.1", "Version 2027.1 is")),
            contact: None,
            ..some.clone()
        };
        let none = Self { shown: None, newest: None, versions: vec![], contact };
        vec![("approved", some), ("replaced", old), ("none", none)]
    }
}

impl Sample for PrivacyDraftView {
    fn samples() -> Vec<(&'static str, Self)> {
        let some = Self {
            text: render(TEXT),
            change_log: Some(render("Shorter.")),
            contact: Some("mol@example.org".into()),
        };
        let bare = Self { change_log: None, contact: None, ..some.clone() };
        vec![("ordinary", some), ("bare", bare)]
    }
}

fn difference() -> Difference {
    let line = |kind, text: &str| DiffLine { kind, text: text.into() };
    Difference {
        summary: "1 line added, 1 line taken away.".into(),
        lines: vec![
            line("gap", "12 lines the same"),
            line("same", "We keep what we need."),
            line("removed", "- <script>alert(1)</script>"),
            line("added", "- <b>Ragnar</b> & \"Sons\""),
        ],
    }
}

fn row(version: &str) -> PolicyRow {
    PolicyRow {
        version: version.into(),
        href: format!("/desk/policies/{version}"),
        state: Badge::new(Tone::Good, "In force"),
        approved_on: today(),
        recorded: Some(moment(0)),
        by: "Seneschal".into(),
        change_log: render("Shorter."),
        accepted: "2 812 people".into(),
        required_from: Some(day("2027-01-01")),
    }
}

impl Sample for DeskPoliciesView {
    fn samples() -> Vec<(&'static str, Self)> {
        let some = Self {
            notes: vec!["From 1 January 2027 on, everybody has to have accepted 2026.2.".into()],
            draft: Some(DraftLine {
                href: "/desk/policies/draft".into(),
                approve_href: "/desk/policies/draft/approve".into(),
                based_on: "It began as a copy of 2026.2.".into(),
                changed: Some(moment(-30)),
                by: "<b>Ragnar</b>".into(),
                state: Badge::new(Tone::Info, "Shared by a link"),
            }),
            begin: None,
            unknown: Some("55 people accepted a policy of which the version is unknown.".into()),
            versions: vec![
                row("2026.2"),
                PolicyRow {
                    state: Badge::new(Tone::Off, "Replaced"),
                    recorded: None,
                    required_from: None,
                    accepted: "nobody yet".into(),
                    ..row("2026.1")
                },
            ],
        };
        let none = Self {
            notes: vec!["No privacy policy is approved yet.".into()],
            draft: None,
            begin: Some(form("begin", "Begin a draft", vec![])),
            versions: vec![],
            unknown: None,
        };
        vec![("ordinary", some), ("none", none)]
    }
}

fn writing(text: &str) -> CommandForm {
    let text = Field::new(Kind::Textarea, "text", "The text").required().value(text).scoped("draft");
    let log = Field::new(Kind::Textarea, "change_log", "What it changes").scoped("draft");
    form("draft", "Save the draft", vec![text, log])
}

impl Sample for DeskPolicyDraftView {
    fn samples() -> Vec<(&'static str, Self)> {
        let some = Self {
            lead: "It began as a copy of 2026.2.".into(),
            form: writing(TEXT),
            preview: render(TEXT),
            unsaved: true,
            difference: Some(difference()),
            against: "2026.2".into(),
            conflict: None,
            link: Some("http://localhost:8080/privacy-policy/draft/0123456789".into()),
            actions: vec![Action::new("Discard", form("discard", "Discard the draft", vec![]).dangerous())],
            approve_href: Some("/desk/policies/draft/approve".into()),
        };
        let conflict = Self {
            form: writing(TEXT).refused("Somebody else saved the draft meanwhile"),
            conflict: Some(DraftConflict {
                changed: Some(moment(0)),
                by: "Ραφαήλ".into(),
                difference: difference(),
                text_is_theirs: false,
                change_log: Some("<i>asta</i>".into()),
            }),
            ..some.clone()
        };
        let gone = Self {
            difference: None,
            unsaved: false,
            link: None,
            actions: vec![],
            approve_href: None,
            ..some.clone()
        };
        vec![("ordinary", some), ("conflict", conflict), ("gone", gone)]
    }
}

impl Sample for DeskPolicyApproveView {
    fn samples() -> Vec<(&'static str, Self)> {
        let log = Field::new(Kind::Textarea, "change_log", "What it changes").required().scoped("approve");
        let from =
            Field::new(Kind::Date, "required_from", "Everybody has to accept it, from").scoped("approve");
        let some = Self {
            version: "2026.3".into(),
            form: form("approve", "Approve 2026.3", vec![log, from]),
            concerned: "2 812 people on file accepted a policy.".into(),
            text: render(TEXT),
            difference: Some(difference()),
            against: "2026.2".into(),
            edit_href: "/desk/policies/draft".into(),
        };
        let first = Self { difference: None, against: String::new(), ..some.clone() };
        vec![("ordinary", some), ("first", first)]
    }
}

impl Sample for DeskPolicyView {
    fn samples() -> Vec<(&'static str, Self)> {
        let some = Self {
            row: row("2026.2"),
            text: render(TEXT),
            difference: Some(difference()),
            against: "2026.1".into(),
            actions: vec![Action::new(
                "Do not ask everybody again",
                form("stop-requiring", "Take it back", vec![]),
            )],
            public_href: "/privacy-policy/2026.2".into(),
        };
        let first = Self {
            row: PolicyRow { required_from: None, recorded: None, ..row("2026.1") },
            difference: None,
            actions: vec![],
            ..some.clone()
        };
        vec![("ordinary", some), ("first", first)]
    }
}
